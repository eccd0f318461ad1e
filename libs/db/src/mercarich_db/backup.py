"""A copy of the embedded database, while everything runs, and its way back: `mercarich db backup` and `restore`.

A backup is one SQLite file: it needs no write-ahead log beside it. It appears under its name only when it is whole.
"""

import os
import sqlite3
import tempfile
from collections.abc import Collection, Iterator
from contextlib import closing, contextmanager, suppress
from datetime import datetime
from pathlib import Path

from sqlalchemy import Engine

from mercarich_db import schema
from mercarich_platform.outages import DatabaseAway
from mercarich_platform.settings import BadConfiguration

BUSY_SECONDS = 10.0
_USED_SECONDS = 1.0
_USED = (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED)
_DAMAGED = (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB)
_LATER = "run `mercarich db restore` with the release that wrote it, or a newer one"


class CannotCopy(Exception):
    """The backup or the restore was refused, and nothing has changed; the text says why."""


def file_of(engine: Engine) -> Path:
    """Return the file of an embedded database. Raises `BadConfiguration` for a database server."""
    if engine.url.get_backend_name() != "sqlite" or not engine.url.database:
        raise BadConfiguration(
            "these commands are for the embedded SQLite database. For MariaDB use mariadb-dump or mariadb-backup, as"
            " the runbook says (Back up and restore), and `mercarich db restored` after a restore"
        )
    return Path(engine.url.database)


def backup(database: Path, target: Path) -> str:
    """Copy the database to a new file, which its owner alone can read, and return its schema's revision.

    The copy is of one moment, and writers go on meanwhile (https://sqlite.org/backup.html, https://sqlite.org/wal.html).
    Raises `CannotCopy` when the target exists or the database is damaged, `DatabaseAway` and `OSError`.
    """
    if not database.exists():
        raise CannotCopy(f"there is no database {database}")
    if target.exists():
        raise CannotCopy(f"{target} exists already; a backup never replaces a file")
    with _new_file(target) as partial:
        _copy(database, partial)
        revision = checked(partial, of=database)
        try:
            os.link(partial, target)  # fails when somebody has made the file meanwhile
        except FileExistsError:
            raise CannotCopy(f"{target} exists already; a backup never replaces a file") from None
    return revision


def restore(source: Path, database: Path, now: datetime) -> tuple[str, Path | None]:
    """Put the backup in the place of the database; return its revision and the file that it replaced.

    A damaged database, and the log of a lost one, are set aside under the name of the replaced file, too. Raises
    `CannotCopy` when a process uses the database or the backup is not whole, `DatabaseAway` and `OSError`.
    """
    if not source.is_file():
        raise CannotCopy(f"there is no backup {source}")
    revision = checked(source)
    if revision not in schema.revisions().known:
        raise CannotCopy(f"{source} has the schema {revision}, which is newer than this release: {_LATER}")
    database = database.resolve()
    kept = database.with_name(f"{database.name}.replaced-{now:%Y%m%dT%H%M%S%fZ}")
    with _new_file(database) as partial:
        _copy(source, partial)
        checked(partial)
        if os.geteuid() == 0:  # the processes run as another user, who can then read the file
            of = (database if database.exists() else database.parent).stat()
            os.chown(partial, of.st_uid, of.st_gid)
        if not database.exists():
            _set_logs_aside(database, kept)
            os.link(partial, database)
            return revision, None
        with _unused(database) as whole:
            if not whole:
                _set_logs_aside(database, kept)
            os.link(database, kept)
            os.replace(partial, database)
    return revision, kept


def checked(file: Path, *, of: Path | None = None) -> str:
    """Return the revision of the schema in a file that nobody writes. Raises `CannotCopy` when it is damaged.

    `of` is the database that the file is a copy of.
    """
    named = of or file
    try:
        with closing(sqlite3.connect(file, isolation_level=None)) as connection:
            found = [text for (text,) in connection.execute("PRAGMA integrity_check(1)")]
            if found != ["ok"]:
                raise CannotCopy(f"{named} is damaged: {found[0]}")
            row = connection.execute("SELECT version_num FROM alembic_version").fetchone()
    except sqlite3.DatabaseError as error:
        raise CannotCopy(f"{named} is no database of mercarich: {error}") from None
    if row is None:
        raise CannotCopy(f"{named} is no database of mercarich: it has no schema")
    return str(row[0])


@contextmanager
def _new_file(target: Path) -> Iterator[Path]:
    """Yield a new file beside the target, readable by its owner only. What became of it is on the disk afterwards."""
    descriptor, name = tempfile.mkstemp(prefix=f".{target.name}.", suffix=".partial", dir=target.parent)
    os.close(descriptor)
    partial = Path(name)
    try:
        yield partial
    finally:
        partial.unlink(missing_ok=True)
    _sync(target.parent)


def _copy(source: Path, target: Path) -> None:
    try:
        with closing(sqlite3.connect(source, timeout=BUSY_SECONDS)) as old, closing(sqlite3.connect(target)) as new:
            old.backup(new)  # in one step, so that a writer does not make it begin again
            new.execute("PRAGMA journal_mode=DELETE")
    except sqlite3.DatabaseError as error:
        if _is(error, _DAMAGED):
            raise CannotCopy(f"{source} is damaged: {error}") from None
        raise DatabaseAway(f"{source} cannot be copied to {target.parent}: {error}") from error
    _sync(target)


@contextmanager
def _unused(database: Path) -> Iterator[bool]:
    """Keep everybody from the database; yield whether all of it is in its file, or else that it is damaged.

    Every connection in WAL mode holds a shared lock for as long as it is open, and the mode cannot be left beside it.
    Raises `CannotCopy` when a process uses the database, and `DatabaseAway`.
    """
    with closing(sqlite3.connect(database, timeout=_USED_SECONDS, isolation_level=None)) as connection:
        whole = True
        try:
            connection.execute("PRAGMA journal_mode=DELETE")
            connection.execute("BEGIN EXCLUSIVE")
        except sqlite3.DatabaseError as error:
            if _is(error, _USED):
                raise CannotCopy(f"{database} is in use: end all processes of mercarich first") from None
            if not _is(error, _DAMAGED):
                raise DatabaseAway(f"{database}: {error}") from error
            whole = False
        yield whole


def _set_logs_aside(database: Path, kept: Path) -> None:
    """Rename what SQLite would replay into the restored file; opened under the new name, it belongs to `kept`."""
    for suffix in ("-wal", "-shm", "-journal"):
        with suppress(FileNotFoundError):
            os.rename(f"{database}{suffix}", f"{kept}{suffix}")


def _is(error: sqlite3.Error, codes: Collection[int]) -> bool:
    return error.sqlite_errorcode & 0xFF in codes  # an extended code has the general one in its low byte


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
