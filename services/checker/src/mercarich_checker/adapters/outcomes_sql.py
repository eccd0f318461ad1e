"""`ports.Outcomes` over orders, runs and `forecast_outcomes`."""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Connection, Engine, and_, case, distinct, exists, func, or_, select, update

from mercarich_checker.domain.cancellations import Outcome, Period, went_later
from mercarich_contracts.events import EventKind
from mercarich_contracts.market import Marketplace
from mercarich_contracts.orders import NOT_PAID, Canceller, OrderStatus
from mercarich_db.bulk import insert_missing
from mercarich_db.conditions import among
from mercarich_db.engine import reading, run_tx
from mercarich_db.open_orders import OF_LINKED_STORE
from mercarich_db.tables import (
    forecast_outcomes,
    holds,
    listing_events,
    order_items,
    order_reads,
    order_searches,
    run_sellers,
    runs,
    source_items,
)
from mercarich_db.types import AnyRow
from mercarich_listings.mean_on_sale import mean_on_sale

_item, _own, _kept = order_items.c, run_sellers.c, forecast_outcomes.c
_BY_SELLER = _item.cancelled_by == Canceller.MERCHANT


class SqlOutcomes:
    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def counted_at(self, marketplace: Marketplace) -> datetime | None:
        query = select(_kept.counted_at).where(_kept.marketplace == marketplace)
        with reading(self._engine) as connection:
            at: datetime | None = connection.execute(query).scalar()
            return at

    def periods(self, marketplace: Marketplace, since: datetime, until: datetime) -> Sequence[Period]:
        with reading(self._engine) as connection:
            orders = _orders(connection, marketplace, since, until)
            cancelling = [user_id for user_id, row in orders.items() if row.cancelled]
            later = _cancelled_later(connection, marketplace, cancelling, since, until)
            looks = _looks(connection, marketplace, list(orders), since, until)
            began = {user_id: first for user_id, (first, _) in looks.items()}
            offers = mean_on_sale(connection, began, until)
        return [
            Period(
                orders=row.orders,
                cancelled=row.cancelled,
                cancelled_later=later[user_id],
                exposed=looks[user_id][1],
                offers=offers[user_id].get(marketplace, 0.0),
                length=until - looks[user_id][0],
            )
            for user_id, row in orders.items()
            if user_id in looks
        ]

    def keep(self, marketplace: Marketplace, outcome: Outcome, now: datetime) -> None:
        values: dict[str, Any] = {
            "orders": outcome.orders,
            "expected": outcome.expected,
            "cancelled": outcome.cancelled,
            "cancelled_later": outcome.cancelled_later,
            "counted_at": now,
        }

        def write(connection: Connection) -> None:
            insert_missing(connection, forecast_outcomes, [{"marketplace": marketplace.value, **values}])
            connection.execute(update(forecast_outcomes).where(_kept.marketplace == marketplace).values(**values))

        run_tx(self._engine, write)


def _orders(connection: Connection, marketplace: Marketplace, since: datetime, until: datetime) -> Mapping[int, AnyRow]:
    """Return by seller the numbers of orders that count in a cancellation rate, and of those that the seller
    cancelled."""
    is_kept = and_(_item.cancelled_by.is_(None), _item.status.not_in((*NOT_PAID, OrderStatus.CANCELLED)))
    query = (
        select(
            _item.user_id,
            func.count(distinct(case((or_(_BY_SELLER, is_kept), _item.order_id)))).label("orders"),
            func.count(distinct(case((_BY_SELLER, _item.order_id)))).label("cancelled"),
        )
        .join(source_items, source_items.c.id == _item.source_item_id)
        .where(*_of_the_time(marketplace, since, until))
        .group_by(_item.user_id)
    )
    return {row.user_id: row for row in connection.execute(query)}


def _cancelled_later(
    connection: Connection, marketplace: Marketplace, user_ids: Sequence[int], since: datetime, until: datetime
) -> Mapping[int, int]:
    """Return by seller the number of cancelled orders of which each source at the marketplace went after the order."""
    query = (
        select(_item.user_id, _item.order_id, _item.seen_at, order_searches.c.gone_at)
        .join(source_items, source_items.c.id == _item.source_item_id)
        .outerjoin(order_searches, order_searches.c.order_item_id == _item.id)
        .where(*_of_the_time(marketplace, since, until), _BY_SELLER, among(_item.user_id, user_ids))
    )
    was_there: dict[tuple[int, str], bool] = {}
    for row in connection.execute(query):
        key = row.user_id, row.order_id
        was_there[key] = was_there.get(key, True) and went_later(row.seen_at, row.gone_at)
    return Counter(user_id for (user_id, _), there in was_there.items() if there)


def _of_the_time(marketplace: Marketplace, since: datetime, until: datetime) -> Sequence[ColumnElement[bool]]:
    """Conditions on `order_items` joined with their `source_items`. What was ordered before the store was linked had no
    exposure that was measured, and no look."""
    of_store = and_(order_reads.c.user_id == _item.user_id, order_reads.c.seller_id == _item.seller_id)
    since_linked = exists().where(of_store, order_reads.c.began_at <= _item.ordered_at).correlate(order_items)
    in_time = and_(_item.ordered_at >= since, _item.ordered_at < until)
    return source_items.c.marketplace == marketplace, in_time, OF_LINKED_STORE, since_linked


def _looks(
    connection: Connection, marketplace: Marketplace, user_ids: Sequence[int], since: datetime, until: datetime
) -> Mapping[int, tuple[datetime, timedelta]]:
    """Return by seller the first look of the time, and for how long its offers were exposed before looks that saw that.
    Of falls that were a false alarm nobody knows which part is theirs; all are taken to be alike."""
    cleared = (
        select(holds.c.run_id, listing_events.c.user_id, func.count().label("number"))
        .join(listing_events, listing_events.c.hold_id == holds.c.id)
        .where(among(listing_events.c.user_id, user_ids), listing_events.c.at >= since)
        .where(listing_events.c.kind == EventKind.HOLD_CLEARED)
        .group_by(holds.c.run_id, listing_events.c.user_id)
        .subquery()
    )
    true_falls = func.coalesce(_own.fallen - cleared.c.number, _own.fallen)
    unseen = case((true_falls > 0, 1.0 * _own.unseen_seconds * true_falls / _own.fallen), else_=0.0)
    query = (
        select(_own.user_id, func.min(runs.c.started_at).label("first"), func.sum(unseen).label("unseen"))
        .select_from(run_sellers)
        .join(runs, runs.c.id == _own.run_id)
        .outerjoin(cleared, and_(cleared.c.run_id == _own.run_id, cleared.c.user_id == _own.user_id))
        .where(among(_own.user_id, user_ids), _own.checked > 0, runs.c.marketplace == marketplace)
        .where(runs.c.operation.in_(("check", "watch")), runs.c.started_at >= since, runs.c.started_at < until)
        .group_by(_own.user_id)
    )
    return {row.user_id: (row.first, timedelta(seconds=float(row.unseen or 0))) for row in connection.execute(query)}
