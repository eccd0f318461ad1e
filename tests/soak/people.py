"""What people do during the week: they start runs, pause a marketplace, delete old listings, and decide on holds."""

import random
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from functools import partial

from tests.soak.commands import Commands
from tests.soak.events import MINUTE, Event, during_runs, span, void
from tests.soak.families import Family
from tests.soak.plant import SOMEBODY, Plant
from tests.soak.proxies import PROXIES

from mercarich_contracts.market import Marketplace
from mercarich_contracts.schedule import SCHEDULE
from mercarich_db.setting_definitions import ON, PAUSE, PAUSED
from mercarich_web.runs.sql.holds import SqlHolds
from mercarich_web.runs.sql.releases import SqlReleases
from mercarich_web.system_settings.sql import SqlSettings

DECIDED_AFTER = timedelta(hours=2)
"""How old a hold is when somebody decides on it, unless a second look was first."""


def decide_on_holds(plant: Plant) -> None:
    """Release old holds. Whatever the person thinks, the checker withdraws only what is still gone."""
    books, now = plant.database.books, plant.kernel.utc()
    for hold in SqlHolds(books).open():
        if hold.released_at is None and hold.opened_at < now - DECIDED_AFTER:
            SqlReleases(books).release(hold.id, SOMEBODY, now)


def events(plant: Plant, commands: Commands, chance: random.Random, day: int) -> Iterator[Event]:
    """Draw what people do on a day."""
    rows = [row for row in SCHEDULE if row.component in ("checker", "updater")]
    row = chance.choice(rows)
    at = during_runs(chance)
    yield Event(
        at,
        Family.BY_HAND,
        f"{row.name} is started by hand",
        lambda: void(commands.launch(row, f"hand-{day}")),
    )
    if day % 2:
        name = chance.choice(list(PROXIES))
        yield from span(
            plant.kernel,
            during_runs(chance),
            chance.uniform(5, 40) * MINUTE,
            Family.PAUSED,
            f"{name} is paused",
            partial(_pause, plant, name),
        )
    else:
        old = next(row for row in SCHEDULE if row.name == "delete-old-items")
        at_amazon = replace(old, command=(*old.command, "--delete-listing"))
        yield Event(
            chance.uniform(0.2, 2.6) * 3600,  # Before the row's own start, which leaves the listings at Amazon.
            Family.BY_HAND,
            "old listings are deleted by hand, at Amazon, too",
            lambda: void(commands.launch(at_amazon, f"hand-delete-{day}")),
        )


def _pause(plant: Plant, name: Marketplace, paused: bool) -> None:
    settings = SqlSettings(plant.database.books)
    settings.change(PAUSE + name.upper(), PAUSED if paused else ON, SOMEBODY, plant.kernel.utc())
