"""Tuning of Python's garbage collector: it runs rarely, and never scans the objects of a process's start."""

import gc

YOUNG = 20_000
"""Threshold of new objects for a collection. Python's default of 700 is less than a JSON document has: the collector
then takes a sixth of the CPU of proxies and of each command's imports, and finds almost nothing."""
WORKERS_YOUNG = 5_000
"""The threshold in workers, whose garbage contains rows: an import of 50,000 rows grows by 3 MB, with 20,000 by 15."""


def look_seldom() -> None:
    """Collect rarely. Call it first of all, since imports make most of a command's objects."""
    gc.set_threshold(YOUNG)


def settle(young: int = YOUNG) -> None:
    """Exclude all current objects from collections. Call it once, after the start of a long-running process."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(young)
