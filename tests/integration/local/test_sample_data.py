"""`mercarich sample_data` as the chart's development profile runs it, with simulator and database on another
machine."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import func, select
from tests.services.process import Service

from mercarich_db import engine as engines
from mercarich_db import schema
from mercarich_db.tables import listings, users
from mercarich_feed.adapters.token_cipher import new_key

BIN = Path(sys.executable).parent


@pytest.fixture
def simulator(tmp_path: Path, port: int) -> Iterator[str]:
    command = [BIN / "mercarich-simulator", "serve", "--port", port, "--sellers", "3", "--listings", "40"]
    service = Service([str(word) for word in command], tmp_path / "simulator.log", port=port)
    service.wait_until(service.accepts, 30)
    yield f"http://127.0.0.1:{port}"
    service.stop()


def test_sellers_and_listings_are_written_once(simulator: str, database_url: str) -> None:
    environment = {**os.environ, "MERCARICH_DATABASE_URL": database_url, "FEED_ENCRYPTION_KEY": new_key()}
    engine = engines.create(database_url)
    schema.upgrade(engine)

    first, second = (_sample_data(environment, simulator) for _ in range(2))

    assert (first.returncode, first.stdout) == (0, "Sample data written: 3 sellers, 40 listings.\n")
    assert (second.returncode, second.stdout) == (0, "The data of the last time is used.\n")
    with engines.reading(engine) as connection:
        assert connection.execute(select(func.count()).select_from(users)).scalar_one() == 3
        assert connection.execute(select(func.count()).select_from(listings)).scalar_one() == 40
    engine.dispose()


def test_without_a_key_nothing_is_written_and_the_variable_is_named(database_url: str) -> None:
    environment = {**os.environ, "MERCARICH_DATABASE_URL": database_url, "FEED_ENCRYPTION_KEY": ""}

    done = _sample_data(environment, "http://127.0.0.1:1")

    assert done.returncode == 78
    assert "FEED_ENCRYPTION_KEY" in done.stderr


def test_a_simulator_that_is_away_is_to_be_tried_again(database_url: str, port: int) -> None:
    environment = {**os.environ, "MERCARICH_DATABASE_URL": database_url, "FEED_ENCRYPTION_KEY": new_key()}
    engine = engines.create(database_url)
    schema.upgrade(engine)
    engine.dispose()

    assert _sample_data(environment, f"http://127.0.0.1:{port}").returncode == 75


def _sample_data(environment: dict[str, str], simulator: str) -> subprocess.CompletedProcess[str]:
    command = [str(BIN / "mercarich"), "sample_data", "--simulator", simulator]
    return subprocess.run(command, env=environment, capture_output=True, text=True, timeout=60, check=False)
