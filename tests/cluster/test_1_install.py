"""Point 1: one `helm install` into a namespace that enforces `restricted`."""

import time

from tests.cluster.conftest import Keep
from tests.cluster.kube import is_ready, until
from tests.cluster.release import Release, memory
from tests.cluster.runs import create_job, row_of


def test_everything_is_ready_without_a_restart_under_restricted_pod_security(release: Release) -> None:
    namespace = release.space.get("namespace", release.space.name)
    assert namespace["metadata"]["labels"]["pod-security.kubernetes.io/enforce"] == "restricted"
    assert len([pod for pod in release.standing_pods() if is_ready(pod)]) >= 9
    release.must_stand()


def test_helm_test_is_green(release: Release) -> None:
    report = release.space.helm("test", "mercarich", "--timeout", "3m")
    assert "Phase:          Succeeded" in report, report


def test_the_first_item_is_checked_soon_after_the_installation(release: Release, keep: Keep) -> None:
    began = time.time()
    key = create_job(release, "first")
    first = until(lambda: (row := row_of(release, key)) and row.checked and row, 60, "the first item is checked")
    figures = {
        "seconds_from_job_to_first_item": round(time.time() - began, 1),
        "seconds_from_install_to_first_item": round(time.time() - release.installed_at, 1),
        "first": first.__dict__,
        "memory_mib": memory(release.space),
    }
    keep("1-first-item", figures)
    until(lambda: (row := row_of(release, key)) and row.outcome == "finished", 180, "the first run is finished")
