"""`mercarich schedule run` beside the scheduler of `make up`: one start, and the exit code that its terminal shows."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import Engine

from mercarich_contracts.schedule import SCHEDULE, ScheduleRow
from mercarich_db import engine as engines
from mercarich_db import schema
from mercarich_local.schedule_store import ScheduleStore
from mercarich_local.scheduler import Scheduler
from mercarich_web.schedule.sql import SqlSchedules
from mercarich_web.schedule.timetable import Timetable

ROW = next(row for row in SCHEDULE if row.name == "validate-mws-tokens")
BEGIN = datetime(2026, 11, 24, 15, 13, 14, tzinfo=UTC)


class Ended:
    """A command that has ended well."""

    def poll(self) -> int | None:
        return 0

    def terminate(self) -> None:
        return


class Clock:
    def __init__(self) -> None:
        self.at = BEGIN

    def __call__(self) -> datetime:
        return self.at


@pytest.fixture
def engine(database_url: str) -> Iterator[Engine]:
    engine = engines.create(database_url)
    schema.upgrade(engine)
    yield engine
    engine.dispose()


@pytest.mark.parametrize("code", [1, 75, -9])
def test_a_start_by_hand_runs_once_and_keeps_its_exit_code(engine: Engine, code: int) -> None:
    clock, launched = Clock(), list[str]()

    def launch(_row: ScheduleRow, key: str) -> Ended:
        launched.append(key)
        return Ended()

    scheduler = Scheduler([ROW], ScheduleStore(engine), launch, clock)
    timetable = Timetable(SqlSchedules(engine), [ROW], clock)

    def tick(after: float) -> None:
        clock.at += timedelta(seconds=after)
        scheduler.tick()

    def beside_the_scheduler(_row: ScheduleRow, _at: datetime) -> int:
        for _ in range(3):
            tick(1)
        return code

    assert timetable.run(ROW.name, beside_the_scheduler) == code
    for after in (1, 40, 600):
        tick(after)

    assert launched == []
    [status] = timetable.list().schedules
    assert (status.started_at, status.exit_code) == (BEGIN, code)
