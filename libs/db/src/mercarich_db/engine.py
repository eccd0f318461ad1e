"""Engines and transactions: `create` for the engine, `run_tx` to write, `reading` to read."""

import random
import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

from sqlalchemy import Connection, Engine, QueuePool, create_engine, event
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, InvalidatePoolError, NoSuchModuleError, TimeoutError

from mercarich_db.clock import MEASURING
from mercarich_db.metrics import TROUBLES, watch
from mercarich_platform.outages import DatabaseAway
from mercarich_platform.settings import BadConfiguration

Result = TypeVar("Result")

CONNECTIONS = 3
"""Pool size of processes that do one thing at a time: commands, and processes waiting for the schema."""
STATEMENT_SECONDS = 25
"""Time limit of a statement, enforced by the server; no normal statement of a service takes that long."""
UNUSED_SECONDS = 0.5
"""A connection that was unused for longer is tested (pinged) before it is given out again. A recently used one is not,
because the test would take as long as many statements."""
ATTEMPTS = 8
_LEFT = "left at"
_RETRY = frozenset({1020, 1205, 1213})
"""MariaDB: record changed since last read, lock wait timeout, deadlock. After 1205 the transaction is still open,
so that only a restart of the whole function is safe."""
_AWAY = frozenset(
    {1021, 1040, 1053, 1129, 1130, 1152, 1158, 1159, 1160, 1161, 1184, 1290, 1836, 1927, 1969, 2002, 2003, 2006, 2013}
)
"""MariaDB: the server is not reachable, is shutting down, is read-only after a fail-over, its disk is full, or it ended
a statement after `STATEMENT_SECONDS`."""
_REFUSED = {
    1044: "the user may not use this database",
    1045: "the user or the password is wrong",
    1049: "there is no such database on the server",
    1698: "the user or the password is wrong",
}
"""MariaDB errors that waiting does not help against."""


def create(url: str, *, pool_size: int = CONNECTIONS, longest_seconds: int = STATEMENT_SECONDS) -> Engine:
    """Return an engine for `sqlite:///…` or `mysql+pymysql://…`. Connects lazily. Raises `BadConfiguration`.

    For MariaDB, `pool_size` limits the connections (a thread that finds none free waits), and `longest_seconds` the
    time of a statement.
    """
    try:
        parsed = make_url(url)
        engine = _sqlite(url) if parsed.get_backend_name() == "sqlite" else _mariadb(url, pool_size, longest_seconds)
    except (ArgumentError, NoSuchModuleError, ImportError):
        raise BadConfiguration(
            "MERCARICH_DATABASE_URL: expected sqlite:////path/to/file or mysql+pymysql://user:password@host/name"
        ) from None
    watch(engine)
    return engine


def run_tx(engine: Engine, fn: Callable[[Connection], Result]) -> Result:
    """Run `fn` in a transaction and commit; on a conflict, start again, up to `ATTEMPTS` times.

    `fn` may run several times, so it must have no effect outside the database. Raises `DatabaseAway`, and
    `BadConfiguration` when the server refuses the user or the file is not a database.
    """
    for attempt in range(1, ATTEMPTS + 1):
        try:
            with engine.connect().execution_options(mercarich_writes=True) as connection, connection.begin():
                return fn(connection)
        except DBAPIError as error:
            if attempt < ATTEMPTS and is_conflict(error):
                TROUBLES.labels("conflict").inc()
                time.sleep(random.uniform(0, 0.02 * 2**attempt))
                continue
            _raise_if_known(engine, error)
            raise
        except TimeoutError as error:
            raise _none_free(engine) from error
    raise AssertionError("unreachable")


@contextmanager
def reading(engine: Engine) -> Iterator[Connection]:
    """Yield a connection for reading; nothing can be written. Raises the same as `run_tx`."""
    try:
        with engine.connect() as connection:
            yield connection
    except DBAPIError as error:
        _raise_if_known(engine, error)
        raise
    except TimeoutError as error:
        raise _none_free(engine) from error


def is_conflict(error: DBAPIError) -> bool:
    """Return whether the error is a conflict with a concurrent transaction."""
    if isinstance(error.orig, sqlite3.OperationalError):
        return "locked" in str(error.orig) or "busy" in str(error.orig)
    return _code(error) in _RETRY


def name(engine: Engine) -> str:
    """Return the address of the database, without its password."""
    return engine.url.render_as_string(hide_password=True)


def _none_free(engine: Engine) -> DatabaseAway:
    TROUBLES.labels("away").inc()
    return DatabaseAway(f"{name(engine)}: no free connection")


def _raise_if_known(engine: Engine, error: DBAPIError) -> None:
    cause = error.orig
    code = _code(error)
    if code in _AWAY:
        TROUBLES.labels("away").inc()
        raise DatabaseAway(f"{name(engine)} is away ({code})") from error
    if code in _REFUSED:
        raise BadConfiguration(f"MERCARICH_DATABASE_URL: {name(engine)}: {_REFUSED[code]} ({code})") from error
    if isinstance(cause, sqlite3.OperationalError):
        TROUBLES.labels("away").inc()
        raise DatabaseAway(f"{name(engine)}: {cause}") from error
    if type(cause) is sqlite3.DatabaseError:
        raise BadConfiguration(f"{name(engine)} cannot be used: {cause}") from error


def _code(error: DBAPIError) -> int | None:
    arguments = getattr(error.orig, "args", ())
    return arguments[0] if arguments and isinstance(arguments[0], int) else None


def _sqlite(url: str) -> Engine:
    # Last in, first out: SQLite drops a connection's page cache when another connection has written, so that the one
    # used last has the most in its cache.
    engine = create_engine(url, poolclass=QueuePool, pool_use_lifo=True, connect_args={"timeout": 10})

    @event.listens_for(engine, "connect")
    def prepare(connection: Any, _record: object) -> None:
        connection.isolation_level = None  # the driver's own BEGIN would come too late to take the write lock
        for pragma in ("journal_mode=WAL", "synchronous=NORMAL", "foreign_keys=ON"):
            connection.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        # A deferred transaction that reads first and writes later fails at once if another one has written in between.
        # Taking the write lock first waits for it instead.
        writes = connection.get_execution_options().get("mercarich_writes")
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")

    return engine


def _mariadb(url: str, pool_size: int, longest_seconds: int) -> Engine:
    from mercarich_db.mariadb_connection import MariaDbConnection  # the driver: not needed for SQLite

    engine = create_engine(
        url,
        isolation_level="READ COMMITTED",
        pool_size=pool_size,
        max_overflow=0,
        pool_timeout=10,
        pool_recycle=1800,
        connect_args={
            "connect_timeout": 3,
            "read_timeout": longest_seconds + 5,
            "write_timeout": 10,
            "charset": "utf8mb4",
        },
    )

    @event.listens_for(engine, "do_connect")
    def connect(_dialect: object, _record: object, arguments: Any, options: Any) -> Any:
        return MariaDbConnection(*arguments, **options)

    @event.listens_for(engine, "connect")
    def prepare(connection: Any, _record: object) -> None:
        with connection.cursor() as cursor:
            cursor.execute(
                f"SET SESSION idle_transaction_timeout=30, max_statement_time={longest_seconds},"
                f" innodb_lock_wait_timeout=5, lock_wait_timeout={STATEMENT_SECONDS},"
                " group_concat_max_len=16777216,"
                " time_zone='+00:00', sql_mode=CONCAT(@@sql_mode, ',STRICT_TRANS_TABLES')"
            )
        MEASURING.measure(connection)

    @event.listens_for(engine, "checkin")
    def leave(_connection: object, record: Any) -> None:
        record.info[_LEFT] = time.monotonic()

    @event.listens_for(engine, "checkout")
    def ask(connection: Any, record: Any, _proxy: object) -> None:
        left = record.info.get(_LEFT)
        if left is None or time.monotonic() - left < UNUSED_SECONDS:
            return
        try:
            engine.dialect.do_ping(connection)
            MEASURING.measure(connection)
        except engine.dialect.loaded_dbapi.Error as error:
            raise InvalidatePoolError from error  # the pool reconnects, here and for all older connections

    return engine
