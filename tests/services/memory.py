"""A folder for data that nobody needs afterwards, in memory where there is a place for that."""

import tempfile
from pathlib import Path

_PLACE = Path("/dev/shm")


def folder_in_memory(prefix: str) -> tempfile.TemporaryDirectory[str]:
    """A context manager; on a disk where the system has no such place (macOS)."""
    return tempfile.TemporaryDirectory(prefix=prefix, dir=_PLACE if _PLACE.is_dir() else None)
