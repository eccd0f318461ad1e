"""`ports.Schedules` over the tables."""

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import Engine, and_, delete, func, insert, select, update

from mercarich_db.bulk import insert_missing
from mercarich_db.tables import schedule_pauses, schedule_runs
from mercarich_web.adapters.database import reading, writing
from mercarich_web.domain.schedules import LastStart, Pause


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

    def pauses(self) -> Mapping[str, Pause]:
        with reading(self._engine) as connection:
            found = connection.execute(select(schedule_pauses))
            return {row.name: Pause(row.paused_by, row.paused_at) for row in found}

    def pause(self, name: str, pause: Pause) -> bool:
        already = self.pauses()
        row = {"name": name, "paused_at": pause.at, "paused_by": pause.by}
        writing(self._engine, lambda connection: insert_missing(connection, schedule_pauses, [row]))
        return name not in already

    def resume(self, name: str) -> bool:
        gone = delete(schedule_pauses).where(schedule_pauses.c.name == name)
        return writing(self._engine, lambda connection: connection.execute(gone).rowcount == 1)

    def begin(self, name: str, slot: datetime, at: datetime) -> None:
        row = insert(schedule_runs).values(name=name, slot=slot, started_at=at)
        writing(self._engine, lambda connection: connection.execute(row))

    def end(self, name: str, slot: datetime, at: datetime, exit_code: int) -> None:
        which = (schedule_runs.c.name == name, schedule_runs.c.slot == slot)
        ended = update(schedule_runs).where(*which).values(ended_at=at, exit_code=exit_code)
        writing(self._engine, lambda connection: connection.execute(ended))
