"""Withdrawing without a replacement, and a person's decision on one: every stage by every decision. No database."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from mercarich_contracts.events import EventKind
from mercarich_contracts.market import Marketplace, State
from mercarich_contracts.market import Reason as StateReason
from mercarich_listings.event import Told, Trigger
from mercarich_listings.history import replay
from mercarich_listings.listing import Listing, Lived, take_back, tell, withdraw
from mercarich_listings.transition import Impossible, Stage
from mercarich_reasons.reason import Reason
from mercarich_reasons.stock import (
    NoReplacementYet,
    ReplacementApproved,
    ReplacementRefused,
    ReplacementTakenBack,
    ReplacementWaits,
)

NOW = datetime(2026, 11, 28, 12, tzinfo=UTC)
BEFORE = NOW - timedelta(hours=1)
DOWN = {"quantity": 0, "withdrawn_at": BEFORE}
COLUMNS: dict[Stage, dict[str, Any]] = {
    Stage.DRAFT: {"listed": False},
    Stage.ON_SALE: {},
    Stage.HELD: {"hold_id": 4},
    Stage.MARKED: {"searching": True},
    Stage.SEARCHING: DOWN | {"searching": True},
    Stage.PAUSED: DOWN | {"paused_at": BEFORE},
    Stage.WITHDRAWN: DOWN,
    Stage.STOPPED: DOWN | {"stopped_at": BEFORE},
    Stage.REGISTERING: {"listed": False, "registering": True},
    Stage.LEAVING: DOWN | {"listed": False, "leaving": True},
}
TAKEN_BACK = ReplacementTakenBack("m1", "yuki", Marketplace.YAHOO, 3)


def listing(stage: Stage) -> Listing:
    """A listing with a replacement that has been pushed."""
    given = {"marketplace": Marketplace.MERCARI, "source_item_id": 8, "lead_time_days": 6, "restored_at": BEFORE}
    columns = {"listed": True, "quantity": 1, "searching": False, **given, **COLUMNS[stage]}
    one = Listing(id=1, user_id=2, sku="s1", listing_quantity=1, revision=3, changed_at=BEFORE, **columns)
    assert one.stage is stage
    return one


def lowered(one: Listing) -> Lived:
    return withdraw(one, NOW, NoReplacementYet(State.SOLD, StateReason.WON), Trigger(run_id=7, evidence_id=5))


def taken_back(one: Listing) -> Lived:
    return take_back(one, NOW, TAKEN_BACK)


@pytest.mark.parametrize(
    ("stage", "decide", "after", "revision"),
    [
        (Stage.ON_SALE, lowered, Stage.SEARCHING, 4),
        (Stage.HELD, lowered, Stage.SEARCHING, 4),
        (Stage.MARKED, lowered, Stage.SEARCHING, 4),
        (Stage.ON_SALE, taken_back, Stage.SEARCHING, 4),
        (Stage.HELD, taken_back, Stage.SEARCHING, 4),
        (Stage.MARKED, taken_back, Stage.SEARCHING, 4),
        (Stage.SEARCHING, taken_back, Stage.SEARCHING, 3),
        (Stage.PAUSED, lowered, Stage.SEARCHING, 3),
        (Stage.PAUSED, taken_back, Stage.SEARCHING, 3),
        (Stage.WITHDRAWN, taken_back, Stage.SEARCHING, 3),
        (Stage.STOPPED, taken_back, Stage.STOPPED, 3),
    ],
)
def test_the_offer_is_down_and_searched_for(
    stage: Stage, decide: Callable[[Listing], Lived], after: Stage, revision: int
) -> None:
    change = decide(listing(stage))
    made, event = change.after, change.event
    assert event is not None
    assert (made.stage, made.quantity, made.revision) == (after, 0, revision)
    assert (made.withdrawn_at, made.changed_at, made.restored_at, made.hold_id) == (NOW, NOW, None, None)
    assert (event.quantity_before, event.quantity_after) == (change.before.quantity, 0)
    assert event.hold_id == change.before.hold_id
    assert replay(change.before, [event]) == made


def test_what_is_taken_back_has_the_source_before_it() -> None:
    change = taken_back(listing(Stage.ON_SALE))
    assert (change.after.marketplace, change.after.source_item_id) == (Marketplace.YAHOO, 3)
    assert change.event is not None
    assert (change.event.kind, change.event.reason) == (EventKind.UNDONE, TAKEN_BACK)


def test_what_comes_down_without_a_replacement_tells_its_run_and_its_evidence() -> None:
    event = lowered(listing(Stage.MARKED)).event
    assert event is not None
    assert (event.kind, event.run_id, event.evidence_id) == (EventKind.WITHDRAWN, 7, 5)


@pytest.mark.parametrize(
    ("decide", "stages"),
    [
        (
            lowered,
            (Stage.DRAFT, Stage.REGISTERING, Stage.SEARCHING, Stage.WITHDRAWN, Stage.STOPPED, Stage.LEAVING),
        ),
        (taken_back, (Stage.DRAFT, Stage.REGISTERING, Stage.LEAVING)),
    ],
)
def test_no_other_stage_is_changed(decide: Callable[[Listing], Lived], stages: tuple[Stage, ...]) -> None:
    for stage in stages:
        with pytest.raises(Impossible):
            decide(listing(stage))


@pytest.mark.parametrize("stage", list(Stage))
@pytest.mark.parametrize(
    ("kind", "reason"),
    [
        (EventKind.PROPOSED, ReplacementWaits(Marketplace.YAHOO, "x1")),
        (EventKind.APPROVED, ReplacementApproved("x1", "yuki")),
        (EventKind.UNDONE, ReplacementRefused("x1", "yuki")),
    ],
)
def test_a_question_and_its_answer_change_nothing_of_the_listing(stage: Stage, kind: EventKind, reason: Reason) -> None:
    one = listing(stage)
    event = tell(one, Told(kind, NOW, reason))
    assert (event.quantity_before, event.quantity_after, event.revision) == (one.quantity, one.quantity, one.revision)
    assert replay(one, [event]) == one
