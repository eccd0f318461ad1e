"""Read the pictures of listings that web saved below the pictures' folder."""

import logging
import os
import stat
from pathlib import Path

log = logging.getLogger(__name__)

LARGEST = 3_000_000
"""Bytes; web saves no larger ones."""


def saved_picture(folder: Path, path: str) -> bytes | None:
    """Return the file's content; None when there is no such file or its path leads out of the folder.

    This process may not have the folder, or the picture was deleted with its listing.
    """
    try:
        file = (folder / path).resolve()
        if not file.is_relative_to(folder.resolve()):
            log.warning("a picture outside the folder is not read", extra={"path": path})
            return None
        with open(file, "rb", opener=_without_waiting) as opened:
            found = os.fstat(opened.fileno())
            return opened.read(LARGEST) if stat.S_ISREG(found.st_mode) and found.st_size <= LARGEST else None
    except (OSError, RuntimeError, ValueError):  # no file, a loop of links, a NUL in the path
        return None


def _without_waiting(name: str, flags: int) -> int:
    """Open without blocking, in case the path is a named pipe."""
    return os.open(name, flags | os.O_NONBLOCK)
