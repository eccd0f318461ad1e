"""List what sellers have to buy, for `mercarich orders`."""

from dataclasses import dataclass

from mercarich_platform.clock import Clock
from mercarich_replacements.earnings import Terms
from mercarich_web.cancellations.late import LateRate
from mercarich_web.database import Together
from mercarich_web.orders.order_list import LateShipments, OrderList, OrderToBuy, SellersOrders
from mercarich_web.orders.orders import OrderItem
from mercarich_web.orders.sql.orders import SqlOrders


@dataclass(frozen=True, slots=True)
class ListOrders:
    """List what one seller, or each one who has to, has to buy. Raises `NotFound` for a seller that there is not."""

    orders: SqlOrders
    together: Together
    now: Clock

    def __call__(self, username: str | None) -> OrderList:
        with self.together():
            return OrderList([self._of(*seller) for seller in self.orders.sellers(username)])

    def _of(self, user_id: int, username: str) -> SellersOrders:
        now, terms = self.now(), self.orders.terms(user_id)
        rate, late = self.orders.rate(user_id, now), [_late(one) for one in self.orders.late(user_id, now)]
        to_buy = [_told(item, terms) for item in self.orders.to_buy(user_id)]
        number, reads = self.orders.counts(user_id)[0], self.orders.reads(user_id)
        read = (reads.is_served, reads.read_at, reads.problem)
        return SellersOrders(username, rate.orders, rate.cancelled, rate.share, number, to_buy, *read, late)


def _late(rate: LateRate) -> LateShipments:
    return LateShipments(**{name: getattr(rate, name) for name in LateShipments.__dataclass_fields__})


def _told(item: OrderItem, terms: Terms) -> OrderToBuy:
    profit = item.profit(terms)
    names = ("order_id", "sku", "title", "quantity", "price_jpy", "status", "ordered_at", "ship_by", "end_at")
    return OrderToBuy(
        **{name: getattr(item, name) for name in (*names, "standing")},
        url=item.source.url if item.source else None,
        found=[source.url for source in item.search.found],
        doubtful=[source.url for source in item.search.doubtful],
        profit_jpy=profit.jpy,
        unknown=profit.unknown,
    )
