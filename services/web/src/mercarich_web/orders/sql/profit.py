"""Query on what a seller's orders have earned: facts and sums by month; what counts is decided in `orders.profit`."""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Connection, Engine, Row, and_, case, exists, func, or_, select

from mercarich_contracts.orders import OrderDecision, OrderStatus
from mercarich_db import earning_terms, settings_store
from mercarich_db.fee_estimates import ITS_ESTIMATE
from mercarich_db.open_orders import ITS_DECISION, OF_LINKED_STORE
from mercarich_db.tables import amazon_accounts, listing_fees, listings, order_decisions, order_items, order_reads
from mercarich_listings.earnings import fee_of
from mercarich_replacements.earnings import Terms
from mercarich_web.database import reading
from mercarich_web.orders.profit import Known, Month, ProfitByMonth, Sums, by_month, counts_as, months_until
from mercarich_web.orders.sql.orders import ITS_LISTING

KEEP = "KEEP_ORDERS_DAYS"
_item, _decision, _read = order_items.c, order_decisions.c, order_reads.c
_IS_CANCELLED = or_(
    _item.cancelled_by.is_not(None), _item.status.in_((OrderStatus.CANCELLED, OrderStatus.UNFULFILLABLE))
)


class SqlProfits:
    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def __call__(self, user_id: int, now: datetime) -> tuple[ProfitByMonth, Terms]:
        """Return what the seller's orders of the last months have earned, and the fee and costs that count."""
        with reading(self._engine) as connection:
            values = settings_store.values_of(connection, user_id, (*earning_terms.KEYS, KEEP))
            terms = earning_terms.terms(values)
            known = _known(connection, user_id, now - timedelta(days=values.integer(KEEP)))
            found = by_month(_sums(connection, user_id, terms, months_until(now)), known, terms.costs_jpy, now)
        return found, terms


def _known(connection: Connection, user_id: int, kept_since: datetime) -> Known | None:
    """Return which orders are known: those since they are read, as far as they are kept."""
    account = amazon_accounts.c
    linked = exists().where(account.user_id == _read.user_id, account.seller_id == _read.seller_id)
    reads = select(_read.began_at, _read.read_until).where(_read.user_id == user_id, linked)
    row = connection.execute(reads).one_or_none()
    if row is None or row.read_until is None:
        return None
    return Known(max(row.began_at, kept_since), row.read_until)


def _sums(connection: Connection, user_id: int, terms: Terms, months: Sequence[Month]) -> Iterator[tuple[Month, Sums]]:
    """Yield the sums of the items that are alike, of these months, the newest first."""
    whole, estimated = _item.price_jpy * _item.quantity, listing_fees.c.fee_jpy.is_not(None)
    alike = [
        case(*((_item.ordered_at >= month.begins_at, place) for place, month in enumerate(months))).label("month"),
        _decision.decision.label("decision"),
        *(_flag(condition).label(name) for name, condition in _FACTS.items()),
    ]
    sums = [
        func.count().label("items"),
        func.coalesce(func.sum(whole), 0).label("sales_jpy"),
        func.coalesce(func.sum(fee_of(terms, _item.price_jpy, _item.quantity)), 0).label("fees_jpy"),
        func.coalesce(func.sum(_decision.paid_jpy), 0).label("paid_jpy"),
        func.sum(_flag(estimated)).label("estimated"),
    ]
    joined = (
        order_items.outerjoin(order_decisions, ITS_DECISION)
        .outerjoin(listings, ITS_LISTING)
        .outerjoin(listing_fees, ITS_ESTIMATE)
    )
    of_these = and_(_item.ordered_at >= months[-1].begins_at, _item.ordered_at < months[0].ends_at)
    query = select(*alike, *sums).select_from(joined).where(_item.user_id == user_id, of_these, OF_LINKED_STORE)
    for row in connection.execute(query.group_by(*(column.name for column in alike))):
        yield months[row.month], _told(row)


_FACTS = {
    "is_cancelled": _IS_CANCELLED,
    "has_order_price": _item.price_jpy.is_not(None),
    "has_paid_price": _decision.paid_jpy.is_not(None),
}


def _told(row: Row[Any]) -> Sums:
    decision = None if row.decision is None else OrderDecision(row.decision)
    count = counts_as(decision, **{name: bool(getattr(row, name)) for name in _FACTS})
    return Sums(count, *(int(amount) for amount in row[-5:]))


def _flag(condition: ColumnElement[bool]) -> ColumnElement[int]:
    return case((condition, 1), else_=0)
