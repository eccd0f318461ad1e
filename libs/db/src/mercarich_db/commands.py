"""`mercarich db upgrade` brings the database to the schema of this code; `mercarich db wait` waits for that."""

import argparse
import threading
import time
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from mercarich_platform import logging
from mercarich_platform.front import TryAgain
from mercarich_platform.outages import DatabaseAway
from mercarich_platform.settings import SharedSettings, load
from mercarich_platform.shutdown import install_signals

if TYPE_CHECKING:
    from sqlalchemy import Engine

LONGEST_SECONDS = 86_400
_PAUSE_SECONDS = 2.0


def db(argv: Sequence[str]) -> int:
    """Bring the database to this release's schema (`db upgrade`), or wait until another one has (`db wait`)."""
    given = _parser().parse_args(argv)
    from mercarich_db import engine as engines  # drivers: not for a help page

    settings = load(SharedSettings)
    logging.configure("db", level=settings.log_level, style=settings.log_format)
    # an index of a large table takes long
    longest = LONGEST_SECONDS if given.action == "upgrade" else engines.STATEMENT_SECONDS
    engine = engines.create(settings.database, longest_seconds=longest)
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
    return parser


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
