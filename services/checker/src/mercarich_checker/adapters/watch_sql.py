"""`ports.Watched` over `source_items` and `runs`."""

import random
from collections.abc import Callable, Collection, Sequence
from datetime import datetime, timedelta
from functools import partial
from statistics import median_low
from typing import Any

from sqlalchemy import Connection, Engine, Integer, Select, and_, bindparam, exists, func, insert, or_, select, update

from mercarich_checker.adapters.checks import CHECKS
from mercarich_checker.adapters.freshness_sql import threshold
from mercarich_checker.domain.freshness import DAY, KEPT_A_DAY, NOT_ON_SALE, Head, may_be_taken
from mercarich_checker.ports import Taken
from mercarich_contracts.market import Marketplace
from mercarich_contracts.sites import SITES
from mercarich_db.bulk import Rows, among, time_of, update_rows, walking
from mercarich_db.engine import reading, run_tx
from mercarich_db.tables import hazard_cells, listings, runs, source_items, watches
from mercarich_runs.ports import Operation, Outcome, Run

HEADS = 1000
"""Sources that are looked through for some that no run is to look at. If runs are to look at all of these, they look at
the most valuable ones first anyway."""
TOGETHER = 100
"""Most further sources of one source seller: as many as one call shows."""
DRAWN = 0.05
"""Share that is drawn from all sources, so that what is believed to last is looked at, too."""
LATELY = timedelta(days=2)

_items = source_items.c
_ON_SALE = exists().where(
    listings.c.source_item_id == _items.id, listings.c.listed, ~listings.c.searching, listings.c.quantity > 0
)


class SqlWatched:
    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        first = walking(_heads().order_by(_items.due_at, _items.id), _items.marketplace, _items.due_at)
        self._first = Rows(engine, first.limit(HEADS))
        self._drawn = Rows(engine, _heads().where(_items.id >= bindparam("since")).order_by(_items.id).limit(1))
        self._of_sellers = Rows(engine, _same_sellers())

    def open_windows(self, but: Run) -> Sequence[Run]:
        open_ones = select(runs.c.id, runs.c.generation).where(
            runs.c.operation == Operation.WATCH,
            runs.c.marketplace == but.marketplace,
            runs.c.outcome == Outcome.RUNNING,
            runs.c.id != but.id,
        )
        with reading(self._engine) as connection:
            return [Run(row.id, but.marketplace, row.generation) for row in connection.execute(open_ones)]

    def free_rows(self, run: Run, now: datetime) -> int:
        earlier = select(runs.c.id).where(
            runs.c.operation == Operation.WATCH,
            runs.c.marketplace == run.marketplace,
            runs.c.id != run.id,
            runs.c.started_at > now - LATELY,
        )
        left = and_(_items.check_run.in_(earlier), or_(_items.check_attempts == 0, _items.check_not_before <= now))
        free = CHECKS.noting(run=None, attempts=0, not_before=None).where(left)
        return run_tx(self._engine, lambda connection: connection.execute(free).rowcount)

    def under_way(self, run: Run) -> int:
        waits = or_(_items.check_not_before.is_(None), _items.check_attempts > 0)
        mine = select(func.count()).select_from(source_items).where(_items.check_run == run.id, waits)
        with reading(self._engine) as connection:
            return connection.execute(mine).scalar_one()

    def take(self, run: Run, room: int, now: datetime) -> Taken:
        with reading(self._engine) as connection:
            heads = _sorted(self._first.read(connection, marketplace=run.marketplace))
            drawn = self._draw(connection, run.marketplace, room)
        chosen = [head for head in [*drawn, *heads] if may_be_taken(head, now)]
        chosen = list({head.id: head for head in chosen}.values())[:room]
        parked = [head for head in heads if head.is_free and not head.is_on_sale and _is_due(head, now)]
        if parked:
            run_tx(self._engine, partial(_park, [head.id for head in parked], now + NOT_ON_SALE))
        if not chosen:
            return Taken(len(parked))
        try:
            marked = run_tx(self._engine, partial(_mark, run, self._with_others(run.marketplace, chosen)))
        except _WindowEnded:
            return Taken(0)
        late = [now - head.due_at for head in chosen if head.due_at is not None]
        return Taken(marked, median_low(late) if late else None)

    def keep_up(self, run: Run, steer: Callable[[float], float], now: datetime) -> None:
        def keep_up(connection: Connection) -> None:
            mine = watches.c.marketplace == run.marketplace
            decayed_at = connection.execute(select(watches.c.decayed_at).where(mine).with_for_update()).scalar()
            moved = steer(threshold(connection, run.marketplace))
            if decayed_at is None:
                row = {"marketplace": run.marketplace, "threshold_seconds": moved, "decayed_at": now}
                connection.execute(insert(watches).values(row))
                return
            connection.execute(update(watches).where(mine).values(threshold_seconds=moved))
            if now - decayed_at >= DAY:
                kept = KEPT_A_DAY ** ((now - decayed_at) / DAY)
                fewer = {column.name: column * kept for column in (hazard_cells.c.alive_seconds, hazard_cells.c.gone)}
                its = hazard_cells.c.marketplace == run.marketplace
                connection.execute(update(hazard_cells).where(its).values(fewer))
                connection.execute(update(watches).where(mine).values(decayed_at=now))

        run_tx(self._engine, keep_up)

    def _draw(self, connection: Connection, marketplace: Marketplace, room: int) -> list[Head]:
        number = int(room * DRAWN + random.random())
        if not number:
            return []
        last = connection.execute(select(func.max(_items.id))).scalar() or 0
        return [
            head
            for _ in range(number)
            for head in _sorted(
                self._drawn.read(connection, marketplace=marketplace, since=random.randint(1, max(1, last)))
            )
        ]

    def _with_others(self, marketplace: Marketplace, chosen: Sequence[Head]) -> list[int]:
        """Return the ids in their order, with other sources of the same source sellers, which the same calls show."""
        ids = {head.id: None for head in chosen}
        sellers = sorted({head.seller_id for head in chosen if head.seller_id})
        if SITES[marketplace].lists_sellers and sellers:
            with reading(self._engine) as connection:
                found = self._of_sellers.read(
                    connection, marketplace=marketplace, sellers=sellers, most=TOGETHER * len(sellers)
                )
            ids |= {id: None for (id,) in sorted(found)}
        return list(ids)


def _heads() -> Select[Any]:
    """Select sources of a `marketplace` with what decides whether the watch may take them."""
    plain = and_(
        _items.check_problem.is_(None),
        _items.suspected_at.is_(None),
        or_(_items.end_at.is_(None), _items.end_at > _items.due_at),
    )
    wanted = and_(_ON_SALE, func.coalesce(_items.check_problem, "") != "set_aside")
    columns = (
        *(_items.id, _items.item_id, _items.seller_id, _items.due_at, _items.checked_at),
        *(_items.check_run.is_(None).label("is_free"), plain.label("is_plain"), wanted.label("is_on_sale")),
    )
    return select(*columns).where(_items.marketplace == bindparam("marketplace"))


def _same_sellers() -> Select[Any]:
    return (
        select(_items.id)
        .where(
            _items.marketplace == bindparam("marketplace"),
            _items.seller_id.in_(bindparam("sellers", expanding=True)),
            _items.check_run.is_(None),
            _items.check_problem.is_(None),
            _ON_SALE,
        )
        .limit(bindparam("most", type_=Integer))
    )


def _sorted(rows: Sequence[Sequence[Any]]) -> list[Head]:
    heads = [
        Head(id, item_id, seller_id, time_of(due_at), time_of(checked_at), bool(free), bool(plain), bool(on_sale))
        for id, item_id, seller_id, due_at, checked_at, free, plain, on_sale in rows
    ]
    return sorted(heads, key=lambda head: (head.due_at is not None, head.due_at, head.id))


def _is_due(head: Head, now: datetime) -> bool:
    return head.due_at is None or head.due_at <= now


def _park(ids: Collection[int], until: datetime, connection: Connection) -> None:
    connection.execute(
        update(source_items).where(among(_items.id, ids, _items.check_run.is_(None))).values(due_at=until)
    )


class _WindowEnded(Exception):
    pass


def _mark(run: Run, ids: Sequence[int], connection: Connection) -> int:
    """Mark those that no run has taken meanwhile; return how many. Raises `_WindowEnded`."""
    rows = [{"id": id, "check_rank": rank} for rank, id in enumerate(ids)]
    fresh = CHECKS.values(run=run.id, attempts=0, not_before=None, problem=None) | {"check_unknowns": 0}
    marked = update_rows(connection, source_items, rows, same=fresh, below={"check_run": 1})
    mine = update(runs).where(runs.c.id == run.id, runs.c.outcome == Outcome.RUNNING)  # last, as workers write it
    if not connection.execute(mine.values(planned=runs.c.planned + marked)).rowcount:
        raise _WindowEnded
    return marked
