"""Whether somebody is in the middle of a transaction: who is frozen there keeps the others out."""

import sqlite3
from contextlib import closing
from typing import Any

from sqlalchemy import Engine, Select
from sqlalchemy.exc import OperationalError


def locked(engine: Engine, rows: Select[Any]) -> bool:
    """These rows, or on SQLite the whole database, cannot be written now."""
    try:
        if engine.dialect.name == "sqlite":
            with closing(sqlite3.connect(str(engine.url.database), timeout=0.2)) as own:
                own.execute("BEGIN IMMEDIATE")
        else:
            with engine.connect() as connection:
                connection.execute(rows.with_for_update(nowait=True))
    except (sqlite3.OperationalError, OperationalError):
        return True
    return False
