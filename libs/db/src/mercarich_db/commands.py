"""`mercarich db upgrade`: bring the database to the schema of this code."""

import argparse
from collections.abc import Sequence
from pathlib import Path

from mercarich_db import engine as engines
from mercarich_db import schema
from mercarich_platform import logging
from mercarich_platform.front import TryAgain
from mercarich_platform.settings import SharedSettings, load


def db(argv: Sequence[str]) -> int:
    """Bring the database to this release's schema (`db upgrade`)."""
    parser = argparse.ArgumentParser(prog="mercarich db", description=db.__doc__)
    parser.add_argument("action", choices=["upgrade"])
    parser.parse_args(argv)
    settings = load(SharedSettings)
    logging.configure("db", level=settings.log_level, style=settings.log_format)
    engine = engines.create(settings.database)
    if engine.url.get_backend_name() == "sqlite" and engine.url.database:
        Path(engine.url.database).parent.mkdir(parents=True, exist_ok=True)
    try:
        before, after = schema.upgrade(engine)
    except engines.DatabaseAway as error:
        raise TryAgain(str(error)) from error
    print(f"schema {after}" if before == after else f"schema {before or 'empty'} -> {after}")  # noqa: T201
    return 0
