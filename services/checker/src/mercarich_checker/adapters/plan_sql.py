"""`ports.Plan` over source_items: a run's order is a rank on the row, walked by keyset.

Marking gives each item the running number it has within its seller, so that the order (rank, id) takes
turns between sellers. A row that is done loses its `check_run`, so that the index of pending rows shrinks.
"""

import logging
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from typing import Any

import orjson
from sqlalchemy import ColumnElement, Connection, Engine, Select, and_, func, insert, or_, select, update

from mercarich_checker.adapters import canaries_sql
from mercarich_checker.adapters.fence import hold_newest, read, write
from mercarich_checker.adapters.tallies_sql import fresh_tally
from mercarich_checker.domain import Canary
from mercarich_checker.ports import HoldKind, Request, Run, Sellers
from mercarich_contracts.market import Marketplace, Reason
from mercarich_contracts.messages import BatchItem
from mercarich_db.bulk import insert_missing, update_rows
from mercarich_db.tables import amazon_accounts, holds, listings, run_sellers, runs, source_items, users
from mercarich_db.types import AnyRow

log = logging.getLogger(__name__)

PAGE = 1000
"""Source items that one transaction marks, or one look for a seller's other items answers."""

_items = source_items.c
_LISTED = and_(listings.c.listed, ~listings.c.searching, listings.c.quantity > 0)
"""What a check may touch: on sale at Amazon, and no replacement wanted."""


class SqlPlan:
    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def sellers(self, request: Request) -> Sellers:
        with read(self._engine) as connection:
            return _sellers(connection, request)

    def mark(self, run: Run, request: Request, sellers: Sellers) -> Iterator[int]:
        planned: Counter[int] = Counter()
        marked = doubled = 0
        write(self._engine, lambda connection: _take_in(connection, run, sellers))
        for page in self._due_pages(run, request, sellers):
            ranked = list(_rank(page, planned, request.begin_with))

            def mark(connection: Connection, ranked: Sequence[tuple[int, int]] = ranked) -> int:
                hold_newest(connection, run.marketplace, run.generation)
                return _mark(connection, run, ranked)

            marked += write(self._engine, mark)
            doubled += sum(len(user_ids) - len(set(user_ids)) for _, user_ids in page)
            yield marked
        if doubled:
            log.warning("one source serves several listings of a seller", extra={"run": run.id, "listings": doubled})
        write(self._engine, lambda connection: _keep_totals(connection, run, planned))

    def due(
        self, run: Run, after: tuple[int, int], limit: int, now: datetime
    ) -> Sequence[tuple[tuple[int, int], BatchItem]]:
        rank, last = after
        further = and_(_items.check_rank >= rank, or_(_items.check_rank > rank, _items.id > last))
        page = (
            select(_items.id, _items.item_id, _items.seller_id, _items.check_rank)
            .where(_items.check_run == run.id, further, _is_due(now))
            .order_by(_items.check_rank, _items.id)
            .limit(limit)
        )
        with read(self._engine) as connection:
            return [((row.check_rank, row.id), _batch_item(row)) for row in connection.execute(page)]

    def of_sellers(self, run: Run, seller_ids: Sequence[str], now: datetime) -> Sequence[BatchItem]:
        same = (
            select(_items.id, _items.item_id, _items.seller_id)
            .where(
                _items.marketplace == run.marketplace,
                _items.seller_id.in_(seller_ids),
                _items.check_run == run.id,
                _is_due(now),
            )
            .order_by(_items.check_rank, _items.id)
            .limit(PAGE)
        )
        with read(self._engine) as connection:
            return [_batch_item(row) for row in connection.execute(same)]

    def unfinished(self, run: Run, ids: Sequence[int], now: datetime) -> frozenset[int]:
        waiting = _items.check_not_before.is_(None)
        leased = and_(_items.check_attempts > 0, _items.check_not_before > now)
        pending = select(_items.id).where(_items.id.in_(ids), _items.check_run == run.id, or_(waiting, leased))
        with read(self._engine) as connection:
            return frozenset(connection.execute(pending).scalars())

    def abandoned(self, run: Run, limit: int, now: datetime) -> Sequence[BatchItem]:
        def take(connection: Connection) -> Sequence[BatchItem]:
            hold_newest(connection, run.marketplace, run.generation)
            columns = select(_items.id, _items.item_id, _items.seller_id)
            found = columns.where(_is_abandoned(run, now)).order_by(_items.id).limit(limit)
            items = [_batch_item(row) for row in connection.execute(found)]
            mine = update(source_items).where(_items.id.in_([item.id for item in items]), _is_abandoned(run, now))
            connection.execute(mine.values(check_not_before=None))
            return items

        with read(self._engine) as connection:
            if connection.execute(select(_items.id).where(_is_abandoned(run, now)).limit(1)).first() is None:
                return ()
        return write(self._engine, take)

    def set_aside(self, run: Run, attempts: int, now: datetime) -> int:
        killers = and_(_is_abandoned(run, now), _items.check_attempts >= attempts)

        def let_go(connection: Connection) -> int:
            hold_newest(connection, run.marketplace, run.generation)
            gone = update(source_items).where(killers)
            done = {"check_run": None, "checked_run": run.id, "check_problem": "set_aside", "check_not_before": None}
            count = connection.execute(gone.values(done)).rowcount
            connection.execute(update(runs).where(runs.c.id == run.id).values(set_aside=runs.c.set_aside + count))
            return count

        with read(self._engine) as connection:
            if connection.execute(select(_items.id).where(killers).limit(1)).first() is None:
                return 0
        return write(self._engine, let_go)

    def anything_left(self, run: Run) -> bool:
        with read(self._engine) as connection:
            left = select(_items.id).where(_items.check_run == run.id).limit(1)
            return connection.execute(left).first() is not None

    def recall(self, run: Run) -> int:
        def recall(connection: Connection) -> int:
            hold_newest(connection, run.marketplace, run.generation)
            # A not-found is believed at a second look a minute after the first: sooner would teach nothing.
            put_off = and_(_items.check_attempts == 0, _items.check_problem != Reason.NOT_FOUND_ONCE)
            mine = update(source_items).where(_items.check_run == run.id, put_off)
            return connection.execute(mine.values(check_not_before=None)).rowcount

        return write(self._engine, recall)

    def want_second_look(self, run: Run, now: datetime) -> int:
        def mark(connection: Connection) -> int:
            hold_newest(connection, run.marketplace, run.generation)
            held = _held_sources(run.marketplace)
            again = update(source_items).where(_items.id.in_(held), _items.check_run.is_(None))
            fresh = {"check_attempts": 0, "check_unknowns": 0, "check_not_before": None}
            return connection.execute(again.values(check_run=run.id, **fresh)).rowcount

        return write(self._engine, mark)

    def held_since(self, run: Run) -> datetime | None:
        youngest = select(func.max(_items.suspected_at)).where(_items.id.in_(_held_sources(run.marketplace)))
        with read(self._engine) as connection:
            since: datetime | None = connection.execute(youngest).scalar()
            return since

    def known_items(self, marketplace: Marketplace) -> Sequence[Canary]:
        with read(self._engine) as connection:
            return canaries_sql.known_items(connection, marketplace)

    def open_hold(self, run: Run, kind: HoldKind, reason: str, now: datetime) -> None:
        def open_once(connection: Connection) -> None:
            hold_newest(connection, run.marketplace, run.generation)
            same = select(holds.c.id).where(holds.c.run_id == run.id, holds.c.user_id.is_(None))
            if connection.execute(same).first() is None:
                row = {"run_id": run.id, "marketplace": run.marketplace, "kind": kind, "reason": reason[:255]}
                connection.execute(insert(holds).values(**row, opened_at=now))

        write(self._engine, open_once)

    def _due_pages(self, run: Run, request: Request, sellers: Sellers) -> Iterator[Sequence[tuple[int, Sequence[int]]]]:
        """(source item, users who list it), never checked first, then the oldest look; a page a transaction."""
        place: _Place | None = (None, 0)
        while place is not None:
            with read(self._engine) as connection:
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


def _sellers(connection: Connection, request: Request) -> Sellers:
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


def _held_sources(marketplace: Marketplace) -> Select[Any]:
    """The sources of held listings that a second look may confirm."""
    confirmable = or_(holds.c.kind.is_(None), holds.c.kind != HoldKind.UNREADABLE)
    held = select(listings.c.source_item_id.label("id")).join(holds, holds.c.id == listings.c.hold_id)
    return held.where(confirmable, listings.c.marketplace == marketplace)


def _is_due(now: datetime) -> ColumnElement[bool]:
    come = and_(_items.check_attempts == 0, _items.check_not_before <= now)
    return or_(_items.check_not_before.is_(None), come)


def _is_abandoned(run: Run, now: datetime) -> ColumnElement[bool]:
    return and_(_items.check_run == run.id, _items.check_attempts > 0, _items.check_not_before <= now)


def _batch_item(row: AnyRow) -> BatchItem:
    return BatchItem.model_construct(id=row.id, item_id=row.item_id, seller_id=row.seller_id)
