"""Which rows of the schedule started when, in the table `schedule_runs`."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy import Connection, Engine, delete, func, insert, not_, select, update
from sqlalchemy.exc import IntegrityError

from mercarich_contracts.schedule import WISH_LASTS
from mercarich_db import capacity_metrics, schedule_metrics, schedule_starts, settings_store
from mercarich_db.capacity import capacities_of
from mercarich_db.engine import reading, run_tx
from mercarich_db.silent_runs import Silent, silent_runs
from mercarich_db.tables import runs, schedule_pauses, schedule_runs, schedule_wishes
from mercarich_local.scheduler import Start, Switches


class ScheduleStore:
    """`scheduler.Starts` in the database. Every call raises `DatabaseAway`."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def last(self) -> Mapping[str, Start]:
        newest = (
            select(schedule_runs.c.name, func.max(schedule_runs.c.slot).label("slot"))
            .group_by(schedule_runs.c.name)
            .subquery()
        )
        rows = select(schedule_runs).join(
            newest, (schedule_runs.c.name == newest.c.name) & (schedule_runs.c.slot == newest.c.slot)
        )
        with reading(self._engine) as connection:
            return {
                row.name: Start(row.slot, row.started_at, row.exit_code if row.ended_at else None)
                for row in connection.execute(rows)
            }

    def forget_ahead(self, now: datetime) -> Sequence[tuple[str, datetime]]:
        def forget(connection: Connection) -> Sequence[tuple[str, datetime]]:
            ahead = not_(schedule_starts.has_come(now))
            found = connection.execute(select(schedule_runs.c.name, schedule_runs.c.started_at).where(ahead)).all()
            connection.execute(delete(schedule_runs).where(ahead))
            return [(row.name, row.started_at) for row in found]

        return run_tx(self._engine, forget)

    def is_used(self, request_key: str) -> bool:
        used = select(runs.c.id).where(runs.c.request_key.endswith(f"/{request_key}", autoescape=True)).limit(1)
        with reading(self._engine) as connection:
            return connection.execute(used).first() is not None

    def known_since(self) -> Mapping[str, datetime]:
        with reading(self._engine) as connection:
            return schedule_starts.known_since(connection)

    def publish(self, now: datetime) -> None:
        """Export the overdue rows and the capacities as metrics: on a single machine no other process does."""
        with reading(self._engine) as connection:
            schedule_metrics.publish(schedule_starts.starts(connection, now))
            capacity_metrics.publish(capacities_of(connection).values())

    def switches(self, now: datetime) -> Switches:
        with reading(self._engine) as connection:
            paused = frozenset(connection.execute(select(schedule_pauses.c.name)).scalars())
            lasting = schedule_wishes.c.wanted_at > now - WISH_LASTS
            wanted = frozenset(connection.execute(select(schedule_wishes.c.name).where(lasting)).scalars())
            return Switches(paused, wanted, settings_store.read(connection).text("SCHEDULE_CATCH_UP") == "on")

    def silent_runs(self, now: datetime) -> Sequence[Silent]:
        with reading(self._engine) as connection:
            return silent_runs(connection, now)

    def begin(self, name: str, slot: datetime, at: datetime) -> bool:
        def write(connection: Connection) -> None:
            connection.execute(insert(schedule_runs).values(name=name, slot=slot, started_at=at))

        try:
            run_tx(self._engine, write)
        except IntegrityError:
            return False
        return True

    def granted(self, name: str) -> None:
        gone = delete(schedule_wishes).where(schedule_wishes.c.name == name)
        run_tx(self._engine, lambda connection: connection.execute(gone))

    def end(self, name: str, slot: datetime, at: datetime, exit_code: int) -> None:
        which = (schedule_runs.c.name == name) & (schedule_runs.c.slot == slot)

        def write(connection: Connection) -> None:
            connection.execute(update(schedule_runs).where(which).values(ended_at=at, exit_code=exit_code))

        run_tx(self._engine, write)
