"""`mercarich migrate-from-seed URL`: a made-up database of the original's shape is migrated and fully reported."""

import hashlib
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, create_engine, func, select, text
from tests.integration.web.conftest import Mercarich
from tests.integration.web.rows import Rows

from mercarich_db import tables
from mercarich_db.engine import reading
from mercarich_listings.waiting import pending, restore, source_is_fresh
from mercarich_platform.outages import DatabaseAway
from mercarich_web.migration.seed import Known
from mercarich_web.migration.sql.new_home import SqlNewHome
from mercarich_web.migration.sql.original import SqlOriginal
from mercarich_web.migration.take_over import MigrateFromSeed

ITEM = """
    id INTEGER PRIMARY KEY, user_id INTEGER, item_sku VARCHAR(64), asin VARCHAR(16), item_name VARCHAR(255),
    purchase_seller_item_id VARCHAR(64), purchase_seller_id VARCHAR(64), purchase_quantity INTEGER, quantity INTEGER,
    csv_flag INTEGER, research_request BOOLEAN, update_quantity_request BOOLEAN, record_type INTEGER,
    updated_date DATETIME, created_date DATETIME, similarity FLOAT, main_image VARCHAR(200)
"""
SEED = f"""
CREATE TABLE auth_user (id INTEGER, username VARCHAR(64), is_active BOOLEAN, is_staff BOOLEAN, password VARCHAR(128));
INSERT INTO auth_user VALUES (7, 'taro', 1, 0, 'x'), (9, 'hanako', 1, 0, 'x'), (11, 'staff', 1, 1, 'x');
CREATE TABLE accounts_profile (user_id INTEGER, check_times INTEGER, item_limit INTEGER);
INSERT INTO accounts_profile VALUES (7, 4, 20000), (9, 3, 20000);
CREATE TABLE yahoo_item ({ITEM});
INSERT INTO yahoo_item VALUES
 (1, 7, 'YA-1', 'B000000001', '時計', 'x100', 's1', 2, 2, 1, 0, 0, 21, '2020-06-01 09:00:00', '2020-05-01', 1, ''),
 (2, 7, 'YA-2', NULL, NULL, 'x101', NULL, NULL, 0, 1, 1, 1, 20, '2020-06-02 00:00:00', NULL, NULL, NULL),
 (3, 7, 'YA-3', NULL, NULL, 'x101', NULL, 1, 0, 1, NULL, 0, 20, '2020-06-02 00:00:00', NULL, NULL, NULL),
 (4, 7, 'YA-1', NULL, NULL, 'x102', NULL, 1, 1, 1, 0, 0, 10, '2020-06-02 00:00:00', NULL, NULL, NULL),
 (5, 99, 'YA-5', NULL, NULL, 'x103', NULL, 1, 1, 1, 0, 0, 10, '2020-06-02 00:00:00', NULL, NULL, NULL),
 (6, 9, 'YA-6', NULL, NULL, NULL, NULL, 1, 1, 1, 0, 0, 10, '2020-06-02 00:00:00', NULL, NULL, NULL),
 (7, 9, 'YA-7', NULL, NULL, 'x100', 's1', 1, 1, 0, 0, 0, 10, '2020-06-02 00:00:00', NULL, NULL, NULL);
CREATE TABLE mercari_item ({ITEM});
INSERT INTO mercari_item VALUES
 (1, 9, 'ME-1', NULL, '本', 'm100', 's2', 1, 1, 1, 0, 0, 10, '2020-06-02 00:00:00', NULL, NULL, NULL);
CREATE TABLE override_constant_value (id INTEGER, key VARCHAR(64), value VARCHAR(64), description VARCHAR(200));
INSERT INTO override_constant_value VALUES
 (1, 'INVCHK_YAHOO_WORKER', '7', ''), (2, 'SOME_OLD_KEY', '1', ''), (3, 'INVRES_YAHOO_WORKER', 'many', '');
CREATE TABLE yahoo_exclude_seller (id INTEGER, user_id INTEGER, exclude_seller_id VARCHAR(64));
INSERT INTO yahoo_exclude_seller VALUES (1, 7, 'bad-seller');
CREATE TABLE exclude_words (id INTEGER, user_id INTEGER, exclude_word VARCHAR(64));
INSERT INTO exclude_words VALUES (1, 9, 'ジャンク');
CREATE TABLE batch_transaction (id INTEGER, status INTEGER);
"""


@pytest.fixture
def original(tmp_path: Path) -> Path:
    path = tmp_path / "original.db"
    engine = create_engine(f"sqlite:///{path}")
    with engine.begin() as connection:
        for statement in SEED.split(";\n"):
            if statement.strip():
                connection.execute(text(statement))
    engine.dispose()
    return path


def _migrate(mercarich: Mercarich, original: Path, *words: str) -> Any:
    before = hashlib.sha256(original.read_bytes()).hexdigest()
    found = mercarich.json("migrate-from-seed", f"sqlite:///{original}", *words)
    assert hashlib.sha256(original.read_bytes()).hexdigest() == before
    return found


def _change(original: Path, statement: str) -> None:
    engine = create_engine(f"sqlite:///{original}")
    with engine.begin() as connection:
        connection.execute(text(statement))
    engine.dispose()


def _rows(engine: Engine, table: Any, order: Any) -> list[Any]:
    with reading(engine) as connection:
        return list(connection.execute(select(table).order_by(order)))


def test_a_dry_run_says_what_would_be_taken_over_and_writes_nothing(
    mercarich: Mercarich, original: Path, engine: Engine
) -> None:
    found = _migrate(mercarich, original, "--dry-run")

    assert (found["dry_run"], found["sellers"], found["listings"], found["sources"]) == (True, 3, 5, 3)
    assert (found["settings"], found["exclusions"], found["must_authorise"]) == (1, 2, 3)
    assert found["unknown_tables"] == ["batch_transaction"]
    with reading(engine) as connection:
        assert connection.execute(select(func.count()).select_from(tables.users)).scalar_one() == 0
    assert "nothing was written" in mercarich.page("migrate-from-seed", f"sqlite:///{original}", "--dry-run")


def test_sellers_listings_settings_and_exclusions_are_taken_over(
    mercarich: Mercarich, original: Path, engine: Engine
) -> None:
    told = _migrate(mercarich, original)

    sellers = {row.username: row for row in _rows(engine, tables.users, tables.users.c.id)}
    assert [(row.username, row.plan, row.is_staff) for row in sellers.values()] == [
        ("taro", 4, False),
        ("hanako", 2, False),
        ("staff", 2, True),
    ]
    offers = {row.sku: row for row in _rows(engine, tables.listings, tables.listings.c.sku)}
    assert sorted(offers) == ["ME-1", "YA-1", "YA-2", "YA-3", "YA-7"]
    shown, down = offers["YA-1"], offers["YA-2"]
    assert (shown.quantity, shown.listing_quantity, shown.push_pending, shown.title) == (2, 2, 0, "時計")
    assert shown.changed_at == datetime(2020, 6, 1, 0, 0, tzinfo=UTC)
    assert (down.quantity, down.searching, down.push_pending) == (0, True, 1)
    assert down.withdrawn_at == datetime(2020, 6, 1, 15, 0, tzinfo=UTC)
    assert (offers["YA-3"].searching, offers["YA-3"].push_pending) == (False, 0)
    assert (offers["YA-7"].listed, offers["YA-7"].source_item_id) == (False, shown.source_item_id)
    assert offers["ME-1"].marketplace == "mercari"
    assert mercarich.json("settings", "get", "INVCHK_YAHOO_WORKER")["value"] == "7"
    (banned,) = _rows(engine, tables.excluded_sellers, tables.excluded_sellers.c.seller_id)
    assert (banned.user_id, banned.marketplace, banned.seller_id) == (sellers["taro"].id, "yahoo", "bad-seller")
    (word,) = _rows(engine, tables.excluded_words, tables.excluded_words.c.word)
    assert (word.user_id, word.word) == (sellers["hanako"].id, "ジャンク")
    assert told["listings"] == 5


def test_an_offer_that_stands_while_a_replacement_is_wanted_is_left_to_the_checks(
    mercarich: Mercarich, original: Path, engine: Engine
) -> None:
    _change(original, "UPDATE yahoo_item SET research_request = 1 WHERE item_sku IN ('YA-1', 'YA-2')")

    unmapped = {each["why"]: each["example"] for each in _migrate(mercarich, original)["unmapped"]}

    offers = {row.sku: row for row in _rows(engine, tables.listings, tables.listings.c.sku)}
    assert (offers["YA-1"].quantity, offers["YA-1"].searching) == (2, False)
    assert (offers["YA-2"].quantity, offers["YA-2"].searching) == (0, True)
    assert unmapped["stands while a replacement is wanted; the next check looks at its source"] == "YA-1"


def test_a_restore_that_waited_to_be_pushed_goes_up_only_after_its_source_was_seen(
    mercarich: Mercarich, original: Path, engine: Engine
) -> None:
    _change(original, "UPDATE yahoo_item SET update_quantity_request = 1 WHERE item_sku IN ('YA-1', 'YA-7')")

    _migrate(mercarich, original)

    offers = {row.sku: row for row in _rows(engine, tables.listings, tables.listings.c.sku)}
    waiting = {sku: (row.push_pending, row.restored_at is not None) for sku, row in offers.items()}
    assert waiting["YA-1"] == (1, True)
    assert waiting["YA-2"] == (1, False), "a withdrawal waits for nothing"
    assert waiting["YA-7"] == (1, False), "a draft is not pushed, so nobody needs to look"
    with reading(engine) as connection:
        fresh = select(tables.listings.c.sku).where(pending(), restore(), source_is_fresh(datetime.now(UTC)))
        assert connection.execute(fresh).all() == []


def test_what_could_not_be_mapped_is_told_with_an_example(mercarich: Mercarich, original: Path) -> None:
    unmapped = {(each["what"], each["why"]): each for each in _migrate(mercarich, original, "--dry-run")["unmapped"]}

    assert unmapped["item of yahoo_item", "its seller has this SKU twice"]["example"] == "YA-1"
    assert unmapped["item of yahoo_item", "its seller is not among the users"]["example"] == "YA-5"
    assert ("item of yahoo_item", "it has no source, or one with an id of more than 64 characters") in unmapped
    assert unmapped["item of yahoo_item", "a flag is NULL; it counts as no"]["example"] == "YA-3"
    assert unmapped["seller", "has no plan of 2 or 4 checks a day; 2 is taken"]["count"] == 2
    assert unmapped["setting", "there is no such setting here"]["example"] == "SOME_OLD_KEY"
    assert any(each["example"] == "INVRES_YAHOO_WORKER" for each in unmapped.values())
    ignored = {each["table"]: each["ignored"] for each in _migrate(mercarich, original, "--dry-run")["tables"]}
    assert "similarity" in ignored["yahoo_item"]


def test_a_database_with_sellers_is_left_alone(mercarich: Mercarich, original: Path, rows: Rows) -> None:
    rows.user("somebody")

    done = mercarich("migrate-from-seed", f"sqlite:///{original}")

    assert done.returncode == 2
    assert "this database has 1 sellers" in done.stderr


def test_a_take_over_that_breaks_off_has_left_nothing_and_can_be_repeated(
    mercarich: Mercarich, original: Path, engine: Engine
) -> None:
    class Breaks(SqlOriginal):
        def rows(self, table: Known) -> Iterator[Mapping[str, Any]]:
            if table.kind == "excluded_words":
                raise DatabaseAway("the original's database: gone")
            return super().rows(table)

    broken = Breaks(create_engine(f"sqlite:///{original}"))
    with pytest.raises(DatabaseAway):
        MigrateFromSeed(broken, SqlNewHome(engine), lambda: datetime.now(UTC))(dry_run=False)
    broken.close()
    with reading(engine) as connection:
        for table in (tables.users, tables.listings, tables.source_items, tables.settings, tables.excluded_sellers):
            assert connection.execute(select(func.count()).select_from(table)).scalar_one() == 0, table.name

    assert _migrate(mercarich, original)["listings"] == 5


def test_the_original_is_read_as_it_was_at_one_moment(original: Path) -> None:
    _change(original, "PRAGMA journal_mode=WAL")
    snapshot = SqlOriginal(create_engine(f"sqlite:///{original}"))
    known = {table.kind: table for table in snapshot.tables()[0]}
    assert len(list(snapshot.rows(known["users"]))) == 3

    _change(original, "DELETE FROM exclude_words")

    assert len(list(snapshot.rows(known["excluded_words"]))) == 1
    snapshot.close()


@pytest.mark.parametrize(
    ("words", "code", "says"),
    [
        ([], 2, "required"),
        (["not an address"], 78, "mysql+pymysql://user:password@host/name"),
        (["oracle://x/y"], 78, "mysql+pymysql://user:password@host/name"),
        (["sqlite:///:memory:"], 2, "these tables were not found in the original: users, items"),
        (["mysql+pymysql://u:hidden@127.0.0.1:1/x"], 75, "the original's database"),
    ],
)
def test_bad_input_is_refused_with_a_sentence(mercarich: Mercarich, words: list[str], code: int, says: str) -> None:
    done = mercarich("migrate-from-seed", *words)

    assert done.returncode == code
    assert says in done.stderr
    assert "hidden" not in done.stderr
