"""Fixtures for every test: a broker, a database, free ports. Real services when MERCARICH_TEST_SERVICES=1.

Each pytest-xdist worker has a broker (and a MariaDB) of its own; within it, tests are separated by topic and group
names.
"""

import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import uuid4

import pytest
from hypothesis import HealthCheck, settings
from sqlalchemy import Engine, text
from tests.services.kafka_sockets import close_unused
from tests.services.memory import folder_in_memory
from tests.services.process import Missing, free_port

from mercarich_db import schema
from mercarich_db.engine import create

settings.register_profile("untimed", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("untimed")  # a busy machine fails no test

close_unused()

REAL_SERVICES = os.environ.get("MERCARICH_TEST_SERVICES") == "1"


@pytest.fixture(scope="session")
def _services_folder() -> Iterator[Path]:
    """Creating a thousand small schemas takes most of a disk's time."""
    with folder_in_memory("mercarich-") as folder:
        for service in ("kafka", "mariadb"):
            (Path(folder) / service).mkdir()
        yield Path(folder)


@pytest.fixture(scope="session")
def kafka_bootstrap(tmp_path_factory: pytest.TempPathFactory, _services_folder: Path) -> Iterator[str]:
    """The address of a running broker: the embedded one, or Apache Kafka."""
    folder = tmp_path_factory.mktemp("broker")
    if REAL_SERVICES:
        from tests.services.kafka import start_kafka

        with _missing_named():
            kafka = start_kafka(_services_folder / "kafka")
        yield f"127.0.0.1:{kafka.port}"
        kafka.stop()
    else:
        from mercarich_local.broker import EmbeddedBroker

        with EmbeddedBroker(free_port(), folder / "broker.log") as broker:
            yield broker.bootstrap


@pytest.fixture(scope="session")
def _new_database(
    _services_folder: Path,
) -> Iterator[Callable[[Path], tuple[str, Callable[[], None]]]]:
    if not REAL_SERVICES:
        yield lambda folder: (f"sqlite:///{folder / 'mercarich.db'}", lambda: None)
        return
    from tests.services.mariadb import MariaDb

    with _missing_named():
        server = MariaDb(_services_folder / "mariadb")

    def create(_folder: Path) -> tuple[str, Callable[[], None]]:
        url = server.create_database()
        return url, lambda: server.drop_database(url)

    yield create
    server.stop()


@pytest.fixture
def database_url(tmp_path: Path, _new_database: Callable[[Path], tuple[str, Callable[[], None]]]) -> Iterator[str]:
    """The address of an empty database for this test alone: an SQLite file, or a database of MariaDB."""
    url, drop = _new_database(tmp_path)
    yield url
    drop()


@pytest.fixture(scope="session")
def to_head(tmp_path_factory: pytest.TempPathFactory) -> Callable[[Engine], None]:
    """Bring an empty database to the code's schema by copying one that was migrated once. Hundreds of tests need a
    schema, and each would spend a tenth of a second (on MariaDB half a second) on the same migrations."""
    migrated = tmp_path_factory.mktemp("schema") / "migrated.db"
    statements: list[str] = []

    def bring_sqlite(engine: Engine, path: str) -> None:
        if not migrated.exists():
            first = create(f"sqlite:///{migrated}")
            schema.upgrade(first)
            first.dispose()
        assert not Path(path).exists(), "it is not empty"
        shutil.copyfile(migrated, path)

    def bring(engine: Engine) -> None:
        path = engine.url.database
        if engine.dialect.name == "sqlite" and path:
            bring_sqlite(engine, path)
        elif not statements:
            schema.upgrade(engine)
            statements.extend(_as_statements(engine))
        else:
            _run(engine, statements)

    return bring


def _as_statements(engine: Engine) -> list[str]:
    """The statements that create a MariaDB database's tables and their few rows again."""
    found = ["SET foreign_key_checks = 0"]
    with engine.connect() as connection:
        for (table,) in connection.execute(text("SHOW TABLES")).all():
            found.append(connection.execute(text(f"SHOW CREATE TABLE `{table}`")).one()[1])
            for row in connection.execute(text(f"SELECT * FROM `{table}`")).all():
                values = ", ".join("NULL" if value is None else f"'{value}'" for value in row)
                found.append(f"INSERT INTO `{table}` VALUES ({values})")
    return [*found, "SET foreign_key_checks = 1"]


def _run(engine: Engine, statements: list[str]) -> None:
    with engine.connect() as connection:
        for statement in statements:
            connection.exec_driver_sql(statement.replace("%", "%%"))
        connection.commit()


@pytest.fixture
def unique() -> str:
    """A name that no other test uses, for topics and groups."""
    return f"t{uuid4().hex[:10]}"


@pytest.fixture
def port() -> int:
    return free_port()


@contextmanager
def _missing_named() -> Iterator[None]:
    """A missing tool ends the run with a single sentence."""
    try:
        yield
    except Missing as error:
        pytest.exit(str(error), returncode=3)
