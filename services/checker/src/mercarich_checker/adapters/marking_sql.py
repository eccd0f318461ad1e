"""Mark the source items of a check run: listed by its sellers; those never checked first, then by the oldest look."""

import logging
from collections.abc import Iterator, Mapping
from collections.abc import Set as AbstractSet
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import BindParameter, Connection, Engine, Select, and_, bindparam, or_, select

from mercarich_checker.adapters.checks import CHECKS
from mercarich_contracts.coverage import GRACE, planned_wait
from mercarich_contracts.schedule import PLANS
from mercarich_db.bulk import Rows
from mercarich_db.cadence import checks_a_day
from mercarich_db.conditions import walking
from mercarich_db.engine import reading
from mercarich_db.offers import LOOKED_AT
from mercarich_db.tables import amazon_accounts, listings, runs, source_items, users
from mercarich_runs.adapters.marking_sql import PAGE, Marker, Page
from mercarich_runs.ports import Request, Run, Sellers

log = logging.getLogger(__name__)

_items = source_items.c
SERVED = (
    select(users.c.id)
    .join(amazon_accounts, amazon_accounts.c.user_id == users.c.id)
    .where(users.c.active, ~users.c.is_staff)
)
"""The sellers whom runs serve."""
PLANNED = SERVED.where(checks_a_day().in_(PLANS))
"""Those of them who have a plan."""


def longest_waits(connection: Connection) -> dict[int, timedelta]:
    """Return, by seller whom runs serve, the longest time between looks at their sources."""
    rows = connection.execute(SERVED.add_columns(checks_a_day().label("checks")))
    return {row.id: planned_wait(row.checks) for row in rows}


def mark_due(engine: Engine, run: Run, request: Request, sellers: Sellers) -> Iterator[int]:
    """Mark page by page; yield the number marked so far after each page. Raises `Superseded`."""
    doubled = shared = 0

    def pages() -> Iterator[Page]:
        nonlocal doubled, shared
        for page in _due_pages(engine, run, request, sellers):
            doubled += sum(len(user_ids) - len(set(user_ids)) for _, user_ids in page)
            shared += sum(len(set(user_ids)) > 1 for _, user_ids in page)
            yield page

    yield from Marker(engine, CHECKS, run, {"check_unknowns": 0}).mark(pages(), sellers, request.begin_with)
    if doubled:
        log.warning("one source serves several listings of a seller", extra={"run": run.id, "listings": doubled})
    if shared:
        log.warning("sources serve several sellers", extra={"run": run.id, "sources": shared})


def _due_pages(engine: Engine, run: Run, request: Request, sellers: Sellers) -> Iterator[Page]:
    overdue = _overdue_since(engine, run, sellers) if request.beside_watch else {}
    for never_checked in (True, False):
        rows = Rows(engine, due_page(run, request, never_checked=never_checked))
        place, taken = (_EARLIEST, 0), PAGE
        while taken == PAGE:
            with reading(engine) as connection:
                found = rows.read(connection, since=place[0], last=place[1])
            page, taken = _grouped(found, sellers.user_ids, overdue)
            if found:
                checked_at, last, *_ = found[-1]
                place = (_EARLIEST if never_checked else _time(checked_at), last)
            if page:
                yield page


def _overdue_since(engine: Engine, run: Run, sellers: Sellers) -> Mapping[int, datetime]:
    """Return, by seller, the time of a last look before which the run takes a source from the watch: it is not covered.

    The watch looks at nothing but ends, second and first looks before what its plan lets wait no longer. A sooner run
    would only push the ends aside.
    """
    with reading(engine) as connection:
        started_at = connection.execute(select(runs.c.started_at).where(runs.c.id == run.id)).scalar_one()
        longest = longest_waits(connection)
    return {id: started_at - wait * GRACE for id, wait in longest.items() if id in sellers.user_ids}


_EARLIEST = datetime(1970, 1, 1, tzinfo=UTC)


def _time(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def _grouped(rows: list[list[Any]], wanted: AbstractSet[int], overdue: Mapping[int, datetime]) -> tuple[Page, int]:
    """Sort the rows in the run's order. Return each source item with the run's sellers who list it, and the number
    of all source items. For sellers of `overdue`, leave out what was looked at since and is in the watch's order."""
    rows.sort()
    page: list[tuple[int, list[int]]] = []
    newest, taken = None, 0
    of_source: list[int] = []
    for checked_at, id, _, user_id, in_order in rows:
        if id != newest:
            newest, of_source = id, []
            taken += 1
        if user_id in wanted and not (in_order and user_id in overdue and _time(checked_at) >= overdue[user_id]):
            if not of_source:
                page.append((id, of_source))
            of_source.append(user_id)
    return page, taken


def due_page(run: Run, request: Request, *, never_checked: bool) -> Select[Any]:
    """Select (checked_at, source item, listing, seller, whether the watch looks at it) for a page of source items after
    `since` and `last`."""
    since: BindParameter[datetime] = bindparam("since")
    behind = _items.id > bindparam("last")
    if never_checked:
        further = and_(_items.checked_at.is_(None), behind)
    else:  # written out, since neither database uses an index for (a, b) > (x, y)
        further = and_(_items.checked_at >= since, or_(_items.checked_at > since, behind))
    has_place = or_(_items.look_class.is_not(None), _items.due_at.is_not(None))
    # what an ended run has left marked, the watch does not take
    in_order = and_(_items.checked_at.is_not(None), has_place, _items.check_run.is_(None))
    due = (
        select(_items.id, _items.checked_at, in_order.label("in_order"))
        .where(_items.marketplace == run.marketplace, further, CHECKS.is_new_to(run))
        .order_by(_items.checked_at, _items.id)
        .limit(PAGE)
    )
    items = walking(due, _items.marketplace, _items.checked_at).subquery()
    offers = and_(listings.c.source_item_id == items.c.id, LOOKED_AT)
    if request.skus:
        offers = and_(offers, listings.c.sku.in_(request.skus))
    columns = (items.c.checked_at, items.c.id, listings.c.id.label("listing_id"), listings.c.user_id, items.c.in_order)
    return select(*columns).outerjoin_from(items, listings, offers)
