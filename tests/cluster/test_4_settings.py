"""Point 4: a person changes settings, and autoscalers and pods follow, or the refusal is visible."""

import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from functools import partial
from math import ceil
from statistics import quantiles

import pytest
from tests.cluster.conftest import Keep
from tests.cluster.kube import Refused, until
from tests.cluster.release import Release
from tests.cluster.runs import CheckRun, create_job, row_of

KEY, POOL = "INVCHK_YAHOO_WORKER", "checker-yahoo"
FOLLOW_SECONDS = 30.0
LONGEST_SECONDS = 90.0
_WINDOW = "SELECT id, planned, checked FROM runs WHERE operation = 'watch' AND marketplace = 'yahoo' AND {} LIMIT 1"


@dataclass(frozen=True)
class Change:
    key: str
    value: str
    bounds: tuple[int, int]
    pods: tuple[int, int]
    """Fewest and most pods that may run once they have followed."""


CHANGES = (
    Change(KEY, "4", (1, 4), (1, 4)),
    Change(f"{KEY}_MIN", "2", (2, 4), (2, 4)),
    Change(f"{KEY}_MIN", "1", (1, 4), (1, 4)),
    Change(f"{KEY}_MODE", "fixed", (4, 4), (4, 4)),
    Change(KEY, "2", (2, 2), (2, 2)),
    Change(KEY, "5", (5, 5), (5, 5)),
    Change(KEY, "1", (1, 1), (1, 1)),
    Change(f"{KEY}_MODE", "paused", (1, 1), (0, 0)),
    Change(f"{KEY}_MODE", "fixed", (1, 1), (1, 1)),
    Change(KEY, "3", (3, 3), (3, 3)),
)


@pytest.fixture(autouse=True)
def _first_values(release: Release) -> Iterator[None]:
    yield
    release.forget_settings(KEY)


@pytest.fixture
def first_bounds(release: Release) -> None:
    until(lambda: release.bounds(POOL) == (1, 5), 120, "the first bounds are back")


def test_ten_changes_are_followed_by_bounds_and_running_pods_within_30_seconds(release: Release, keep: Keep) -> None:
    bounds, pods = [], []
    for change in CHANGES:
        began = time.monotonic()
        release.set(change.key, change.value)
        until(partial(_bounded, release, change), LONGEST_SECONDS, f"bounds after {change}")
        bounds.append(round(time.monotonic() - began, 1))
        until(partial(_running, release, change), LONGEST_SECONDS, f"pods after {change}")
        pods.append(round(time.monotonic() - began, 1))
    figures = {
        "changes": [asdict(change) for change in CHANGES],
        "bounds_seconds": bounds,
        "pods_seconds": pods,
        "bounds_p95": _p95(bounds),
        "pods_p95": _p95(pods),
    }
    keep("4-settings", figures)
    assert _p95(pods) <= FOLLOW_SECONDS, figures


@pytest.mark.parametrize("value", ["-1", "1000000", "many", ""])
def test_a_value_that_cannot_be_is_refused_with_a_sentence_and_the_last_good_one_is_kept(
    release: Release, first_bounds: None, value: str
) -> None:
    before = release.bounds(POOL)
    with pytest.raises(Refused) as refused:
        release.set(KEY, value)
    assert refused.value.code == 2
    assert f"{KEY}: expected a whole number from 1 to 500" in refused.value.text
    assert release.bounds(POOL) == before


def test_a_bad_value_in_the_table_itself_leaves_the_last_good_one_with_the_reason_everywhere(release: Release) -> None:
    release.set(KEY, "4")
    until(lambda: release.bounds(POOL) == (1, 4), 60, "max 4")
    release.sql(f"UPDATE settings SET value = 'many' WHERE `key` = '{KEY}'")
    _clamped(release, "kept: auto, 1 to 4", "invalid")
    assert release.bounds(POOL) == (1, 4)


def test_a_number_above_the_charts_bounds_is_clamped_with_the_reason_everywhere(release: Release) -> None:
    release.set(KEY, "400")
    until(lambda: release.bounds(POOL)[1] == 6, 60, "the chart's own maximum")
    _clamped(release, "max 400 lowered to 6: 1..6 is allowed here", "bounds")


def test_a_min_above_the_max_is_refused_and_where_it_stands_in_the_table_the_last_good_pair_is_kept(
    release: Release,
) -> None:
    release.set(f"{KEY}_MIN", "2")
    with pytest.raises(Refused, match=rf"{KEY}_MIN: 6 is more than {KEY} \(5\); raise that one first"):
        release.set(f"{KEY}_MIN", "6")
    until(lambda: release.bounds(POOL) == (2, 5), 60, "min 2")
    release.sql(f"UPDATE settings SET value = '6' WHERE `key` = '{KEY}_MIN'")
    _clamped(release, f"{KEY}_MIN (6) is more than {KEY} (5); kept: auto, 2 to 5", "invalid")
    assert release.bounds(POOL) == (2, 5)


def test_a_backlog_raises_the_floor_and_an_empty_one_lets_it_fall(
    release: Release, first_bounds: None, keep: Keep
) -> None:
    check = CheckRun.begin(release, "backlog")
    raised = until(lambda: _raised(release), 60, "the floor has risen")
    row = check.row()
    assert row is not None
    assert raised[0] <= ceil(row.planned / 700) + 1
    assert "by the backlog" in release.hpa(POOL)["metadata"]["annotations"]["mercarich.dev/reason"]
    check.must_end_well()
    began = time.monotonic()
    until(lambda: release.bounds(POOL)[0] == 1, 60, "the floor has fallen")
    keep("4-backlog", {"bounds_in_the_run": raised, "seconds_to_fall": round(time.monotonic() - began, 1)})


def _bounded(release: Release, change: Change) -> bool:
    return release.bounds(POOL) == change.bounds


def _running(release: Release, change: Change) -> bool:
    return change.pods[0] <= release.ready_workers(POOL) <= change.pods[1]


def _raised(release: Release) -> tuple[int, int] | None:
    bounds = release.bounds(POOL)
    return bounds if bounds[0] > 1 else None


def _p95(values: list[float]) -> float:
    """The percentile between its two neighbours: ten values have no exact one, and the maximum is not it."""
    return round(quantiles(values, n=20, method="inclusive")[18], 1)


def _clamped(release: Release, text: str, cause: str) -> None:
    """In `kubectl describe hpa`, the operator's metric, and `mercarich pools`."""
    name = release.name(POOL)
    until(lambda: text in release.space.kubectl("describe", "hpa", name), 60, f"{text!r} in kubectl describe")
    until(lambda: text in release.pools()[POOL]["reasons"], 60, f"{text!r} in mercarich pools")
    line = f'mercarich_pool_clamped{{pool="{POOL}",reason="{cause}"}} 1.0'
    assert line in release.metrics("operator")


def test_the_watch_looks_all_day_and_a_start_of_the_schedule_takes_what_it_leaves(release: Release, keep: Keep) -> None:
    """The runs before this one have looked at everything."""
    release.set("WATCH_SHARE", "0.5")
    [window] = until(lambda: release.sql(_WINDOW.format("checked > 0")), 60, "a window of the watch has looked")
    key = create_job(release, "beside")
    row = until(lambda: (row := row_of(release, key)) and row.outcome == "finished" and row, 120, "the run is finished")
    release.set("WATCH_SHARE", "0")
    until(lambda: not release.sql(_WINDOW.format("outcome = 'running'")), 60, "the watch has ended its window")
    keep("4-watch", {"window": window, "run": row.__dict__})

    assert row.planned < 100, row
