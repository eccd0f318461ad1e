"""One machine follows the settings of the worker pools, by the operator's own plan."""

import os
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import yaml
from sqlalchemy import Engine, select

from mercarich_contracts.sites import SITES
from mercarich_db import engine as engines
from mercarich_db import settings_store
from mercarich_db.tables import pool_status
from mercarich_local import pools, workers
from mercarich_local.data_folder import locked
from mercarich_local.guardian import Guardian
from mercarich_local.pools import DOWN_AFTER, TARGETS, OneMachine, is_followed, reconcile
from mercarich_local.procfile import Process
from mercarich_local.supervisor import Supervisor
from mercarich_local.system import System
from mercarich_local.workers import RUNNING, WANTED, Crew
from mercarich_platform.clock import utc_now

WAIT_SECONDS = 30.0
SLEEPER = f'{sys.executable} -c "import time; time.sleep(600)"'
CHART = Path(__file__).parents[3] / "charts/mercarich/values.yaml"


class Shift:
    """A crew of sleepers, and the file that tells what is wanted of them."""

    def __init__(self, folder: Path, lock: int) -> None:
        self.folder = folder
        self.said: list[str] = []
        self.guardian = Guardian(keep_open=lock)
        self.supervisor = Supervisor(
            folder, self.guardian, say=lambda name, what: self.said.append(f"{name} {what}"), lines=print
        )
        process, environment = Process("sleepers", SLEEPER), dict(os.environ)
        system = System(folder, {})
        self.supervisor.start(system.services([process], environment))
        self.crew = Crew(system, [process], environment, self.supervisor)

    def want(self, number: int) -> None:
        workers.write(self.folder, WANTED, {"sleepers": number, "unknown": 3})

    def until(self, condition: Callable[[], bool]) -> None:
        deadline = time.monotonic() + WAIT_SECONDS
        while not condition():
            assert time.monotonic() < deadline, self.said
            self.supervisor.tick()
            self.crew.follow()
            time.sleep(0.02)

    def running(self) -> int:
        return workers.read(self.folder, RUNNING).get("sleepers", -1)


@pytest.fixture
def shift(tmp_path: Path) -> Iterator[Shift]:
    with locked(tmp_path) as lock:
        shift = Shift(tmp_path, lock)
        yield shift
        shift.supervisor.stop(seconds=5)
        shift.guardian.close()


def test_a_crew_grows_and_shrinks_with_what_is_wanted_and_rests_when_it_is_paused(shift: Shift) -> None:
    shift.crew.follow()
    assert shift.running() == 1, "nobody has said anything yet"
    for number in (3, 1, 0, 2):
        shift.want(number)
        shift.until(lambda number=number: shift.running() == number)  # type: ignore[misc]
        shift.until(lambda: not any(map(shift.supervisor.is_ending, ("sleepers", "sleepers-2", "sleepers-3"))))
        assert sorted(shift.supervisor.names()) == ["sleepers", "sleepers-2", "sleepers-3"][:number]
    assert not any("started again" in said for said in shift.said), "whoever is asked to end is no crash"


def test_a_worker_that_crashes_is_started_again_whatever_its_place(shift: Shift) -> None:
    shift.want(2)
    shift.until(lambda: shift.running() == 2)
    os.kill(shift.supervisor.pid("sleepers-2"), 9)
    shift.until(lambda: sum(said.startswith("sleepers-2 started") for said in shift.said) == 2)
    shift.until(lambda: shift.running() == 2)


@pytest.fixture
def engine(database_url: str, to_head: Callable[[Engine], None]) -> Iterator[Engine]:
    engine = engines.create(database_url)
    to_head(engine)
    yield engine
    engine.dispose()


def _set(engine: Engine, **settings: str) -> None:
    engines.run_tx(engine, lambda c: settings_store.write_all(c, settings, by="test", at=utc_now()))


def test_the_settings_decide_within_what_one_machine_can_do(
    engine: Engine, kafka_bootstrap: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pools, "MOST", 3)
    assert not is_followed(tmp_path)
    workers.write(tmp_path, RUNNING, {**dict.fromkeys(TARGETS, 1), "web": 1})
    assert is_followed(tmp_path)
    a_round = reconcile(engine, kafka_bootstrap, tmp_path)
    _set(engine, INVCHK_YAHOO_WORKER="2", INVCHK_YAHOO_WORKER_MODE="fixed", INVRES_YAHOO_WORKER_MODE="paused")
    _set(engine, INVCHK_MERCARI_WORKER="9", INVCHK_MERCARI_WORKER_MODE="fixed")

    assert a_round() in ("written", "ok")

    wanted = workers.read(tmp_path, WANTED)
    assert {name: wanted[name] for name in ("checker-yahoo", "checker-mercari", "updater-yahoo", "feed")} == {
        "checker-yahoo": 2,
        "checker-mercari": 3,
        "updater-yahoo": 0,
        "feed": 1,
    }
    with engines.reading(engine) as connection:
        rows = {row.pool: row for row in connection.execute(select(pool_status))}
    assert rows.keys() == TARGETS.keys()
    assert rows["checker-mercari"].reasons == "max 9 lowered to 3: 1..3 is allowed here"
    _set(engine, INVRES_YAHOO_WORKER_MODE="auto")
    a_round()
    assert workers.read(tmp_path, WANTED)["updater-yahoo"] == 1


def test_fewer_workers_are_wanted_once_they_have_been_enough_for_a_minute(
    engine: Engine, kafka_bootstrap: str, tmp_path: Path
) -> None:
    now = [1000.0]
    machine = OneMachine(tmp_path, 4, lambda: now[0])
    a_round = reconcile(engine, kafka_bootstrap, tmp_path)
    a_round.cluster = machine
    workers.write(tmp_path, RUNNING, dict.fromkeys(TARGETS, 1))
    _set(engine, FEED_WORKER="3", FEED_WORKER_MODE="fixed")
    a_round()
    _set(engine, FEED_WORKER="1")
    a_round()
    assert workers.read(tmp_path, WANTED)["feed"] == 3
    now[0] += DOWN_AFTER + 1
    a_round()
    assert workers.read(tmp_path, WANTED)["feed"] == 1
    assert OneMachine(tmp_path, 4, lambda: now[0]).deployments()[0].wanted == 1, "a new scheduler goes on from there"


def test_a_worker_of_one_machine_carries_what_the_charts_does() -> None:
    values = yaml.safe_load(CHART.read_text(encoding="utf-8"))
    of_chart = {"feed": values["feed"], "jobs-search": values["sellerJobs"]["search"]}
    of_chart["jobs-import"] = values["sellerJobs"]["import"]
    for site in SITES.values():
        for kind in ("checker", "updater"):
            of_chart[f"{kind}-{site}"] = values["marketplaces"][str(site)][kind]

    assert {pool: target for pool, (_, _, target) in TARGETS.items()} == {
        pool: chart["perReplicaTarget"] for pool, chart in of_chart.items()
    }
