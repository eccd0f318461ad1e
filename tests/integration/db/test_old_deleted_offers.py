"""Deleted offers of the schema before 0034, after the upgrade."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from alembic import command
from alembic.config import Config
from sqlalchemy import Engine, insert, select

from mercarich_db import migrations, schema
from mercarich_db.engine import create, reading, run_tx
from mercarich_db.tables import amazon_accounts, removed_offers, users

NOW = datetime(2026, 11, 28, 12, tzinfo=UTC)


@pytest.fixture
def engine(database_url: str) -> Iterator[Engine]:
    engine = create(database_url)
    with engine.connect() as connection:
        config = Config()
        config.set_main_option("script_location", next(iter(migrations.__path__)))
        config.set_main_option("path_separator", "os")
        config.attributes["connection"] = connection
        command.upgrade(config, "0033")
        connection.commit()
    yield engine
    engine.dispose()


def fill(engine: Engine, *rows: dict[str, Any]) -> None:
    person = {"plan": 4, "active": True, "is_staff": False, "created_at": NOW}
    account = {
        "user_id": 1,
        "seller_id": "STORE",
        "marketplace_id": "A",
        "refresh_token": "t",
        "token_verdict": "valid",
    }
    times = {"created_at": NOW, "removed_at": NOW, "next_read_at": NOW}
    given = {"user_id": 1, "listing_id": 7, "returns": 0, "attempts": 0} | times

    def write(connection: Any) -> None:
        connection.execute(insert(users), [{"id": id, "username": f"seller{id}", **person} for id in (1, 2)])
        connection.execute(insert(amazon_accounts).values(account))
        for row in rows:
            connection.execute(insert(removed_offers).values(given | row))

    run_tx(engine, write)


def read(engine: Engine, column: Any) -> dict[str, Any]:
    with reading(engine) as connection:
        return {row.sku: row[1] for row in connection.execute(select(removed_offers.c.sku, column))}


def test_they_belong_to_the_store_that_their_seller_has_linked(engine: Engine) -> None:
    fill(engine, {"sku": "LINKED"}, {"sku": "WITHOUT", "user_id": 2})
    schema.upgrade(engine)
    assert read(engine, removed_offers.c.seller_id) == {"LINKED": "STORE", "WITHOUT": None}


def test_a_zero_was_shown_where_the_last_read_found_0_after_it(engine: Engine) -> None:
    later = NOW + timedelta(minutes=1)
    fill(
        engine,
        {"sku": "SHOWN", "zeroed_at": NOW, "read_at": later, "shown": 0},
        {"sku": "READ-BEFORE", "zeroed_at": later, "read_at": NOW, "shown": 0},
        {"sku": "UP", "zeroed_at": NOW, "read_at": later, "shown": 1},
        {"sku": "MISSING", "zeroed_at": NOW, "read_at": later},
        {"sku": "NEVER", "read_at": later, "shown": 0},
    )
    schema.upgrade(engine)
    told = read(engine, removed_offers.c.zero_shown_at)
    assert {sku: at for sku, at in told.items() if at is not None} == {"SHOWN": later}
