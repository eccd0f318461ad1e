"""`ports_operating.RunHistory` over the tables."""

from collections.abc import Sequence

from sqlalchemy import Engine, select

from mercarich_db.tables import run_heads, runs
from mercarich_web.database import reading
from mercarich_web.paging import Paged
from mercarich_web.runs.runs import Run
from mercarich_web.runs.sql.runs import run_of, select_runs


class SqlRunHistory:
    """Nobody counts what the runs still want: `pending` is 0."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def heads(self) -> Sequence[Run]:
        """The newest run of each operation and marketplace."""
        query = select_runs(count_pending=False).where(runs.c.id.in_(select(run_heads.c.run_id)))
        with reading(self._engine) as connection:
            found = [run_of(row) for row in connection.execute(query)]
        return sorted(found, key=lambda run: (run.operation, run.marketplace))

    def one(self, run_id: int) -> Run | None:
        with reading(self._engine) as connection:
            row = connection.execute(select_runs(count_pending=False).where(runs.c.id == run_id)).one_or_none()
        return None if row is None else run_of(row)

    def page(self, operation: str | None, marketplace: str | None, below: int | None, limit: int) -> Paged[Run]:
        """Newest first, those with an id below."""
        query = select_runs(count_pending=False).order_by(runs.c.id.desc()).limit(limit + 1)
        for column, value in ((runs.c.operation, operation), (runs.c.marketplace, marketplace)):
            if value is not None:
                query = query.where(column == value)
        if below is not None:
            query = query.where(runs.c.id < below)
        with reading(self._engine) as connection:
            found = [run_of(row) for row in connection.execute(query)]
        return Paged(found[:limit], found[limit - 1].id if len(found) > limit else None)
