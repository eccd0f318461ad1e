"""searchOrders and getOrder of the Orders API 2026-01-01: a seller's orders of a period, and one of them.

Orders show two minutes (`order_lag_seconds`) after their change at the earliest, as `lastUpdatedBefore` says; by its id
an order shows at once. A pending one has no price. The data sets with personal data are refused: they need roles that a
lister of products lacks.
"""

import base64
import binascii
from collections.abc import Callable
from datetime import datetime
from typing import Any

from mercarich_simulator.amazon import MARKETPLACE_ID
from mercarich_simulator.amazon.orders import Order, Status
from mercarich_simulator.api.items import Items
from mercarich_simulator.api.listings import bad_input
from mercarich_simulator.api.search import Wrong
from mercarich_simulator.api.trouble import DENIED, amazon_error
from mercarich_simulator.catalogue import AmazonSeller
from mercarich_simulator.identity import entropy
from mercarich_simulator.offer_prices import price_at
from mercarich_simulator.sites.look import utc_text
from mercarich_simulator.web import Reply, Request, json_reply
from mercarich_simulator.world import World

MAX_PAGE = 100
GIFT_EVERY = 2
"""One of so many orders is a gift."""
GIFT_MESSAGE = "花子さん、お誕生日おめでとう。太郎より"
"""Personal data that comes with FULFILLMENT unasked."""
PERSONAL = frozenset({"BUYER", "RECIPIENT", "PACKAGES", "TAX", "PAYMENT"})
"""Data sets with names, addresses or means of payment."""
DATA_SETS = PERSONAL | {"PROCEEDS", "EXPENSE", "PROMOTION", "CANCELLATION", "FULFILLMENT", "FULFILLMENT_ORDERS"}
_STATUSES = frozenset(
    {"PENDING_AVAILABILITY", "PENDING", "UNSHIPPED", "PARTIALLY_SHIPPED", "SHIPPED", "CANCELLED", "UNFULFILLABLE"}
)
_KNOWN = frozenset(
    {
        *("createdAfter", "createdBefore", "lastUpdatedAfter", "lastUpdatedBefore", "fulfillmentStatuses"),
        *("marketplaceIds", "fulfilledBy", "maxResultsPerPage", "paginationToken", "includedData"),
    }
)


class OrderSearch:
    """Handle GET /orders/2026-01-01/orders."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._items = Items(world)

    def search(self, seller: AmazonSeller, request: Request) -> Reply:
        included = set(_values(request, "includedData"))
        if included & PERSONAL:
            return amazon_error(403, *DENIED, "The application has no role for the requested data.")
        try:
            _known(included, DATA_SETS, "includedData")
            size = _page_size(request.query.get("maxResultsPerPage"))
            after, before, at_of, told = self._period(request)
            place = _place(request.query.get("paginationToken"))
            chosen = self._chosen(seller, request)
        except Wrong as error:
            return bad_input(str(error))
        found = sorted(
            (order for order in chosen if after <= at_of(order) <= before and (at_of(order), order.number) > place),
            key=lambda order: (at_of(order), order.number),
        )
        page = found[:size]
        answer: dict[str, Any] = {"orders": [self._described(order, included) for order in page], **told}
        if len(found) > size:
            answer["pagination"] = {"nextToken": _token(at_of(page[-1]), page[-1].number)}
        return json_reply(answer)

    def get(self, seller: AmazonSeller, request: Request) -> Reply:
        """Handle GET /orders/2026-01-01/orders/{orderId}."""
        included = set(_values(request, "includedData"))
        if included & PERSONAL:
            return amazon_error(403, *DENIED, "The application has no role for the requested data.")
        wanted, seed = request.path.rpartition("/")[2], self._world.settings.seed
        try:
            _known(included, DATA_SETS, "includedData")
        except Wrong as error:
            return bad_input(str(error))
        mine = (order for order in self._world.orders.kept.values() if order.seller_id == seller.seller_id)
        found = next((order for order in mine if order_id(seed, order.number) == wanted), None)
        if found is None:
            return amazon_error(404, "NotFound", "The requested order was not found.")
        return json_reply({"order": self._described(found, included)})

    def _period(self, request: Request) -> tuple[float, float, Callable[[Order], float], dict[str, str]]:
        """Return the bounds, which time of an order they are about, and what the response says of the latter one."""
        query, now = request.query, self._world.clock.now()
        unknown = query.keys() - _KNOWN
        if unknown:
            raise Wrong(f"Unknown parameters: {', '.join(sorted(unknown))}.")
        created, updated = query.get("createdAfter"), query.get("lastUpdatedAfter")
        if (created is None) == (updated is None):
            raise Wrong("Exactly one of createdAfter and lastUpdatedAfter is required.")
        name, other = ("created", "lastUpdated") if created is not None else ("lastUpdated", "created")
        if f"{other}Before" in query:
            raise Wrong(f"{other}Before cannot be combined with {name}After.")
        after, latest = _time(query[f"{name}After"]), now - self._world.settings.order_lag_seconds
        before = _time(query[f"{name}Before"]) if f"{name}Before" in query else latest
        if before > latest or (f"{name}Before" in query and before < after):
            raise Wrong(f"{name}Before must not be before {name}After, nor newer than {utc_text(latest)}.")
        at_of: Callable[[Order], float] = _placed_at if created is not None else _updated_at
        return after, before, at_of, {f"{name}Before": utc_text(before)}

    def _chosen(self, seller: AmazonSeller, request: Request) -> list[Order]:
        statuses, fulfilled = _values(request, "fulfillmentStatuses"), _values(request, "fulfilledBy")
        _known(set(statuses), _STATUSES, "fulfillmentStatuses")
        _known(set(fulfilled), frozenset({"MERCHANT", "AMAZON"}), "fulfilledBy")
        markets = _values(request, "marketplaceIds")
        if (fulfilled and "MERCHANT" not in fulfilled) or (markets and MARKETPLACE_ID not in markets):
            return []
        mine = (order for order in self._world.orders.kept.values() if order.seller_id == seller.seller_id)
        return [order for order in mine if not statuses or order.status in statuses]

    def _described(self, order: Order, included: set[str]) -> dict[str, Any]:
        described: dict[str, Any] = {
            "orderId": order_id(self._world.settings.seed, order.number),
            "createdTime": utc_text(order.placed_at),
            "lastUpdatedTime": utc_text(order.updated_at),
            "salesChannel": {
                "channelName": "AMAZON",
                "marketplaceId": MARKETPLACE_ID,
                "marketplaceName": "Amazon.co.jp",
            },
            "orderItems": [self._item(order, included)],
        }
        if "FULFILLMENT" in included:
            described["fulfillment"] = {
                "fulfillmentStatus": order.status,
                "fulfilledBy": "MERCHANT",
                "fulfillmentServiceLevel": "STANDARD",
                "shipByWindow": {
                    "earliestDateTime": utc_text(order.placed_at),
                    "latestDateTime": utc_text(order.ship_by),
                },
            }
        return described

    def _item(self, order: Order, included: set[str]) -> dict[str, Any]:
        world = self._world
        offer = world.offers.touched[(order.seller_id, order.sku)]
        product: dict[str, Any] = {"asin": self._items.asin(offer), "title": order.sku, "sellerSku": order.sku}
        if offer.listing is not None:
            source = world.catalogue.item(offer.listing.marketplace, offer.listing.source_number)
            product["title"] = source.title
            if order.status is not Status.PENDING:
                price = price_at(world.catalogue, offer, order.placed_at)
                money = {"amount": f"{price}.00", "currencyCode": "JPY"}
                product["price"] = {"unitPrice": money}
        item: dict[str, Any] = {
            "orderItemId": f"{order.number:014d}",
            "quantityOrdered": 1,
            "product": product,
        }
        if "FULFILLMENT" in included:
            shipped = int(order.status is Status.SHIPPED)
            item["fulfillment"] = {"quantityFulfilled": shipped, "quantityUnfulfilled": 1 - shipped}
            if order.number % GIFT_EVERY == 0:
                gift = {"giftMessage": GIFT_MESSAGE, "giftWrapLevel": "Classic"}
                item["fulfillment"]["packing"] = {"giftOption": gift}
        if "CANCELLATION" in included and order.cancelled_by is not None:
            item["cancellation"] = {"cancellationExecution": {"cancelledBy": order.cancelled_by}}
        return item


def order_id(seed: int, number: int) -> str:
    """Return Amazon's id of an order, in its form 3-7-7."""
    digits = f"{int.from_bytes(entropy(seed, 'order id', number)[:8]) % 10**10:010d}{number % 10**7:07d}"
    return f"{digits[:3]}-{digits[3:10]}-{digits[10:]}"


def _placed_at(order: Order) -> float:
    return order.placed_at


def _updated_at(order: Order) -> float:
    return order.updated_at


def _values(request: Request, name: str) -> list[str]:
    return [value for text in request.queries.get(name, []) for value in text.split(",") if value]


def _known(values: set[str], known: frozenset[str], name: str) -> None:
    if not values <= known:
        raise Wrong(f"{name} must be of {', '.join(sorted(known))}.")


def _page_size(text: str | None) -> int:
    if text is None:
        return MAX_PAGE
    if not text.isdecimal() or not 1 <= int(text) <= MAX_PAGE:
        raise Wrong(f"maxResultsPerPage must be between 1 and {MAX_PAGE}.")
    return int(text)


def _time(text: str) -> float:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        raise Wrong(f"{text!r} is no time of ISO 8601.") from error
    if moment.tzinfo is None:
        raise Wrong(f"{text!r} has no time zone.")
    return moment.timestamp()


def _token(at: float, number: int) -> str:
    return base64.urlsafe_b64encode(f"{at!r}:{number}".encode()).decode()


def _place(token: str | None) -> tuple[float, int]:
    """Return time and number of the last order of the page before."""
    if token is None:
        return -1.0, -1
    try:
        at, _, number = base64.urlsafe_b64decode(token).decode().partition(":")
        return float(at), int(number)
    except (ValueError, binascii.Error) as error:
        raise Wrong("paginationToken is not one of this API.") from error
