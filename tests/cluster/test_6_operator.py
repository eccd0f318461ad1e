"""Point 6: whatever the operator cannot reach, the HPAs stay as they were; afterwards it is back within 30 s."""

import json
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager

import pytest
from tests.cluster.conftest import Keep
from tests.cluster.kube import Object, until
from tests.cluster.release import Release

POOLS = ("checker-yahoo", "checker-mercari", "updater-yahoo", "updater-mercari", "feed", "jobs-search", "jobs-import")
KEY, POOL = "INVCHK_YAHOO_WORKER", "checker-yahoo"
BACK_SECONDS = 30.0
QUIET_SECONDS = 35.0
"""Slightly more than two rounds of the operator."""
Bounds = Mapping[str, tuple[int, int]]


@pytest.fixture
def quiet(release: Release) -> Bounds:
    """No run, no backlog, the initial values: the operator has nothing to write."""
    release.forget_settings(KEY)
    until(lambda: release.bounds(POOL) == (1, 5), 120, "the first bounds are back")
    return _bounds(release)


def test_nothing_is_written_while_nothing_differs(release: Release, quiet: Bounds, keep: Keep) -> None:
    before = _written(release)
    _hold(lambda: _written(release) == before, QUIET_SECONDS, "no write of the operator")
    keep("6-quiet", {"seconds": QUIET_SECONDS, "writes": 0})


def test_bounds_stand_while_the_operator_is_killed(release: Release, quiet: Bounds, keep: Keep) -> None:
    before = _written(release)
    pod = release.space.pods("operator")[0]["metadata"]["name"]
    release.space.kubectl("delete", "pod", pod, "--grace-period=0", "--force")
    seconds = _follows(release, quiet)
    keep("6-killed", {"seconds_back": seconds})
    assert seconds <= BACK_SECONDS
    assert _written(release).keys() == before.keys()


def test_bounds_stand_while_the_database_is_away(release: Release, quiet: Bounds, keep: Keep) -> None:
    name = release.name("mariadb")
    before = _written(release)
    release.space.kubectl("scale", "statefulset", name, "--replicas=0")
    _hold(lambda: _written(release) == before, QUIET_SECONDS, "no write without the database")
    release.space.kubectl("scale", "statefulset", name, "--replicas=1")
    until(lambda: not release.not_ready(), 120, "the database is back")
    seconds = _follows(release, quiet)
    keep("6-database", {"seconds_back": seconds})
    assert seconds <= BACK_SECONDS


def test_bounds_stand_while_the_api_server_refuses_the_operator(release: Release, quiet: Bounds, keep: Keep) -> None:
    before = _written(release)
    with _without_role(release):
        _hold(lambda: _written(release) == before, QUIET_SECONDS, "no write while refused")
    seconds = _follows(release, quiet)
    keep("6-api-server", {"seconds_back": seconds})
    assert seconds <= BACK_SECONDS


def test_bounds_stand_while_the_api_server_answers_writes_with_errors(
    release: Release, quiet: Bounds, keep: Keep
) -> None:
    before = _written(release)
    with _failing_writes(release):
        release.set(KEY, "3")
        _hold(lambda: (_written(release), _bounds(release)) == (before, quiet), QUIET_SECONDS, "no write goes through")
    began = time.monotonic()
    until(lambda: _bounds(release) == {**quiet, POOL: (1, 3)}, 120, "the change is followed")
    seconds = round(time.monotonic() - began, 1)
    keep("6-api-server-errors", {"seconds_back": seconds})
    assert seconds <= BACK_SECONDS


def _follows(release: Release, before: Bounds) -> float:
    """Return the seconds until a changed setting is followed; until then all bounds are as before."""
    began = time.monotonic()
    until(lambda: _is_set(release), BACK_SECONDS, "the setting is written")
    followed = {**before, POOL: (1, 4)}

    def has_followed() -> bool:
        now = _bounds(release)
        assert now in (before, followed), now
        return now == followed

    until(has_followed, 120, "the change is followed")
    return round(time.monotonic() - began, 1)


def _is_set(release: Release) -> bool:
    """Retry: it takes a while until a Service that is back is known everywhere."""
    release.set(KEY, "4")
    return True


def _bounds(release: Release) -> Bounds:
    return {pool: release.bounds(pool) for pool in POOLS}


def _written(release: Release) -> Mapping[str, str]:
    """Return when the operator last wrote each HPA, as recorded by the API server."""
    return {pool: _noted(release.hpa_with_fields(pool)) for pool in POOLS}


def _noted(hpa: Object) -> str:
    fields = hpa["metadata"]["managedFields"]
    return max(str(field["time"]) for field in fields if field["manager"] == "mercarich-operator")


def _hold(holds: Callable[[], bool], seconds: float, what: str) -> None:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        assert holds(), what
        time.sleep(2)


@contextmanager
def _without_role(release: Release) -> Iterator[None]:
    """Every call of the operator gets the status 403."""
    name = release.name("operator")
    binding = dict(release.space.get("rolebinding", name))
    kept = {"labels", "annotations", "name", "namespace"}
    binding["metadata"] = {key: value for key, value in binding["metadata"].items() if key in kept}
    release.space.kubectl("delete", "rolebinding", name)
    try:
        yield
    finally:
        release.space.kubectl("create", "-f", "-", given=json.dumps(binding))


@contextmanager
def _failing_writes(release: Release) -> Iterator[None]:
    """Every write of an HPA in this namespace gets the status 500: its admission webhook names a Service that does not
    exist."""
    name = f"{release.space.name}-failing"
    webhook = {
        "apiVersion": "admissionregistration.k8s.io/v1",
        "kind": "ValidatingWebhookConfiguration",
        "metadata": {"name": name},
        "webhooks": [
            {
                "name": "failing.mercarich.test",
                "admissionReviewVersions": ["v1"],
                "sideEffects": "None",
                "failurePolicy": "Fail",
                "timeoutSeconds": 2,
                "clientConfig": {"service": {"namespace": release.space.name, "name": "nobody"}},
                "namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": release.space.name}},
                "rules": [
                    {
                        "apiGroups": ["autoscaling"],
                        "apiVersions": ["*"],
                        "resources": ["horizontalpodautoscalers"],
                        "operations": ["CREATE", "UPDATE"],
                    }
                ],
            }
        ],
    }
    release.space.kubectl("create", "-f", "-", given=json.dumps(webhook))
    try:
        yield
    finally:
        release.space.kubectl("delete", "validatingwebhookconfiguration", name)
