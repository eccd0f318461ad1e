"""How late the reads of orders are, whose orders cannot be read, and what waits for a look or is to be shipped, for the
gauges."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Engine, and_, case, distinct, false, func, not_, select

from mercarich_contracts.orders import NOT_PAID, ORDERED
from mercarich_contracts.sites import SITES
from mercarich_db.engine import reading
from mercarich_db.open_orders import IS_OPEN, UNSEEN
from mercarich_db.tables import amazon_accounts, order_items, order_reads, source_items, users
from mercarich_db.types import has_code
from mercarich_feed.adapters.accounts_sql import account_usable
from mercarich_feed.domain.orders import EVERY
from mercarich_platform.clock import Clock
from mercarich_reasons.push import OrdersForbidden

_read, _account = order_reads.c, amazon_accounts.c
_FORBIDDEN = func.coalesce(has_code(_read.problem, OrdersForbidden), false())
_TROUBLE = and_(_read.problem.is_not(None), not_(_FORBIDDEN))
_READS = (
    select(
        func.min(case((not_(_FORBIDDEN), func.coalesce(_read.read_at, _read.began_at)))).label("read_at"),
        func.count(case((_FORBIDDEN, 1))).label("forbidden"),
        func.count(case((_TROUBLE, 1))).label("trouble"),
    )
    .join_from(order_reads, amazon_accounts, _account.user_id == _read.user_id)
    .join(users, users.c.id == _read.user_id)
    .where(users.c.active, _read.seller_id == _account.seller_id)
)
_WAITING = (
    select(func.min(order_items.c.seen_at))
    .join_from(source_items, order_items, UNSEEN)
    .where(source_items.c.marketplace.in_(SITES), source_items.c.due_at == ORDERED)
)
_OVERDUE = (
    select(func.count(distinct(order_items.c.order_id)))
    .join_from(order_items, users, users.c.id == order_items.c.user_id)
    .where(users.c.active, IS_OPEN, order_items.c.status.not_in(NOT_PAID))
)


@dataclass(frozen=True, slots=True)
class OrderNumbers:
    at: datetime
    due_since: datetime | None
    """When the orders of the seller who has waited longest were to be read; it may be still to come. A try that failed
    ends no wait. Sellers without a usable account, or whose orders Amazon forbids, are left out."""
    forbidden: int
    """Sellers whose orders Amazon forbids to read."""
    trouble: int
    """Sellers whose last read failed for another reason."""
    unseen_since: datetime | None
    """When the order was read that has waited longest for a look at its source."""
    late: int
    """Paid orders that are still to be shipped after their time."""


class SqlOrderNumbers:
    def __init__(self, engine: Engine, retry_seconds: float, now: Clock) -> None:
        self._engine = engine
        self._retry_seconds = retry_seconds
        self._now = now

    def now(self) -> OrderNumbers:
        now = self._now()
        with reading(self._engine) as connection:
            reads = connection.execute(_READS.where(account_usable(now, self._retry_seconds))).one()
            unseen_since = connection.execute(_WAITING).scalar()
            late = connection.execute(_OVERDUE.where(order_items.c.ship_by < now)).scalar_one()
        due_since = None if reads.read_at is None else reads.read_at + EVERY
        return OrderNumbers(now, due_since, reads.forbidden, reads.trouble, unseen_since, late)
