"""What a seller's actions make of a listing. No I/O."""

from collections.abc import Mapping
from datetime import datetime

from mercarich_contracts.events import EventKind
from mercarich_listings import listing as life
from mercarich_listings.event import Event
from mercarich_listings.listing import UP, Listing, Lived, Stage
from mercarich_reasons.stock import ByHand
from mercarich_web.domain.bulk import BulkAction

STAGES: Mapping[BulkAction, frozenset[Stage]] = {
    BulkAction.CHECK: frozenset({Stage.ON_SALE, Stage.HELD}),
    BulkAction.WITHDRAW: frozenset(UP),
    BulkAction.PUT_UP: frozenset({Stage.SEARCHING, Stage.WITHDRAWN}),
    BulkAction.STOP: frozenset({*UP, Stage.SEARCHING}),
    BulkAction.RESUME: frozenset({Stage.STOPPED}),
    BulkAction.LIST: frozenset({Stage.DRAFT}),
    BulkAction.DELETE: frozenset({Stage.DRAFT, Stage.SEARCHING, Stage.WITHDRAWN, Stage.STOPPED}),
}
"""Where a listing may be for an action to fit it; what else an action asks is said where its rows are selected."""
OFFERS_AMAZON_KNOWS = frozenset({BulkAction.WITHDRAW, BulkAction.PUT_UP, BulkAction.RESUME})
"""These end at Amazon, so that they do not fit an offer whose SKU Amazon does not know."""


def changed(action: BulkAction, listing: Listing, person: str, now: datetime, *, source_is_gone: bool = False) -> Lived:
    """By an action that changes the row; raises `Impossible` where it does not fit the listing's stage.

    A source that is not known is not gone: the look before the push tells.
    """
    by = ByHand(person)
    if action is BulkAction.LIST:
        return life.make_offer(listing, now, by)
    if action is BulkAction.WITHDRAW:
        return life.take_down(listing, now, by)
    if action is BulkAction.PUT_UP:
        return life.put_up(listing, now, by)
    if action is BulkAction.STOP:
        return life.stop(listing, now, by)
    if action is BulkAction.RESUME:
        return life.search_again(listing, now, by) if source_is_gone else life.put_up(listing, now, by)
    raise ValueError(f"{action} is made elsewhere")


def undone(listing: Listing, done: Event, person: str, now: datetime, *, source_is_gone: bool) -> Lived | None:
    """What `done`, a withdrawal or a stop by hand, changed is put back; None where that is not to be.

    What was up goes up, unless its source is known to have gone; what was searched for is searched for again. A
    listing that anybody has changed since has another revision, or another time of its stop, and stays as it is.
    """
    if listing.revision != done.revision:
        return None
    by, goes_up = ByHand(person), bool(done.quantity_before) and not source_is_gone
    if done.kind is EventKind.WITHDRAWN:
        return life.put_up(listing, now, by) if goes_up and listing.stage is Stage.WITHDRAWN else None
    if listing.stage is not Stage.STOPPED or listing.stopped_at != done.at:
        return None
    return life.put_up(listing, now, by) if goes_up else life.search_again(listing, now, by)
