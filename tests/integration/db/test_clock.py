"""One clock on MariaDB: a process takes the server's time, and does not start beside a server whose time is another."""

import threading
from datetime import UTC, datetime, timedelta

import pytest
from tests.conftest import REAL_SERVICES

from mercarich_db import clock, schema
from mercarich_db import engine as engines
from mercarich_db.clock import Measuring
from mercarich_db.wait import wait_for_schema
from mercarich_platform.clock import SharedClock, monotonic
from mercarich_platform.settings import BadConfiguration

AHEAD = timedelta(hours=3)


@pytest.fixture
def set_by() -> list[timedelta]:
    """How far this machine's clock was set off."""
    return [timedelta()]


@pytest.fixture
def shared(monkeypatch: pytest.MonkeyPatch, set_by: list[timedelta]) -> SharedClock:
    """The clock of a process that has not measured yet."""
    own = SharedClock()
    measuring = Measuring(own, lambda: datetime.now(UTC) + set_by[0], monotonic)
    monkeypatch.setattr(engines, "MEASURING", measuring)
    monkeypatch.setattr(clock, "MEASURING", measuring)
    return own


def of_another_time(url: str) -> str:
    """Return the address with connections on which the server's clock is `AHEAD` of this machine's."""
    return f"{url}&init_command=SET timestamp={(datetime.now(UTC) + AHEAD).timestamp()}"


@pytest.mark.skipif(not REAL_SERVICES, reason="SQLite has the machine's own clock")
def test_a_process_takes_the_servers_time_and_does_not_start_more_than_five_seconds_off_it(
    database_url: str, shared: SharedClock
) -> None:
    engine = engines.create(database_url)
    schema.upgrade(engine)
    engine.dispose()
    assert abs(shared.offset) < timedelta(seconds=5)
    assert wait_for_schema(database_url, threading.Event())
    clock.MEASURING._due = 0.0

    with pytest.raises(BadConfiguration, match=r"clock is 10\d\d\d\.\d s behind the database's: set the clocks"):
        wait_for_schema(of_another_time(database_url), threading.Event())

    assert abs(shared.offset - AHEAD) < timedelta(seconds=30)


@pytest.mark.skipif(not REAL_SERVICES, reason="SQLite has the machine's own clock")
def test_a_busy_connection_is_asked_as_soon_as_the_machines_clock_is_set(
    database_url: str, shared: SharedClock, set_by: list[timedelta]
) -> None:
    engine = engines.create(database_url)
    for _ in range(3):  # within half a second: the connection is not tested before it is given out again
        with engines.reading(engine):
            set_by[0] = AHEAD
    assert abs(shared.offset + AHEAD) < timedelta(seconds=5)
    engine.dispose()


def test_on_sqlite_there_is_nothing_to_measure(tmp_path_factory: pytest.TempPathFactory, shared: SharedClock) -> None:
    url = f"sqlite:///{tmp_path_factory.mktemp('one') / 'mercarich.db'}"
    engine = engines.create(url)
    schema.upgrade(engine)
    assert wait_for_schema(url, threading.Event())
    assert shared.offset == timedelta()
