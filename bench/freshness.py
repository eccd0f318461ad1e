"""How long a source is gone until it is seen, by policy: today's schedule, round robin, the product's watch, an oracle.

20,000 sources of each marketplace at the default rates, 14 days after one to learn in, five seeds. Items go as in the
simulator's mixed market, by the same code: hazards that pages show in part, auctions with true ends, evenings. A call
shows all that an ordinary seller of Mercari has, and one source elsewhere; it takes no time and never fails. The
*watch* is the product's `domain.freshness`, and the *oracle* makes the look that is worth most by the true hazards. The
flat market is the control: nothing can be learned in it.
"""

import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import partial, reduce
from operator import add
from statistics import fmean, median

from bench.freshness_market import Kind, Market, Measures, Policy, play
from bench.freshness_policies import HALF_A_DAY, Oracle, RoundRobin, Schedule, Watch
from bench.harness.result import Goal, NotExact, Result, Table
from bench.harness.scale import Scale
from bench.harness.spread import Spread, digits, percentile, ratios, spread
from bench.harness.turns import steps

from mercarich_simulator.hazards import DAY

SEEDS = (1, 2, 3, 4, 5)
SOURCES = 20_000
DAYS = 14.0
RATES = {"mercari": 1.0, "yahoo": 0.5}
"""Calls a second: the proxies' defaults."""
SCHEDULE, ROUND_ROBIN, WATCH, ORACLE = "schedule", "round robin", "watch", "oracle"
POLICIES: Mapping[str, Callable[[Market], Policy]] = {
    SCHEDULE: Schedule,
    ROUND_ROBIN: RoundRobin,
    WATCH: Watch,
    ORACLE: Oracle,
}


@dataclass(frozen=True)
class Case:
    """A market of both marketplaces, and who looks at it."""

    name: str
    sources: int
    policies: Sequence[str]
    mixed: bool = True
    source_sellers: str = "long_tail"
    marketplaces: Sequence[str] = tuple(RATES)


Runs = Mapping[str, Mapping[str, Sequence[Measures]]]
"""By policy and marketplace, what each seed has measured."""


def run(scale: Scale) -> Result:
    size, seeds = scale.of(SOURCES, 300), scale.of(SEEDS, SEEDS[:1])
    days = scale.of(DAYS, 1.0)
    mixed = Case("freshness", size, tuple(POLICIES))
    # Fewer sources, at as many calls for each: a call shows many of them on a shelf, and the looks would take hours.
    shelf = Case(
        "freshness_shelf", scale.of(500, 100), tuple(POLICIES), source_sellers="shelf", marketplaces=["mercari"]
    )
    flat = Case("freshness_flat", scale.of(5_000, 100), (ROUND_ROBIN, WATCH), mixed=False, source_sellers="none")
    with ProcessPoolExecutor(os.cpu_count()) as pool:
        runs = {case.name: _play(case, days, seeds, pool) for case in (mixed, shelf, flat)}
    return Result(
        goals=_goals(runs[mixed.name], runs[flat.name]),
        tables={name: _table(of) for name, of in runs.items()},
        figures={name: {policy: _figures(by) for policy, by in of.items()} for name, of in runs.items()},
    )


def _play(case: Case, days: float, seeds: Sequence[int], pool: ProcessPoolExecutor) -> Runs:
    """Play each seed with each policy, as many at once as there are cores. Raises `NotExact`."""
    found: dict[str, dict[str, list[Measures]]] = {policy: {} for policy in case.policies}
    each = [(policy, name, seed) for seed in seeds for name in case.marketplaces for policy in case.policies]
    with steps(case.name, len(each)) as step:
        for (policy, marketplace, seed), measured in zip(each, pool.map(partial(_one, case, days), each), strict=True):
            step(f"{marketplace}, {policy}, seed {seed}")
            found[policy].setdefault(marketplace, []).append(measured)
    return found


def _one(case: Case, days: float, which: tuple[str, str, int]) -> Measures:
    policy, marketplace, seed = which
    rate = RATES[marketplace] * case.sources / SOURCES
    market = Market(Kind(marketplace, case.sources, case.mixed, case.source_sellers), seed)
    measured = play(market, POLICIES[policy](market), rate, days)
    if not 0 < measured.requests <= rate * days * DAY + 1 or measured.oldest > 3 * HALF_A_DAY:
        raise NotExact(f"{policy}: {measured.requests} calls, oldest look {measured.oldest:.0f} s")
    return measured


def _both(by_marketplace: Mapping[str, Sequence[Measures]]) -> list[Measures]:
    """Return the measures of both marketplaces together, by seed."""
    return [reduce(add, of_seed) for of_seed in zip(*by_marketplace.values(), strict=True)]


def _exposure(measured: Sequence[Measures]) -> list[float]:
    return [one.exposure for one in measured]


def _goals(mixed: Runs, flat: Runs) -> list[Goal]:
    ours = _both(mixed[WATCH])
    against = {name: ratios(_exposure(ours), _exposure(_both(mixed[name]))) for name in (SCHEDULE, ROUND_ROBIN, ORACLE)}
    control = ratios(_exposure(_both(flat[WATCH])), _exposure(_both(flat[ROUND_ROBIN])))

    def goal(number: int, what: str, value: Spread, unit: str = "", **bounds: float) -> Goal:
        return Goal(id=f"F{number}", what=what, unit=unit, value=value, **bounds)

    minutes = [[wait / 60 for wait in one.waits] for one in ours]
    ends = [percentile([wait / 60 for wait in one.by_end], 0.95) for one in ours if one.by_end]
    return [
        goal(1, "a source is gone → seen, p50", spread([median(waits) for waits in minutes]), "min", at_most=30),
        goal(1, "the same, mean", spread([fmean(waits) for waits in minutes]), "min", at_most=60),
        goal(2, "an auction's end → seen, p95", spread(ends), "min", at_most=5),
        goal(3, "stale exposure ÷ today's schedule at the same rate", against[SCHEDULE], at_most=0.2),
        goal(3, "the same ÷ round robin at equal requests", against[ROUND_ROBIN], at_most=0.4),
        goal(4, "the same ÷ an oracle that knows the hazards", against[ORACLE], at_most=1.2),
        goal(4, "flat market, the same ÷ round robin", control, at_least=0.97, at_most=1.03),
        goal(5, "the oldest look, of plan 2", spread([one.oldest / 3_600 for one in ours]), "h", at_most=12),
        goal(6, "stale exposure of the worst seller ÷ mean", spread([one.worst_seller for one in ours]), at_most=1.3),
    ]


def _table(runs: Runs) -> Table:
    headings = [
        *(
            "policy",
            "marketplace",
            "of the allowed calls",
            "gone → seen: p50, mean, p95 (min)",
            "before any end: p50, mean",
        ),
        *(
            "end → seen: p95",
            "exposed s in 1,000 offer-hours",
            "÷ schedule",
            "÷ round robin",
            "oldest (h)",
            "worst seller",
        ),
    ]
    rows = []
    for policy, by_marketplace in runs.items():
        for marketplace in _parts(by_marketplace):
            measured = _of(by_marketplace, marketplace)
            exposure = spread(_exposure(measured))
            beside = [
                digits(ratios(_exposure(measured), _exposure(_of(runs[other], marketplace))).median)
                if other in runs
                else "–"
                for other in (SCHEDULE, ROUND_ROBIN)
            ]
            used = _used(measured, RATES.values() if marketplace == "both" else [RATES[marketplace]])
            rows.append([policy, marketplace, used, *_waits(measured), str(exposure), *beside, *_extremes(measured)])
    return Table(headings, rows)


def _parts(by_marketplace: Mapping[str, Sequence[Measures]]) -> list[str]:
    return [*by_marketplace, *(["both"] if len(by_marketplace) > 1 else [])]


def _of(by_marketplace: Mapping[str, Sequence[Measures]], part: str) -> Sequence[Measures]:
    return _both(by_marketplace) if part == "both" else by_marketplace[part]


def _used(measured: Sequence[Measures], rates: Iterable[float]) -> str:
    allowed = sum(one.offer_hours for one in measured) * 3_600 * fmean(rates) / SOURCES
    return f"{sum(one.requests for one in measured) / allowed:.0%}"


def _waits(measured: Sequence[Measures]) -> list[str]:
    all_waits = [wait / 60 for one in measured for wait in one.waits]
    sales = [wait / 60 for one in measured for wait in one.by_sale]
    ends = [wait / 60 for one in measured for wait in one.by_end]
    return [
        f"{digits(median(all_waits))}, {digits(fmean(all_waits))}, {digits(percentile(all_waits, 0.95))}",
        f"{digits(median(sales))}, {digits(fmean(sales))}",
        digits(percentile(ends, 0.95)) if ends else "–",
    ]


def _extremes(measured: Sequence[Measures]) -> list[str]:
    oldest = max(one.oldest for one in measured) / 3_600
    return [f"{oldest:.1f}", digits(median([one.worst_seller for one in measured]))]


def _figures(by_marketplace: Mapping[str, Sequence[Measures]]) -> dict[str, object]:
    return {
        name: [
            {"exposure": one.exposure, "requests": one.requests, "looks": one.looks, "oldest": one.oldest}
            for one in measured
        ]
        for name, measured in by_marketplace.items()
    }
