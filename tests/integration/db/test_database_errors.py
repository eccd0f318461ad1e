"""What each error of a database means, provoked on a real server: what passes by itself is waited for and ends no
process, and what somebody must mend is named as such."""

import contextlib
import sqlite3
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pymysql
import pytest
from sqlalchemy import Connection, Engine, event, text
from sqlalchemy.exc import ProgrammingError
from tests.conftest import REAL_SERVICES
from tests.integration.platform.test_certificates import self_signed
from tests.services.mariadb import MariaDb

from mercarich_db import engine as engines
from mercarich_db.engine import create, reading, run_tx
from mercarich_platform.outages import DatabaseAway
from mercarich_platform.settings import BadConfiguration

USER_CONNECTIONS = 3
NO_WAIT = "SET SESSION innodb_lock_wait_timeout = 0"
STALLED = "SELECT SLEEP(60) FROM t WHERE id = 1"
ROW_1 = text("UPDATE t SET value = value + 1 WHERE id = 1")


class Server:
    """A MariaDB of this module's own, with a user who has no special rights."""

    def __init__(self, folder: Path, *options: str) -> None:
        self.mariadb = MariaDb(folder, options=options)
        self.scratch = folder / "tmp"
        url = self.mariadb.create_database()
        self.database = url.rsplit("/", 1)[1].split("?")[0]
        self.url = url.replace("root@", "app:secret@")
        self.root(
            f"USE {self.database}",
            "CREATE USER app@'127.0.0.1' IDENTIFIED BY 'secret'",
            f"GRANT ALL ON {self.database}.* TO app@'127.0.0.1'",
            "CREATE TABLE t (id INT PRIMARY KEY, value INT NOT NULL) ENGINE=InnoDB",
            "INSERT INTO t SELECT seq, 0 FROM seq_1_to_20",
        )

    def connect(self, **more: Any) -> Any:
        given = {"user": "root", "read_timeout": 60, "autocommit": True, **more}
        return pymysql.connect(host="127.0.0.1", port=self.mariadb.port, **given)

    def root(self, *statements: str) -> Any:
        """Run statements as a superuser; return the rows of the last one."""
        with self.connect() as connection, connection.cursor() as cursor:
            for statement in statements:
                cursor.execute(statement)
            return cursor.fetchall()

    @contextlib.contextmanager
    def locked(self, *statements: str) -> Iterator[Any]:
        """An open transaction of somebody else."""
        with self.connect(autocommit=False, database=self.database) as connection, connection.cursor() as cursor:
            for statement in statements:
                cursor.execute(statement)
            yield cursor

    def find(self, words: str) -> list[int]:
        """Return the connections of the user whose statement contains these words."""
        rows = self.root(f"SELECT id FROM information_schema.processlist WHERE user = 'app' AND info LIKE '%{words}%'")
        return [row[0] for row in rows]


Start = Callable[..., Server]


@pytest.fixture(scope="module")
def start(_new_database: object, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Start]:
    """A function that starts a server with these options."""
    if not REAL_SERVICES:
        pytest.skip("errors of MariaDB")
    with contextlib.ExitStack() as started:

        def start(*options: str) -> Server:
            one = Server(tmp_path_factory.mktemp("errors"), *options)
            started.callback(one.mariadb.stop)
            return one

        yield start


@pytest.fixture(scope="module")
def server(start: Start) -> Server:
    return start(f"--max-user-connections={USER_CONNECTIONS}")


@pytest.fixture
def engine(server: Server) -> Iterator[Engine]:
    engine = create(server.url, pool_size=2)
    yield engine
    engine.dispose()


def test_too_many_connections_of_an_account(server: Server, engine: Engine) -> None:
    server.root("ALTER USER app@'127.0.0.1' WITH MAX_USER_CONNECTIONS 1")
    try:
        with server.connect(user="app", password="secret"):
            _passes(engine, ROW_1, "1226")
    finally:
        server.root("ALTER USER app@'127.0.0.1' WITH MAX_USER_CONNECTIONS 0")
    _works(engine)


def test_too_many_connections_of_each_user(server: Server, engine: Engine) -> None:
    with contextlib.ExitStack() as taken:
        for _ in range(USER_CONNECTIONS):
            taken.enter_context(server.connect(user="app", password="secret"))
        _passes(engine, ROW_1, "1203")
    _works(engine)


def test_too_many_connections_of_all(server: Server, engine: Engine) -> None:
    server.root("SET GLOBAL max_connections = 10")
    try:
        with contextlib.ExitStack() as taken:
            with contextlib.suppress(pymysql.err.OperationalError):
                while True:
                    taken.enter_context(server.connect())
            _passes(engine, ROW_1, "1040")
    finally:
        _until(lambda: server.root("SET GLOBAL max_connections = 151") is not None)
    _works(engine)


def test_a_server_that_is_read_only(server: Server, engine: Engine) -> None:
    server.root("SET GLOBAL read_only = 1")
    try:
        _passes(engine, ROW_1, "1290")
    finally:
        server.root("SET GLOBAL read_only = 0")
    _works(engine)


def test_a_lock_that_is_not_given_up(server: Server, engine: Engine) -> None:
    tries: list[int] = []

    def change(connection: Connection) -> None:
        tries.append(1)
        connection.execute(text(NO_WAIT))
        connection.execute(ROW_1)

    with server.locked("SELECT * FROM t WHERE id = 1 FOR UPDATE"):
        with pytest.raises(DatabaseAway, match="1205"):
            run_tx(engine, change)
        assert len(tries) == engines.ATTEMPTS
        with pytest.raises(DatabaseAway, match="1205"), reading(engine) as connection:
            change(connection)
    _works(engine)


def test_deadlocks_that_do_not_end(server: Server, engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engines, "ATTEMPTS", 2)

    def change(connection: Connection) -> None:
        connection.execute(ROW_1)
        with server.locked("UPDATE t SET value = 0 WHERE id BETWEEN 2 AND 20") as heavier:
            waiting = threading.Thread(target=heavier.execute, args=("UPDATE t SET value = 0 WHERE id = 1",))
            waiting.start()
            blocked = "SELECT 1 FROM information_schema.innodb_trx WHERE trx_state = 'LOCK WAIT'"
            _until(lambda: server.root(blocked))
            try:
                connection.execute(text("UPDATE t SET value = 0 WHERE id = 2"))  # the lighter of the two is the victim
            finally:
                waiting.join()

    with pytest.raises(DatabaseAway, match="1213"):
        run_tx(engine, change)
    _works(engine)


def test_rows_that_change_each_time(server: Server, engine: Engine) -> None:
    def change(connection: Connection) -> None:
        for statement in (
            "ROLLBACK",
            "SET SESSION innodb_snapshot_isolation = 1, SESSION tx_isolation = 'REPEATABLE-READ'",
            "START TRANSACTION WITH CONSISTENT SNAPSHOT",
        ):
            connection.execute(text(statement))
        server.root(f"UPDATE {server.database}.t SET value = value + 1 WHERE id = 1")
        connection.execute(ROW_1)

    with pytest.raises(DatabaseAway, match="1020"):
        run_tx(engine, change)


@pytest.mark.parametrize(("kill", "code"), [("QUERY", "1317"), ("CONNECTION", "2013|1927|2006")])
def test_a_statement_that_an_operator_kills(server: Server, engine: Engine, kill: str, code: str) -> None:
    def kill_it() -> None:
        _until(lambda: server.find("SLEEP(60)"))
        for number in server.find("SLEEP(60)"):
            server.root(f"KILL {kill} {number}")

    operator = threading.Thread(target=kill_it)
    operator.start()
    _passes(engine, text(STALLED), code)
    operator.join()
    _works(engine)


def test_a_statement_that_takes_too_long(server: Server) -> None:
    hasty = create(server.url, longest_seconds=1)
    _passes(hasty, text(STALLED), "1969")
    hasty.dispose()


def test_a_full_table(engine: Engine) -> None:
    def fill(connection: Connection) -> None:
        connection.execute(text("SET SESSION max_heap_table_size = 16384"))
        connection.execute(text("CREATE OR REPLACE TABLE large (id INT, value CHAR(200)) ENGINE=MEMORY"))
        connection.execute(text("INSERT INTO large SELECT seq, 'x' FROM seq_1_to_1000"))

    with pytest.raises(DatabaseAway, match=r"a table or its disk is full \(1114\)"):
        run_tx(engine, fill)


@pytest.mark.parametrize(
    ("question", "code"),
    [
        ("SELECT CONCAT(seq, REPEAT('x', 200)) v FROM seq_1_to_200000 ORDER BY RAND() LIMIT 150000", "3"),
        ("SELECT DISTINCT CONCAT(seq, REPEAT('x', 300)) v FROM seq_1_to_100000 ORDER BY v LIMIT 5", "126"),
    ],
)
def test_a_full_disk(start: Start, question: str, code: str) -> None:
    """A server whose data cannot grow ends itself; one whose temporary files cannot goes on."""
    server = start()
    engine = create(server.url, pool_size=1)
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", server.scratch], capture_output=True)
    if mounted.returncode:
        pytest.skip("a small file system needs the rights of root")
    try:
        _passes(engine, text(question), rf"its disk is full \({code}\)")
        _works(engine)
    finally:
        subprocess.run(["umount", "-l", server.scratch], check=True)
    engine.dispose()


def test_a_defect_of_ours_is_none_of_these(engine: Engine) -> None:
    with pytest.raises(ProgrammingError):
        run_tx(engine, lambda connection: connection.execute(text("SELEKT 1")))


def test_a_server_that_goes_away(start: Start) -> None:
    server = start()
    engine = create(server.url, pool_size=1)
    _works(engine)
    server.mariadb.kill()
    _passes(engine, ROW_1, "2006|2013")
    _passes(engine, ROW_1, "2003")
    server.mariadb.start()
    _works(engine)
    engine.dispose()


def test_certificates_are_named_with_what_to_do(start: Start, tmp_path: Path) -> None:
    (tmp_path / "other").mkdir()
    own, other = self_signed(tmp_path), self_signed(tmp_path / "other")
    server = start(f"--ssl-cert={own}", f"--ssl-key={own}")
    for options, words in (
        (f"ssl_ca={other}", "certificate is not accepted: self-signed certificate"),
        (f"ssl_ca={own}&ssl_check_hostname=true", "certificate is not accepted: IP address mismatch"),
        (f"ssl_ca={tmp_path / 'no-such-file'}", "ssl_ca, ssl_cert or ssl_key cannot be used: .*No such file"),
    ):
        engine = create(f"{server.url}&{options}")
        with pytest.raises(BadConfiguration, match=words) as raised:
            run_tx(engine, lambda connection: connection.execute(ROW_1))
        assert "secret" not in str(raised.value)
        engine.dispose()
    right = create(f"{server.url}&ssl_ca={own}&ssl_check_hostname=false")
    _works(right)
    right.dispose()


def test_a_server_without_tls_where_the_address_asks_for_it(server: Server, tmp_path: Path) -> None:
    engine = create(f"{server.url}&ssl_ca={self_signed(tmp_path)}")
    with pytest.raises(BadConfiguration, match=r"the server offers no TLS.*\(2026\)"):
        run_tx(engine, lambda connection: connection.execute(ROW_1))
    engine.dispose()


def test_a_server_that_is_no_mariadb(start: Start) -> None:
    """MySQL lacks MariaDB's session variables and INSERT … RETURNING. Here a MariaDB says that it is one, of a version
    that SQLAlchemy asks the same questions."""
    server = start("--version=5.7.19")
    engine = create(server.url)
    with pytest.raises(BadConfiguration, match="is no MariaDB"):
        run_tx(engine, lambda connection: connection.execute(ROW_1))
    engine.dispose()


@pytest.fixture
def file(tmp_path: Path) -> Iterator[Engine]:
    engine = create(f"sqlite:///{tmp_path / 'one.db'}")
    run_tx(engine, lambda connection: connection.execute(text("CREATE TABLE t (id INTEGER PRIMARY KEY, value INT)")))
    run_tx(engine, lambda connection: connection.execute(text("INSERT INTO t VALUES (1, 0)")))
    yield engine
    engine.dispose()


@pytest.mark.parametrize(
    ("pragma", "words"),
    [("max_page_count = 3", "database or disk is full"), ("query_only = 1", "attempt to write a readonly database")],
)
def test_a_file_that_cannot_be_written(file: Engine, pragma: str, words: str) -> None:
    def fill(connection: Connection) -> None:
        connection.execute(text(f"PRAGMA {pragma}"))
        connection.execute(text("INSERT INTO t (value) VALUES (zeroblob(1000000))"))

    with pytest.raises(DatabaseAway, match=words):
        run_tx(file, fill)


def test_a_file_that_stays_locked(file: Engine) -> None:
    file.dispose()
    event.listen(file, "connect", lambda connection, _: connection.execute("PRAGMA busy_timeout = 1"))
    assert file.url.database is not None
    with contextlib.closing(sqlite3.connect(file.url.database, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        _passes(file, ROW_1, "database is locked")
    _works(file)


def test_a_file_that_is_no_database(tmp_path: Path) -> None:
    (tmp_path / "one.db").write_text("no database at all, " * 100)
    engine = create(f"sqlite:///{tmp_path / 'one.db'}")
    with pytest.raises(BadConfiguration, match="file is not a database"):
        run_tx(engine, lambda connection: connection.execute(ROW_1))
    engine.dispose()


def _passes(engine: Engine, statement: Any, code: str) -> None:
    """The error is one that a process waits for."""
    with pytest.raises(DatabaseAway, match=code):
        run_tx(engine, lambda connection: connection.execute(statement).close())


def _works(engine: Engine) -> None:
    run_tx(engine, lambda connection: connection.execute(ROW_1))


def _until(condition: Callable[[], object], seconds: float = 60) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "the condition did not come true"
        time.sleep(0.02)
