"""`ports_offers.OfferReports`: Reports API 2021-06-30, and the search of the Listings Items API 2021-08-01."""

import gzip
import zlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from io import BytesIO
from typing import Any
from urllib.parse import quote

from mercarich_feed.adapters.http import Http
from mercarich_feed.adapters.sp_api import Operation, SpApi
from mercarich_feed.domain.answers import Said, Transient
from mercarich_feed.domain.offer_reads import FoundOffer, ReportState, SearchPage
from mercarich_feed.domain.offer_report import ReadOffers, channel_of
from mercarich_feed.domain.prices import shown_price
from mercarich_feed.domain.pushes import Account
from mercarich_listings.matching import found_by_itself

REPORT_TYPE = "GET_MERCHANT_LISTINGS_ALL_DATA"
_REPORTS = "/reports/2021-06-30"
_LISTINGS = "/listings/2021-08-01/items"
_TOLD = "summaries,attributes,offers,fulfillmentAvailability"
_PAGE = "20"
_DOWNLOAD_SECONDS = 120.0


class SpReports:
    """Calls by sellers. Every method raises `AmazonTrouble`."""

    def __init__(self, api: SpApi, http: Http) -> None:
        self._api = api
        self._http = http

    def request(self, account: Account) -> str:
        # No `reportOptions`: with `custom`, columns are left out (amzn/selling-partner-api-models#4864).
        body = {"reportType": REPORT_TYPE, "marketplaceIds": [account.marketplace_id]}
        created = self._api.call(account, Operation("createReport", "POST", f"{_REPORTS}/reports", {}, body))
        if "reportId" not in created:
            raise Transient("the response to createReport has no report id")
        return str(created["reportId"])

    def state(self, account: Account, report_id: str) -> tuple[ReportState, str | None]:
        path = f"{_REPORTS}/reports/{quote(report_id, safe='')}"
        told = self._api.call(account, Operation("getReport", "GET", path, {}))
        try:
            return ReportState(str(told.get("processingStatus", "")).lower()), told.get("reportDocumentId")
        except ValueError:
            status = told.get("processingStatus")
            raise Transient(f"unknown report status {status!r}", Said(f"status {status}")) from None

    @contextmanager
    def opened(self, account: Account, document_id: str) -> Iterator[ReadOffers]:
        """Hold the document as it came, and unpack it line by line."""
        path = f"{_REPORTS}/documents/{quote(document_id, safe='')}"
        place = self._api.call(account, Operation("getReportDocument", "GET", path, {}))
        reply = self._http.send("GET", place["url"], seconds=_DOWNLOAD_SECONDS)
        if reply.status != 200:
            raise Transient(f"the report's download ended with HTTP {reply.status}", Said(f"HTTP {reply.status}"))
        is_packed = place.get("compressionAlgorithm") == "GZIP"
        with gzip.open(BytesIO(reply.body)) if is_packed else BytesIO(reply.body) as lines:
            try:
                yield ReadOffers(lines, _charset(reply.headers.get("content-type", "")))
            except (EOFError, gzip.BadGzipFile, zlib.error) as error:
                raise Transient("the report is cut short", Said(type(error).__name__)) from error

    def search(self, account: Account, created_after: str | None, token: str | None) -> SearchPage:
        query = {"marketplaceIds": account.marketplace_id, "issueLocale": "ja_JP", "includedData": _TOLD}
        query |= {"sortBy": "createdDate", "sortOrder": "ASC", "pageSize": _PAGE}
        query |= {"createdAfter": created_after} if created_after else {}
        query |= {"pageToken": token} if token else {}
        path = f"{_LISTINGS}/{quote(account.seller_id, safe='')}"
        told = self._api.call(account, Operation("searchListingsItems", "GET", path, query))
        try:
            items = told.get("items") or ()
            created = [summary["createdDate"] for item in items for summary in item.get("summaries") or ()]
            following = (told.get("pagination") or {}).get("nextToken")
            offers = [_offer(item, account.marketplace_id) for item in items]
            return SearchPage(offers, max(created, default=None), following or None, int(told["numberOfResults"]))
        except (AttributeError, KeyError, TypeError, ValueError) as error:
            raise Transient(f"the search's response is not as documented: {type(error).__name__}") from error


def _offer(item: Mapping[str, Any], marketplace_id: str) -> FoundOffer:
    summary: Mapping[str, Any] = next(iter(item.get("summaries") or ()), {})
    shown: Mapping[str, Any] = next(iter(item.get("fulfillmentAvailability") or ()), {})
    price = shown_price(item, marketplace_id)
    notes = [note.get("value") or "" for note in (item.get("attributes") or {}).get("condition_note") or ()]
    quantity, sku = shown.get("quantity"), str(item["sku"])
    return FoundOffer(
        sku=sku,
        asin=summary.get("asin"),
        title=(summary.get("itemName") or "")[:255] or None,
        price_jpy=price.given if price.shown is None else price.shown,  # of what nobody can buy, none is shown
        quantity=quantity if isinstance(quantity, int) else None,
        channel=channel_of(shown.get("fulfillmentChannelCode") or ""),
        condition=(summary.get("conditionType") or "")[:32] or None,
        status="active" if "BUYABLE" in (summary.get("status") or ()) else "inactive",
        source=found_by_itself(sku, " ".join(notes)),
    )


def _charset(content_type: str) -> str | None:
    name = content_type.lower().partition("charset=")[2].partition(";")[0].strip()
    return name or None
