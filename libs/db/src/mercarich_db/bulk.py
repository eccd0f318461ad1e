"""Many rows by one statement: update each with its own values, insert missing ones, or read all as one text.

An executemany UPDATE sends one statement per row, which is 13 to 19 times slower on a table of a million rows.
"""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from functools import cache
from typing import Any

import orjson
from sqlalchemy import (
    Column,
    ColumnElement,
    Connection,
    Engine,
    Insert,
    Select,
    Table,
    func,
    insert,
    select,
)
from sqlalchemy.dialects import mysql, sqlite

CHUNK = 1000
"""Rows per statement: SQLite accepts at most 32,766 values in one."""


def update_rows(
    connection: Connection,
    table: Table,
    rows: Sequence[Mapping[str, Any]],
    *,
    same: Mapping[str, Any] | None = None,
    where: Mapping[str, Any] | None = None,
    below: Mapping[str, int] | None = None,
) -> int:
    """Set columns by `id`: each row is `{"id": …, column: value, …}`, all with the same columns.

    `same` are columns that get the same value in all rows. Each row must meet a fence: the columns of `where` equal
    their values, those of `below` are NULL or less than theirs, which are positive. Rows are changed in order of their
    id, which prevents deadlocks between writers. Return how many matched.
    """
    matched = 0
    ordered = sorted(rows, key=lambda row: row["id"])
    for start in range(0, len(ordered), CHUNK):
        some = ordered[start : start + CHUNK]
        matched += _update_chunk(connection, table, some, same or {}, where or {}, below or {})
    return matched


class Rows:
    """A query whose result comes as one text. It is built once, and read with different values each time.

    A driver in Python takes 10 µs for a row of four columns, this takes a tenth. For some thousand rows at a time.
    """

    def __init__(self, engine: Engine, query: Select[Any]) -> None:
        rows = query.subquery()
        row = func.json_array(*rows.c)
        on_sqlite = engine.dialect.name == "sqlite"
        self._whole = select(func.json_group_array(row) if on_sqlite else func.json_arrayagg(row))

    def read(self, connection: Connection, **values: Any) -> list[list[Any]]:
        """Return rows of numbers and texts, unordered; the caller sorts. A time is a text as the database writes it.

        `values` are for the query's `bindparam`s.
        """
        text = connection.execute(self._whole, values).scalar()
        return orjson.loads(text) if text else []


class LockedRows:
    """As `Rows`, but locks the rows until the transaction ends (on SQLite, the whole database is locked)."""

    def __init__(self, columns: Sequence[Column[Any]], *where: ColumnElement[bool]) -> None:
        row = func.json_array(*columns)
        on_sqlite, elsewhere = func.json_group_array(row), func.json_arrayagg(row)
        self._on_sqlite, self._elsewhere = (
            select(whole).where(*where).with_for_update() for whole in (on_sqlite, elsewhere)
        )

    def read(self, connection: Connection, **values: Any) -> list[list[Any]]:
        """Return the rows as `Rows.read`. `values` are for the conditions' `bindparam`s: `ids=` for `GIVEN_IDS`."""
        whole = self._on_sqlite if connection.dialect.name == "sqlite" else self._elsewhere
        text = connection.execute(whole, values).scalar()
        return orjson.loads(text) if text else []


def time_of(text: str | None) -> datetime | None:
    """Parse a time in such a row."""
    return None if text is None else datetime.fromisoformat(text).replace(tzinfo=UTC)


def insert_rows(connection: Connection, table: Table, columns: Sequence[str], rows: Sequence[Sequence[Any]]) -> None:
    """Insert rows of values in the order of `columns`. A value that many rows have is bound once."""
    if not rows:
        return
    bound = [
        _bound(values, _bind_processor(connection, table, name))
        for name, values in zip(columns, zip(*rows, strict=True), strict=True)
    ]
    mark = "?" if connection.dialect.name == "sqlite" else "%s"
    marks = ", ".join([mark] * len(columns))
    statement = f"INSERT INTO {table.name} ({', '.join(columns)}) VALUES ({marks})"
    connection.exec_driver_sql(statement, list(zip(*bound, strict=True)))


def insert_missing(connection: Connection, table: Table, rows: Sequence[Mapping[str, Any]]) -> None:
    """Insert rows whose key does not exist yet. Safe against concurrent transactions that do the same."""
    if rows:
        quiet = insert(table).prefix_with("OR IGNORE", dialect="sqlite").prefix_with("IGNORE", dialect="mysql")
        connection.execute(quiet, rows)


def insert_or_add(
    connection: Connection, table: Table, rows: Sequence[Mapping[str, Any]], *, adding: Sequence[str]
) -> None:
    """Insert rows, in order of their key; add the `adding` columns to those of an existing row."""
    if rows:
        statement = _insert_or_add(table, tuple(adding), on_sqlite=connection.dialect.name == "sqlite")
        connection.execute(statement, list(rows))  # the driver makes one statement of it


@cache
def _insert_or_add(table: Table, adding: tuple[str, ...], *, on_sqlite: bool) -> Insert:
    if on_sqlite:
        new = sqlite.insert(table)
        return new.on_conflict_do_update(set_={name: table.c[name] + new.excluded[name] for name in adding})
    there = mysql.insert(table)
    return there.on_duplicate_key_update({name: table.c[name] + there.inserted[name] for name in adding})


def _update_chunk(
    connection: Connection,
    table: Table,
    rows: Sequence[Mapping[str, Any]],
    same: Mapping[str, Any],
    where: Mapping[str, Any],
    below: Mapping[str, int],
) -> int:
    on_sqlite = connection.dialect.name == "sqlite"
    mark = "?" if on_sqlite else "%s"
    columns = [name for name in rows[0] if name != "id"]
    bind = {name: _bind_processor(connection, table, name) for name in [*columns, *same, *where]}
    listed, values = _listed(rows, [("id", _unchanged), *((name, bind[name]) for name in columns)], mark)
    constants = [bind[name](value) for name, value in same.items()]
    fences = [bind[name](value) for name, value in where.items()]
    conditions = "".join(
        [
            *(f" AND {table.name}.{name} = {mark}" for name in where),
            *(f" AND COALESCE({table.name}.{name}, 0) < {most:d}" for name, most in below.items()),
        ]
    )
    fixed = [f"{name} = {mark}" for name in same]
    if on_sqlite:
        statement = _sqlite(table.name, columns, fixed, listed, conditions)
        parameters = constants + values + fences
    else:
        statement = _mariadb(table.name, columns, fixed, listed, conditions)
        parameters = values + constants + fences
    return connection.exec_driver_sql(statement, tuple(parameters)).rowcount


def _bound(values: Sequence[Any], bind: Any) -> Sequence[Any]:
    if bind is _unchanged:
        return values
    made: dict[Any, Any] = {}
    try:
        for value in values:
            if value not in made:
                made[value] = bind(value)
    except TypeError:  # a value is not hashable
        return [bind(value) for value in values]
    return [made[value] for value in values]


def _listed(rows: Sequence[Mapping[str, Any]], columns: Sequence[tuple[str, Any]], mark: str) -> tuple[str, list[Any]]:
    """Return `(1, %s), (2, %s)` and the values for the placeholders.

    Numbers and NULL become literals, since a driver in Python takes longer to bind one than for the rest of the row.
    """
    bound = [[bind(row[name]) for row in rows] for name, bind in columns]
    shown = [
        [str(value) if type(value) is int else "NULL" if value is None else mark for value in column]
        for column in bound
    ]
    listed = ", ".join([f"({', '.join(texts)})" for texts in zip(*shown, strict=True)])
    given = [value for values in zip(*bound, strict=True) for value in values]
    return listed, [value for value in given if type(value) is not int and value is not None]


def _sqlite(table: str, columns: Sequence[str], fixed: Sequence[str], listed: str, conditions: str) -> str:
    names = ", ".join(["column1 AS id", *(f"column{n} AS {name}" for n, name in enumerate(columns, start=2))])
    assigned = ", ".join([*fixed, *(f"{name} = v.{name}" for name in columns)])
    return (
        f"UPDATE {table} SET {assigned} FROM (SELECT {names} FROM (VALUES {listed})) AS v"
        f" WHERE {table}.id = v.id{conditions}"
    )


def _mariadb(table: str, columns: Sequence[str], fixed: Sequence[str], listed: str, conditions: str) -> str:
    # The empty SELECT gives the derived table the names and the types of the real columns.
    shape = f"SELECT {', '.join(['id', *columns])} FROM {table} WHERE FALSE"
    assigned = ", ".join([*(f"{table}.{name} = v.{name}" for name in columns), *fixed])
    return (
        f"UPDATE {table} JOIN ({shape} UNION ALL VALUES {listed}) AS v ON {table}.id = v.id"
        f" SET {assigned} WHERE TRUE{conditions}"
    )


def _bind_processor(connection: Connection, table: Table, column: str) -> Any:
    return table.c[column].type.dialect_impl(connection.dialect).bind_processor(connection.dialect) or _unchanged


def _unchanged(value: Any) -> Any:
    return value
