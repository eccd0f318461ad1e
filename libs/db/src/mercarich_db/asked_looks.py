"""Looks that are asked for: the sources are added once more to the newest run of their marketplace.

A checker claims and records them like all items of the run, with the same budget, brake and evidence. So the run must
have passed its canaries and must not be held, unless it only waits for what a wrong route shows while another route of
items is right. A source that a wrong route shows is not added before the route is right, whoever asks for the look. No
new run is started, because it would ask its canaries first.
"""

from collections.abc import Collection, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Connection, FromClause, and_, case, exists, false, func, null, or_, select, update

from mercarich_contracts.market import Marketplace
from mercarich_contracts.sites import SITES
from mercarich_contracts.sites.site import Site
from mercarich_db import own_rows
from mercarich_db.conditions import among
from mercarich_db.routes import WAITS_FOR_ITS_ROUTE, is_wrong
from mercarich_db.tables import run_heads, runs, source_items
from mercarich_db.types import AnyRow

_source = source_items.c
_other = runs.alias("other_run")
SET_ASIDE = "set_aside"
"""`check_problem` of a source whose run counts it as set aside, in place of unfinished."""
OF_CHECK = and_(run_heads.c.operation == "check", run_heads.c.run_id == runs.c.id)
HAS_ENDED = and_(runs.c.phase == "ended", runs.c.outcome == "finished")


def _waits_for_one_route(run: FromClause) -> ColumnElement[bool]:
    """Condition on a held run: a route of items is in none of its doubts."""
    return or_(
        *(
            and_(run.c.marketplace == site.marketplace, run.c.doubts.not_like(f'%"{kind.route}"%'))
            for site in SITES.values()
            for kind in site.items
        )
    )


_none_is_held = ~exists().where(
    _other.c.operation == "check",
    _other.c.marketplace == runs.c.marketplace,
    _other.c.outcome == "running",
    _other.c.phase == "held",
    ~func.coalesce(_waits_for_one_route(_other), false()),
)
"""The newest run may be a narrow one that ended before its marketplace was in trouble, beside a wide one that waits."""
_goes_on = or_(runs.c.phase.in_(("checking", "confirming")), and_(runs.c.phase == "held", _waits_for_one_route(runs)))
IS_TRUSTED = and_(or_(_goes_on, HAS_ENDED), _none_is_held)


def trusted(connection: Connection, marketplaces: Collection[Marketplace] = tuple(Marketplace)) -> Sequence[AnyRow]:
    """Return id, marketplace, generation, phase and start of each marketplace's newest run, if that is trusted.

    The newest run is locked, so that no newer one begins meanwhile; lock the sources after it, in order of their ids,
    as checkers do.
    """
    head = (run_heads.c.operation == "check", run_heads.c.marketplace.in_(sorted(marketplaces)))
    locked = select(run_heads.c.run_id).where(*head).order_by(run_heads.c.marketplace)
    heads = connection.execute(locked.with_for_update(read=True)).scalars().all()
    columns = (runs.c.id, runs.c.marketplace, runs.c.generation, runs.c.phase, runs.c.started_at)
    newest = select(*columns).where(runs.c.id.in_(heads))
    return connection.execute(newest.where(IS_TRUSTED).order_by(runs.c.marketplace)).all()


def add(
    connection: Connection, run: AnyRow, ids: Collection[int], free: ColumnElement[bool], *, anew: bool = True
) -> Sequence[AnyRow]:
    """Add those of these sources to the run that are of its marketplace, `free`, and shown by no wrong route; return
    them, in order of their ids: id, item_id, seller_id (None where sellers' lists are wrong, so that the proxy looks at
    each item's own page).

    `anew`: what a checker of this run could not see counts no longer. What the run has given up it will have seen, or
    give up once more.
    """
    columns = (
        *(_source.id, _source.item_id, _seller_of_list(SITES[run.marketplace])),
        *(_source.check_run, _source.checked_run, _source.checked_at, _source.check_problem),
    )
    mine = among(_source.id, ids, _source.marketplace == run.marketplace, free, ~WAITS_FOR_ITS_ROUTE)
    found = connection.execute(select(*columns).where(mine).order_by(_source.id).with_for_update()).all()
    if not found:
        return found
    marked = {"check_run": run.id, "check_rank": 0, "check_not_before": None, "check_problem": None}
    # The attempts of the other sources continue, because one of them may be killing workers.
    new = [row.id for row in found if row.check_run != run.id]
    added = [row.id for row in found if run.id not in (row.check_run, row.checked_run)]
    given_up = [row.id for row in found if row.checked_run == run.id != row.check_run and not _was_seen(row, run)]
    _set(connection, [row.id for row in found], **marked)
    _set(connection, given_up, checked_run=None)
    _set(connection, new, check_attempts=0)
    _set(connection, [row.id for row in found] if anew else added, check_unknowns=0)
    own_rows.plan(connection, run.id, added)
    aside = [row.id for row in found if row.id in set(given_up) and row.check_problem == SET_ASIDE]
    counts = {
        "planned": runs.c.planned + len(added),
        "unfinished": runs.c.unfinished - len(given_up) + len(aside),
        "set_aside": runs.c.set_aside - len(aside),
    }
    connection.execute(update(runs).where(runs.c.id == run.id).values(counts))
    return found


def _seller_of_list(site: Site) -> ColumnElement[Any]:
    if site.list_route is None:
        return _source.seller_id
    return case((is_wrong(site, site.list_route), null()), else_=_source.seller_id).label("seller_id")


def _was_seen(source: AnyRow, run: AnyRow) -> bool:
    """Return whether a look has told the source's state since the run began."""
    return source.checked_at is not None and source.checked_at >= run.started_at


def _set(connection: Connection, ids: Sequence[int], **values: object) -> None:
    if ids:
        connection.execute(update(source_items).where(among(_source.id, ids)).values(values))
