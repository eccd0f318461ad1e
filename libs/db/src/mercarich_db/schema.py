"""The schema's version: `upgrade` brings a database to the code's, `require` refuses an older one."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.resources import files

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, text

from mercarich_db.engine import DatabaseAway, name, reading
from mercarich_platform.settings import BadConfiguration

log = logging.getLogger(__name__)

_LOCK = "mercarich_migrate"


def upgrade(engine: Engine) -> tuple[str | None, str]:
    """Bring the database to this code's revision; answers (before, after). Run twice at once, one waits.

    Raises `DatabaseAway` when it cannot be reached, or another migration does not end within a minute.
    """
    with reading(engine) as connection:
        before = _revision(connection)
    config = _config()
    target = _head(config)
    if before != target and not _is_newer(config, before):
        with reading(engine) as connection, _alone(connection):
            config.attributes["connection"] = connection
            command.upgrade(config, "head")
            connection.commit()
        log.info("schema upgraded", extra={"from": before, "to": target})
    return before, target


def require(engine: Engine) -> None:
    """Raises `BadConfiguration` when the schema is older than this code or not there; tolerates a newer one,
    since a migration only adds what the release before it can ignore."""
    with reading(engine) as connection:
        found = _revision(connection)
    config = _config()
    if found == _head(config):
        return
    if _is_newer(config, found):
        log.warning("the schema is newer than this code; update this process", extra={"schema": found})
        return
    raise BadConfiguration(
        f"the schema of {name(engine)} is {'missing' if found is None else f'older ({found})'}"
        f" and this code needs {_head(config)}: run `mercarich db upgrade`"
    )


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(files("mercarich_db") / "migrations"))
    config.set_main_option("path_separator", "os")
    return config


def _head(config: Config) -> str:
    head = ScriptDirectory.from_config(config).get_current_head()
    assert head is not None
    return head


def _is_newer(config: Config, revision: str | None) -> bool:
    known = {script.revision for script in ScriptDirectory.from_config(config).walk_revisions()}
    return revision is not None and revision not in known


def _revision(connection: Connection) -> str | None:
    return MigrationContext.configure(connection).get_current_revision()


@contextmanager
def _alone(connection: Connection) -> Iterator[None]:
    """Two migrations must not run side by side: MariaDB's DDL is not transactional, SQLite's wait for each other."""
    if connection.dialect.name == "sqlite":
        connection.execution_options(mercarich_writes=True)
        yield
        return
    if connection.execute(text("SELECT GET_LOCK(:lock, 60)"), {"lock": _LOCK}).scalar() != 1:
        raise DatabaseAway("another migration has been running for a minute; look at it, then try again")
    try:
        yield
    finally:
        connection.execute(text("SELECT RELEASE_LOCK(:lock)"), {"lock": _LOCK})
