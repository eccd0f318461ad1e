"""Transactions on the database of this tier: conflicts, a lost server, and what a sentence must not contain."""

import contextlib
import threading
from collections.abc import Iterator
from functools import partial

import pytest
from sqlalchemy import Connection, Engine, func, insert, select, text, update

from mercarich_db import engine as engines
from mercarich_db import schema
from mercarich_db.engine import create, reading, run_tx
from mercarich_db.tables import holds
from mercarich_platform.clock import utc_now
from mercarich_platform.outages import DatabaseAway
from mercarich_platform.settings import BadConfiguration
from mercarich_reasons.holds import TooManyUnreadable

SECRET = "geheim"


@pytest.fixture
def engine(database_url: str) -> Iterator[Engine]:
    engine = create(database_url)
    schema.upgrade(engine)
    yield engine
    engine.dispose()


def test_two_writers_that_lock_in_opposite_order_both_end(engine: Engine) -> None:
    run_tx(engine, partial(_add_hold, number=1))
    run_tx(engine, partial(_add_hold, number=2))
    both_have_one = threading.Barrier(2)
    tries: list[int] = []

    def write(first: int, second: int) -> None:
        def change(connection: Connection) -> None:
            tries.append(first)
            _raise_by_one(connection, first)
            with contextlib.suppress(threading.BrokenBarrierError):  # SQLite allows one writer at a time.
                both_have_one.wait(timeout=1)
            _raise_by_one(connection, second)

        run_tx(engine, change)

    threads = [threading.Thread(target=write, args=order) for order in ((1, 2), (2, 1))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    with reading(engine) as connection:
        assert connection.execute(select(holds.c.run_id).order_by(holds.c.id)).scalars().all() == [2, 2]
    if engine.url.get_backend_name() != "sqlite":
        assert len(tries) == 3, "one of the two was to be the victim of a deadlock and start over"


def test_writers_that_read_first_do_not_lose_what_others_wrote(engine: Engine) -> None:
    run_tx(engine, lambda connection: _add_hold(connection, 1))

    def raise_by_one(connection: Connection) -> None:
        found = connection.execute(select(holds.c.run_id).with_for_update()).scalar_one()
        connection.execute(update(holds).values(run_id=found + 1))

    def ten_times() -> None:
        for _ in range(10):
            run_tx(engine, raise_by_one)

    threads = [threading.Thread(target=ten_times) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    with reading(engine) as connection:
        assert connection.execute(select(holds.c.run_id)).scalar() == 40


def test_a_statement_that_the_server_ends_is_one_to_try_again(database_url: str) -> None:
    engine = create(database_url, longest_seconds=1)
    if engine.url.get_backend_name() == "sqlite":
        pytest.skip("SQLite has no limit of time")
    with pytest.raises(DatabaseAway, match="1969"), reading(engine) as connection:
        connection.execute(text("SELECT SLEEP(5)"))
    engine.dispose()


def test_a_reader_is_not_kept_waiting_by_a_writer(engine: Engine) -> None:
    run_tx(engine, lambda connection: _add_hold(connection, 1))

    def write(connection: Connection) -> None:
        connection.execute(update(holds).values(run_id=99))
        with reading(engine) as reader:
            assert reader.execute(select(holds.c.run_id)).scalar() == 0

    run_tx(engine, write)


def test_a_connection_that_breaks_in_the_middle_is_a_sentence_and_the_next_one_works(engine: Engine) -> None:
    if engine.url.get_backend_name() == "sqlite":
        pytest.skip("a file has no connection that breaks")

    def write(connection: Connection) -> None:
        _add_hold(connection, 1)
        own = connection.execute(text("SELECT CONNECTION_ID()")).scalar_one()
        with engine.connect() as other:
            other.execute(text(f"KILL CONNECTION {own}"))
        _add_hold(connection, 2)

    with pytest.raises(DatabaseAway, match=r"is away \(\d+\)"):
        run_tx(engine, write)

    run_tx(engine, lambda connection: _add_hold(connection, 3))
    with reading(engine) as connection:
        assert connection.execute(select(holds.c.id)).scalars().all() == [3]


def test_a_server_that_is_not_there_is_a_sentence_without_the_password(port: int) -> None:
    engine = create(f"mysql+pymysql://app:{SECRET}@127.0.0.1:{port}/mercarich")

    with pytest.raises(DatabaseAway) as raised:
        run_tx(engine, lambda connection: None)

    assert str(raised.value) == f"mysql+pymysql://app:***@127.0.0.1:{port}/mercarich is away (2003)"


def test_a_server_that_refuses_is_a_sentence_without_the_password(engine: Engine) -> None:
    if engine.url.get_backend_name() == "sqlite":
        pytest.skip("a file refuses nobody")
    stranger = create(engine.url.set(username="nobody", password=SECRET).render_as_string(hide_password=False))
    nowhere = create(engine.url.set(database="no_such_database").render_as_string(hide_password=False))

    with pytest.raises(BadConfiguration, match=r"the user or the password is wrong") as raised:
        run_tx(stranger, lambda connection: None)
    assert SECRET not in str(raised.value)
    with (
        pytest.raises(BadConfiguration, match=r"no such database on the server \(1049\)|may not use this database"),
        reading(nowhere) as connection,
    ):
        connection.execute(text("SELECT 1"))


def test_a_caller_that_asks_for_too_many_connections_is_told(engine: Engine) -> None:
    if engine.url.get_backend_name() == "sqlite":
        pytest.skip("the pool's bounds are those of MariaDB's engine")
    small = create(engine.url.render_as_string(hide_password=False), pool_size=2)

    with contextlib.ExitStack() as taken:
        for _ in range(2):
            taken.enter_context(reading(small)).execute(text("SELECT 1"))
        with pytest.raises(DatabaseAway, match="no free connection"):
            run_tx(small, lambda connection: None)
    small.dispose()


def test_a_connection_that_was_used_just_now_is_not_asked_for(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    if engine.url.get_backend_name() == "sqlite":
        pytest.skip("a file does not go away")
    one = create(engine.url.render_as_string(hide_password=False), pool_size=1)

    def questions() -> int:
        with reading(one) as connection:
            return int(connection.execute(text("SHOW SESSION STATUS LIKE 'Com_admin_commands'")).one()[1])

    assert questions() == questions()

    monkeypatch.setattr(engines, "UNUSED_SECONDS", 0.0)
    assert questions() + 1 == questions()
    one.dispose()


def test_a_connection_that_ended_while_nobody_used_it_is_made_anew(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    if engine.url.get_backend_name() == "sqlite":
        pytest.skip("a file does not go away")
    monkeypatch.setattr(engines, "UNUSED_SECONDS", 0.0)
    one = create(engine.url.render_as_string(hide_password=False), pool_size=1)
    with reading(one) as connection:
        number = connection.execute(text("SELECT connection_id()")).scalar_one()
    with reading(engine) as connection:
        connection.execute(text(f"KILL {number}"))

    with reading(one) as connection:
        assert connection.execute(text("SELECT connection_id()")).scalar_one() != number
    one.dispose()


def test_an_empty_table_counts_nothing(engine: Engine) -> None:
    with reading(engine) as connection:
        assert connection.execute(select(func.count()).select_from(holds)).scalar() == 0


def _add_hold(connection: Connection, number: int) -> None:
    row = {"id": number, "run_id": 0, "marketplace": "yahoo", "reason": TooManyUnreadable(), "opened_at": utc_now()}
    connection.execute(insert(holds).values(row))


def _raise_by_one(connection: Connection, hold: int) -> None:
    connection.execute(update(holds).where(holds.c.id == hold).values(run_id=holds.c.run_id + 1))
