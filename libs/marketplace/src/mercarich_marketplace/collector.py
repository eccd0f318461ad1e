"""Python's garbage collector for a process that serves for days: what was made at the start is never garbage."""

import gc

YOUNG = 20_000
"""New objects between two looks for cycles. Python's 700 are less than one JSON document holds: the collector then
takes a sixth of a proxy's CPU, and finds next to nothing."""


def settle() -> None:
    """Call once, when the process is about to serve."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(YOUNG)
