"""Find free ports for processes that start later, without giving a port to two of them."""

import fcntl
import os
import socket
import tempfile
from contextlib import closing
from itertools import islice
from pathlib import Path

HOST = "127.0.0.1"
FIRST, LAST = 12_000, 29_999
"""A range below the ports that systems use for outgoing connections: Linux from 32768, macOS from 49152."""


def free_ports(count: int) -> list[int]:
    """Return ports one after the other, from a counter that all processes of this user share: no port repeats before
    all had their turn.

    Raises `OSError` when there are not enough free ports.
    """
    place = Path(tempfile.gettempdir()) / f"mercarich-port-{os.getuid()}"
    with os.fdopen(os.open(place, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW, 0o600), "r+") as last:
        fcntl.flock(last, fcntl.LOCK_EX)
        text = last.read()
        start = int(text) - FIRST if text.isdigit() else 0
        following = (FIRST + (start + step) % (LAST - FIRST + 1) for step in range(1, LAST - FIRST + 2))
        found = list(islice(filter(_is_free, following), count))
        if len(found) < count:
            raise OSError(f"fewer than {count} ports from {FIRST} to {LAST} are free")
        last.seek(0)
        last.truncate()
        last.write(str(found[-1]))
    return found


def _is_free(port: int) -> bool:
    try:
        with closing(socket.create_server((HOST, port))):
            return True
    except OSError:
        return False
