"""Mercari's status words and what each means for stock (`marketplaces.md` 1.3)."""

import logging

from mercarich_contracts.market import Reason, State
from mercarich_marketplace.answers import Verdict

log = logging.getLogger(__name__)


AVAILABLE = Verdict(State.AVAILABLE)
AUCTION_ONLY = Verdict(State.UNBUYABLE, Reason.AUCTION_ONLY)
NO_PRICE = Verdict(State.UNBUYABLE, Reason.NO_PRICE)
SOLD_OUT = Verdict(State.SOLD, Reason.SOLD_OUT)
NOT_FOUND = Verdict(State.GONE, Reason.NOT_FOUND)
SHOP_BLOCKED = Verdict(State.SUSPENDED, Reason.STOPPED_BY_MARKETPLACE)
UNKNOWN_STATUS = Verdict(State.UNKNOWN, Reason.UNKNOWN_STATUS)

_WORDS = {
    "trading": Verdict(State.SOLD, Reason.IN_TRANSACTION),
    "sold_out": SOLD_OUT,
    "stop": Verdict(State.SUSPENDED, Reason.STOPPED_BY_SELLER),
    "cancel": Verdict(State.GONE, Reason.DELETED_BY_SELLER),
    "admin_cancel": Verdict(State.GONE, Reason.DELETED_BY_MARKETPLACE),
}


def verdict(status: str, *, auction: bool, no_price: bool) -> Verdict:
    """Return the verdict for a status: a lower-case word of items/get, or the same word of search (`ITEM_STATUS_…`)."""
    word = status.removeprefix("ITEM_STATUS_").lower()
    if word != "on_sale":
        if word not in _WORDS:
            log.warning("a status word that is not in the table", extra={"status": status[:40]})
        return _WORDS.get(word, UNKNOWN_STATUS)
    if auction:
        return AUCTION_ONLY
    return NO_PRICE if no_price else AVAILABLE
