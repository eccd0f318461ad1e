"""Export a seller's listings as CSV, page by page, in the form that an import accepts."""

import csv
import io
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from mercarich_contracts.schedule import TIME_ZONE
from mercarich_web.listings.csv_rows import COLUMNS, neutralised
from mercarich_web.listings.exported_listing import ExportedListing
from mercarich_web.listings.sql.book import SqlListingBook
from mercarich_web.listings.views import Wish
from mercarich_web.refusals import NotFound

BOM = "\ufeff"
"""Byte order mark: Excel reads a CSV as UTF-8 only with it."""
_TOKYO = ZoneInfo(TIME_ZONE)


@dataclass(frozen=True, slots=True)
class ExportListings:
    """Yield the CSV as text, in pieces for a file or an HTTP response. Raises `NotFound` before the first piece."""

    seller: Callable[[str], int | None]
    listings: SqlListingBook

    def __call__(self, username: str) -> Iterator[str]:
        user_id = self.seller(username)
        if user_id is None:
            raise NotFound(f"there is no seller {username!r}")
        return as_csv(self.listings.export(user_id, Wish()))


def as_csv(pages: Iterator[Sequence[ExportedListing]]) -> Iterator[str]:
    yield BOM + as_lines([COLUMNS])
    for page in pages:
        yield as_lines([_cell(getattr(row, name)) for name in COLUMNS] for row in page)


def as_lines(rows: Iterable[Sequence[object]]) -> str:
    """Return rows as lines of CSV. Each cell is quoted: a spreadsheet that separates cells by semicolons would begin
    one within a title, maybe with a formula."""
    text = io.StringIO()
    csv.writer(text, quoting=csv.QUOTE_ALL).writerows(rows)
    return text.getvalue()


def _cell(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int | float):
        return str(value)  # a loss begins with a minus, and no spreadsheet runs a number
    if isinstance(value, datetime):
        return value.astimezone(_TOKYO).isoformat(timespec="seconds")
    return neutralised(str(value))
