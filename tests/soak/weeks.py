"""`make soak-weeks`: short weeks of consecutive seeds, each with its own random subset of the faults.

The exit code is 0 only when every promise was kept in each of them. With `--every-state` the weeks have seven days, all
faults happen in each, and the exit code is 0 only when each named state was reached by one of them at least, too.
"""

import argparse
import subprocess
import sys
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

import orjson
from rich.console import Console
from tests.soak.seeds import COMMIT, read_seed

SHORT = ("--days", "5", "--sellers", "2", "--listings", "60", "--some-faults")
"""One with the watch took 556 s of a processor, beside other work."""
WHOLE = ("--days", "7", "--sellers", "3", "--listings", "120", "--unkind")
"""Such a week takes less than five minutes of one core."""


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.soak.weeks", description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--weeks", type=int, default=3)
    parser.add_argument("--seed", default=COMMIT, help=f"the first week's: a number, or `{COMMIT}` (the commit's)")
    parser.add_argument("--every-state", action="store_true", help="fail for a state that no week has reached")
    given = parser.parse_args()
    first, broken, reached = read_seed(given.seed), list[int](), Counter[str]()
    for seed in range(first, first + given.weeks):
        kept, counts = _play(seed, WHOLE if given.every_state else SHORT)
        broken += [] if kept else [seed]
        reached.update({name: int(count > 0) for name, count in counts.items()})
    unreached = [name for name, weeks in reached.items() if not weeks]
    console = Console(highlight=False)
    console.print(f"Promises were broken in {len(broken)} of {given.weeks} weeks{': seeds ' if broken else ''}", end="")
    console.print(", ".join(map(str, broken)))
    console.print(f"{len(unreached)} of {len(reached)} states were reached by no week. {'; '.join(unreached)}")
    return 1 if broken or (given.every_state and unreached) else 0


def _play(seed: int, size: Sequence[str]) -> tuple[bool, dict[str, int]]:
    """Return whether every promise was kept, and how often each state was reached."""
    with TemporaryDirectory(prefix="mercarich-states-") as folder:
        told = Path(folder) / "states.json"
        week = (*size, "--seed", str(seed), "--states", str(told))
        ended = subprocess.run([sys.executable, "-m", "tests.soak", *week], check=False)
        return ended.returncode == 0, orjson.loads(told.read_bytes()) if told.exists() else {}


if __name__ == "__main__":
    sys.exit(main())
