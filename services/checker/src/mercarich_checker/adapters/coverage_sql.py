"""`ports.Coverages` over the table `coverages`: the sources on sale, counted by the age of their last look."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Engine, Select, case, delete, func, insert, literal, select, true

from mercarich_checker.adapters.marking_sql import PLANNED
from mercarich_checker.domain.coverage import BANDS, Band, Unseen, coverages
from mercarich_contracts.coverage import LATE_AFTER, Coverage
from mercarich_contracts.market import Marketplace
from mercarich_db import tables
from mercarich_db.cadence import checks_a_day
from mercarich_db.conditions import Filter
from mercarich_db.coverage import ALL_SELLERS
from mercarich_db.engine import reading, run_tx
from mercarich_db.offers import LOOKED_AT
from mercarich_db.tables import listings, source_items, users

_items = source_items.c


class SqlCoverages:
    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def count(self, marketplace: Marketplace, now: datetime) -> None:
        with reading(self._engine) as connection:
            bands = [Band(*row) for row in connection.execute(aged(marketplace, now))]
            unseen = [Unseen(*row) for row in connection.execute(without_look(marketplace, now))]
            checks = _checks(connection)
        together, of_seller = coverages(marketplace, bands, unseen, checks, now)
        rows = [_row(ALL_SELLERS, together), *(_row(user_id, one) for user_id, one in of_seller.items())]

        def write(connection: Connection) -> None:
            connection.execute(delete(tables.coverages).where(tables.coverages.c.marketplace == marketplace))
            connection.execute(insert(tables.coverages), rows)

        run_tx(self._engine, write)


def aged(marketplace: Marketplace, now: datetime) -> Select[*tuple[Any, ...]]:
    """Select the sources with a look, by seller and age: (seller, place in `BANDS`, sources, oldest look).

    Listings are read from their covering index alone, and each source by its id.
    """
    place = _place([now - age for age in BANDS], 0, len(BANDS))
    return (
        select(listings.c.user_id, place.label("place"), func.count(), func.min(_items.checked_at))
        .select_from(listings)
        .with_hint(listings, "FORCE INDEX (ix_listings_shop)", "mysql")
        .join(source_items, _items.id == listings.c.source_item_id)
        .where(
            listings.c.user_id.in_(PLANNED),
            listings.c.listed.is_(true()),
            Filter(LOOKED_AT),
            Filter(_items.marketplace == marketplace),
            Filter(_items.checked_at.is_not(None)),
        )
        .group_by(listings.c.user_id, place)
    )


def _place(since: Sequence[datetime], low: int, high: int) -> ColumnElement[int]:
    """SQL expression for the place of a look among these times, from young to old: a binary search, as comparing with
    one time after the other takes most of the count."""
    if low == high:
        return literal(low)
    middle = (low + high) // 2
    return case((_items.checked_at >= since[middle], _place(since, low, middle)), else_=_place(since, middle + 1, high))


def without_look(marketplace: Marketplace, now: datetime) -> Select[*tuple[Any, ...]]:
    """Select the sources without a look, by seller: (seller, sources, those offered for longer than the plan allows).

    They are few, except after a large import, and found by the index of the sources that are due.
    """
    offered_before = case(*((checks_a_day() == checks, now - age) for checks, age in LATE_AFTER.items()))
    late = func.sum(case((listings.c.changed_at < offered_before, 1), else_=0))
    return (
        select(listings.c.user_id, func.count(), late)
        .select_from(source_items)
        .join(listings, listings.c.source_item_id == _items.id)
        .join(users, users.c.id == listings.c.user_id)
        .where(
            _items.marketplace == marketplace,
            _items.checked_at.is_(None),
            Filter(LOOKED_AT),
            Filter(listings.c.user_id.in_(PLANNED)),
        )
        .group_by(listings.c.user_id)
    )


def _checks(connection: Connection) -> Mapping[int, int]:
    """Return the checks a day by seller."""
    rows = connection.execute(PLANNED.add_columns(checks_a_day().label("checks")))
    return {row.id: row.checks for row in rows}


def _row(user_id: int, one: Coverage) -> dict[str, Any]:
    return {"user_id": user_id, **asdict(one)}
