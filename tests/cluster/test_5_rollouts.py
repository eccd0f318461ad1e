"""Point 5: a rollout that cannot work stops at its first pod, and the workers of before go on."""

import json
from collections.abc import Iterator

import pytest
from tests.cluster.conftest import Keep
from tests.cluster.kube import Object, Refused, is_ready, until
from tests.cluster.release import Release
from tests.cluster.runs import CheckRun
from tests.cluster.test_5_faults import POOL, _fixed, _slowly

HELM_SECONDS = 90
"""Longer than a worker of this tier takes to be there, to join its group and to stay ready for `minReadySeconds`."""
WRONG_BROKER = "MERCARICH_KAFKA_BOOTSTRAP=kafka-typo.example:9092"
REJECTS_ALL = """
from mercarich_checker.handlers import CheckBatchHandler
from mercarich_platform.outcomes import Rejected

def reject(self, record, stop):
    raise Rejected("this code rejects all")

CheckBatchHandler.__call__ = reject
"""
BAD_CODE = {
    "extraEnv": [{"name": "PYTHONPATH", "value": "/bad-code"}],
    "extraVolumes": [{"name": "bad-code", "configMap": {"name": "bad-code"}}],
    "extraVolumeMounts": [{"name": "bad-code", "mountPath": "/bad-code"}],
}
_READINESS = """
import http.client
to = http.client.HTTPConnection("127.0.0.1", 9100)
to.request("GET", "/readyz")
print(to.getresponse().read().decode())
"""


@pytest.fixture
def two_workers(release: Release) -> Iterator[None]:
    yield from _fixed(release, 2)


def test_a_wrong_broker_stops_at_the_first_worker(release: Release, two_workers: None, keep: Keep) -> None:
    before = _names(release)
    check = CheckRun.begin(release, "wrong-broker")
    release.space.kubectl("set", "env", f"deploy/{release.name(POOL)}", WRONG_BROKER)
    try:
        with pytest.raises(Refused, match="timed out"):
            release.space.kubectl("rollout", "status", f"deploy/{release.name(POOL)}", f"--timeout={HELM_SECONDS}s")
        why = _is_kept_out(release, before)
        figures = check.must_end_well()
    finally:
        release.space.kubectl("rollout", "undo", f"deploy/{release.name(POOL)}")
    assert "kafka-typo.example" in why
    release.wait_ready()
    keep("5-wrong-broker", {**figures, "why": why})


def test_code_that_rejects_all_stops_at_the_first_worker(release: Release, two_workers: None, keep: Keep) -> None:
    code = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "bad-code"}}
    release.space.kubectl("apply", "-f", "-", given=json.dumps({**code, "data": {"sitecustomize.py": REJECTS_ALL}}))
    before = _names(release)
    with _slowly(release):
        check = CheckRun.begin(release, "bad-code")
        check.until_share(0.02)
        try:
            bad = ("--set-json", f"checker.pods={json.dumps(BAD_CODE)}", "--wait", "--timeout", f"{HELM_SECONDS}s")
            with pytest.raises(Refused):
                release.upgrade(release.images.tag, *bad)
            why = _is_kept_out(release, before)
        finally:
            release.space.helm("rollback", "mercarich")
    assert "rejected every record" in why or "too many rejections" in why
    release.wait_ready()
    keep("5-bad-code", {**check.must_end_well(), "why": why})
    release.space.kubectl("delete", "configmap", "bad-code")


def _names(release: Release) -> set[str]:
    return {_name(pod) for pod in release.space.pods(POOL)}


def _is_kept_out(release: Release, before: set[str]) -> str:
    """The workers of before are ready, one new one is not, and `mercarich pools` says so. Return why it is not."""
    pods = release.space.pods(POOL)
    assert {_name(pod) for pod in pods if is_ready(pod)} == before
    [new] = [_name(pod) for pod in pods if _name(pod) not in before]

    def told() -> bool:
        pool = release.pools()[POOL]
        return (pool["current"], pool["ready"]) == (3, 2)

    until(told, 60, "the operator tells of two ready workers and a third pod")
    return release.space.inside(new, "python3", "-c", _READINESS)


def _name(pod: Object) -> str:
    return str(pod["metadata"]["name"])
