"""`ports.Watched` over `source_items` and `runs`."""

import random
from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from sqlalchemy import Connection, Engine, Integer, Select, and_, bindparam, exists, func, or_, select, update

from mercarich_checker.adapters.checks import CHECKS
from mercarich_checker.domain.freshness import DAY, KEPT_A_DAY, Head, most_valuable
from mercarich_checker.ports import Taken
from mercarich_contracts.market import Marketplace
from mercarich_contracts.sites import SITES
from mercarich_db.bulk import Rows, among, time_of, update_rows, walking
from mercarich_db.engine import reading, run_tx
from mercarich_db.tables import hazard_cells, listings, runs, source_items
from mercarich_runs.ports import Operation, Outcome, Run

SPARE = 20
"""Heads of a class beyond those that there is room for: some may be what a run is to look at, or not on sale."""
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
        most = bindparam("most", type_=Integer)
        due = _heads().where(_items.due_at <= bindparam("now")).order_by(_items.due_at, _items.id).limit(most)
        self._due = Rows(engine, walking(due, _items.marketplace, _items.due_at))
        of_class = _heads().where(_items.look_class == bindparam("look_class")).order_by(_items.checked_at, _items.id)
        self._first = Rows(engine, walking(of_class.limit(most), _items.marketplace, _items.look_class))
        drawn = _heads().where(_items.id >= bindparam("since"), _items.look_class.is_not(None))
        self._drawn = Rows(engine, drawn.order_by(_items.id).limit(1))
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
        of = {"marketplace": run.marketplace, "now": now}
        with reading(self._engine) as connection:
            heads = _read(self._due.read(connection, most=room + SPARE, **of))
            for look_class in _classes(connection, run.marketplace):
                found = self._first.read(connection, look_class=look_class, most=room + SPARE, **of)
                heads += _read(found)
            drawn = self._draw(connection, room, of)
        unwanted = [head.id for head in heads if not head.is_wanted]
        if unwanted:
            run_tx(self._engine, partial(_leave, unwanted))
        chosen = {head.id: head for head in [*drawn, *most_valuable(heads, room, now)]}
        if not chosen:
            return Taken(len(unwanted))
        ids = self._with_others(run.marketplace, list(chosen.values())[:room])
        try:
            marked = run_tx(self._engine, partial(_mark, run, ids))
        except _WindowEnded:
            return Taken(0)
        ages = [now - head.checked_at for head in chosen.values() if head.checked_at is not None]
        return Taken(marked, max(ages, default=None))

    def forget(self, marketplace: Marketplace, now: datetime) -> None:
        cell = hazard_cells.c
        fewer = {column.name: column * KEPT_A_DAY for column in (cell.alive_seconds, cell.gone)}
        old = update(hazard_cells).where(cell.marketplace == marketplace, cell.decayed_at <= now - DAY)
        run_tx(self._engine, lambda connection: connection.execute(old.values(**fewer, decayed_at=now)))

    def _draw(self, connection: Connection, room: int, of: dict[str, Any]) -> list[Head]:
        number = int(room * DRAWN + random.random())
        last = (connection.execute(select(func.max(_items.id))).scalar() or 0) if number else 0
        return [
            head
            for _ in range(number if last else 0)
            for head in most_valuable(
                _read(self._drawn.read(connection, since=random.randint(1, last), **of)), 1, of["now"]
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


def _classes(connection: Connection, marketplace: Marketplace) -> list[int]:
    """Return the classes that there are, each found by the index."""
    found: list[int] = []
    following = select(func.min(_items.look_class)).where(
        _items.marketplace == marketplace, _items.look_class > bindparam("last")
    )
    while (next_one := connection.execute(following, {"last": found[-1] if found else -1}).scalar()) is not None:
        found.append(next_one)
    return found


def _heads() -> Select[Any]:
    """Select sources of a `marketplace` that no run is to look at and that do not wait."""
    wanted = and_(_ON_SALE, func.coalesce(_items.check_problem, "") != "set_aside")
    columns = (
        *(_items.id, _items.item_id, _items.seller_id, _items.look_class, _items.due_at, _items.checked_at),
        wanted.label("is_wanted"),
    )
    rested = or_(_items.check_not_before.is_(None), _items.check_not_before <= bindparam("now"))
    return select(*columns).where(_items.marketplace == bindparam("marketplace"), _items.check_run.is_(None), rested)


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


def _read(rows: Sequence[Sequence[Any]]) -> list[Head]:
    return [
        Head(id, item_id, seller_id, look_class, time_of(due_at), time_of(checked_at), bool(wanted))
        for id, item_id, seller_id, look_class, due_at, checked_at, wanted in rows
    ]


def _leave(ids: Sequence[int], connection: Connection) -> None:
    """Take out of their classes what is not on sale, or was set aside: until a run's look finds it on sale again."""
    free = among(_items.id, ids, _items.check_run.is_(None))
    connection.execute(update(source_items).where(free).values(look_class=None, due_at=None))


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
