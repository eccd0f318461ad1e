"""The product's SQLite file, and short outages of it."""

import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, event
from sqlalchemy.engine import RootTransaction

from mercarich_db import engine as engines
from mercarich_db import schema

LISTINGS = {
    "put_off": "searching = 1 AND update_not_before IS NOT NULL",
}
"""Queries for pending work, by name; for each there is an index of exactly those rows."""


def any_of(name: str) -> str:
    """A query for `Database.has`."""
    return f"SELECT 1 FROM listings INDEXED BY soak_{name} WHERE {LISTINGS[name]} LIMIT 1"


class QuickConnection(Connection):
    """A connection that begins by itself, as the listener of `mercarich_db.engine` lets it begin. With any listener of
    an engine SQLAlchemy dispatches a dozen events for each statement: a tenth of a week's time."""

    def _begin_impl(self, transaction: RootTransaction) -> None:
        writes = self.get_execution_options().get("mercarich_writes")
        try:
            self.connection.cursor().execute("BEGIN IMMEDIATE" if writes else "BEGIN")
        except sqlite3.Error as error:
            self._handle_dbapi_exception(error, "BEGIN", None, None, None)


def _quick(engine: Engine) -> Engine:
    engine.dispatch.begin.clear()
    engine._has_events = False
    engine._connection_cls = QuickConnection
    return engine


class Database:
    """`away`: a connection is refused, as when the disk or the server is gone."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / "mercarich.db"
        self.url = f"sqlite:///{self.path}"
        self.away = False
        self.refused = 0
        self.committed: Callable[[], None] = lambda: None
        """Called after each COMMIT of the product; what it raises ends the caller."""
        schema.upgrade(engines.create(self.url))
        self.engine = self._product_engine()
        self.books = _quick(engines.create(self.url))
        """Connections of the observers, which never fail."""
        self._quick = sqlite3.connect(self.path, isolation_level=None, check_same_thread=False)
        for name, condition in LISTINGS.items():
            self._quick.execute(f"CREATE INDEX soak_{name} ON listings (id) WHERE {condition}")
        self._version = -1
        self._found: dict[str, bool] = {}

    def has(self, query: str) -> bool:
        """Return whether the query finds a row. It is called two thousand times an hour, and runs only when something
        was written since."""
        [version] = self._quick.execute("PRAGMA data_version").fetchone()
        if version != self._version:
            self._version = version
            self._found.clear()
        if query not in self._found:
            self._found[query] = self._quick.execute(query).fetchone() is not None
        return self._found[query]

    def _product_engine(self) -> Engine:
        engine = _quick(engines.create(self.url))
        commit = engine.dialect.do_commit

        def commit_then_tell(connection: Any) -> None:
            commit(connection)
            self.committed()

        vars(engine.dialect)["do_commit"] = commit_then_tell  # No event comes after a COMMIT.

        @event.listens_for(engine, "checkout")
        def checkout(_connection: object, _record: object, _proxy: object) -> None:
            if self.away:
                self.refused += 1
                raise sqlite3.OperationalError("unable to open database file")

        @event.listens_for(engine, "connect")
        def connect(connection: sqlite3.Connection, _record: object) -> None:
            connection.execute("PRAGMA synchronous=OFF")  # There are no power failures in this week,
            connection.execute("PRAGMA mmap_size=1073741824")  # and no disk failures.

        return engine
