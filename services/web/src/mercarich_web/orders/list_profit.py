"""List what sellers' orders have earned by month, for `mercarich orders profit`."""

from dataclasses import dataclass

from mercarich_platform.clock import Clock
from mercarich_web.database import Together
from mercarich_web.orders.profit_list import ProfitList, SellersProfit, month_of_orders
from mercarich_web.orders.sql.orders import SqlOrders
from mercarich_web.orders.sql.profit import SqlProfits


@dataclass(frozen=True, slots=True)
class ListProfit:
    """Tell what the orders of one seller have earned, or of each one. Raises `NotFound` for one that there is not."""

    orders: SqlOrders
    profits: SqlProfits
    together: Together
    now: Clock

    def __call__(self, username: str | None) -> ProfitList:
        with self.together():
            sellers = self.orders.with_orders(username)
            return ProfitList([self._of(user_id, name) for user_id, name in sellers])

    def _of(self, user_id: int, username: str) -> SellersProfit:
        found, _ = self.profits(user_id, self.now())
        return SellersProfit(username, [month_of_orders(one) for one in found.months])
