"""Migrations on the database of this tier: from nothing to the tables, refusals, and two at once."""

import logging
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, Table, event, inspect, text
from sqlalchemy.exc import OperationalError

from mercarich_db import migrations, schema
from mercarich_db.engine import create, reading, run_tx
from mercarich_db.tables import metadata
from mercarich_platform.settings import BadConfiguration

NEXT_REVISION = '''"""A later release's schema."""

from alembic import op
import sqlalchemy as sa

revision = "0002_of_a_test"
down_revision = "{head}"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("users", sa.Column("nickname", sa.String(10), nullable=True))
'''


@pytest.fixture
def engine(database_url: str) -> Iterator[Engine]:
    engine = create(database_url)
    event.listen(Table, "column_reflect", _cut_computed)
    yield engine
    event.remove(Table, "column_reflect", _cut_computed)
    engine.dispose()


def _cut_computed(_inspector: object, _table: object, column: dict[str, Any]) -> None:
    """SQLite writes added columns after the last one on its line, and SQLAlchemy reads a computed column's text up to
    the line's last bracket (sqlalchemy 2.1, dialects/sqlite/base.py)."""
    if "computed" in column:
        column["computed"]["sqltext"] = column["computed"]["sqltext"].partition(") STORED")[0]


def test_an_empty_database_becomes_exactly_the_tables(engine: Engine) -> None:
    before, after = schema.upgrade(engine)

    assert before is None
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_server_default": True})
        assert compare_metadata(context, metadata) == []
        assert context.get_current_revision() == after


def test_the_revisions_read_from_text_are_those_that_alembic_sees() -> None:
    config = Config()
    config.set_main_option("script_location", str(Path(migrations.__path__[0])))
    config.set_main_option("path_separator", "os")
    seen = ScriptDirectory.from_config(config)

    assert schema.revisions() == (frozenset(one.revision for one in seen.walk_revisions()), seen.get_current_head())


def test_a_second_upgrade_changes_nothing(engine: Engine) -> None:
    _, head = schema.upgrade(engine)

    assert schema.upgrade(engine) == (head, head)


def test_an_upgrade_that_was_cut_off_before_it_was_noted_down_goes_on(engine: Engine) -> None:
    """MariaDB commits each statement of a migration separately. From 0014 on, all migrations can be applied again."""
    _, head = schema.upgrade(engine)
    run_tx(engine, lambda connection: connection.execute(text("UPDATE alembic_version SET version_num='0013'")))

    assert schema.upgrade(engine) == ("0013", head)
    with engine.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), metadata) == []


def test_an_upgraded_schema_is_accepted(engine: Engine) -> None:
    schema.upgrade(engine)

    schema.require(engine)


def test_a_missing_schema_is_refused_with_the_command_that_makes_it(engine: Engine) -> None:
    with pytest.raises(
        BadConfiguration, match=r"is missing and this code needs .*: run `mercarich db upgrade`"
    ) as raised:
        schema.require(engine)

    password = engine.url.password
    assert not password or str(password) not in str(raised.value)


def test_an_older_schema_is_refused_until_it_is_upgraded(
    engine: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _, old = schema.upgrade(engine)
    _release_a_migration(tmp_path, monkeypatch)

    with pytest.raises(BadConfiguration, match=rf"is older \({old}\) and this code needs 0002_of_a_test: run"):
        schema.require(engine)
    assert schema.upgrade(engine) == (old, "0002_of_a_test")
    schema.require(engine)
    assert "nickname" in {column["name"] for column in inspect(engine).get_columns("users")}


def test_a_newer_schema_is_tolerated_with_a_warning_and_left_alone(
    engine: Engine, caplog: pytest.LogCaptureFixture
) -> None:
    schema.upgrade(engine)
    run_tx(engine, lambda connection: connection.execute(text("UPDATE alembic_version SET version_num='9999'")))

    with caplog.at_level(logging.WARNING):
        schema.require(engine)
    before, _ = schema.upgrade(engine)

    told = [record.message for record in caplog.records if record.name == schema.__name__]
    assert told == ["the schema is newer than this code; update this process"]
    assert before == "9999"
    with reading(engine) as connection:
        assert connection.execute(text("SELECT version_num FROM alembic_version")).scalar() == "9999"


def test_upgrades_at_once_do_not_disturb_each_other(database_url: str, engine: Engine) -> None:
    environment = os.environ | {"MERCARICH_DATABASE_URL": database_url, "MERCARICH_LOG_FORMAT": "text"}
    command = [sys.executable, "-m", "mercarich_platform.front", "db", "upgrade"]
    started = [
        subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        for _ in range(3)
    ]

    outputs = [process.communicate(timeout=60)[0] for process in started]

    assert [process.returncode for process in started] == [0, 0, 0], outputs
    schema.require(engine)
    with engine.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), metadata) == []
        assert connection.execute(text("SELECT count(*) FROM alembic_version")).scalar() == 1


def test_an_upgrade_lets_nobody_in_between_two_migrations(engine: Engine) -> None:
    commits: list[Connection] = []
    event.listen(engine, "commit", commits.append)

    schema.upgrade(engine)

    assert len(commits) == 1


def test_nobody_else_can_migrate_while_an_upgrade_works(
    database_url: str, engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = create(database_url)
    answers: list[str] = []

    def upgrade(connection: Connection, _versions: object) -> None:
        connection.execute(text("SELECT 1"))
        answers.append(_try_to_migrate(other))

    monkeypatch.setattr("mercarich_db.migrating.to_head", upgrade)
    schema.upgrade(engine)

    assert answers == ["locked"]
    assert _try_to_migrate(other) == "free"
    other.dispose()


def _try_to_migrate(engine: Engine) -> str:
    with engine.connect() as connection:
        if connection.dialect.name != "sqlite":
            taken = connection.execute(text("SELECT GET_LOCK('mercarich_migrate', 0)")).scalar()
            connection.execute(text("DO RELEASE_LOCK('mercarich_migrate')"))
            return "free" if taken == 1 else "locked"
        connection.execution_options(mercarich_writes=True)
        raw = connection.connection.driver_connection
        assert raw is not None
        raw.execute("PRAGMA busy_timeout=0")
        try:
            connection.execute(text("SELECT 1"))
        except OperationalError:
            return "locked"
        return "free"


def _release_a_migration(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A code that knows one migration more than this one."""
    (folder / "0002_of_a_test.py").write_text(NEXT_REVISION.format(head=schema.revisions().head))
    monkeypatch.setattr(schema, "_VERSIONS", (*schema._VERSIONS, folder))
