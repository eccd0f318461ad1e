"""A migrated database with a builder of rows, and the real command."""

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import redirect_stderr, redirect_stdout
from datetime import UTC, datetime
from io import StringIO
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from sqlalchemy import Engine, select
from tests.integration.web import rows as rows_of_tests
from tests.integration.web.clocks import Clock
from tests.integration.web.receivers import Mailbox, Receiver
from tests.integration.web.rows import Rows
from tests.integration.web.shops import signed_in
from tests.integration.web.site import Browser

from mercarich_db import tables
from mercarich_db.engine import create, reading
from mercarich_platform import front
from mercarich_platform.settings import SharedSettings

KEY = "a2tra2tra2tra2tra2tra2tra2tra2tra2tra2tra2s="
Deeds = Callable[[], list[tuple[str, str, str, str | None]]]


@pytest.fixture(autouse=True)
def _it_is_now(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """The time at which a test begins, not at which its module was imported: a tier takes many minutes."""
    now = datetime.now(UTC)
    monkeypatch.setattr(rows_of_tests, "NOW", now)
    if hasattr(request.module, "NOW"):
        monkeypatch.setattr(request.module, "NOW", now)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def shared(database_url: str, tmp_path: Path) -> SharedSettings:
    """The settings of a process that has no broker."""
    told = {"database_url": database_url, "data_dir": tmp_path, "kafka_bootstrap": "127.0.0.1:9"}
    return SharedSettings.model_validate(told)


@pytest.fixture
def mailbox() -> Iterator[Mailbox]:
    with Mailbox() as one:
        yield one


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with Receiver() as one:
        yield one


@pytest.fixture(autouse=True)
def _pages_of_tests(monkeypatch: pytest.MonkeyPatch) -> None:
    """A key, so that no test writes one into the folder in which it runs; and operators sign in by password alone."""
    monkeypatch.setenv("PAGES_KEY", KEY)
    monkeypatch.setenv("PAGES_CODES_FOR_OPERATORS", "false")


class Done(NamedTuple):
    returncode: int
    stdout: str
    stderr: str


class Mercarich:
    """Run `mercarich …` as the console script does, against one database and one broker."""

    def __init__(self, **environment: str) -> None:
        self.environment = {name: value for name, value in os.environ.items() if not name.startswith("MERCARICH_")}
        self.environment |= environment

    def __call__(self, *arguments: str) -> Done:
        """Run it in this process, which is a second faster than `process`."""
        with (
            pytest.MonkeyPatch.context() as patch,
            redirect_stdout(StringIO()) as stdout,
            redirect_stderr(StringIO()) as stderr,
        ):
            for name in [name for name in os.environ if name.startswith("MERCARICH_")]:
                patch.delenv(name)
            for name, value in self.environment.items():
                patch.setenv(name, value)
            try:
                code = front.main(arguments)
            except SystemExit as error:  # From argparse.
                code = int(error.code or 0)
        return Done(code, stdout.getvalue(), stderr.getvalue())

    def process(self, *arguments: str) -> Done:
        """Run the installed script in a process of its own."""
        command = [str(Path(sys.executable).with_name("mercarich")), *arguments]
        done = subprocess.run(
            command, env=self.environment, capture_output=True, text=True, timeout=60, check=False, encoding="utf-8"
        )
        return Done(done.returncode, done.stdout, done.stderr)

    def page(self, *arguments: str) -> str:
        """Return the page that people see, of a command that succeeds."""
        done = self(*arguments)
        assert (done.returncode, done.stderr) == (0, "")
        return done.stdout

    def json(self, *arguments: str) -> Any:
        return json.loads(self.page(*arguments, "--json"))


@pytest.fixture
def engine(database_url: str, to_head: Callable[[Engine], None]) -> Iterator[Engine]:
    engine = create(database_url)
    to_head(engine)
    yield engine
    engine.dispose()


@pytest.fixture
def rows(engine: Engine) -> Rows:
    return Rows(engine)


@pytest.fixture
def mercarich(database_url: str, kafka_bootstrap: str, engine: Engine) -> Mercarich:
    """The command on this test's database and the session's broker."""
    return Mercarich(MERCARICH_DATABASE_URL=database_url, MERCARICH_KAFKA_BOOTSTRAP=kafka_bootstrap)


@pytest.fixture
def deeds(engine: Engine) -> Deeds:
    """Return the audit log without sign-ins: action, actor, subject and detail."""

    def read() -> list[tuple[str, str, str, str | None]]:
        log = tables.audit_log.c
        query = select(log.action, log.actor, log.subject, log.detail).order_by(log.id)
        with reading(engine) as connection:
            return [tuple(row) for row in connection.execute(query.where(log.action != "sign_in"))]

    return read


@pytest.fixture
def ann_id(rows: Rows) -> int:
    return rows.user("ann")


@pytest.fixture
def ann(database_url: str, engine: Engine, ann_id: int) -> Iterator[Browser]:
    """A seller's browser, signed in."""
    with signed_in(database_url, engine, ann_id) as browser:
        yield browser
