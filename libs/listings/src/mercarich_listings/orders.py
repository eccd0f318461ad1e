"""What an order at Amazon does to the listing with its SKU. No I/O.

Amazon lowers the quantity of the offer by itself. Where the last piece was ordered the books follow at once, so that
no restore puts it up a second time. Of several, the next read of the offer tells how many are left; of a paused offer
the books tell it, since Amazon shows 0 there.

The seller may have raised the quantity at Amazon since the offer was read, and the books' last piece is then not the
last one there. So Amazon is read before the books say so (`left_at_amazon`). A read of the offer may also have come
before the read of its orders: pieces that the books have lost by it are not counted off again (`is_counted_off`).
"""

from datetime import datetime
from typing import NamedTuple

from mercarich_contracts.events import EventKind
from mercarich_listings.event import Change, Told, with_columns
from mercarich_listings.listing import UP, Listing, Lived, sell_out, sell_some, tell
from mercarich_listings.transition import Stage
from mercarich_listings.up_and_down import less
from mercarich_reasons.push import OrderedAtAmazon


class Fallen(NamedTuple):
    """How far the quantity that Amazon shows of an offer has fallen lately, by buyers and by its seller."""

    pieces: int
    last_at: datetime
    """When the books followed it last."""
    revision: int
    """The listing's after that."""


def is_counted_off(listing: Listing, fallen: Fallen | None, ordered_at: datetime, pieces: int) -> bool:
    """Return whether the books have followed Amazon by an order already; `pieces`: of all orders lately, with this one.

    Amazon showed what was left after the order. It may have shown that late, and fallen for another reason: as many
    pieces must be gone as were ordered. What has changed here since then is another quantity.
    """
    if fallen is None or fallen.revision != listing.revision:
        return False
    return ordered_at <= fallen.last_at and pieces <= fallen.pieces


def left_at_amazon(listing: Listing, shown: int | None, pieces: int) -> int:
    """Return how many pieces Amazon has at least after orders of so many; 0: none, or it cannot be told.

    `shown` is what Amazon shows of an offer that the books had at rest (`reads.AT_REST`); None: it was not read. More
    than the books have is the seller's doing, as no push and no buyer raises it. Amazon may show a quantity late, and
    as before the orders: they are counted once more. What is not more may be such a quantity, of an offer that has
    sold out.
    """
    return max(shown - pieces, 0) if shown is not None and shown > listing.quantity else 0


def ordered(listing: Listing, reason: OrderedAtAmazon, now: datetime, left: int = 0) -> Lived:
    """Return the change after an order that was not known before; `left`: how many Amazon has at least after it."""
    if listing.stage is Stage.PAUSED and reason.quantity < listing.listing_quantity:
        return sell_some(listing, now, reason)
    if listing.stage in (*UP, Stage.PAUSED) and reason.quantity >= listing.quantity and not left:
        return sell_out(listing, now, reason)
    after = less(listing, reason.quantity)
    event = tell(listing, Told(EventKind.ORDERED, now, reason))
    return Change(listing, with_columns(listing, after) if after else listing, event)
