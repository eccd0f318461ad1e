"""Compare staged rows with each other and with the seller's listings, a page of rows at a time.

Each query names the page's own keys, and its cost is that of the page, however many listings the seller has. For a join
of the staged rows with themselves the databases have no statistics yet, since the rows are new, and would read all rows
for each one.
"""

from collections import defaultdict
from collections.abc import Container, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Engine, Select, and_, delete, func, select, union

from mercarich_contracts.market import Marketplace
from mercarich_db.conditions import Filter
from mercarich_db.tables import job_problems, job_rows, listings, source_items
from mercarich_db.types import AnyRow
from mercarich_listings.stages import is_in
from mercarich_listings.transition import Stage
from mercarich_reasons.imports import (
    BeingDeleted,
    BeingRegistered,
    ListedAlready,
    ListingExists,
    SkuTwice,
    SourceFixed,
    SourceTaken,
    SourceTwice,
)
from mercarich_web.database import reading
from mercarich_web.jobs.jobs import NEW_ONLY, Claim
from mercarich_web.listings.csv_rows import Problem
from mercarich_web.listings.price_bounds import crossed

_row = job_rows.c
LEFT_OUT_AT_ONCE = 1_000
"""Rows that one statement deletes."""
_Source = tuple[str, str]
"""Marketplace and item id."""


def problems_of(connection: Connection, claim: Claim, first: int, last: int) -> Sequence[Problem]:
    """Return problems of the rows numbered above `first` up to `last`, in the order of their lines."""
    of = (_row.line, _row.sku, _row.marketplace, _row.item_id, _row.listed, _row.least_price, _row.most_price)
    these = (_row.job_id == claim.job_id, _row.number > first, _row.number <= last)
    rows = connection.execute(select(*of).where(*these).order_by(_row.number)).all()
    known = _known(connection, claim, rows)
    return [problem for row in rows for problem in known.problems(row)]


def skus_with(engine: Engine, user_id: int, sku: str, source: _Source) -> Sequence[str]:
    """Return the SKUs of those of the seller's listings that have this SKU, or this source."""
    mine = select(listings.c.sku).where(listings.c.user_id == user_id, listings.c.sku == sku)
    taking = _takers(user_id, Marketplace(source[0]), [source[1]]).with_only_columns(listings.c.sku)
    with reading(engine) as connection:
        return connection.execute(union(mine, taking)).scalars().all()


def leave_out_wrong(connection: Connection, job_id: int) -> None:
    """Delete the staged rows with problems. Once all are compared: a row that is left out still is another's double."""
    told = select(job_problems.c.line).distinct().where(job_problems.c.job_id == job_id)
    wrong = frozenset(connection.execute(told).scalars())
    staged = connection.execute(select(_row.number, _row.line).where(_row.job_id == job_id)).all()
    numbers = [row.number for row in staged if row.line in wrong]
    for start in range(0, len(numbers), LEFT_OUT_AT_ONCE):
        these = numbers[start : start + LEFT_OUT_AT_ONCE]
        connection.execute(delete(job_rows).where(_row.job_id == job_id, _row.number.in_(these)))


@dataclass(frozen=True, slots=True)
class _Known:
    """What a page's rows are compared with."""

    first_line: Mapping[str, int]
    """The first line of each SKU in the file."""
    lines: Mapping[_Source, Mapping[str, int]]
    """The first line of each SKU, by source, in the file."""
    own: Mapping[str, AnyRow]
    """The seller's listings by SKU, as `_own` reads them."""
    takers: Mapping[_Source, Sequence[str]]
    """The seller's SKUs by source."""
    leaving: Container[str]
    """SKUs that are being deleted at Amazon."""
    registering: Container[str]
    """SKUs whose offers are being created at Amazon."""
    new_only: bool
    """Whether the import changes no listing that is there."""

    def problems(self, row: AnyRow) -> Iterator[Problem]:
        source = (row.marketplace, row.item_id)
        mine = self.own.get(row.sku)
        had = None if mine is None else (mine.marketplace, mine.item_id)
        listed = mine is not None and mine.listed
        if self.first_line[row.sku] < row.line:
            yield Problem(row.line, "sku", SkuTwice(self.first_line[row.sku]))
        if self.new_only and mine is not None:
            yield Problem(row.line, "sku", ListingExists(row.sku))
        if row.sku in self.leaving:
            yield Problem(row.line, "sku", BeingDeleted(row.sku))
        if row.sku in self.registering:
            yield Problem(row.line, "sku", BeingRegistered(row.sku))
        if had != source:  # Listings that shared a source before the import may keep sharing it.
            yield from self._taken(row, source)
        if listed and had is not None and had != source:
            yield Problem(row.line, "source_id", SourceFixed(had[1]))
        if listed and row.listed is False:
            yield Problem(row.line, "listed", ListedAlready(row.sku))
        if mine is not None:
            yield from _crossed(row, mine)

    def _taken(self, row: AnyRow, source: _Source) -> Iterator[Problem]:
        before = [line for sku, line in self.lines[source].items() if sku != row.sku and line < row.line]
        if before:
            yield Problem(row.line, "source_id", SourceTwice(min(before)))
        others = [sku for sku in self.takers.get(source, ()) if sku != row.sku]
        if others:
            yield Problem(row.line, "source_id", SourceTaken(min(others)))


def _crossed(row: AnyRow, mine: AnyRow) -> Iterator[Problem]:
    """A bound of the file is compared with the listing's other one, which an empty cell leaves as it is."""
    wrong = crossed(row.least_price or mine.least_price_jpy, row.most_price or mine.most_price_jpy)
    if wrong is not None:
        yield Problem(row.line, "least_price" if row.least_price else "most_price", wrong)


def _known(connection: Connection, claim: Claim, rows: Sequence[AnyRow]) -> _Known:
    skus = sorted({row.sku for row in rows})
    in_file = select(_row.sku, func.min(_row.line)).where(_row.job_id == claim.job_id, _row.sku.in_(skus))
    lines: dict[_Source, dict[str, int]] = defaultdict(dict)
    takers: dict[_Source, list[str]] = defaultdict(list)
    for marketplace in Marketplace:
        items = sorted({row.item_id for row in rows if row.marketplace == marketplace})
        for item_id, sku, line in connection.execute(_lines(claim, marketplace, items)):
            lines[marketplace, item_id][sku] = line
        for sku, item_id in connection.execute(_takers(claim.user_id, marketplace, items)):
            takers[marketplace, item_id].append(sku)
    return _Known(
        first_line={row[0]: row[1] for row in connection.execute(in_file.group_by(_row.sku))},
        lines=lines,
        own={row.sku: row for row in connection.execute(_own(claim, skus))},
        takers=takers,
        leaving=frozenset(connection.execute(_in_stage(claim, skus, Stage.LEAVING)).scalars()),
        registering=frozenset(connection.execute(_in_stage(claim, skus, Stage.REGISTERING)).scalars()),
        new_only=bool(claim.arguments.get(NEW_ONLY)),
    )


def _lines(claim: Claim, marketplace: Marketplace, items: Sequence[str]) -> Select[Any]:
    same = and_(_row.job_id == claim.job_id, _row.marketplace == marketplace, _row.item_id.in_(items))
    return select(_row.item_id, _row.sku, func.min(_row.line)).where(same).group_by(_row.item_id, _row.sku)


def _takers(user_id: int, marketplace: Marketplace, items: Sequence[str]) -> Select[Any]:
    named = and_(source_items.c.marketplace == marketplace, source_items.c.item_id.in_(items))
    query = select(listings.c.sku, source_items.c.item_id)
    query = query.join(source_items, listings.c.source_item_id == source_items.c.id)
    return query.where(named, Filter(listings.c.user_id == user_id))


def _own(claim: Claim, skus: Sequence[str]) -> Select[Any]:
    query = select(listings.c.sku, listings.c.listed, source_items.c.marketplace, source_items.c.item_id)
    query = query.add_columns(listings.c.least_price_jpy, listings.c.most_price_jpy)
    query = query.join(source_items, source_items.c.id == listings.c.source_item_id)
    return query.where(listings.c.user_id == claim.user_id, listings.c.sku.in_(skus))


def _in_stage(claim: Claim, skus: Sequence[str], stage: Stage) -> Select[Any]:
    mine = (listings.c.user_id == claim.user_id, listings.c.sku.in_(skus))
    return select(listings.c.sku).where(*mine, is_in({stage}))
