"""What staged rows say against each other and against the seller's listings, a page of rows at a time."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, and_, exists, false, func, select, true
from sqlalchemy.sql.selectable import NamedFromClause

from mercarich_db.tables import job_rows, listings, source_items
from mercarich_web.domain.listing_csv import Problem
from mercarich_web.ports_jobs import Claim

_row = job_rows.c


def problems_of(connection: Connection, claim: Claim, first: int, last: int) -> Sequence[Problem]:
    """Of the rows numbered above `first` up to `last`, in the order of their lines."""
    page = and_(_row.job_id == claim.job_id, _row.number > first, _row.number <= last)
    found = [
        *_told(connection, _doubled_skus().where(page), "sku", "line {} has the same SKU"),
        *_told(connection, _doubled_sources(claim).where(page), "source_id", "line {} has the same source"),
        *_told(connection, _taken_sources(claim).where(page), "source_id", "your SKU {} has this source"),
        *_told(
            connection,
            _other_sources(claim).where(page),
            "source_id",
            "the offer is on sale from {}; an import does not change the source of a listed offer",
        ),
        *_told(
            connection,
            _unlisted(claim).where(page),
            "listed",
            "{} is on sale; an import does not take a listed offer out of the watch",
        ),
    ]
    return sorted(found, key=lambda problem: problem.line)


def _told(connection: Connection, query: Select[Any], field: str, sentence: str) -> list[Problem]:
    return [Problem(line, field, sentence.format(what)) for line, what in connection.execute(query)]


def _doubled_skus() -> Select[Any]:
    other = job_rows.alias("other")
    same = and_(other.c.job_id == _row.job_id, other.c.sku == _row.sku)
    return _first_before(other, same)


def _doubled_sources(claim: Claim) -> Select[Any]:
    """Listings that shared a source before may go on."""
    other = job_rows.alias("other")
    same = and_(
        other.c.job_id == _row.job_id,
        other.c.marketplace == _row.marketplace,
        other.c.item_id == _row.item_id,
        other.c.sku != _row.sku,
    )
    return _first_before(other, same).where(~_has_it(claim))


def _first_before(other: NamedFromClause, same: ColumnElement[bool]) -> Select[Any]:
    """The first of the same, if it is not the row itself. By HAVING: with a range of numbers in the join, SQLite reads
    all the rows before each one."""
    first = func.min(other.c.line)
    return select(_row.line, first).join(other, same).group_by(_row.number, _row.line).having(first < _row.line)


def _taken_sources(claim: Claim) -> Select[Any]:
    query = select(_row.line, func.min(listings.c.sku)).join(source_items, _its_source())
    others = and_(
        listings.c.source_item_id == source_items.c.id,
        listings.c.user_id == claim.user_id,
        listings.c.sku != _row.sku,
    )
    return query.join(listings, others).where(~_has_it(claim)).group_by(_row.number, _row.line)


def _other_sources(claim: Claim) -> Select[Any]:
    query = select(_row.line, source_items.c.item_id).join(listings, _its_listing(claim))
    query = query.join(source_items, source_items.c.id == listings.c.source_item_id)
    other = ~and_(source_items.c.marketplace == _row.marketplace, source_items.c.item_id == _row.item_id)
    return query.where(listings.c.listed == true(), other)


def _unlisted(claim: Claim) -> Select[Any]:
    query = select(_row.line, _row.sku).join(listings, _its_listing(claim))
    return query.where(listings.c.listed == true(), _row.listed == false())


def _has_it(claim: Claim) -> Any:
    """The row's own listing has this source already."""
    mine, source = listings.alias("mine"), source_items.alias("its")
    return exists().where(
        mine.c.user_id == claim.user_id,
        mine.c.sku == _row.sku,
        mine.c.source_item_id == source.c.id,
        source.c.marketplace == _row.marketplace,
        source.c.item_id == _row.item_id,
    )


def _its_source() -> Any:
    return and_(source_items.c.marketplace == _row.marketplace, source_items.c.item_id == _row.item_id)


def _its_listing(claim: Claim) -> Any:
    return and_(listings.c.user_id == claim.user_id, listings.c.sku == _row.sku)
