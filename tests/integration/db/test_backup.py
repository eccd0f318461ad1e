"""`mercarich db backup` and `mercarich db restore`, as a person runs them on the embedded database."""

import os
import sqlite3
import stat
import subprocess
import sys
import threading
from collections.abc import Callable
from contextlib import closing
from functools import partial
from pathlib import Path

import pytest
from sqlalchemy import Connection, Engine, text

from mercarich_db.engine import create, reading, run_tx
from mercarich_db.schema import revisions, upgrade

MERCARICH = str(Path(sys.executable).with_name("mercarich"))
Run = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def database(tmp_path: Path) -> Path:
    path = tmp_path / "data" / "mercarich.db"
    path.parent.mkdir()
    engine = create(f"sqlite:///{path}")
    upgrade(engine)
    engine.dispose()
    write(path, "before")
    return path


@pytest.fixture
def run(database: Path) -> Run:
    environment = {**os.environ, "MERCARICH_DATABASE_URL": f"sqlite:///{database}"}

    def command(*arguments: object, url: str | None = None) -> subprocess.CompletedProcess[str]:
        given = environment if url is None else {**environment, "MERCARICH_DATABASE_URL": url}
        words = [MERCARICH, "db", *map(str, arguments)]
        return subprocess.run(words, env=given, capture_output=True, text=True, check=False)

    return command


def opened(path: Path) -> Engine:
    return create(f"sqlite:///{path}")


def write(path: Path, value: str) -> None:
    engine = opened(path)
    rows = "INSERT OR REPLACE INTO settings VALUES ('KEPT', :value, '2026-01-01', 'somebody')"
    run_tx(engine, lambda connection: connection.execute(text(rows), {"value": value}))
    engine.dispose()


def value(path: Path) -> str:
    engine = opened(path)
    with reading(engine) as connection:
        found: str = connection.execute(text("SELECT value FROM settings WHERE key = 'KEPT'")).scalar_one()
    engine.dispose()
    return found


def test_a_backup_is_one_whole_file_of_one_moment_while_others_write(run: Run, database: Path, tmp_path: Path) -> None:
    engine, stop = opened(database), threading.Event()
    pair = "INSERT INTO prunings VALUES (:left, 1, '2026-01-01'), (:right, 1, '2026-01-01')"
    written = 0

    def writing() -> None:
        nonlocal written
        while not stop.is_set():
            names = {"left": f"l{written}", "right": f"r{written}"}
            run_tx(engine, partial(Connection.execute, statement=text(pair).bindparams(**names)))
            written += 1

    thread = threading.Thread(target=writing)
    thread.start()
    try:
        while written < 5:
            stop.wait(0.01)
        done = run("backup", tmp_path / "backup.db")
    finally:
        stop.set()
        thread.join()
        engine.dispose()

    assert (done.returncode, done.stderr) == (0, "")
    assert f"schema {revisions().head}" in done.stdout
    assert "neither the keys" in done.stdout
    assert [path.name for path in tmp_path.iterdir() if path.is_file()] == ["backup.db"]
    assert stat.S_IMODE((tmp_path / "backup.db").stat().st_mode) == 0o600
    with closing(sqlite3.connect(tmp_path / "backup.db")) as connection:
        [(copied,)] = connection.execute("SELECT count(*) FROM prunings")
        [(mode,)] = connection.execute("PRAGMA journal_mode")
        assert (copied >= 10, copied % 2, mode) == (True, 0, "delete")


def test_a_backup_never_replaces_a_file(run: Run, tmp_path: Path) -> None:
    there = tmp_path / "backup.db"
    there.write_text("precious")
    done = run("backup", there)
    assert (done.returncode, there.read_text()) == (1, "precious")
    assert "exists already" in done.stderr


def test_a_restored_database_is_that_of_the_backup_and_the_other_one_is_kept(
    run: Run, database: Path, tmp_path: Path
) -> None:
    assert run("backup", tmp_path / "backup.db").returncode == 0
    write(database, "after")
    done = run("restore", tmp_path / "backup.db")
    assert (done.returncode, done.stderr) == (0, "")
    [kept] = database.parent.glob("mercarich.db.replaced-*")
    assert (value(database), value(kept), str(kept) in done.stdout) == ("before", "after", True)
    assert "mercarich db restored" in done.stdout
    assert stat.S_IMODE(database.stat().st_mode) == 0o600


def test_a_database_that_a_process_has_open_is_not_replaced(run: Run, database: Path, tmp_path: Path) -> None:
    assert run("backup", tmp_path / "backup.db").returncode == 0
    write(database, "after")
    engine = opened(database)
    with reading(engine) as connection:  # the pool keeps it open afterwards
        connection.execute(text("SELECT 1 FROM settings")).all()
    done = run("restore", tmp_path / "backup.db")
    engine.dispose()
    assert done.returncode == 1
    assert "is in use" in done.stderr
    assert (value(database), sorted(database.parent.glob("*.replaced-*"))) == ("after", [])
    assert sorted(path.name for path in database.parent.glob(".*")) == []


def test_a_damaged_backup_is_refused(run: Run, database: Path, tmp_path: Path) -> None:
    backup = tmp_path / "backup.db"
    assert run("backup", backup).returncode == 0
    size = backup.stat().st_size
    with backup.open("r+b") as file:
        file.truncate(size // 2)
    done = run("restore", backup)
    assert (done.returncode, value(database)) == (1, "before")
    assert "damaged" in done.stderr or "no database of mercarich" in done.stderr


def test_a_backup_of_a_newer_release_is_refused(run: Run, database: Path, tmp_path: Path) -> None:
    backup = tmp_path / "backup.db"
    assert run("backup", backup).returncode == 0
    with closing(sqlite3.connect(backup)) as connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
        connection.commit()
    done = run("restore", backup)
    assert (done.returncode, value(database)) == (1, "before")
    assert "newer than this release" in done.stderr


def test_a_lost_database_is_restored_where_there_is_none(run: Run, database: Path, tmp_path: Path) -> None:
    assert run("backup", tmp_path / "backup.db").returncode == 0
    database.unlink()
    assert run("restore", tmp_path / "backup.db").returncode == 0
    assert value(database) == "before"


def test_the_log_of_a_lost_database_is_kept_and_not_played_into_the_restored_one(
    run: Run, database: Path, tmp_path: Path
) -> None:
    """SQLite replays any `-wal` that it finds beside a file of its name."""
    assert run("backup", tmp_path / "backup.db").returncode == 0
    with closing(sqlite3.connect(database)) as connection:
        connection.execute("UPDATE settings SET value = 'lost' WHERE key = 'KEPT'")
        connection.commit()
        log = database.with_name("mercarich.db-wal").read_bytes()
    database.unlink()
    database.with_name("mercarich.db-wal").write_bytes(log)
    done = run("restore", tmp_path / "backup.db")
    assert (done.returncode, value(database)) == (0, "before")
    [kept] = database.parent.glob("mercarich.db.replaced-*-wal")
    assert kept.read_bytes() == log


@pytest.mark.parametrize("harm", ["its head", "all of it"])
def test_a_damaged_database_is_set_aside_with_its_log(run: Run, database: Path, tmp_path: Path, harm: str) -> None:
    assert run("backup", tmp_path / "backup.db").returncode == 0
    content = database.read_bytes()
    harmed = b"\xff" * 200 + content[200:] if harm == "its head" else b"\xff" * len(content)
    database.write_bytes(harmed)
    database.with_name("mercarich.db-wal").write_bytes(b"log")
    done = run("restore", tmp_path / "backup.db")
    assert (done.returncode, done.stderr, value(database)) == (0, "", "before")
    kept = sorted(path for path in database.parent.glob("mercarich.db.replaced-*") if not path.name.endswith("-shm"))
    assert [path.read_bytes() for path in kept] == [harmed, b"log"]
    assert str(kept[0]) in done.stdout


def test_a_damaged_database_is_not_backed_up(run: Run, database: Path, tmp_path: Path) -> None:
    database.write_bytes(b"\xff" * 9_000)
    done = run("backup", tmp_path / "backup.db")
    assert (done.returncode, done.stderr.count("\n")) == (1, 1)
    assert f"{database} is damaged" in done.stderr
    assert [path for path in tmp_path.iterdir() if path.is_file()] == []


def test_a_database_behind_a_symbolic_link_is_replaced_where_it_is(run: Run, database: Path, tmp_path: Path) -> None:
    elsewhere = tmp_path / "disk.db"
    database.rename(elsewhere)
    database.symlink_to(elsewhere)
    assert run("backup", tmp_path / "backup.db").returncode == 0
    write(database, "after")
    assert run("restore", tmp_path / "backup.db").returncode == 0
    assert (database.is_symlink(), value(elsewhere)) == (True, "before")


@pytest.mark.skipif(os.geteuid() != 0, reason="only root may restore for another user")
def test_root_restores_for_the_user_who_owns_the_database(run: Run, database: Path, tmp_path: Path) -> None:
    assert run("backup", tmp_path / "backup.db").returncode == 0
    os.chown(database, 12_345, 12_346)
    assert run("restore", tmp_path / "backup.db").returncode == 0
    assert (database.stat().st_uid, database.stat().st_gid) == (12_345, 12_346)


def test_for_a_database_server_the_commands_say_what_to_use(run: Run, tmp_path: Path) -> None:
    for action in ("backup", "restore"):
        done = run(action, tmp_path / "backup.db", url="mysql+pymysql://who:word@127.0.0.1:1/name")
        assert done.returncode == 78
        assert "mariadb-dump" in done.stderr
