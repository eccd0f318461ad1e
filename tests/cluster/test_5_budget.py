"""Point 5: two replicas of a proxy have one budget, breaker and pause. Pods of them die; the marketplace counts."""

import json
import subprocess
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import partial
from math import ceil, floor
from typing import Any

from tests.cluster.conftest import Keep
from tests.cluster.demand import Demand
from tests.cluster.kube import is_ready, until
from tests.cluster.release import Release

PROXY, RATE, USUAL_RATE = "mercari-proxy", 2, 50
"""At the rate of a real site; at that of values.yaml, cells are so short that a busy node's stalls pass over many."""
MISSING = "yahoo-proxy"
"""Yahoo! Auctions says that there is no such auction, which is believed when it is said twice, a minute apart."""
IDS = 1_200
MINUTE, STEADY_SECONDS = 60, 15
LEAST = 0.85
"""0.95 where nothing else runs, as tests/unit/marketplace shows on simulated clocks. A stalled node loses cells: on two
cores it was 1.0 at a load of 15, 0.95 at 25, 0.875 at 40, 0.51 at 50."""
AFTER_KILL_SECONDS = 10
PAUSE_SECONDS = 40
"""The breaker stays open as long, by values.yaml."""
LEAST_QUIET_SECONDS = 10
STOPPED_SECONDS = 1.0
"""Until no replica makes a call: half a second, and the market counts whole seconds."""
BACK_SECONDS = 90.0
RUN_SECONDS = 180.0
_ONE_OFFER = """SELECT l.sku, s.item_id FROM listings l JOIN source_items s ON s.id = l.source_item_id
WHERE s.marketplace = 'yahoo' AND l.listed AND l.quantity > 0 LIMIT 1"""
_ITEMS = f"SELECT item_id FROM source_items WHERE marketplace = 'mercari' AND item_id LIKE 'm%' LIMIT {IDS}"
_MISSED = "SELECT missed_at FROM source_items WHERE item_id = '{}' AND missed_at IS NOT NULL"
_FATE = """SELECT s.state, s.reason, l.quantity, LEFT(e.extract, 10) FROM source_items s
JOIN evidence e ON e.id = s.evidence_id JOIN listings l ON l.source_item_id = s.id WHERE s.item_id = '{}'"""


def test_two_proxies_keep_one_budget_pause_and_breaker_while_their_pods_are_killed(
    release: Release, keep: Keep
) -> None:
    release.wait_ready()
    [[sku, gone]] = release.sql(_ONE_OFFER)
    ids = [item_id for [item_id] in release.sql(_ITEMS)]
    release.lever("events", {"marketplace": "yahoo", "ids": [gone], "kind": "deleted"})
    with _rate(release), Demand(release, "mercari", ids) as demand:
        begin = until(lambda: _steady(release), 120, "the demand takes the whole budget")
        with _checking(release, sku) as run:
            missed = until(lambda: release.sql(_MISSED.format(gone)), 60, "the deleted item is missed once")
            killed_at = _kill(release, [*_pods(release, PROXY)[:1], *_pods(release, MISSING)])
            until(lambda: _counts(release)[0] > killed_at + MINUTE, 2 * MINUTE, "a minute after that")
            each_second, minutes = _minutes(release, begin)
            assert run.wait(RUN_SECONDS) == 0
        fate = release.sql(_FATE.format(gone))
        _wait_both(release)
        paused = _stopped(release, {"kind": "429", "retry_after": PAUSE_SECONDS}, _paused_until)
        opened = _stopped(release, {"kind": "403"}, _open_until)
    shares = [round(requests / (RATE * MINUTE), 3) for requests in (min(minutes), max(minutes))]
    after_kill = each_second[int(killed_at) - begin :][:AFTER_KILL_SECONDS]
    figures = {"shares": shares, "each_second": each_second, "after_kill": after_kill, "missed": missed}
    figures |= {"fate": fate, "pause": paused, "breaker": opened, "demand": demand.figures}
    keep("5-budget", figures)

    assert LEAST <= shares[0] <= shares[1] <= 1.05, figures
    assert sum(after_kill) >= RATE * AFTER_KILL_SECONDS / 2, figures
    assert set(map(tuple, fate)) == {("gone", "not_found", "0", "missed at ")}
    for stop in (paused, opened):
        assert stop["calls_meanwhile"] == 0, stop
        assert stop["seconds"] > LEAST_QUIET_SECONDS, stop
        assert stop["new_pods_before_its_end"] > 0, stop


def _steady(release: Release) -> int | None:
    """Return the current second if the last ones used the budget."""
    wall, counts = _counts(release)
    used = sum(counts.get(int(wall) - back, 0) for back in range(1, STEADY_SECONDS + 1))
    return int(wall) if 0.95 <= used / (RATE * STEADY_SECONDS) <= 1.1 else None


def _counts(release: Release) -> tuple[float, Mapping[int, int]]:
    """Return the market's time, and its requests by second."""
    traffic = release.lever("traffic")
    return traffic["wall"], dict(traffic["mercari"])


def _minutes(release: Release, begin: int) -> tuple[list[int], list[int]]:
    """Return the requests of each second since `begin`, and those of each 60 s."""
    wall, counts = _counts(release)
    seconds = [counts.get(second, 0) for second in range(begin, int(wall))]
    return seconds, [sum(seconds[first : first + MINUTE]) for first in range(len(seconds) - MINUTE + 1)]


def _stopped(
    release: Release, fault: Mapping[str, object], until_of: Callable[[Mapping[str, Any]], float | None]
) -> dict[str, float]:
    """Stop all calls by a fault of a moment, kill both pods, and return what the market saw until calls begin again."""
    release.lever("faults", {"target": "mercari", "for_seconds": 8, **fault})
    ends_at = until(lambda: _ahead(_shared(release), until_of), 30, "all calls are stopped")
    stopped_at, _ = _counts(release)
    _kill(release, _pods(release, PROXY))
    kept = until_of(_shared(release))
    assert kept is not None
    assert kept >= ends_at, "what the killed replicas saw last may have made it longer"
    ends_at = kept
    _wait_both(release)
    back_at, _ = _counts(release)
    again = until(lambda: [at for at in _counts(release)[1] if at > max(ends_at, stopped_at)], 60, "calls again")
    _, counts = _counts(release)
    quiet = range(ceil(stopped_at + STOPPED_SECONDS), floor(ends_at))
    return {
        "calls_meanwhile": sum(counts.get(second, 0) for second in quiet),
        "seconds": len(quiet),
        "new_pods_before_its_end": round(ends_at - back_at, 1),
        "calls_again_after": min(again) - ends_at,
    }


def _shared(release: Release) -> Mapping[str, Any]:
    [[now, state]] = release.sql("SELECT UNIX_TIMESTAMP(NOW(6)), state FROM egress_budgets WHERE name = 'mercari'")
    return {"now": float(now), **json.loads(state)}


def _ahead(shared: Mapping[str, Any], until_of: Callable[[Mapping[str, Any]], float | None]) -> float | None:
    """Return when a stop ends that goes on for a moment."""
    ends_at = until_of(shared)
    return ends_at if ends_at is not None and ends_at > shared["now"] + 1 else None


def _paused_until(shared: Mapping[str, Any]) -> float | None:
    return float(shared["pace"]["paused_until"])


def _open_until(shared: Mapping[str, Any]) -> float | None:
    open_until: float | None = shared["breaker"]["open_until"]
    return open_until


@contextmanager
def _rate(release: Release) -> Iterator[None]:
    """Meanwhile the budget is that of a real site; during the change, the lower rate holds for both replicas."""
    for_all = partial(release.space.kubectl, "set", "env", f"deploy/{release.name(PROXY)}")
    for_all(f"MERCARI_PROXY_RATE_PER_SECOND={RATE}")
    until(lambda: not release.not_ready(), BACK_SECONDS, "both replicas have the lower rate")
    try:
        yield
    finally:
        for_all(f"MERCARI_PROXY_RATE_PER_SECOND={USUAL_RATE}")
    until(lambda: not release.not_ready(), BACK_SECONDS, "both replicas have the usual rate")


def _pods(release: Release, component: str) -> list[str]:
    return [pod["metadata"]["name"] for pod in release.space.pods(component)]


def _kill(release: Release, names: Sequence[str]) -> float:
    """Return the market's time."""
    release.space.kubectl("delete", "pod", *names, "--grace-period=0", "--force")
    return _counts(release)[0]


def _wait_both(release: Release) -> None:
    until(lambda: sum(map(is_ready, release.space.pods(PROXY))) == 2, BACK_SECONDS, "both replicas are ready")


@contextmanager
def _checking(release: Release, sku: str) -> Iterator[subprocess.Popen[bytes]]:
    """Run a check of one SKU in a checker's pod."""
    worker = f"deploy/{release.name('checker-yahoo')}"
    words = ["mercarich", "check_item_yahoo", "2", "4", "--skus", sku, "--request-key", f"budget-{sku}"]
    process = subprocess.Popen(["kubectl", "-n", release.space.name, "exec", worker, "--", *words])
    try:
        yield process
    finally:
        process.kill()
