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
from mercarich_web.listings.csv_rows import restored

SKU, SOURCE, MARKETPLACE = "sku", "source", "marketplace"
_SOURCES = (SOURCE, "source_id")
"""An import's file has the second one, and is taken as it is."""


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


def read_matches(chunks: Iterable[bytes], encoding: str) -> Iterator[Named]:
    """Yield the lines that name a source or are wrong; those without a source are left out. Raises `WrongColumns`."""
    found = records(lines(chunks), encoding, Place())
    first = next(found, None)
    names = [] if first is None else [cell.strip().lower() for cell in first.cells]
    sources = [names.index(name) for name in _SOURCES if name in names]
    if SKU not in names or not sources:
        raise WrongColumns(MatchingColumns(", ".join(names)[:100] or "–"))
    places = _Places(names.index(SKU), sources[0], names.index(MARKETPLACE) if MARKETPLACE in names else None)
    for record in found:
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
