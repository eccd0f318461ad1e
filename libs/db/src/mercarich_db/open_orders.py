"""Ordered items that are still to be bought or sent, and about which nobody has decided."""

from sqlalchemy import ColumnElement, and_, exists, func, or_

from mercarich_contracts.market import OUT_OF_STOCK
from mercarich_contracts.orders import OPEN
from mercarich_db.tables import amazon_accounts, order_decisions, order_items, source_items

_item, _decision, _account = order_items.c, order_decisions.c, amazon_accounts.c
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
