"""Figures of each day: looks, events in the market, and what the product did."""

from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from tests.soak.plant import Plant

from mercarich_contracts.events import EventKind
from mercarich_db.engine import reading
from mercarich_db.tables import listing_events, listings, runs
from mercarich_simulator.truth import BUYABLE


@dataclass(frozen=True, slots=True)
class Day:
    number: int
    looks: int
    unknown: int
    sold: int
    """Listed sources that were no longer buyable, for whatever reason."""
    withdrawn: int
    revived: int
    """Listings with a new source, pushed or not."""
    restored: int
    """Offers that Amazon showed again."""
    held: int
    deleted: int
    up: int
    """Offers that are up at its end, by the books."""
    runs: Counter[str] = field(default_factory=Counter)
    faults: Counter[str] = field(default_factory=Counter)


def day(plant: Plant, number: int, begin: datetime, end: datetime, faults: Counter[str]) -> Day:
    with reading(plant.database.books) as connection:
        events: dict[str, int] = dict(
            connection.execute(
                select(listing_events.c.kind, func.count())
                .where(listing_events.c.at >= begin, listing_events.c.at < end)
                .group_by(listing_events.c.kind)
            )
            .tuples()
            .all()
        )
        in_time = (runs.c.started_at >= begin, runs.c.started_at < end)
        sums = (func.coalesce(func.sum(runs.c.checked), 0), func.coalesce(func.sum(runs.c.unknown), 0))
        looks, unknown = connection.execute(select(*sums).where(*in_time, runs.c.operation != "update")).one()
        of_runs = select(runs.c.outcome, func.count()).where(*in_time, runs.c.operation != "watch")
        outcomes = connection.execute(of_runs.group_by(runs.c.outcome))
        ended: Counter[str] = Counter(dict(outcomes.tuples().all()))
        is_up = (listings.c.listed, listings.c.quantity > 0)
        up = connection.execute(select(func.count()).select_from(listings).where(*is_up)).scalar_one()
    return Day(
        number=number,
        looks=looks,
        unknown=unknown,
        sold=_sold(plant, begin.timestamp(), end.timestamp()),
        withdrawn=events.get(EventKind.WITHDRAWN, 0),
        revived=events.get(EventKind.RESTORED, 0) + events.get(EventKind.SWAPPED, 0),
        restored=_restored(plant, begin.timestamp(), end.timestamp()),
        held=events.get(EventKind.HELD, 0),
        deleted=events.get("deleted", 0),
        up=up,
        runs=ended,
        faults=faults,
    )


def _sold(plant: Plant, begin: float, end: float) -> int:
    sold = 0
    for marketplace, lines in plant.market.world.truth.lines.items():
        listed = plant.market.world.catalogue.shelves[marketplace].sources
        for number, line in lines.items():
            if number < listed:
                sold += _times_gone(line, begin, end)
    return sold


def _times_gone(line: list[Any], begin: float, end: float) -> int:
    before, times = "available", 0
    for change in line:
        times += begin <= change.at < end and before in BUYABLE and change.state not in BUYABLE
        before = change.state
    return times


def _restored(plant: Plant, begin: float, end: float) -> int:
    restored = 0
    for offer in plant.market.world.offers.touched.values():
        before = offer.first
        for change in offer.changes:
            restored += begin <= change.at < end and not before and change.quantity > 0
            before = change.quantity
    return restored
