"""What becomes of listings by the price of their source: the brake and second looks, without a database."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from tests.unit.checker.test_withdrawals import EARLIER_RUN, HELD, NOW, RUN, SETTINGS, SOLD
from tools.life_cycle import CHEAP, DEAR, EXAMPLES

from mercarich_checker.domain import prices, withdrawals
from mercarich_checker.domain.prices import Moves
from mercarich_checker.domain.withdrawals import Found, Gone, Offer
from mercarich_contracts.events import EventKind
from mercarich_contracts.market import RouteName
from mercarich_listings.event import Trigger
from mercarich_listings.transition import Stage
from mercarich_reasons.earnings import PriceNoLongerAsks
from mercarich_reasons.holds import TooManyLosses, TooManyRecoveries
from mercarich_reasons.repricing import PriceFollows, Reached
from mercarich_replacements.loss_stop import UNDECIDED, Decision, Step
from mercarich_runs.domain import brake
from mercarich_runs.domain.brake import Fall, Hold, HoldKind, NewHold, Tally, Weighed

DOWN, UP, STAYS = Decision(Step.PAUSE, DEAR), Decision(Step.RECOVER, CHEAP), Decision(Step.KEEP)
FOLLOWS = PriceFollows(5000, 5600, 3400, 500, 840, 300, 560, Reached.PROFIT)
LOSSES = replace(HELD, kind=HoldKind.LOSSES)
PRICES = replace(HELD, kind=HoldKind.PRICES)
UNPRICED = Decision(Step.UNPRICED)
RECOVERIES = replace(HELD, kind=HoldKind.RECOVERIES)
CONFIRMABLE = NOW - timedelta(minutes=10)
LONG, JUST = CONFIRMABLE, NOW - timedelta(minutes=1)
ITEM = RouteName.YAHOO_ITEM


@pytest.mark.parametrize(
    ("decision", "hold", "held_at", "expected"),
    [
        pytest.param(STAYS, None, None, None, id="it earns enough"),
        pytest.param(DOWN, None, None, "new", id="too dear at the first look"),
        pytest.param(UP, None, None, "new", id="cheap again at the first look"),
        pytest.param(DOWN, LOSSES, JUST, "waiting", id="the second look came too early"),
        pytest.param(DOWN, LOSSES, LONG, "confirmed", id="too dear at the second look, too"),
        pytest.param(UP, RECOVERIES, LONG, "confirmed", id="cheap at the second look, too"),
        pytest.param(STAYS, LOSSES, LONG, "cleared", id="the first price was wrong"),
        pytest.param(STAYS, RECOVERIES, LONG, "cleared", id="the first low price was wrong"),
        pytest.param(UNDECIDED, LOSSES, LONG, None, id="an unknown price neither confirms nor clears"),
        pytest.param(UNDECIDED, RECOVERIES, LONG, None, id="an unknown price puts nothing up"),
        pytest.param(UNPRICED, PRICES, LONG, None, id="whether it would have another price is not known"),
        pytest.param(STAYS, PRICES, LONG, "cleared", id="the price that was to follow was wrong"),
        pytest.param(UNPRICED, LOSSES, LONG, "cleared", id="it earns enough, at whatever price it should have"),
        pytest.param(STAYS, HELD, None, None, id="held for its stock: that look decides"),
        pytest.param(DOWN, HELD, None, "new", id="held for its stock, on sale again, and too dear"),
        pytest.param(DOWN, replace(LOSSES, run_id=EARLIER_RUN), JUST, "new", id="held by an earlier run just now"),
        pytest.param(DOWN, replace(LOSSES, run_id=EARLIER_RUN), LONG, "confirmed", id="held by an earlier run"),
    ],
)
def test_a_look_sorts_out_what_moves(
    decision: Decision, hold: Hold | None, held_at: datetime | None, expected: str | None
) -> None:
    offer = Offer(1, 2, 3, hold and hold.id, held_at=held_at)

    moves = prices.sort_out([offer], {1: decision}, {hold.id: hold} if hold else {}, RUN, CONFIRMABLE)

    said = {name: list(getattr(moves, name)) for name in ("cleared", "confirmed", "waiting", "new")}
    assert said == {name: [offer] if name == expected else [] for name in said}


def test_a_hold_by_price_is_not_cleared_by_stock_and_does_not_hide_a_fall() -> None:
    offer, held = Offer(1, 2, 3, LOSSES.id, held_at=LONG), {LOSSES.id: LOSSES}
    there, gone = Found({}, frozenset({3})), Found({3: Gone(SOLD, NOW, None, ITEM)}, frozenset())

    falls = [withdrawals.sort_out([offer], found, held, RUN, timedelta(minutes=10), {}) for found in (there, gone)]

    assert [(list(one.cleared), list(one.new)) for one in falls] == [([], []), ([], [offer])]


def test_losses_recoveries_and_falls_are_weighed_apart() -> None:
    weighed = Weighed({2: Tally(60, 20)}, Tally(600, 20), None)
    full = Weighed({2: Tally(60, 20)}, Tally(600, 200), None)

    for kind, reason in ((HoldKind.LOSSES, TooManyLosses), (HoldKind.RECOVERIES, TooManyRecoveries)):
        assert brake.to_open_by_price(kind, [], weighed, SETTINGS) == [NewHold(kind, reason(20, 60), 2)]
        every = brake.to_open_by_price(kind, [], full, SETTINGS)
        assert every == [NewHold(kind, reason(200, 600)), NewHold(kind, reason(20, 60), 2)]
    mine = replace(LOSSES, user_id=2)
    assert brake.to_open_by_price(HoldKind.LOSSES, [mine], weighed, SETTINGS) == []
    assert brake.to_open_by_price(HoldKind.RECOVERIES, [mine], weighed, SETTINGS) != []
    assert brake.to_open([mine], weighed, SETTINGS) != [], "a hold by price stops no hold for falls"
    assert brake.keeping([mine], [Fall(2, ITEM, False)]) == {}, "and keeps no fall"


def test_a_sellers_own_hold_keeps_before_the_marketplaces() -> None:
    mine, market = replace(LOSSES, id=6, user_id=2), replace(LOSSES, id=7)

    assert brake.keeping_by_price(HoldKind.LOSSES, [market, mine], [2, 3]) == {2: 6, 3: 7}
    assert brake.keeping_by_price(HoldKind.RECOVERIES, [market, mine], [2, 3]) == {}
    assert brake.keeping_by_price(HoldKind.LOSSES, [replace(mine, released_at=NOW)], [2]) == {}


@pytest.mark.parametrize(
    ("stage", "decision", "kind", "after"),
    [
        (Stage.ON_SALE, DOWN, EventKind.PAUSED, Stage.PAUSED),
        (Stage.HELD, DOWN, EventKind.PAUSED, Stage.PAUSED),
        (Stage.PAUSED, UP, EventKind.RECOVERED, Stage.ON_SALE),
    ],
)
def test_what_is_free_moves_and_what_a_hold_keeps_stays(
    stage: Stage, decision: Decision, kind: EventKind, after: Stage
) -> None:
    listing, offer = EXAMPLES[stage], Offer(1, 1, 1, None)
    moves, trigger = Moves(new=[offer]), Trigger(RUN, None, 31)

    free = prices.decide(moves, {1: decision}, {decision.step: {}})
    kept = prices.decide(moves, {1: decision}, {decision.step: {1: 9}})
    moved = prices.change(free, listing, decision, NOW, trigger)
    held = prices.change(kept, listing, decision, NOW, trigger)

    assert moved.event is not None
    assert held.event is not None
    assert (moved.event.kind, moved.event.evidence_id, moved.after.stage) == (kind, 31, after)
    assert (held.event.kind, held.after.quantity, held.after.hold_id) == (EventKind.HELD, listing.quantity, 9)
    assert held.after.held_at == NOW


@pytest.mark.parametrize("decision", [STAYS, UNDECIDED])
def test_a_release_goes_by_the_price_last_seen(decision: Decision) -> None:
    held = replace(EXAMPLES[Stage.ON_SALE], hold_id=5, held_at=NOW)
    kept = prices.release(held, decision, HoldKind.LOSSES, NOW, Trigger())
    moved = prices.release(held, DOWN, HoldKind.LOSSES, NOW, Trigger())

    assert kept.event is not None
    assert (kept.after.quantity, kept.after.hold_id, kept.event.reason) == (held.quantity, None, PriceNoLongerAsks())
    assert (moved.after.stage, moved.after.hold_id) == (Stage.PAUSED, None)


@pytest.mark.parametrize("step", prices.HOLDS)
@pytest.mark.parametrize("kind", prices.HOLDS.values())
def test_a_release_lets_happen_what_its_hold_kept_alone(step: Step, kind: HoldKind) -> None:
    held = replace(EXAMPLES[Stage.PAUSED if step is Step.RECOVER else Stage.ON_SALE], hold_id=5, held_at=NOW)
    reason = {Step.PAUSE: DEAR, Step.RECOVER: CHEAP, Step.REPRICE: FOLLOWS}[step]
    done = prices.release(held, Decision(step, reason), kind, NOW, Trigger())

    assert done.event is not None
    assert (done.event.kind is EventKind.HOLD_CLEARED) == (prices.HOLDS[step] is not kind)
    assert done.after.hold_id is None
