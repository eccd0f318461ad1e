"""`mercarich db upgrade` brings the database to the schema of this code; `mercarich db wait` waits for that.

`mercarich db backup` and `db restore` copy the embedded database; `db restored` is of web (`mercarich_web.recovery`).
"""

import argparse
import sys
import threading
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from mercarich_platform import logging
from mercarich_platform.exit_codes import DONE, FAILED
from mercarich_platform.front import TryAgain
from mercarich_platform.outages import DatabaseAway
from mercarich_platform.settings import BadConfiguration, SharedSettings, load
from mercarich_platform.shutdown import install_signals

if TYPE_CHECKING:
    from sqlalchemy import Engine

LONGEST_SECONDS = 86_400
_BACKED_UP = """{file}: schema {revision}, whole.
It holds people's data and sealed tokens, but neither the keys (PAGES_KEY, FEED_ENCRYPTION_KEY) nor the pictures."""
_RESTORED = """{database}: schema {revision}; the replaced database: {kept}
Next: `mercarich db upgrade`, `mercarich db restored --only-mark`, start all, `mercarich db restored --only-wait`."""
_PAUSE_SECONDS = 2.0


def db(argv: Sequence[str]) -> int:
    """Bring the database to this release's schema (`db upgrade`), wait for that (`db wait`), back up, restore."""
    given = _parser().parse_args(argv)
    if given.action == "restored":
        raise BadConfiguration("db restored is not installed here; it is in the image of web, as in the toolbox pod")
    from mercarich_db import engine as engines  # drivers: not for a help page

    settings = load(SharedSettings)
    logging.configure("db", level=settings.log_level, style=settings.log_format)
    # an index of a large table takes long
    longest = LONGEST_SECONDS if given.action == "upgrade" else engines.STATEMENT_SECONDS
    engine = engines.create(settings.database, longest_seconds=longest)
    if given.action in ("backup", "restore"):
        return _copy(engine, given.action, given.file)
    stop = threading.Event()
    install_signals(stop)
    until = time.monotonic() + given.seconds
    if given.action == "wait":
        return _wait(engine, stop, until)
    return _upgrade(engine, stop, until)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="mercarich db", description=db.__doc__)
    actions = parser.add_subparsers(dest="action", required=True)
    upgrade = actions.add_parser("upgrade", help="apply missing migrations; a current schema is left unchanged")
    upgrade.add_argument("--seconds", type=_seconds, default=0, help="time to wait for the database (default 0)")
    wait = actions.add_parser("wait", help="wait until the schema is there: exit 0, or 75 when the time is over")
    wait.add_argument("--seconds", type=_seconds, default=600, help="maximum wait (default 600)")
    keep = actions.add_parser("backup", help="copy the embedded database to a new file, while everything runs")
    keep.add_argument("file", type=Path)
    back = actions.add_parser("restore", help="put a backup in the place of the embedded database; nothing may run")
    back.add_argument("file", type=Path)
    actions.add_parser("restored", help="what must follow a restore, of MariaDB, too (mercarich db restored --help)")
    return parser


def _copy(engine: "Engine", action: str, file: Path) -> int:
    from mercarich_db.backup import CannotCopy, backup, file_of, restore

    database = file_of(engine)
    engine.dispose()
    try:
        if action == "backup":
            print(_BACKED_UP.format(file=file, revision=backup(database, file)))  # noqa: T201
        else:
            revision, kept = restore(file, database, datetime.now(UTC))
            print(_RESTORED.format(database=database, revision=revision, kept=kept or "none"))  # noqa: T201
    except CannotCopy as error:
        print(f"mercarich db {action}: {error}", file=sys.stderr)  # noqa: T201
        return FAILED
    except DatabaseAway as error:
        raise TryAgain(str(error)) from error
    except OSError as error:
        raise BadConfiguration(f"{file}: {error.strerror}") from error
    return DONE


def _wait(engine: "Engine", stop: threading.Event, until: float) -> int:
    from mercarich_db.wait import wait_until_usable

    try:
        wait_until_usable(engine, stop, until)
    finally:
        engine.dispose()
    return 0


def _upgrade(engine: "Engine", stop: threading.Event, until: float) -> int:
    from mercarich_db import engine as engines
    from mercarich_db import schedule_starts, schema

    if engine.url.get_backend_name() == "sqlite" and engine.url.database:
        Path(engine.url.database).parent.mkdir(parents=True, exist_ok=True)
    while True:
        try:
            before, after = schema.upgrade(engine)
            engines.run_tx(engine, schedule_starts.know)
            break
        except DatabaseAway as error:
            if time.monotonic() >= until or stop.wait(_PAUSE_SECONDS):
                raise TryAgain(str(error)) from error
    print(f"schema {after}" if before == after else f"schema {before or 'empty'} -> {after}")  # noqa: T201
    return 0


def _seconds(text: str) -> int:
    if not (text.isascii() and text.isdigit() and int(text[:9]) <= LONGEST_SECONDS):
        raise argparse.ArgumentTypeError(f"expected whole seconds from 0 to {LONGEST_SECONDS}, not {text!r}")
    return int(text)
