"""What the watch does while a marketplace is silent for hours, and how it catches up.

    .venv/bin/python -m tests.soak.silence [--listings 8000] [--calls 0.2] [--hours 6]

The services and the schedule run as in the simulated week, without other faults. Both marketplaces answer nothing but
503 for some hours of the second day. The exit code is 0 when the silent hours cost few calls, the hours after them no
more than the budget, and a day later no source waits for longer than its plan
allows.
"""

import argparse
import logging
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

from rich.console import Console
from sqlalchemy import func, select
from tests.services.memory import folder_in_memory
from tests.soak.plant import SOMEBODY
from tests.soak.proxies import PROXIES
from tests.soak.week import Size, Week

from mercarich_db.engine import reading
from mercarich_db.tables import listings, source_items
from mercarich_web.system_settings.sql import SqlSettings

HOUR = 3600.0
BEGINS = 26
"""Hour of the silence's begin: the first day is for the first look at everything."""
ENDS = 54
CANARIES = {"CANARY_EVERY_SECONDS": 300, "CANARY_RETRY_SECONDS": 15}
"""Times at one call a second, which is Mercari's default. With fewer calls for fewer sources they are longer."""
MOST_SILENT, MOST = 0.2, 1.05
"""Shares of the budget: in the silent hours, and in any hour."""
LONGEST = 12.0


def main() -> int:
    parser = argparse.ArgumentParser(
        prog="python -m tests.soak.silence", description=(__doc__ or "").partition("\n")[0]
    )
    parser.add_argument("--listings", type=int, default=8_000, help="half of them at each marketplace")
    parser.add_argument("--calls", type=float, default=0.2, help="calls a second that each marketplace allows")
    parser.add_argument("--hours", type=float, default=6.0, help="how long both are silent")
    given = parser.parse_args()
    logging.disable(logging.CRITICAL)
    console = Console(highlight=False, soft_wrap=True)
    with folder_in_memory("mercarich-silence-") as folder:
        week = Week(Path(folder), 1, Size(4, given.listings, given.calls), watched=True)
        with closing(week.plant.darkroom):
            told = list(_play(week, given.calls, given.hours, console))
    wrong = [text for text, right in told if not right]
    for text, right in told:
        console.print(f"{'kept' if right else 'BROKEN'}: {text}")
    return 1 if wrong else 0


def _play(week: Week, calls: float, hours: float, console: Console) -> Iterator[tuple[str, bool]]:
    settings, world = SqlSettings(week.plant.database.books), week.plant.market.world
    for key, seconds in CANARIES.items():
        settings.change(key, str(int(seconds / calls)), SOMEBODY, week.kernel.utc())
    shares: dict[str, list[float]] = {str(name): [] for name in PROXIES}
    for hour in range(ENDS):
        if hour == BEGINS:
            for name in shares:
                fault = {"target": name, "kind": "503_html", "share": 1.0, "for_seconds": hours * HOUR}
                world.faults.set(fault, world.clock.wall())
        before = {name: _calls(week, name) for name in shares}
        week.kernel.sleep((hour + 1) * HOUR - week.kernel.now)
        for name, of_hours in shares.items():
            of_hours.append((_calls(week, name) - before[name]) / (calls * HOUR))
        told = ", ".join(f"{name} {shares[name][-1]:.0%} of the budget, {_oldest(week, name):.1f} h" for name in shares)
        console.print(f"hour {hour + 1}: {told}")
    silent = slice(BEGINS, int(BEGINS + hours))
    for name, of_hours in shares.items():
        quiet, most, oldest = max(of_hours[silent]), max(of_hours), _oldest(week, name)
        yield (
            f"{name}: at most {quiet:.0%} of the budget in a silent hour (allowed {MOST_SILENT:.0%})",
            (quiet <= MOST_SILENT),
        )
        yield f"{name}: at most {most:.0%} of the budget in any hour (allowed {MOST:.0%})", most <= MOST
        yield f"{name}: the oldest look is {oldest:.1f} h old at the end (allowed {LONGEST:.0f})", oldest <= LONGEST
    week.kernel.end()


def _calls(week: Week, marketplace: str) -> int:
    """Return the number of calls so far; pictures have a budget of their own."""
    traffic = week.plant.market.world.traffic[marketplace]
    return traffic.requests - traffic.by_operation.get("image", 0)


def _oldest(week: Week, marketplace: str) -> float:
    """Return how many hours ago the oldest of the last looks at sources on sale was."""
    item = source_items.c
    query = select(func.min(item.checked_at)).join(listings, listings.c.source_item_id == item.id)
    up = (item.marketplace == marketplace, listings.c.listed, listings.c.quantity > 0, ~listings.c.searching)
    with reading(week.plant.database.books) as connection:
        oldest = connection.execute(query.where(*up)).scalar()
    return float("nan") if oldest is None else (week.kernel.utc() - oldest).total_seconds() / HOUR


if __name__ == "__main__":
    sys.exit(main())
