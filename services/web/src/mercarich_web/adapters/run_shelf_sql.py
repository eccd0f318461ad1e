"""`ports_steering.RunShelf` and `HoldShelf` over the tables."""

from collections.abc import Sequence

from sqlalchemy import Engine, Select, select

from mercarich_db.tables import holds, listings, run_heads, runs, source_items, users
from mercarich_web.adapters.database import reading
from mercarich_web.adapters.holds_sql import hold_of, select_holds
from mercarich_web.adapters.runs_sql import run_of, select_runs
from mercarich_web.domain.reports import Hold, Run
from mercarich_web.domain.steering import HeldListing, Paged


class SqlRunShelf:
    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def heads(self) -> Sequence[Run]:
        query = select_runs(count_pending=False).where(runs.c.id.in_(select(run_heads.c.run_id)))
        with reading(self._engine) as connection:
            found = [run_of(row) for row in connection.execute(query)]
        return sorted(found, key=lambda run: (run.operation, run.marketplace))

    def one(self, run_id: int) -> Run | None:
        with reading(self._engine) as connection:
            row = connection.execute(select_runs(count_pending=False).where(runs.c.id == run_id)).one_or_none()
        return None if row is None else run_of(row)

    def page(self, operation: str | None, marketplace: str | None, below: int | None, limit: int) -> Paged[Run]:
        query = select_runs(count_pending=False).order_by(runs.c.id.desc()).limit(limit + 1)
        for column, value in ((runs.c.operation, operation), (runs.c.marketplace, marketplace)):
            if value is not None:
                query = query.where(column == value)
        if below is not None:
            query = query.where(runs.c.id < below)
        with reading(self._engine) as connection:
            found = [run_of(row) for row in connection.execute(query)]
        return Paged(found[:limit], found[limit - 1].id if len(found) > limit else None)


class SqlHoldShelf:
    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def open(self, limit: int) -> Paged[Hold]:
        return self._page(select_holds().where(holds.c.applied_at.is_(None)), limit)

    def closed(self, below: int | None, limit: int) -> Paged[Hold]:
        query = select_holds().where(holds.c.applied_at.is_not(None))
        return self._page(query if below is None else query.where(holds.c.id < below), limit)

    def _page(self, query: Select[*tuple[object, ...]], limit: int) -> Paged[Hold]:
        query = query.limit(limit + 1)
        with reading(self._engine) as connection:
            found = [hold_of(row) for row in connection.execute(query)]
        return Paged(found[:limit], found[limit - 1].id if len(found) > limit else None)

    def listings(self, hold_id: int, limit: int) -> Sequence[HeldListing]:
        source = source_items.c
        query = (
            select(
                listings.c.id,
                listings.c.sku,
                listings.c.title,
                users.c.username,
                source.item_id,
                source.state,
                source.reason,
                source.observed_at,
            )
            .join(source_items, source.id == listings.c.source_item_id)
            .join(users, users.c.id == listings.c.user_id)
            .where(listings.c.hold_id == hold_id)
            .order_by(listings.c.id)
            .limit(limit)
        )
        with reading(self._engine) as connection:
            return [HeldListing(*row) for row in connection.execute(query)]
