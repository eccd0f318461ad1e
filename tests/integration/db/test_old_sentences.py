"""A database of a release that stored sentences: after the upgrade each row has a reason."""

from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import count
from typing import Any

import pytest
from alembic import command
from alembic.config import Config
from sqlalchemy import (
    Column,
    Connection,
    DateTime,
    Engine,
    LargeBinary,
    MetaData,
    String,
    Table,
    insert,
    literal,
    select,
    update,
)
from tests.integration.db.old_sentences import SENTENCES, Old

from mercarich_db import migrations, schema
from mercarich_db.engine import create, reading, run_tx
from mercarich_db.tables import metadata
from mercarich_reasons.stored import OldSentence

_NUMBERS = count(1)
_THERE = MetaData()
"""The tables as in the older release."""


@pytest.fixture
def engine(database_url: str) -> Iterator[Engine]:
    engine = create(database_url)
    with engine.connect() as connection:
        config = Config()
        config.set_main_option("script_location", next(iter(migrations.__path__)))
        config.set_main_option("path_separator", "os")
        config.attributes["connection"] = connection
        command.upgrade(config, "0025")
        connection.commit()
    yield engine
    engine.dispose()


def test_every_known_sentence_becomes_its_reason(engine: Engine) -> None:
    numbers = run_tx(engine, lambda connection: [_add(connection, old) for old in SENTENCES])

    schema.upgrade(engine)

    told = {(old, number): _read(engine, old, number) for old, number in zip(SENTENCES, numbers, strict=True)}
    assert told == {(old, number): old.tells for old, number in told}


def test_a_sentence_that_nobody_knows_stays_as_it_is(engine: Engine) -> None:
    unknown = Old(SENTENCES[0].where, "somebody wrote this by hand", SENTENCES[0].tells)
    number = run_tx(engine, lambda connection: _add(connection, unknown))

    schema.upgrade(engine)

    assert _read(engine, unknown, number) == OldSentence(unknown.sentence)


def test_an_upgrade_of_many_rows_that_was_cut_off_goes_on(engine: Engine) -> None:
    many = [old for old in SENTENCES if old.where == SENTENCES[0].where] * 150
    numbers = run_tx(engine, lambda connection: [_add(connection, old) for old in many])
    schema.upgrade(engine)

    def cut_off(connection: Connection) -> None:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '0025'")
        _write(connection, many[0], numbers[0], many[0].sentence)

    run_tx(engine, cut_off)
    schema.upgrade(engine)

    assert [_read(engine, old, number) for old, number in zip(many, numbers, strict=True)] == [
        old.tells for old in many
    ]


def _add(connection: Connection, old: Old) -> int:
    """Insert a row with the sentence; other required values are made up. Return the last column of its key."""
    name, column = old.where
    given = {column: old.sentence} | ({"kind": old.kind} if old.kind else {})
    if name != "users":
        _once(connection, "users")
        _once(connection, "source_items")
    return _insert(connection, name, given)


def _once(connection: Connection, name: str) -> None:
    there = Table(name, _THERE, autoload_with=connection)
    if connection.execute(select(there.c.id)).first() is None:
        _insert(connection, name, {"id": 1})


def _insert(connection: Connection, name: str, given: dict[str, Any]) -> int:
    there = Table(name, _THERE, autoload_with=connection)
    number = next(_NUMBERS)
    for column in there.columns:
        made_up = column.computed is None and not column.nullable and column.server_default is None
        if made_up and column.name not in given:
            given[column.name] = 1 if column.foreign_keys else _value(column, number)
    connection.execute(insert(there).values(given))
    return int(given.get("number") or given.get("id") or number)


def _value(column: Column[Any], number: int) -> Any:
    if column.primary_key:
        return number
    if isinstance(column.type, DateTime):
        return datetime(2026, 10, 1, tzinfo=UTC)
    return str(number) if isinstance(column.type, String) else b"" if isinstance(column.type, LargeBinary) else 0


def _where(old: Old, number: int) -> tuple[Table, Any, Any]:
    name, column = old.where
    there = metadata.tables[name]
    key = there.c["number" if "number" in there.primary_key.columns else "id"]
    return there, there.c[column], key == number


def _read(engine: Engine, old: Old, number: int) -> Any:
    _, column, mine = _where(old, number)
    with reading(engine) as connection:
        return connection.execute(select(column).where(mine)).scalar_one()


def _write(connection: Connection, old: Old, number: int, sentence: str) -> None:
    there, column, mine = _where(old, number)
    connection.execute(update(there).where(mine).values({column.name: literal(sentence, String)}))
