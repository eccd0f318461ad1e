"""What sellers' orders have earned by month, as `mercarich orders profit`, the CSV and the API tell it."""

from collections.abc import Sequence
from dataclasses import dataclass

from mercarich_web.orders.profit import MonthsProfit


@dataclass(frozen=True, slots=True)
class MonthOfOrders:
    """What the orders of a month have earned. Amounts are yen, and orders are ordered items."""

    month: str
    """Of Japan, such as `2026-11`."""
    is_over: bool
    is_whole: bool
    """Whether all its orders are known, up to its end or to now."""
    orders: int
    """Bought orders of which everything is known: the sums are theirs."""
    sales_jpy: int
    fees_jpy: int
    costs_jpy: int
    """Other costs, by the rules."""
    paid_jpy: int
    """What was paid at the sources."""
    profit_jpy: int | None
    margin_percent: float | None
    """Profit in percent of the sales."""
    fees_estimated: int
    """Orders whose fee is Amazon's estimate; of the others it is the percentage of the rules."""
    no_paid_price: int
    """Bought orders without a noted price: they are in no sum."""
    no_paid_price_sales_jpy: int
    no_order_price: int
    """Bought orders of which Amazon has told no price: they are in no sum."""
    cancelled: int
    """Orders that were cancelled, or cannot be shipped, after they were bought: they are in no sum."""
    cancelled_paid_jpy: int
    """What was paid for these, as far as it was noted."""
    not_bought: int
    """Orders that are not marked as bought, without cancelled ones: they are in no sum."""


@dataclass(frozen=True, slots=True)
class SellersProfit:
    username: str
    months: Sequence[MonthOfOrders]
    """The present one first."""


@dataclass(frozen=True, slots=True)
class ProfitList:
    sellers: Sequence[SellersProfit]


def month_of_orders(one: MonthsProfit) -> MonthOfOrders:
    names = [name for name in MonthOfOrders.__dataclass_fields__ if name not in ("month", "is_over", "is_whole")]
    return MonthOfOrders(
        month=str(one.month),
        is_over=one.is_over,
        is_whole=one.is_whole,
        **{name: getattr(one.profit, name) for name in names},
    )
