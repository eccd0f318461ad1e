"""Python's garbage collector: it looks for cycles seldom, and never at what a process has made at its start."""

import gc

YOUNG = 20_000
"""New objects between two looks for cycles. Python's 700 are less than one JSON document holds: the collector then
takes a sixth of a proxy's CPU, and of each command's imports, and finds next to nothing."""
WORKERS_YOUNG = 5_000
"""The same in a worker, whose garbage holds rows: an import of 50,000 grows by 3 MB, at 20,000 by 15."""


def look_seldom() -> None:
    """Call first of all: the imports make most of what a command makes."""
    gc.set_threshold(YOUNG)


def settle(young: int = YOUNG) -> None:
    """Call once, when a process is about to serve for days: what is there now is never garbage."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(young)
