"""A file that names the sources of offers: the columns `sku` and `source`, and `marketplace` where sources are ids.

Other columns are left alone.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from mercarich_contracts.market import Marketplace
from mercarich_contracts.sites import called, is_short_link
from mercarich_listings.matching import MatchedBy, SourceOf, given_by_person
from mercarich_reasons.imports import NoMarketplace, ShortLink
from mercarich_reasons.offers import MatchingCells, MatchingColumns, NoSourceAddress
from mercarich_reasons.reason import Reason
from mercarich_reasons.refusal import Refusal
from mercarich_web.jobs.csv_records import Place, Record, lines, records
from mercarich_web.jobs.layouts import Layout
from mercarich_web.listings.csv_rows import is_no_listing, restored

SKU, SOURCE, MARKETPLACE = "sku", "source_id", "marketplace"
"""The fields of an import's file, which is taken as it is; `source` is a name of the second one."""


class WrongColumns(Refusal):
    """The first line does not name the columns."""


@dataclass(frozen=True, slots=True)
class _Places:
    """Columns by their place."""

    sku: int
    source: int
    marketplace: int | None


@dataclass(frozen=True, slots=True)
class Named:
    """A line of the file: a SKU with its source, or what is wrong with it."""

    line: int
    sku: str
    source: SourceOf | None
    problem: Reason | None = None


def read_matches(chunks: Iterable[bytes], layout: Layout) -> Iterator[Named]:
    """Yield the lines that name a source or are wrong; those without a source, blank ones and totals are left out.

    Raises `WrongColumns`.
    """
    columns = layout.columns
    if SKU not in columns or SOURCE not in columns:
        raise WrongColumns(MatchingColumns(", ".join(layout.names)[:100] or "–"))
    market = columns.index(MARKETPLACE) if MARKETPLACE in columns else None
    places = _Places(columns.index(SKU), columns.index(SOURCE), market)
    for record in records(lines(chunks), layout.encoding, Place(), layout.separator):
        if record.line <= layout.header_line or (record.problem is None and is_no_listing(columns, record.cells)):
            continue
        named = _named(record, places)
        if named is not None:
            yield named


def _named(record: Record, places: _Places) -> Named | None:
    if record.problem is not None:
        return Named(record.line, "", None, record.problem)
    cells = [restored(cell).strip() for cell in record.cells]
    if len(cells) <= max(places.sku, places.source, places.marketplace or 0) or not cells[places.sku]:
        return Named(record.line, "", None, MatchingCells())
    name, given = cells[places.sku], cells[places.source]
    if not given:
        return None
    market = cells[places.marketplace] if places.marketplace is not None else ""
    marketplace = called(market)
    if market and marketplace is None:
        return Named(record.line, name, None, NoMarketplace(market[:40], tuple(Marketplace)))
    found = given_by_person(given, MatchedBy.CSV, marketplace)
    return Named(record.line, name, found, None if found else no_source(given))


def no_source(given: str) -> Reason:
    """Return why what a person gave is no source."""
    text = given.strip()[:60]
    return ShortLink(text) if is_short_link(given) else NoSourceAddress(text)
