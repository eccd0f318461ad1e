"""What a seller's bought orders have earned, by months of Japan. No I/O.

An order belongs to the month in which its buyer placed it. Only what is known counts: the order's price, what was paid
at the source, and Amazon's fee. What is not known is counted apart, and never as free.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from functools import cached_property
from zoneinfo import ZoneInfo

from mercarich_contracts.orders import OrderDecision
from mercarich_contracts.schedule import TIME_ZONE
from mercarich_web.orders.reads import SILENT

MONTHS = 13
"""Months that are told: the present one, and a year before it."""


@dataclass(frozen=True, slots=True, order=True)
class Month:
    """A month by the calendar of Japan."""

    year: int
    number: int
    """1 to 12."""

    def __str__(self) -> str:
        return f"{self.year:04}-{self.number:02}"

    @property
    def begins_at(self) -> datetime:
        return datetime(self.year, self.number, 1, tzinfo=ZoneInfo(TIME_ZONE)).astimezone(UTC)

    @property
    def ends_at(self) -> datetime:
        """The beginning of the next one."""
        return Month(self.year + self.number // 12, self.number % 12 + 1).begins_at

    @property
    def before(self) -> "Month":
        return Month(self.year, self.number - 1) if self.number > 1 else Month(self.year - 1, 12)


def months_until(now: datetime) -> Sequence[Month]:
    """Return the last `MONTHS` months, the present one first."""
    local = now.astimezone(ZoneInfo(TIME_ZONE))
    found = [Month(local.year, local.month)]
    while len(found) < MONTHS:
        found.append(found[-1].before)
    return found


class Count(StrEnum):
    """What an ordered item counts as."""

    EARNED = "earned"
    """Bought, with everything known: it counts in the sums."""
    NO_PAID_PRICE = "no_paid_price"
    """Bought, but the seller has noted no price."""
    NO_ORDER_PRICE = "no_order_price"
    """Bought, but Amazon has told no price of the order."""
    CANCELLED = "cancelled"
    """Bought, and cancelled or not to be shipped: nothing was sold."""
    NOT_BOUGHT = "not_bought"
    """Not marked as bought, and not cancelled."""
    NOTHING = "nothing"
    """Cancelled, and not marked as bought."""


def counts_as(
    decision: OrderDecision | None, *, is_cancelled: bool, has_order_price: bool, has_paid_price: bool
) -> Count:
    if decision is not OrderDecision.BOUGHT:
        return Count.NOTHING if is_cancelled else Count.NOT_BOUGHT
    if is_cancelled:
        return Count.CANCELLED
    if not has_order_price:
        return Count.NO_ORDER_PRICE
    return Count.EARNED if has_paid_price else Count.NO_PAID_PRICE


@dataclass(frozen=True, slots=True)
class Sums:
    """Ordered items that count alike, with their sums in yen; what is not known of them adds nothing."""

    count: Count
    items: int
    sales_jpy: int
    fees_jpy: int
    paid_jpy: int
    estimated: int
    """Items whose fee is Amazon's estimate; of the others it is the percentage of the rules."""


@dataclass(frozen=True)
class Profit:
    """What orders have earned: of a month, or of several. Amounts are whole yen."""

    parts: Sequence[Sums]
    costs_of_sale_jpy: int
    """Other costs of one sale, by the seller's rules."""

    @cached_property
    def orders(self) -> int:
        """Return the number of ordered items that count in the sums."""
        return self._of(Count.EARNED, "items")

    @property
    def sales_jpy(self) -> int:
        return self._of(Count.EARNED, "sales_jpy")

    @property
    def fees_jpy(self) -> int:
        return self._of(Count.EARNED, "fees_jpy")

    @property
    def fees_estimated(self) -> int:
        """Return the number of items whose fee is Amazon's estimate."""
        return self._of(Count.EARNED, "estimated")

    @property
    def costs_jpy(self) -> int:
        return self.orders * self.costs_of_sale_jpy

    @property
    def paid_jpy(self) -> int:
        return self._of(Count.EARNED, "paid_jpy")

    @property
    def profit_jpy(self) -> int | None:
        """Return what is left of the sales; None: nothing counts."""
        return self.sales_jpy - self.fees_jpy - self.costs_jpy - self.paid_jpy if self.orders else None

    @property
    def margin_percent(self) -> float | None:
        """Return the profit in percent of the sales, rounded to a tenth; None: nothing was sold for a price."""
        profit = self.profit_jpy
        return None if profit is None or not self.sales_jpy else round(profit * 100 / self.sales_jpy, 1)

    @property
    def no_paid_price(self) -> int:
        return self._of(Count.NO_PAID_PRICE, "items")

    @property
    def no_paid_price_sales_jpy(self) -> int:
        """Return the sales of the items for which the seller has noted no price."""
        return self._of(Count.NO_PAID_PRICE, "sales_jpy")

    @property
    def no_order_price(self) -> int:
        return self._of(Count.NO_ORDER_PRICE, "items")

    @property
    def cancelled(self) -> int:
        return self._of(Count.CANCELLED, "items")

    @property
    def cancelled_paid_jpy(self) -> int:
        """Return what was paid for items whose order was cancelled, as far as it was noted."""
        return self._of(Count.CANCELLED, "paid_jpy")

    @property
    def not_bought(self) -> int:
        return self._of(Count.NOT_BOUGHT, "items")

    @property
    def is_empty(self) -> bool:
        return not any(part.items for part in self.parts if part.count is not Count.NOTHING)

    def _of(self, count: Count, name: str) -> int:
        return sum(getattr(part, name) for part in self.parts if part.count is count)


@dataclass(frozen=True, slots=True)
class Known:
    """Which orders of a seller are known."""

    since: datetime
    """Orders that were placed before may be missing: nobody read them, or they are deleted by now."""
    until: datetime
    """What Amazon showed by then is read."""


@dataclass(frozen=True, slots=True)
class MonthsProfit:
    month: Month
    profit: Profit
    is_over: bool
    is_whole: bool
    """Whether all its orders are known, up to its end or to now."""


@dataclass(frozen=True, slots=True)
class ProfitByMonth:
    months: Sequence[MonthsProfit]
    """The present one first; without those that end before anything is known."""
    total: Profit


def by_month(
    sums: Iterable[tuple[Month, Sums]], known: Known | None, costs_of_sale_jpy: int, now: datetime
) -> ProfitByMonth:
    """Return the profit of the last months; `known` None: orders were not read yet."""
    parts: dict[Month, list[Sums]] = {month: [] for month in months_until(now)}
    for month, part in sums:
        parts[month].append(part)
    told = [_told(month, Profit(those, costs_of_sale_jpy), known, now) for month, those in parts.items()]
    shown = [one for one in told if not one.profit.is_empty or (known is not None and one.month.ends_at > known.since)]
    total = Profit([part for one in shown for part in one.profit.parts], costs_of_sale_jpy)
    return ProfitByMonth(shown, total)


def _told(month: Month, profit: Profit, known: Known | None, now: datetime) -> MonthsProfit:
    is_over = month.ends_at <= now
    read_to = month.ends_at if is_over else now - SILENT
    is_whole = known is not None and known.since <= month.begins_at and known.until >= read_to
    return MonthsProfit(month, profit, is_over, is_whole)
