"""Engines and transactions on SQLite: conflicts, one sentence for failures, nothing half-written."""

import sqlite3
import threading
from pathlib import Path

import pytest
from sqlalchemy import Connection, Engine, func, insert, select, text
from sqlalchemy.exc import IntegrityError, OperationalError

from mercarich_db import engine as engines
from mercarich_db import schema
from mercarich_db.engine import create, reading, run_tx
from mercarich_db.tables import holds, users
from mercarich_platform.clock import utc_now
from mercarich_platform.outages import DatabaseAway
from mercarich_platform.settings import BadConfiguration
from mercarich_reasons.holds import TooManyUnreadable

SECRET = "geheim"


@pytest.fixture
def engine(tmp_path: Path) -> Engine:
    engine = create(f"sqlite:///{tmp_path / 'test.db'}")
    schema.upgrade(engine)
    return engine


@pytest.mark.parametrize("url", ["", "nonsense", "postgresql://a:geheim@host/x", "mysql+nodriver://a:geheim@host/x"])
def test_an_address_that_cannot_be_used_is_named_without_its_password(url: str) -> None:
    with pytest.raises(BadConfiguration, match="MERCARICH_DATABASE_URL: expected sqlite:////path/to/file or") as raised:
        create(url)

    assert SECRET not in str(raised.value)


def test_the_name_of_a_database_hides_its_password() -> None:
    assert engines.name(create("mysql+pymysql://app:geheim@db/x")) == "mysql+pymysql://app:***@db/x"


def test_a_folder_that_is_not_there_is_a_sentence() -> None:
    with pytest.raises(DatabaseAway, match=r"sqlite:////nowhere/x\.db: unable to open database file"):
        run_tx(create("sqlite:////nowhere/x.db"), _count_users)


def test_a_file_that_is_no_database_is_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "test.db").write_text("this is not a database, it is a letter to a friend\n" * 20)

    with (
        pytest.raises(BadConfiguration, match=r"test\.db cannot be used: file is not a database"),
        reading(create(f"sqlite:///{tmp_path / 'test.db'}")) as connection,
    ):
        _count_users(connection)


def test_a_transaction_that_meets_a_lock_starts_all_over(engine: Engine) -> None:
    calls = []

    def write(connection: Connection) -> int:
        calls.append(1)
        _add_user(connection, f"user-{len(calls)}")
        if len(calls) == 1:
            raise _driver_error(sqlite3.OperationalError("database is locked"))
        return _count_users(connection)

    assert run_tx(engine, write) == 1
    assert len(calls) == 2
    with reading(engine) as connection:
        assert connection.execute(select(users.c.username)).scalars().all() == ["user-2"]


def test_a_lock_that_never_goes_ends_in_a_sentence_after_eight_tries(engine: Engine) -> None:
    calls = []

    def write(_: Connection) -> None:
        calls.append(1)
        raise _driver_error(sqlite3.OperationalError("database is locked"))

    with pytest.raises(DatabaseAway, match=r"test\.db: database is locked"):
        run_tx(engine, write)
    assert len(calls) == engines.ATTEMPTS


def test_an_error_of_the_caller_is_raised_once_and_leaves_nothing(engine: Engine) -> None:
    calls = []

    def write(connection: Connection) -> None:
        calls.append(1)
        _add_user(connection, "half")
        raise ValueError("a mistake")

    with pytest.raises(ValueError, match="a mistake"):
        run_tx(engine, write)
    assert len(calls) == 1
    with reading(engine) as connection:
        assert _count_users(connection) == 0


def test_a_writer_that_reads_first_does_not_lose_what_another_wrote(engine: Engine) -> None:
    def raise_by_one() -> None:
        for _ in range(20):
            run_tx(engine, _read_then_write)

    run_tx(engine, lambda connection: _add_hold(connection, run_id=0))
    threads = [threading.Thread(target=raise_by_one) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    with reading(engine) as connection:
        assert connection.execute(select(holds.c.run_id)).scalar() == 80


def test_a_full_disk_is_a_sentence_and_nothing_is_half_written(engine: Engine) -> None:
    def fill(connection: Connection) -> None:
        pages = connection.execute(text("PRAGMA page_count")).scalar_one()
        connection.execute(text(f"PRAGMA max_page_count={pages + 2}"))
        for number in range(10_000):
            _add_user(connection, f"{number:060}")

    with pytest.raises(DatabaseAway, match=r"test\.db: database or disk is full"):
        run_tx(engine, fill)

    with reading(engine) as connection:
        assert _count_users(connection) == 0
    engine.dispose()
    run_tx(engine, lambda connection: _add_user(connection, "after"))


def test_a_reference_to_nobody_is_refused(engine: Engine) -> None:
    with pytest.raises(IntegrityError, match="FOREIGN KEY constraint failed"):
        run_tx(
            engine, lambda c: c.execute(text("INSERT INTO amazon_accounts VALUES (9,'a','b','c','unknown',NULL,NULL)"))
        )


def _add_user(connection: Connection, username: str) -> None:
    row = {"username": username, "plan": 2, "active": True, "is_staff": False, "created_at": utc_now()}
    connection.execute(insert(users).values(row))


def _add_hold(connection: Connection, run_id: int) -> None:
    row = {"run_id": run_id, "marketplace": "yahoo", "reason": TooManyUnreadable(), "opened_at": utc_now()}
    connection.execute(insert(holds).values(row))


def _read_then_write(connection: Connection) -> None:
    found = connection.execute(select(holds.c.run_id)).scalar_one()
    connection.execute(holds.update().values(run_id=found + 1))


def _count_users(connection: Connection) -> int:
    return connection.execute(select(func.count()).select_from(users)).scalar_one()


def _driver_error(cause: Exception) -> Exception:
    return OperationalError("UPDATE", {}, cause)
