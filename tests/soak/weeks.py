"""`make soak-weeks`: short weeks of consecutive seeds, each with its own random subset of the faults, two at once.

What a week reports is printed when the week and all before it have ended.
The exit code is 0 only when every promise was kept in each of them. With `--every-state` the weeks have seven days, all
faults happen in each, and the exit code is 0 only when each named state was reached by one of them at least, too.
"""

import argparse
import subprocess
import sys
from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

import orjson
from rich.console import Console
from tests.soak.seeds import COMMIT, read_seed

SHORT = ("--days", "5", "--sellers", "2", "--listings", "60", "--some-faults")
"""One with the watch took 556 s of a processor, beside other work."""
WHOLE = ("--days", "7", "--sellers", "3", "--listings", "120", "--unkind")
"""Such a week takes less than five minutes of one core."""
AT_ONCE = 2


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.soak.weeks", description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--weeks", type=int, default=3)
    parser.add_argument("--seed", default=COMMIT, help=f"the first week's: a number, or `{COMMIT}` (the commit's)")
    parser.add_argument("--every-state", action="store_true", help="fail for a state that no week has reached")
    given = parser.parse_args()
    console, first = Console(highlight=False), read_seed(given.seed)
    broken, reached = list[int](), Counter[str]()
    seeds = range(first, first + given.weeks)
    with ThreadPoolExecutor(AT_ONCE) as pool:
        weeks = pool.map(partial(_play, WHOLE if given.every_state else SHORT), seeds)
        for seed, (kept, counts, told) in zip(seeds, weeks, strict=True):
            console.out(told, end="")
            broken += [] if kept else [seed]
            reached.update({name: int(count > 0) for name, count in counts.items()})
    unreached = [name for name, weeks in reached.items() if not weeks]
    console.print(f"Promises were broken in {len(broken)} of {given.weeks} weeks{': seeds ' if broken else ''}", end="")
    console.print(", ".join(map(str, broken)))
    console.print(f"{len(unreached)} of {len(reached)} states were reached by no week. {'; '.join(unreached)}")
    return 1 if broken or (given.every_state and unreached) else 0


def _play(size: Sequence[str], seed: int) -> tuple[bool, dict[str, int], str]:
    """Return whether every promise was kept, how often each state was reached, and what the week reports."""
    with TemporaryDirectory(prefix="mercarich-states-") as folder:
        states = Path(folder) / "states.json"
        week = [sys.executable, "-m", "tests.soak", *size, "--seed", str(seed), "--states", str(states)]
        ended = subprocess.run(week, check=False, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        return ended.returncode == 0, orjson.loads(states.read_bytes()) if states.exists() else {}, ended.stdout


if __name__ == "__main__":
    sys.exit(main())
