"""Pictures in a folder: `<folder>/<user id>/…`, one folder a seller."""

import logging
import os
import stat
import tempfile
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

from mercarich_web.pictures.pictures import FolderAway, Removed

log = logging.getLogger(__name__)

SUFFIXES = frozenset({".jpg", ".jpeg", ".png", ".webp", ".gif", ".avif"})
"""The sweep deletes only files with these suffixes, whatever folder it was given."""
MOST_BYTES = 10_000_000


class PictureFiles:
    """A folder that does not exist counts as empty."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def problem(self) -> str | None:
        """Return why nothing can be saved, None when it can. Creates the folder if possible."""
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            return f"{self._folder}: {error.strerror}"
        return None if os.access(self._folder, os.W_OK) else f"{self._folder} cannot be written"

    def save(self, user_id: int, path: str, body: bytes) -> None:
        """Write the whole file or none, in the seller's own folder. Raises `FolderAway`."""
        file = self._inside(user_id, path)
        if file is None:
            raise FolderAway(f"{path} leads out of its seller's folder")
        try:
            file.parent.mkdir(parents=True, exist_ok=True)
            _write_whole(file, body)
        except OSError as error:
            raise FolderAway(f"{file.parent}: {error.strerror}") from error

    def read(self, user_id: int, path: str) -> bytes | None:
        """Return the file's bytes, or None when the seller's folder has no such file or it is too large for a
        picture."""
        file = self._inside(user_id, path)
        try:
            if file is None or not stat.S_ISREG(file.lstat().st_mode) or file.stat().st_size > MOST_BYTES:
                return None
            return file.read_bytes()
        except OSError:
            return None

    def remove(self, user_id: int, path: str, *, dry_run: bool) -> Removed:
        file = self._inside(user_id, path)
        if file is None:
            log.warning("a picture outside its seller's folder is left alone", extra={"user_id": user_id, "path": path})
            return Removed(refused=1)
        try:
            found = file.lstat()
            if not stat.S_ISREG(found.st_mode):
                return Removed(refused=1)
            if not dry_run:
                file.unlink()
        except (FileNotFoundError, NotADirectoryError):
            return Removed()
        except OSError as error:
            log.warning("a picture could not be deleted", extra={"path": path, "error": error.strerror})
            return Removed(failed=1)
        return Removed(files=1, bytes=found.st_size)

    def older_than(self, at: datetime, limit: int) -> Iterator[list[tuple[int, str]]]:
        """Yield the seller and path of pictures that were last written before `at`, in lists of at most `limit`."""
        batch: list[tuple[int, str]] = []
        for user_id, file in self._files(at.timestamp()):
            batch.append((user_id, file))
            if len(batch) == limit:
                yield batch
                batch = []
        if batch:
            yield batch

    def _files(self, before: float) -> Iterator[tuple[int, str]]:
        for seller in sorted(self._folder.iterdir()) if self._folder.is_dir() else ():
            if not seller.name.isdecimal() or seller.is_symlink():
                continue
            for folder, _folders, names in os.walk(seller):
                for name in sorted(names):
                    file = Path(folder, name)
                    path = file.relative_to(self._folder).as_posix()
                    if file.suffix.lower() in SUFFIXES and _written_before(file, before) and _is_text(path):
                        yield int(seller.name), path

    def _inside(self, user_id: int, path: str) -> Path | None:
        """Return the file, or None when a `..`, a link or an absolute path leads out of the seller's folder."""
        own = self._folder.resolve() / str(user_id)
        if "\0" in path:
            return None
        file = self._folder.resolve() / path
        try:
            parent = file.parent.resolve()
        except (OSError, RuntimeError):  # A cycle of links, or a name that is too long.
            return None
        return parent / file.name if file.name not in ("", "..") and parent.is_relative_to(own) else None


def _write_whole(file: Path, body: bytes) -> None:
    """Write through a temporary file. It has a picture's suffix, so that the sweep deletes one left by an
    interruption."""
    with tempfile.NamedTemporaryFile(dir=file.parent, prefix=".", suffix=file.suffix, delete=False) as part:
        part.write(body)
        part.flush()
        os.fsync(part.fileno())
    os.replace(part.name, file)


def _is_text(path: str) -> bool:
    """Return whether the path can be the parameter of a query: on Linux, file names can be any bytes."""
    try:
        path.encode()
    except UnicodeEncodeError:
        log.warning("a picture whose name is not UTF-8 is left alone", extra={"path": ascii(path)})
        return False
    return True


def _written_before(file: Path, before: float) -> bool:
    try:
        found = file.lstat()
    except OSError:
        return False
    return stat.S_ISREG(found.st_mode) and found.st_mtime < before
