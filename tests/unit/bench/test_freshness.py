"""The benchmark of freshness: what it measures in markets small enough for arithmetic, and what policies choose."""

import math
from collections.abc import Sequence
from datetime import timedelta
from random import Random

import pytest
from bench.freshness import POLICIES, RATES
from bench.freshness_index import Queues, value
from bench.freshness_market import SELLERS, START, Answer, Kind, Market, Measures, play
from bench.freshness_policies import HALF_A_DAY, ByWorth, Oracle, RoundRobin, Schedule, Watch

from mercarich_simulator.fates import Fate, Listed
from mercarich_simulator.hazards import DAY

HOUR = 3_600.0


class Scripted:
    """Look at given sources at given times, in seconds from the start."""

    def __init__(self, looks: Sequence[tuple[float, Sequence[int]]]) -> None:
        self._looks = list(looks)
        self.answers: list[tuple[int, bool]] = []

    def next(self, now: float) -> Sequence[int]:
        if self._looks and now - START >= self._looks[0][0]:
            return self._looks.pop(0)[1]
        return ()

    def seen(self, source: int, answer: Answer, _now: float) -> None:
        self.answers.append((source, answer.gone))


def _market(*fates: Fate, marketplace: str = "yahoo") -> Market:
    """A market with these fates; who takes a gone one's place stays."""
    market = Market(Kind(marketplace, len(fates)), seed=1)
    market.fates = list(fates)
    market._replace = lambda source, fate, now: market.fates.__setitem__(source, _stays())  # type: ignore[method-assign]
    return market


def _sold(after: float) -> Fate:
    return Fate(Listed(START - DAY, START + 9 * DAY), 1e-6, START + after, "sold")


def _ended(after: float) -> Fate:
    return Fate(Listed(START - DAY, START + after), 1e-6, START + after, "ended")


def _stays() -> Fate:
    return Fate(Listed(START - DAY), 1e-6, math.inf, "sold")


def test_each_wait_is_from_going_to_the_look_that_saw_it() -> None:
    market = _market(_sold(100), _ended(200), _stays())
    looks = Scripted([(50, [0, 1, 2]), (150, [0]), (150, [0]), (700, [1, 2])])
    measured = play(market, looks, rate=1.0, days=1_000 / DAY, warm_up_days=0)
    assert looks.answers == [(0, False), (1, False), (2, False), (0, True), (0, False), (1, True), (2, False)]
    assert (measured.by_sale, measured.by_end) == ([50.0], [500.0])
    assert (measured.requests, measured.looks) == (4, 7)
    assert measured.oldest == 1_000 - 151  # source 0 until the end
    assert measured.exposed[:3] == [50.0, 500.0, 0.0]
    assert measured.exposure == pytest.approx(550 / (3 * 1_000 / 3_600) * 1_000)
    assert measured.worst_seller == pytest.approx(500 / (550 / SELLERS))


def test_what_nobody_has_seen_counts_until_the_end() -> None:
    measured = play(_market(_sold(400), _stays()), Scripted([]), rate=1.0, days=1_000 / DAY, warm_up_days=0)
    assert (measured.by_sale, measured.exposed[0], measured.oldest) == ([], 600.0, 1_000.0)


def test_the_warm_up_is_looked_at_and_not_counted() -> None:
    market = _market(_sold(100), _sold(900), _stays())
    looks = Scripted([(500, [0]), (1_300, [1])])
    measured = play(market, looks, rate=1.0, days=1_000 / DAY, warm_up_days=1_000 / DAY)
    assert len(looks.answers) == 2
    assert (measured.requests, measured.by_sale) == (1, [400.0])
    assert measured.exposed[:2] == [0.0, 300.0]  # of the 400 s, 100 were before


def test_marketplaces_are_added_up() -> None:
    one = Measures(by_sale=[1.0], by_end=[], offer_hours=10, oldest=5, requests=3, looks=4)
    both = one + Measures(by_sale=[], by_end=[2.0], offer_hours=30, oldest=9, requests=1, looks=1)
    assert (both.waits, both.offer_hours, both.oldest, both.requests, both.looks) == ([1.0, 2.0], 40, 9, 4, 5)


def test_the_worth_of_a_look_is_the_integral_that_it_is_named_after() -> None:
    for hazard, age in ((1e-5, 40_000.0), (1e-7, 3_600.0), (1e-4, 86_400.0)):
        steps = 20_000
        width = age / steps
        left = math.exp(-hazard * age)
        integral = sum((math.exp(-hazard * (step + 0.5) * width) - left) * width for step in range(steps))
        assert value(age, hazard) == pytest.approx(integral, rel=1e-3)


def test_the_group_that_is_worth_most_is_taken_first_and_the_overdue_before_it() -> None:
    chance, queues = Random(1), Queues()
    groups = {n: (chance.randint(1, 4), 10 ** chance.uniform(-7, -5), chance.random() * 10_000) for n in range(300)}
    for group, (sources, hazard, at) in sorted(groups.items(), key=lambda one: one[1][2]):
        queues.put(group, sources, hazard, at)
    now = 20_000.0
    worth = {n: sources * value(now - at, hazard / sources) for n, (sources, hazard, at) in groups.items()}
    taken = queues.take(now, 40, longest_s=math.inf)
    best = sorted(worth.values(), reverse=True)
    assert len(set(taken)) == 40
    assert all(worth[group] >= best[place] / 1.3 for place, group in enumerate(taken))  # queues are 25 % wide
    overdue = sorted((at, n) for n, (_, _, at) in groups.items() if n not in taken and now - at > 18_000)
    assert queues.take(now, len(overdue), longest_s=18_000) == [group for _, group in overdue]


def test_a_group_that_was_looked_at_again_is_not_taken_for_its_first_look() -> None:
    queues = Queues()
    queues.put(1, 1, 1e-6, 0.0)
    queues.put(2, 1, 1e-6, 10.0)
    queues.put(1, 1, 1e-6, 20.0)
    assert queues.take(100.0, 5, math.inf) == [2, 1]


def test_the_schedule_looks_at_midnight_and_noon_once_at_each_call() -> None:
    market = Market(Kind("mercari", 400), seed=1)
    schedule = Schedule(market)
    first = [schedule.next(START + second) for second in range(1, 600)]
    assert sorted(source for call in first for source in call) == list(range(400))
    assert len([call for call in first if call]) == len(market.groups) < 250
    assert schedule.next(START + HALF_A_DAY - 1) == ()
    assert schedule.next(START + HALF_A_DAY) != ()


def test_the_schedule_takes_turns_between_sellers_the_oldest_look_first() -> None:
    schedule = Schedule(Market(Kind("yahoo", 3 * SELLERS), seed=1))
    for source in range(3 * SELLERS):
        schedule.seen(source, Answer(False, None), START + 100 - source)  # type: ignore[arg-type]
    order = [schedule.next(START + second)[0] for second in range(1, 3 * SELLERS + 1)]
    assert {source % SELLERS for source in order[:SELLERS]} == set(range(SELLERS))
    assert set(order[:SELLERS]) == set(range(2 * SELLERS, 3 * SELLERS))


def test_round_robin_comes_to_each_in_turn() -> None:
    policy = RoundRobin(Market(Kind("yahoo", 5), seed=1))
    assert [policy.next(START)[0] for _ in range(7)] == [0, 1, 2, 3, 4, 0, 1]


def test_a_call_shows_what_an_ordinary_seller_of_mercari_has_and_one_source_elsewhere() -> None:
    mercari, yahoo = Market(Kind("mercari", 360), seed=1).groups, Market(Kind("yahoo", 360), seed=1).groups
    assert sorted(source for group in mercari for source in group) == list(range(360))
    assert (max(map(len, mercari)), len(yahoo)) == (12, 360)
    flat = Market(Kind("mercari", 360, mixed=False, source_sellers="none"), seed=1).groups
    assert len(flat) == 360


def test_all_policies_see_the_same_sources_first() -> None:
    first, second = (Market(Kind("yahoo", 50), seed=3) for _ in range(2))
    assert first.fates == second.fates
    now = max(fate.gone_at for fate in first.fates) + 1
    for source in reversed(range(50)):
        second.look(source, now)
    for source in range(50):
        first.look(source, now)
    assert first.fates == second.fates


def test_a_relisted_auction_keeps_what_it_is_and_begins_anew() -> None:
    market = Market(Kind("yahoo", 300), seed=4)
    source = next(n for n, fate in enumerate(market.fates) if fate.relisted_at)
    item, now = market.traits[source], market.fates[source].gone_at + 100
    answer = market.look(source, now)
    assert answer.gone
    assert market.traits[source] is item
    assert market.fates[source].listed.at == now
    assert answer.page.created_at is not None
    assert answer.page.created_at.timestamp() == pytest.approx(now)


def test_pages_tell_the_extended_end_as_it_comes() -> None:
    end = START + HOUR
    fate = Fate(Listed(START, end), 1e-9, end + 240, "sold", bids=(START + 60, end - 60))
    market = _market(fate)
    early, late = market.page(0, START + 61), market.page(0, end)
    assert early.end_at is not None
    assert late.end_at is not None
    assert late.end_at - early.end_at == timedelta(seconds=240)


@pytest.mark.parametrize("policy", [Oracle, Watch])
def test_no_policy_asks_more_than_it_may_or_forgets_a_source(policy: type[ByWorth]) -> None:
    market = Market(Kind("mercari", 500), seed=2)
    measured = play(market, policy(market), rate=RATES["mercari"] / 40, days=2.0)
    assert measured.requests <= 2 * DAY / 40 + 1
    assert measured.oldest < 2 * HALF_A_DAY


@pytest.mark.parametrize("marketplace", list(RATES))
def test_in_a_mixed_market_who_knows_the_hazards_sees_sooner_than_who_learns_them_and_who_asks_in_turn(
    marketplace: str,
) -> None:
    exposure = {}
    for name in ("oracle", "watch", "round robin"):
        market = Market(Kind(marketplace, 1_500), seed=5)
        measured = play(market, POLICIES[name](market), rate=RATES[marketplace] * 1_500 / 20_000, days=4.0)
        exposure[name] = measured.exposure
    assert exposure["oracle"] <= exposure["watch"] < 0.9 * exposure["round robin"]


def test_an_end_is_seen_within_minutes_by_who_knows_ends() -> None:
    market = Market(Kind("yahoo", 1_000), seed=6)
    measured = play(market, Watch(market), rate=0.025, days=3.0)
    waits = sorted(measured.by_end)
    assert waits[len(waits) // 2] >= 90  # a page takes a moment to tell how an auction ended
    assert waits[len(waits) * 95 // 100] <= 300


def test_in_a_flat_market_nothing_is_gained_and_nothing_lost() -> None:
    gained = []
    for seed in (1, 2, 3):
        exposure = []
        for name in ("watch", "round robin"):
            market = Market(Kind("mercari", 1_500, mixed=False, source_sellers="none", flat_a_day=0.2), seed)
            exposure.append(play(market, POLICIES[name](market), rate=0.075, days=5.0).exposure)
        gained.append(exposure[0] / exposure[1])
    assert sum(gained) / len(gained) == pytest.approx(1.0, abs=0.03)
