"""Which processor does what: the week's threads run on one, pictures are made on the others."""

import fcntl
import os
import tempfile
from contextlib import suppress
from pathlib import Path

CAN_CHOOSE = hasattr(os, "sched_setaffinity")


def stay_on_one() -> None:
    """Pin the calling thread, and all threads that it starts from now on, to a processor that no other week has.

    Of the week's threads, one runs at a time. Waking the next one on another processor takes longer than most of them
    work: on a single one, a week takes a seventh less. Where there are more weeks than processors, some share the
    first.
    """
    if CAN_CHOOSE:
        able = sorted(os.sched_getaffinity(0), reverse=True)
        os.sched_setaffinity(0, {next(filter(_taken, able), able[0])})


def _taken(processor: int) -> bool:
    """Take the processor for as long as this process lives. Return False if it is another week's, or another user's."""
    file = Path(tempfile.gettempdir()) / f"mercarich-week-{processor}.lock"
    try:
        mine = os.open(file, os.O_RDWR | os.O_CREAT, 0o600)
    except OSError:
        return False
    try:
        fcntl.flock(mine, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        os.close(mine)
        return False
    return True


def leave_it() -> None:
    """Move a process that was started from there to the other processors, if there are any."""
    if not CAN_CHOOSE:
        return
    others = set(range(os.cpu_count() or 1)) - os.sched_getaffinity(0)
    if others:
        with suppress(OSError):  # A container may not be allowed to use them.
            os.sched_setaffinity(0, others)
