"""Figures of several seeds are pooled into one table, with intervals of the shares."""

from dataclasses import replace
from pathlib import Path

import orjson
import pytest
from tests.soak.figures import Figures, as_json, pooled
from tests.soak.pooled import interval, rows

ONE = Figures(
    seeds=[1],
    days=14,
    orders=100,
    looks=[5.0, 20.0, 61.0],
    looks_whole=[5.0, 20.0, 600.0],
    unlooked=1,
    sourced=100,
    spare=60,
    gone=10,
    gone_in_time=6,
    spared=8,
    spared_in_time=6,
    met_elsewhere=4,
    counted=90,
    cancelled=1,
    sold_twice=0,
    prices_unasked=0,
    fields_lost=0,
    personal=0,
    at_loss=2,
    at_loss_late=0,
    wrongly_stopped=0,
    shipped_late=1,
    shipped_late_told=1,
    foretold=[[6, 0.011, 100, 1], [7, 0.007, 100, 1]],
    requests=1_000,
    requests_valid=999,
    broken=0,
)


def test_numerators_and_denominators_are_added_and_seconds_are_taken_together() -> None:
    both = pooled([ONE, replace(ONE, seeds=[2], cancelled=0, looks=[1.0])])
    assert (both.seeds, both.days, both.counted, both.cancelled) == ([1, 2], 28, 180, 1)
    assert sorted(both.looks) == [1.0, 5.0, 20.0, 61.0]
    told = {row.what: row for row in rows(both)}
    assert told["cancelled for want of a source"].value == "1 of 180, 0.56%"
    assert told["… of those with a fitting spare piece for sale"].value == "12 of 16, 75.00%"
    assert told["… later than 60 s by the product"].value == "1 of 4, 25.00%"
    assert told["foretold - cancelled of seven days, at the end of a day"].value.startswith("mean -0.10, largest -0.30")


def test_forecasts_are_judged_alone_and_together_after_whole_weeks() -> None:
    other = replace(ONE, seeds=[2], foretold=[[6, 0.5, 100, 1], [7, 0.008, 300, 3], [8, 0.012, 300, 3]])
    told = {row.what: row for row in rows(pooled([ONE, other]))}
    assert told["foretold - cancelled of seven days, at the end of a day"].value.endswith("+49.00 points, of 5 days")
    together = told["… of all seeds together, of whole weeks"]
    day_7, day_8 = (0.7 + 2.4 - 4) / 4, 1.2 - 1.0
    assert together.value.startswith(f"mean {(day_7 + day_8) / 2:+.2f}, largest {day_7:+.2f} points, of 2 days; chance")


def test_figures_survive_their_file(tmp_path: Path) -> None:
    (tmp_path / "one").write_bytes(orjson.dumps(as_json(ONE)))
    assert Figures(**orjson.loads((tmp_path / "one").read_bytes())) == ONE


def test_a_week_without_orders_has_no_shares() -> None:
    none = replace(ONE, looks=[], looks_whole=[], sourced=0, gone=0, spared=0, counted=0, foretold=[], requests=0)
    told = {row.what: row for row in rows(none)}
    assert told["cancelled for want of a source"].value == told["… the product's own time"].value == "–"


@pytest.mark.parametrize(
    ("part", "whole", "low", "high"), [(0, 100, 0.0, 0.0370), (10, 100, 0.0552, 0.1744), (100, 100, 0.9630, 1.0)]
)
def test_the_interval_is_wilsons(part: int, whole: int, low: float, high: float) -> None:
    assert interval(part, whole) == pytest.approx((low, high), abs=0.0002)
