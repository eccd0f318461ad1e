"""The table of a fortnight's orders, of one seed or of several: `python -m tests.soak.pooled FILE…`.

Each file is what `python -m tests.soak … --json FILE` has written. Shares have a 95 % interval (Wilson's).
"""

import argparse
import sys
from collections.abc import Iterator, Sequence
from math import ceil, sqrt
from pathlib import Path
from typing import NamedTuple

import orjson
from rich.console import Console
from rich.table import Table
from tests.soak.figures import Figures, pooled

_Z = 1.96
"""Standard deviations within which 95 % of a normal distribution are."""
DAYS_OF_RATE = 7
"""Days of which a rate counts the orders."""
WIDTH = 130


class Row(NamedTuple):
    what: str
    value: str
    interval: str = ""
    """95 %, of a share."""
    wanted: str = ""


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.soak.pooled", description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("files", nargs="+", type=Path, metavar="FILE")
    given = parser.parse_args()
    some = [Figures(**orjson.loads(file.read_bytes())) for file in given.files]
    tell(Console(width=None if sys.stdout.isatty() else WIDTH), pooled(some))
    return 0


def tell(console: Console, told: Figures) -> None:
    seeds = ", ".join(map(str, sorted(told.seeds)))
    title = f"Orders of {told.days} days, seed{'s' if len(told.seeds) > 1 else ''} {seeds}: {told.orders:,}"
    table = Table(title=title, title_justify="left")
    for name in ("measured", "value", "95 %", "wanted"):
        table.add_column(name)
    for row in rows(told):
        table.add_row(*row)
    console.print(table)


def rows(told: Figures) -> Iterator[Row]:
    late = sum(seconds > 60 for seconds in told.looks)
    yield Row("looks at the source, after an order was read", f"{len(told.looks):,}")
    yield Row("… the product's own time", _percentiles(told.looks), wanted="p99 <= 60 s")
    yield Row("… with the time under injected faults", _percentiles(told.looks_whole))
    yield _share("… later than 60 s by the product", late, len(told.looks), "<= 1 %")
    yield Row("orders that were decided or closed before a look", f"{told.unlooked:,}")
    yield _share("orders with a fitting spare piece for sale when they were read", told.spare, told.sourced)
    yield Row("orders that met a source that was gone", f"{told.gone:,}")
    yield _share("… another one found within 10 min", told.gone_in_time, told.gone, ">= 50 %")
    yield _share("… of those with a fitting spare piece for sale", told.spared_in_time, told.spared)
    yield Row("… bought elsewhere", f"{told.met_elsewhere:,}")
    yield _share("cancelled for want of a source", told.cancelled, told.counted, "<= 0.5 %")
    yield Row("pieces sold twice", f"{told.sold_twice:,}", wanted="0")
    yield Row("prices changed that nobody asked for", f"{told.prices_unasked:,}", wanted="0")
    yield Row("other fields that a push changed and did not mean", f"{told.fields_lost:,}", wanted="0")
    yield Row("requests for personal data", f"{told.personal:,}", wanted="0")
    yield Row("sold at a loss, by whomever", f"{told.at_loss:,}")
    yield Row("… although the loss stop was on", f"{told.at_loss_late:,}", wanted="0")
    yield Row("wrongly stopped by the loss stop", f"{told.wrongly_stopped:,}", wanted="0")
    yield Row("shipped late, by the market and by the rows", f"{told.shipped_late:,}, {told.shipped_late_told:,}")
    yield from _of_forecasts(told.foretold)
    yield _share("requests to Amazon as its models want them", told.requests_valid, told.requests, "all")
    yield Row("promises of the week that were broken", f"{told.broken:,}", wanted="0")


def interval(part: int, whole: int) -> tuple[float, float]:
    """Return Wilson's 95 % interval of a share."""
    share, square = part / whole, _Z**2
    middle = (share + square / (2 * whole)) / (1 + square / whole)
    wide = _Z * sqrt(share * (1 - share) / whole + square / (4 * whole**2)) / (1 + square / whole)
    return max(0.0, middle - wide), min(1.0, middle + wide)


def _share(what: str, part: int, whole: int, wanted: str = "") -> Row:
    if not whole:
        return Row(what, "–", wanted=wanted)
    low, high = interval(part, whole)
    return Row(what, f"{part:,} of {whole:,}, {part / whole:.2%}", f"{low:.2%} to {high:.2%}", wanted)


def _percentiles(seconds: Sequence[float]) -> str:
    ordered = sorted(seconds)
    if not ordered:
        return "–"
    p50, p99 = (ordered[ceil(len(ordered) * part) - 1] for part in (0.5, 0.99))
    return f"{p50:.0f} s (p50), {p99:.0f} s (p99), {ordered[-1]:.0f} s (max)"


def _of_forecasts(foretold: Sequence[tuple[int, float, int, int]]) -> Iterator[Row]:
    """Yield the error of each market's forecasts alone, and that of all markets together after whole weeks.

    Of 700 orders one cancellation is 0.14 points: the more orders are told together, the less of an error is chance.
    """
    each = [share - cancelled / orders for _, share, orders, cancelled in foretold]
    yield Row("foretold - cancelled of seven days, at the end of a day", _offs(each), wanted="+-0.30 points")
    together: list[float] = []
    chances: list[float] = []
    for day in sorted({day for day, *_ in foretold if day >= DAYS_OF_RATE}):
        of_day = [one for one in foretold if one[0] == day]
        orders, cancelled = sum(one[2] for one in of_day), sum(one[3] for one in of_day)
        together.append(sum(share * count for _, share, count, _ in of_day) / orders - cancelled / orders)
        low, high = interval(cancelled, orders)
        chances.append((high - low) / 2)
    chance = f"; chance of one day: +-{100 * sum(chances) / len(chances):.2f}" if chances else ""
    yield Row("… of all seeds together, of whole weeks", _offs(together) + chance, wanted="+-0.30 points")


def _offs(offs: Sequence[float]) -> str:
    if not offs:
        return "–"
    mean, most = sum(offs) / len(offs), max(offs, key=abs)
    return f"mean {100 * mean:+.2f}, largest {100 * most:+.2f} points, of {len(offs)} days"


if __name__ == "__main__":
    sys.exit(main())
