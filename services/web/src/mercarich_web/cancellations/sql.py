"""The cancellation rate by the orders that feed has read."""

from datetime import datetime

from sqlalchemy import ColumnElement, Connection, and_, case, distinct, exists, func, not_, or_, select

from mercarich_contracts.orders import NOT_PAID, Canceller, OrderDecision, OrderStatus
from mercarich_db.open_orders import IS_OPEN, ITS_DECISION, OF_LINKED_STORE
from mercarich_db.tables import order_decisions, order_items, order_reads
from mercarich_web.cancellations.rate import LATE, WEEK, Rate

_item = order_items.c
TO_CANCEL: ColumnElement[bool] = and_(IS_OPEN, order_decisions.c.decision == OrderDecision.CANNOT_BE_SOURCED)
"""SQL condition on `order_items` and `order_decisions`: the seller is to cancel the item at Amazon."""


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
    query = select(_orders(counted), _orders(by_seller), _orders(unclear), _orders(announced)).select_from(
        order_items.outerjoin(order_decisions, ITS_DECISION)
    )
    query = query.where(_item.user_id == user_id, _item.ordered_at > now - WEEK, OF_LINKED_STORE)
    read_until = select(order_reads.c.read_until).where(order_reads.c.user_id == user_id)
    until = connection.execute(read_until).scalar_one_or_none()
    counts = connection.execute(query).one()
    return Rate(*counts, until if until is not None and until > now - LATE else None)


def _orders(those: ColumnElement[bool]) -> ColumnElement[int]:
    return func.count(distinct(case((those, _item.order_id))))
