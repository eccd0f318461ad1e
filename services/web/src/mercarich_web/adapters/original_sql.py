"""`ports.Original` over the original's MariaDB (or a copy in SQLite): one snapshot, nothing but SELECT."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from sqlalchemy import ColumnClause, Engine, column, create_engine, inspect, select
from sqlalchemy import table as any_table
from sqlalchemy.exc import ArgumentError, DBAPIError, NoSuchModuleError

from mercarich_platform.settings import BadConfiguration
from mercarich_web.domain.seed import Known, recognise
from mercarich_web.ports import DatabaseAway

CHUNK = 1000
_READ_ONLY = {"sqlite": "PRAGMA query_only=ON", "mysql": "SET SESSION TRANSACTION READ ONLY"}


def open_original(url: str) -> Engine:
    """Connects later. Raises `BadConfiguration`."""
    try:
        return create_engine(url)
    except (ArgumentError, NoSuchModuleError, ImportError):
        raise BadConfiguration("the original: expected mysql+pymysql://user:password@host/name") from None


class SqlOriginal:
    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def tables(self) -> tuple[Sequence[Known], Sequence[str]]:
        try:
            inspector = inspect(self._engine)
            names = sorted(inspector.get_table_names())
            found = {name: recognise(name, [c["name"] for c in inspector.get_columns(name)]) for name in names}
        except DBAPIError as error:
            raise DatabaseAway(f"the original's database: {error.orig}") from error
        return [known for known in found.values() if known], [name for name, known in found.items() if not known]

    def rows(self, table: Known) -> Iterator[Mapping[str, Any]]:
        columns: dict[str, ColumnClause[Any]] = {ours: column(name) for ours, name in table.columns.items()}
        query = select(*(found.label(ours) for ours, found in columns.items())).select_from(
            any_table(table.table, *columns.values())
        )
        try:
            with self._engine.connect() as connection:
                connection.exec_driver_sql(_READ_ONLY[connection.dialect.name.replace("mariadb", "mysql")])
                connection.commit()
                streamed = connection.execution_options(yield_per=CHUNK).execute(query)
                yield from (dict(row._mapping) for row in streamed)
        except DBAPIError as error:
            raise DatabaseAway(f"the original's database: {error.orig}") from error
