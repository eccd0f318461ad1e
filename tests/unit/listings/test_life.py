"""Whatever happens to a listing in whatever order: its history explains its row, and nothing falls without a cause."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule
from tools.life_cycle import DEARER, EXAMPLES

from mercarich_contracts.creations import OfferCondition
from mercarich_contracts.events import EventKind
from mercarich_contracts.market import Marketplace, State
from mercarich_contracts.market import Reason as Why
from mercarich_listings import history
from mercarich_listings import listing as life
from mercarich_listings.details import Details, edited, why_fixed, with_lead_time
from mercarich_listings.event import Change, Event, Trigger
from mercarich_listings.lead_time import lead_time
from mercarich_listings.listing import UP, Listing
from mercarich_listings.orders import ordered
from mercarich_listings.transition import TRANSITIONS, Impossible, Stage
from mercarich_reasons.creations import CreationAsked, NotAtAmazon, SoldByAmazon, TakeOverAsked
from mercarich_reasons.earnings import EarnsEnoughAgain, EarnsTooLittle, LossRuleEnded
from mercarich_reasons.push import ChangedAtAmazon, OrderedAtAmazon
from mercarich_reasons.reason import Reason
from mercarich_reasons.sources import SourceChosen
from mercarich_reasons.stock import (
    ByHand,
    ByImport,
    DeletedByHand,
    NoReplacementYet,
    PutBack,
    ReplacedBy,
    ReplacementTakenBack,
    SourceOnSaleAgain,
    SourceSeen,
)

BEGIN = datetime(2026, 11, 25, 12, tzinfo=UTC)
Ids = st.integers(1, 9)
Markets = st.sampled_from(Marketplace)
Amounts = st.integers(1, 9_999)
Dear = st.builds(EarnsTooLittle, *[Amounts] * 4, Amounts.map(lambda amount: -amount), st.just(0), st.none() | Amounts)
Cheap = st.builds(EarnsEnoughAgain, *[Amounts] * 5, st.just(0), Amounts) | st.just(LossRuleEnded())
Gone = st.builds(SourceSeen, st.sampled_from([State.SOLD, State.ENDED]), st.sampled_from([None, Why.WON]))


def _kind(reason: Reason | None) -> str:
    """Return the kind of a hold for a reason."""
    if isinstance(reason, EarnsEnoughAgain | LossRuleEnded):
        return "recoveries"
    return "losses" if isinstance(reason, EarnsTooLittle) else "prices" if reason == DEARER else "stock"


class Life(RuleBasedStateMachine):
    """One listing from its first row to its last event."""

    def __init__(self) -> None:
        super().__init__()
        self.now = BEGIN
        self.events: list[Event] = []
        self.changes: list[Change[Listing]] = []
        self.is_gone = False

    @initialize(listed=st.booleans(), pieces=st.integers(1, 3))
    def begin(self, listed: bool, pieces: int) -> None:
        new = {"listed": listed, "listing_quantity": pieces, "quantity": pieces, "revision": 1, "searching": False}
        self.first = self.row = Listing(1, 1, "SKU-1", Marketplace.YAHOO, 1, **new, changed_at=self.now)

    def make(self, name: str, *given: Any, **more: Any) -> None:
        """Make the transition if it starts from the listing's stage; otherwise it must be impossible."""
        self.now += timedelta(minutes=1)
        transition = getattr(life, name)
        if self.is_gone or self.row.stage not in TRANSITIONS[name].start:
            if not self.is_gone:
                with pytest.raises(Impossible):
                    transition(self.row, *given, **more)
            return
        made = transition(self.row, *given, **more)
        if isinstance(made, Event):
            self.events.append(made)
            self.is_gone = True
            return
        self.follow(made)

    def follow(self, made: Change[Listing]) -> None:
        assert made.before is self.row
        self.row = made.after
        self.changes.append(made)
        self.events += [made.event] if made.event is not None else []

    @rule(created=st.booleans())
    def register(self, created: bool) -> None:
        asked = CreationAsked("B0EXAMPLE1", OfferCondition.GOOD, 2980, "ann") if created else TakeOverAsked("ann")
        self.make("register", self.now, asked)

    @rule()
    def draft_again(self) -> None:
        self.make("draft_again", self.now, NotAtAmazon())

    @rule(job=Ids)
    def make_offer(self, job: int) -> None:
        self.make("make_offer", self.now, ByImport(job))

    @rule(days=st.none() | Ids)
    def create(self, days: int | None) -> None:
        self.make("make_offer", self.now, SoldByAmazon(days))

    @rule(reason=Gone, evidence=Ids, run=st.none() | Ids)
    def withdraw(self, reason: SourceSeen, evidence: int, run: int | None) -> None:
        self.make("withdraw", self.now, reason, Trigger(run_id=run, evidence_id=evidence))

    @rule(evidence=Ids)
    def withdraw_what_found_nothing(self, evidence: int) -> None:
        self.make("withdraw", self.now, NoReplacementYet(State.SOLD), Trigger(evidence_id=evidence))

    @rule(reason=Gone, evidence=Ids)
    def mark(self, reason: SourceSeen, evidence: int) -> None:
        self.make("mark", self.now, reason, Trigger(evidence_id=evidence))

    @rule(reason=Dear, evidence=Ids)
    def pause(self, reason: EarnsTooLittle, evidence: int) -> None:
        self.make("pause", self.now, reason, Trigger(evidence_id=evidence))

    @rule(reason=Cheap, evidence=Ids)
    def recover(self, reason: Reason, evidence: int) -> None:
        self.make("recover", self.now, reason, Trigger(evidence_id=evidence))

    @rule(evidence=Ids)
    def reprice(self, evidence: int) -> None:
        self.make("reprice", self.now, DEARER, Trigger(evidence_id=evidence))

    @rule(reason=Dear | Cheap | st.just(DEARER), hold=Ids)
    def hold_by_price(self, reason: Reason, hold: int) -> None:
        held = [change.event.reason for change in self.changes if change.event and change.event.kind == EventKind.HELD]
        anew = bool(held) and _kind(held[-1]) != _kind(reason)
        self.make("hold", self.now, reason, Trigger(hold_id=hold), anew=anew)

    @rule(reason=Gone, hold=Ids)
    def hold(self, reason: SourceSeen, hold: int) -> None:
        self.make("hold", self.now, reason, Trigger(hold_id=hold))

    @rule()
    def let_go(self) -> None:
        self.make("let_go", self.now, SourceOnSaleAgain())

    @rule(market=Markets, source=Ids, days=st.none() | Ids, pushed=st.booleans())
    def give_source(self, market: Marketplace, source: int, days: int | None, pushed: bool) -> None:
        found = ReplacedBy(market, f"x{source}", source, 900, days, pushed)
        self.make("give_source", max(self.row.quantity, self.row.listing_quantity), self.now, found)

    @rule(market=Markets, source=Ids)
    def take_back(self, market: Marketplace, source: int) -> None:
        self.make("take_back", self.now, ReplacementTakenBack("x1", "ann", market, source))

    @rule(market=Markets, source=Ids, evidence=Ids, pieces=st.none() | st.integers(1, 3))
    def choose_source(self, market: Marketplace, source: int, evidence: int, pieces: int | None) -> None:
        chosen = SourceChosen("ann", market, f"x{source}", source, self.row.marketplace, "x0", 900, pieces=pieces)
        self.make("choose_source", self.now, chosen, Trigger(evidence_id=evidence))

    @rule(name=st.sampled_from(["take_down", "put_up", "pause_again", "search_again", "stop"]))
    def by_hand(self, name: str) -> None:
        self.make(name, self.now, ByHand("ann"))

    @rule()
    def put_back(self) -> None:
        self.make("put_up", self.now, PutBack("ann"))

    @rule(pieces=Ids)
    def sell_out(self, pieces: int) -> None:
        self.make("sell_out", self.now, OrderedAtAmazon("503-1234567-1234567", pieces))

    @rule()
    def sell_some(self) -> None:
        if self.row.listing_quantity > 1:
            self.make("sell_some", self.now, OrderedAtAmazon("503-1234567-1234567", 1))

    @rule(pieces=Ids)
    def type_a_quantity(self, pieces: int) -> None:
        if not self.is_gone and why_fixed(self.row) is None:
            self.now += timedelta(minutes=1)
            days = self.row.handling_days
            before = Details(listing_quantity=self.row.listing_quantity, handling_days=days)
            after = Details(listing_quantity=pieces, handling_days=days)
            self.follow(edited(self.row, before, after, "ann", self.now))

    @rule(days=st.none() | Ids, seen=st.booleans())
    def type_handling_days(self, days: int | None, seen: bool) -> None:
        if not self.is_gone and why_fixed(self.row) is None:
            self.now += timedelta(minutes=1)
            before = Details(listing_quantity=self.row.listing_quantity, handling_days=self.row.handling_days)
            change = edited(self.row, before, replace(before, handling_days=days), "ann", self.now)
            self.follow(with_lead_time(change, self.now) if seen else change)

    @rule(pieces=st.integers(1, 3))
    def order(self, pieces: int) -> None:
        if not self.is_gone and self.row.listed:
            self.now += timedelta(minutes=1)
            self.follow(ordered(self.row, OrderedAtAmazon("503-1234567-1234567", pieces), self.now))

    @rule(shown=st.integers(0, 4))
    def follow_amazon(self, shown: int) -> None:
        if shown != self.row.quantity:
            self.make("follow_amazon", self.now, ChangedAtAmazon(shown))

    @rule(name=st.sampled_from(["leave", "leave", "delete"]))
    def go(self, name: str) -> None:
        self.make(name, self.now, DeletedByHand("SKU-1", "ann"))

    @invariant()
    def the_row_is_the_replay_of_its_history(self) -> None:
        if self.changes:
            assert history.replay(self.first, self.events) == self.row

    @invariant()
    def the_revision_rises_by_one_exactly_with_what_is_pushed(self) -> None:
        for change in self.changes[-1:]:
            before, after = change.before, change.after
            other = before.quantity != after.quantity or after.restored_at not in (None, before.restored_at)
            is_edit = change.event is not None and change.event.kind == EventKind.EDITED
            if not is_edit:
                assert after.revision == before.revision + other
            elif after.revision != before.revision:
                days = [lead_time(row.handling_days, row.lead_time_days) for row in (before, after)]
                assert (after.revision, after.stage in UP) == (before.revision + 1, True)
                assert days[1] not in (None, days[0])

    @invariant()
    def a_quantity_falls_only_with_evidence_an_order_or_a_person(self) -> None:
        for event in self.events:
            if (event.quantity_after or 0) < (event.quantity_before or 0):
                bought = isinstance(event.reason, OrderedAtAmazon | ChangedAtAmazon)
                assert event.evidence_id is not None or bought or getattr(event.reason, "person", "")

    @invariant()
    def the_columns_fit_the_stage(self) -> None:
        if hasattr(self, "row"):
            row, stage = self.row, self.row.stage
            assert stage in Stage
            assert (stage in UP) == (row.listed and row.quantity > 0)
            assert row.hold_id is None or stage in (Stage.HELD, Stage.PAUSED)
            assert row.held_at is None or row.hold_id is not None
            assert (row.paused_at is not None) == (stage is Stage.PAUSED)
            assert row.edited_quantity is None or (row.edited_quantity > 0 and stage not in (Stage.DRAFT, Stage.PAUSED))
            assert row.stopped_at is None or row.quantity == 0
            assert not row.listed or (row.withdrawn_at is not None) == (row.quantity == 0)


TestLife = Life.TestCase
TestLife.settings = settings(max_examples=150, stateful_step_count=30, deadline=None, derandomize=True, database=None)


def test_an_offer_that_leaves_and_a_draft_are_told_apart_by_the_removal_alone() -> None:
    leaving, draft = EXAMPLES[Stage.LEAVING], EXAMPLES[Stage.DRAFT]
    assert (leaving.listed, draft.listed) == (False, False)
    assert (leaving.leaving, draft.leaving) == (True, False)


def test_the_replay_knows_every_kind_of_event() -> None:
    assert set(EventKind) - history.TOLD == set(), "write these into history._TOLD, or into history.NO_CHANGE"
