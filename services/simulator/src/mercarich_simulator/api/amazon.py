"""/lwa/… and /spapi/…: check the caller's token, permission and quota, then run the operation."""

from collections.abc import Callable

from mercarich_simulator.amazon import MARKETPLACE_ID
from mercarich_simulator.amazon.tokens import VALID_SECONDS, Refused
from mercarich_simulator.api.feeds import FeedOperations
from mercarich_simulator.api.fees import OPERATION as ESTIMATE_FEES
from mercarich_simulator.api.fees import FeesEstimates
from mercarich_simulator.api.listings import PREFIX, ListingOperations
from mercarich_simulator.api.orders import OrderSearch
from mercarich_simulator.api.products import CATALOGUE, RESTRICTIONS, ProductOperations
from mercarich_simulator.api.reports import ReportOperations
from mercarich_simulator.api.search import Search
from mercarich_simulator.api.trouble import DENIED, QUOTA, amazon_error, guarded, lwa_error
from mercarich_simulator.catalogue import AmazonSeller
from mercarich_simulator.web import Reply, Request, json_reply
from mercarich_simulator.world import World

_FEEDS = "/spapi/feeds/2021-06-30/feeds"
_DOCUMENTS = "/spapi/feeds/2021-06-30/documents"
_ORDERS = "/spapi/orders/2026-01-01/orders"
_REPORTS = "/spapi/reports/2021-06-30/reports"
_REPORT_DOCUMENTS = "/spapi/reports/2021-06-30/documents"
_FEES = "/spapi/products/fees/v0/feesEstimate"
_SELLERS = "/spapi/sellers/v1/marketplaceParticipations"

Handler = Callable[[AmazonSeller, Request], Reply]


class AmazonApi:
    """Handle requests below /lwa/ and /spapi/."""

    def __init__(self, world: World) -> None:
        self._world = world
        feeds, listings, reports = FeedOperations(world), ListingOperations(world), ReportOperations(world)
        products, orders = ProductOperations(world), OrderSearch(world)
        self._search: tuple[str, Handler] = ("searchListingsItems", Search(world).search)
        self._exact: dict[tuple[str, str], tuple[str, Handler]] = {
            ("POST", _DOCUMENTS): ("createFeedDocument", feeds.create_document),
            ("POST", _FEEDS): ("createFeed", feeds.create_feed),
            ("GET", _FEEDS): ("getFeeds", feeds.list_feeds),
            ("POST", _REPORTS): ("createReport", reports.create),
            ("GET", CATALOGUE): ("searchCatalogItems", products.search),
            ("GET", RESTRICTIONS): ("getListingsRestrictions", products.restrictions),
            ("GET", _ORDERS): ("searchOrders", orders.search),
            ("POST", _FEES): (ESTIMATE_FEES, FeesEstimates(world).estimate),
            ("GET", _SELLERS): ("getMarketplaceParticipations", _participations),
        }
        self._below: dict[tuple[str, str], tuple[str, Handler]] = {
            ("GET", _FEEDS + "/"): ("getFeed", feeds.get_feed),
            ("DELETE", _FEEDS + "/"): ("cancelFeed", feeds.cancel_feed),
            ("GET", _ORDERS + "/"): ("getOrder", orders.get),
            ("GET", _DOCUMENTS + "/"): ("getFeedDocument", feeds.get_document),
            ("GET", _REPORTS + "/"): ("getReport", reports.get),
            ("DELETE", _REPORTS + "/"): ("cancelReport", reports.cancel),
            ("GET", _REPORT_DOCUMENTS + "/"): ("getReportDocument", reports.get_document),
            ("GET", CATALOGUE + "/"): ("getCatalogItem", products.get),
            ("GET", PREFIX): ("getListingsItem", listings.get),
            ("PATCH", PREFIX): ("patchListingsItem", listings.patch),
            ("PUT", PREFIX): ("putListingsItem", listings.put),
            ("DELETE", PREFIX): ("deleteListingsItem", listings.delete),
        }

    def token(self, request: Request) -> Reply:
        """Handle POST /lwa/auth/o2/token."""
        self._world.count("lwa", "token")
        if request.method != "POST" or request.path != "/lwa/auth/o2/token":
            return lwa_error(404, "invalid_request", "There is no such address.")
        try:
            seller = self._world.tokens.seller_asking(request.body, self._world.clock.wall())
        except Refused as refusal:
            said = lwa_error(refusal.status, refusal.code, refusal.description)
            return guarded(self._world, "lwa", ("token",), lambda: said)
        granted = {
            "access_token": self._world.tokens.grant(seller, self._world.clock.wall()),
            "refresh_token": seller.refresh_token,
            "token_type": "bearer",
            "expires_in": VALID_SECONDS,
        }
        names = (seller.seller_id, seller.username, "token")
        return guarded(self._world, "lwa", names, lambda: json_reply(granted))

    def call(self, request: Request) -> Reply:
        """Handle any operation of the Selling Partner API."""
        operation, handler = self._route(request)
        self._world.count("spapi", operation)
        if handler is None:
            return amazon_error(404, "NotFound", "Resource not found.")
        token = request.headers.get("x-amz-access-token", "")
        seller = self._world.tokens.seller(token, self._world.clock.wall())
        names = (operation, *_names(seller, request))
        return guarded(self._world, "spapi", names, lambda: self._allowed(operation, handler, seller, token, request))

    def _route(self, request: Request) -> tuple[str, Handler | None]:
        found = self._exact.get((request.method, request.path))
        if found:
            return found
        if request.method == "GET" and request.path.startswith(PREFIX) and "/" not in request.path[len(PREFIX) :]:
            return self._search
        for (method, prefix), below in self._below.items():
            if method == request.method and request.path.startswith(prefix):
                return below
        return "unknown", None

    def _allowed(
        self, operation: str, handler: Handler, seller: AmazonSeller | None, token: str, request: Request
    ) -> Reply:
        if not token:
            missing = amazon_error(403, "MissingAuthenticationToken", DENIED[1])
            return missing.with_headers(("x-amzn-ErrorType", "MissingAuthenticationTokenException"))
        if seller is None:
            return amazon_error(403, *DENIED, "The access token you provided is revoked, malformed or expired.")
        rate = ("x-amzn-RateLimit-Limit", f"{self._world.quotas.rate(operation):g}")
        if not self._world.quotas.take(seller.seller_id, operation, self._world.clock.wall()):
            return amazon_error(429, *QUOTA).with_headers(rate)
        return handler(seller, request).with_headers(rate)


def _names(seller: AmazonSeller | None, request: Request) -> tuple[str, ...]:
    """Return the names that a fault's `only` can match: seller id, user name, SKU, feed or document id."""
    last = request.path.rpartition("/")[2]
    return (last, seller.seller_id, seller.username) if seller else (last,)


def _participations(seller: AmazonSeller, _request: Request) -> Reply:
    marketplace = {
        "id": MARKETPLACE_ID,
        "name": "Amazon.co.jp",
        "countryCode": "JP",
        "defaultCurrencyCode": "JPY",
        "defaultLanguageCode": "ja_JP",
        "domainName": "www.amazon.co.jp",
    }
    participation = {"isParticipating": True, "hasSuspendedListings": False}
    row = {"marketplace": marketplace, "participation": participation, "storeName": seller.username}
    return json_reply({"payload": [row]})
