"""Engines and transactions: `create` for the engine, `run_tx` to write, `reading` to read."""

import random
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

from sqlalchemy import Connection, Engine, QueuePool, create_engine, event
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, InvalidatePoolError, NoSuchModuleError, TimeoutError

from mercarich_db.clock import MEASURING
from mercarich_db.errors import explained, is_conflict
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


def create(
    url: str,
    *,
    pool_size: int = CONNECTIONS,
    longest_seconds: int = STATEMENT_SECONDS,
    isolation_level: str = "READ COMMITTED",
) -> Engine:
    """Return an engine for `sqlite:///…` or `mysql+pymysql://…`. Connects lazily. Raises `BadConfiguration`.

    For MariaDB, `pool_size` limits the connections (a thread that finds none free waits), and `longest_seconds` the
    time of a statement. With the `isolation_level` AUTOCOMMIT each statement commits by itself. Never change it by
    `Engine.execution_options`: that sets it whenever a connection is taken, and one that has been lost since is then
    missing in the pool until the garbage collector finds it.
    """
    try:
        parsed = make_url(url)
        if parsed.get_backend_name() == "sqlite":
            engine = _sqlite(url)
        else:
            engine = _mariadb(url, pool_size, longest_seconds, isolation_level)
    except (ArgumentError, NoSuchModuleError, ImportError):
        raise BadConfiguration(
            "MERCARICH_DATABASE_URL: expected sqlite:////path/to/file or mysql+pymysql://user:password@host/name"
        ) from None
    watch(engine)
    return engine


def run_tx(engine: Engine, fn: Callable[[Connection], Result]) -> Result:
    """Run `fn` in a transaction and commit; on a conflict, start again, up to `ATTEMPTS` times.

    `fn` may run several times, so it must have no effect outside the database. Raises `DatabaseAway` for what passes by
    itself, a conflict after the last attempt among it, and `BadConfiguration` for what somebody must mend: the server
    refuses the user, its certificate is not accepted, the file is not a database.
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


def name(engine: Engine) -> str:
    """Return the address of the database, without its password."""
    return engine.url.render_as_string(hide_password=True)


def _none_free(engine: Engine) -> DatabaseAway:
    TROUBLES.labels("away").inc()
    return DatabaseAway(f"{name(engine)}: no free connection")


def _raise_if_known(engine: Engine, error: DBAPIError) -> None:
    known = explained(name(engine), error)
    if isinstance(known, DatabaseAway):
        TROUBLES.labels("away").inc()
    if known is not None:
        raise known from error


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


def _mariadb(url: str, pool_size: int, longest_seconds: int, isolation_level: str) -> Engine:
    from mercarich_db.mariadb_connection import MariaDbConnection  # the driver: not needed for SQLite

    engine = create_engine(
        url,
        isolation_level=isolation_level,
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
        if not getattr(engine.dialect, "is_mariadb", False):  # as it said itself, also from behind a proxy
            raise BadConfiguration(f"MERCARICH_DATABASE_URL: {name(engine)} is no MariaDB: MySQL has other statements")
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
        if left is None:
            return
        try:
            if time.monotonic() - left >= UNUSED_SECONDS:
                engine.dialect.do_ping(connection)
            MEASURING.measure(connection)
        except engine.dialect.loaded_dbapi.Error as error:
            raise InvalidatePoolError from error  # the pool reconnects, here and for all older connections

    return engine
