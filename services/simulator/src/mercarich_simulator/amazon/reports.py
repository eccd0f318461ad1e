"""Reports of a seller's offers (Reports API 2021-06-30): queued, made, and ended on the market's clock.

A report in Japan has Japanese headers, in Shift_JIS or UTF-8 as the seller's account is set
(amzn/selling-partner-api-models#2293); what Shift_JIS has no character for becomes a question mark (#4888).
"""

import gzip
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from mercarich_simulator.amazon.documents import Document, Documents

IN_QUEUE, IN_PROGRESS, DONE, CANCELLED, FATAL = "IN_QUEUE", "IN_PROGRESS", "DONE", "CANCELLED", "FATAL"
OPEN = frozenset({IN_QUEUE, IN_PROGRESS})
ALL_LISTINGS, OPEN_LISTINGS = "GET_MERCHANT_LISTINGS_ALL_DATA", "GET_FLAT_FILE_OPEN_LISTINGS_DATA"
TYPES = frozenset({ALL_LISTINGS, OPEN_LISTINGS})
KEPT = 200
"""Most reports kept; the oldest are dropped first."""
SHIFT_JIS, UTF_8 = "cp932", "utf-8"


@dataclass(slots=True)
class Report:
    """One report. Times are of the market's clock; None = never (a stuck report)."""

    report_id: str
    seller_id: str
    report_type: str
    created_at: float
    starts_at: float | None
    ends_at: float | None
    document_id: str | None
    """What the report tells, as of its creation; None: there is nothing to tell."""
    ending: str = DONE
    """The report's status from `ends_at` on."""
    status: str = IN_QUEUE
    ended_at: float | None = None


@dataclass(frozen=True, slots=True)
class Row:
    """One offer as a report tells it."""

    sku: str
    asin: str
    title: str
    note: str
    price: int | None
    quantity: int
    buyable: bool


class Reports:
    """All reports of one simulator. They are not kept over a restart."""

    def __init__(self) -> None:
        self.kept: dict[str, Report] = {}
        self._last_number = 0

    def new_id(self) -> str:
        self._last_number += 1
        return f"{60_000_000_000 + self._last_number}"

    def add(self, report: Report) -> None:
        self.kept[report.report_id] = report
        while len(self.kept) > KEPT:
            del self.kept[next(iter(self.kept))]

    def settle(self, now: float) -> None:
        """Bring every report up to `now`."""
        for report in self.kept.values():
            if report.status == IN_QUEUE and report.starts_at is not None and report.starts_at <= now:
                report.status = IN_PROGRESS
            if report.status == IN_PROGRESS and report.ends_at is not None and report.ends_at <= now:
                report.status, report.ended_at = report.ending, report.ends_at

    def cancel(self, report: Report, now: float) -> bool:
        """Cancel a report. Return False when its processing has begun already."""
        if report.status != IN_QUEUE:
            return False
        report.status, report.ended_at = CANCELLED, now
        return True


def written(documents: Documents, seller_id: str, report_type: str, rows: Iterable[Row], encoding: str) -> Document:
    """Return the document of a report, compressed."""
    lines = _all_listings(rows) if report_type == ALL_LISTINGS else _open_listings(rows)
    text = "\r\n".join("\t".join(cells) for cells in lines) + "\r\n"
    charset = "Shift_JIS" if encoding == SHIFT_JIS else "UTF-8"
    body = gzip.compress(text.encode(encoding, "replace"), 1, mtime=0)
    return documents.new(seller_id, f"text/plain; charset={charset}", body, gzip=True)


def _all_listings(rows: Iterable[Row]) -> Iterator[tuple[str, ...]]:
    yield (
        *("商品名", "出品ID", "出品者SKU", "価格", "数量", "出品日", "商品IDタイプ", "コンディション説明"),
        *("コンディション", "ASIN 1", "国外へ配送可", "迅速な配送", "商品ID", "在庫数"),
        *("フルフィルメント・チャンネル", "merchant-shipping-group", "ステータス"),
    )
    for number, row in enumerate(rows):
        price, opened = "" if row.price is None else str(row.price), "2026/01/05 10:00:00 JST"
        yield (
            *(row.title, f"0105V{number:06d}", row.sku, price, str(row.quantity), opened, "1", row.note),
            *("2", row.asin, "n", "", row.asin, "0"),
            *("DEFAULT", "Migrated Template", "Active" if row.buyable else "Inactive"),
        )


def _open_listings(rows: Iterable[Row]) -> Iterator[tuple[str, ...]]:
    """The report without titles; it leaves out what Amazon does not sell."""
    yield "出品者SKU", "ASIN", "価格", "数量"
    for row in rows:
        if row.buyable:
            yield row.sku, row.asin, "" if row.price is None else str(row.price), str(row.quantity)
