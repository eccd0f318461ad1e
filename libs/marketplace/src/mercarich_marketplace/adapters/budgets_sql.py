"""`sharing.Budgets` in the table `egress_budgets`: one row a budget, on the database's clock.

No transaction is open between two statements, and no lock is held: a replica that is cut off in the middle would keep
the others waiting. A row that another replica has changed meanwhile is read again.
"""

import logging
import random
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import Any

import orjson
from sqlalchemy import ColumnElement, Connection, Engine, insert, literal_column, select, update
from sqlalchemy.exc import IntegrityError

from mercarich_db import engine as engines
from mercarich_db.tables import egress_budgets
from mercarich_marketplace.budget import Ask, Budget, Grant
from mercarich_marketplace.limits import Limits
from mercarich_platform.outages import DatabaseAway

log = logging.getLogger(__name__)

ATTEMPTS = 20
CONNECTIONS = 1
"""Of a replica, for all of its budgets: an exchange takes milliseconds."""

STATEMENT_SECONDS = 2
"""A later grant would be of no use: its cells are over."""

_rows = egress_budgets.c
_NOW: dict[str, ColumnElement[float]] = {
    "sqlite": literal_column("(julianday('now') - 2440587.5) * 86400.0"),
    "mysql": literal_column("UNIX_TIMESTAMP(NOW(6))"),
    "mariadb": literal_column("UNIX_TIMESTAMP(NOW(6))"),
}


class SqlBudgets:
    """`limits` are those of each budget by its name. Nothing is connected before the first `settle`."""

    def __init__(self, url: str, limits: Mapping[str, Limits], *, sleep: Callable[[float], None] = time.sleep) -> None:
        self._engine = create(url)
        self._limits = limits
        self._sleep = sleep

    def settle(self, name: str, ask: Ask) -> Grant:
        for attempt in range(ATTEMPTS):
            grant = engines.run_tx(self._engine, lambda connection: self._try(connection, name, ask))
            if grant is not None:
                return grant
            self._sleep(random.uniform(0, 0.002 * (attempt + 1)))
        raise DatabaseAway(f"the row of {name} was changed by others {ATTEMPTS} times in a row")

    def close(self) -> None:
        self._engine.dispose()

    def _try(self, connection: Connection, name: str, ask: Ask) -> Grant | None:
        """Return the grant, or None when another replica has changed the row meanwhile."""
        now_sql = _NOW[connection.dialect.name]
        row = connection.execute(
            select(now_sql.label("now"), _rows.revision, _rows.state).where(_rows.name == name)
        ).one_or_none()
        if row is None:
            _insert(connection, name)
            return None
        document = None if row.state is None else _document(row.state)
        budget = Budget(self._limits[name], document, float(row.now))
        if budget.was_unreadable:
            log.warning("the shared budget could not be read: it begins anew in a minute", extra={"budget": name})
        grant = budget.grant(ask)
        after = budget.document()
        if after == document:
            return grant
        state = {"state": orjson.dumps(after).decode(), "revision": row.revision + 1}
        fenced = update(egress_budgets).where(_rows.name == name, _rows.revision == row.revision)
        return grant if connection.execute(fenced.values(state)).rowcount == 1 else None


def create(url: str) -> Engine:
    """Return an engine that commits each statement by itself. SQLite, where no network can cut, takes its one lock."""
    return engines.create(url, pool_size=CONNECTIONS, longest_seconds=STATEMENT_SECONDS, isolation_level="AUTOCOMMIT")


def _document(state: str) -> dict[str, Any]:
    """Return the state; nothing for what is none, which no budget can be read from."""
    try:
        document = orjson.loads(state)
    except orjson.JSONDecodeError:
        return {}
    return document if isinstance(document, dict) else {}


def _insert(connection: Connection, name: str) -> None:
    with suppress(IntegrityError):  # another replica was first
        connection.execute(insert(egress_budgets).values(name=name, revision=0, state=None))
