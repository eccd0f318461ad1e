"""The actions of a seller on listings: one row per action, from which everything else follows. No I/O."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from mercarich_contracts.audit import AuditAction
from mercarich_contracts.events import EventKind
from mercarich_listings import listing as life
from mercarich_listings.event import Event
from mercarich_listings.listing import FRESH, UP, Listing, Lived
from mercarich_listings.transition import Stage
from mercarich_reasons.stock import ByHand, PutBack
from mercarich_web.listings.views import STAGES_OF, View


class BulkAction(StrEnum):  # In the order of their buttons. A docstring would appear in the API's document.
    CHECK = "check"
    """Look at the source as soon as a checker is free, in the newest run of its marketplace."""
    WITHDRAW = "withdraw"
    """Set the quantity at Amazon to 0 until the seller puts it up again; no replacement is searched for."""
    PUT_UP = "put_up"
    """Put up a withdrawn listing whose source is on sale. It is pushed as long as its source was seen recently."""
    STOP = "stop_watching"
    """Withdraw the listing if it is up, and end the search for a replacement. Nothing happens to it automatically any
    more."""
    RESUME = "resume_watching"
    """Put it up after a look at its source; if that was last seen gone, search for a replacement."""
    CREATE = "create"
    """Create the offer of a draft at Amazon, on the draft's ASIN, by the seller's rules."""
    GIVE_UP = "give_up"
    """Give up the offer that is being registered: a draft again, once Amazon has nothing of it."""
    LIST = "list"
    """Take over the offer of a draft that the seller has listed at Amazon, once it was seen there."""
    DELETE = "delete"
    """Delete a draft at once, and a withdrawn offer once Amazon has deleted it."""


@dataclass(frozen=True, slots=True)
class Standing:
    """What an action or its undo goes by, besides the listing."""

    source_is_gone: bool = False
    """The source was last seen gone."""
    below_limit: bool = False
    """By the price last seen, the loss rule would take the offer down."""
    was_paused: bool = False
    """Of an undo: the loss rule had the listing down before the action."""
    seen_lately: bool = False
    """Of an undo: the source was last seen on sale, as lately as that of an offer that is up."""


class Make(Protocol):
    """Changes one listing; raises `Impossible` when the action does not fit its stage.

    `standing` is given when the action is `by_source`. A source that nobody has looked at is not gone: the look before
    the push decides.
    """

    def __call__(self, listing: Listing, now: datetime, by: ByHand, standing: Standing) -> Lived: ...


class Undo(Protocol):
    """Undoes a change: `done` is the event of the action, and the listing still has that event's revision. Returns None
    when the listing is to stay as it is."""

    def __call__(
        self, listing: Listing, done: Event, now: datetime, by: ByHand, standing: Standing
    ) -> Lived | None: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Action:
    stages: frozenset[Stage]
    """Stages of a listing in which the action fits."""
    tells: frozenset[EventKind]
    """Events that the action writes, one of them for each listing."""
    audit: AuditAction
    make: Make | None
    """None: a service or Amazon makes the change; `sql.ways` says how."""
    undo: Undo | None = None
    """None: the action cannot be undone."""
    known_to_amazon: bool = False
    """The action ends at Amazon: it does not fit an offer whose SKU Amazon does not know."""
    while_exposed: bool = True
    """False: the action does not fit an offer that Amazon still sells although its source is gone."""
    source_on_sale: bool = False
    """The action fits only while the source was last seen on sale."""
    by_loss_rule: bool = False
    """The action does not fit an offer that the seller's loss rule would take down again."""
    by_source: bool = False
    """The change depends on whether the source was last seen gone, or too dear."""
    takes_down: bool = False
    """The action withdraws what is up."""
    wakes_feed: bool = False
    """Wake feed, so that the change is at Amazon within seconds and not only after the next round."""
    for_good: bool = False
    """The action is irreversible; its button warns."""


def _always(transition: Callable[[Listing, datetime, ByHand], Lived]) -> Make:
    """Make the change whatever the state of the source."""

    def make(listing: Listing, now: datetime, by: ByHand, standing: Standing) -> Lived:
        return transition(listing, now, by)

    return make


def _resume(listing: Listing, now: datetime, by: ByHand, standing: Standing) -> Lived:
    """Watch it again. Nobody looks at the source of what is not watched, so a price that is too dear may be an old one:
    the offer is paused, and the next look decides."""
    if standing.source_is_gone:
        return life.search_again(listing, now, by)
    return life.pause_again(listing, now, by) if standing.below_limit else life.put_up(listing, now, by)


def _undo_take_down(listing: Listing, done: Event, now: datetime, by: ByHand, standing: Standing) -> Lived | None:
    if listing.stage is not Stage.WITHDRAWN:
        return None
    return _as_before(listing, done, now, by, standing)


def _undo_stop(listing: Listing, done: Event, now: datetime, by: ByHand, standing: Standing) -> Lived | None:
    """Undo a stop. A listing that was resumed and stopped again has another `stopped_at`, and stays stopped."""
    if listing.stage is not Stage.STOPPED or listing.stopped_at != done.at:
        return None
    return _as_before(listing, done, now, by, standing) or life.search_again(listing, now, by)


def _as_before(listing: Listing, done: Event, now: datetime, by: ByHand, standing: Standing) -> Lived | None:
    """Put up what was up, and pause what was paused, or would be if it were up. None: it was neither, or its source is
    gone."""
    if standing.was_paused:
        return life.pause_again(listing, now, by)
    if not done.quantity_before or standing.source_is_gone:
        return None
    if standing.below_limit:
        return life.pause_again(listing, now, by)
    as_it_was = standing.seen_lately and now - done.at <= FRESH
    return life.put_up(listing, now, PutBack(by.person) if as_it_was else by)


ACTIONS: Mapping[BulkAction, Action] = {
    BulkAction.CHECK: Action(
        stages=frozenset({Stage.ON_SALE, Stage.HELD, Stage.PAUSED}),
        tells=frozenset({EventKind.LOOK_WANTED}),
        audit=AuditAction.LISTINGS_CHECK,
        make=None,
    ),
    BulkAction.WITHDRAW: Action(
        stages=frozenset({*UP, Stage.PAUSED}),
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
        by_loss_rule=True,
    ),
    BulkAction.STOP: Action(
        stages=frozenset({*UP, Stage.SEARCHING, Stage.PAUSED}),
        tells=frozenset({EventKind.STOPPED}),
        audit=AuditAction.LISTINGS_STOP,
        make=_always(life.stop),
        undo=_undo_stop,
        takes_down=True,
        wakes_feed=True,
    ),
    BulkAction.RESUME: Action(
        stages=frozenset({Stage.STOPPED}),
        tells=frozenset({EventKind.RESUMED, EventKind.PAUSED}),
        audit=AuditAction.LISTINGS_RESUME,
        make=_resume,
        known_to_amazon=True,
        by_source=True,
    ),
    BulkAction.CREATE: Action(
        stages=frozenset({Stage.DRAFT}),
        tells=frozenset({EventKind.REGISTERING, EventKind.NOT_REGISTERED}),
        audit=AuditAction.LISTINGS_CREATE,
        make=None,
    ),
    BulkAction.GIVE_UP: Action(
        stages=frozenset({Stage.REGISTERING}),
        tells=frozenset({EventKind.GIVEN_UP}),
        audit=AuditAction.LISTINGS_GIVE_UP,
        make=None,
    ),
    BulkAction.LIST: Action(
        stages=frozenset({Stage.DRAFT}),
        tells=frozenset({EventKind.TAKING_OVER}),
        audit=AuditAction.LISTINGS_LIST,
        make=None,
    ),
    BulkAction.DELETE: Action(
        stages=frozenset({Stage.DRAFT, Stage.SEARCHING, Stage.PAUSED, Stage.WITHDRAWN, Stage.STOPPED}),
        tells=frozenset({EventKind.LEAVING, EventKind.DELETED}),
        audit=AuditAction.LISTINGS_DELETE,
        make=None,
        while_exposed=False,
        wakes_feed=True,
        for_good=True,
    ),
}
"""All actions. Further conditions, such as that nothing is under way, are part of the queries that select the rows."""
NOTHING_FITS = frozenset({Stage.LEAVING})
"""Stages in which a seller can do nothing."""
UNDO_OF: Mapping[EventKind, Undo] = {
    kind: action.undo for action in ACTIONS.values() if action.undo is not None for kind in action.tells
}
"""How to undo the change of an event by hand."""


def changed(
    action: BulkAction,
    listing: Listing,
    person: str,
    now: datetime,
    *,
    source_is_gone: bool = False,
    below_limit: bool = False,
) -> Lived:
    """Return the listing as changed by an action; raises `Impossible` when the action does not fit the listing's
    stage."""
    make = ACTIONS[action].make
    if make is None:
        raise ValueError(f"no transition makes the action {action}")
    return make(listing, now, ByHand(person), Standing(source_is_gone, below_limit))


def undone(listing: Listing, done: Event, person: str, now: datetime, standing: Standing) -> Lived | None:
    """Undo what `done`, an event of an action, changed. Return None when the listing is to stay as it is.

    A listing that was up goes up, unless its source is known to be gone, or too dear: then it is paused. It goes up
    without another look at its source where the action is as young as a look may be. What was paused is again; for a
    listing with a search, the search goes on. A listing that anything changed since has another revision, or another
    time of its last change, and stays as it is: a chosen source changes no revision of what is down.
    """
    if listing.revision != done.revision or listing.changed_at != done.at:
        return None
    return UNDO_OF[done.kind](listing, done, now, ByHand(person), standing)


def actions_in(view: View) -> Sequence[BulkAction]:
    """Return the actions that can fit a listing of this view, in the order of their buttons."""
    of_view = (action for action, its in ACTIONS.items() if its.stages & STAGES_OF[view])
    return [action for action in of_view if ACTIONS[action].while_exposed or view is not View.EXPOSED]


def possible(
    stage: Stage, *, orphan: bool, exposed: bool, source_on_sale: bool, below_limit: bool = False
) -> Sequence[BulkAction]:
    """Return the actions that fit a listing in this state. `orphan`: Amazon does not know it; `exposed`: Amazon still
    sells it while its source is gone; `below_limit`: the loss rule would take it down."""
    return [
        action
        for action, its in ACTIONS.items()
        if stage in its.stages
        and not (orphan and its.known_to_amazon)
        and (its.while_exposed or not exposed)
        and (source_on_sale or not its.source_on_sale)
        and not (below_limit and its.by_loss_rule)
    ]
