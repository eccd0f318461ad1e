"""What a seller can do to listings: a row for each action, from which everything else follows. No I/O."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from mercarich_contracts.audit import AuditAction
from mercarich_contracts.events import EventKind
from mercarich_listings import listing as life
from mercarich_listings.event import Event
from mercarich_listings.listing import UP, Listing, Lived, Stage
from mercarich_reasons.stock import ByHand
from mercarich_web.listings.views import STAGES_OF, View


class BulkAction(StrEnum):  # in the order of their buttons; a docstring would stand in the API's document
    CHECK = "check"
    """A look at its source as soon as a checker is free, in the newest run of its marketplace."""
    WITHDRAW = "withdraw"
    """Quantity 0 at Amazon, until the seller puts it up again; no replacement is searched for."""
    PUT_UP = "put_up"
    """What is withdrawn and has a source on sale; it goes to Amazon while its source was just seen."""
    STOP = "stop_watching"
    """What is up is withdrawn, what is searched for no longer is; nothing happens to it by itself any more."""
    RESUME = "resume_watching"
    """It goes up after a look at its source; where that was last seen gone, a replacement is searched for."""
    LIST = "list"
    """A draft becomes an offer that is checked: it stands at Amazon as the seller put it there."""
    DELETE = "delete"
    """A draft goes at once, an offer that is down once Amazon has deleted it."""


class Make(Protocol):
    """The change of one listing; raises `Impossible` where the action does not fit its stage.

    `source_is_gone` is told where the action is `by_source`. A source that is not known is not gone: the look before
    the push tells.
    """

    def __call__(self, listing: Listing, now: datetime, by: ByHand, *, source_is_gone: bool) -> Lived: ...


class Undo(Protocol):
    """`done` is the event of the action, and the listing has the revision of it; None where it stays as it is."""

    def __call__(
        self, listing: Listing, done: Event, now: datetime, by: ByHand, *, source_is_gone: bool
    ) -> Lived | None: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Action:
    stages: frozenset[Stage]
    """Where a listing may be for the action to fit it."""
    tells: frozenset[EventKind]
    """The events that it writes, one of them for each listing."""
    audit: AuditAction
    make: Make | None
    """None: a service or Amazon makes it; `sql.ways` has its way."""
    undo: Undo | None = None
    """None: it cannot be taken back."""
    known_to_amazon: bool = False
    """It ends at Amazon: it does not fit an offer whose SKU Amazon does not know."""
    while_exposed: bool = True
    """False: it fits nothing that Amazon still sells although it is gone."""
    source_on_sale: bool = False
    """It fits only while the source was last seen on sale."""
    by_source: bool = False
    """What it makes depends on whether the source was last seen gone."""
    takes_down: bool = False
    """What is up comes down by it."""
    wakes_feed: bool = False
    """Feed is told, so that it goes to Amazon within seconds, and not with the next round."""
    wants_pictures: bool = False
    """The source's pictures are fetched, as an import's are."""
    for_good: bool = False
    """What is done cannot be had back; its button warns."""


def _always(transition: Callable[[Listing, datetime, ByHand], Lived]) -> Make:
    """Whatever was seen of the source."""

    def make(listing: Listing, now: datetime, by: ByHand, *, source_is_gone: bool) -> Lived:
        return transition(listing, now, by)

    return make


def _resume(listing: Listing, now: datetime, by: ByHand, *, source_is_gone: bool) -> Lived:
    return life.search_again(listing, now, by) if source_is_gone else life.put_up(listing, now, by)


def _undo_take_down(listing: Listing, done: Event, now: datetime, by: ByHand, *, source_is_gone: bool) -> Lived | None:
    goes_up = bool(done.quantity_before) and not source_is_gone and listing.stage is Stage.WITHDRAWN
    return life.put_up(listing, now, by) if goes_up else None


def _undo_stop(listing: Listing, done: Event, now: datetime, by: ByHand, *, source_is_gone: bool) -> Lived | None:
    """A listing that was resumed and stopped again has another time of its stop."""
    if listing.stage is not Stage.STOPPED or listing.stopped_at != done.at:
        return None
    goes_up = bool(done.quantity_before) and not source_is_gone
    return life.put_up(listing, now, by) if goes_up else life.search_again(listing, now, by)


ACTIONS: Mapping[BulkAction, Action] = {
    BulkAction.CHECK: Action(
        stages=frozenset({Stage.ON_SALE, Stage.HELD}),
        tells=frozenset({EventKind.LOOK_WANTED}),
        audit=AuditAction.LISTINGS_CHECK,
        make=None,
    ),
    BulkAction.WITHDRAW: Action(
        stages=frozenset(UP),
        tells=frozenset({EventKind.WITHDRAWN}),
        audit=AuditAction.LISTINGS_WITHDRAW,
        make=_always(life.take_down),
        undo=_undo_take_down,
        known_to_amazon=True,
        takes_down=True,
        wakes_feed=True,
    ),
    BulkAction.PUT_UP: Action(
        stages=frozenset({Stage.SEARCHING, Stage.WITHDRAWN}),
        tells=frozenset({EventKind.RESTORED}),
        audit=AuditAction.LISTINGS_PUT_UP,
        make=_always(life.put_up),
        known_to_amazon=True,
        source_on_sale=True,
    ),
    BulkAction.STOP: Action(
        stages=frozenset({*UP, Stage.SEARCHING}),
        tells=frozenset({EventKind.STOPPED}),
        audit=AuditAction.LISTINGS_STOP,
        make=_always(life.stop),
        undo=_undo_stop,
        takes_down=True,
        wakes_feed=True,
    ),
    BulkAction.RESUME: Action(
        stages=frozenset({Stage.STOPPED}),
        tells=frozenset({EventKind.RESUMED}),
        audit=AuditAction.LISTINGS_RESUME,
        make=_resume,
        known_to_amazon=True,
        by_source=True,
    ),
    BulkAction.LIST: Action(
        stages=frozenset({Stage.DRAFT}),
        tells=frozenset({EventKind.LISTED}),
        audit=AuditAction.LISTINGS_LIST,
        make=_always(life.make_offer),
        wants_pictures=True,
    ),
    BulkAction.DELETE: Action(
        stages=frozenset({Stage.DRAFT, Stage.SEARCHING, Stage.WITHDRAWN, Stage.STOPPED}),
        tells=frozenset({EventKind.LEAVING, EventKind.DELETED}),
        audit=AuditAction.LISTINGS_DELETE,
        make=None,
        while_exposed=False,
        wakes_feed=True,
        for_good=True,
    ),
}
"""What an action asks of a listing besides, such as that nothing is under way, is said where its rows are selected."""
NOTHING_FITS = frozenset({Stage.LEAVING})
"""Stages in which a seller can do nothing."""
UNDO_OF: Mapping[EventKind, Undo] = {
    kind: action.undo for action in ACTIONS.values() if action.undo is not None for kind in action.tells
}
"""How what an event by hand tells is taken back."""


def changed(action: BulkAction, listing: Listing, person: str, now: datetime, *, source_is_gone: bool = False) -> Lived:
    """By an action that changes the row; raises `Impossible` where it does not fit the listing's stage."""
    make = ACTIONS[action].make
    if make is None:
        raise ValueError(f"{action} is made elsewhere")
    return make(listing, now, ByHand(person), source_is_gone=source_is_gone)


def undone(listing: Listing, done: Event, person: str, now: datetime, *, source_is_gone: bool) -> Lived | None:
    """What `done`, an action's event by hand, changed is put back; None where that is not to be.

    What was up goes up, unless its source is known to have gone; what was searched for is searched for again. A
    listing that anybody has changed since has another revision, or another time of its stop, and stays as it is.
    """
    if listing.revision != done.revision:
        return None
    return UNDO_OF[done.kind](listing, done, now, ByHand(person), source_is_gone=source_is_gone)


def actions_in(view: View) -> Sequence[BulkAction]:
    """Those that can fit a listing of this view, in the order of their buttons."""
    of_view = (action for action, its in ACTIONS.items() if its.stages & STAGES_OF[view])
    return [action for action in of_view if ACTIONS[action].while_exposed or view is not View.EXPOSED]


def possible(stage: Stage, *, orphan: bool, exposed: bool, source_on_sale: bool) -> Sequence[BulkAction]:
    """Those that fit a listing that stands so: Amazon does not know it, or still sells it; its source is on sale."""
    return [
        action
        for action, its in ACTIONS.items()
        if stage in its.stages
        and not (orphan and its.known_to_amazon)
        and (its.while_exposed or not exposed)
        and (source_on_sale or not its.source_on_sale)
    ]
