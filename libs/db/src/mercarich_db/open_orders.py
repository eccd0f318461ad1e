"""Ordered items that are still to be bought or sent, about which nobody has decided, and the items kept for them."""

from collections.abc import Collection
from functools import cache
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, and_, exists, func, or_, select

from mercarich_contracts.market import OUT_OF_STOCK, Marketplace
from mercarich_contracts.orders import OPEN
from mercarich_db.conditions import among_keys
from mercarich_db.tables import (
    amazon_accounts,
    order_decisions,
    order_items,
    order_replacements,
    source_items,
    users,
)

_item, _decision, _account = order_items.c, order_decisions.c, amazon_accounts.c
_candidates = source_items.alias("candidates")
Key = tuple[Marketplace, str]
"""Marketplace and id of an item."""
_IS_ITS_STORE = and_(_account.user_id == _item.user_id, _account.seller_id == _item.seller_id)
OF_LINKED_STORE: ColumnElement[bool] = exists().where(_IS_ITS_STORE).correlate(order_items)
"""SQL condition on `order_items`: the orders of a store that was linked before are read no more."""
IS_OPEN: ColumnElement[bool] = and_(
    *(_item.status.in_(OPEN), _item.cancelled_by.is_(None), func.coalesce(_item.unfulfilled, 1) > 0, OF_LINKED_STORE)
)
"""SQL condition on `order_items`: `mercarich_contracts.orders.is_open`, and of the store that is linked."""
ITS_DECISION: ColumnElement[bool] = and_(
    _decision.user_id == _item.user_id, _decision.order_item_id == _item.order_item_id
)
"""SQL condition on `order_items` and `order_decisions`: a decision is kept by what Amazon calls the item."""
_IS_DECIDED = exists().where(ITS_DECISION, _decision.decision.is_not(None)).correlate(order_items)
UNDECIDED: ColumnElement[bool] = and_(IS_OPEN, ~_IS_DECIDED)
"""SQL condition on `order_items`."""
UNSEEN: ColumnElement[bool] = and_(
    _item.source_item_id == source_items.c.id,
    UNDECIDED,
    or_(source_items.c.checked_at.is_(None), _item.seen_at > source_items.c.checked_at),
)
"""SQL condition on `order_items` and `source_items`: nobody has looked at the order's source since it was read."""
UNSOURCED: ColumnElement[bool] = and_(
    UNDECIDED,
    source_items.c.state.in_(sorted(OUT_OF_STOCK)),
    # Not `checked_at`, the last look of a check: updater's looks see a state, too, and write `observed_at` alone.
    source_items.c.observed_at > _item.seen_at,
)
"""SQL condition on `order_items` joined with their `source_items`: seen gone after the order was read."""


@cache
def wants_source() -> ColumnElement[bool]:
    """SQL condition on `order_items` joined with their `source_items`: another source is searched for.

    The searches end when the order is no longer open, when its seller has decided, and when its source is back. The
    items found for the order are kept for it as long.
    """
    return and_(UNSOURCED, exists().where(users.c.id == _item.user_id, users.c.active))


def kept_for_orders(connection: Connection, user_id: int, keys: Collection[Key]) -> frozenset[Key]:
    """Return those of the items that fit an open order of the seller: an offer must not sell them again.

    What is only shown to be looked at (`doubt`) may become the source of an offer: it may never serve the order.
    """
    rows = connection.execute(_kept(user_id, keys, _candidates.c.marketplace, _candidates.c.item_id))
    return frozenset((Marketplace(row.marketplace), row.item_id) for row in rows)


def order_with(connection: Connection, user_id: int, key: Key) -> str | None:
    """Return Amazon's id of an open order of the seller that the item is kept for, or is to be bought for; None: there
    is none that is undecided."""
    its = among_keys((source_items.c.marketplace, source_items.c.item_id), [key])
    of_source = select(_item.order_id).join(source_items, source_items.c.id == _item.source_item_id)
    for orders in (of_source.where(_item.user_id == user_id, UNDECIDED, its), _kept(user_id, [key], _item.order_id)):
        found: str | None = connection.execute(orders.limit(1)).scalar()
        if found is not None:
            return found
    return None


def _kept(user_id: int, keys: Collection[Key], *columns: ColumnElement[Any]) -> Select[Any]:
    found = order_replacements.c
    return (
        select(*columns)
        .select_from(_candidates)
        .join(order_replacements, found.source_item_id == _candidates.c.id)
        .join(order_items, _item.id == found.order_item_id)
        .join(source_items, source_items.c.id == _item.source_item_id)
        .where(_item.user_id == user_id, wants_source(), found.doubt.is_(None))
        .where(among_keys((_candidates.c.marketplace, _candidates.c.item_id), keys))
    )
