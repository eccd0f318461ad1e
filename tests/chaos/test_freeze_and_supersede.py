"""A worker sleeps past its lease, and a newer run starts: nothing stale is written, and the newest run ends
complete."""

import signal
import time

from tests.chaos.rig import until
from tests.chaos.scene import Scene

TAKE_OVER_SECONDS = 5.0
SESSION_SECONDS = 10.0


def test_a_frozen_workers_items_are_taken_over_and_its_late_answers_change_nothing(scene: Scene) -> None:
    rig = scene.rig
    [key] = scene.begin("yahoo")
    until(lambda: rig.books.leased(scene.run(key).id), 5, "items are with a worker")
    rig.freeze("checker-yahoo")
    frozen = time.monotonic()
    other = rig.second("checker-yahoo")
    until(lambda: time.monotonic() - frozen > SESSION_SECONDS, SESSION_SECONDS + 1, "the session is over")
    rig.send("checker-yahoo", signal.SIGCONT)
    scene.must_end_well()
    written = rig.books.written_by(scene.run(key).id)
    rig.wait_ready("checker-yahoo")
    rig.send(other, signal.SIGTERM)
    assert rig.ended(other, 45) == 0
    assert rig.books.written_by(scene.run(key).id) == written


def test_a_worker_that_wakes_up_in_a_superseded_run_writes_nothing_of_it(scene: Scene) -> None:
    rig = scene.rig
    [old] = scene.begin("yahoo")
    until(lambda: rig.books.leased(scene.run(old).id), 5, "items are with a worker")
    rig.freeze("checker-yahoo")
    del scene.keys[old]
    other = rig.second("checker-yahoo")
    new = scene.start("yahoo", "newer")
    until(lambda: scene.run(old).outcome == "superseded", 20, "superseded")
    written = rig.books.written_by(scene.run(old).id)
    scene.until_in_the_middle(new)
    rig.send("checker-yahoo", signal.SIGCONT)
    scene.must_end_well()
    after = rig.books.written_by(scene.run(old).id)
    assert (after["events"], after["counters"]) == (written["events"], written["counters"])
    assert after["observations"] <= written["observations"]
    rig.send(other, signal.SIGTERM)
    assert rig.ended(other, 45) == 0


def test_a_newer_start_ends_the_older_planner_within_5_s_and_nothing_of_it_is_written_any_more(scene: Scene) -> None:
    rig = scene.rig
    old = scene.start("yahoo")
    until(lambda: rig.books.run(old) is not None, 20, "the older run has started")
    del scene.keys[old]
    new = scene.start("yahoo", "newer")  # Its process needs seconds to start; by then the older run is in its middle.
    until(lambda: rig.books.run(new) is not None, 20, "the newer run has started")
    began = time.monotonic()
    written, heard = rig.books.written_by(scene.run(old).id), scene.run(old).heartbeat_at
    assert rig.ended(old, TAKE_OVER_SECONDS) == 0
    print(f"the older planner was out {time.monotonic() - began:.2f} s after the newer run began")  # noqa: T201
    assert scene.run(old).outcome == "superseded"
    assert rig.books.left(scene.run(old).id) < scene.run(old).planned
    scene.must_end_well()
    after = rig.books.written_by(scene.run(old).id)
    assert (after["events"], after["counters"]) == (written["events"], written["counters"])
    assert after["observations"] <= written["observations"], "the newer run checks them again"
    assert scene.run(old).heartbeat_at == heard, "the older planner wrote a sign of life after the newer run's start"
