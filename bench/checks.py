"""The same checks by the product and by what a user would choose instead, side by side: CPU, throughput, memory.

Every side requests each item from the market of `bench.source` once, and writes what has sold. The product does so with
everything that it does in production: evidence, fencing, budget, breaker, canaries, metrics.
"""

from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import asdict

from bench.harness.measured import Measured
from bench.harness.parts import Market, Parts, market, parts
from bench.harness.result import Goal, Result, Table
from bench.harness.scale import Scale
from bench.harness.spread import Spread, digits, ratios, spread
from bench.harness.turns import in_turn
from bench.ours import Product, Setup
from bench.peer_sides import IN_SMOKE, PEERS, PROCESSES, PeerSide

YAHOO_PAGE_BYTES = 250_000
ITEMS_A_SELLER = 20
RQ, RQ_BATCH, ARQ = "rq Worker, an item a job", "rq Worker, 50 a job", "arq 256"
OURS, OURS_TWICE = "Mercarich, 1 checker, 256 calls", "Mercarich, 2 checkers, 256 calls each"
CALM, CALM_TWICE = "Mercarich, 1 checker, 64 calls", "Mercarich, 2 checkers, 64 calls each"
LISTS = f"Mercarich, 1 checker, sellers' lists of {ITEMS_A_SELLER}"

Runs = Mapping[str, Sequence[Measured]]
Side = Callable[[bool], Measured]


def run(scale: Scale) -> Result:
    with parts() as real, ExitStack() as end:
        single = end.enter_context(market(yahoo_bytes=[YAHOO_PAGE_BYTES]))
        lists = end.enter_context(market(items_a_seller=ITEMS_A_SELLER))
        mercari = in_turn("Mercari", _mercari_sides(real, single, lists, scale), scale)
        yahoo = in_turn("Yahoo", _yahoo_sides(real, single, scale), scale)
    return Result(
        goals=goals(mercari, yahoo),
        tables={"mercari": _table(mercari, OURS), "yahoo": _table(yahoo, OURS), "books": _books(mercari, yahoo)},
        figures={"mercari": _figures(mercari), "yahoo": _figures(yahoo)},
    )


def _mercari_sides(real: Parts, single: Market, lists: Market, scale: Scale) -> dict[str, Side]:
    setups = {
        OURS: (Setup(marketplace="mercari"), single, 10_000),
        OURS_TWICE: (Setup(marketplace="mercari", pairs=2), single, 10_000),
        CALM: (Setup(marketplace="mercari", calls=64, batch_items=100), single, 5_000),
        CALM_TWICE: (Setup(marketplace="mercari", calls=64, batch_items=100, pairs=2), single, 10_000),
        LISTS: (Setup(marketplace="mercari", items_a_seller=ITEMS_A_SELLER), lists, 20_000),
    }
    if scale.smoke:
        del setups[CALM], setups[CALM_TWICE]
    ours = {name: _ours(real, setup, where, items, scale) for name, (setup, where, items) in setups.items()}
    return ours | {name: _theirs(real, name, "mercari", single, scale) for name in PEERS}


def _yahoo_sides(real: Parts, single: Market, scale: Scale) -> dict[str, Side]:
    ours = {OURS: _ours(real, Setup(marketplace="yahoo"), single, 5_000, scale)}
    return ours | {name: _theirs(real, name, "yahoo", single, scale) for name in (RQ_BATCH, ARQ)}


def _ours(real: Parts, setup: Setup, where: Market, items: int, scale: Scale) -> Side:
    product = Product(real, setup)
    return lambda warm_up: product.run(where, _size(items, scale, warm_up))


def _theirs(real: Parts, name: str, marketplace: str, where: Market, scale: Scale) -> Side:
    side = PeerSide(name, real, marketplace, scale.of(PROCESSES, IN_SMOKE))
    return lambda warm_up: side.run(where, _size(side.peer.items, scale, warm_up))


def _size(items: int, scale: Scale, warm_up: bool) -> int:
    """Items of a warm-up: a tenth, in whole hundreds, of which one in 20 has sold."""
    return scale.of(max(100, items // (10 if warm_up else 1) // 100 * 100), 200)


def goals(mercari: Runs, yahoo: Runs) -> list[Goal]:
    """Results by the names of the sides. Ratios are taken run by run."""
    cpu = "CPU-s for 1,000 checks, checker + proxy"
    return [
        Goal(id="P1", what=f"{cpu}: Mercari JSON", unit="s", value=_looks(mercari[OURS]), at_most=0.5),
        Goal(id="P1", what=f"{cpu}: Yahoo page of 250 KB", unit="s", value=_looks(yahoo[OURS]), at_most=0.7),
        Goal(id="P2", what=f"the same with the planner ÷ {RQ}", unit="", value=_against(mercari, RQ), at_most=1 / 40),
        Goal(id="P2", what=f"the same ÷ {RQ_BATCH}", unit="", value=_against(mercari, RQ_BATCH), at_most=0.25),
        Goal(id="P2", what=f"the same ÷ {ARQ}", unit="", value=_against(mercari, ARQ), at_most=0.6),
        Goal(id="P3", what=f"items/s: {OURS_TWICE}", unit="/s", value=_rate(mercari[OURS_TWICE]), at_least=2_000),
        *_scaling(mercari),
    ]


def _scaling(runs: Runs) -> list[Goal]:
    """With 64 calls per proxy the market's 80 ms limit one pair, not the machine's two cores, which the market, the
    broker and the database share. A smoke run leaves it out."""
    if CALM not in runs:
        return []
    gain = ratios([run.rate for run in runs[CALM_TWICE]], [run.rate for run in runs[CALM]])
    return [Goal(id="P3", what="items/s, 1 → 2 checkers, 64 calls each", unit="×", value=gain, at_least=1.8)]


def _against(runs: Runs, peer: str, ours: str = OURS) -> Spread:
    return ratios([run.cpu_a_thousand for run in runs[ours]], [run.cpu_a_thousand for run in runs[peer]])


def _cost(runs: Sequence[Measured]) -> Spread:
    return spread([run.cpu_a_thousand for run in runs])


def _looks(runs: Sequence[Measured]) -> Spread:
    """CPU without the planner. Most of the planner's part is its start, which a run of any size needs only once."""
    return spread([(run.side["checker"] + run.side["proxy"]) / run.items * 1_000 for run in runs])


def _rate(runs: Sequence[Measured]) -> Spread:
    return spread([run.rate for run in runs])


def _table(runs: Runs, ours: str) -> Table:
    rows = [
        [
            name,
            f"{of_side[0].items:,}",
            str(_rate(of_side)),
            str(_cost(of_side)),
            str(spread([run.all_cpu_a_thousand for run in of_side])),
            digits(spread([run.memory_mb for run in of_side]).median),
            "" if name == ours else str(_against(runs, name, ours)),
        ]
        for name, of_side in runs.items()
    ]
    headings = ["side", "items", "items/s", "CPU-s per 1,000", "with broker and database", "PSS MB", "ours ÷ this"]
    return Table(headings, rows)


def _books(mercari: Runs, yahoo: Runs) -> Table:
    """The CPU seconds of 1,000 checks by process: medians."""
    names = ("producer", "workers", "checker", "proxy", "kafka", "redis", "mariadb", "source")
    rows = [
        [f"{market}: {name}", *(_of_part(of_side, part) for part in names)]
        for market, runs in (("Mercari", mercari), ("Yahoo", yahoo))
        for name, of_side in runs.items()
    ]
    return Table(["side", *names], rows)


def _of_part(runs: Sequence[Measured], part: str) -> str:
    used = [{**run.side, **run.parts}.get(part) for run in runs]
    there = [seconds / run.items * 1_000 for seconds, run in zip(used, runs, strict=True) if seconds is not None]
    return digits(spread(there).median) if there else ""


def _figures(runs: Runs) -> dict[str, list[dict[str, object]]]:
    return {name: [asdict(run) for run in of_side] for name, of_side in runs.items()}
