"""Which processor does what: the week's threads run on one, pictures are made on the others."""

import os
from contextlib import suppress

CAN_CHOOSE = hasattr(os, "sched_setaffinity")


def stay_on_one() -> None:
    """Pin the calling thread, and all threads that it starts from now on.

    Of the week's threads, one runs at a time. Waking the next one on another processor takes longer than most of them
    work: on a single one, a week takes a seventh less.
    """
    if CAN_CHOOSE:
        os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})


def leave_it() -> None:
    """Move a process that was started from there to the other processors, if there are any."""
    if not CAN_CHOOSE:
        return
    others = set(range(os.cpu_count() or 1)) - os.sched_getaffinity(0)
    if others:
        with suppress(OSError):  # A container may not be allowed to use them.
            os.sched_setaffinity(0, others)
