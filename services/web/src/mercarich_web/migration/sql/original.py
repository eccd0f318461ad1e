"""The original's MariaDB (or a copy in SQLite): one read-only snapshot."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from sqlalchemy import ColumnClause, Connection, Engine, column, create_engine, inspect, select
from sqlalchemy import table as any_table
from sqlalchemy.exc import ArgumentError, DBAPIError, NoSuchModuleError

from mercarich_platform.outages import DatabaseAway
from mercarich_platform.settings import BadConfiguration
from mercarich_web.migration.seed import Known, recognise

CHUNK = 1000
_SNAPSHOT = {
    "sqlite": ("PRAGMA query_only=ON", "BEGIN"),
    "mysql": ("SET SESSION TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY", "START TRANSACTION"),
}
"""Statements that begin a read-only snapshot: all reads see the database as of the first one, however long they
take."""


def open_original(url: str) -> Engine:
    """Prepare the connection, which is made later. Raises `BadConfiguration`."""
    try:
        return create_engine(url)
    except (ArgumentError, NoSuchModuleError, ImportError):
        raise BadConfiguration("the original: expected mysql+pymysql://user:password@host/name") from None


class SqlOriginal:
    """One connection, opened at the first query. Read a table's rows to their end before the next query, and call
    `close`."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._opened: Connection | None = None

    def tables(self) -> tuple[Sequence[Known], Sequence[str]]:
        """Return the tables to be taken over, and the names of the others."""
        with _translated():
            inspector = inspect(self._snapshot())
            names = sorted(inspector.get_table_names())
            found = {name: recognise(name, [c["name"] for c in inspector.get_columns(name)]) for name in names}
        return [known for known in found.values() if known], [name for name, known in found.items() if not known]

    def rows(self, table: Known) -> Iterator[Mapping[str, Any]]:
        """Stream the rows, with our names of the columns."""
        columns: dict[str, ColumnClause[Any]] = {ours: column(name) for ours, name in table.columns.items()}
        query = select(*(found.label(ours) for ours, found in columns.items())).select_from(
            any_table(table.table, *columns.values())
        )
        with _translated(), self._snapshot().execute(query.execution_options(yield_per=CHUNK)) as found:
            yield from (dict(row._mapping) for row in found)

    def close(self) -> None:
        if self._opened is not None:
            self._opened.close()
        self._engine.dispose()

    def _snapshot(self) -> Connection:
        if self._opened is None:
            self._opened = self._engine.connect()
            for statement in _SNAPSHOT[self._engine.dialect.name.replace("mariadb", "mysql")]:
                self._opened.exec_driver_sql(statement)
        return self._opened


@contextmanager
def _translated() -> Iterator[None]:
    try:
        yield
    except DBAPIError as error:
        raise DatabaseAway(f"the original's database: {error.orig}") from error
