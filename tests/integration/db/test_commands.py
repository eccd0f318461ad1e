"""`mercarich db upgrade` and `mercarich db wait` as Jobs and init containers run them."""

import os
import subprocess
import sys
from datetime import datetime
from pathlib import Path

import pytest

from mercarich_contracts.schedule import SCHEDULE
from mercarich_db.engine import create, reading
from mercarich_db.schedule_starts import known_since

MERCARICH = str(Path(sys.executable).with_name("mercarich"))


@pytest.fixture
def environment(database_url: str) -> dict[str, str]:
    return {**os.environ, "MERCARICH_DATABASE_URL": database_url}


@pytest.fixture
def nowhere(port: int) -> dict[str, str]:
    return {**os.environ, "MERCARICH_DATABASE_URL": f"mysql+pymysql://who:word@127.0.0.1:{port}/name"}


def test_waiting_ends_when_another_process_has_upgraded(environment: dict[str, str]) -> None:
    waiting = subprocess.Popen(
        [MERCARICH, "db", "wait", "--seconds", "60"], env=environment, stdout=subprocess.PIPE, text=True
    )
    assert waiting.stdout
    said = waiting.stdout.readline()
    assert "waiting for the schema" in said

    subprocess.run([MERCARICH, "db", "upgrade"], env=environment, check=True, stdout=subprocess.DEVNULL)

    waiting.communicate(timeout=30)
    assert waiting.returncode == 0


def test_waiting_for_a_schema_that_nobody_makes_ends_with_try_again(environment: dict[str, str]) -> None:
    done = _mercarich(environment, "db", "wait", "--seconds", "0")

    assert done.returncode == 75
    assert "mercarich db upgrade" in done.stderr


def test_t11_an_upgrade_notes_since_when_each_row_of_the_schedule_is_here(
    environment: dict[str, str], database_url: str
) -> None:
    def known() -> dict[str, datetime]:
        assert _mercarich(environment, "db", "upgrade").returncode == 0
        engine = create(database_url)
        with reading(engine) as connection:
            found = dict(known_since(connection))
        engine.dispose()
        return found

    first = known()

    assert set(first) == {row.name for row in SCHEDULE}
    assert known() == first


def test_an_upgrade_waits_for_a_database_that_is_away_no_longer_than_told(nowhere: dict[str, str]) -> None:
    done = _mercarich(nowhere, "db", "upgrade", "--seconds", "1")

    assert done.returncode == 75
    assert "is away" in done.stderr
    assert "word" not in done.stderr + done.stdout


@pytest.mark.parametrize("seconds", ["-1", "x", "99999999"])
def test_an_impossible_wait_is_refused_with_a_sentence(environment: dict[str, str], seconds: str) -> None:
    done = _mercarich(environment, "db", "wait", "--seconds", seconds)

    assert done.returncode == 2
    assert "expected whole seconds" in done.stderr or "expected one argument" in done.stderr


def _mercarich(environment: dict[str, str], *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [MERCARICH, *arguments], env=environment, capture_output=True, text=True, timeout=60, check=False
    )
