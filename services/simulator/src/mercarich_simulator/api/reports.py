"""The Reports API 2021-06-30, of the reports that tell a seller's offers."""

from collections.abc import Iterator
from typing import Any

from mercarich_simulator.amazon import MARKETPLACE_ID
from mercarich_simulator.amazon.reports import (
    CANCELLED,
    DONE,
    FATAL,
    IN_PROGRESS,
    OPEN,
    SHIFT_JIS,
    TYPES,
    UTF_8,
    Report,
    Row,
    written,
)
from mercarich_simulator.api.items import Items
from mercarich_simulator.api.trouble import amazon_error
from mercarich_simulator.catalogue import AmazonSeller
from mercarich_simulator.identity import entropy
from mercarich_simulator.offer_prices import price_at
from mercarich_simulator.shelf import YAHOO
from mercarich_simulator.sites.look import utc_text
from mercarich_simulator.web import Reply, Request, json_reply
from mercarich_simulator.world import World

NOTED = 8
"""One in so many sellers' notes names the source's page."""


class ReportOperations:
    """Reports and their documents of the calling seller. Requests for those of other sellers get a 404."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._items = Items(world)

    def create(self, seller: AmazonSeller, request: Request) -> Reply:
        try:
            body = request.json()
        except ValueError:
            return _bad_input("The body is not a JSON object.")
        if body.get("reportType") not in TYPES:
            return _bad_input(f"reportType must be one of {', '.join(sorted(TYPES))}.")
        if body.get("marketplaceIds") != [MARKETPLACE_ID]:
            return _bad_input(f"marketplaceIds must hold {MARKETPLACE_ID}.")
        report = self._report(seller, body["reportType"])
        self._world.reports.add(report)
        return json_reply({"reportId": report.report_id}, 202)

    def get(self, seller: AmazonSeller, request: Request) -> Reply:
        report = self._of(seller, request)
        return json_reply(_described(report)) if report else _not_found()

    def cancel(self, seller: AmazonSeller, request: Request) -> Reply:
        report = self._of(seller, request)
        if report is None:
            return _not_found()
        if not self._world.reports.cancel(report, self._world.clock.now()):
            return _bad_input(f"A report that is {report.status} cannot be cancelled.")
        return json_reply({})

    def get_document(self, seller: AmazonSeller, request: Request) -> Reply:
        document = self._world.documents.kept.get(request.path.rpartition("/")[2])
        if document is None or document.seller_id != seller.seller_id:
            return _not_found()
        base = f"http://{request.headers.get('host', '127.0.0.1')}"
        address = self._world.documents.address(base, document, "get", self._world.clock.wall())
        told = {"reportDocumentId": document.document_id, "url": address}
        return json_reply(told | ({"compressionAlgorithm": "GZIP"} if document.gzip else {}))

    def _report(self, seller: AmazonSeller, report_type: str) -> Report:
        world = self._world
        now, (queue, process) = world.clock.now(), world.report_delays
        ends = now + queue + process
        document_id = self._written(seller.seller_id, report_type)
        report_id = world.reports.new_id()
        report = Report(report_id, seller.seller_id, report_type, now, now + queue, ends, document_id)
        if document_id is None:  # "an automatic cancellation if there is no data to return" (reports_2021-06-30)
            report.ending = CANCELLED
        names = (seller.seller_id, seller.username, "processReport")
        fault = world.faults.pick("spapi", names, world.clock.wall(), inner=("stuck_report", "fatal_report"))
        if fault and fault.kind == "fatal_report":
            report.ending = FATAL
        elif fault:
            later = None if fault.seconds is None else ends + fault.seconds
            report.ends_at = later
            if fault.state != IN_PROGRESS:
                report.starts_at = later
        return report

    def _written(self, seller_id: str, report_type: str) -> str | None:
        rows = list(self._rows(seller_id))
        if not rows:
            return None
        # Three sellers in four have Shift_JIS.
        is_utf_8 = entropy(self._world.settings.seed, "encoding", seller_id)[0] % 4 == 0
        encoding = UTF_8 if is_utf_8 else SHIFT_JIS
        return written(self._world.documents, seller_id, report_type, rows, encoding).document_id

    def _rows(self, seller_id: str) -> Iterator[Row]:
        catalogue = self._world.catalogue
        for offer in self._world.offers.of_seller(catalogue.seller_by_id[seller_id]):
            title, note, price = offer.sku, "", None
            if offer.listing is not None:
                marketplace, number = offer.listing.marketplace, offer.listing.source_number
                item = catalogue.item(marketplace, number)
                title, price = item.title, price_at(catalogue, offer, self._world.clock.now())
                noise = entropy(catalogue.settings.seed, "note", seller_id, offer.sku)
                note = _page(marketplace, item.item_id) if noise[0] % NOTED == 0 else "中古品です。"
            yield Row(offer.sku, self._items.asin(offer), title, note, price, offer.quantity, offer.buyable)

    def _of(self, seller: AmazonSeller, request: Request) -> Report | None:
        report = self._world.reports.kept.get(request.path.rpartition("/")[2])
        return report if report and report.seller_id == seller.seller_id else None


def _page(marketplace: str, item_id: str) -> str:
    if marketplace == YAHOO:
        return f"仕入 https://auctions.yahoo.co.jp/jp/auction/{item_id} 済"
    return f"https://jp.mercari.com/{'shops/product' if len(item_id) == 22 else 'item'}/{item_id}"


def _described(report: Report) -> dict[str, Any]:
    told: dict[str, Any] = {
        "reportId": report.report_id,
        "reportType": report.report_type,
        "marketplaceIds": [MARKETPLACE_ID],
        "createdTime": utc_text(report.created_at),
        "processingStatus": report.status,
    }
    if report.status not in OPEN and report.ended_at is not None:
        told["processingEndTime"] = utc_text(report.ended_at)
    if report.status == DONE:
        told["reportDocumentId"] = report.document_id
    return told


def _bad_input(details: str) -> Reply:
    return amazon_error(400, "InvalidInput", "Request has missing or invalid parameters.", details)


def _not_found() -> Reply:
    return amazon_error(404, "NotFound", "Resource not found.")
