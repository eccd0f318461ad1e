"""One release for the whole tier, in the cluster of the current kubeconfig; its evidence is written to var/cluster."""

import json
import os
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

import pytest
from tests.cluster.images import ROOT, Images
from tests.cluster.kube import Namespace, Refused, missing_tools, run
from tests.cluster.release import SHORT_WAITS, Release
from tests.cluster.visitor import Visitor
from tests.cluster.watch import Watch

EVIDENCE = ROOT / "var/cluster"
NAMESPACE = "mercarich-tier"
Keep = Callable[[str, Mapping[str, Any]], None]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    reason = None
    if "KUBECONFIG" not in os.environ:
        reason = "KUBECONFIG names no cluster"
    elif missing_tools():
        reason = f"missing: {', '.join(missing_tools())}"
    for item in items:
        if "tests/cluster/" in item.nodeid:
            item.add_marker(pytest.mark.timeout(1500))
            if reason:
                item.add_marker(pytest.mark.skip(reason=reason))


@pytest.fixture(scope="session")
def keep() -> Keep:
    """Write the figures of a point to var/cluster/<name>.json."""
    EVIDENCE.mkdir(parents=True, exist_ok=True)

    def write(name: str, figures: Mapping[str, Any]) -> None:
        whole = {"at": datetime.now(UTC).isoformat(timespec="seconds"), **figures}
        (EVIDENCE / f"{name}.json").write_text(json.dumps(whole, indent=2, default=str) + "\n")

    return write


@pytest.fixture(scope="session")
def images(keep: Keep) -> Images:
    found = Images.of(os.environ)
    took = found.provide()
    if took:
        keep("images", {"seconds": took})
    return found


@pytest.fixture(scope="session")
def release(images: Images, keep: Keep) -> Iterator[Release]:
    """The release, installed into an empty namespace and ready, with short waits and settings as a person would set
    them.

    With MERCARICH_CLUSTER_KEEP the release stays, and the next run uses it again.
    """
    space = Namespace(NAMESPACE)
    found = Release(space, images)
    watcher = Watch(space)
    kept = "MERCARICH_CLUSTER_KEEP" in os.environ
    try:
        if not (kept and found.is_there()):
            space.delete()
            space.create()
            watcher.start()
            found.install()
            found.wait_ready()
            keep("1-install", {"seconds_to_ready": round(time.time() - found.installed_at, 1)})
            for key, value in SHORT_WAITS.items():
                found.set(key, value)
        yield found
    finally:
        try:
            _keep_state(space)
        finally:
            if not kept:
                space.delete()
                watcher.stop()


@pytest.fixture(scope="session")
def watch(release: Release) -> Watch:
    """The Prometheus that was started with the release."""
    return Watch(release.space)


@pytest.fixture(scope="session")
def visitor(release: Release) -> Visitor:
    """A visitor with a browser inside the cluster."""
    found = Visitor(release)
    found.start()
    return found


def _keep_state(space: Namespace) -> None:
    """Save what a person would look at first after a failure."""
    folder = EVIDENCE / "state"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "objects.txt").write_text(space.kubectl("get", "all,hpa,pdb,pvc", "-o", "wide"))
    (folder / "events.txt").write_text(space.kubectl("get", "events", "--sort-by=.lastTimestamp"))
    (folder / "pods.txt").write_text(space.kubectl("describe", "pods"))
    for pod in space.all("pods"):
        name = pod["metadata"]["name"]
        words = ("kubectl", "-n", space.name, "logs", name, "--all-containers", "--prefix", "--tail=2000")
        try:
            (folder / f"{name}.log").write_text(run(*words))
        except (Refused, subprocess.TimeoutExpired) as error:  # A pod that never started has no log.
            (folder / f"{name}.log").write_text(str(error))
