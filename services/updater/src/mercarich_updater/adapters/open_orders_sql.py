"""Which orders another source is searched for, and which items are kept for them."""

from collections.abc import Collection
from functools import cache

from sqlalchemy import ColumnElement, Connection, and_, exists, select

from mercarich_contracts.market import Marketplace
from mercarich_db.conditions import among_keys
from mercarich_db.open_orders import UNSOURCED
from mercarich_db.tables import order_items, order_replacements, source_items, users

_item, _found = order_items.c, order_replacements.c


@cache
def wants_source() -> ColumnElement[bool]:
    """SQL condition on `order_items` joined with their `source_items`: another source is searched for.

    The searches end when the order is no longer open, when its seller has decided, and when its source is back. The
    items found for the order are kept for it as long.
    """
    return and_(UNSOURCED, exists().where(users.c.id == _item.user_id, users.c.active))


def kept_for_orders(
    connection: Connection, user_id: int, keys: Collection[tuple[Marketplace, str]]
) -> frozenset[tuple[Marketplace, str]]:
    """Return those of the items that are shown for an open order of the seller: an offer must not sell them again."""
    candidates = source_items.alias("candidates")
    rows = (
        select(candidates.c.marketplace, candidates.c.item_id)
        .join(order_replacements, _found.source_item_id == candidates.c.id)
        .join(order_items, _item.id == _found.order_item_id)
        .join(source_items, source_items.c.id == _item.source_item_id)
        .where(_item.user_id == user_id, wants_source())
        .where(among_keys((candidates.c.marketplace, candidates.c.item_id), keys))
    )
    return frozenset((Marketplace(row.marketplace), row.item_id) for row in connection.execute(rows))
