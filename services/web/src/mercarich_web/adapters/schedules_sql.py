"""`ports.Schedules` over the table that the scheduler writes."""

from collections.abc import Mapping

from sqlalchemy import Engine, and_, func, select

from mercarich_db.tables import schedule_runs
from mercarich_web.adapters.database import reading
from mercarich_web.domain.schedules import LastStart


class SqlSchedules:
    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def last_starts(self) -> Mapping[str, LastStart]:
        start = schedule_runs.c
        newest = select(start.name, func.max(start.slot).label("slot")).group_by(start.name).subquery()
        query = select(start.name, start.slot, start.started_at, start.ended_at, start.exit_code).join(
            newest, and_(newest.c.name == start.name, newest.c.slot == start.slot)
        )
        with reading(self._engine) as connection:
            return {
                row.name: (row.slot, row.started_at, row.ended_at, row.exit_code) for row in connection.execute(query)
            }
