"""Queries on a seller's ordered items, on how far they were read, and on the rates that Amazon limits."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Engine, Select, and_, case, func, not_, or_, select

from mercarich_contracts.market import OUT_OF_STOCK, State
from mercarich_contracts.orders import NOT_PAID, Canceller, OrderDecision, OrderStatus
from mercarich_db.earning_terms import terms_of
from mercarich_db.fee_estimates import COLUMNS, ITS_ESTIMATE, estimate_of
from mercarich_db.open_orders import IS_OPEN, ITS_DECISION, OF_LINKED_STORE, UNDECIDED
from mercarich_db.tables import (
    amazon_accounts,
    listing_fees,
    listings,
    order_decisions,
    order_items,
    order_reads,
    source_items,
    users,
)
from mercarich_replacements.earnings import Terms
from mercarich_web.cancellations.late import LateRate
from mercarich_web.cancellations.rate import Rate
from mercarich_web.cancellations.sql import TO_CANCEL, late_rates_of, rate_of
from mercarich_web.database import reading
from mercarich_web.orders.orders import Decided, OrderItem, Source
from mercarich_web.orders.reads import Reads
from mercarich_web.orders.sql import searches
from mercarich_web.orders.sql.searches import with_searches
from mercarich_web.paging import Paged
from mercarich_web.refusals import NotFound

MOST = 200
"""Items that are shown of each list, at most."""
ROWS = 50
"""Decided items of a page."""
_item, _decision, _offer = order_items.c, order_decisions.c, listings.c
_FIRST, _PRESENT = source_items.alias("first"), source_items.alias("present")
_SEEN = (
    *("marketplace", "item_id", "state", "reason", "price_jpy", "checked_at", "check_problem", "postage_jpy"),
    "end_at",
)
_ENDS_FIRST = and_(
    _FIRST.c.state.not_in(OUT_OF_STOCK),
    or_(_item.ship_by.is_(None), _FIRST.c.end_at < _item.ship_by),
    _FIRST.c.end_at.is_not(None),
)
_BUY_BY = case((_ENDS_FIRST, _FIRST.c.end_at), else_=_item.ship_by)
"""As `OrderItem.buy_by`."""
_IS_DECIDED = _decision.decision.is_not(None)
# SQLite gives the id of a deleted listing again: the SKU tells whether it is the same one.
ITS_LISTING = and_(_offer.id == _item.listing_id, _offer.user_id == _item.user_id, _offer.sku == _item.sku)
"""SQL condition on `order_items` and `listings`."""


class SqlOrders:
    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def sellers(self, username: str | None) -> Sequence[tuple[int, str]]:
        """Return the id and the name of this seller, or of each one who has something to buy or whose orders cannot be
        read. Raises `NotFound`."""
        waits = select(_item.user_id).where(UNDECIDED)
        unread = select(order_reads.c.user_id).where(order_reads.c.problem.is_not(None))
        return self._sellers(username, or_(users.c.id.in_(waits), users.c.id.in_(unread)))

    def with_orders(self, username: str | None) -> Sequence[tuple[int, str]]:
        """As `sellers`, but each one whose orders are read."""
        return self._sellers(username, users.c.id.in_(select(order_reads.c.user_id)))

    def _sellers(self, username: str | None, wanted: ColumnElement[bool]) -> Sequence[tuple[int, str]]:
        query = select(users.c.id, users.c.username).order_by(users.c.username)
        query = query.where(wanted if username is None else users.c.username == username)
        with reading(self._engine) as connection:
            found = [(row.id, row.username) for row in connection.execute(query)]
        if username is not None and not found:
            raise NotFound(f"there is no seller {username!r}")
        return found

    def to_buy(self, user_id: int) -> list[OrderItem]:
        """Return what is open and without a decision, what needs buying first at the top; `MOST` at most."""
        query = _items(user_id).where(UNDECIDED)
        by_time = (_BUY_BY.is_(None), _BUY_BY, _item.ordered_at, _item.id)
        query = query.order_by(_item.status.in_(NOT_PAID), *by_time).limit(MOST)
        with reading(self._engine) as connection:
            return with_searches(connection, [_read(row) for row in connection.execute(query)])

    def to_cancel(self, user_id: int) -> list[OrderItem]:
        """Return what is open and cannot be sourced, by the time by which it must be sent; `MOST` at most."""
        query = _items(user_id).where(TO_CANCEL).order_by(_item.ship_by.is_(None), _item.ship_by, _item.id)
        with reading(self._engine) as connection:
            return [_read(row) for row in connection.execute(query.limit(MOST))]

    def counts(self, user_id: int) -> tuple[int, int]:
        """Return how many items are to be bought, and how many open ones cannot be sourced."""
        cannot = _decision.decision == OrderDecision.CANNOT_BE_SOURCED
        counted = select(func.count(case((not_(_IS_DECIDED), 1))), func.count(case((cannot, 1))))
        query = counted.select_from(order_items.outerjoin(order_decisions, ITS_DECISION))
        with reading(self._engine) as connection:
            to_buy, to_cancel = connection.execute(query.where(_item.user_id == user_id, IS_OPEN)).one()
            return to_buy, to_cancel

    def decided(self, user_id: int, below: int | None, *, but_to_cancel: bool = False) -> Paged[OrderItem]:
        """Return a page of what has a decision, the newest order first; `but_to_cancel`: without what `to_cancel`
        returns."""
        query = _items(user_id).where(_IS_DECIDED).order_by(_item.id.desc())
        if but_to_cancel:
            query = query.where(not_(TO_CANCEL))
        if below is not None:
            query = query.where(_item.id < below)
        with reading(self._engine) as connection:
            rows = with_searches(connection, [_read(row) for row in connection.execute(query.limit(ROWS + 1))])
        return Paged(rows[:ROWS], rows[ROWS - 1].id if len(rows) > ROWS else None)

    def one(self, user_id: int, item_id: int) -> OrderItem:
        """Raises `NotFound` for an item that is not the seller's."""
        with reading(self._engine) as connection:
            row = connection.execute(_items(user_id).where(_item.id == item_id)).one_or_none()
        if row is None:
            raise NotFound(f"there is no ordered item {item_id}")
        return _read(row)

    def picture(self, user_id: int, item_id: int, source_id: int) -> bytes | None:
        """Return the JPEG of what was found for an order, by the id of `Source.picture`; None when there is none."""
        with reading(self._engine) as connection:
            return searches.picture(connection, user_id, item_id, source_id)

    def terms(self, user_id: int) -> Terms:
        with reading(self._engine) as connection:
            return terms_of(connection, user_id)

    def reads(self, user_id: int) -> Reads:
        """Return how far the seller's orders are read."""
        account, read = amazon_accounts.c, order_reads.c
        served = select(account.user_id).where(account.user_id == user_id, account.token_verdict != "invalid")
        told = select(read.read_at, read.problem).where(read.user_id == user_id)
        with reading(self._engine) as connection:
            is_served = connection.execute(served).first() is not None
            row = connection.execute(told).one_or_none()
        return Reads(is_served, row.read_at if row else None, row.problem if row else None)

    def rate(self, user_id: int, now: datetime) -> Rate:
        with reading(self._engine) as connection:
            return rate_of(connection, user_id, now)

    def late(self, user_id: int, now: datetime) -> Sequence[LateRate]:
        """Return the rates of late shipments, of Amazon's shorter period first."""
        with reading(self._engine) as connection:
            return late_rates_of(connection, user_id, now)


def _items(user_id: int) -> Select[*tuple[Any, ...]]:
    another = or_(_item.source_item_id.is_(None), _item.source_item_id != _PRESENT.c.id)
    present = and_(_PRESENT.c.id == _offer.source_item_id, _PRESENT.c.state == State.AVAILABLE, another)
    joined = (
        order_items.outerjoin(order_decisions, ITS_DECISION)
        .outerjoin(listings, ITS_LISTING)
        .outerjoin(listing_fees, ITS_ESTIMATE)
        .outerjoin(_FIRST, _FIRST.c.id == _item.source_item_id)
        .outerjoin(_PRESENT, present)
    )
    decided = [column.label(f"decision_{column.name}") for column in order_decisions.c]
    query = select(*order_items.c, _offer.id.label("offer_id"), _offer.title, *decided, *_of(_FIRST), *_of(_PRESENT))
    query = query.add_columns(*COLUMNS)
    return query.select_from(joined).where(_item.user_id == user_id, OF_LINKED_STORE)


def _of(source: Any) -> list[ColumnElement[Any]]:
    return [source.c[name].label(f"{source.name}_{name}") for name in _SEEN]


_NAMES = (
    *("id", "order_id", "order_item_id", "sku", "asin", "title", "quantity", "unfulfilled", "price_jpy"),
    *("ordered_at", "seen_at", "changed_at", "ship_by"),
)


def _read(row: Any) -> OrderItem:
    told = row._mapping
    decision = told["decision_decision"]
    return OrderItem(
        **{name: told[name] for name in _NAMES},
        listing_id=told["offer_id"],
        status=OrderStatus(told["status"]),
        cancelled_by=None if told["cancelled_by"] is None else Canceller(told["cancelled_by"]),
        source=_source(told, _FIRST.name),
        other=_source(told, _PRESENT.name),
        decided=None
        if decision is None
        else Decided(
            OrderDecision(decision),
            note=told["decision_note"],
            paid_jpy=told["decision_paid_jpy"],
            at=told["decision_decided_at"],
            by=told["decision_decided_by"],
        ),
        revision=told["decision_revision"] or 0,
        estimate=estimate_of(row),
    )


def _source(told: Mapping[str, Any], whose: str) -> Source | None:
    if told[f"{whose}_item_id"] is None:
        return None
    return Source(**{name: told[f"{whose}_{name}"] for name in _SEEN})
