"""What an order at Amazon does to the listing with its SKU. No I/O.

Amazon lowers the quantity of the offer by itself. Where the last piece was ordered the books follow at once, so that
no restore puts it up a second time. Of several, the next read of the offer tells how many are left; of a paused offer
the books tell it, since Amazon shows 0 there.
"""

from datetime import datetime

from mercarich_contracts.events import EventKind
from mercarich_listings.event import Change, Told
from mercarich_listings.listing import UP, Listing, Lived, sell_out, sell_some, tell
from mercarich_listings.transition import Stage
from mercarich_reasons.push import OrderedAtAmazon


def ordered(listing: Listing, reason: OrderedAtAmazon, now: datetime) -> Lived:
    """Return the change after an order that was not known before."""
    if listing.stage is Stage.PAUSED and reason.quantity < listing.listing_quantity:
        return sell_some(listing, now, reason)
    if listing.stage in (*UP, Stage.PAUSED) and reason.quantity >= listing.quantity:
        return sell_out(listing, now, reason)
    return Change(listing, listing, tell(listing, Told(EventKind.ORDERED, now, reason)))
