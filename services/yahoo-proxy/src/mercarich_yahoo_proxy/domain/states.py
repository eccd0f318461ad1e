"""The state of an auction according to its page, provided that the page's blocks do not contradict each other.

A page holds the same item in up to three places. A page that was cut or changed on the way can have "closed" in one of
them, so a state that takes an offer down needs all of them to agree (`marketplaces.md` 2.3).
"""

import logging
from datetime import datetime

from mercarich_contracts.market import Reason, State
from mercarich_marketplace.answers import Fault, Verdict
from mercarich_marketplace.fields import flag, integer, text
from mercarich_yahoo_proxy.domain.blocks import Blocks
from mercarich_yahoo_proxy.domain.prices import Price, says_no_buyout

log = logging.getLogger(__name__)


WON = Verdict(State.SOLD, Reason.WON)
WITHOUT_BIDS = Verdict(State.ENDED, Reason.CLOSED_WITHOUT_BIDS)
CLOSED = Verdict(State.ENDED, Reason.CLOSED)
CANCELLED = Verdict(State.ENDED, Reason.CANCELLED)
SUSPENDED = Verdict(State.SUSPENDED, Reason.STOPPED_BY_MARKETPLACE)
CLOSING = Verdict(State.UNKNOWN, Reason.CLOSING)
FLEA_MARKET = Verdict(State.UNBUYABLE, Reason.FLEA_MARKET)
AUCTION_ONLY = Verdict(State.UNBUYABLE, Reason.AUCTION_ONLY)
AVAILABLE = Verdict(State.AVAILABLE)
DOUBTFUL = Verdict(State.UNKNOWN, Reason.UNPARSABLE)
UNKNOWN_STATUS = Verdict(State.UNKNOWN, Reason.UNKNOWN_STATUS)


def verdict(blocks: Blocks, price: Price, end_at: datetime | None, now: datetime) -> Verdict:
    """Return the verdict for a page with the item in it. Raise `Fault` when its blocks contradict each other."""
    status = agreed_status(blocks)
    if status == "open":
        return _open(blocks, price, end_at, now)
    if status == "closed":
        return _closed(blocks)
    if status in ("cancel", "canceled", "cancelled"):
        return CANCELLED
    if status.startswith("suspend"):
        return SUSPENDED
    log.warning("a status word that is not in the table", extra={"status": status[:40]})
    return UNKNOWN_STATUS


def agreed_status(blocks: Blocks) -> str:
    said = {text(copy.get("status")) for copy in blocks.items} - {None}
    if len(said) != 1:
        raise Fault(Reason.UNPARSABLE, f"the item's status is {' and '.join(map(str, said)) or 'missing'}")
    return str(said.pop())


def without_item(blocks: Blocks) -> Verdict:
    """Return the verdict for an ended page that has only `pageData` left. Raise `Fault` when `pageData` is no proof."""
    if blocks.page_data.get("isClosed") != "1":
        raise Fault(Reason.UNPARSABLE, "no item in the page, and isClosed of pageData is not 1")
    bids = integer(blocks.page_data.get("bids"))
    winner = blocks.page_data.get("hasWinner")
    if (winner == "1" and bids == 0) or (winner == "0" and bids not in (0, None)):
        raise Fault(Reason.UNPARSABLE, f"closed, with hasWinner {winner!r} and bids {bids}")
    if winner == "1" or bids:
        return WON
    return WITHOUT_BIDS if bids == 0 else CLOSED


def _open(blocks: Blocks, price: Price, end_at: datetime | None, now: datetime) -> Verdict:
    if (end_at is not None and end_at < now) or blocks.page_data.get("isClosed") == "1":
        return CLOSING
    if _is_flea_market(blocks):
        return FLEA_MARKET
    if price.is_buyout:
        return AVAILABLE
    if not says_no_buyout(blocks):
        raise Fault(Reason.UNPARSABLE, "open without a buy-out price, and winPrice of pageData is not 0")
    return AUCTION_ONLY


def _is_flea_market(blocks: Blocks) -> bool:
    """Return the flag, if all copies that have it agree. Raise `Fault` otherwise: one copy may be damaged."""
    flags = [flag(copy.get("isFleaMarket")) for copy in blocks.items if "isFleaMarket" in copy]
    if len(set(flags)) > 1:
        raise Fault(Reason.UNPARSABLE, "isFleaMarket is true in one part of the page and false in another")
    return True in flags


def _closed(blocks: Blocks) -> Verdict:
    if blocks.page_data.get("isClosed") == "0":
        raise Fault(Reason.UNPARSABLE, "closed in one part of the page and not in another")
    said = [*(copy.get("bids") for copy in blocks.items), blocks.page_data.get("bids")]
    bids = {number for value in said if (number := integer(value)) is not None}
    winner = blocks.page_data.get("hasWinner")
    if len(bids) > 1 or (bids == {0} and winner == "1"):
        raise Fault(Reason.UNPARSABLE, f"closed, with bids {sorted(bids)} and hasWinner {winner!r}")
    if bids:
        return WITHOUT_BIDS if bids == {0} else WON
    return WON if winner == "1" else CLOSED
