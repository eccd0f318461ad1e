"""`ports.Runs` of the checker: the end of a run closes holds that hold nothing any more."""

from datetime import datetime

from sqlalchemy import Connection, Engine, and_, or_, select

from mercarich_db.tables import holds, runs
from mercarich_runs.adapters import runs_sql
from mercarich_runs.adapters.holds_sql import close_empty
from mercarich_runs.ports import Operation, Outcome, Run


class SqlRuns(runs_sql.SqlRuns):
    def __init__(self, engine: Engine, operation: Operation = Operation.CHECK) -> None:
        super().__init__(engine, operation)

    def before_end(self, connection: Connection, run: Run, now: datetime) -> None:
        ended = select(runs.c.id).where(or_(runs.c.outcome != Outcome.RUNNING, runs.c.id == run.id))
        close_empty(connection, and_(holds.c.marketplace == run.marketplace, holds.c.run_id.in_(ended)), now)
