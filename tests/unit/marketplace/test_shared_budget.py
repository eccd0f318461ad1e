"""Replicas that share one budget use it fully and never exceed it over any minute, whatever happens to them."""

import random

import pytest
from tests.unit.marketplace.replicas import Fleet, fewest_in_a_minute, limits_of, most_in_a_minute

from mercarich_marketplace.breaker import Outcome
from mercarich_marketplace.limits import LOWEST_SECONDS

RATES = [0.5, 1.0, 10.0, 40.0]


@pytest.mark.parametrize("rate", RATES)
@pytest.mark.parametrize("replicas", [1, 3])
def test_the_budget_is_used_and_never_exceeded_over_any_minute(rate: float, replicas: int) -> None:
    fleet = Fleet(limits_of(rate), random.Random(1))
    for _ in range(replicas):
        fleet.start()
    fleet.run(5)
    fleet.run(90)

    assert most_in_a_minute(fleet.calls) <= 1.05 * rate * 60
    assert fewest_in_a_minute(fleet.calls, 5, fleet.now) >= 0.95 * rate * 60


@pytest.mark.parametrize("rate", RATES)
@pytest.mark.parametrize("seed", range(2))
def test_one_killed_and_one_cut_off_cost_no_more_than_a_twentieth_of_any_minute(rate: float, seed: int) -> None:
    chance = random.Random(seed)
    fleet = Fleet(limits_of(rate), chance)
    killed, cut_off = fleet.start(), fleet.start()
    fleet.run(5)
    fleet.run(chance.uniform(20, 30))
    fleet.kill(killed)
    fleet.run(chance.uniform(0, 5))
    fleet.start()
    fleet.run(chance.uniform(0, 5))
    cut_off.connected = False
    fleet.run(30)
    cut_off.connected = True
    fleet.run(30)

    assert most_in_a_minute(fleet.calls) <= 1.05 * rate * 60
    assert fewest_in_a_minute(fleet.calls, 5, fleet.now) >= 0.95 * rate * 60


@pytest.mark.parametrize("rate", RATES)
@pytest.mark.parametrize("seed", range(4))
def test_no_kills_cuts_and_delays_exceed_the_budget(rate: float, seed: int) -> None:
    chance = random.Random(100 + seed)
    fleet = Fleet(
        limits_of(rate),
        chance,
        call_seconds=lambda: chance.choice((0.01, 0.2, 1.0, 9.0)),
        delay=lambda: chance.choice((0.0, 0.01, 0.1, 0.4, 3.0, 20.0)),
    )
    for _ in range(4):
        fleet.start()
    for _ in range(80):
        fleet.run(chance.choice((0.1, 0.5, 2.0, 4.0)))
        match chance.randrange(4):
            case 0:
                fleet.kill(chance.choice(fleet.replicas))
                fleet.start()
            case 1:
                one = chance.choice(fleet.replicas)
                one.connected = not one.connected
            case 2:
                chance.choice(fleet.replicas).waiting = chance.choice((0, 1, 5, 50))
            case _:
                fleet.start()
        del fleet.replicas[6:]

    assert most_in_a_minute(fleet.calls) <= 1.05 * rate * 60
    assert fleet.most_at_once <= fleet.limits.concurrency


@pytest.mark.parametrize("seed", range(3))
def test_cells_that_a_replica_still_has_count_as_calls_at_once_while_it_wants_no_more(seed: int) -> None:
    """A failure is told at once, also by a replica that needs no further cell."""
    chance = random.Random(seed)
    fleet = Fleet(
        limits_of(40.0, concurrency=8),
        chance,
        call_seconds=lambda: chance.choice((0.05, 0.2, 0.5)),
        seen=lambda _: Outcome.FAILED if chance.random() < 0.15 else Outcome.GOOD,
    )
    for _ in range(3):
        fleet.start().waiting = 3
    fleet.run(40)

    assert fleet.most_at_once <= 8


@pytest.mark.parametrize("rate", RATES)
@pytest.mark.parametrize("lower_first", [True, False])
def test_of_replicas_with_different_limits_the_lower_hold_for_all(rate: float, *, lower_first: bool) -> None:
    fleet = Fleet(limits_of(4 * rate, concurrency=16), random.Random(1))
    low = limits_of(rate, concurrency=8)
    replicas = [fleet.start(limits) for limits in ((low, None) if lower_first else (None, low))]
    fleet.run(3)
    begin = fleet.now
    fleet.run(65)

    after = [at for at in fleet.calls if at > begin]
    assert most_in_a_minute(after) <= 1.05 * rate * 60
    assert fewest_in_a_minute(after, begin, fleet.now) >= 0.95 * rate * 60
    assert {replica.share.pace.rate for replica in fleet.replicas} == {rate}

    fleet.kill(replicas[0 if lower_first else 1])
    fleet.run(LOWEST_SECONDS + 10)
    begin = fleet.now
    fleet.run(10)
    assert fleet.replicas[0].share.pace.rate == 4 * rate
    assert sum(at > begin for at in fleet.calls) > 1.2 * rate * 10


@pytest.mark.parametrize("seed", range(3))
def test_a_replica_that_had_all_calls_leaves_room_for_the_next_when_it_is_cut_off(seed: int) -> None:
    """Its calls under way count until their deadline."""
    fleet = Fleet(limits_of(10.0, concurrency=8, call_seconds=15.0), random.Random(seed))
    cut_off = fleet.start()
    fleet.run(10)
    fleet.start()
    cut_off.connected = False
    before = fleet.now
    fleet.run(5)

    assert sum(1 for at in fleet.calls if at > before) >= 0.9 * 10 * 5
    assert fleet.most_at_once <= 8


@pytest.mark.parametrize("call_seconds", [0.3, 1.5, 2.0])
def test_one_replica_alone_uses_a_budget_of_two_calls_at_once(call_seconds: float) -> None:
    fleet = Fleet(limits_of(1.0, concurrency=2, call_seconds=15.0), random.Random(1), call_seconds=lambda: call_seconds)
    fleet.start()
    fleet.run(5)
    fleet.run(60)

    assert fewest_in_a_minute(fleet.calls, 5, fleet.now) >= 0.9 * 60
    assert fleet.most_at_once <= 2


def test_two_replicas_share_two_calls_at_once() -> None:
    fleet = Fleet(limits_of(1.0, concurrency=2, call_seconds=15.0), random.Random(1), call_seconds=lambda: 0.5)
    fleet.start()
    fleet.run(10)
    fleet.start()
    fleet.run(120)

    assert fewest_in_a_minute(fleet.calls, 15, fleet.now) >= 0.9 * 60
    assert fleet.most_at_once <= 2


def test_a_pause_of_one_stops_all_within_a_second() -> None:
    fleet = Fleet(limits_of(10.0), random.Random(1))
    first, *_ = fleet.start(), fleet.start(), fleet.start()
    fleet.run(10)
    first.share.pace.slow_down(first.clock(), 20.0)
    paused = fleet.now
    fleet.run(25)

    assert not [at for at in fleet.calls if paused + 1 < at < paused + 20]
    assert [at for at in fleet.calls if at > paused + 20]


@pytest.mark.parametrize("heals", [True, False])
def test_blocks_stop_all_replicas_and_one_call_of_one_replica_probes(*, heals: bool) -> None:
    fleet = Fleet(limits_of(10.0), random.Random(1))
    for _ in range(3):
        fleet.start()
    fleet.run(10)
    blocked_at = fleet.now
    fleet.seen = lambda at: Outcome.GOOD if heals and at > blocked_at + 15 else Outcome.BLOCKED
    fleet.run(2)
    opened = max(fleet.calls)
    assert opened < blocked_at + 1
    fleet.run(opened + 30 - fleet.now)
    after = [at for at in fleet.calls if at > opened]

    assert min(after) >= opened + 19
    assert len(after) > 50 if heals else len(after) == 1


def test_a_killed_prober_is_followed_by_another() -> None:
    fleet = Fleet(limits_of(10.0, call_seconds=3.0), random.Random(1))
    fleet.start()
    fleet.start()
    fleet.run(5)
    fleet.seen = lambda _: Outcome.BLOCKED
    fleet.run(5)
    fleet.call_seconds = lambda: 3.0
    opened = len(fleet.calls)
    while len(fleet.calls) == opened:
        fleet.run(0.1)
    prober = next(replica for replica in fleet.replicas if replica.ends)
    fleet.kill(prober)
    killed_at, probed = fleet.now, len(fleet.calls)
    fleet.run(12)

    assert [at for at in fleet.calls[probed:] if at <= killed_at + 10]


@pytest.mark.parametrize("rate", [0.5, 1.0, 10.0, 40.0])
def test_no_replica_waits_for_ever_while_another_calls(rate: float) -> None:
    """The first one is always a moment earlier: its way to the database is shorter."""
    fleet = Fleet(limits_of(rate), random.Random(1))
    replicas = [fleet.start(), fleet.start()]
    fleet.run(120)

    made = [sum(1 for _, of in fleet.made if of is replica) for replica in replicas]
    assert min(made) >= 0.4 * sum(made), made
    assert fewest_in_a_minute(fleet.calls, 5, fleet.now) >= 0.95 * rate * 60


def test_calls_that_take_longer_than_a_cell_leave_the_next_cells_to_others() -> None:
    """Two calls at once are allowed, one of each replica: a replica that makes a call has no use for a cell."""
    fleet = Fleet(limits_of(1.0, concurrency=2), random.Random(1), call_seconds=lambda: 1.6)
    fleet.start()
    fleet.start()
    fleet.run(120)

    assert fewest_in_a_minute(fleet.calls, 5, fleet.now) >= 0.95 * 60
    assert fleet.most_at_once <= 2
