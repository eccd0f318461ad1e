"""Queries on worker pools, as the operator last wrote them."""

from collections.abc import Sequence

from sqlalchemy import Engine, select

from mercarich_db.tables import pool_status
from mercarich_web.database import reading
from mercarich_web.workers.pools import PoolState


class SqlPools:
    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def states(self) -> Sequence[PoolState]:
        with reading(self._engine) as connection:
            found = connection.execute(select(pool_status).order_by(pool_status.c.pool))
            return [PoolState(**row._mapping) for row in found]
