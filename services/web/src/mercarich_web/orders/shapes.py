"""Shapes of orders in the API. Fields are only added; none changes its meaning."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from mercarich_contracts.orders import OrderDecision
from mercarich_replacements.earnings import Terms
from mercarich_web.api.reasons import Coded
from mercarich_web.cancellations.late import LateRate
from mercarich_web.cancellations.rate import Rate
from mercarich_web.listings.price_shapes import Unknown, unknown
from mercarich_web.orders import orders
from mercarich_web.orders import profit as profits
from mercarich_web.orders.deciding import LONGEST_NOTE, MOST_PAID, Revision
from mercarich_web.orders.profit_list import MonthOfOrders, month_of_orders


class ItsSource(BaseModel):
    marketplace: str
    item_id: str
    url: str
    state: str
    price_jpy: int | None
    postage_jpy: int | None
    """What you pay for postage besides; null: not known."""
    end_at: datetime | None
    """End of its auction, as its page said; null: it is none, or it is not known."""
    seen_at: datetime | None
    """The last look with a known state."""
    doubt: Unknown | None
    """Why the pictures, and nothing else, refused it; null: they did not."""


class OrderedItem(BaseModel):
    """A SKU of an order. Prices are in yen."""

    item: int
    """The id of this item here."""
    order_id: str
    order_item_id: str
    sku: str | None
    asin: str | None
    listing: int | None
    title: str | None
    quantity: int
    price_jpy: int | None
    """Of one piece; null while the order is pending."""
    status: str
    """`pending`, `unshipped`, `partially_shipped`, `shipped`, `cancelled`, … More values may be added."""
    ordered_at: datetime
    ship_by: datetime | None
    buy_by: datetime | None
    """`ship_by`, or the end of the source's auction if that is before."""
    standing: str
    """`there`: seen on sale since the order; `not_looked`, `unknown`, `gone`, `no_source`. More values may be added."""
    source: ItsSource | None
    other: ItsSource | None
    """The listing's source now, if it is another one and on sale."""
    found: Sequence[ItsSource]
    """Where the source is gone: items that fit, within the order's break-even; those of a known postage first, then by
    what they cost."""
    doubtful: Sequence[ItsSource]
    """Where the source is gone: items that the pictures alone refused, each with its `doubt`. Look before you buy."""
    searched_at: datetime | None
    """End of the last search for them."""
    profit_jpy: int | None
    fee_by: Unknown
    """`fee_estimated`: the fee is Amazon's estimate for the listing; `fee_by_setting`: the percentage of the rules."""
    unknown: Sequence[Unknown]
    """What is not known of the profit. With `source_postage_not_known` alone, `profit_jpy` is the most that can be
    left."""
    decision: str | None
    note: str | None
    paid_jpy: int | None
    decided_at: datetime | None
    decided_by: str | None
    revision: int
    """Number of changes of the decision."""


class CancellationRate(BaseModel):
    """Of the orders of seven days, 0 to 1; null where it is not known."""

    orders: int
    cancelled: int
    announced: int
    """Open orders of which you decided that an item cannot be sourced."""
    share: float | None
    with_announced: float | None
    with_one_more: float | None


class LateShipments(BaseModel):
    """Of the orders that were to be shipped in the last so many days; shares 0 to 1, null where they are not known."""

    days: int
    orders: int
    late: int
    overdue: int
    """Of the late ones, those that are still to be shipped."""
    due_soon: int
    """Open orders that are to be shipped within a day."""
    unclear: int
    """Shipped orders of which it is not known whether they were in time; they count neither way."""
    share: float | None
    with_due: float | None
    """The share if nothing of what is due within a day is shipped in time."""
    known_since: datetime | None
    """Orders that were to be shipped before are not known; null: none are."""


class Orders(Coded):
    orders: Sequence[OrderedItem]
    """Of what is to be bought, 200 at most: decide on some, and read the others."""
    to_buy: int
    """Number of items that are to be bought."""
    read_at: datetime | None
    """When orders were last read at Amazon; null: they were not read yet."""
    problem: str | None
    """Why the last read failed, so that newer orders are missing; `reason_code` belongs to this sentence."""
    rate: CancellationRate
    late_shipments: Sequence[LateShipments]
    """Of Amazon's two periods, the shorter one first."""
    next: int | None
    """The `below` parameter of the next page."""


class ProfitByMonth(BaseModel):
    months: Sequence[MonthOfOrders]
    """The present one first, and a year before it, as far as orders are known."""


class DecisionWish(BaseModel):
    model_config = ConfigDict(extra="forbid")

    decision: Annotated[OrderDecision | None, Field(description="null: take the decision back")]
    shown: Annotated[Revision, Field(description="the `revision` that you read; with another one it is refused")]
    note: Annotated[str | None, Field(max_length=LONGEST_NOTE)] = None
    paid_jpy: Annotated[int | None, Field(ge=0, le=MOST_PAID, description="at the source, in all")] = None


def order(item: orders.OrderItem, terms: Terms) -> OrderedItem:
    profit, decided = item.profit(terms), item.decided
    names = ("order_id", "order_item_id", "sku", "asin", "title", "quantity", "price_jpy", "status", "ordered_at")
    return OrderedItem(
        item=item.id,
        listing=item.listing_id,
        source=_source(item.source),
        other=_source(item.other),
        found=[_told(source) for source in item.search.found],
        doubtful=[_told(source) for source in item.search.doubtful],
        searched_at=item.search.searched_at,
        profit_jpy=profit.jpy,
        fee_by=unknown(terms.fee_why(item.estimate)),
        unknown=[unknown(reason) for reason in profit.unknown],
        decision=decided.decision if decided else None,
        note=decided.note if decided else None,
        paid_jpy=decided.paid_jpy if decided else None,
        decided_at=decided.at if decided else None,
        decided_by=decided.by if decided else None,
        **{name: getattr(item, name) for name in (*names, "ship_by", "buy_by", "standing", "revision")},
    )


def rate(rate: Rate) -> CancellationRate:
    return CancellationRate(**{name: getattr(rate, name) for name in CancellationRate.model_fields})


def late(rate: LateRate) -> LateShipments:
    return LateShipments(**{name: getattr(rate, name) for name in LateShipments.model_fields})


def profit(found: profits.ProfitByMonth) -> ProfitByMonth:
    return ProfitByMonth(months=[month_of_orders(one) for one in found.months])


def _source(source: orders.Source | None) -> ItsSource | None:
    return None if source is None else _told(source)


def _told(source: orders.Source) -> ItsSource:
    names = ("marketplace", "item_id", "url", "state", "price_jpy", "postage_jpy", "end_at")
    doubt = None if source.doubt is None else unknown(source.doubt)
    return ItsSource(seen_at=source.checked_at, doubt=doubt, **{name: getattr(source, name) for name in names})
