"""`ports_starts.StartBook` over the tables schedule_wishes and runs."""

from collections.abc import Sequence

from sqlalchemy import ColumnElement, Connection, Engine, and_, select, update

from mercarich_contracts.audit import Actor, AuditAction
from mercarich_contracts.schedule import SCHEDULE, WISH_LASTS
from mercarich_db.audit import Deed, note_down
from mercarich_db.silent_runs import silent_runs
from mercarich_db.tables import schedule_pauses, schedule_wishes
from mercarich_operator.adapters.database import reading, writing
from mercarich_operator.ports_starts import LostRun, Wanted
from mercarich_platform.clock import Clock


class SqlStarts:
    def __init__(self, engine: Engine, now: Clock) -> None:
        self._engine = engine
        self._now = now

    def open(self) -> Sequence[Wanted]:
        wish = schedule_wishes.c
        lasting = wish.wanted_at > self._now() - WISH_LASTS
        query = select(wish.name, wish.wanted_at, wish.wanted_by, wish.problem).where(wish.job.is_(None), lasting)
        with reading(self._engine) as connection:
            return [Wanted(*row) for row in connection.execute(query.order_by(wish.wanted_at, wish.name))]

    def started(self, wanted: Wanted, job: str) -> None:
        def note(connection: Connection) -> None:
            noted = update(schedule_wishes).where(_this(wanted)).values(job=job, problem=None)
            if connection.execute(noted).rowcount == 1:
                started = AuditAction.SCHEDULE_STARTED
                note_down(connection, Deed(started, Actor(wanted.by), wanted.name, self._now(), job))

        writing(self._engine, note)

    def lost_runs(self) -> Sequence[LostRun]:
        with reading(self._engine) as connection:
            paused = frozenset(connection.execute(select(schedule_pauses.c.name)).scalars())
            found = [(silent, silent.row(SCHEDULE, paused)) for silent in silent_runs(connection, self._now())]
        return [LostRun(row.name, silent.request_key, silent.heard_at) for silent, row in found if row is not None]

    def put_off(self, wanted: Wanted, problem: str) -> None:
        statement = update(schedule_wishes).where(_this(wanted)).values(problem=problem)
        writing(self._engine, lambda connection: connection.execute(statement))


def _this(wanted: Wanted) -> ColumnElement[bool]:
    """SQL condition: exactly this request, not a later one for the same row."""
    wish = schedule_wishes.c
    return and_(wish.name == wanted.name, wish.wanted_at == wanted.at, wish.job.is_(None))
