"""Queries on runs."""

import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from math import ceil

from sqlalchemy import ColumnElement, Engine, Row, Select, case, func, literal, or_, select

from mercarich_contracts.capacity import Measured, ends_at, ends_at_its_pace
from mercarich_contracts.market import Marketplace
from mercarich_contracts.messages import WATCH_BATCH_ITEMS
from mercarich_db import settings_store
from mercarich_db.capacity import measured
from mercarich_db.held_now import held_now
from mercarich_db.silent_runs import is_silent
from mercarich_db.tables import listings, run_heads, run_sellers, runs, source_items, users
from mercarich_platform.clock import utc_now
from mercarich_web.database import reading
from mercarich_web.paging import Paged
from mercarich_web.refusals import NotFound
from mercarich_web.runs.runs import Run, RunDetails, SellerCounts, SetAsideItem, Unfinished
from mercarich_web.runs.sql.holds import SqlHolds

SET_ASIDE_SHOWN = 100
SELLERS_SHOWN = 20
_AT_WORK = {"check": "checking", "update": "searching"}
"""The phase in which a run makes its calls; the windows of the watch have no end to tell."""
BATCH_SIZES = {"check": "CHECK_BATCH_ITEMS", "update": "REVIVAL_BATCH_ITEMS"}
"""The setting of how many rows a batch has, unless a run's --group-lower says it. The watch has a size of its own."""


class SqlRuns:
    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._holds = SqlHolds(engine)

    def newest(self, marketplace: str, operation: str = "check") -> Run | None:
        head = (
            select(run_heads.c.run_id)
            .where(run_heads.c.operation == operation, run_heads.c.marketplace == marketplace)
            .scalar_subquery()
        )
        found = self._read(select_runs().where(runs.c.id == head))
        return found[0] if found else None

    def latest(self, limit: int) -> Sequence[Run]:
        """Return runs, newest first, without the windows of the watch."""
        return self._read(select_runs().where(runs.c.operation != "watch").order_by(runs.c.id.desc()).limit(limit))

    def details(self, run_id: int) -> RunDetails:
        """Return one run in full. Raises `NotFound`."""
        found = self._read(select_runs().where(runs.c.id == run_id))
        if not found:
            raise NotFound(f"there is no run {run_id}; `mercarich run list` shows the last ones")
        return RunDetails(
            run=found[0],
            set_aside_items=self.set_aside_items(run_id) if found[0].set_aside else [],
            sellers=self.searched_sellers(run_id) if found[0].operation == "update" else self.fallen_sellers(run_id),
            holds=self._holds.of_run(run_id),
        )

    def heads(self) -> Sequence[Run]:
        """Return the newest run of each operation and marketplace. `pending` is 0, since counting takes long."""
        found = self._read(select_runs(count_pending=False).where(runs.c.id.in_(select(run_heads.c.run_id))))
        return sorted(found, key=lambda run: (run.operation, run.marketplace))

    def progress(self, run_id: int) -> Run:
        """Return a run without `pending`. Raises `NotFound`."""
        found = self._read(select_runs(count_pending=False).where(runs.c.id == run_id))
        if not found:
            raise NotFound(f"there is no run {run_id}")
        return found[0]

    def page(self, operation: str | None, marketplace: str | None, below: int | None, limit: int) -> Paged[Run]:
        """Return runs with an id below `below`, newest first, without `pending`. Those of any operation are without the
        windows of the watch, which are many."""
        query = select_runs(count_pending=False).order_by(runs.c.id.desc()).limit(limit + 1)
        for column, value in ((runs.c.operation, operation), (runs.c.marketplace, marketplace)):
            if value is not None:
                query = query.where(column == value)
        if operation is None:
            query = query.where(runs.c.operation != "watch")
        if below is not None:
            query = query.where(runs.c.id < below)
        found = self._read(query)
        return Paged(found[:limit], found[limit - 1].id if len(found) > limit else None)

    def set_aside_items(self, run_id: int) -> Sequence[SetAsideItem]:
        with reading(self._engine) as connection:
            return [SetAsideItem(*row) for row in connection.execute(set_aside(run_id))]

    def fallen_sellers(self, run_id: int) -> Sequence[SellerCounts]:
        own = run_sellers.c
        query = (
            select(users.c.username, own.planned, own.seen, own.fallen, own.checked)
            .join(users, users.c.id == run_sellers.c.user_id)
            .where(run_sellers.c.run_id == run_id, run_sellers.c.fallen > 0)
            .order_by(run_sellers.c.fallen.desc(), users.c.username)
            .limit(SELLERS_SHOWN)
        )
        with reading(self._engine) as connection:
            return [SellerCounts(*row) for row in connection.execute(query)]

    def searched_sellers(self, run_id: int) -> Sequence[SellerCounts]:
        """Return what the sellers with most listings in an update run have in it."""
        own, wanted = run_sellers.c, listings.c.update_run == run_id
        left = (
            select(listings.c.user_id, func.count().label("left")).where(wanted).group_by(listings.c.user_id).subquery()
        )
        query = (
            select(users.c.username, own.planned, own.seen, own.fallen, own.checked, own.revived)
            .add_columns(func.coalesce(left.c.left, 0))
            .join(users, users.c.id == own.user_id)
            .outerjoin(left, left.c.user_id == own.user_id)
            .where(own.run_id == run_id, or_(own.planned > 0, own.seen > 0))
            .order_by(own.planned.desc(), users.c.username)
            .limit(SELLERS_SHOWN)
        )
        with reading(self._engine) as connection:
            return [SellerCounts(*row) for row in connection.execute(query)]

    def unfinished(self) -> Sequence[Unfinished]:
        """Return one entry for each running run."""
        query = (
            select(runs.c.id, runs.c.operation, runs.c.marketplace, runs.c.arguments, _pending().label("rows"))
            .where(runs.c.outcome == "running")
            .order_by(runs.c.id)
        )
        with reading(self._engine) as connection:
            settings = settings_store.read(connection)
            found = connection.execute(query).all()
        sizes = {name: settings.integer(key) for name, key in BATCH_SIZES.items()} | {"watch": WATCH_BATCH_ITEMS}
        return [_unfinished(row, json.loads(row.arguments).get("group_lower") or sizes[row.operation]) for row in found]

    def _read(self, query: Select[*tuple[object, ...]]) -> list[Run]:
        with reading(self._engine) as connection:
            found = [run_of(row) for row in connection.execute(query)]
            if any(_makes_calls(run) for run in found):
                known, now = measured(connection), utc_now()
                found = [_with_end(run, known[Marketplace(run.marketplace)], now) for run in found]
        return found


def _unfinished(row: Row[int, str, str, str, int], size: int) -> Unfinished:
    return Unfinished(row.id, row.operation, row.marketplace, row.rows, ceil(row.rows / size))


def _makes_calls(run: Run) -> bool:
    at_work = run.outcome == "running" and run.phase == _AT_WORK.get(run.operation)
    return at_work and not (run.silent or run.rests)


def _with_end(run: Run, known: Measured, now: datetime) -> Run:
    """Return the run with the time when it ends."""
    if not _makes_calls(run):
        return run
    left = run.pending or max(0, run.planned - run.checked)
    if run.operation == "check":
        return replace(run, ends_at=ends_at(left, known, now))
    if known.in_force_per_second == 0:
        return run
    took = now - run.started_at - timedelta(seconds=run.held_seconds)
    return replace(run, ends_at=ends_at_its_pace(left, run.checked, took, now))


def select_runs(*, count_pending: bool = True) -> Select[*tuple[object, ...]]:
    """Select runs, each with the run that superseded it and its number of pending rows. Without `count_pending` the
    number is 0: counting takes long while a run is big."""
    newer = runs.alias("newer")
    superseded_by = (
        select(func.min(newer.c.id))
        .where(
            newer.c.operation == runs.c.operation,
            newer.c.marketplace == runs.c.marketplace,
            newer.c.generation > runs.c.generation,
            newer.c.started_at >= runs.c.ended_at,  # those before took only some of its rows
            runs.c.outcome == "superseded",
        )
        .correlate(runs)
        .scalar_subquery()
    )
    pending = _pending() if count_pending else literal(0)
    silent = is_silent(utc_now()).label("silent")
    columns = [column for column in runs.c if column is not runs.c.held]
    held = held_now().label("held")
    return select(*columns, held, pending.label("pending"), superseded_by.label("superseded_by"), silent)


def set_aside(run_id: int) -> Select[int, str, int]:
    """Select the items that the run set aside. It uses the index on `check_problem`: over all runs, few items are set
    aside."""
    return (
        select(source_items.c.id, source_items.c.item_id, source_items.c.check_attempts)
        .where(
            or_(source_items.c.checked_run == run_id, source_items.c.check_run == run_id),
            source_items.c.check_problem == "set_aside",
        )
        .order_by(source_items.c.id)
        .limit(SET_ASIDE_SHOWN)
    )


def _pending() -> ColumnElement[int]:
    """Count the rows that the run of the outer query still has to do: a check's source items, an update's listings."""
    sources, offers = (
        select(func.count()).select_from(column.table).where(column == runs.c.id).correlate(runs).scalar_subquery()
        for column in (source_items.c.check_run, listings.c.update_run)
    )
    return case((runs.c.operation == "update", offers), else_=sources)


def run_of(row: Row[*tuple[object, ...]]) -> Run:
    """Parse a row of `select_runs`."""
    values = dict(row._mapping)
    parsed = {name: json.loads(values[name] or "{}") for name in ("arguments", "skipped", "doubts")}
    return Run(**values | parsed)
