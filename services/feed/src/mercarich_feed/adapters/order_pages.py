"""A response of searchOrders (Orders API 2026-01-01), read without what it says of the buyer."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from mercarich_contracts.orders import Canceller, OrderStatus
from mercarich_feed.domain.answers import Transient
from mercarich_feed.domain.orders import OrderItem, OrderPage, Period

DATA_SETS = "FULFILLMENT,CANCELLATION"
"""What is asked for besides the orders themselves: status and times, and who cancelled.

FULFILLMENT has personal data in one place, the buyer's message of a gift
(`orderItems.fulfillment.packing.giftOption.giftMessage`, orders_2026-01-01), and there is no way to ask for less. It is
not read from the response, which is neither kept nor logged.
"""

_STATUSES = {status.value.upper(): status for status in OrderStatus}
_CANCELLERS = {one.value.upper(): one for one in Canceller}


def query(period: Period, marketplace_id: str, token: str | None) -> dict[str, str]:
    """Return the parameters of a request; the pages of a period have the same ones, and their token."""
    asked = {"lastUpdatedAfter": _text(period.since), "marketplaceIds": marketplace_id, "includedData": DATA_SETS}
    asked["fulfilledBy"] = "MERCHANT"
    if period.until is not None:
        asked["lastUpdatedBefore"] = _text(period.until)
    if token is not None:
        asked["paginationToken"] = token
    return asked


def read(response: Mapping[str, Any], asked_at: datetime) -> OrderPage:
    """Return the page. Raises `Transient` for what is none of the model."""
    try:
        items = [item for order in response["orders"] for item in _items(order)]
        until = response.get("lastUpdatedBefore")
        token = (response.get("pagination") or {}).get("nextToken")
        return OrderPage(items, datetime.fromisoformat(until) if until else asked_at, token or None)
    except (KeyError, TypeError, ValueError) as error:
        raise Transient(f"the response to searchOrders is not as documented: {type(error).__name__}") from error


def read_one(response: Mapping[str, Any], marketplace_id: str) -> list[OrderItem]:
    """Return the items of the order in a response of getOrder: none where Amazon ships it itself, or where it is of
    another marketplace, as searchOrders is not asked for these. Raises `Transient` for what is none of the model."""
    try:
        order = response["order"]
        of_market = (order.get("salesChannel") or {}).get("marketplaceId", marketplace_id) == marketplace_id
        by_amazon = (order.get("fulfillment") or {}).get("fulfilledBy") == "AMAZON"
        return list(_items(order)) if of_market and not by_amazon else []
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise Transient(f"the response to getOrder is not as documented: {type(error).__name__}") from error


def _items(order: Mapping[str, Any]) -> Iterator[OrderItem]:
    fulfillment = order.get("fulfillment") or {}
    ship_by = (fulfillment.get("shipByWindow") or {}).get("latestDateTime")
    status = _STATUSES.get(fulfillment.get("fulfillmentStatus") or "", OrderStatus.UNKNOWN)
    for item in order["orderItems"]:
        product = item["product"]
        cancelled = (item.get("cancellation") or {}).get("cancellationExecution") or {}
        yield OrderItem(
            order_id=str(order["orderId"]),
            order_item_id=str(item["orderItemId"]),
            sku=product.get("sellerSku"),
            asin=product.get("asin"),
            quantity=int(item["quantityOrdered"]),
            unfulfilled=(item.get("fulfillment") or {}).get("quantityUnfulfilled"),
            price_jpy=_yen((product.get("price") or {}).get("unitPrice")),
            status=status,
            cancelled_by=_CANCELLERS.get(cancelled.get("cancelledBy") or ""),
            ordered_at=datetime.fromisoformat(order["createdTime"]),
            changed_at=datetime.fromisoformat(order["lastUpdatedTime"]),
            ship_by=datetime.fromisoformat(ship_by) if ship_by else None,
        )


def _yen(money: Mapping[str, Any] | None) -> int | None:
    return round(float(money["amount"])) if money and money["currencyCode"] == "JPY" else None


def _text(moment: datetime) -> str:
    return f"{moment:%Y-%m-%dT%H:%M:%SZ}"
