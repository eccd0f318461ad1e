"""The arithmetic of the benchmarks: spreads, ratios, CPU sums, goals and the page."""

import os
import time
from functools import partial
from pathlib import Path

import pytest
from bench.harness import page
from bench.harness.cpu import Stat, parse, tree_ticks
from bench.harness.measured import Measured, Moment
from bench.harness.result import Goal, Result, Table
from bench.harness.scale import FULL, SMOKE, Scale
from bench.harness.spread import digits, percentile, ratios, spread
from bench.harness.turns import in_turn


def test_a_spread_is_the_median_with_minimum_and_maximum() -> None:
    found = spread([3.0, 1.0, 2.0])
    assert (found.median, found.low, found.high, found.runs) == (2.0, 1.0, 3.0, 3)
    assert str(found) == "2.00 (1.00–3.00)"


def test_no_run_has_no_spread() -> None:
    with pytest.raises(ValueError, match="no run"):
        spread([])


def test_ratios_are_taken_pair_by_pair_and_not_of_medians() -> None:
    found = ratios([1.0, 4.0, 3.0], [2.0, 4.0, 12.0])
    assert (found.median, found.low, found.high) == (0.5, 0.25, 1.0)  # The ratio of the medians would be 0.75.


def test_a_run_without_its_pair_is_not_compared() -> None:
    with pytest.raises(ValueError, match="zip"):
        ratios([1.0, 2.0], [1.0])


@pytest.mark.parametrize(("share", "expected"), [(0.5, 50), (0.99, 99), (1.0, 100), (0.001, 1)])
def test_a_percentile_is_a_value_that_was_measured(share: float, expected: int) -> None:
    assert percentile([float(number) for number in range(100, 0, -1)], share) == expected


@pytest.mark.parametrize(
    ("value", "shown"), [(0, "0"), (0.43, "0.430"), (2.09, "2.09"), (25.94, "25.9"), (717.3, "717"), (2318.0, "2,318")]
)
def test_three_digits_count(value: float, shown: str) -> None:
    assert digits(value) == shown


def test_a_line_of_the_books_is_read_whatever_the_process_is_called() -> None:
    line = "42 (rq: worker) R) S 7 42 42 0 -1 4194560 1 2 3 4 100 20 3 4 20 0 1 0 999 1 1"
    assert parse(line) == Stat(parent=7, own=120, reaped=7)


def test_a_tree_sums_living_and_reaped_children_once_and_leaves_others_out() -> None:
    stats = {
        10: Stat(parent=1, own=5, reaped=100),
        11: Stat(parent=10, own=7, reaped=0),
        12: Stat(parent=11, own=11, reaped=0),
        20: Stat(parent=1, own=1000, reaped=1000),
    }
    assert tree_ticks(stats, [10, 11]) == 5 + 100 + 7 + 11
    assert tree_ticks(stats, [99]) == 0


def test_sides_run_in_turn_and_their_warm_up_does_not_count() -> None:
    calls: list[str] = []

    def side(name: str, warm_up: bool) -> int:
        calls.append(f"{name}{'w' if warm_up else ''}")
        return len(calls)

    sides = {name: partial(side, name) for name in "AB"}
    kept = in_turn("test", sides, Scale(smoke=False, rounds=2))
    assert calls == ["Aw", "Bw", "A", "B", "A", "B"]
    assert kept == {"A": [3, 5], "B": [4, 6]}


def test_a_full_run_counts_at_least_three_runs_and_a_smoke_run_is_smaller() -> None:
    assert FULL.rounds >= 3
    assert (FULL.of(1000, 10), SMOKE.of(1000, 10)) == (1000, 10)


@pytest.mark.parametrize(
    ("at_least", "at_most", "met"), [(None, 2.0, True), (None, 1.9, False), (2.1, None, False), (0.95, 2.05, True)]
)
def test_a_goal_is_met_by_the_median(at_least: float | None, at_most: float | None, met: bool) -> None:
    goal = Goal(id="P1", what="", unit="", value=spread([1, 2, 9]), at_least=at_least, at_most=at_most)
    assert goal.met is met


def test_the_page_gets_the_tables_between_its_markers_and_keeps_the_rest(tmp_path: Path) -> None:
    file = tmp_path / "performance.md"
    file.write_text(
        "before\n<!-- table goals -->\nold\n<!-- end goals -->\n<!-- table depth -->\n<!-- end depth -->\nafter\n"
    )
    goal = Goal(id="P5", what="a page of due rows", unit="ms", value=spread([6.0]), at_most=10)
    head = {"name": "x", "taken_at": "", "commit": "", "seconds": 1, "machine": dict.fromkeys(MACHINE, "")}
    written = page.write({"x": (head, Result(goals=[goal], tables={"depth": Table(["a"], [["1|2"]])}))}, file)
    text = file.read_text()
    assert sorted(written) == ["depth", "goals"]
    assert text.startswith("before\n")
    assert text.endswith("after\n")
    assert "old" not in text
    assert "| P5 | a page of due rows | 6.00 ms | ≤ 10.0 | met |" in text
    assert "| 1\\|2 |" in text


def test_a_table_without_its_place_on_the_page_is_an_error() -> None:
    with pytest.raises(ValueError, match="no <!-- table goals -->"):
        page.put("nothing", "goals", "x")


MACHINE = ("cores", "memory_gib", "processor", "kernel", "python")


def test_a_runs_cost_is_its_own_processes_and_the_market_is_nobodys() -> None:
    run = Measured(
        items=2_000,
        seconds=4.0,
        rate=900.0,
        side={"checker": 0.5, "proxy": 0.3, "producer": 0.2},
        parts={"kafka": 0.1, "mariadb": 0.3, "source": 5.0},
        requests=2_000,
        memory_mb=100.0,
    )
    assert run.cpu_a_thousand == pytest.approx(0.5)
    assert run.all_cpu_a_thousand == pytest.approx(0.7)


def test_what_was_used_between_two_moments_is_told_by_name() -> None:
    before = Moment(at=10.0, used={"proxy": 1.0, "checker": 2.0})
    used = Moment(at=12.5, used={"proxy": 1.5, "checker": 2.0}).since(before)
    assert (used.seconds, used.cpu) == (2.5, {"proxy": 0.5, "checker": 0.0})


def test_a_process_is_found_in_the_books_with_what_it_used() -> None:
    before = Moment.now({"me": [os.getpid()], "nobody": []})
    deadline = time.process_time() + 0.15
    while time.process_time() < deadline:
        pass
    used = Moment.now({"me": [os.getpid()], "nobody": []}).since(before)
    assert used.cpu["me"] >= 0.1
    assert used.cpu["nobody"] == 0
