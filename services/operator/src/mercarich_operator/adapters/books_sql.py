"""`ports.BookStore`: runs, holds, unpushed changes and accounts, counted in the tables."""

from collections.abc import Iterable, Mapping
from datetime import datetime

from sqlalchemy import Connection, Engine, Select, and_, exists, func, select

from mercarich_contracts.market import Marketplace
from mercarich_contracts.sites import SITES
from mercarich_db.capacity import capacities_of
from mercarich_db.held_now import held_now
from mercarich_db.schedule_starts import known_since, starts
from mercarich_db.tables import amazon_accounts, holds, listings, prunings, runs
from mercarich_listings.stages import is_in
from mercarich_listings.transition import Stage
from mercarich_listings.waiting import pending
from mercarich_operator.adapters.coverage_book_sql import coverage_books
from mercarich_operator.adapters.database import reading
from mercarich_operator.adapters.jobs_book_sql import job_books
from mercarich_operator.ports import Books, RunBook
from mercarich_platform.clock import Clock

OPERATIONS = ("check", "update")
"""Operations that have runs."""
OUTCOMES = ("finished", "superseded", "failed")
UNCONTROLLED = 0
"""The generation of runs with --dual-boot, which are for debugging."""
VERDICTS = ("unknown", "valid", "invalid")
_ALL = "all"
_ITEMS = ("planned", "checked", "unknown", "unfinished", "set_aside", "fallen", "withdrawn", "released", "held")
_NOT_STARTED = dict.fromkeys(_ITEMS, 0)


class SqlBooks:
    def __init__(self, engine: Engine, now: Clock) -> None:
        self._engine = engine
        self._now = now

    def read(self) -> Books:
        now = self._now()
        with reading(self._engine) as connection:
            known = known_since(connection)
            return Books(
                runs=[_book(connection, o, m.value, now, known) for o in OPERATIONS for m in Marketplace],
                open_holds=_open_holds(connection),
                unpushed_age=_unpushed_age(connection, now),
                accounts=_accounts(connection),
                capacities=list(capacities_of(connection).values()),
                coverages=coverage_books(connection, now),
                schedules=starts(connection, now),
                jobs=job_books(connection, now),
                paused=_paused(connection),
                deleted={row.record: row.rows for row in connection.execute(select(prunings))},
            )


def _book(
    connection: Connection, operation: str, marketplace: str, now: datetime, known: Mapping[str, datetime]
) -> RunBook:
    ours = and_(runs.c.operation == operation, runs.c.marketplace == marketplace)
    ended = select(runs.c.outcome, func.count()).where(ours).group_by(runs.c.outcome)
    good = (
        select(runs.c.started_at, runs.c.ended_at)
        .where(ours, runs.c.outcome == "finished", runs.c.ended_at.is_not(None))
        .order_by(runs.c.ended_at.desc())
        .limit(1)
    )
    success = connection.execute(good).one_or_none()
    items = [held_now().label(kind) if kind == "held" else runs.c[kind] for kind in _ITEMS]
    newest = select(*items).where(ours).order_by(runs.c.generation.desc(), runs.c.id.desc()).limit(1)
    run = connection.execute(newest).mappings().one_or_none()
    going_on = select(runs.c.phase, runs.c.heartbeat_at).where(
        ours, runs.c.outcome == "running", runs.c.generation != UNCONTROLLED
    )
    open_runs = connection.execute(going_on).all()
    schedule = f"{operation}-item-{marketplace}"
    return RunBook(
        operation=operation,
        marketplace=marketplace,
        schedule=schedule,
        ended=_counted(connection, ended, OUTCOMES),
        last_success=success.ended_at if success else None,
        last_success_seconds=(success.ended_at - success.started_at).total_seconds() if success else None,
        held=any(one.phase == "held" for one in open_runs),
        silent_seconds=max((_age(one.heartbeat_at, now) for one in open_runs), default=0.0),
        items=dict(run) if run is not None else _NOT_STARTED,
        waiting_since=success.ended_at if success else known.get(schedule),
    )


def _open_holds(connection: Connection) -> Mapping[tuple[str, str], int]:
    unreleased = and_(holds.c.applied_at.is_(None), holds.c.released_at.is_(None))
    where = (holds.c.marketplace, func.coalesce(holds.c.route, _ALL))
    query = select(*where, func.count()).where(unreleased).group_by(*where)
    found = {(marketplace, route): count for marketplace, route, count in connection.execute(query)}
    known = [(str(site), route) for site in SITES.values() for route in (_ALL, *site.routes)]
    return {one: found.get(one, 0) for one in known}


def _paused(connection: Connection) -> Mapping[str, int]:
    paused = and_(listings.c.paused_at.is_not(None), is_in({Stage.PAUSED}))
    marketplace = listings.c.marketplace
    query = select(marketplace, func.count()).where(paused).group_by(marketplace)
    return _counted(connection, query, [each.value for each in Marketplace])


def _unpushed_age(connection: Connection, now: datetime) -> Mapping[str, float]:
    account = and_(amazon_accounts.c.user_id == listings.c.user_id, amazon_accounts.c.token_verdict != "invalid")
    unpushed = and_(pending(), exists().where(account))
    kinds = {"withdrawal": listings.c.quantity == 0, "restore": listings.c.quantity > 0}
    oldest = func.min(listings.c.changed_at)
    return {
        kind: _age(connection.execute(select(oldest).where(unpushed, which)).scalar_one(), now)
        for kind, which in kinds.items()
    }


def _accounts(connection: Connection) -> Mapping[str, int]:
    verdict = amazon_accounts.c.token_verdict
    return _counted(connection, select(verdict, func.count()).group_by(verdict), VERDICTS)


def _counted(connection: Connection, query: Select[str, int], names: Iterable[str]) -> Mapping[str, int]:
    """Return a count for each of `names`, and for no other: they are the values of a label."""
    found = {row[0]: row[1] for row in connection.execute(query)}
    return {name: found.get(name, 0) for name in names}


def _age(at: datetime | None, now: datetime) -> float:
    return max(0.0, (now - at).total_seconds()) if at is not None else 0.0
