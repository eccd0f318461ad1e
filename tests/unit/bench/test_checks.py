"""Which of the sides' figures become goals: ours compared with a peer, one checker compared with two."""

from bench.checks import CALM, CALM_TWICE, LISTS, OURS, OURS_TWICE, goals
from bench.harness.measured import Measured
from bench.peer_sides import PEERS

COSTS = {"rq Worker, an item a job": 20.0, "rq Worker, 50 a job": 2.0, "arq 256": 1.0}
RATES = {OURS_TWICE: 2_400.0, CALM: 700.0, CALM_TWICE: 1_330.0}


def measured(name: str) -> Measured:
    ours = {"checker": 0.1, "proxy": 0.2, "producer": 0.1}
    return Measured(
        items=1_000,
        seconds=1.0,
        rate=RATES.get(name, 100.0),
        side={"workers": COSTS[name]} if name in COSTS else ours,
        parts={"mariadb": 0.2, "source": 9.0},
        requests=1_000,
        memory_mb=1.0,
    )


def test_goals_are_our_cost_its_ratios_to_three_peers_and_what_a_second_checker_brings() -> None:
    names = [OURS, OURS_TWICE, CALM, CALM_TWICE, LISTS, *PEERS]
    runs = {name: [measured(name)] * 3 for name in names}
    found = [(goal.id, round(goal.value.median, 3), goal.met) for goal in goals(runs, runs)]
    assert found == [
        ("P1", 0.3, True),
        ("P1", 0.3, True),
        ("P2", 0.02, True),
        ("P2", 0.2, True),
        ("P2", 0.4, True),
        ("P3", 2_400.0, True),
        ("P3", 1.9, True),
    ]


def test_a_smoke_run_leaves_out_what_a_second_checker_brings() -> None:
    runs = {name: [measured(name)] for name in [OURS, OURS_TWICE, LISTS, *PEERS]}
    assert [goal.id for goal in goals(runs, runs)] == ["P1", "P1", "P2", "P2", "P2", "P3"]
