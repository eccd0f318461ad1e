"""Queries on the schedule: starts, pauses and requested starts."""

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import Connection, Engine, delete, insert, select, update

from mercarich_contracts.audit import Actor, AuditAction
from mercarich_contracts.schedule import WISH_LASTS
from mercarich_db import schedule_starts
from mercarich_db.audit import Deed, note_down
from mercarich_db.bulk import insert_missing
from mercarich_db.engine import run_tx
from mercarich_db.tables import schedule_pauses, schedule_runs, schedule_wishes
from mercarich_web.database import reading
from mercarich_web.schedule.slots import LastStart, Pause, Wish


class SqlSchedules:
    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def last_starts(self, now: datetime) -> Mapping[str, LastStart]:
        """Return the newest slot of each row. A start that lies in the future is none."""
        with reading(self._engine) as connection:
            found = schedule_starts.newest(connection, now)
        return {row.name: (row.slot, row.started_at, row.ended_at, row.exit_code) for row in found}

    def known_since(self) -> Mapping[str, datetime]:
        """Return when each row was added to this database."""
        with reading(self._engine) as connection:
            return schedule_starts.known_since(connection)

    def pauses(self) -> Mapping[str, Pause]:
        with reading(self._engine) as connection:
            found = connection.execute(select(schedule_pauses))
            return {row.name: Pause(row.paused_by, row.paused_at) for row in found}

    def pause(self, name: str, by: Actor, at: datetime) -> bool:
        """Pause the row. Return whether it was not paused before; then the audit log has an entry."""

        def pause(connection: Connection) -> bool:
            there = select(schedule_pauses.c.name).where(schedule_pauses.c.name == name)
            if connection.execute(there).first() is not None:
                return False
            row = {"name": name, "paused_at": at, "paused_by": by.name}
            insert_missing(connection, schedule_pauses, [row])
            note_down(connection, Deed(AuditAction.SCHEDULE_PAUSED, by, name, at))
            return True

        return run_tx(self._engine, pause)

    def resume(self, name: str, by: Actor, at: datetime) -> bool:
        """Resume the row. Return whether it was paused; then the audit log has an entry."""
        gone = delete(schedule_pauses).where(schedule_pauses.c.name == name)

        def resume(connection: Connection) -> bool:
            if connection.execute(gone).rowcount != 1:
                return False
            note_down(connection, Deed(AuditAction.SCHEDULE_RESUMED, by, name, at))
            return True

        return run_tx(self._engine, resume)

    def want(self, name: str, by: Actor, at: datetime) -> None:
        """Request a start now from whatever runs the schedule, and write the audit log.

        Two open requests lead to one start; an expired request is replaced.
        """

        def want(connection: Connection) -> None:
            wish = schedule_wishes.c
            connection.execute(delete(schedule_wishes).where(wish.name == name, wish.wanted_at <= at - WISH_LASTS))
            row = {"name": name, "wanted_at": at, "wanted_by": by.name}
            insert_missing(connection, schedule_wishes, [row])
            note_down(connection, Deed(AuditAction.SCHEDULE_WANTED, by, name, at))

        run_tx(self._engine, want)

    def wishes(self) -> Mapping[str, Wish]:
        """Return requested starts that have not happened yet, including expired requests."""
        with reading(self._engine) as connection:
            found = connection.execute(select(schedule_wishes))
            return {row.name: Wish(row.wanted_by, row.wanted_at, row.job, row.problem) for row in found}

    def begin(self, name: str, slot: datetime, at: datetime) -> None:
        def begin(connection: Connection) -> None:
            connection.execute(insert(schedule_runs).values(name=name, slot=slot, started_at=at))
            connection.execute(delete(schedule_wishes).where(schedule_wishes.c.name == name))

        run_tx(self._engine, begin)

    def end(self, name: str, slot: datetime, at: datetime, exit_code: int) -> None:
        which = (schedule_runs.c.name == name, schedule_runs.c.slot == slot)
        ended = update(schedule_runs).where(*which).values(ended_at=at, exit_code=exit_code)
        run_tx(self._engine, lambda connection: connection.execute(ended))
