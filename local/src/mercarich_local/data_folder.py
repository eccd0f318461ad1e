"""The data folder of one instance, for its owner alone: a lock, so that only one instance runs on it, and its
keys."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from mercarich_platform.front import TryAgain


@contextmanager
def locked(data: Path) -> Iterator[int]:
    """Lock the folder and return the lock's file descriptor. Raises `TryAgain` when another instance holds it.

    Nobody else may read the folder, and until its end no file that this process or its children make anywhere: the
    database holds addresses, and hashes of passwords.
    """
    data.mkdir(parents=True, exist_ok=True)
    before = os.umask(0o077)
    descriptor = os.open(data / "lock", os.O_RDWR | os.O_CREAT, 0o600)
    try:
        if data.stat().st_uid == os.getuid():
            data.chmod(0o700)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            owner = os.read(descriptor, 20).decode(errors="replace").strip()
            raise TryAgain(f"mercarich runs on {data} already (pid {owner}), or is just ending; end it first") from None
        os.ftruncate(descriptor, 0)
        os.pwrite(descriptor, f"{os.getpid()}\n".encode(), 0)
        yield descriptor
    finally:
        os.umask(before)
        os.close(descriptor)


def ensure_key(path: Path) -> None:
    """Write a new random key, readable by its owner only, unless there is one."""
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return
    # Imported here, because only the first start on a folder needs it.
    from mercarich_feed.adapters.token_cipher import new_key

    with os.fdopen(descriptor, "wb") as file:
        file.write(new_key().encode() + b"\n")


def kept_push_key(path: Path) -> str:
    """Return the key of web push in this file, which is made when there is none."""
    ensure_key(path)
    return path.read_text(encoding="ascii").strip()
