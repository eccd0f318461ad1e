"""`make soak`: a simulated week of 20 sellers and 20,000 listings, and the market's verdict on it.

It is one process without sockets and real waiting: the product's use cases, decisions, SQL and readers run on a clock
that jumps (`kernel`), against the simulator's market and Amazon, with faults drawn from a seed (`weather`). The exit
code is 0 only when every promise was kept. The same seed gives the same week.
"""

import argparse
import logging
import os
import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from rich.console import Console
from tests.soak.seeds import COMMIT, read_seed

if TYPE_CHECKING:
    from tests.soak.play import Plan

OURS = ("MERCARICH_", "MERCARI_PROXY_", "YAHOO_PROXY_", "CHECKER_", "UPDATER_", "FEED_", "SIMULATOR_")
"""Environment variables that are ignored, so that a week is always the same."""
ENVIRONMENT = {
    "MALLOC_ARENA_MAX": "1",
    "MALLOC_MMAP_THRESHOLD_": str(2**25),
    "MALLOC_TRIM_THRESHOLD_": str(2**30),
}
"""Use one heap, and return none of it to the system: thousands of pictures are created and freed."""
WIDTH = 130
"""Width of the report in a log, in columns."""


def main() -> int:
    given = _parser().parse_args()
    _start_anew()
    for name in [name for name in os.environ if name.startswith(OURS)]:
        del os.environ[name]
    from tests.services.memory import folder_in_memory  # Imported after the environment is clean.
    from tests.soak.play import play

    seed = read_seed(given.seed)
    console = Console(width=None if sys.stdout.isatty() else WIDTH)
    console.print(f"Repeat this by: {_command(given, seed)}", highlight=False, soft_wrap=True)
    if given.log:
        logging.basicConfig(filename=given.log, filemode="w", level=logging.INFO, format="%(name)s %(message)s")
    else:
        logging.disable(logging.CRITICAL)
    with folder_in_memory("mercarich-soak-") as folder:
        return play(console, Path(folder), seed, _plan(given, seed))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m tests.soak", description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--days", type=int, default=7, help="days of market and faults; some calm hours follow (7)")
    parser.add_argument("--seed", default="1", help=f"a number, or `{COMMIT}`: that of the commit (1)")
    parser.add_argument("--sellers", type=int, default=20)
    parser.add_argument("--listings", type=int, default=20_000)
    parser.add_argument("--orders", type=float, help="share of the offers for which a buyer comes in a day")
    parser.add_argument(
        "--demand", type=float, help="power of a source's hazard that demand follows, in a mixed market"
    )
    flags = {
        "--judge-orders": "shares and forecasts of orders must be as wanted",
        "--tell-orders": "tell the orders to a seller, in place of the report",
        "--unkind": "Amazon as developers report it",
        "--no-faults": "the market alone changes",
        "--some-faults": "a subset of the faults, drawn from the seed",
        "--watch": "sources are looked at all day, too",
        "--restore-drill": "each day the database loses an hour",
    }
    for flag, what in flags.items():
        parser.add_argument(flag, action="store_true", help=what)
    parser.add_argument("--states", type=_to_write, help="write here as JSON how often each state was reached")
    parser.add_argument("--json", type=_to_write, help="write the figures of orders here, for `tests.soak.pooled`")
    parser.add_argument("--log", type=_to_write, help="write the product's log lines and the faults here")
    return parser


def _to_write(name: str) -> Path:
    """Return the file's path once its folder exists and it can be written, so that no week is played in vain."""
    path = Path(name)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.open("ab").close()
    except OSError as error:
        raise argparse.ArgumentTypeError(f"cannot write {name}: {error.strerror}") from None
    return path


def _plan(given: argparse.Namespace, seed: int) -> "Plan":
    from tests.soak.families import Faults, some
    from tests.soak.play import Plan
    from tests.soak.week import UNKIND, USUAL, Size

    faults = some(seed) if given.some_faults else Faults(amazon=UNKIND if given.unkind else USUAL)
    if given.no_faults:
        faults = replace(faults, families=frozenset())
    if given.orders is not None:
        faults = replace(faults, amazon=replace(faults.amazon, orders_per_hour=given.orders / 24))
    if given.demand is not None:
        faults = replace(faults, amazon=replace(faults.amazon, demand=given.demand))
    faults = replace(faults, drills=given.restore_drill, watched=faults.watched or given.watch)
    size = Size(given.sellers, given.listings)
    return Plan(given.days, size, faults, given.states, given.judge_orders, given.json, given.tell_orders)


def _command(given: argparse.Namespace, seed: int) -> str:
    """Return the command line that repeats this week, whatever the commit."""
    numbers = f"--days {given.days} --seed {seed} --sellers {given.sellers} --listings {given.listings}"
    for name, value in (("--orders", given.orders), ("--demand", given.demand)):
        numbers += "" if value is None else f" {name} {value:g}"
    flags = {
        "--judge-orders": given.judge_orders,
        "--tell-orders": given.tell_orders,
        "--unkind": given.unkind,
        "--no-faults": given.no_faults,
        "--some-faults": given.some_faults,
        "--watch": given.watch,
        "--restore-drill": given.restore_drill,
    }
    return " ".join((".venv/bin/python -m tests.soak", numbers, *(flag for flag, on in flags.items() if on)))


def _start_anew() -> None:
    """Variables that must be set before a process starts."""
    if not ENVIRONMENT.items() <= os.environ.items():
        os.execve(sys.executable, [sys.executable, "-m", "tests.soak", *sys.argv[1:]], {**os.environ, **ENVIRONMENT})


if __name__ == "__main__":
    sys.exit(main())
