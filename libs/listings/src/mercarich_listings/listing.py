"""The desired state of a listing, and all transitions of its life cycle. No I/O.

Each transition returns a `Change`: the listing before and after, and the event for its history. It raises `Impossible`
if it does not start from the listing's stage. `transition.TRANSITIONS` has the start stages of each, and who makes it.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from mercarich_contracts.events import EventKind
from mercarich_contracts.market import Marketplace
from mercarich_listings.event import NO_TRIGGER, Change, Event, Told, Trigger, event_of, with_columns
from mercarich_listings.transition import By, Facts, Stage, stage_of, transition
from mercarich_listings.up_and_down import AS_SHOWN, FREE, down, less, raised, up_again
from mercarich_reasons.creations import CreationAsked, SoldByAmazon, TakeOverAsked
from mercarich_reasons.earnings import BY_PRICE, EarnsEnoughAgain, EarnsTooLittle, LossRuleEnded
from mercarich_reasons.push import ChangedAtAmazon, OrderedAtAmazon
from mercarich_reasons.reason import Reason
from mercarich_reasons.repricing import PriceFollows
from mercarich_reasons.sources import SourceChosen
from mercarich_reasons.stock import ByHand, DeletedByHand, Expired, PutBack, ReplacedBy, ReplacementTakenBack

FRESH = timedelta(minutes=15)
"""Age limit of the last look at the source of an offer that is put up, or created."""


@dataclass(frozen=True)
class Listing:
    """The columns of `listings` that its life cycle changes."""

    id: int
    user_id: int
    sku: str
    marketplace: Marketplace
    source_item_id: int
    listed: bool
    listing_quantity: int
    """The quantity after a restore."""
    quantity: int
    """The quantity that Amazon is to show."""
    revision: int
    """Incremented with each change of the quantity, and of the lead time of an offer that is up."""
    searching: bool
    """Whether a replacement is being searched for."""
    changed_at: datetime
    withdrawn_at: datetime | None = None
    stopped_at: datetime | None = None
    restored_at: datetime | None = None
    """Time of the restore, if the source must be seen on sale before the newest quantity is pushed; else None."""
    searched_at: datetime | None = None
    hold_id: int | None = None
    lead_time_days: int | None = None
    edited_quantity: int | None = None
    """What its seller typed while it was up, less what was ordered since (`up_and_down`)."""
    first_price_jpy: int | None = None
    handling_days: int | None = None
    paused_at: datetime | None = None
    """Since when it is down because a sale would earn less than the loss rule allows."""
    held_at: datetime | None = None
    """When the brake first held back what its price asks for; None: no hold by price has it."""
    leaving: bool = False
    """Whether it is to be deleted at Amazon: there is a row in `listing_removals`."""
    registering: bool = False
    """Whether its offer is being created at Amazon: there is an open row in `listing_creations`."""

    @property
    def stage(self) -> Stage:
        up, held = self.quantity > 0, self.hold_id is not None
        stopped, paused = self.stopped_at is not None, self.paused_at is not None
        return stage_of(Facts(self.listed, self.leaving, self.registering, up, held, self.searching, stopped, paused))


Lived = Change[Listing]
"""The result of a transition of this module."""

UP = (Stage.ON_SALE, Stage.HELD, Stage.MARKED)
"""The offer is to be on sale at Amazon."""
DOWN = (Stage.SEARCHING, Stage.PAUSED, Stage.WITHDRAWN, Stage.STOPPED)
"""The offer is to have quantity 0 at Amazon."""
# Transitions list their start stages one by one, so that for a new stage each of them must be decided on.


@transition(Stage.DRAFT, by=(By.SELLER,))
def register(listing: Listing, now: datetime, reason: CreationAsked | TakeOverAsked) -> Lived:
    """The seller has the offer created at Amazon, or says that it is there: what Amazon shows decides."""
    kind = EventKind.REGISTERING if isinstance(reason, CreationAsked) else EventKind.TAKING_OVER
    return _changed(listing, Told(kind, now, reason), {"registering": True, "changed_at": now})


@transition(Stage.REGISTERING, by=(By.FEED, By.SELLER))
def draft_again(listing: Listing, now: datetime, reason: Reason | None) -> Lived:
    """Amazon has no such offer, does not sell it, or the seller has given it up: the listing is a draft again."""
    return _changed(listing, Told(EventKind.NOT_REGISTERED, now, reason), {"registering": False, "changed_at": now})


@transition(Stage.DRAFT, Stage.REGISTERING, by=(By.SELLER, By.FEED))
def make_offer(listing: Listing, now: datetime, reason: Reason) -> Lived:
    """It is at Amazon, as feed has seen or as an import says, and is checked from now on."""
    its = {"handling_days": reason.handling_days} if isinstance(reason, SoldByAmazon) and reason.handling_days else {}
    event = Told(EventKind.LISTED, now, reason)
    return _changed(listing, event, {"listed": True, "registering": False, "changed_at": now, **its})


@transition(*UP, Stage.PAUSED, by=(By.CHECKER, By.UPDATER, By.FEED))
def withdraw(listing: Listing, now: datetime, reason: Reason, trigger: Trigger = NO_TRIGGER) -> Lived:
    """The source is gone: the offer is withdrawn, and a replacement is searched for. By feed as soon as Amazon sells a
    new offer whose source went meanwhile."""
    return _changed(listing, Told(EventKind.WITHDRAWN, now, reason, trigger), down(now) | {"searching": True})


@transition(Stage.ON_SALE, Stage.HELD, by=(By.CHECKER,))
def mark(listing: Listing, now: datetime, reason: Reason, trigger: Trigger = NO_TRIGGER) -> Lived:
    """The source is gone: a replacement is searched for, while the offer stays up."""
    return _changed(listing, Told(EventKind.SEARCHING, now, reason, trigger), {"searching": True, **FREE})


@transition(Stage.ON_SALE, Stage.HELD, by=(By.CHECKER, By.UPDATER, By.SELLER))
def pause(listing: Listing, now: datetime, reason: EarnsTooLittle, trigger: Trigger = NO_TRIGGER) -> Lived:
    """A sale would earn less than the loss rule allows: the offer is down, and its source is watched until it would.
    What was sold of several pieces does not come back with it."""
    columns = down(now) | {"paused_at": now} | up_again(listing, listing.quantity)
    return _changed(listing, Told(EventKind.PAUSED, now, reason, trigger), columns)


@transition(Stage.PAUSED, by=(By.CHECKER,))
def recover(
    listing: Listing, now: datetime, reason: EarnsEnoughAgain | LossRuleEnded, trigger: Trigger = NO_TRIGGER
) -> Lived:
    """A sale would earn enough again: restored with its source, once that is seen on sale just before the push."""
    up = AS_SHOWN | {"quantity": listing.listing_quantity, "restored_at": now, "changed_at": now, **FREE}
    columns = up | {"withdrawn_at": None, "paused_at": None}
    return _changed(listing, Told(EventKind.RECOVERED, now, reason, trigger), columns)


@transition(Stage.ON_SALE, Stage.HELD, Stage.PAUSED, by=(By.CHECKER,))
def reprice(listing: Listing, now: datetime, reason: PriceFollows, trigger: Trigger = NO_TRIGGER) -> Lived:
    """Its price is to follow its source (a row of `repricings`): it stays as it is, and nothing is held any more."""
    return _changed(listing, Told(EventKind.PRICE_ASKED, now, reason, trigger), dict(FREE))


@transition(Stage.ON_SALE, Stage.HELD, Stage.PAUSED, by=(By.CHECKER, By.UPDATER))
def hold(listing: Listing, now: datetime, reason: Reason, trigger: Trigger, *, anew: bool = False) -> Lived:
    """The brake holds back what the source asks for: it waits for the hold `trigger.hold_id`, and stays as it is.

    `anew`: a hold of another kind kept it until now, and its time confirms nothing of what is held from now on.
    """
    since = now if anew else listing.held_at or now
    held_at = since if isinstance(reason, BY_PRICE) else None
    columns = {"hold_id": trigger.hold_id, "held_at": held_at}
    return _changed(listing, Told(EventKind.HELD, now, reason, trigger), columns)


@transition(Stage.HELD, Stage.PAUSED, by=(By.CHECKER,))
def let_go(listing: Listing, now: datetime, reason: Reason, trigger: Trigger = NO_TRIGGER) -> Lived:
    """What was held was a false alarm: the offer stays as it is."""
    return _changed(listing, Told(EventKind.HOLD_CLEARED, now, reason, trigger), dict(FREE))


@transition(Stage.MARKED, Stage.SEARCHING, by=(By.UPDATER,))
def give_source(
    listing: Listing,
    quantity: int,
    now: datetime,
    found: ReplacedBy,
    trigger: Trigger = NO_TRIGGER,
    *,
    shown: bool = False,
) -> Lived:
    """A replacement was found: the listing gets another source, and is restored if it was down.

    `shown`: Amazon shows the quantity already, because the withdrawal was never sent.
    """
    kind = EventKind.RESTORED if quantity > listing.quantity and not shown else EventKind.SWAPPED
    columns = AS_SHOWN | {
        "source_item_id": found.source_item_id,
        "marketplace": found.marketplace,
        "lead_time_days": found.lead_time_days,
        "quantity": quantity,
        "searching": False,
        "withdrawn_at": None,
        "paused_at": None,
        "searched_at": now,
        "changed_at": now,
        "restored_at": now if found.pushed else None,
    }
    return _changed(listing, Told(kind, now, found, trigger), columns)


@transition(*UP, Stage.SEARCHING, Stage.PAUSED, Stage.WITHDRAWN, Stage.STOPPED, by=(By.SELLER,))
def take_back(listing: Listing, now: datetime, reason: ReplacementTakenBack) -> Lived:
    """A replacement is taken back: the listing is down with its former source, and searched for if it is watched."""
    source = {"source_item_id": reason.source_item_id, "marketplace": reason.marketplace}
    columns = down(now) | AS_SHOWN | source | {"searching": listing.stopped_at is None}
    return _changed(listing, Told(EventKind.UNDONE, now, reason), columns)


@transition(Stage.DRAFT, *UP, Stage.SEARCHING, Stage.PAUSED, Stage.WITHDRAWN, Stage.STOPPED, by=(By.SELLER,))
def choose_source(listing: Listing, now: datetime, chosen: SourceChosen, trigger: Trigger = NO_TRIGGER) -> Lived:
    """By hand: another source, and no replacement is searched for. It stays up, down, or a draft as it was, with at
    most the pieces that the choice allows."""
    most = chosen.pieces or max(listing.quantity, listing.listing_quantity)
    source = {"source_item_id": chosen.source_item_id, "marketplace": chosen.marketplace, "searching": False}
    pieces = {"quantity": min(listing.quantity, most), "listing_quantity": min(listing.listing_quantity, most)}
    # What stays up as it is keeps the time of its newest revision: by it, feed tells which quantity a claim was for.
    times = {} if 0 < listing.quantity <= most else {"changed_at": now}
    columns = AS_SHOWN | source | pieces | times | FREE
    return _changed(listing, Told(EventKind.SOURCE_CHOSEN, now, chosen, trigger), columns)


@transition(*UP, Stage.PAUSED, by=(By.SELLER,))
def take_down(listing: Listing, now: datetime, reason: ByHand) -> Lived:
    """By hand: the offer is withdrawn, and nothing is searched for."""
    return _changed(listing, Told(EventKind.WITHDRAWN, now, reason), down(now) | {"searching": False})


@transition(Stage.SEARCHING, Stage.PAUSED, Stage.WITHDRAWN, Stage.STOPPED, by=(By.SELLER,))
def put_up(listing: Listing, now: datetime, reason: ByHand | PutBack) -> Lived:
    """By hand: restored with its current source, once that is seen on sale; watched again if it was not. What is put
    back as it was a moment ago (`PutBack`) needs no look: its source is known as well as it was then."""
    kind = EventKind.RESUMED if listing.stage is Stage.STOPPED else EventKind.RESTORED
    looked_at_first = None if isinstance(reason, PutBack) else now
    pieces = up_again(listing)
    up = pieces | {"quantity": pieces["listing_quantity"], "restored_at": looked_at_first, "changed_at": now}
    was_down = {"searching": False, "withdrawn_at": None, "stopped_at": None, "paused_at": None}
    return _changed(listing, Told(kind, now, reason), up | was_down | FREE)


@transition(Stage.WITHDRAWN, Stage.STOPPED, by=(By.SELLER,))
def pause_again(listing: Listing, now: datetime, reason: ByHand) -> Lived:
    """By hand: it stays down by the loss rule. Its source is watched, and the offer is up when a sale earns enough."""
    columns = down(now) | {"paused_at": now, "stopped_at": None} | up_again(listing)
    return _changed(listing, Told(EventKind.PAUSED, now, reason), columns)


@transition(Stage.STOPPED, by=(By.SELLER,))
def search_again(listing: Listing, now: datetime, reason: ByHand) -> Lived:
    """By hand: watched again. Its source is gone, so a replacement is searched for, as long as after a withdrawal."""
    columns = {"searching": True, "withdrawn_at": now, "changed_at": now, "stopped_at": None}
    return _changed(listing, Told(EventKind.RESUMED, now, reason), columns)


@transition(*UP, Stage.SEARCHING, Stage.PAUSED, by=(By.SELLER,))
def stop(listing: Listing, now: datetime, reason: ByHand) -> Lived:
    """By hand: no longer watched. An offer that is up is withdrawn, since no check would see its source sell."""
    columns = down(now) if listing.quantity > 0 else {"changed_at": now, "paused_at": None, **FREE}
    return _changed(listing, Told(EventKind.STOPPED, now, reason), columns | {"searching": False, "stopped_at": now})


@transition(Stage.SEARCHING, Stage.PAUSED, Stage.WITHDRAWN, Stage.STOPPED, by=(By.SELLER, By.HOUSEKEEPING))
def leave(listing: Listing, now: datetime, reason: DeletedByHand | Expired) -> Lived:
    """The listing is to be deleted at Amazon; its row is deleted afterwards."""
    columns = {"listed": False, "leaving": True, "paused_at": None, **FREE}
    return _changed(listing, Told(EventKind.LEAVING, now, reason), columns)


@transition(
    *(Stage.DRAFT, Stage.LEAVING, Stage.SEARCHING, Stage.PAUSED, Stage.WITHDRAWN, Stage.STOPPED),
    by=(By.SELLER, By.HOUSEKEEPING),
)
def delete(listing: Listing, now: datetime, reason: DeletedByHand | Expired) -> Event:
    """The row is deleted, and this event is the last of its history."""
    return tell(listing, Told(EventKind.DELETED, now, reason))


@transition(*UP, by=(By.FEED,))
def follow_amazon(listing: Listing, now: datetime, reason: ChangedAtAmazon) -> Lived:
    """Amazon shows another quantity than before, since it was sold or changed there: the listing follows."""
    left = {"quantity": reason.shown, "changed_at": now, **raised(listing, reason.shown)}
    columns = left if reason.shown else down(now) | {"searching": False}
    return _changed(listing, Told(EventKind.CHANGED_AT_AMAZON, now, reason), columns)


@transition(*UP, Stage.PAUSED, by=(By.FEED,))
def sell_out(listing: Listing, now: datetime, reason: OrderedAtAmazon) -> Lived:
    """A buyer ordered what was left: the offer is down here, too, and nothing is searched for. The zero is pushed
    although Amazon lowers the quantity by itself: a restore may have been under way. A paused offer whose last piece
    was ordered before it was down at Amazon is not put up by itself, either: the buyer needs its source."""
    columns = down(now) | {"searching": False} | less(listing, reason.quantity)
    return _changed(listing, Told(EventKind.ORDERED, now, reason), columns)


@transition(Stage.PAUSED, by=(By.FEED,))
def sell_some(listing: Listing, now: datetime, reason: OrderedAtAmazon) -> Lived:
    """A buyer ordered some of its pieces before it was down at Amazon: it stays paused, and goes up with the rest."""
    told = replace(reason, left=listing.listing_quantity - reason.quantity)
    return _changed(listing, Told(EventKind.ORDERED, now, told), {"listing_quantity": told.left})


def tell(listing: Listing, told: Told) -> Event:
    """Return an event that does not change the listing."""
    return event_of(listing, listing, told)


def _changed(listing: Listing, told: Told, columns: dict[str, Any]) -> Lived:
    """Return the change to these columns, with the next revision if the quantity differs or is to be pushed."""
    other = columns.get("quantity", listing.quantity) != listing.quantity or columns.get("restored_at") is not None
    after = with_columns(listing, {**columns, "revision": listing.revision + other})
    return Change(listing, after, event_of(listing, after, told))
