"""A listing as it is wanted, and every transition that its life can make. No I/O.

Each transition returns a `Change`: the listing before and after, and the event for its history. It raises `Impossible`
where the listing is in no stage that the transition starts from; `TRANSITIONS` tells these stages, and who makes it.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from functools import wraps
from typing import Any, Concatenate, ParamSpec, TypeVar

from mercarich_contracts.events import EventKind
from mercarich_contracts.market import Marketplace
from mercarich_listings.event import NO_TRIGGER, Change, Event, Told, Trigger
from mercarich_reasons.reason import Reason
from mercarich_reasons.stock import ByHand, DeletedByHand, Expired, ReplacedBy, ReplacementTakenBack


class Stage(StrEnum):
    """Where a listing is in its life, by its columns alone."""

    DRAFT = "draft"
    """Not listed: never checked and never pushed."""
    ON_SALE = "on_sale"
    HELD = "held"
    """On sale although its source is gone: the brake holds its withdrawal back."""
    MARKED = "marked"
    """On sale although its source is gone: a replacement is searched for first."""
    SEARCHING = "searching"
    """Down, and a replacement is searched for."""
    WITHDRAWN = "withdrawn"
    """Down, and nothing is searched for."""
    STOPPED = "stopped"
    """Down and not watched: nothing happens to it by itself."""
    LEAVING = "leaving"
    """Its row goes when Amazon has deleted the listing."""


class Impossible(Exception):
    """The listing is in no stage that the transition starts from."""


@dataclass(frozen=True)
class Listing:
    """The columns of `listings` that its life is written in, by their names."""

    id: int
    user_id: int
    sku: str
    marketplace: Marketplace
    source_item_id: int
    listed: bool
    listing_quantity: int
    """What a restore puts back."""
    quantity: int
    """What Amazon is to show."""
    revision: int
    """Rises by 1 with each change of the quantity."""
    searching: bool
    """A replacement is wanted."""
    changed_at: datetime
    withdrawn_at: datetime | None = None
    stopped_at: datetime | None = None
    restored_at: datetime | None = None
    """Of the newest quantity, where its source must be seen on sale before it is pushed."""
    searched_at: datetime | None = None
    hold_id: int | None = None
    lead_time_days: int | None = None
    first_price_jpy: int | None = None
    leaving: bool = False
    """Amazon is to delete it, which is a row of `listing_removals`."""

    @property
    def stage(self) -> Stage:
        return stage_of(
            listed=self.listed,
            leaving=self.leaving,
            up=self.quantity > 0,
            held=self.hold_id is not None,
            searching=self.searching,
            stopped=self.stopped_at is not None,
        )


def stage_of(*, listed: bool, leaving: bool, up: bool, held: bool, searching: bool, stopped: bool) -> Stage:
    """`stages` says the same as SQL."""
    if not listed:
        return Stage.LEAVING if leaving else Stage.DRAFT
    if up:
        if held:
            return Stage.HELD
        return Stage.MARKED if searching else Stage.ON_SALE
    if stopped:
        return Stage.STOPPED
    return Stage.SEARCHING if searching else Stage.WITHDRAWN


Lived = Change[Listing]
"""What a transition of this module returns."""


class By(StrEnum):
    """Who makes a transition."""

    CHECKER = "checker"
    UPDATER = "updater"
    SELLER = "seller"
    """A person: by page, API, command or CSV import."""
    HOUSEKEEPING = "housekeeping"


@dataclass(frozen=True, slots=True)
class Transition:
    """`name` is the function of this module."""

    name: str
    start: tuple[Stage, ...]
    by: tuple[By, ...]
    meaning: str


TRANSITIONS: dict[str, Transition] = {}
"""Every transition by its name."""

UP = (Stage.ON_SALE, Stage.HELD, Stage.MARKED)
"""Amazon is to show the offer."""
DOWN = (Stage.SEARCHING, Stage.WITHDRAWN, Stage.STOPPED)
"""An offer that Amazon is to show with quantity 0."""
# transitions name these one by one: whether any starts from a stage that is added is to be decided for each

_Given = ParamSpec("_Given")
_Made = TypeVar("_Made")
_Function = Callable[Concatenate[Listing, _Given], _Made]


def _transition(*start: Stage, by: tuple[By, ...]) -> Callable[[_Function[_Given, _Made]], _Function[_Given, _Made]]:
    """Enter the function in `TRANSITIONS` and refuse listings in another stage."""

    def transition(make: _Function[_Given, _Made]) -> _Function[_Given, _Made]:
        TRANSITIONS[make.__name__] = Transition(make.__name__, start, by, (make.__doc__ or "").strip())

        @wraps(make)
        def from_start(listing: Listing, /, *args: _Given.args, **kwargs: _Given.kwargs) -> _Made:
            if listing.stage not in start:
                raise Impossible(
                    f"listing {listing.id} is {listing.stage}: {make.__name__} starts from {', '.join(start)}"
                )
            return make(listing, *args, **kwargs)

        return from_start

    return transition


@_transition(Stage.DRAFT, by=(By.SELLER,))
def make_offer(listing: Listing, now: datetime, reason: Reason) -> Lived:
    """A draft becomes an offer: it stands at Amazon as its seller put it there, and is checked from now on."""
    event = Told(EventKind.LISTED, now, reason)
    return _changed(listing, event, {"listed": True, "changed_at": now})


@_transition(*UP, by=(By.CHECKER, By.UPDATER))
def withdraw(listing: Listing, now: datetime, reason: Reason, trigger: Trigger = NO_TRIGGER) -> Lived:
    """The source is gone: the offer comes down, and a replacement is searched for."""
    return _changed(listing, Told(EventKind.WITHDRAWN, now, reason, trigger), _down(now) | {"searching": True})


@_transition(Stage.ON_SALE, Stage.HELD, by=(By.CHECKER,))
def mark(listing: Listing, now: datetime, reason: Reason, trigger: Trigger = NO_TRIGGER) -> Lived:
    """The source is gone: a replacement is searched for, and the offer stays up meanwhile."""
    event = Told(EventKind.SEARCHING, now, reason, trigger)
    return _changed(listing, event, {"searching": True, "hold_id": None})


@_transition(Stage.ON_SALE, Stage.HELD, by=(By.CHECKER,))
def hold(listing: Listing, now: datetime, reason: Reason, trigger: Trigger) -> Lived:
    """The source is gone, and the brake holds the withdrawal back: `trigger.hold_id` keeps it until it is confirmed."""
    return _changed(listing, Told(EventKind.HELD, now, reason, trigger), {"hold_id": trigger.hold_id})


@_transition(Stage.HELD, by=(By.CHECKER,))
def let_go(listing: Listing, now: datetime, reason: Reason, trigger: Trigger = NO_TRIGGER) -> Lived:
    """The held withdrawal was a false alarm: the offer stays up."""
    return _changed(listing, Told(EventKind.HOLD_CLEARED, now, reason, trigger), {"hold_id": None})


@_transition(Stage.MARKED, Stage.SEARCHING, by=(By.UPDATER,))
def give_source(
    listing: Listing, quantity: int, now: datetime, found: ReplacedBy, trigger: Trigger = NO_TRIGGER
) -> Lived:
    """A replacement was found: the listing has another source, and goes up again where it was down."""
    kind = EventKind.RESTORED if found.pushed and quantity > listing.quantity else EventKind.SWAPPED
    columns = {
        "source_item_id": found.source_item_id,
        "marketplace": found.marketplace,
        "lead_time_days": found.lead_time_days,
        "quantity": quantity,
        "searching": False,
        "withdrawn_at": None,
        "searched_at": now,
        "changed_at": now,
        "restored_at": now if found.pushed else None,
    }
    return _changed(listing, Told(kind, now, found, trigger), columns)


@_transition(*UP, Stage.SEARCHING, Stage.WITHDRAWN, Stage.STOPPED, by=(By.SELLER,))
def take_back(listing: Listing, now: datetime, reason: ReplacementTakenBack) -> Lived:
    """A replacement is taken back: down with the source before it, and searched for unless it is not watched."""
    source = {"source_item_id": reason.source_item_id, "marketplace": reason.marketplace}
    searching = {"searching": listing.stopped_at is None}
    return _changed(listing, Told(EventKind.UNDONE, now, reason), _down(now) | source | searching)


@_transition(*UP, by=(By.SELLER,))
def take_down(listing: Listing, now: datetime, reason: ByHand) -> Lived:
    """By hand: the offer comes down, and nothing is searched for."""
    return _changed(listing, Told(EventKind.WITHDRAWN, now, reason), _down(now) | {"searching": False})


@_transition(Stage.SEARCHING, Stage.WITHDRAWN, Stage.STOPPED, by=(By.SELLER,))
def put_up(listing: Listing, now: datetime, reason: ByHand) -> Lived:
    """By hand: up again with the source it has, once that was seen on sale; watched again if it was not."""
    kind = EventKind.RESUMED if listing.stage is Stage.STOPPED else EventKind.RESTORED
    up = {"quantity": listing.listing_quantity, "restored_at": now, "changed_at": now}
    return _changed(
        listing, Told(kind, now, reason), up | {"searching": False, "withdrawn_at": None, "stopped_at": None}
    )


@_transition(Stage.STOPPED, by=(By.SELLER,))
def search_again(listing: Listing, now: datetime, reason: ByHand) -> Lived:
    """By hand: watched again. Its source is gone, so a replacement is searched for as long as after a withdrawal."""
    columns = {"searching": True, "withdrawn_at": now, "changed_at": now, "stopped_at": None}
    return _changed(listing, Told(EventKind.RESUMED, now, reason), columns)


@_transition(*UP, Stage.SEARCHING, by=(By.SELLER,))
def stop(listing: Listing, now: datetime, reason: ByHand) -> Lived:
    """By hand: no longer watched. An offer that is up comes down, since nobody would see its source go."""
    columns = _down(now) if listing.quantity > 0 else {"changed_at": now}
    return _changed(listing, Told(EventKind.STOPPED, now, reason), columns | {"searching": False, "stopped_at": now})


@_transition(Stage.SEARCHING, Stage.WITHDRAWN, Stage.STOPPED, by=(By.SELLER, By.HOUSEKEEPING))
def leave(listing: Listing, now: datetime, reason: DeletedByHand | Expired) -> Lived:
    """Amazon is to delete it; its row goes afterwards."""
    return _changed(listing, Told(EventKind.LEAVING, now, reason), {"listed": False, "leaving": True})


@_transition(
    Stage.DRAFT, Stage.LEAVING, Stage.SEARCHING, Stage.WITHDRAWN, Stage.STOPPED, by=(By.SELLER, By.HOUSEKEEPING)
)
def delete(listing: Listing, now: datetime, reason: DeletedByHand | Expired) -> Event:
    """Its row goes, and this event is the last of its history."""
    return tell(listing, Told(EventKind.DELETED, now, reason))


def tell(listing: Listing, told: Told) -> Event:
    """Something happened that changes nothing of the listing."""
    return _event(listing, listing, told)


def _down(now: datetime) -> dict[str, Any]:
    return {"quantity": 0, "withdrawn_at": now, "changed_at": now, "restored_at": None, "hold_id": None}


def _changed(listing: Listing, told: Told, columns: dict[str, Any]) -> Lived:
    """With these columns, and the next revision where the quantity is another one."""
    other = columns.get("quantity", listing.quantity) != listing.quantity
    after = _with(listing, {**columns, "revision": listing.revision + other})
    return Change(listing, after, _event(listing, after, told))


def _with(listing: Listing, columns: dict[str, Any]) -> Listing:
    """As `dataclasses.replace`, in a fifth of its time: an action changes 50,000 at once."""
    after = object.__new__(Listing)
    vars(after).update(vars(listing))
    vars(after).update(columns)
    return after


def _event(before: Listing, after: Listing, told: Told) -> Event:
    trigger = told.trigger
    return Event(
        listing_id=after.id,
        user_id=after.user_id,
        at=told.at,
        kind=told.kind,
        reason=told.reason,
        quantity_before=before.quantity,
        quantity_after=after.quantity,
        revision=after.revision,
        run_id=trigger.run_id,
        hold_id=before.hold_id if trigger.hold_id is None else trigger.hold_id,
        evidence_id=trigger.evidence_id,
    )
