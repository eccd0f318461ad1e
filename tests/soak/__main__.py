"""`make soak`: a simulated week of 20 sellers and 20,000 listings, and what the market says of it.

One process, no sockets, no real waiting: the product's use cases, decisions, SQL and readers run on a clock that jumps
(`kernel`), against the simulator's market and Amazon, with faults from a seed (`weather`). Exit code 0 only when every
promise was kept. The same seed gives the same week.
"""

import argparse
import logging
import os
import sys
from pathlib import Path

from rich.console import Console

OURS = ("MERCARICH_", "MERCARI_PROXY_", "YAHOO_PROXY_", "CHECKER_", "UPDATER_", "FEED_", "SIMULATOR_")
"""A week is the same whatever points the product elsewhere: these variables are not read."""
ENVIRONMENT = {
    "PYTHONHASHSEED": "0",  # sets of texts have an order of their own in each process otherwise
    "MALLOC_ARENA_MAX": "1",
    "MALLOC_MMAP_THRESHOLD_": str(2**25),
    "MALLOC_TRIM_THRESHOLD_": str(2**30),
}
"""One heap, of which nothing is given back to the system: pictures come and go by the thousand."""
WIDTH = 130
"""Of a page in a log."""


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.soak", description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--days", type=int, default=7, help="days of market and faults; some calm hours follow (7)")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--sellers", type=int, default=20)
    parser.add_argument("--listings", type=int, default=20_000)
    parser.add_argument("--log", type=Path, help="write the product's log lines and the faults here")
    given = parser.parse_args()
    _start_anew()
    for name in [name for name in os.environ if name.startswith(OURS)]:
        del os.environ[name]
    from tests.services.memory import folder_in_memory  # after the environment is clean
    from tests.soak.play import play
    from tests.soak.week import Size

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
        )


def _start_anew() -> None:
    """What has to be set before a process starts."""
    if not ENVIRONMENT.items() <= os.environ.items():
        os.execve(sys.executable, [sys.executable, "-m", "tests.soak", *sys.argv[1:]], {**os.environ, **ENVIRONMENT})


if __name__ == "__main__":
    sys.exit(main())
