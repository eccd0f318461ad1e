"""The operations in use of the Selling Partner API: feeds, listings items, orders, product fees."""

import gzip
import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote

import orjson

from mercarich_feed.adapters import fee_results, order_pages, shown_items
from mercarich_feed.adapters.amazon_errors import invalid, spapi_trouble
from mercarich_feed.adapters.http import Http, Reply
from mercarich_feed.adapters.lwa import Lwa
from mercarich_feed.adapters.pacing import Pace
from mercarich_feed.domain.answers import (
    AmazonTrouble,
    ContentRefused,
    Forbidden,
    Missing,
    RateLimited,
    Said,
    Transient,
)
from mercarich_feed.domain.feeds import FeedState
from mercarich_feed.domain.fees import FeeResult, Priced
from mercarich_feed.domain.orders import OrderItem, OrderPage, Period
from mercarich_feed.domain.pushes import Account, availability_patches
from mercarich_listings.read_back import Seen

FEED_TYPE = "JSON_LISTINGS_FEED"
DOCUMENT_TYPE = "application/json; charset=UTF-8"
_FEEDS = "/feeds/2021-06-30"
_LISTINGS = "/listings/2021-08-01/items"
_ORDERS = "/orders/2026-01-01/orders"
_PARTICIPATIONS = "/sellers/v1/marketplaceParticipations"
_SHOWN = "summaries,issues,fulfillmentAvailability"
_UPLOAD_SECONDS = 60.0
_TRIES = 3


@dataclass(frozen=True, slots=True)
class Operation:
    """One request to the API. `repeatable`: sending it twice does no harm; `shape`: of the response's JSON."""

    name: str
    method: str
    path: str
    query: Mapping[str, str]
    body: Any = None
    repeatable: bool = True
    shape: type = dict


class SpApi:
    """Calls by sellers. Every method raises `AmazonTrouble`."""

    def __init__(self, http: Http, base_url: str, lwa: Lwa, pace: Pace) -> None:
        self._http = http
        self._base_url = base_url.rstrip("/")
        self._lwa = lwa
        self._pace = pace

    def authorize(self, account: Account) -> None:
        self._lwa.token(account)

    def prove(self, account: Account) -> None:
        """Use the token: ask whether the seller participates in their marketplace.

        Sellers API v1, role Selling Partner Insights. A 403 stays `Forbidden`: the role may be missing, so it proves
        nothing about the token.
        """
        answer = self.call(account, Operation("getMarketplaceParticipations", "GET", _PARTICIPATIONS, {}))
        for row in answer.get("payload") or ():
            if row["marketplace"]["id"] == account.marketplace_id and row["participation"]["isParticipating"]:
                return
        raise Forbidden(f"the seller does not take part in the marketplace {account.marketplace_id}")

    def search(self, account: Account, skus: Sequence[str]) -> dict[str, Seen]:
        """Return what Amazon shows of these offers, at most 20, by SKU; one that it does not find is left out.

        No SKU may have a comma, which separates them.
        """
        query = {
            **market(account),
            "identifiers": ",".join(skus),
            "identifiersType": "SKU",
            "includedData": _SHOWN,
            "pageSize": "20",
        }
        operation = Operation("searchListingsItems", "GET", _items(account), query)
        return {str(item["sku"]): shown_items.read(item) for item in self.call(account, operation).get("items") or ()}

    def works_for(self, account: Account) -> bool:
        """Return whether Amazon serves the seller's listings: one is searched for by a request that names no SKU."""
        query = {**market(account), "pageSize": "1"}
        try:
            self.call(account, Operation("searchListingsItems", "GET", _items(account), query))
        except AmazonTrouble:
            return False
        return True

    def patch_quantity(self, account: Account, sku: str, quantity: int, lead_time_days: int | None = None) -> None:
        """Set an offer's quantity, and its lead time if given. The status INVALID comes with HTTP 200.

        A zero whose response is lost is sent again at once. Any other quantity is not: the second try might arrive
        after a newer zero.
        """
        body = {"productType": "PRODUCT", "patches": availability_patches(quantity, lead_time_days)}
        operation = Operation(
            "patchListingsItem", "PATCH", item_path(account, sku), market(account), body, repeatable=quantity == 0
        )
        accepted(self.call(account, operation, paced=True))

    def shown(self, account: Account, sku: str) -> Seen:
        """Return what Amazon shows of the offer."""
        query = {**market(account), "includedData": f"attributes,{_SHOWN}"}
        operation = Operation("getListingsItem", "GET", item_path(account, sku), query)
        return shown_items.read(self.call(account, operation, paced=True))

    def delete_listing(self, account: Account, sku: str, *, paced: bool = True) -> None:
        """Delete the seller's listing (deleteListingsItem); the product page stays. INVALID comes with HTTP 200."""
        operation = Operation("deleteListingsItem", "DELETE", item_path(account, sku), market(account))
        accepted(self.call(account, operation, paced=paced))

    def upload(self, account: Account, document: Mapping[str, Any]) -> str:
        created = self.call(
            account,
            Operation("createFeedDocument", "POST", f"{_FEEDS}/documents", {}, {"contentType": DOCUMENT_TYPE}),
        )
        # The upload URL is signed for exactly this content type and accepts none of the API's headers.
        reply = self._http.send(
            "PUT",
            created["url"],
            content=orjson.dumps(document),
            headers={"content-type": DOCUMENT_TYPE},
            seconds=_UPLOAD_SECONDS,
        )
        if reply.status not in (200, 201, 204):
            raise Transient(f"the document's upload ended with HTTP {reply.status}", Said(f"HTTP {reply.status}"))
        return str(created["feedDocumentId"])

    def create_feed(self, account: Account, document_id: str) -> str:
        body = {
            "feedType": FEED_TYPE,
            "marketplaceIds": [account.marketplace_id],
            "inputFeedDocumentId": document_id,
        }
        operation = Operation("createFeed", "POST", f"{_FEEDS}/feeds", {}, body, repeatable=False)
        answer = self.call(account, operation)
        if "feedId" not in answer:
            raise Transient("the answer to createFeed has no feed id")
        return str(answer["feedId"])

    def feed(self, account: Account, feed_id: str) -> tuple[FeedState, str | None]:
        answer = self.call(account, Operation("getFeed", "GET", f"{_FEEDS}/feeds/{quote(feed_id, safe='')}", {}))
        try:
            return FeedState(str(answer.get("processingStatus", "")).lower()), answer.get("resultFeedDocumentId")
        except ValueError:
            state = answer.get("processingStatus")
            raise Transient(f"unknown feed status {state!r}", Said(f"status {state}")) from None

    def cancel_feed(self, account: Account, feed_id: str) -> None:
        self.call(account, Operation("cancelFeed", "DELETE", f"{_FEEDS}/feeds/{quote(feed_id, safe='')}", {}))

    def report(self, account: Account, document_id: str) -> Mapping[str, Any]:
        path = f"{_FEEDS}/documents/{quote(document_id, safe='')}"
        place = self.call(account, Operation("getFeedDocument", "GET", path, {}))
        reply = self._http.send("GET", place["url"], seconds=_UPLOAD_SECONDS)
        if reply.status != 200:
            raise Transient(f"the report's download ended with HTTP {reply.status}", Said(f"HTTP {reply.status}"))
        report = Reply(200, {}, _unpacked(reply.body, place.get("compressionAlgorithm"))).json()
        if not isinstance(report, dict):
            raise Transient("the report is not JSON")
        return report

    def feeds_since(self, account: Account, since: datetime) -> list[str]:
        query = {
            "feedTypes": FEED_TYPE,
            "pageSize": "100",
            "createdSince": f"{since.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}",
        }
        feeds: list[Mapping[str, Any]] = []
        while query:
            answer = self.call(account, Operation("getFeeds", "GET", f"{_FEEDS}/feeds", query))
            feeds += answer.get("feeds") or ()
            token = answer.get("nextToken")  # which takes no other parameter beside it
            query = {"nextToken": str(token)} if token else {}
        return [str(feed["feedId"]) for feed in sorted(feeds, key=lambda feed: str(feed.get("createdTime", "")))]

    def orders(self, account: Account, period: Period, token: str | None, now: datetime) -> OrderPage:
        asked = Operation("searchOrders", "GET", _ORDERS, order_pages.query(period, account.marketplace_id, token))
        return order_pages.read(self.call(account, asked), now)

    def order(self, account: Account, order_id: str) -> Sequence[OrderItem]:
        query = {"includedData": order_pages.DATA_SETS}
        asked = Operation("getOrder", "GET", f"{_ORDERS}/{quote(order_id, safe='')}", query)
        return order_pages.read_one(self.call(account, asked), account.marketplace_id)

    def fees(self, account: Account, offers: Sequence[Priced], now: datetime) -> Sequence[FeeResult]:
        asked = fee_results.body(offers, account.marketplace_id)
        operation = Operation("getMyFeesEstimates", "POST", fee_results.PATH, {}, asked, shape=list)
        return fee_results.read(self._call(account, operation), offers, now)

    def call(self, account: Account, operation: Operation, *, paced: bool = False) -> dict[str, Any]:
        """Send a request, with retries, and return the response. `paced`: the caller has waited for the quota."""
        response: dict[str, Any] = self._call(account, operation, paced=paced)
        return response

    def _call(self, account: Account, operation: Operation, *, paced: bool = False) -> Any:
        lost: list[Transient] = []
        try:
            return self._until_answered(account, operation, lost, paced=paced)
        except (ContentRefused, Missing, Transient):
            raise
        except AmazonTrouble as trouble:
            if lost and operation.method != "GET":  # an earlier try may have taken effect
                raise Transient(f"{lost[-1]}, then {trouble}", lost[-1].said) from trouble
            raise

    def _until_answered(self, account: Account, operation: Operation, lost: list[Transient], *, paced: bool) -> Any:
        """Append to `lost` each try that got no response."""
        refreshed = False
        for tried in range(1, _TRIES + 1):
            if not paced or tried > 1:
                self._pace.wait(account.user_id, operation.name)
            token = self._lwa.token(account)
            try:
                return self._once(account, operation, token)
            except Forbidden:
                if refreshed:
                    raise
                refreshed = True
                self._lwa.forget(account, token)
            except RateLimited as trouble:
                if tried == _TRIES or (trouble.retry_after or 0) > 5:
                    raise
            except Transient as trouble:
                if tried == _TRIES or not operation.repeatable:
                    raise
                lost.append(trouble)
                self._pace.pause(random.uniform(0.1, 0.4) * 2**tried)
        raise Forbidden(f"{operation.name}: refused with a fresh token")

    def _once(self, account: Account, operation: Operation, token: str) -> Any:
        bucket = self._pace.bucket(account.user_id, operation.name)
        headers = {"x-amz-access-token": token}
        content = None
        if operation.body is not None:
            content = orjson.dumps(operation.body)
            headers["content-type"] = "application/json"
        url = self._base_url + operation.path
        reply = self._http.send(operation.method, url, params=dict(operation.query), headers=headers, content=content)
        trouble = spapi_trouble(reply, operation.shape)
        if trouble is None or isinstance(trouble, Missing | ContentRefused):  # within the quota
            bucket.succeeded(reply.headers.get("x-amzn-ratelimit-limit"))
        if trouble is None:
            return reply.json() or operation.shape()
        if isinstance(trouble, RateLimited):
            bucket.exceeded(trouble.retry_after)
        raise trouble


def accepted(answer: Mapping[str, Any]) -> None:
    """Raise the trouble of a submission that Amazon did not accept; INVALID comes with HTTP 200."""
    status = answer.get("status")
    if status == "INVALID":
        raise invalid(answer)
    if status != "ACCEPTED":
        raise Transient(f"unknown answer status {status!r}", Said(f"status {status}"))


def _items(account: Account) -> str:
    return f"{_LISTINGS}/{quote(account.seller_id, safe='')}"


def item_path(account: Account, sku: str) -> str:
    return f"{_items(account)}/{quote(sku, safe='')}"


def market(account: Account) -> dict[str, str]:
    return {"marketplaceIds": account.marketplace_id, "issueLocale": "ja_JP"}


def _unpacked(body: bytes, algorithm: str | None) -> bytes:
    if algorithm != "GZIP":
        return body
    try:
        return gzip.decompress(body)
    except (OSError, EOFError) as error:
        raise Transient("the report is cut short") from error
