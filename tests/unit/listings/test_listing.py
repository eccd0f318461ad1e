"""Every transition from every stage: what it writes and reports, or that it is impossible."""

from collections.abc import Mapping
from dataclasses import fields, replace
from typing import Any

import pytest
from tools.life_cycle import ANN, ASKED, BACK, CHEAP, CHOSEN, DEAR, DEARER, EXAMPLES, FOUND, MAKING, NOW, SOLD

from mercarich_contracts.events import EventKind
from mercarich_contracts.market import Marketplace
from mercarich_listings import listing as life
from mercarich_listings.event import Change, Event, Told, Trigger
from mercarich_listings.history import replay
from mercarich_listings.listing import DOWN, UP, Listing
from mercarich_listings.transition import TRANSITIONS, Impossible, Stage
from mercarich_reasons.creations import NotAtAmazon
from mercarich_reasons.push import ChangedAtAmazon, OrderedAtAmazon
from mercarich_reasons.reason import Reason
from mercarich_reasons.stock import DeletedByHand, ReplacedBy, SourceOnSaleAgain

Columns = Mapping[str, Any]

_DOWN = {"quantity": 0, "revision": 4, "withdrawn_at": NOW, "changed_at": NOW, "restored_at": None}
_HELD = {"hold_id": None}
_SEARCHING, _NOT_SEARCHING = {"searching": True}, {"searching": False}
_SAID = {"edited_quantity": None}
_ONE_LESS = {"edited_quantity": 1}
_STOPPED = {"stopped_at": NOW}
_AGAIN = {"withdrawn_at": NOW, "changed_at": NOW, "paused_at": None}
"""Of what was paused, and is down for something else now."""
_OTHER = {"source_item_id": 2, "marketplace": Marketplace.MERCARI}
_GIVEN = _OTHER | {"quantity": 1, "revision": 4, "lead_time_days": 3, "searched_at": NOW, "restored_at": NOW}
_GIVEN |= {"changed_at": NOW, "searching": False}
_UP = {"quantity": 2, "revision": 4, "restored_at": NOW, "changed_at": NOW, "withdrawn_at": None}
_TAKEN_BACK = _OTHER | {"withdrawn_at": NOW, "changed_at": NOW}
_CHOSEN = _OTHER | {"listing_quantity": 1, "changed_at": NOW}
_FEWER = _CHOSEN | {"quantity": 1, "revision": 4}
_LEAVING = {"listed": False, "leaving": True}

WRITES: Mapping[str, Mapping[Stage, tuple[EventKind, Columns]]] = {
    "register": {Stage.DRAFT: (EventKind.REGISTERING, {"registering": True, "changed_at": NOW})},
    "draft_again": {Stage.REGISTERING: (EventKind.NOT_REGISTERED, {"registering": False, "changed_at": NOW})},
    "make_offer": {
        Stage.DRAFT: (EventKind.LISTED, {"listed": True, "changed_at": NOW}),
        Stage.REGISTERING: (EventKind.LISTED, {"listed": True, "registering": False, "changed_at": NOW}),
    },
    "withdraw": {
        Stage.ON_SALE: (EventKind.WITHDRAWN, _DOWN | _SEARCHING),
        Stage.HELD: (EventKind.WITHDRAWN, _DOWN | _SEARCHING | _HELD),
        Stage.MARKED: (EventKind.WITHDRAWN, _DOWN),
        Stage.PAUSED: (EventKind.WITHDRAWN, _AGAIN | _SEARCHING),
    },
    "pause": {
        Stage.ON_SALE: (EventKind.PAUSED, _DOWN | _SAID | {"paused_at": NOW}),
        Stage.HELD: (EventKind.PAUSED, _DOWN | _SAID | {"paused_at": NOW} | _HELD),
    },
    "recover": {Stage.PAUSED: (EventKind.RECOVERED, _UP | {"paused_at": None})},
    "mark": {
        Stage.ON_SALE: (EventKind.SEARCHING, _SEARCHING),
        Stage.HELD: (EventKind.SEARCHING, _SEARCHING | _HELD),
    },
    "hold": {
        Stage.ON_SALE: (EventKind.HELD, {"hold_id": 6}),
        Stage.HELD: (EventKind.HELD, {"hold_id": 6}),
        Stage.PAUSED: (EventKind.HELD, {"hold_id": 6}),
    },
    "reprice": {
        Stage.ON_SALE: (EventKind.PRICE_ASKED, {}),
        Stage.HELD: (EventKind.PRICE_ASKED, _HELD),
        Stage.PAUSED: (EventKind.PRICE_ASKED, {}),
    },
    "let_go": {Stage.HELD: (EventKind.HOLD_CLEARED, _HELD), Stage.PAUSED: (EventKind.HOLD_CLEARED, {})},
    "give_source": {
        Stage.MARKED: (EventKind.SWAPPED, _GIVEN | _SAID),
        Stage.SEARCHING: (EventKind.RESTORED, _GIVEN | _SAID | {"withdrawn_at": None}),
    },
    "take_back": {
        Stage.ON_SALE: (EventKind.UNDONE, _DOWN | _SAID | _OTHER | _SEARCHING),
        Stage.HELD: (EventKind.UNDONE, _DOWN | _SAID | _OTHER | _SEARCHING | _HELD),
        Stage.MARKED: (EventKind.UNDONE, _DOWN | _SAID | _OTHER),
        Stage.SEARCHING: (EventKind.UNDONE, _TAKEN_BACK | _SAID),
        Stage.PAUSED: (EventKind.UNDONE, _TAKEN_BACK | _SEARCHING | {"paused_at": None}),
        Stage.WITHDRAWN: (EventKind.UNDONE, _TAKEN_BACK | _SAID | _SEARCHING),
        Stage.STOPPED: (EventKind.UNDONE, _TAKEN_BACK | _SAID),
    },
    "choose_source": {
        Stage.DRAFT: (EventKind.SOURCE_CHOSEN, _FEWER),
        Stage.ON_SALE: (EventKind.SOURCE_CHOSEN, _FEWER | _SAID),
        Stage.HELD: (EventKind.SOURCE_CHOSEN, _FEWER | _SAID | _HELD),
        Stage.MARKED: (EventKind.SOURCE_CHOSEN, _FEWER | _SAID | _NOT_SEARCHING),
        Stage.SEARCHING: (EventKind.SOURCE_CHOSEN, _CHOSEN | _SAID | _NOT_SEARCHING),
        Stage.PAUSED: (EventKind.SOURCE_CHOSEN, _CHOSEN),
        Stage.WITHDRAWN: (EventKind.SOURCE_CHOSEN, _CHOSEN | _SAID),
        Stage.STOPPED: (EventKind.SOURCE_CHOSEN, _CHOSEN | _SAID),
    },
    "take_down": {
        Stage.ON_SALE: (EventKind.WITHDRAWN, _DOWN),
        Stage.HELD: (EventKind.WITHDRAWN, _DOWN | _HELD),
        Stage.MARKED: (EventKind.WITHDRAWN, _DOWN | _NOT_SEARCHING),
        Stage.PAUSED: (EventKind.WITHDRAWN, _AGAIN),
    },
    "follow_amazon": {
        Stage.ON_SALE: (EventKind.CHANGED_AT_AMAZON, _DOWN),
        Stage.HELD: (EventKind.CHANGED_AT_AMAZON, _DOWN | _HELD),
        Stage.MARKED: (EventKind.CHANGED_AT_AMAZON, _DOWN | _NOT_SEARCHING),
    },
    "sell_out": {
        Stage.ON_SALE: (EventKind.ORDERED, _DOWN | _ONE_LESS),
        Stage.HELD: (EventKind.ORDERED, _DOWN | _ONE_LESS | _HELD),
        Stage.MARKED: (EventKind.ORDERED, _DOWN | _ONE_LESS | _NOT_SEARCHING),
        Stage.PAUSED: (EventKind.ORDERED, _AGAIN),
    },
    "sell_some": {Stage.PAUSED: (EventKind.ORDERED, {"listing_quantity": 1})},
    "put_up": {
        Stage.SEARCHING: (EventKind.RESTORED, _UP | _SAID | _NOT_SEARCHING),
        Stage.PAUSED: (EventKind.RESTORED, _UP | {"paused_at": None}),
        Stage.WITHDRAWN: (EventKind.RESTORED, _UP | _SAID),
        Stage.STOPPED: (EventKind.RESUMED, _UP | _SAID | {"stopped_at": None}),
    },
    "pause_again": {
        Stage.WITHDRAWN: (EventKind.PAUSED, {"withdrawn_at": NOW, "changed_at": NOW, "paused_at": NOW} | _SAID),
        Stage.STOPPED: (
            EventKind.PAUSED,
            {"withdrawn_at": NOW, "changed_at": NOW, "paused_at": NOW, "stopped_at": None} | _SAID,
        ),
    },
    "search_again": {
        Stage.STOPPED: (
            EventKind.RESUMED,
            {"withdrawn_at": NOW, "changed_at": NOW, "stopped_at": None, "searching": True},
        ),
    },
    "stop": {
        Stage.ON_SALE: (EventKind.STOPPED, _DOWN | _STOPPED),
        Stage.HELD: (EventKind.STOPPED, _DOWN | _STOPPED | _HELD),
        Stage.MARKED: (EventKind.STOPPED, _DOWN | _STOPPED | _NOT_SEARCHING),
        Stage.SEARCHING: (EventKind.STOPPED, {"changed_at": NOW, "stopped_at": NOW, "searching": False}),
        Stage.PAUSED: (EventKind.STOPPED, {"changed_at": NOW, "stopped_at": NOW, "paused_at": None}),
    },
    "leave": {
        Stage.SEARCHING: (EventKind.LEAVING, _LEAVING),
        Stage.PAUSED: (EventKind.LEAVING, _LEAVING | {"paused_at": None}),
        Stage.WITHDRAWN: (EventKind.LEAVING, _LEAVING),
        Stage.STOPPED: (EventKind.LEAVING, _LEAVING),
    },
    "delete": {
        Stage.DRAFT: (EventKind.DELETED, {}),
        Stage.LEAVING: (EventKind.DELETED, {}),
        Stage.SEARCHING: (EventKind.DELETED, {}),
        Stage.PAUSED: (EventKind.DELETED, {}),
        Stage.WITHDRAWN: (EventKind.DELETED, {}),
        Stage.STOPPED: (EventKind.DELETED, {}),
    },
}
_IS_UP = {Stage.ON_SALE, Stage.HELD, Stage.MARKED}
_OTHERWISE_DOWN = {Stage.SEARCHING, Stage.WITHDRAWN, Stage.STOPPED}
_IS_DOWN = _OTHERWISE_DOWN | {Stage.PAUSED}
_IS_NO_OFFER = {Stage.DRAFT, Stage.REGISTERING, Stage.LEAVING}
REFUSES: Mapping[str, set[Stage]] = {
    "register": _IS_UP | _IS_DOWN | {Stage.REGISTERING, Stage.LEAVING},
    "draft_again": _IS_UP | _IS_DOWN | {Stage.DRAFT, Stage.LEAVING},
    "make_offer": _IS_UP | _IS_DOWN | {Stage.LEAVING},
    "withdraw": _OTHERWISE_DOWN | _IS_NO_OFFER,
    "pause": _IS_DOWN | _IS_NO_OFFER | {Stage.MARKED},
    "reprice": _OTHERWISE_DOWN | _IS_NO_OFFER | {Stage.MARKED},
    "recover": _IS_UP | _OTHERWISE_DOWN | _IS_NO_OFFER,
    "mark": _IS_DOWN | _IS_NO_OFFER | {Stage.MARKED},
    "hold": _OTHERWISE_DOWN | _IS_NO_OFFER | {Stage.MARKED},
    "let_go": _OTHERWISE_DOWN | _IS_NO_OFFER | {Stage.ON_SALE, Stage.MARKED},
    "give_source": _IS_NO_OFFER | {Stage.ON_SALE, Stage.HELD, Stage.PAUSED, Stage.WITHDRAWN, Stage.STOPPED},
    "take_back": _IS_NO_OFFER,
    "choose_source": {Stage.REGISTERING, Stage.LEAVING},
    "take_down": _OTHERWISE_DOWN | _IS_NO_OFFER,
    "follow_amazon": _IS_DOWN | _IS_NO_OFFER,
    "sell_out": _OTHERWISE_DOWN | _IS_NO_OFFER,
    "sell_some": _IS_UP | _OTHERWISE_DOWN | _IS_NO_OFFER,
    "put_up": _IS_UP | _IS_NO_OFFER,
    "pause_again": _IS_UP | _IS_NO_OFFER | {Stage.SEARCHING, Stage.PAUSED},
    "search_again": _IS_UP | _IS_NO_OFFER | {Stage.SEARCHING, Stage.PAUSED, Stage.WITHDRAWN},
    "stop": _IS_NO_OFFER | {Stage.WITHDRAWN, Stage.STOPPED},
    "leave": _IS_UP | _IS_NO_OFFER,
    "delete": _IS_UP | {Stage.REGISTERING},
}
"""Stages in which a transition is impossible. With `WRITES`, each stage is decided on for each transition; the test
names a new one."""
REASONS: Mapping[str, Reason] = {
    "register": ASKED,
    "draft_again": NotAtAmazon(),
    "withdraw": SOLD,
    "pause": DEAR,
    "reprice": DEARER,
    "recover": CHEAP,
    "mark": SOLD,
    "hold": SOLD,
    "let_go": SourceOnSaleAgain(),
    "give_source": FOUND,
    "take_back": BACK,
    "choose_source": CHOSEN,
    "follow_amazon": ChangedAtAmazon(0),
    "sell_out": OrderedAtAmazon("503-1234567-1234567", 1),
    "sell_some": OrderedAtAmazon("503-1234567-1234567", 1, 1),
    "leave": DeletedByHand("SKU-1", "ann"),
    "delete": DeletedByHand("SKU-1", "ann"),
}


def test_every_transition_stands_in_the_table() -> None:
    assert WRITES.keys() == TRANSITIONS.keys() == MAKING.keys()


@pytest.mark.parametrize("name", TRANSITIONS)
def test_every_stage_is_decided_on_for_each_transition(name: str) -> None:
    undecided = set(Stage) - set(WRITES[name]) - REFUSES[name]

    assert undecided == set(), f"may {name} start from these? Write them into its stages and WRITES, or into REFUSES"
    assert set(WRITES[name]) & REFUSES[name] == set()


def test_every_stage_has_an_example() -> None:
    assert {stage: example.stage for stage, example in EXAMPLES.items()} == {stage: stage for stage in Stage}


@pytest.mark.parametrize("stage", Stage)
@pytest.mark.parametrize("name", TRANSITIONS)
def test_a_transition_writes_and_tells_exactly_this_or_is_impossible(name: str, stage: Stage) -> None:
    before = EXAMPLES[stage]
    if stage not in WRITES[name]:
        with pytest.raises(Impossible, match=rf"listing 1 is {stage}: {name} starts from"):
            MAKING[name](before)
        return
    kind, columns = WRITES[name][stage]
    made = MAKING[name](before)
    after, event = (made.after, made.event) if isinstance(made, Change) else (before, made)

    assert _differing(before, after) == columns
    assert event == Event(
        listing_id=1,
        user_id=1,
        at=NOW,
        kind=kind,
        reason=REASONS.get(name, ANN),
        quantity_before=before.quantity,
        quantity_after=after.quantity,
        revision=after.revision,
        hold_id=6 if name == "hold" else before.hold_id,
    )


def test_a_replacement_that_amazon_need_not_be_told_of_waits_for_no_look() -> None:
    found = ReplacedBy(Marketplace.MERCARI, "m1", 2, pushed=False)
    made = life.give_source(EXAMPLES[Stage.SEARCHING], 1, NOW, found, shown=True)

    assert made.after.restored_at is None
    assert made.event is not None
    assert made.event.kind is EventKind.SWAPPED


def test_an_event_tells_what_the_transition_rests_on() -> None:
    made = life.withdraw(EXAMPLES[Stage.HELD], NOW, SOLD, Trigger(run_id=7, evidence_id=8))

    assert made.event is not None
    assert (made.event.run_id, made.event.hold_id, made.event.evidence_id) == (7, 5, 8)


def test_a_listing_of_which_amazon_sold_some_stays_up_with_the_rest() -> None:
    before = EXAMPLES[Stage.HELD]
    made = life.follow_amazon(before, NOW, ChangedAtAmazon(1))

    after = made.after
    assert (after.quantity, after.revision, after.stage, after.hold_id) == (1, 4, Stage.HELD, before.hold_id)
    assert made.event is not None
    assert replay(before, [made.event]) == after


def test_what_amazon_sold_before_a_pause_does_not_come_back_after_it() -> None:
    offer = replace(EXAMPLES[Stage.ON_SALE], edited_quantity=None)
    one_sold = life.follow_amazon(offer, NOW, ChangedAtAmazon(1)).after
    paused = life.pause(one_sold, NOW, DEAR)
    up = life.recover(paused.after, NOW, CHEAP).after

    assert (up.quantity, up.listing_quantity) == (1, 1)
    assert paused.event is not None
    assert replay(one_sold, [paused.event]) == paused.after


@pytest.mark.parametrize("stage", [Stage.DRAFT, *UP, *DOWN])
@pytest.mark.parametrize("pieces", [1, 2, 3])
def test_a_chosen_source_leaves_at_most_the_pieces_that_it_allows(stage: Stage, pieces: int) -> None:
    before = replace(EXAMPLES[stage], listing_quantity=2)
    before = replace(before, quantity=min(before.quantity, 1) * 3, revision=7)
    made = life.choose_source(before, NOW, replace(CHOSEN, pieces=pieces))

    after, is_lower = made.after, 0 < before.quantity > pieces
    assert (after.listing_quantity, after.quantity) == (min(2, pieces), min(before.quantity, pieces))
    assert after.revision == 7 + is_lower
    assert after.changed_at == (NOW if is_lower or not before.quantity else before.changed_at)
    assert made.event is not None
    assert replay(before, [made.event]) == after


def test_what_is_told_besides_changes_nothing() -> None:
    for before in EXAMPLES.values():
        event = life.tell(before, Told(EventKind.LOOK_WANTED, NOW, ANN))
        assert (event.quantity_before, event.quantity_after) == (before.quantity, before.quantity)
        assert event.revision == before.revision


def _differing(before: Listing, after: Listing) -> Columns:
    values = {field.name: getattr(after, field.name) for field in fields(Listing)}
    return {name: value for name, value in values.items() if value != getattr(before, name)}
