"""The source items that a check run takes in: listed by its sellers, never checked first, then the oldest look."""

import logging
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection, Engine, Select, and_, or_, select

from mercarich_checker.adapters.checks import CHECKS
from mercarich_db.bulk import read_rows, walking
from mercarich_db.tables import listings, source_items
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
            page, place = read_page(connection, run, place, request)
        listed = {
            id: mine for id, users in page.items() if (mine := [user for user in users if user in sellers.user_ids])
        }
        if listed:
            yield list(listed.items())


_Place = tuple[datetime | None, int]
"""(checked_at, id) of the last row taken; None stands for the rows that were never checked, which come first."""

_EARLIEST = datetime(1970, 1, 1, tzinfo=UTC)


def read_page(
    connection: Connection, run: Run, place: _Place, request: Request
) -> tuple[dict[int, list[int]], _Place | None]:
    """Source item -> who lists it, in the run's order; and the place after it, None at the end."""
    items = walking(_page(run, place), _items.marketplace, _items.checked_at).subquery()
    offers = and_(listings.c.source_item_id == items.c.id, _LISTED)
    if request.skus:
        offers = and_(offers, listings.c.sku.in_(request.skus))
    columns = (items.c.checked_at, items.c.id, listings.c.id.label("listing_id"), listings.c.user_id)
    rows = read_rows(connection, select(*columns).outerjoin_from(items, listings, offers))
    rows.sort(key=_in_order)
    page: dict[int, list[int]] = {}
    for _, id, _, user_id in rows:
        users = page.setdefault(id, [])
        if user_id is not None:
            users.append(user_id)
    if len(page) < PAGE:
        return page, (_EARLIEST, 0) if place[0] is None else None
    last = rows[-1]
    return page, (None if last[0] is None else datetime.fromisoformat(last[0]).replace(tzinfo=UTC), last[1])


def _in_order(row: Sequence[Any]) -> tuple[str, int, int]:
    return row[0] or "", row[1], row[2] or 0


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
