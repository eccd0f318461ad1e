"""The database becomes unavailable during a run: processes wait and continue, and nothing is lost."""

from tests.chaos.scene import Scene

WORKERS = ("checker-yahoo", "checker-mercari", "feed")


def test_workers_wait_for_a_database_that_is_away_and_the_runs_end_complete(scene: Scene) -> None:
    scene.begin("yahoo", "mercari")
    before = {name: scene.rig.pid(name) for name in WORKERS}
    with scene.world.without_database(scene.rig):
        pass
    scene.rig.let_push_claims_lapse()  # A push whose result could not be written keeps its claim.
    scene.must_end_well()
    assert {name: scene.rig.pid(name) for name in WORKERS if scene.rig.runs(name)} == before
