"""Decodes pictures in a process of its own, with limits of time and memory: their bytes come from strangers.

The process reads pictures from its input, each with its length in 4 bytes before it. It answers `DECODED`, height and
width in 2 bytes each, and the pixels; or `UNDECODABLE`; or `TOO_NARROW`.
"""

import logging
import os
import select
import signal
import subprocess
import sys
import threading
import time
import weakref
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mercarich_updater.adapters.likeness import Decoded

log = logging.getLogger(__name__)

DECODED, UNDECODABLE, TOO_NARROW = b"D", b"U", b"N"
CHILD = (sys.executable, "-I", str(Path(__file__).with_name("decoding_child.py")))
"""Isolated from the environment and the working folder; by its file, so that both halves are of one release."""
KEPT_VARIABLES = ("PATH", "LANG", "LC_ALL", "LD_LIBRARY_PATH")
"""What the process sees of our environment, which holds the database's password."""
PATIENCE_SECONDS = 60.0
"""For one picture; the limit of the processor's time ends the process long before, unless the machine is very busy."""
TRIES = 2
"""A process can also be ended for what is not its picture's fault, such as another's want of memory."""


class Decoder:
    """Decodes one picture at a time in a process that lives on, and that is started anew after a fault. Thread-safe.

    Finding features takes ten times as long as decoding, and stays with the caller's threads.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._child: subprocess.Popen[bytes] | None = None
        self._end: Callable[[], object] = lambda: None
        """Kills the process; called, too, when this object or our own process ends."""

    def decode(self, body: bytes) -> "Decoded":
        """Return the picture. Raises the `Undecodable` and `TooNarrow` of `likeness`, `Undecodable` also for one that
        takes too much time or memory; and `Disturbed`, which tells nothing about the picture."""
        from mercarich_updater.adapters.likeness import Undecodable

        for _ in range(TRIES):
            with self._lock:
                try:
                    return self._decoded(body)
                except _Ended as error:
                    ended, code = error, self._discard()
            log.warning("the process that decodes pictures was ended", extra={"code": code, "why": str(ended)})
            if code == -signal.SIGXCPU:
                raise Undecodable("the picture takes too much to decode")
        raise Disturbed(f"no process decodes pictures now: {ended}")

    def _decoded(self, body: bytes) -> "Decoded":
        import numpy as np

        from mercarich_updater.adapters.likeness import Decoded, TooNarrow, Undecodable

        child = self._running()
        until = time.monotonic() + PATIENCE_SECONDS
        _send(child, len(body).to_bytes(4) + body, until)
        kind = bytes(_read(child, 1, until))
        if kind == DECODED:
            size = _read(child, 4, until)
            height, width = int.from_bytes(size[:2]), int.from_bytes(size[2:])
            pixels = np.frombuffer(_read(child, height * width * 3, until), np.uint8)
            return Decoded(pixels.reshape(height, width, 3))
        if kind == TOO_NARROW:
            raise TooNarrow("the picture is too narrow")
        raise Undecodable("the picture cannot be decoded")

    def _running(self) -> "subprocess.Popen[bytes]":
        if self._child is None:
            environment = {name: value for name, value in os.environ.items() if name in KEPT_VARIABLES}
            self._child = subprocess.Popen(
                CHILD,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                bufsize=0,
                env=environment,
                start_new_session=True,
            )
            self._end = weakref.finalize(self, _kill, self._child)
        return self._child

    def _discard(self) -> int | None:
        """End the process, and return its exit code."""
        child, self._child = self._child, None
        self._end()
        return child.returncode if child is not None else None


class Disturbed(Exception):
    """Pictures cannot be decoded now: the machine is too busy, or something has ended the process."""


class _Ended(Exception):
    """The process has ended, or tells nothing in time."""


def _send(child: "subprocess.Popen[bytes]", data: bytes, until: float) -> None:
    assert child.stdin is not None
    os.set_blocking(child.stdin.fileno(), False)
    rest = memoryview(data)
    try:
        while rest:
            if not select.select([], [child.stdin], [], max(0.0, until - time.monotonic()))[1]:
                raise _Ended(f"it has read nothing for {PATIENCE_SECONDS:.0f} s")
            rest = rest[child.stdin.write(rest) or 0 :]
    except OSError as error:
        raise _Ended("it reads no more") from error


def _read(child: "subprocess.Popen[bytes]", size: int, until: float) -> bytearray:
    assert child.stdout is not None
    found = bytearray()
    while len(found) < size:
        if not select.select([child.stdout], [], [], max(0.0, until - time.monotonic()))[0]:
            raise _Ended(f"no answer within {PATIENCE_SECONDS:.0f} s")
        some = child.stdout.read(size - len(found))
        if not some:
            raise _Ended("it ended without an answer")
        found += some
    return found


def _kill(child: "subprocess.Popen[bytes]") -> None:
    child.kill()
    child.wait()
    for pipe in (child.stdin, child.stdout):
        if pipe is not None:
            pipe.close()
