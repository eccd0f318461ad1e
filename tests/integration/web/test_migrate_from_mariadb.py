"""`mercarich migrate-from-seed` from a real MariaDB: Django's tables, naive times, flags that are NULL.

It runs only with real services: `make test-services`.
"""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, create_engine, make_url, select
from tests.conftest import REAL_SERVICES
from tests.integration.web.conftest import Mercarich

from mercarich_db import tables
from mercarich_db.engine import reading
from mercarich_web.migration.sql.original import SqlOriginal

pytestmark = pytest.mark.skipif(not REAL_SERVICES, reason="asks a real MariaDB")

ITEM = """
    `id` int(11) NOT NULL AUTO_INCREMENT PRIMARY KEY, `item_sku` varchar(255) NOT NULL, `asin` varchar(20) DEFAULT NULL,
    `item_name` longtext, `purchase_seller_item_id` varchar(255) DEFAULT NULL, `purchase_seller_id` varchar(255),
    `purchase_quantity` int(10) unsigned DEFAULT NULL, `quantity` int(11) DEFAULT NULL, `csv_flag` int(11) DEFAULT NULL,
    `research_request` tinyint(1) DEFAULT NULL, `update_quantity_request` tinyint(1) DEFAULT NULL,
    `record_type` smallint(6) DEFAULT NULL, `similarity` double DEFAULT NULL, `main_image` varchar(100) DEFAULT NULL,
    `price` decimal(12,2) DEFAULT NULL, `created_date` datetime(6) DEFAULT NULL, `updated_date` datetime(6) NOT NULL,
    `author_id` int(11) NOT NULL
"""
COLUMNS = (
    "(item_sku, asin, item_name, purchase_seller_item_id, purchase_quantity, quantity, csv_flag, research_request,"
    " update_quantity_request, record_type, updated_date, author_id)"
)
ORIGINAL = (
    "SET sql_mode=''",  # As in MariaDB 10.1 of that time: a date of zeros is accepted.
    """CREATE TABLE `auth_user` (`id` int(11) NOT NULL PRIMARY KEY, `password` varchar(128) NOT NULL,
    `last_login` datetime(6) DEFAULT NULL, `is_superuser` tinyint(1) NOT NULL, `username` varchar(150) NOT NULL UNIQUE,
    `is_staff` tinyint(1) NOT NULL, `is_active` tinyint(1) NOT NULL) DEFAULT CHARSET=utf8""",
    "INSERT INTO auth_user VALUES (7,'x',NULL,0,'taro',0,1), (9,'x',NULL,0,'hanako',0,0), (11,'x',NULL,1,'staff',1,1)",
    "CREATE TABLE `accounts_userprofile` (`id` int(11), `author_id` int(11), `check_times` smallint(5) unsigned)",
    "INSERT INTO accounts_userprofile VALUES (1, 7, 4), (2, 9, 2)",
    f"CREATE TABLE `yahoo_yahooitem` ({ITEM}) DEFAULT CHARSET=utf8",
    f"""INSERT INTO yahoo_yahooitem {COLUMNS} VALUES
    ('YA-1', 'B000000001', '腕時計 100% ﾃｽﾄ', 'x100', 2, 2, 1, 0, 0, 21, '2020-06-01 09:00:00.123456', 7),
    ('YA-2', NULL, NULL, 'x101', NULL, 0, 1, 1, 1, 20, '2020-06-02 00:00:00', 7),
    ('YA-3', NULL, NULL, 'x102', 1, 0, 1, NULL, NULL, 20, '0000-00-00 00:00:00', 7),
    ('YA-4', NULL, NULL, 'x103', 1, NULL, NULL, NULL, NULL, NULL, '2020-06-02 00:00:00', 9)""",
    f"CREATE TABLE `mercari_mercariitem` ({ITEM}) DEFAULT CHARSET=utf8mb4",
    f"""INSERT INTO mercari_mercariitem {COLUMNS} VALUES
    ('ME-1', '', '本📚', 'm100', 1, 1, 1, 0, 1, 10, '2020-06-02 00:00:00', 7)""",
    "CREATE TABLE `accounts_overrideconstantvalue` (`id` int(11), `key` varchar(255), `value` longtext,"
    " `description` longtext)",
    "INSERT INTO accounts_overrideconstantvalue VALUES (1, 'INVCHK_YAHOO_WORKER', '7', ''), (2, 'OLD_KEY', '1', NULL)",
    "CREATE TABLE `yahoo_excludeseller` (`id` int(11), `author_id` int(11), `exclude_seller_id` varchar(255))",
    "INSERT INTO yahoo_excludeseller VALUES (1, 7, 'bad-seller')",
    "CREATE TABLE `accounts_excludeword` (`id` int(11), `author_id` int(11), `exclude_word` varchar(255))"
    " DEFAULT CHARSET=utf8",
    "INSERT INTO accounts_excludeword VALUES (1, 7, 'ジャンク')",
    "CREATE TABLE `batch_transaction` (`id` int(11), `status` int(11), `updated_date` datetime(6))",
)


@pytest.fixture
def mercarich(database_url: str, engine: Engine) -> Mercarich:
    """The broker is never called."""
    return Mercarich(MERCARICH_DATABASE_URL=database_url, MERCARICH_KAFKA_BOOTSTRAP="127.0.0.1:9")


@pytest.fixture
def original(
    tmp_path: Path, _new_database: Callable[[Path], tuple[str, Callable[[], None]]]
) -> Iterator[tuple[Engine, str]]:
    """The owner's connection, and the address for a user who may only read."""
    url, drop = _new_database(tmp_path)
    engine = create_engine(url)
    name = make_url(url).database
    with engine.begin() as connection:
        for statement in ORIGINAL:
            connection.exec_driver_sql(statement.replace("%", "%%"))
        connection.exec_driver_sql("CREATE USER IF NOT EXISTS reader@127.0.0.1 IDENTIFIED BY 'reading'")
        connection.exec_driver_sql(f"GRANT SELECT ON {name}.* TO reader@127.0.0.1")
    reader = make_url(url).set(username="reader", password="reading")
    yield engine, reader.render_as_string(hide_password=False)
    engine.dispose()
    drop()


def _checksums(owner: Engine) -> list[Any]:
    with owner.connect() as connection:
        names = [row[0] for row in connection.exec_driver_sql("SHOW TABLES")]
        return list(connection.exec_driver_sql(f"CHECKSUM TABLE {', '.join(names)}"))


def test_the_originals_mariadb_is_taken_over_by_somebody_who_may_only_read(
    mercarich: Mercarich, engine: Engine, original: tuple[Engine, str]
) -> None:
    owner, url = original
    before = _checksums(owner)
    dry = mercarich.json("migrate-from-seed", url, "--dry-run")
    told = mercarich.json("migrate-from-seed", url)
    assert _checksums(owner) == before

    assert (told["sellers"], told["listings"], told["settings"], told["exclusions"]) == (3, 5, 1, 2)
    assert {**dry, "dry_run": False} == told
    assert told["unknown_tables"] == ["batch_transaction"]
    with reading(engine) as connection:
        offers = {row.sku: row for row in connection.execute(select(tables.listings))}
        sellers = {row.username: row for row in connection.execute(select(tables.users))}
        words = list(connection.execute(select(tables.excluded_words.c.word)).scalars())
        sources = {row.item_id: row for row in connection.execute(select(tables.source_items))}
    assert {name: (row.plan, row.active, row.is_staff) for name, row in sellers.items()} == {
        "taro": (4, True, False),
        "hanako": (2, False, False),
        "staff": (2, True, True),
    }
    first = offers["YA-1"]
    assert (first.title, first.quantity, first.listing_quantity, first.asin) == ("腕時計 100% ﾃｽﾄ", 2, 2, "B000000001")
    assert first.changed_at == datetime(2020, 6, 1, 0, 0, 0, 123456, tzinfo=UTC)
    assert first.source_item_id == sources["x100"].id
    down = offers["YA-2"]
    assert (down.quantity, down.searching, down.push_pending) == (0, True, 1)
    assert down.withdrawn_at == datetime(2020, 6, 1, 15, tzinfo=UTC)
    null = offers["YA-3"]
    assert (null.searching, null.push_pending) == (False, 0)
    assert datetime.now(UTC) >= null.changed_at > datetime(2026, 1, 1, tzinfo=UTC), "a date of zeros is no date"
    assert (offers["YA-4"].listed, offers["YA-4"].quantity) == (False, 0)
    book = offers["ME-1"]
    assert (book.title, book.asin, book.marketplace, book.restored_at is not None) == ("本📚", None, "mercari", True)
    assert words == ["ジャンク"]
    assert mercarich.json("settings", "get", "INVCHK_YAHOO_WORKER")["value"] == "7"


def test_what_is_changed_meanwhile_is_not_seen(original: tuple[Engine, str]) -> None:
    owner, url = original
    snapshot = SqlOriginal(create_engine(url))
    known = {table.kind: table for table in snapshot.tables()[0]}
    assert len(list(snapshot.rows(known["users"]))) == 3
    with owner.begin() as connection:
        connection.exec_driver_sql("DELETE FROM accounts_excludeword")

    assert len(list(snapshot.rows(known["excluded_words"]))) == 1
    snapshot.close()


def test_a_wrong_password_is_told_without_it(mercarich: Mercarich, original: tuple[Engine, str]) -> None:
    _, url = original
    done = mercarich("migrate-from-seed", url.replace("reading", "secret"))

    assert done.returncode == 75
    assert "the original's database" in done.stderr
    assert "secret" not in done.stderr + done.stdout
