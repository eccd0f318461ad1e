"""The source items that a check run takes in: listed by its sellers, never checked first, then the oldest look."""

import logging
from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection, Engine, Select, and_, or_, select

from mercarich_checker.adapters.checks import CHECKS
from mercarich_db.tables import listings, source_items
from mercarich_db.types import AnyRow
from mercarich_runs.adapters.fence import read
from mercarich_runs.adapters.marking_sql import PAGE, Marker, Page
from mercarich_runs.ports import Request, Run, Sellers

log = logging.getLogger(__name__)

_items = source_items.c
_LISTED = and_(listings.c.listed, ~listings.c.searching, listings.c.quantity > 0)
"""What a check may touch: on sale at Amazon, and no replacement wanted."""


def mark_due(engine: Engine, run: Run, request: Request, sellers: Sellers) -> Iterator[int]:
    """Mark page by page; answers the number marked so far after each. Raises `Superseded`."""
    doubled = 0

    def pages() -> Iterator[Page]:
        nonlocal doubled
        for page in _due_pages(engine, run, request, sellers):
            doubled += sum(len(user_ids) - len(set(user_ids)) for _, user_ids in page)
            yield page

    yield from Marker(engine, CHECKS, run, {"check_unknowns": 0}).mark(pages(), sellers, request.begin_with)
    if doubled:
        log.warning("one source serves several listings of a seller", extra={"run": run.id, "listings": doubled})


def _due_pages(engine: Engine, run: Run, request: Request, sellers: Sellers) -> Iterator[Page]:
    place: _Place | None = (None, 0)
    while place is not None:
        with read(engine) as connection:
            page = connection.execute(_page(run, place)).all()
            listed = _listed_by(connection, [row.id for row in page], request, sellers)
        if listed:
            yield [(row.id, listed[row.id]) for row in page if row.id in listed]
        place = _next_place(place, page)


_Place = tuple[datetime | None, int]
"""(checked_at, id) of the last row taken; None stands for the rows that were never checked, which come first."""

_EARLIEST = datetime(1970, 1, 1, tzinfo=UTC)


def _next_place(place: _Place, page: Sequence[AnyRow]) -> _Place | None:
    if len(page) == PAGE:
        return page[-1].checked_at, page[-1].id
    return (_EARLIEST, 0) if place[0] is None else None


def _page(run: Run, place: _Place) -> Select[Any]:
    checked_at, last = place
    if checked_at is None:
        further = and_(_items.checked_at.is_(None), _items.id > last)
    else:  # written out: no database here uses an index for (a, b) > (x, y)
        further = and_(_items.checked_at >= checked_at, or_(_items.checked_at > checked_at, _items.id > last))
    return (
        select(_items.id, _items.checked_at)
        .where(_items.marketplace == run.marketplace, further, CHECKS.is_new_to(run))
        .order_by(_items.checked_at, _items.id)
        .limit(PAGE)
    )


def _listed_by(connection: Connection, ids: Sequence[int], request: Request, sellers: Sellers) -> dict[int, list[int]]:
    """Source item -> the sellers of this run who list it."""
    rows = select(listings.c.source_item_id, listings.c.user_id).where(listings.c.source_item_id.in_(ids), _LISTED)
    if request.skus:
        rows = rows.where(listings.c.sku.in_(request.skus))
    listed: dict[int, list[int]] = defaultdict(list)
    for row in connection.execute(rows.order_by(listings.c.id)):
        if row.user_id in sellers.user_ids:
            listed[row.source_item_id].append(row.user_id)
    return listed
