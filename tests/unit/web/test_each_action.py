"""Every action of a seller is handled wherever it must be: a test names the place that lacks one."""

from collections.abc import Collection

import pytest
from tools.life_cycle import EXAMPLES, NOW
from tools.messages import missing

from mercarich_contracts.audit import AuditAction
from mercarich_contracts.events import EventKind
from mercarich_listings.listing import UP
from mercarich_web.listings.actions import ACTIONS, NOTHING_FITS, UNDO_OF, BulkAction, changed
from mercarich_web.listings.sql.ways import ELSEWHERE
from mercarich_web.site import flash
from mercarich_web.site.languages import sentences
from mercarich_web.words import WORDS

PLACES: dict[str, Collection[BulkAction]] = {
    "listings.actions.ACTIONS": ACTIONS,
    "listings.words.BULK (button and preview)": WORDS.BULK,
    "site.flash, as bulk_… (what was done)": {one for one in BulkAction if flash.message(f"bulk_{one}").sentence},
    "sellers.words.DEEDS (the audit log), by its `audit`": {
        one for one, its in ACTIONS.items() if its.audit in WORDS.DEEDS
    },
    "listings.sql.ways.ELSEWHERE, or `make` in ACTIONS": {
        one for one, its in ACTIONS.items() if one in ELSEWHERE or its.make is not None
    },
}
"""A place that lists actions, and the actions it lists."""
MADE_HERE = [action for action, its in ACTIONS.items() if its.make is not None]


@pytest.mark.parametrize("place", PLACES)
def test_each_action_is_known(place: str) -> None:
    assert set(BulkAction) - set(PLACES[place]) == set(), f"write these into {place}"


@pytest.mark.parametrize("language", ["ja", "en"])
@pytest.mark.parametrize("action", [one for one in ACTIONS if one in WORDS.BULK])
def test_its_words_are_translated(action: BulkAction, language: str) -> None:
    told = {*WORDS.BULK[action][:2], flash.message(f"bulk_{action}").sentence, WORDS.DEEDS[_audit(action)][0]}
    catalogue = sentences(language)

    assert {one for one in told if catalogue.get(one) is None} == set(), "run: python -m tools.messages"
    assert told & set(missing(catalogue)) == set(), "translate these in locales/ja.po"


def test_no_two_actions_are_the_same_in_the_audit_log_or_the_history() -> None:
    told = [kind for its in ACTIONS.values() for kind in its.tells]

    assert len({its.audit for its in ACTIONS.values()}) == len(ACTIONS)
    assert all(its.audit.startswith("listings_") for its in ACTIONS.values())
    assert len(set(told)) == len(told)
    assert set(told) <= set(EventKind)


def test_an_action_is_made_in_one_place_and_no_other() -> None:
    assert {one for one in ELSEWHERE if ACTIONS[one].make is not None} == set()


@pytest.mark.parametrize("source_is_gone", [False, True])
@pytest.mark.parametrize("action", MADE_HERE)
def test_a_row_says_what_the_action_makes(action: BulkAction, source_is_gone: bool) -> None:
    its = ACTIONS[action]
    made = {stage: changed(action, EXAMPLES[stage], "ann", NOW, source_is_gone=source_is_gone) for stage in its.stages}

    assert {one.event.kind for one in made.values() if one.event is not None} <= its.tells
    assert its.takes_down == any(stage in UP and one.after.quantity == 0 for stage, one in made.items())
    if not its.by_source:
        other = {stage: changed(action, EXAMPLES[stage], "ann", NOW, source_is_gone=True) for stage in its.stages}
        assert other == made, "it is `by_source`"


@pytest.mark.parametrize("action", ACTIONS)
def test_what_comes_down_is_told_to_feed_at_once(action: BulkAction) -> None:
    assert ACTIONS[action].wakes_feed >= ACTIONS[action].takes_down


@pytest.mark.parametrize("action", ACTIONS)
def test_an_action_that_is_taken_back_is_found_by_its_events(action: BulkAction) -> None:
    its = ACTIONS[action]

    assert {UNDO_OF.get(kind) for kind in its.tells} == {its.undo}
    assert its.undo is None or (its.make is not None and not its.for_good)


@pytest.mark.parametrize("action", ACTIONS)
def test_an_action_fits_a_stage_where_anything_does(action: BulkAction) -> None:
    assert ACTIONS[action].stages, "say in its row where a listing may be"
    assert not ACTIONS[action].stages & NOTHING_FITS


def _audit(action: BulkAction) -> AuditAction:
    return ACTIONS[action].audit
