"""`ports.Watched` over `source_items` and `runs`."""

import random
from collections.abc import Collection, Sequence
from datetime import datetime
from functools import partial
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Engine,
    Integer,
    Select,
    and_,
    bindparam,
    case,
    exists,
    func,
    not_,
    or_,
    select,
    update,
)

from mercarich_checker.adapters.checks import CHECKS, NOT_SET_ASIDE
from mercarich_checker.adapters.marking_sql import SERVED
from mercarich_checker.adapters.ordered_sql import WAITS
from mercarich_checker.adapters.settings_sql import watch_share
from mercarich_checker.domain.freshness import DRAWN, KEPT_A_DAY, Head, Standing, most_valuable
from mercarich_checker.ports import Taken, WindowEnded
from mercarich_contracts.market import Marketplace, RouteName
from mercarich_contracts.orders import ORDERED
from mercarich_contracts.schedule import DAY
from mercarich_contracts.sites import SITES
from mercarich_db.bulk import Rows, time_of, update_rows
from mercarich_db.capacity import capacities_of
from mercarich_db.conditions import Filter, among, walking
from mercarich_db.engine import reading, run_tx
from mercarich_db.offers import LOOKED_AT
from mercarich_db.tables import (
    hazard_cells,
    listing_creations,
    listings,
    order_items,
    restorations,
    runs,
    source_items,
)
from mercarich_listings import creation_store
from mercarich_runs.ports import Operation, Outcome, Run

HEADS = 100
"""Sources of a class, and of those that are due, among which some are looked for that no run is to look at. Where a run
is to look at all of these, the watch leaves the class to it."""
BEHIND_GLIMPSED = 1_000
"""Sources of a class among which others are looked for where a result page has shown some of the first ones open."""
DRAWN_FROM = 50
"""Sources from a random id on, of which the first that may be looked at is drawn."""
TOGETHER = 100
"""Most further sources of one source seller: as many as one call shows."""

_items = source_items.c
_ON_SALE = exists().where(listings.c.source_item_id == _items.id, LOOKED_AT, listings.c.user_id.in_(SERVED))
_sent = exists().where(
    listings.c.source_item_id == _items.id, listing_creations.c.listing_id == listings.c.id, creation_store.SENT
)
_ordered = exists().where(order_items.c.source_item_id == _items.id, WAITS)
_WANTED = and_(or_(_ON_SALE, _sent, _ordered), NOT_SET_ASIDE)
"""Also the source of a new offer that Amazon may sell before it is one here, and of an order that is still to be
bought."""


class SqlWatched:
    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        of_marketplace = _items.marketplace == bindparam("marketplace")
        due = select(_items.id).where(of_marketplace, _items.due_at > ORDERED, _items.due_at <= bindparam("now"))
        due = walking(due.order_by(_items.due_at, _items.id), _items.marketplace, _items.due_at)
        of_class = select(_items.id).where(of_marketplace, _items.look_class == bindparam("look_class"))
        of_class = walking(of_class.order_by(_items.checked_at, _items.id), _items.marketplace, _items.look_class)
        not_glimpsed = or_(_items.glimpsed_at.is_(None), _items.glimpsed_at <= _items.checked_at)
        some = select(_items.id).where(_items.id >= bindparam("since")).order_by(_items.id)
        self._due, self._of_class = Rows(engine, _heads(due.limit(HEADS))), Rows(engine, _heads(of_class.limit(HEADS)))
        self._not_glimpsed = Rows(engine, _heads(of_class.limit(BEHIND_GLIMPSED), not_glimpsed))
        self._some = Rows(engine, _heads(some.limit(DRAWN_FROM), of_marketplace))
        self._of_sellers = Rows(engine, _same_sellers())

    def open_windows(self, marketplace: Marketplace) -> Sequence[Run]:
        windows = and_(runs.c.operation == Operation.WATCH, runs.c.marketplace == marketplace)
        open_ones = select(runs.c.id, runs.c.generation).where(windows, runs.c.outcome == Outcome.RUNNING)
        with reading(self._engine) as connection:
            rows = connection.execute(open_ones.order_by(runs.c.id))
            return [Run(row.id, marketplace, row.generation) for row in rows]

    def free_rows(self, marketplace: Marketplace, now: datetime) -> None:
        ended = select(runs.c.id).where(
            runs.c.operation == Operation.WATCH,
            runs.c.marketplace == marketplace,
            runs.c.outcome != Outcome.RUNNING,
            exists().where(_items.check_run == runs.c.id),
        )
        with reading(self._engine) as connection:
            ids = connection.execute(ended).scalars().all()
        left = and_(_items.check_run.in_(ids), or_(_items.check_attempts == 0, _items.check_not_before <= now))
        free = CHECKS.noting(run=None, attempts=0, not_before=None).where(left)
        if ids:
            run_tx(self._engine, lambda connection: connection.execute(free))

    def under_way(self, run: Run) -> int:
        waits = or_(_items.check_not_before.is_(None), _items.check_attempts > 0)
        lists = SITES[run.marketplace].lists_sellers
        call = func.coalesce(_items.seller_id, _items.item_id) if lists else _items.item_id
        mine = select(func.count(call.distinct())).where(_items.check_run == run.id, waits)
        with reading(self._engine) as connection:
            return connection.execute(mine).scalar_one()

    def take(self, run: Run, room: int, wrong: Collection[RouteName], now: datetime) -> Taken:
        site, of = SITES[run.marketplace], {"marketplace": run.marketplace, "now": now}
        with reading(self._engine) as connection:
            heads = _read(self._due.read(connection, **of))
            for look_class in _classes(connection, run.marketplace):
                heads += self._of(connection, look_class, of)
            drawn = self._draw(connection, room, of)
        heads, drawn = (
            [head for head in some if site.kind_of(head.item_id).route not in wrong] for some in (heads, drawn)
        )
        unwanted = {head.id for head in heads if not head.is_wanted}
        if unwanted:
            run_tx(self._engine, partial(_leave, unwanted))
        chosen = {head.id: head for head in [*drawn, *most_valuable(heads, room, now)]}
        if not chosen:
            return Taken(0, len(unwanted))
        some = list(chosen.values())[:room]
        ids = [head.id for head in some] if site.list_route in wrong else self._with_others(run.marketplace, some)
        marked = run_tx(self._engine, partial(_mark, run, ids))
        ages = [now - head.checked_at for head in some if head.checked_at is not None]
        return Taken(marked, len(unwanted), max(ages, default=None))

    def forget(self, marketplace: Marketplace, now: datetime) -> None:
        cell = hazard_cells.c
        old = and_(cell.marketplace == marketplace, cell.decayed_at <= now - DAY)

        def forget(connection: Connection) -> None:
            since = connection.execute(select(cell.decayed_at).where(old).distinct()).scalars().all()
            for decayed_at in since:
                kept = KEPT_A_DAY ** ((now - decayed_at) / DAY)
                fewer = {column.name: column * kept for column in (cell.alive_seconds, cell.gone)}
                same = update(hazard_cells).where(cell.marketplace == marketplace, cell.decayed_at == decayed_at)
                connection.execute(same.values(**fewer, decayed_at=now))

        run_tx(self._engine, forget)

    def _of(self, connection: Connection, look_class: int, of: dict[str, Any]) -> list[Head]:
        """Return the first of a class. Behind those that were glimpsed, looks at others may be worth more."""
        heads = _read(self._of_class.read(connection, look_class=look_class, **of))
        if any(head.glimpsed_at and head.checked_at and head.glimpsed_at > head.checked_at for head in heads):
            heads += _read(self._not_glimpsed.read(connection, look_class=look_class, **of))
        return heads

    def _draw(self, connection: Connection, room: int, of: dict[str, Any]) -> list[Head]:
        number = int(room * DRAWN + random.random())
        last = (connection.execute(select(func.max(_items.id))).scalar() or 0) if number else 0
        drawn: list[Head] = []
        for _ in range(number if last else 0):
            heads = sorted(_read(self._some.read(connection, since=random.randint(1, last), **of)))
            drawn += [head for head in heads if most_valuable([head], 1, of["now"])][:1]
        return drawn

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


def standing(connection: Connection, marketplace: Marketplace) -> Standing:
    windows = and_(runs.c.operation == Operation.WATCH, runs.c.marketplace == marketplace)
    newest = select(runs.c.heartbeat_at).where(windows).order_by(runs.c.id.desc()).limit(1)
    open_restore = exists().where(restorations.c.verified_at.is_(None))
    known = capacities_of(connection).get(marketplace)
    available = known.available_per_second if known is not None else None
    return Standing(
        watch_share(connection),
        known.needed_per_second / available if known is not None and available else 0.0,
        connection.execute(newest).scalar(),
        bool(connection.execute(select(open_restore)).scalar()),
    )


def _classes(connection: Connection, marketplace: Marketplace) -> list[int]:
    """Return the classes that there are, each found by the index."""
    found: list[int] = []
    following = select(func.min(_items.look_class)).where(
        _items.marketplace == marketplace, _items.look_class > bindparam("last")
    )
    while (next_one := connection.execute(following, {"last": found[-1] if found else -1}).scalar()) is not None:
        found.append(next_one)
    return found


def _heads(first: Select[Any], *also: ColumnElement[bool]) -> Select[Any]:
    """Select those of the `first` sources that no run is to look at and that do not wait, with what decides about them.

    The first ones are read without a look at the run, so that a run that is to look at all of them costs no walk past
    them.
    """
    ids = first.subquery()
    columns = (
        *(_items.id, _items.item_id, _items.seller_id, _items.look_class, _items.due_at, _items.checked_at),
        *(_WANTED.label("is_wanted"), _items.glimpsed_at),
    )
    rested = or_(_items.check_not_before.is_(None), _items.check_not_before <= bindparam("now"))
    free = (Filter(_items.check_run.is_(None)), rested, *map(Filter, also))
    return select(*columns).join_from(ids, source_items, _items.id == ids.c.id).where(*free)


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
        Head(id, item_id, seller_id, look_class, time_of(due), time_of(checked), bool(wanted), time_of(glimpsed))
        for id, item_id, seller_id, look_class, due, checked, wanted, glimpsed in rows
    ]


def _leave(ids: Collection[int], connection: Connection) -> None:
    """Take out of their classes what is not on sale, or was set aside: until a look finds it on sale again.

    What a buyer has just ordered keeps its mark for the workers (`ordered_sql`).
    """
    still = not_(_WANTED)  # an offer may have been made meanwhile
    free = among(_items.id, ids, _items.check_run.is_(None), still)
    mark = case((_items.due_at == ORDERED, _items.due_at))
    connection.execute(update(source_items).where(free).values(look_class=None, due_at=mark))


def _mark(run: Run, ids: Sequence[int], connection: Connection) -> int:
    """Mark those that no run has taken meanwhile; return how many. Raises `WindowEnded`."""
    rows = [{"id": id, "check_rank": rank} for rank, id in enumerate(ids)]
    fresh = CHECKS.values(run=run.id, attempts=0, not_before=None, problem=None) | {"check_unknowns": 0}
    marked = update_rows(connection, source_items, rows, same=fresh, below={"check_run": 1})
    mine = update(runs).where(runs.c.id == run.id, runs.c.outcome == Outcome.RUNNING)  # last, as workers write it
    if not connection.execute(mine.values(planned=runs.c.planned + marked)).rowcount:
        raise WindowEnded
    return marked
