"""Build the use cases of orders on their queries."""

from sqlalchemy import Engine

from mercarich_platform.clock import Clock
from mercarich_web.database import SqlTogether
from mercarich_web.orders.list_orders import ListOrders
from mercarich_web.orders.list_profit import ListProfit
from mercarich_web.orders.sql.orders import SqlOrders
from mercarich_web.orders.sql.profit import SqlProfits


def list_orders(engine: Engine, now: Clock) -> ListOrders:
    return ListOrders(SqlOrders(engine), SqlTogether(engine), now)


def list_profit(engine: Engine, now: Clock) -> ListProfit:
    return ListProfit(SqlOrders(engine), SqlProfits(engine), SqlTogether(engine), now)
