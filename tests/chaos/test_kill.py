"""kill -9 of each process during a run: the run ends complete, and Amazon shows what is true."""

import pytest
from tests.chaos.rig import until
from tests.chaos.scene import RUN_SECONDS, Scene

RESTART_SECONDS = 30.0


def test_workers_killed_with_claimed_items_are_replaced_and_the_runs_end_complete(scene: Scene) -> None:
    yahoo, mercari = scene.begin("yahoo", "mercari")
    books, ids = scene.rig.books, [scene.run(key).id for key in (yahoo, mercari)]
    until(lambda: all(books.leased(run_id) for run_id in ids), 5, "items are with both workers")
    scene.rig.replace("checker-yahoo")
    scene.rig.replace("checker-mercari")
    scene.must_end_well()


def test_a_killed_planner_goes_on_with_its_run_under_the_same_key(scene: Scene) -> None:
    [key] = scene.begin("yahoo")
    before = scene.run(key)
    scene.rig.kill(key)
    assert scene.run(key).outcome == "running"
    scene.must_end_well()
    assert scene.run(key).id == before.id
    assert scene.rig.ended(key, 5) == 0


def test_the_run_of_a_killed_planner_is_superseded_by_a_new_start(scene: Scene) -> None:
    [old] = scene.begin("yahoo")
    scene.rig.kill(old)
    del scene.keys[old]
    new = scene.start("yahoo", "newer")
    until(lambda: scene.run(old).outcome == "superseded", 20, "the dead planner's run is superseded")
    written = scene.rig.books.written_by(scene.run(old).id)
    scene.must_end_well()
    after = scene.rig.books.written_by(scene.run(old).id)
    assert (after["events"], after["counters"]) == (written["events"], written["counters"])
    assert scene.run(new).complete


def test_feed_killed_with_patches_and_a_feed_under_way_pushes_everything_and_undoes_nothing(scene: Scene) -> None:
    rig = scene.rig
    rig.lever("quotas", factor=0.2)  # One PATCH a second, so that the run has a middle.
    rig.lever("feeds", queue_seconds=2, process_seconds=2)
    key = scene.start("yahoo")
    until(lambda: rig.books.claimed_pushes() > 1, 30, "patches are under way")  # One may end before the kill.
    rig.kill("feed")
    assert rig.books.claimed_pushes()
    rig.let_push_claims_lapse()
    rig.set("PATCH_LANE_LISTINGS", "1")  # So that a feed carries the others, and the restores.
    rig.start("feed")
    rig.see_through("yahoo", key, RUN_SECONDS)
    rig.lever("quotas", factor=1)
    until(lambda: not rig.books.withdrawals_waiting(), 30, "withdrawals accepted")
    rig.sweep("yahoo")
    until(lambda: rig.books.open_feeds() and not rig.books.feeds_being_created(), 30, "feeds of restores are open")
    rig.set("PATCH_LANE_LISTINGS", "1500")  # Other tests share these processes.
    rig.replace("feed")
    assert rig.ended("sweep-yahoo", 30) == 0
    scene.must_end_well()
    until(lambda: not rig.books.open_feeds(), RESTART_SECONDS, "the feed that was open is followed to its end")


@pytest.mark.parametrize("marketplace", ["yahoo", "mercari"])
def test_a_killed_proxy_costs_time_only(scene: Scene, marketplace: str) -> None:
    scene.begin(marketplace)
    scene.rig.replace(f"{marketplace}-proxy")
    scene.must_end_well()


def test_a_broker_that_loses_everything_costs_time_only(scene: Scene) -> None:
    scene.begin("yahoo", "mercari")
    scene.world.lose_broker(scene.rig)
    scene.must_end_well()
