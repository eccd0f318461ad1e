"""Build the use case of orders on its queries."""

from sqlalchemy import Engine

from mercarich_platform.clock import Clock
from mercarich_web.database import SqlTogether
from mercarich_web.orders.list_orders import ListOrders
from mercarich_web.orders.sql.orders import SqlOrders


def list_orders(engine: Engine, now: Clock) -> ListOrders:
    return ListOrders(SqlOrders(engine), SqlTogether(engine), now)
