"""`ports.Plan` over source_items: a run's order is a rank on the row, walked by keyset.

A row that is done loses its `check_run`, so that the index of pending rows shrinks.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Engine, Select, and_, func, insert, or_, select, update

from mercarich_checker.adapters import canaries_sql
from mercarich_checker.adapters.fence import hold_newest, read, write
from mercarich_checker.adapters.marking_sql import mark_due, sellers_of
from mercarich_checker.domain import Canary
from mercarich_checker.ports import HoldKind, Request, Run, Sellers
from mercarich_contracts.market import Marketplace, Reason
from mercarich_contracts.messages import BatchItem
from mercarich_db.tables import holds, listings, runs, source_items
from mercarich_db.types import AnyRow

OF_SELLERS = 1000
"""Items that one look for what else these sellers have answers at most."""

_items = source_items.c


class SqlPlan:
    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def sellers(self, request: Request) -> Sellers:
        with read(self._engine) as connection:
            return sellers_of(connection, request)

    def mark(self, run: Run, request: Request, sellers: Sellers) -> Iterator[int]:
        return mark_due(self._engine, run, request, sellers)

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
            .limit(OF_SELLERS)
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
