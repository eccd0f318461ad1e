"""The pictures of listings that web saved, read where they lie: below the pictures' folder."""

import logging
import os
import stat
from pathlib import Path

log = logging.getLogger(__name__)

LARGEST = 3_000_000
"""Bytes; what web saves is no larger."""


def saved_picture(folder: Path, path: str) -> bytes | None:
    """None where there is no such file: this process may not have the folder, or the picture went with its listing.

    A path that leads out of the folder is none, either.
    """
    try:
        file = (folder / path).resolve()
        if not file.is_relative_to(folder.resolve()):
            log.warning("a picture outside the folder is not read", extra={"path": path})
            return None
        with open(file, "rb", opener=_without_waiting) as opened:
            found = os.fstat(opened.fileno())
            return opened.read(LARGEST) if stat.S_ISREG(found.st_mode) and found.st_size <= LARGEST else None
    except (OSError, RuntimeError, ValueError):  # no file; a circle of links; a NUL in the path
        return None


def _without_waiting(name: str, flags: int) -> int:
    """A pipe has no reader's side to wait for."""
    return os.open(name, flags | os.O_NONBLOCK)
