"""`ports_starts.ScheduleBook` over the tables of the schedule."""

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import Connection, Engine, delete, func, or_, select

from mercarich_contracts.schedule import SCHEDULE, WISH_LASTS
from mercarich_db import schedule_starts, settings_store
from mercarich_db.bulk import insert_missing
from mercarich_db.tables import schedule_pauses, schedule_runs, schedule_wishes
from mercarich_operator.adapters.database import reading, writing
from mercarich_operator.domain.missed import CATCH_UP, Started, Wish


class SqlSchedule:
    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def known(self, now: datetime) -> Mapping[str, Started]:
        starts = select(schedule_runs.c.name, func.max(schedule_runs.c.started_at)).where(schedule_starts.has_come(now))
        newest = starts.group_by(schedule_runs.c.name)
        with reading(self._engine) as connection:
            if settings_store.read(connection).text("SCHEDULE_CATCH_UP") != "on":
                return {}
            last = {**schedule_starts.known_since(connection), **{row[0]: row[1] for row in connection.execute(newest)}}
            paused = set(connection.execute(select(schedule_pauses.c.name)).scalars())
            wishes = {
                row.name: Wish(row.wanted_at, row.job is not None)
                for row in connection.execute(select(schedule_wishes))
            }
        return {row.name: Started(last.get(row.name), wishes.get(row.name), row.name in paused) for row in SCHEDULE}

    def want(self, name: str, at: datetime) -> None:
        def want(connection: Connection) -> None:
            wish = schedule_wishes.c
            over = or_(wish.wanted_at <= at - WISH_LASTS, wish.job.is_not(None))
            connection.execute(delete(schedule_wishes).where(wish.name == name, over))
            insert_missing(connection, schedule_wishes, [{"name": name, "wanted_at": at, "wanted_by": CATCH_UP}])

        writing(self._engine, want)
