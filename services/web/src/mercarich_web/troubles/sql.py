"""Queries of the system's state: the measures, and what the database itself tells of it."""

from collections.abc import Iterator, Sequence
from dataclasses import asdict
from datetime import datetime

from sqlalchemy import Connection, Engine, and_, case, exists, func, insert, not_, or_, select, true, update

from mercarich_contracts.market import Marketplace
from mercarich_db.engine import run_tx
from mercarich_db.silent_runs import SILENT_AFTER
from mercarich_db.tables import (
    amazon_accounts,
    capacities,
    listings,
    pool_status,
    runs,
    settings,
    source_items,
    system_measures,
)
from mercarich_db.types import AnyRow, has_code
from mercarich_listings.differences import DIFFERS
from mercarich_reasons.push import AmazonRefused
from mercarich_web.database import reading
from mercarich_web.troubles.troubles import PUSHED_WITHIN, Measure, Part, longest_pause

_measure = system_measures.c


class SqlMeasures:
    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def last(self) -> Sequence[Measure]:
        """Return what was last measured of each part: a dozen rows."""
        with reading(self._engine) as connection:
            return _last(connection)

    def keep(self, measures: Sequence[Measure]) -> None:
        """Store the measures, but for those that another replica has overtaken. A state that lasts keeps the time since
        when, where only we know it.
        """

        def write(connection: Connection) -> None:
            known = {(one.part, one.marketplace): one for one in _last(connection)}
            for one in measures:
                before = known.get((one.part, one.marketplace))
                values = asdict(one) | {"part": one.part.value, "reason": one.reason}
                if before is None:
                    quiet = insert(system_measures).prefix_with("OR IGNORE", dialect="sqlite")
                    connection.execute(quiet.prefix_with("IGNORE", dialect="mysql").values(values))
                    continue
                if not one.replaces(before):
                    continue
                if before.state == one.state and one.begins_when_measured:
                    values["since"] = before.since
                this = (_measure.part == one.part.value, _measure.marketplace == one.marketplace)
                same = _measure.measured_at == before.measured_at  # no other replica has stored one since the read
                connection.execute(update(system_measures).where(*this, same).values(values))

        run_tx(self._engine, write)


class SqlSystem:
    """What the database tells of the system. All times are of the row that tells it."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def measures(self, now: datetime) -> Sequence[Measure]:
        """Return the measures of marketplaces, but for their breakers, of pushes and of the operator."""
        with reading(self._engine) as connection:
            found = [one for name in Marketplace for one in _of_marketplace(connection, name, now)]
            return [*found, _pushes(connection, now), _operator(connection, now)]


def _last(connection: Connection) -> Sequence[Measure]:
    columns = [_measure[name] for name in Measure.__slots__]
    known = {part.value for part in Part}
    return [
        Measure(**dict(row._mapping) | {"part": Part(row.part)})
        for row in connection.execute(select(*columns))
        if row.part in known and (not row.marketplace or row.marketplace in set(Marketplace))
    ]


def _of_marketplace(connection: Connection, name: Marketplace, now: datetime) -> Iterator[Measure]:
    row = settings.c
    paused = select(row.updated_at).where(row.key == f"MARKETPLACE_{name.upper()}", row.value == "paused")
    paused_at = connection.execute(paused).scalar()
    yield Measure(Part.MARKETPLACE, name.value, "on" if paused_at is None else "paused", paused_at or now, now)
    columns = (runs.c.id, runs.c.operation, runs.c.phase, runs.c.note, runs.c.started_at, runs.c.heartbeat_at)
    going = select(*columns).where(runs.c.outcome == "running", runs.c.marketplace == name.value)
    open_runs = connection.execute(going.order_by(runs.c.id)).all()
    held = next((run for run in open_runs if run.phase == "held"), None)
    state = "none" if not open_runs else "going" if held is None else "held"
    yield Measure(Part.RUN, name.value, state, now, now, reason=held.note if held is not None else None)
    yield _looks(connection, name, open_runs, now)


def _looks(connection: Connection, name: Marketplace, open_runs: Sequence[AnyRow], now: datetime) -> Measure:
    """Measure since when nothing was seen; while a run looks, at the earliest since the run's start."""
    item, its_own = source_items.c, source_items.c.marketplace == name.value
    started = {run.id: run.started_at for run in open_runs if run.operation == "check"}
    last = select(func.max(item.checked_at)).where(its_own).scalar_subquery()
    sources = select(capacities.c.sources).where(capacities.c.marketplace == name.value).scalar_subquery()
    columns = (last, exists().where(its_own, item.look_class.is_not(None)), sources)
    looked_at, on_sale, counted = connection.execute(select(*columns)).one()
    if not on_sale:
        return Measure(Part.LOOKS, name.value, "nothing", now, now)
    wanting = select(runs.c.id).where(runs.c.id.in_(started), exists().where(item.check_run == runs.c.id))
    looking = connection.execute(wanting).scalars().all() if started else []
    watched = any(run.operation == "watch" and now - run.heartbeat_at <= SILENT_AFTER for run in open_runs)
    pause = longest_pause(counted, run_looks=bool(looking), watched=watched).total_seconds()
    since = max((at for at in (looked_at, *(started[run] for run in looking)) if at is not None), default=now)
    return Measure(Part.LOOKS, name.value, "never" if looked_at is None else "seen", since, now, pause)


def _pushes(connection: Connection, now: datetime) -> Measure:
    """Measure the withdrawals that are to reach Amazon: those of sellers whose tokens it takes. What it refuses, and a
    zero that it had and that something raises again, is of one offer, and its seller has a notice of it.
    """
    offer = listings.c
    of_newest = func.coalesce(offer.push_failed_revision, offer.revision) == offer.revision
    refused = and_(offer.push_problem.is_not(None), has_code(offer.push_problem, AmazonRefused), of_newest)
    wanted = and_(offer.push_pending == 1, offer.quantity == 0, offer.listed.is_(true()), offer.orphan.is_not(true()))
    shown = or_(offer.pushed_quantity.is_(None), offer.pushed_quantity > 0)
    takes = select(amazon_accounts.c.user_id).where(amazon_accounts.c.token_verdict != "invalid")
    late = func.count(case((offer.changed_at < now - PUSHED_WITHIN, 1)))
    query = select(late, func.min(offer.changed_at)).where(
        wanted, shown, not_(DIFFERS), not_(refused), offer.user_id.in_(takes)
    )
    count, oldest = connection.execute(query).one()
    return Measure(Part.PUSHES, "", "none" if oldest is None else "waiting", oldest or now, now, float(count))


def _operator(connection: Connection, now: datetime) -> Measure:
    heard_at = connection.execute(select(func.max(pool_status.c.seen_at))).scalar()
    return Measure(Part.OPERATOR, "", "never" if heard_at is None else "heard", heard_at or now, now)
