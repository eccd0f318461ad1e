"""The effect of a seller's actions on a listing, and what undo restores."""

from dataclasses import replace
from datetime import timedelta

import pytest
from tools.life_cycle import EXAMPLES, NOW

from mercarich_listings.event import Event
from mercarich_listings.history import replay
from mercarich_listings.listing import FRESH, Listing
from mercarich_listings.transition import TRANSITIONS, Impossible, Stage
from mercarich_reasons.stock import ByHand, PutBack
from mercarich_web.listings.actions import ACTIONS, BulkAction, Standing, changed, undone

MADE_BY = {
    BulkAction.WITHDRAW: ("take_down",),
    BulkAction.PUT_UP: ("put_up",),
    BulkAction.STOP: ("stop",),
    BulkAction.RESUME: ("put_up", "search_again"),
    BulkAction.CREATE: ("register",),
    BulkAction.GIVE_UP: ("draft_again",),
    BulkAction.LIST: ("register",),
    BulkAction.DELETE: ("delete",),
}
SAME, GONE, DEAR = Standing(), Standing(source_is_gone=True), Standing(below_limit=True)
SEEN, SECOND = Standing(seen_lately=True), timedelta(seconds=1)
PAUSED = Standing(below_limit=True, was_paused=True)
CHANGING = [action for action in MADE_BY if ACTIONS[action].make is not None]


@pytest.mark.parametrize("action", MADE_BY)
def test_an_action_fits_no_stage_that_its_transitions_do_not_start_from(action: BulkAction) -> None:
    for name in MADE_BY[action]:
        assert ACTIONS[action].stages <= set(TRANSITIONS[name].start)


def test_what_leaves_amazon_is_deleted_as_what_goes_at_once_but_for_drafts() -> None:
    assert ACTIONS[BulkAction.DELETE].stages - {Stage.DRAFT} == set(TRANSITIONS["leave"].start)


@pytest.mark.parametrize("source_is_gone", [False, True])
@pytest.mark.parametrize("action", CHANGING)
def test_an_action_changes_what_it_fits(action: BulkAction, source_is_gone: bool) -> None:
    for stage in ACTIONS[action].stages:
        assert changed(action, EXAMPLES[stage], "ann", NOW, source_is_gone=source_is_gone).after.stage is not stage


@pytest.mark.parametrize("action", [BulkAction.WITHDRAW, BulkAction.STOP])
def test_elsewhere_it_is_impossible(action: BulkAction) -> None:
    for stage in set(Stage) - ACTIONS[action].stages:
        with pytest.raises(Impossible):
            changed(action, EXAMPLES[stage], "ann", NOW)


@pytest.mark.parametrize(
    "action", [BulkAction.CHECK, BulkAction.CREATE, BulkAction.GIVE_UP, BulkAction.LIST, BulkAction.DELETE]
)
def test_an_action_that_changes_no_column_is_made_elsewhere(action: BulkAction) -> None:
    with pytest.raises(ValueError, match="no transition"):
        changed(action, EXAMPLES[Stage.ON_SALE], "ann", NOW)


def test_what_was_resumed_with_a_gone_source_is_searched_for() -> None:
    stopped = EXAMPLES[Stage.STOPPED]
    assert changed(BulkAction.RESUME, stopped, "ann", NOW, source_is_gone=True).after.stage is Stage.SEARCHING
    assert changed(BulkAction.RESUME, stopped, "ann", NOW).after.stage is Stage.ON_SALE


@pytest.mark.parametrize(
    ("action", "start", "standing", "expected"),
    [
        (BulkAction.WITHDRAW, Stage.ON_SALE, SAME, Stage.ON_SALE),
        (BulkAction.WITHDRAW, Stage.MARKED, SAME, Stage.ON_SALE),
        (BulkAction.WITHDRAW, Stage.ON_SALE, GONE, None),
        (BulkAction.WITHDRAW, Stage.ON_SALE, DEAR, Stage.PAUSED),
        (BulkAction.WITHDRAW, Stage.PAUSED, PAUSED, Stage.PAUSED),
        (BulkAction.STOP, Stage.ON_SALE, SAME, Stage.ON_SALE),
        (BulkAction.STOP, Stage.ON_SALE, DEAR, Stage.PAUSED),
        (BulkAction.STOP, Stage.HELD, GONE, Stage.SEARCHING),
        (BulkAction.STOP, Stage.SEARCHING, SAME, Stage.SEARCHING),
        (BulkAction.STOP, Stage.SEARCHING, DEAR, Stage.SEARCHING),
        (BulkAction.STOP, Stage.SEARCHING, GONE, Stage.SEARCHING),
        (BulkAction.STOP, Stage.PAUSED, PAUSED, Stage.PAUSED),
    ],
)
def test_undo_puts_back(action: BulkAction, start: Stage, standing: Standing, expected: Stage | None) -> None:
    listing, done = _done(action, EXAMPLES[start])
    made = undone(listing, done, "ann", NOW, standing)
    assert (None if made is None else made.after.stage) == expected
    if made is not None and made.event is not None:
        assert replay(listing, [made.event]) == made.after


@pytest.mark.parametrize("action", [BulkAction.WITHDRAW, BulkAction.STOP])
@pytest.mark.parametrize(
    ("standing", "later", "looked_at_first"),
    [(SEEN, timedelta(), False), (SEEN, FRESH, False), (SEEN, FRESH + SECOND, True), (SAME, timedelta(), True)],
)
def test_undo_of_a_moment_ago_needs_no_other_look(
    action: BulkAction, standing: Standing, later: timedelta, looked_at_first: bool
) -> None:
    """The offer is sourced as well as it was. What nobody has seen lately is looked at, as before any restore."""
    listing, done = _done(action, EXAMPLES[Stage.ON_SALE])
    made = undone(listing, done, "ann", NOW + later, standing)

    assert made is not None
    assert made.event is not None
    assert (made.after.restored_at is not None) is looked_at_first
    assert isinstance(made.event.reason, ByHand if looked_at_first else PutBack)
    assert replay(listing, [made.event]) == made.after


@pytest.mark.parametrize("action", [action for action, its in ACTIONS.items() if its.undo])
def test_what_was_changed_since_stays(action: BulkAction) -> None:
    listing, done = _done(action, EXAMPLES[Stage.ON_SALE])
    for since in (
        replace(listing, revision=listing.revision + 1),
        replace(listing, changed_at=listing.changed_at + SECOND),
        replace(listing, listed=False),
        EXAMPLES[Stage.SEARCHING],
        replace(listing, stopped_at=EXAMPLES[Stage.STOPPED].stopped_at),
    ):
        assert undone(since, done, "ann", NOW, SAME) is None


def _done(action: BulkAction, before: Listing) -> tuple[Listing, Event]:
    made = changed(action, before, "ann", NOW)
    assert made.event is not None
    return made.after, made.event
