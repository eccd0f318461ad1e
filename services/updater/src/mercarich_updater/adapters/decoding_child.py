"""The process that decodes pictures, with limits of time and memory; `decoding` starts it, and has its protocol."""

import resource
import sys
from pathlib import Path
from typing import BinaryIO

import cv2

from mercarich_updater.adapters.decoding import DECODED, TOO_NARROW, UNDECODABLE
from mercarich_updater.adapters.likeness import TooNarrow, decode

CPU_SECONDS = 5
"""Of the processor for one picture, rounded up; the largest that the proxies let through takes half a second."""
MEMORY_BYTES = 256 * 1024 * 1024
"""For a picture, beyond what the libraries take: one of 12 megapixels takes about 110 MB, a progressive one."""


def main(source: BinaryIO, sink: BinaryIO) -> None:
    """Answer each picture of `source` on `sink`, until `source` ends."""
    cv2.setNumThreads(1)
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    _limit_memory()
    while head := source.read(4):
        body = source.read(int.from_bytes(head))
        _limit_time()
        sink.write(_answer(body))
        sink.flush()


def _answer(body: bytes) -> bytes:
    try:
        pixels = decode(body).pixels
    except TooNarrow:
        return TOO_NARROW
    except (ValueError, MemoryError):
        return UNDECODABLE
    height, width = pixels.shape[:2]
    return b"".join([DECODED, height.to_bytes(2), width.to_bytes(2), pixels.tobytes()])


def _limit_memory() -> None:
    if sys.platform == "linux":
        pages = int(Path("/proc/self/statm").read_text().split()[0])
        most = pages * resource.getpagesize() + MEMORY_BYTES
        resource.setrlimit(resource.RLIMIT_AS, (most, most))


def _limit_time() -> None:
    """Let the system end this process when the next picture takes too long."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    most = int(used.ru_utime + used.ru_stime) + 1 + CPU_SECONDS
    resource.setrlimit(resource.RLIMIT_CPU, (most, resource.getrlimit(resource.RLIMIT_CPU)[1]))


if __name__ == "__main__":
    main(sys.stdin.buffer, sys.stdout.buffer)
