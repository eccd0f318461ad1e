"""What a seller's orders have earned by month, as CSV."""

from dataclasses import astuple

from mercarich_web.listings.export import BOM, as_lines
from mercarich_web.orders.profit import ProfitByMonth
from mercarich_web.orders.profit_list import MonthOfOrders, month_of_orders


def profit_csv(found: ProfitByMonth) -> str:
    """Return a row for each month, the present one first. What is not known is an empty cell."""
    rows = [astuple(month_of_orders(one)) for one in found.months]
    return BOM + as_lines([tuple(MonthOfOrders.__dataclass_fields__), *([_cell(each) for each in row] for row in rows)])


def _cell(value: object) -> str:
    if value is None:
        return ""
    return ("yes" if value else "no") if isinstance(value, bool) else str(value)
