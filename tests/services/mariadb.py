"""MariaDB with a data folder of its own, independent of the system's service; one database per test."""

import getpass
import signal
import subprocess
from collections.abc import Sequence
from pathlib import Path
from uuid import uuid4

import pymysql
from tests.services.process import Service, free_port, tool

UP_SECONDS = 30.0
PACKAGE = "mariadb-server"


class MariaDb:
    """Start a server on a free port with its data under `folder`. `durable`: a crash loses nothing that was committed.
    `buffer_pool`: its memory for tables, such as `2G`; by default 128 MB. `options`: further ones of the server."""

    def __init__(
        self, folder: Path, *, durable: bool = False, buffer_pool: str = "128M", options: Sequence[str] = ()
    ) -> None:
        self._folder = folder
        self.port = free_port()
        data, scratch = folder / "data", folder / "tmp"
        # At its start, a server deletes files there that it takes for its own; they may belong to another running
        # server.
        scratch.mkdir()
        common = ["--no-defaults", f"--datadir={data}", f"--tmpdir={scratch}", f"--user={getpass.getuser()}"]
        self._install(common)
        self._command = [
            tool("mariadbd", PACKAGE),
            *common,
            f"--port={self.port}",
            f"--socket={folder / 'socket'}",
            "--bind-address=127.0.0.1",
            "--skip-name-resolve",
            "--character-set-server=utf8mb4",
            f"--innodb-buffer-pool-size={buffer_pool}",
            f"--innodb-flush-log-at-trx-commit={1 if durable else 0}",
            *options,
        ]
        self.start()

    def start(self) -> None:
        """Start again after `kill`, on the existing data."""
        self._service = Service(self._command, self._folder / "mariadb.log", port=self.port)
        self._service.wait_until(self._service.accepts, UP_SECONDS)

    @property
    def pid(self) -> int:
        return self._service.pid

    def signal(self, number: signal.Signals) -> None:
        self._service.signal(number)

    def kill(self) -> None:
        """SIGKILL, like a crash."""
        self._service.kill()

    def create_database(self) -> str:
        """Create an empty database and return its address in SQLAlchemy's form."""
        name = f"test_{uuid4().hex[:12]}"
        self._execute(f"CREATE DATABASE {name}")
        return f"mysql+pymysql://root@127.0.0.1:{self.port}/{name}?charset=utf8mb4"

    def drop_database(self, url: str) -> None:
        self._execute(f"DROP DATABASE {url.rsplit('/', 1)[1].split('?')[0]}")

    def stop(self) -> None:
        self._service.stop()

    def _install(self, options: list[str]) -> None:
        install = [tool("mariadb-install-db", PACKAGE), *options, "--auth-root-authentication-method=normal"]
        log = self._folder / "install.log"
        with log.open("wb") as output:
            code = subprocess.call([*install, "--skip-test-db"], stdout=output, stderr=output)
        if code != 0:
            raise RuntimeError(f"mariadb-install-db ended with {code}: {log.read_text(errors='replace')[:3000]}")

    def _execute(self, statement: str) -> None:
        # Without TLS, whose preparation reads the system's certificate authorities: 40 ms, the rest 1 ms.
        address = {"host": "127.0.0.1", "port": self.port, "user": "root"}
        with pymysql.connect(**address, read_timeout=10, ssl_disabled=True) as connection:
            connection.cursor().execute(statement)
