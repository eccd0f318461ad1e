"""The pages of `mercarich orders`."""

from rich.console import Group, RenderableType
from rich.text import Text

from mercarich_web.console.output import cell, section, sentence, table, yen
from mercarich_web.orders.order_list import LateShipments, OrderList, OrderToBuy, SellersOrders
from mercarich_web.orders.profit_list import MonthOfOrders, ProfitList


def page(answer: OrderList) -> RenderableType:
    if not answer.sellers:
        return Text("Nothing is to be bought.")
    return Group(*(_seller(seller) for seller in answer.sellers))


def _seller(seller: SellersOrders) -> RenderableType:
    share = "not known" if seller.share is None else f"{seller.share:.2%}"
    rate = f"cancellation rate of 7 days {share}: {seller.cancelled} of {seller.orders} orders"
    headings = ["order", "sku", "quantity", "ship by", "auction ends", "source", "at", "profit", "not known"]
    rows = [
        [
            one.order_id,
            one.sku,
            one.quantity,
            one.ship_by,
            one.end_at,
            cell(one.standing.replace("_", " "), "red" if one.standing == "gone" else ""),
            "\n".join(_addresses(one)) or None,
            yen(one.profit_jpy),
            "; ".join(sentence(reason) for reason in one.unknown) or None,
        ]
        for one in seller.to_buy
    ]
    told: list[RenderableType] = [Text(rate), *map(_late, seller.late_shipments), *_unread(seller)]
    if rows:
        told.append(table(headings, rows))
    if seller.number > len(rows):
        told.append(Text(f"the {len(rows)} most urgent of {seller.number} are shown"))
    return section(f"{seller.username}: {seller.number} to buy", Group(*told))


def _addresses(one: OrderToBuy) -> list[str]:
    found, doubtful = (f"found: {url}" for url in one.found), (f"perhaps, look at it: {url}" for url in one.doubtful)
    return [*([one.url] if one.url else []), *found, *doubtful]


def _late(one: LateShipments) -> Text:
    share = "not known" if one.share is None else f"{one.share:.2%}"
    told = f"late shipments of {one.days} days {share}: {one.late} of {one.orders} orders, {one.overdue} still open"
    if one.unclear:
        told += f"; of {one.unclear} more it is not known"
    return Text(f"{told}; {one.due_soon} due within a day")


def _unread(seller: SellersOrders) -> list[Text]:
    """Say why orders may be missing."""
    if not seller.is_linked:
        return [Text("orders cannot be read: no account is linked, or Amazon refuses its token", "red")]
    if seller.problem is not None:
        return [Text(f"orders cannot be read: {sentence(seller.problem)}", "red")]
    return [Text("orders were not read yet", "yellow")] if seller.read_at is None else []


def profit(answer: ProfitList) -> RenderableType:
    if not answer.sellers:
        return Text("No orders are read.")
    headings = ["month", "orders", "sales", "fees", "costs", "paid", "profit", "margin", "not in the sums"]
    return Group(
        *(section(one.username, table(headings, [_month(month) for month in one.months])) for one in answer.sellers)
    )


def _month(one: MonthOfOrders) -> list[object]:
    amounts = (yen(each) for each in (one.sales_jpy, one.fees_jpy, one.costs_jpy, one.paid_jpy, one.profit_jpy))
    apart = [
        (one.no_paid_price, f"no price noted: {one.no_paid_price} ({yen(one.no_paid_price_sales_jpy)} of sales)"),
        (one.no_order_price, f"no price told by Amazon: {one.no_order_price}"),
        (one.cancelled, f"cancelled: {one.cancelled} ({yen(one.cancelled_paid_jpy)} paid)"),
        (one.not_bought, f"not marked as bought: {one.not_bought}"),
        (not one.is_whole, "some orders may be missing"),
    ]
    month = one.month if one.is_over else f"{one.month}, not over"
    margin = None if one.margin_percent is None else f"{one.margin_percent:.1f}%"
    return [month, one.orders, *amounts, margin, "; ".join(text for told, text in apart if told) or None]
