"""`ports_creations.CatalogSearches` over `catalog_searches`."""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import timedelta
from typing import Any

import orjson
from sqlalchemy import Connection, Engine, select, update

from mercarich_db.engine import reading, run_tx
from mercarich_db.tables import catalog_searches
from mercarich_feed.adapters.accounts_sql import has_usable_account
from mercarich_feed.domain.creations import Product
from mercarich_feed.ports_creations import CatalogSearch
from mercarich_platform.clock import Clock
from mercarich_reasons.reason import Reason

LEASE = timedelta(seconds=45)
"""How long a worker has a search: longer than its call may take. After a crash it is made again."""
WANTED = timedelta(minutes=10)
"""Nobody waits longer for what was found."""
_row = catalog_searches.c


class SqlCatalogSearches:
    def __init__(self, engine: Engine, retry_seconds: float, now: Clock) -> None:
        self._engine = engine
        self._retry_seconds = retry_seconds
        self._now = now

    def sellers(self) -> list[int]:
        now = self._now()
        usable = has_usable_account(now, self._retry_seconds, _row.user_id)
        with reading(self._engine) as connection:
            rows = connection.execute(select(_row.user_id).distinct().where(*self._due(), usable))
            return list(rows.scalars())

    def claim(self, user_id: int) -> CatalogSearch | None:
        oldest = select(_row.id, _row.query, _row.is_code).where(_row.user_id == user_id, *self._due())
        with reading(self._engine) as connection:
            row = connection.execute(oldest.order_by(_row.id).limit(1)).one_or_none()
        if row is None:
            return None
        taken = update(catalog_searches).where(_row.id == row.id, *self._due())
        taken = taken.values(not_before=self._now() + LEASE, attempts=_row.attempts + 1)
        mine = run_tx(self._engine, lambda connection: connection.execute(taken).rowcount == 1)
        return CatalogSearch(row.id, row.query, row.is_code) if mine else None

    def found(self, search: CatalogSearch, products: Sequence[Product]) -> None:
        found = orjson.dumps([asdict(product) for product in products]).decode()
        self._end(search, {"found": found, "problem": None})

    def failed(self, search: CatalogSearch, problem: Reason) -> None:
        self._end(search, {"problem": problem})

    def _end(self, search: CatalogSearch, values: dict[str, Any]) -> None:
        this = update(catalog_searches).where(_row.id == search.id, _row.done_at.is_(None))

        def end(connection: Connection) -> None:
            connection.execute(this.values(**values, done_at=self._now()))

        run_tx(self._engine, end)

    def _due(self) -> tuple[Any, ...]:
        now = self._now()
        return (_row.done_at.is_(None), _row.not_before <= now, _row.asked_at > now - WANTED)
