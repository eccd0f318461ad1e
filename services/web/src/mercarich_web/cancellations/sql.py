"""The rates of cancellations and of late shipments by the orders that feed has read."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Connection, and_, case, distinct, exists, func, not_, or_, select

from mercarich_contracts.orders import NOT_PAID, Canceller, OrderDecision, OrderStatus
from mercarich_db.open_orders import IS_OPEN, ITS_DECISION, OF_LINKED_STORE
from mercarich_db.tables import order_decisions, order_items, order_reads
from mercarich_web.cancellations.late import PERIODS, SOON, LateRate
from mercarich_web.cancellations.rate import LATE, WEEK, Rate

_item = order_items.c
TO_CANCEL: ColumnElement[bool] = and_(IS_OPEN, order_decisions.c.decision == OrderDecision.CANNOT_BE_SOURCED)
"""SQL condition on `order_items` and `order_decisions`: the seller is to cancel the item at Amazon."""
_COUNTS = and_(
    _item.status.not_in((*NOT_PAID, OrderStatus.CANCELLED, OrderStatus.UNFULFILLABLE)), _item.cancelled_by.is_(None)
)
_LATE = or_(_item.shipped_at > _item.ship_by, IS_OPEN)
"""Of what was to be shipped before now."""
_UNCLEAR = and_(not_(IS_OPEN), _item.shipped_at.is_(None), _item.changed_at > _item.ship_by)
"""Shipped some time before Amazon's last change, which was after the time to ship by."""


def rate_of(connection: Connection, user_id: int, now: datetime) -> Rate:
    by_seller = _item.cancelled_by == Canceller.MERCHANT
    others = order_items.alias("others")
    counts_already = exists().where(
        *(others.c.user_id == _item.user_id, others.c.order_id == _item.order_id),
        others.c.cancelled_by == Canceller.MERCHANT,
    )
    is_cancelled = or_(_item.status == OrderStatus.CANCELLED, _item.cancelled_by.is_not(None))
    counted = and_(_item.status.not_in(NOT_PAID), or_(by_seller, not_(is_cancelled)))
    unclear = and_(_item.status == OrderStatus.CANCELLED, _item.cancelled_by.is_(None))
    announced = and_(TO_CANCEL, _item.status.not_in(NOT_PAID), not_(counts_already))
    read_until = select(order_reads.c.read_until).where(order_reads.c.user_id == user_id).scalar_subquery()
    query = select(_orders(counted), _orders(by_seller), _orders(unclear), _orders(announced), read_until)
    query = query.select_from(order_items.outerjoin(order_decisions, ITS_DECISION))
    query = query.where(_item.user_id == user_id, _item.ordered_at > now - WEEK, OF_LINKED_STORE)
    orders, cancelled, unclear, announced, until = connection.execute(query).one()
    return Rate(orders, cancelled, unclear, announced, until if until is not None and until > now - LATE else None)


def late_rates_of(connection: Connection, user_id: int, now: datetime) -> Sequence[LateRate]:
    """Return the rates of `PERIODS`, in their order."""
    read, due = order_reads.c, and_(_item.ship_by > order_reads.c.began_at, _item.ship_by <= now)
    counted = [
        _orders(and_(due, _item.ship_by > now - timedelta(days=days), kind))
        for days in PERIODS
        for kind in (not_(_UNCLEAR), _LATE, IS_OPEN, _UNCLEAR)
    ]
    soon = _orders(and_(IS_OPEN, _item.ship_by > now, _item.ship_by <= now + SOON))
    recent = _item.ship_by > now - timedelta(days=max(PERIODS))
    its = order_reads.outerjoin(order_items, and_(_item.user_id == read.user_id, _COUNTS, recent, OF_LINKED_STORE))
    query = select(read.began_at, read.read_until, *counted, soon).select_from(its).where(read.user_id == user_id)
    row = connection.execute(query.group_by(read.began_at, read.read_until)).one_or_none()
    if row is None or row.read_until is None or row.read_until <= now - LATE:
        return [LateRate(days, 0, 0, 0, 0, 0, None) for days in PERIODS]
    began_at, _, *counts, due_soon = row
    rates = []
    for place, days in enumerate(PERIODS):
        orders, late, overdue, unclear = counts[4 * place : 4 * place + 4]
        since = max(began_at, now - timedelta(days=days))
        rates.append(LateRate(days, orders, late, overdue, due_soon, unclear, since))
    return rates


def _orders(those: ColumnElement[bool]) -> ColumnElement[int]:
    return func.count(distinct(case((those, _item.order_id))))
