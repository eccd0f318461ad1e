"""Point 5: during a check run pods die, move and change. Nothing is lost, nothing is wrong, the run ends, and visitors
of the pages notice nothing."""

import os
import shlex
import time
from collections.abc import Iterator
from functools import partial

import pytest
from tests.cluster.conftest import Keep
from tests.cluster.images import NEXT
from tests.cluster.kube import Object, Refused, is_ready, restarts, run, until
from tests.cluster.release import Release
from tests.cluster.runs import CheckRun
from tests.cluster.visitor import Visitor

KEY, POOL = "INVCHK_YAHOO_WORKER", "checker-yahoo"
MOST = 6
SCALED_SECONDS = 90.0
BACK_SECONDS = 120.0
EVICTED_SECONDS = 30.0
UPGRADED_SECONDS = 300.0
"""The replicas of the pages restart one after the other."""


@pytest.fixture
def two_workers(release: Release) -> Iterator[None]:
    yield from _fixed(release, 2)


@pytest.fixture
def one_worker(release: Release) -> Iterator[None]:
    yield from _fixed(release, 1)


def test_a_forced_delete_a_kill_9_and_an_eviction_lose_nothing(release: Release, two_workers: None, keep: Keep) -> None:
    with _slowly(release):
        check = CheckRun.begin(release, "killed")
        check.until_share(0.05)
        release.space.kubectl("delete", "pod", _worker(release), "--grace-period=0", "--force")
        check.until_share(0.1)
        killed = _kill_container(release)
        check.until_share(0.15)
        until(lambda: release.ready_workers(POOL) == 2, BACK_SECONDS, "both workers are back")
        first, second = (pod["metadata"]["name"] for pod in release.space.pods(POOL))
        # Refused until the cluster's controller has counted the new pod.
        until(lambda: _evict(release, first) is None, EVICTED_SECONDS, f"{first} is evicted")
        with pytest.raises(Refused, match="disruption budget"):
            _evict(release, second)
        check.until_share(0.15)
    keep("5-killed", {**check.must_end_well(), "container_killed": killed})


def test_from_1_to_6_workers_and_back_loses_nothing(release: Release, one_worker: None, keep: Keep) -> None:
    with _slowly(release):
        check = CheckRun.begin(release, "scaled")
        check.until_share(0.05)
        seconds = {}
        for number in (MOST, 1):
            release.set(KEY, str(number))
            began = time.monotonic()
            until(partial(_has, release, number), SCALED_SECONDS, f"{number} workers")
            seconds[number] = round(time.monotonic() - began, 1)
        check.until_share(0.05)
    keep("5-scaled", {**check.must_end_well(), "seconds_to": seconds})


def test_a_rolling_upgrade_and_a_rollback_lose_nothing_and_no_click_of_the_pages_fails(
    release: Release, visitor: Visitor, keep: Keep
) -> None:
    cookie = visitor.invited(f"clicker-{int(time.time())}")
    check = CheckRun.begin(release, "upgraded")
    check.until_share(0.1)
    with visitor.clicking(cookie) as clicks:
        began = time.monotonic()
        release.upgrade(release.images.tag + NEXT)
        until(lambda: _all_at(release, release.images.tag + NEXT), UPGRADED_SECONDS, "all have the next image")
        upgraded = time.monotonic() - began
        release.space.helm("rollback", "mercarich")
        until(lambda: _all_at(release, release.images.tag), UPGRADED_SECONDS, "all have the first image again")
        both = time.monotonic() - began
        figures = check.must_end_well()
        release.wait_ready()
    keep("5-upgraded", {**figures, "seconds_to_next": upgraded, "seconds_for_both": both, "clicks": clicks.figures})
    assert clicks.figures["failed"] == []
    assert min(clicks.figures["clicks"]) > 50


def test_a_broker_that_comes_back_empty_loses_nothing(release: Release, keep: Keep) -> None:
    check = CheckRun.begin(release, "broker")
    check.until_share(0.2)
    release.space.kubectl("delete", "pod", f"{release.name('kafka')}-0", "--grace-period=0", "--force")
    keep("5-broker", check.must_end_well())
    release.wait_ready()


def test_a_database_that_is_killed_and_comes_back_loses_nothing(release: Release, keep: Keep) -> None:
    check = CheckRun.begin(release, "database")
    check.until_share(0.2)
    release.space.kubectl("delete", "pod", f"{release.name('mariadb')}-0", "--grace-period=0", "--force")
    keep("5-database", check.must_end_well())
    release.wait_ready()


class _slowly:  # noqa: N801
    """Meanwhile each response takes longer, so that the run outlasts the faults of its workers."""

    def __init__(self, release: Release) -> None:
        self._release = release

    def __enter__(self) -> None:
        self._release.lever("faults", {"target": "yahoo", "kind": "slow", "seconds": 1.5})

    def __exit__(self, *_: object) -> None:
        clear = "import urllib.request as u; u.urlopen(u.Request('http://127.0.0.1:8100/_sim/faults', method='DELETE'))"
        self._release.space.inside(f"deploy/{self._release.name('simulator')}", "python3", "-c", clear)


def _fixed(release: Release, number: int) -> Iterator[None]:
    release.set(KEY, str(number))
    release.set(f"{KEY}_MODE", "fixed")
    until(partial(_has, release, number), SCALED_SECONDS, f"{number} workers")
    yield
    release.forget_settings(KEY)


def _has(release: Release, number: int) -> bool:
    return release.ready_workers(POOL) == number


def _worker(release: Release) -> str:
    return str(next(pod for pod in release.space.pods(POOL) if is_ready(pod))["metadata"]["name"])


def _kill_container(release: Release) -> bool:
    """kill -9 a worker's process on the node, if the environment names a command that runs there."""
    node = shlex.split(os.environ.get("MERCARICH_NODE", ""))
    if not node:
        return False
    name = _worker(release)
    pod = release.space.get("pod", name)
    container = pod["status"]["containerStatuses"][0]["containerID"].removeprefix("containerd://")
    tasks = run(*node, "ctr", "-n", "k8s.io", "tasks", "list")
    pid = next(line.split()[1] for line in tasks.splitlines() if line.startswith(container))
    before = restarts(pod)
    run(*node, "kill", "-9", pid)
    until(lambda: restarts(release.space.get("pod", name)) > before, 60, f"{name} has begun again")
    return True


def _evict(release: Release, pod: str) -> None:
    eviction = f'{{"apiVersion":"policy/v1","kind":"Eviction","metadata":{{"name":"{pod}"}}}}'
    path = f"/api/v1/namespaces/{release.space.name}/pods/{pod}/eviction"
    release.space.kubectl("create", "--raw", path, "-f", "-", given=eviction)


def _all_at(release: Release, tag: str) -> bool:
    """Pods of the workers and of the pages."""
    return all(
        bool(pods) and all(is_ready(pod) and _tag(pod) == tag for pod in pods)
        for pods in (release.space.pods(POOL), release.space.pods("pages"))
    )


def _tag(pod: Object) -> str:
    return str(pod["spec"]["containers"][0]["image"].rpartition(":")[2])
