"""This machine's clock against the database's: corrected, told, and a reason not to start."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

import pytest
from prometheus_client import REGISTRY

from mercarich_db.clock import EVERY_SECONDS, Measuring
from mercarich_platform.clock import SharedClock
from mercarich_platform.settings import BadConfiguration

TRUE = datetime(2026, 11, 25, 3, tzinfo=UTC)
HOURS = timedelta(hours=3)


class World:
    """True time passes by the test's hand. The machine's clock is `off` it, and an answer takes `trip` seconds."""

    def __init__(self) -> None:
        self.seconds = 100.0
        self.off = timedelta()
        self.trip = 0.01
        self.asked = 0
        self.clock = SharedClock()
        self.measuring = Measuring(self.clock, self.machine, lambda: self.seconds)

    @property
    def true(self) -> datetime:
        return TRUE + timedelta(seconds=self.seconds)

    def machine(self) -> datetime:
        return self.true + self.off

    def measure(self, *, after: float = EVERY_SECONDS) -> None:
        self.seconds += after
        self.measuring.measure(self)

    @contextmanager
    def cursor(self) -> Iterator["World"]:
        yield self

    def execute(self, _statement: str) -> None:
        self.asked += 1
        self.seconds += self.trip / 2
        self.told = self.true.replace(tzinfo=None)
        self.seconds += self.trip / 2

    def fetchone(self) -> tuple[datetime]:
        return (self.told,)


def test_a_clock_that_is_right_stays_as_it_is() -> None:
    world = World()
    world.off = timedelta(milliseconds=3)  # less than the way there and back can tell
    world.measure()
    assert world.clock.offset == timedelta()
    world.measuring.require_right()


@pytest.mark.parametrize("off", [HOURS, -HOURS, timedelta(seconds=2)])
def test_what_is_stamped_is_the_databases_time_however_wrong_the_machines_clock_is(off: timedelta) -> None:
    world = World()
    world.off = off
    world.measure()
    assert abs(world.clock.offset + off) <= timedelta(seconds=world.trip)
    assert REGISTRY.get_sample_value("mercarich_clock_offset_seconds") == world.clock.offset.total_seconds()


def test_the_database_is_asked_once_a_minute_and_when_the_machines_clock_was_set() -> None:
    world = World()
    for _ in range(30):
        world.measure(after=1)
    assert world.asked == 1
    world.measure(after=EVERY_SECONDS - 10)
    assert world.asked == 2
    world.off = HOURS
    world.measure(after=1)
    assert (world.asked, abs(world.clock.offset + HOURS) < timedelta(seconds=1)) == (3, True)


@pytest.mark.parametrize(("off", "told"), [(-HOURS, "10800.0 s behind"), (timedelta(seconds=6), "6.0 s ahead of")])
def test_more_than_five_seconds_are_told_once_and_let_no_process_start(
    off: timedelta, told: str, caplog: pytest.LogCaptureFixture
) -> None:
    world = World()
    world.off = off
    for _ in range(3):
        world.measure()
    [warned] = caplog.records
    assert (warned.levelname, told in warned.__dict__["is"]) == ("WARNING", True)
    with pytest.raises(BadConfiguration, match=f"clock is {told} the database's: set the clocks .*start this process"):
        world.measuring.require_right()
    world.off = timedelta()
    world.measure(after=1)
    assert [record.levelname for record in caplog.records] == ["WARNING", "WARNING"]
    world.measuring.require_right()


def test_an_answer_that_was_long_on_its_way_accuses_no_clock(caplog: pytest.LogCaptureFixture) -> None:
    world = World()
    world.off, world.trip = timedelta(seconds=7), 8.0
    world.measure()
    world.measuring.require_right()
    assert not caplog.records
