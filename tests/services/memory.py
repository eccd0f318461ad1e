"""A folder for temporary data, in memory when the system has a place for that."""

import tempfile
from pathlib import Path

_PLACE = Path("/dev/shm")


def folder_in_memory(prefix: str) -> tempfile.TemporaryDirectory[str]:
    """A context manager. The folder is on a disk when the system has no such place (macOS)."""
    return tempfile.TemporaryDirectory(prefix=prefix, dir=_PLACE if _PLACE.is_dir() else None)
