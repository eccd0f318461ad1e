"""The effect of a seller's actions on a listing, and what undo restores."""

from dataclasses import replace

import pytest
from tools.life_cycle import EXAMPLES, NOW

from mercarich_listings.event import Event
from mercarich_listings.listing import Listing
from mercarich_listings.transition import TRANSITIONS, Impossible, Stage
from mercarich_web.listings.actions import ACTIONS, BulkAction, changed, undone

MADE_BY = {
    BulkAction.WITHDRAW: ("take_down",),
    BulkAction.PUT_UP: ("put_up",),
    BulkAction.STOP: ("stop",),
    BulkAction.RESUME: ("put_up", "search_again"),
    BulkAction.LIST: ("make_offer",),
    BulkAction.DELETE: ("delete",),
}
CHANGING = [action for action in MADE_BY if action is not BulkAction.DELETE]


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


@pytest.mark.parametrize("action", [BulkAction.WITHDRAW, BulkAction.STOP, BulkAction.LIST])
def test_elsewhere_it_is_impossible(action: BulkAction) -> None:
    for stage in set(Stage) - ACTIONS[action].stages:
        with pytest.raises(Impossible):
            changed(action, EXAMPLES[stage], "ann", NOW)


@pytest.mark.parametrize("action", [BulkAction.CHECK, BulkAction.DELETE])
def test_an_action_that_changes_no_column_is_made_elsewhere(action: BulkAction) -> None:
    with pytest.raises(ValueError, match="no transition"):
        changed(action, EXAMPLES[Stage.ON_SALE], "ann", NOW)


def test_what_was_resumed_with_a_gone_source_is_searched_for() -> None:
    stopped = EXAMPLES[Stage.STOPPED]
    assert changed(BulkAction.RESUME, stopped, "ann", NOW, source_is_gone=True).after.stage is Stage.SEARCHING
    assert changed(BulkAction.RESUME, stopped, "ann", NOW).after.stage is Stage.ON_SALE


@pytest.mark.parametrize(
    ("action", "start", "source_is_gone", "expected"),
    [
        (BulkAction.WITHDRAW, Stage.ON_SALE, False, Stage.ON_SALE),
        (BulkAction.WITHDRAW, Stage.MARKED, False, Stage.ON_SALE),
        (BulkAction.WITHDRAW, Stage.ON_SALE, True, None),
        (BulkAction.STOP, Stage.ON_SALE, False, Stage.ON_SALE),
        (BulkAction.STOP, Stage.HELD, True, Stage.SEARCHING),
        (BulkAction.STOP, Stage.SEARCHING, False, Stage.SEARCHING),
        (BulkAction.STOP, Stage.SEARCHING, True, Stage.SEARCHING),
    ],
)
def test_undo_puts_back(action: BulkAction, start: Stage, source_is_gone: bool, expected: Stage | None) -> None:
    listing, done = _done(action, EXAMPLES[start])
    made = undone(listing, done, "ann", NOW, source_is_gone=source_is_gone)
    assert (None if made is None else made.after.stage) == expected


@pytest.mark.parametrize("action", [action for action, its in ACTIONS.items() if its.undo])
def test_what_was_changed_since_stays(action: BulkAction) -> None:
    listing, done = _done(action, EXAMPLES[Stage.ON_SALE])
    for since in (
        replace(listing, revision=listing.revision + 1),
        replace(listing, listed=False),
        EXAMPLES[Stage.SEARCHING],
        replace(listing, stopped_at=EXAMPLES[Stage.STOPPED].stopped_at),
    ):
        assert undone(since, done, "ann", NOW, source_is_gone=False) is None


def _done(action: BulkAction, before: Listing) -> tuple[Listing, Event]:
    made = changed(action, before, "ann", NOW)
    assert made.event is not None
    return made.after, made.event
