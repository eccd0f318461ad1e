"""The schema's version: `upgrade` brings a database to that of the code, `require` refuses an older one."""

import logging
import re
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.resources import files
from pathlib import Path
from typing import NamedTuple

from sqlalchemy import Connection, Engine, inspect, text
from sqlalchemy.exc import OperationalError

from mercarich_db.engine import name, reading
from mercarich_db.errors import is_conflict
from mercarich_platform.outages import DatabaseAway
from mercarich_platform.settings import BadConfiguration

log = logging.getLogger(__name__)

_LOCK = "mercarich_migrate"
_VERSIONS = (Path(str(files("mercarich_db"))) / "migrations" / "versions",)
_REVISION = re.compile(r'^(revision|down_revision) = "([^"]+)"$', re.MULTILINE)


class Revisions(NamedTuple):
    """The migrations in this code."""

    known: frozenset[str]
    head: str
    """The newest revision, which this code needs."""


def upgrade(engine: Engine) -> tuple[str | None, str]:
    """Bring the database to this code's revision; return the revisions (before, after).

    Of two concurrent upgrades, one waits. Raises `DatabaseAway` when the database cannot be reached, another migration
    does not end within a minute, or a transaction locks a table for half a minute.
    """
    with reading(engine) as connection:
        before = _revision(connection)
    ours = revisions()
    if before is None or (before != ours.head and before in ours.known):
        from mercarich_db import migrating  # Alembic: a fifth of a process's start, and needed here only

        with reading(engine) as connection, _alone(connection):
            try:
                migrating.to_head(connection, _VERSIONS)
            except OperationalError as error:
                if is_conflict(error):  # give up: a statement that waits for a table blocks all others, too
                    raise DatabaseAway("a table is in use for long; see SHOW PROCESSLIST, then try again") from error
                raise
            connection.commit()
        log.info("schema upgraded", extra={"from": before, "to": ours.head})
    return before, ours.head


def require(engine: Engine) -> None:
    """Raise `BadConfiguration` when the schema is missing or older than this code.

    A newer schema is accepted, because a migration only adds what the release before it can ignore.
    """
    with reading(engine) as connection:
        found = _revision(connection)
    ours = revisions()
    if found == ours.head:
        return
    if found is not None and found not in ours.known:
        log.warning("the schema is newer than this code; update this process", extra={"schema": found})
        return
    raise BadConfiguration(
        f"the schema of {name(engine)} is {'missing' if found is None else f'older ({found})'}"
        f" and this code needs {ours.head}: run `mercarich db upgrade`"
    )


def revisions() -> Revisions:
    """Read the revisions from the source of the migrations, without importing them."""
    known: set[str] = set()
    built_on: set[str] = set()
    for file in (file for folder in _VERSIONS for file in folder.glob("*.py")):
        for word, revision in _REVISION.findall(file.read_text(encoding="utf-8")):
            (known if word == "revision" else built_on).add(revision)
    (head,) = known - built_on
    return Revisions(frozenset(known), head)


def _revision(connection: Connection) -> str | None:
    if not inspect(connection).has_table("alembic_version"):
        return None
    found: str | None = connection.execute(text("SELECT version_num FROM alembic_version")).scalar()
    return found


@contextmanager
def _alone(connection: Connection) -> Iterator[None]:
    """Prevent concurrent upgrades.

    On MariaDB, DDL commits implicitly, so that a named lock is needed. On SQLite, the whole upgrade is one
    transaction; otherwise Alembic would commit after each migration and let others in.
    """
    if connection.dialect.name == "sqlite":
        connection.execution_options(mercarich_writes=True)
        connection.begin()
        yield
        return
    if connection.execute(text("SELECT GET_LOCK(:lock, 60)"), {"lock": _LOCK}).scalar() != 1:
        raise DatabaseAway("another migration has been running for a minute; look at it, then try again")
    try:
        yield
    finally:
        connection.execute(text("SELECT RELEASE_LOCK(:lock)"), {"lock": _LOCK})
