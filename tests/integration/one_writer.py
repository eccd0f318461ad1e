"""Fail a test when a statement writes listings or their history and does not come from the store.

`tools.one_writer` reads the code; this check finds what the code hides, for instance a writer that is given any table.
Tests may write rows as they like.
"""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import Any

from sqlalchemy import Engine, event
from tools.one_writer import EXEMPT, MIGRATIONS, SQL, STORE

_TESTS = str(Path(__file__).parents[1])
_CARRIERS = frozenset({"mercarich_db.bulk", "mercarich_db.engine"})
"""Modules that execute statements of others; the caller counts as the writer."""


@contextmanager
def guarded() -> Iterator[list[str]]:
    """Watch every engine until the block ends. The list gets a sentence for each write by another module."""
    found: list[str] = []

    def look(_connection: Any, _cursor: Any, statement: str, _values: Any, context: Any, _many: bool) -> None:
        if SQL.match(statement) and not (context is not None and context.execution_options.get("of_store")):
            writer = _writer(sys._getframe(1))
            if writer is not None and not _may_write(writer):
                found.append(f"{writer} writes, and not {STORE}: {' '.join(statement.split())[:160]}")

    event.listen(Engine, "before_cursor_execute", look)
    try:
        yield found
    finally:
        event.remove(Engine, "before_cursor_execute", look)


def _writer(frame: FrameType | None) -> str | None:
    """Return the innermost module of the product that is not a carrier; None when a test comes first."""
    while frame is not None:
        name = str(frame.f_globals.get("__name__", ""))
        if frame.f_code.co_filename.startswith(_TESTS):
            return None
        if name.startswith("mercarich_") and name not in _CARRIERS:
            return name
        if MIGRATIONS.replace(".", "/") in frame.f_code.co_filename:
            return MIGRATIONS
        frame = frame.f_back
    return None


def _may_write(writer: str) -> bool:
    return writer in EXEMPT or writer.startswith((STORE, MIGRATIONS))
