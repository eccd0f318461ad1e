"""`make soak`: a simulated week of 20 sellers and 20,000 listings, and the market's verdict on it.

It is one process without sockets and real waiting: the product's use cases, decisions, SQL and readers run on a clock
that jumps (`kernel`), against the simulator's market and Amazon, with faults drawn from a seed (`weather`). The exit
code is 0 only when every promise was kept. The same seed gives the same week.
"""

import argparse
import logging
import os
import sys
from pathlib import Path

from rich.console import Console

OURS = ("MERCARICH_", "MERCARI_PROXY_", "YAHOO_PROXY_", "CHECKER_", "UPDATER_", "FEED_", "SIMULATOR_")
"""Environment variables that are ignored, so that a week is always the same."""
ENVIRONMENT = {
    "PYTHONHASHSEED": "0",  # Without it, the order of sets of strings would differ between processes.
    "MALLOC_ARENA_MAX": "1",
    "MALLOC_MMAP_THRESHOLD_": str(2**25),
    "MALLOC_TRIM_THRESHOLD_": str(2**30),
}
"""Use one heap, and return none of it to the system: thousands of pictures are created and freed."""
WIDTH = 130
"""Width of the report in a log, in columns."""


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.soak", description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--days", type=int, default=7, help="days of market and faults; some calm hours follow (7)")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--sellers", type=int, default=20)
    parser.add_argument("--listings", type=int, default=20_000)
    parser.add_argument("--unkind", action="store_true", help="Amazon as developers report it")
    parser.add_argument("--log", type=Path, help="write the product's log lines and the faults here")
    given = parser.parse_args()
    _start_anew()
    for name in [name for name in os.environ if name.startswith(OURS)]:
        del os.environ[name]
    from tests.services.memory import folder_in_memory  # Imported after the environment is clean.
    from tests.soak.play import play
    from tests.soak.week import UNKIND, USUAL, Size

    if given.log:
        logging.basicConfig(filename=given.log, filemode="w", level=logging.INFO, format="%(name)s %(message)s")
    else:
        logging.disable(logging.CRITICAL)
    with folder_in_memory("mercarich-soak-") as folder:
        return play(
            Console(width=None if sys.stdout.isatty() else WIDTH),
            Path(folder),
            given.seed,
            given.days,
            Size(given.sellers, given.listings),
            UNKIND if given.unkind else USUAL,
        )


def _start_anew() -> None:
    """Variables that must be set before a process starts."""
    if not ENVIRONMENT.items() <= os.environ.items():
        os.execve(sys.executable, [sys.executable, "-m", "tests.soak", *sys.argv[1:]], {**os.environ, **ENVIRONMENT})


if __name__ == "__main__":
    sys.exit(main())
