"""`ports.Capacities` over the table `capacities`: the sources on sale, counted as a run marks and bundles them."""

from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Engine, Select, and_, case, func, or_, select, true, update

from mercarich_checker.adapters.marking_sql import PLANNED
from mercarich_contracts.capacity import LIST_CALL_ITEMS, MOST
from mercarich_contracts.market import Marketplace
from mercarich_contracts.proxy_api import Budget
from mercarich_contracts.sites import SITES, Site
from mercarich_db.bulk import insert_missing
from mercarich_db.cadence import checks_a_day
from mercarich_db.conditions import Filter
from mercarich_db.engine import reading, run_tx
from mercarich_db.offers import LOOKED_AT
from mercarich_db.tables import capacities, listings, source_items

_items = source_items.c


class SqlCapacities:
    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def counted_at(self, marketplace: Marketplace) -> datetime | None:
        query = select(capacities.c.counted_at).where(capacities.c.marketplace == marketplace)
        with reading(self._engine) as connection:
            at: datetime | None = connection.execute(query).scalar()
            return at

    def count(self, marketplace: Marketplace, now: datetime) -> None:
        with reading(self._engine) as connection:
            counted = connection.execute(demand(SITES[marketplace])).one()._mapping
        self._keep(marketplace, {**{name: int(count or 0) for name, count in counted.items()}, "counted_at": now})

    def hear(self, marketplace: Marketplace, budget: Budget, now: datetime) -> None:
        self._keep(marketplace, {**budget.model_dump(), "heard_at": now})

    def _keep(self, marketplace: Marketplace, values: dict[str, Any]) -> None:
        def write(connection: Any) -> None:
            insert_missing(connection, capacities, [{"marketplace": marketplace.value}])
            connection.execute(update(capacities).where(capacities.c.marketplace == marketplace).values(**values))

        run_tx(self._engine, write)


def demand(site: Site) -> Select[*tuple[Any, ...]]:
    """Select the four numbers of `mercarich_contracts.capacity.Demand`.

    Listings are read from their covering index alone, and each source once by its id.
    """
    often = listings.c.user_id.in_(PLANNED.where(checks_a_day() >= MOST))
    offers = (
        select(listings.c.source_item_id, func.max(case((often, 1), else_=0)).label("often"))
        .where(listings.c.user_id.in_(PLANNED), listings.c.listed.is_(true()), Filter(LOOKED_AT))
        .with_hint(listings, "FORCE INDEX (ix_listings_shop)", "mysql")
        .group_by(listings.c.source_item_id)
        .subquery("offers")
    )
    sources = (
        select(func.count().label("sources"), func.sum(offers.c.often).label("often"))
        .select_from(offers)
        .join(source_items, _items.id == offers.c.source_item_id)
        .where(_items.marketplace == site.marketplace)
    )
    if not site.lists_sellers:
        one = sources.subquery("one").c
        names = ("sources", "calls", "often_sources", "often_calls")
        each = (one.sources, one.sources, one.often, one.often)
        return select(*(column.label(name) for column, name in zip(each, names, strict=True)))
    alone = case((_listed_together(site), 0), else_=_items.id)
    bundles = sources.group_by(alone, case((alone == 0, _items.seller_id))).subquery("bundles")
    return select(
        func.sum(bundles.c.sources).label("sources"),
        func.sum(_calls(bundles.c.sources)).label("calls"),
        func.sum(bundles.c.often).label("often_sources"),
        func.sum(_calls(bundles.c.often)).label("often_calls"),
    )


def _listed_together(site: Site) -> ColumnElement[bool]:
    """SQL condition for sources that one call may return together with others of their source seller."""
    length = func.length(_items.item_id)
    kinds = [length.between(*kind.lengths) for kind in site.items if kind.in_lists]
    return and_(_items.seller_id.is_not(None), or_(*kinds))


def _calls(items: ColumnElement[int]) -> ColumnElement[int]:
    return (items + (LIST_CALL_ITEMS - 1)) // LIST_CALL_ITEMS
