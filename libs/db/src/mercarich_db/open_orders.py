"""Orders whose piece is still to be bought or sent, and about which nobody has decided."""

from sqlalchemy import ColumnElement, and_, exists, or_

from mercarich_contracts.orders import OPEN
from mercarich_db.tables import order_decisions, order_items, source_items

_item, _decision = order_items.c, order_decisions.c
_IS_ITS = and_(_decision.user_id == _item.user_id, _decision.order_item_id == _item.order_item_id)
_IS_DECIDED = exists().where(_IS_ITS, _decision.decision.is_not(None)).correlate(order_items)
UNDECIDED: ColumnElement[bool] = and_(_item.status.in_(OPEN), ~_IS_DECIDED)
"""SQL condition on `order_items`."""
UNSEEN: ColumnElement[bool] = and_(
    _item.source_item_id == source_items.c.id,
    UNDECIDED,
    or_(source_items.c.checked_at.is_(None), _item.seen_at > source_items.c.checked_at),
)
"""SQL condition on `order_items` and `source_items`: nobody has looked at the order's source since it was read."""
