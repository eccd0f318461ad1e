"""T10, T11: a command that a CronJob starts obeys a pause, and records when it started and how it ended."""

import os
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import insert, select

from mercarich_db import schema
from mercarich_db.engine import create, reading, run_tx
from mercarich_db.schedule_log import scheduled
from mercarich_db.tables import schedule_pauses, schedule_runs, schedule_wishes
from mercarich_platform.front import TryAgain
from mercarich_platform.settings import BadConfiguration


def test_t11_a_start_is_written_down_and_so_is_its_end(database_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    engine = create(database_url)
    schema.upgrade(engine)
    monkeypatch.setenv("MERCARICH_DATABASE_URL", database_url)
    assert scheduled(lambda: 3) == 3  # Started by a person: nothing is written.
    monkeypatch.setenv("MERCARICH_SCHEDULE", "update-feed-yahoo")
    wish = {"wanted_at": datetime.now(UTC), "wanted_by": "taro"}
    wanted = [{"name": name, **wish} for name in ("update-feed-yahoo", "update-feed-mercari")]
    run_tx(engine, lambda connection: connection.execute(insert(schedule_wishes), wanted))

    assert scheduled(lambda: 0) == 0
    assert scheduled(lambda: 1) == 1

    with reading(engine) as connection:
        starts = connection.execute(select(schedule_runs).order_by(schedule_runs.c.slot)).all()
        wishes = connection.execute(select(schedule_wishes.c.name)).scalars().all()
    assert wishes == ["update-feed-mercari"]  # The other start has been recorded.
    assert {start.name for start in starts} == {"update-feed-yahoo"}
    assert starts[-1].exit_code == 1
    assert (datetime.now(UTC) - starts[-1].started_at).total_seconds() < 60
    engine.dispose()


@pytest.mark.parametrize(
    ("error", "code"), [(TryAgain("the broker is away"), 75), (BadConfiguration("no key"), 78), (KeyError("a bug"), 1)]
)
def test_t11_a_command_that_fails_by_an_error_has_an_end_too(
    database_url: str, monkeypatch: pytest.MonkeyPatch, error: Exception, code: int
) -> None:
    engine = create(database_url)
    schema.upgrade(engine)
    monkeypatch.setenv("MERCARICH_DATABASE_URL", database_url)
    monkeypatch.setenv("MERCARICH_SCHEDULE", "update-feed-yahoo")

    def fail() -> int:
        raise error

    with pytest.raises(type(error)):
        scheduled(fail)

    with reading(engine) as connection:
        [start] = connection.execute(select(schedule_runs)).all()
    assert start.exit_code == code
    assert start.ended_at >= start.started_at
    engine.dispose()


def test_t10_a_paused_row_starts_nothing(
    database_url: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    engine = create(database_url)
    schema.upgrade(engine)
    pause = insert(schedule_pauses).values(name="env-update", paused_at=datetime.now(UTC), paused_by="taro")
    run_tx(engine, lambda connection: connection.execute(pause))
    monkeypatch.setenv("MERCARICH_DATABASE_URL", database_url)
    monkeypatch.setenv("MERCARICH_SCHEDULE", "env-update")
    ran = []

    assert scheduled(lambda: ran.append(1) or 0) == 0

    assert ran == []
    assert "mercarich schedule resume env-update" in capsys.readouterr().out
    with reading(engine) as connection:
        assert connection.execute(select(schedule_runs)).all() == []
    monkeypatch.setenv("MERCARICH_BY_HAND", "yes")  # A person requested this start, whether the row is paused or not.
    assert scheduled(lambda: ran.append(1) or 0) == 0
    assert ran == [1]
    engine.dispose()


def test_a_database_that_is_away_is_told_by_the_command_itself(tmp_path: Path) -> None:
    away = f"sqlite:///{tmp_path}/no/such/m.db"
    environment = {**os.environ, "MERCARICH_SCHEDULE": "update-feed-yahoo", "MERCARICH_DATABASE_URL": away}

    done = subprocess.run(
        [str(Path(sys.executable).with_name("mercarich")), "db", "wait", "--seconds", "0"],
        env=environment,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )

    assert done.returncode == 75
    assert "no/such" in done.stderr
