"""What a run takes in: the sellers who take part, and the source items that are due, marked in an order that is fair.

Marking gives each item the running number it has within its seller, so that the order (rank, id) takes
turns between sellers.
"""

import logging
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from typing import Any

import orjson
from sqlalchemy import Connection, Engine, Select, and_, or_, select, update

from mercarich_checker.adapters.fence import hold_newest, read, write
from mercarich_checker.adapters.tallies_sql import fresh_tally
from mercarich_checker.ports import Request, Run, Sellers
from mercarich_db.bulk import insert_missing, update_rows
from mercarich_db.tables import amazon_accounts, listings, run_sellers, runs, source_items, users
from mercarich_db.types import AnyRow

log = logging.getLogger(__name__)

PAGE = 1000
"""Source items that one transaction marks."""

_items = source_items.c
_LISTED = and_(listings.c.listed, ~listings.c.searching, listings.c.quantity > 0)
"""What a check may touch: on sale at Amazon, and no replacement wanted."""


def sellers_of(connection: Connection, request: Request) -> Sellers:
    columns = select(users.c.id, users.c.active, users.c.is_staff, amazon_accounts.c.user_id.label("account"))
    rows = columns.outerjoin_from(users, amazon_accounts).where(users.c.plan.in_(request.plans))
    if request.usernames:
        rows = rows.where(users.c.username.in_(request.usernames))
    taken: set[int] = set()
    skipped: Counter[str] = Counter()
    for row in connection.execute(rows):
        if not row.active:
            skipped["inactive"] += 1
        elif row.is_staff:
            skipped["staff"] += 1
        elif row.account is None:
            skipped["no_amazon_account"] += 1
        else:
            taken.add(row.id)
    return Sellers(frozenset(taken), skipped)


def mark_due(engine: Engine, run: Run, request: Request, sellers: Sellers) -> Iterator[int]:
    """Mark page by page; answers the number marked so far after each. Raises `Superseded`."""
    planned: Counter[int] = Counter()
    marked = doubled = 0
    write(engine, lambda connection: _take_in(connection, run, sellers))
    for page in _due_pages(engine, run, request, sellers):
        ranked = list(_rank(page, planned, request.begin_with))

        def mark(connection: Connection, ranked: Sequence[tuple[int, int]] = ranked) -> int:
            hold_newest(connection, run.marketplace, run.generation)
            return _mark(connection, run, ranked)

        marked += write(engine, mark)
        doubled += sum(len(user_ids) - len(set(user_ids)) for _, user_ids in page)
        yield marked
    if doubled:
        log.warning("one source serves several listings of a seller", extra={"run": run.id, "listings": doubled})
    write(engine, lambda connection: _keep_totals(connection, run, planned))


def _due_pages(
    engine: Engine, run: Run, request: Request, sellers: Sellers
) -> Iterator[Sequence[tuple[int, Sequence[int]]]]:
    """(source item, users who list it), never checked first, then the oldest look; a page a transaction."""
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
    fresh = and_(
        or_(_items.check_run.is_(None), _items.check_run != run.id),
        or_(_items.checked_run.is_(None), _items.checked_run != run.id),
    )
    return (
        select(_items.id, _items.checked_at)
        .where(_items.marketplace == run.marketplace, further, fresh)
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


def _rank(
    page: Sequence[tuple[int, Sequence[int]]], planned: Counter[int], begin_with: int
) -> Iterator[tuple[int, int]]:
    """A shared item counts for whichever of its sellers has the fewest so far."""
    for item_id, user_ids in page:
        user_id = min(user_ids, key=lambda user_id: planned[user_id])
        rank = planned[user_id]
        planned[user_id] += 1
        if rank >= begin_with:
            yield item_id, rank


def _mark(connection: Connection, run: Run, ranked: Sequence[tuple[int, int]]) -> int:
    if not ranked:
        return 0
    fresh = {
        "check_run": run.id,
        "check_attempts": 0,
        "check_unknowns": 0,
        "check_not_before": None,
        "check_problem": None,
    }
    rows = [{"id": item_id, "check_rank": rank} for item_id, rank in ranked]
    marked = update_rows(connection, source_items, rows, same=fresh)
    connection.execute(update(runs).where(runs.c.id == run.id).values(planned=runs.c.planned + marked))
    return marked


def _take_in(connection: Connection, run: Run, sellers: Sellers) -> None:
    """A tally for each seller before the first item is marked: the brake counts on it."""
    hold_newest(connection, run.marketplace, run.generation)
    skipped = orjson.dumps(dict(sellers.skipped)).decode()
    insert_missing(connection, run_sellers, [fresh_tally(run.id, user_id) for user_id in sorted(sellers.user_ids)])
    connection.execute(update(runs).where(runs.c.id == run.id).values(skipped=skipped))


def _keep_totals(connection: Connection, run: Run, planned: Counter[int]) -> None:
    hold_newest(connection, run.marketplace, run.generation)
    for user_id, count in sorted(planned.items()):
        mine = and_(run_sellers.c.run_id == run.id, run_sellers.c.user_id == user_id)
        connection.execute(update(run_sellers).where(mine).values(planned=run_sellers.c.planned + count))
