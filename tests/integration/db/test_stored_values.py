"""Values are read from the database of this tier as they were written: times, ids that differ by case, settings."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta, timezone
from functools import partial
from pathlib import Path

import pytest
from sqlalchemy import Connection, Engine, insert, select, text, update
from sqlalchemy.exc import IntegrityError, StatementError

from mercarich_db import schema, settings_store
from mercarich_db.engine import create, reading, run_tx
from mercarich_db.settings_store import DEFINITIONS, BadSetting
from mercarich_db.tables import listings, settings, settings_history, source_items, users

NOON = datetime(2026, 11, 25, 12, 0, 0, 123456, tzinfo=UTC)


@pytest.fixture
def engine(database_url: str) -> Iterator[Engine]:
    engine = create(database_url)
    schema.upgrade(engine)
    yield engine
    engine.dispose()


def test_a_time_keeps_its_microseconds_and_its_instant(engine: Engine) -> None:
    tokyo = NOON.astimezone(timezone(timedelta(hours=9)))
    run_tx(engine, lambda connection: _add_user(connection, "a", tokyo))

    with reading(engine) as connection:
        found = connection.execute(select(users.c.created_at)).scalar_one()
        same = connection.execute(select(users.c.id).where(users.c.created_at == tokyo)).scalar()

    assert found == NOON
    assert found.tzinfo is UTC
    assert same is not None


def test_a_time_without_zone_is_refused(engine: Engine) -> None:
    with pytest.raises(StatementError, match="a time without zone"):
        run_tx(engine, lambda connection: _add_user(connection, "a", NOON.replace(tzinfo=None)))


def test_ids_that_differ_only_by_case_are_two_items(engine: Engine) -> None:
    for item_id in ("m123a", "M123A"):
        run_tx(engine, partial(_add_source, item_id=item_id))

    with reading(engine) as connection:
        found = connection.execute(select(source_items.c.item_id).where(source_items.c.item_id == "m123a"))
        assert found.scalars().all() == ["m123a"]
    with pytest.raises(IntegrityError):
        run_tx(engine, lambda connection: _add_source(connection, "m123a"))


def test_a_title_keeps_every_character(engine: Engine) -> None:
    title = "新品🎮 Switch ①㈱ ﾊﾝｶｸ é"
    run_tx(engine, lambda connection: _add_source(connection, "m1", title))

    with reading(engine) as connection:
        assert connection.execute(select(source_items.c.title)).scalar() == title


def test_a_listing_waits_to_be_pushed_while_its_revision_is_ahead(engine: Engine) -> None:
    run_tx(engine, _add_listing)

    seen = []
    for change in ({"revision": 1}, {"pushed_revision": 1}, {"revision": 2, "quantity": 0}):
        run_tx(engine, partial(_change_listing, change=change))
        with reading(engine) as connection:
            seen.append(connection.execute(select(listings.c.push_pending)).scalar())

    assert seen == [1, 0, 1]


def test_the_statement_of_an_upgrade_forgets_the_quantities_that_were_typed(engine: Engine) -> None:
    page = (Path(__file__).parents[3] / "UPGRADING.md").read_text(encoding="utf-8")
    [statement] = re.findall(r"`(UPDATE listings SET edited_quantity[^`]*)`", page)
    run_tx(engine, _add_listing)
    run_tx(engine, lambda connection: _change_listing(connection, {"edited_quantity": 3}))

    run_tx(engine, lambda connection: connection.execute(text(statement)))

    with reading(engine) as connection:
        assert connection.execute(select(listings.c.edited_quantity, listings.c.listing_quantity)).one() == (None, 1)


def test_without_stored_settings_every_default_holds(engine: Engine) -> None:
    with reading(engine) as connection:
        values = settings_store.read(connection)

    assert values.by_key == {key: definition.default for key, definition in DEFINITIONS.items()}
    assert values.integer("CHECK_BATCH_ITEMS") == 50
    assert values.number("BRAKE_SHARE") == 0.15
    assert values.text("CANARY_ITEMS_YAHOO") == ""


def test_a_setting_is_stored_with_who_and_when_and_what_was_before(engine: Engine) -> None:
    for value, by in (("80", "hanako"), ("90", "taro")):
        run_tx(
            engine,
            partial(settings_store.write, key="CHECK_BATCH_ITEMS", value=value, by=by, at=NOON),
        )

    with reading(engine) as connection:
        assert settings_store.read(connection).integer("CHECK_BATCH_ITEMS") == 90
        history = settings_history.c
        rows = connection.execute(select(history.value_before, history.value_after, history.by, history.at))
        assert [tuple(row) for row in rows] == [(None, "80", "hanako", NOON), ("80", "90", "taro", NOON)]


@pytest.mark.parametrize(("key", "value"), [("CHECK_BATCH_ITEMS", "0"), ("NO_SUCH_KEY", "1")])
def test_a_refused_setting_leaves_no_trace(engine: Engine, key: str, value: str) -> None:
    with pytest.raises(BadSetting, match=key):
        run_tx(engine, lambda connection: settings_store.write(connection, key, value, by="taro", at=NOON))

    with reading(engine) as connection:
        assert connection.execute(select(settings.c.key)).all() == []
        assert connection.execute(select(settings_history.c.key)).all() == []


def test_stored_garbage_counts_as_absent(engine: Engine) -> None:
    rows = [("CHECK_BATCH_ITEMS", "many"), ("BRAKE_SHARE", "7"), ("OF_ANOTHER_RELEASE", "1")]
    columns = {"updated_at": NOON, "updated_by": "by hand"}
    run_tx(
        engine,
        lambda c: c.execute(insert(settings), [{"key": key, "value": value, **columns} for key, value in rows]),
    )

    with reading(engine) as connection:
        values = settings_store.read(connection)

    assert values.integer("CHECK_BATCH_ITEMS") == 50
    assert values.number("BRAKE_SHARE") == 0.15
    assert "OF_ANOTHER_RELEASE" not in values.by_key


def _add_user(connection: Connection, username: str, at: datetime) -> None:
    row = {"username": username, "plan": 2, "active": True, "is_staff": False, "created_at": at}
    connection.execute(insert(users).values(row))


def _add_source(connection: Connection, item_id: str, title: str = "") -> None:
    row = {"marketplace": "mercari", "item_id": item_id, "title": title, "state": "unknown"}
    pending = {"check_rank": 0, "check_attempts": 0, "check_unknowns": 0}
    connection.execute(insert(source_items).values(row | pending))


def _add_listing(connection: Connection) -> None:
    _add_user(connection, "a", NOON)
    _add_source(connection, "m1")
    row = {
        "user_id": connection.execute(select(users.c.id)).scalar_one(),
        "source_item_id": connection.execute(select(source_items.c.id)).scalar_one(),
        "sku": "S1",
        "marketplace": "mercari",
        "listed": True,
        "listing_quantity": 1,
        "created_at": NOON,
        "changed_at": NOON,
        "quantity": 1,
        "revision": 0,
        "searching": False,
        "pushed_revision": 0,
        "push_attempts": 0,
        "orphan": False,
    }
    connection.execute(insert(listings).values(row))


def _change_listing(connection: Connection, change: dict[str, int]) -> None:
    connection.execute(update(listings).values(change))
