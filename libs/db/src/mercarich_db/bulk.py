"""Many rows by one statement: each changed to its own values, or inserted where it is missing, or read as one text.

An executemany UPDATE sends a statement a row, 13 to 19 times slower on a table of a million rows.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from functools import cache
from typing import Any, Self

import orjson
from sqlalchemy import (
    BindParameter,
    Boolean,
    Column,
    ColumnElement,
    Connection,
    Engine,
    Insert,
    Select,
    Table,
    and_,
    bindparam,
    false,
    func,
    insert,
    or_,
    select,
)
from sqlalchemy.dialects import mysql, sqlite
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement
from sqlalchemy.sql.operators import OperatorType

CHUNK = 1000
"""Rows a statement: SQLite takes at most 32,766 values in one."""


def update_rows(
    connection: Connection,
    table: Table,
    rows: Sequence[Mapping[str, Any]],
    *,
    same: Mapping[str, Any] | None = None,
    where: Mapping[str, Any] | None = None,
) -> int:
    """Set columns by `id`: each row is `{"id": …, column: value, …}`, all with the same columns.

    `same` are columns that get one value in every row; `where` adds equal-to conditions that every row
    must meet (a fence). Rows are changed in order of their id, so that two writers never wait for each
    other in a circle. Answers how many matched.
    """
    matched = 0
    ordered = sorted(rows, key=lambda row: row["id"])
    for start in range(0, len(ordered), CHUNK):
        matched += _update_chunk(connection, table, ordered[start : start + CHUNK], same or {}, where or {})
    return matched


class Rows:
    """A query whose rows come as one text, built once and read with other values each time.

    A driver in Python takes 10 µs for a row of four columns, this a tenth. For some thousand rows at a time.
    """

    def __init__(self, engine: Engine, query: Select[Any]) -> None:
        rows = query.subquery()
        row = func.json_array(*rows.c)
        on_sqlite = engine.dialect.name == "sqlite"
        self._whole = select(func.json_group_array(row) if on_sqlite else func.json_arrayagg(row))

    def read(self, connection: Connection, **values: Any) -> list[list[Any]]:
        """Each a list of numbers and texts (a time as the database writes it), in no order: sort them here.

        `values` are those of the query's `bindparam`s.
        """
        text = connection.execute(self._whole, values).scalar()
        return orjson.loads(text) if text else []


class LockedRows:
    """Rows as `Rows` gives them, locked until the transaction ends (SQLite: the whole database is)."""

    def __init__(self, columns: Sequence[Column[Any]], *where: ColumnElement[bool]) -> None:
        row = func.json_array(*columns)
        on_sqlite, elsewhere = func.json_group_array(row), func.json_arrayagg(row)
        self._on_sqlite, self._elsewhere = (
            select(whole).where(*where).with_for_update() for whole in (on_sqlite, elsewhere)
        )

    def read(self, connection: Connection, **values: Any) -> list[list[Any]]:
        """`values` are those of the conditions' `bindparam`s: `ids=` where they are `GIVEN_IDS`."""
        whole = self._on_sqlite if connection.dialect.name == "sqlite" else self._elsewhere
        text = connection.execute(whole, values).scalar()
        return orjson.loads(text) if text else []


def time_of(text: str | None) -> datetime | None:
    """A time as it comes in such a row."""
    return None if text is None else datetime.fromisoformat(text).replace(tzinfo=UTC)


GIVEN_IDS: BindParameter[Any] = bindparam("ids", expanding=True, literal_execute=True)


def among(
    column: Column[Any], ids: Iterable[int] | BindParameter[Any], *also: ColumnElement[bool]
) -> ColumnElement[bool]:
    """`column IN (ids)`, with the numbers in the statement: to bind them takes a driver in Python much longer.

    `also` is looked at in the rows that their ids find, and is no way to find them (`Filter`).
    """
    given = (
        ids if isinstance(ids, BindParameter) else bindparam(None, sorted(ids), expanding=True, literal_execute=True)
    )
    return and_(column.in_(given), *map(Filter, also))


def among_keys(columns: Sequence[Column[Any]], keys: Iterable[Sequence[Any]]) -> ColumnElement[bool]:
    """`(a, b) IN (keys)`, said as `a = … AND b IN (…)` for each `a`, so that an index over both is used.

    For two pairs and more SQLite reads the whole table otherwise. At most some hundred different beginnings: its
    expressions go 1,000 deep (https://www.sqlite.org/limits.html).
    """
    *first, last = columns
    ends: dict[tuple[Any, ...], list[Any]] = defaultdict(list)
    for *beginning, end in keys:
        ends[tuple(beginning)].append(end)
    return or_(
        false(),
        *(
            and_(*(column == value for column, value in zip(first, beginning, strict=True)), last.in_(some))
            for beginning, some in ends.items()
        ),
    )


class Filter(FunctionElement[bool]):
    """A condition by which SQLite seeks no rows (https://www.sqlite.org/optoverview.html, "unary +").

    Without statistics it takes any equality with an index for one that leaves ten rows, and prefers it to a list of
    ids: it reads all that a run has left, or all that is on sale, to find fifty. MariaDB knows better by itself.
    """

    name = "filter"
    type = Boolean()
    inherit_cache = True

    def self_group(self, against: OperatorType | None = None) -> Self:
        """As a condition it is not to be compared with 1."""
        return self


@compiles(Filter)
def _as_it_is(element: Filter, compiler: SQLCompiler, **given: Any) -> str:
    return f"({compiler.process(element.clauses, **given)})"


@compiles(Filter, "sqlite")
def _unsought(element: Filter, compiler: SQLCompiler, **given: Any) -> str:
    return f"+({compiler.process(element.clauses, **given)})"


def walking(query: Select[Any], *columns: Column[Any]) -> Select[Any]:
    """A page of a walk by keyset, over the index that begins with these columns.

    Left alone MariaDB takes the equality on the first column for all it needs of the index as long as most of the
    walk is still to come, and passes over every row before the place: 60 ms a page deep in 200,000 rows, not 10.
    """
    names = [column.name for column in columns]
    table = columns[0].table
    [index] = [index for index in table.indexes if index.columns.keys()[: len(names)] == names]
    return query.with_hint(table, f"FORCE INDEX ({index.name})", "mysql")


def insert_rows(connection: Connection, table: Table, columns: Sequence[str], rows: Sequence[Sequence[Any]]) -> None:
    """Insert rows, each its values in the order of `columns`; a value that many rows have is bound once."""
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
    """Insert those whose key is not there yet; another transaction may do the same at the same time."""
    if rows:
        quiet = insert(table).prefix_with("OR IGNORE", dialect="sqlite").prefix_with("IGNORE", dialect="mysql")
        connection.execute(quiet, rows)


def insert_or_add(
    connection: Connection, table: Table, rows: Sequence[Mapping[str, Any]], *, adding: Sequence[str]
) -> None:
    """Insert rows, in order of their key; where one is there already, its `adding` columns grow by the new values."""
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
) -> int:
    on_sqlite = connection.dialect.name == "sqlite"
    mark = "?" if on_sqlite else "%s"
    columns = [name for name in rows[0] if name != "id"]
    bind = {name: _bind_processor(connection, table, name) for name in [*columns, *same, *where]}
    listed, values = _listed(rows, [("id", _unchanged), *((name, bind[name]) for name in columns)], mark)
    constants = [bind[name](value) for name, value in same.items()]
    fences = [bind[name](value) for name, value in where.items()]
    conditions = "".join(f" AND {table.name}.{name} = {mark}" for name in where)
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
    except TypeError:  # one has no hash
        return [bind(value) for value in values]
    return [made[value] for value in values]


def _listed(rows: Sequence[Mapping[str, Any]], columns: Sequence[tuple[str, Any]], mark: str) -> tuple[str, list[Any]]:
    """`(1, %s), (2, %s)` and the values behind the marks: a number goes in as it is, since a driver in Python takes
    longer to bind it than for all the rest of a row."""
    bound = [[bind(row[name]) for row in rows] for name, bind in columns]
    shown = [[str(value) if type(value) is int else mark for value in column] for column in bound]
    listed = ", ".join([f"({', '.join(texts)})" for texts in zip(*shown, strict=True)])
    return listed, [value for values in zip(*bound, strict=True) for value in values if type(value) is not int]


def _sqlite(table: str, columns: Sequence[str], fixed: Sequence[str], listed: str, conditions: str) -> str:
    names = ", ".join(["column1 AS id", *(f"column{n} AS {name}" for n, name in enumerate(columns, start=2))])
    assigned = ", ".join([*fixed, *(f"{name} = v.{name}" for name in columns)])
    return (
        f"UPDATE {table} SET {assigned} FROM (SELECT {names} FROM (VALUES {listed})) AS v"
        f" WHERE {table}.id = v.id{conditions}"
    )


def _mariadb(table: str, columns: Sequence[str], fixed: Sequence[str], listed: str, conditions: str) -> str:
    # The empty SELECT gives the derived table its column names and the types of the real columns.
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
