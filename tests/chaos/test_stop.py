"""SIGTERM under load: every process ends in time with its documented exit code, and every result is written."""

import json
import signal
import time

import pytest
from tests.chaos.rig import until
from tests.chaos.scene import Scene

BOUND_SECONDS = 45.0
UNDER_WAY = 150
"""Requests whose results a stopped worker may lose: at most its batches' concurrency and one second of responses."""


def stop(scene: Scene, name: str) -> tuple[int, float]:
    """Return the exit code and the seconds until the end."""
    began = time.monotonic()
    scene.rig.send(name, signal.SIGTERM)
    code = scene.rig.ended(name, BOUND_SECONDS)
    seconds = time.monotonic() - began
    print(f"{name}: out {seconds:.1f} s after SIGTERM")  # noqa: T201
    return code, seconds


@pytest.mark.parametrize("marketplace", ["yahoo", "mercari"])
def test_a_worker_writes_what_was_answered_gives_the_rest_back_and_exits_0(scene: Scene, marketplace: str) -> None:
    worker = f"checker-{marketplace}"
    [key] = scene.begin(marketplace)
    before = scene.run(key)
    asked = asked_of(scene, marketplace)
    code, _ = stop(scene, worker)
    assert code == 0
    assert scene.run(key).checked >= before.checked
    assert scene.rig.books.leased(before.id) == 0, "items were kept from other workers"
    scene.rig.start(worker)
    scene.must_end_well()
    if marketplace == "yahoo":  # Here each item is one request.
        left = scene.run(key).planned - before.checked
        assert asked_of(scene, marketplace) - asked <= left + UNDER_WAY


def test_a_planner_exits_75_and_the_next_start_of_its_key_goes_on(scene: Scene) -> None:
    [key] = scene.begin("yahoo")
    before = scene.run(key)
    code, _ = stop(scene, key)
    assert code == 75
    assert scene.run(key).outcome == "running"
    scene.must_end_well()
    assert scene.run(key).id == before.id


def test_feed_settles_the_patches_under_way_and_exits_0(scene: Scene) -> None:
    rig = scene.rig
    rig.lever("quotas", factor=0.2)
    scene.start("yahoo")
    until(lambda: rig.books.claimed_pushes(), 30, "patches are under way")
    code, _ = stop(scene, "feed")
    assert code == 0
    assert rig.books.claimed_pushes() == 0, "listings were kept from the next feed worker"
    rig.lever("quotas", factor=1)
    rig.start("feed")
    scene.must_end_well()


@pytest.mark.parametrize("name", ["yahoo-proxy", "mercari-proxy"])
def test_a_proxy_exits_0_and_the_run_goes_on_when_it_is_back(scene: Scene, name: str) -> None:
    scene.begin(name.removesuffix("-proxy"))
    code, _ = stop(scene, name)
    assert code == 0
    scene.rig.start(name)
    scene.must_end_well()


def asked_of(scene: Scene, marketplace: str) -> int:
    ledger = scene.rig.simulator.ledger(gone_before=scene.sold_before)
    return int(json.loads(json.dumps(ledger["upstream"]))[marketplace]["requests"])
