"""`python -m bench [NAME …] [--smoke] [--rounds N]`: run benchmarks; `python -m bench table` writes the page.

Each benchmark is a module of this package with `run(scale: Scale) -> Result`; the first line of its docstring says what
it measures.
"""

import argparse
import importlib
import sys
import time
from dataclasses import replace

from bench.harness import page, result
from bench.harness.processes import Failed
from bench.harness.result import NotExact, Result
from bench.harness.scale import FULL, SMOKE, Scale
from rich.console import Console
from rich.table import Table as Shown
from tests.services.process import Missing

BENCHES = (
    "checks",
    "planning",
    "state_writes",
    "budget",
    "sharing",
    "light_load",
    "withdrawals",
    "pages",
    "one_shop",
    "one_machine",
    "freshness",
)
"""The benchmarks in the order of a full run."""
IN_SMOKE = BENCHES


def main() -> int:
    given = _arguments()
    if given.names == ["table"]:
        written = page.write(result.kept())
        print(f"{page.PAGE.relative_to(result.ROOT)}: {', '.join(written)}")  # noqa: T201
        return 0
    scale = SMOKE if given.smoke else replace(FULL, rounds=given.rounds)
    names = (given.names or list(IN_SMOKE if given.smoke else BENCHES))[given.part]
    failed = [name for name in names if not _went_well(name, scale)]
    return 1 if failed else 0


def _went_well(name: str, scale: Scale) -> bool:
    """Run the benchmarks. One that fails is reported, and the others still run."""
    try:
        _run(name, scale)
    except (Missing, NotExact, Failed) as error:
        print(f"bench {name}: {error}", file=sys.stderr)  # noqa: T201
        return False
    return True


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench", description=(__doc__ or "").partition("\n\n")[0])
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"{', '.join(BENCHES)}; or table (all)")
    parser.add_argument("--smoke", action="store_true", help="reduced: asserts that the work is done, never a time")
    parser.add_argument("--part", type=_part, default=slice(None), metavar="K/N", help="each Nth, from the Kth on")
    parser.add_argument("--rounds", type=int, default=FULL.rounds, help="counted runs of each side (%(default)s)")
    given = parser.parse_args()
    unknown = sorted(set(given.names) - set(BENCHES) - {"table"})
    if unknown:
        parser.error(f"there is no benchmark {', '.join(unknown)}")
    return given


def _part(text: str) -> slice:
    part, _, parts = text.partition("/")
    if not (part.isdecimal() and parts.isdecimal() and 1 <= int(part) <= int(parts)):
        raise argparse.ArgumentTypeError(f"{text}: K/N is wanted, such as 1/2")
    return slice(int(part) - 1, None, int(parts))


def _run(name: str, scale: Scale) -> None:
    began = time.monotonic()
    outcome: Result = importlib.import_module(f"bench.{name}").run(scale)
    file = result.keep(name, scale, outcome, time.monotonic() - began)
    console = Console() if sys.stdout.isatty() else Console(width=160)
    if scale.smoke:
        console.print(f"{name}: every job was done exactly once", highlight=False)
        return
    for table in (page.goals_table(outcome.goals), *outcome.tables.values()):
        shown = Shown(*table.headings, title=name, box=None, pad_edge=False)
        for row in table.rows:
            shown.add_row(*row)
        console.print(shown)
    console.print(f"kept in {file.relative_to(result.ROOT)}", highlight=False)


if __name__ == "__main__":
    sys.exit(main())
