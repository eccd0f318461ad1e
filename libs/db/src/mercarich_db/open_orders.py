"""Orders whose piece is still to be bought or sent, and about which nobody has decided."""

from sqlalchemy import ColumnElement

from mercarich_contracts.orders import OPEN
from mercarich_db.tables import order_items

UNDECIDED: ColumnElement[bool] = order_items.c.status.in_(OPEN)
"""SQL condition on `order_items`. What a person decides about an order belongs here, and nowhere else."""
