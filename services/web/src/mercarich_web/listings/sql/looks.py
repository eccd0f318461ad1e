"""Looks that a seller asks for: the sources are added once more to the newest run of their marketplace.

A checker claims and records them like all items of the run, with the same budget, brake and evidence. So the run must
have passed its canaries and must not be held. No new run is started, because it would ask its canaries first.
Sources that no checker is told of are taken by that run's planner, or by the next run.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Connection, and_, exists, false, func, or_, select, true, update

from mercarich_contracts.events import EventKind
from mercarich_db import own_rows
from mercarich_db.tables import amazon_accounts, listing_events, listings, run_heads, runs, source_items
from mercarich_db.types import AnyRow
from mercarich_listings import listing as life
from mercarich_listings import store
from mercarich_listings.event import Told
from mercarich_reasons.stock import ByHand
from mercarich_web.listings.choices import LOOK_REST, LOOKS_A_DAY, Applied, WantedItem, WantedLooks

_source = source_items.c
_of_check = and_(run_heads.c.operation == "check", run_heads.c.run_id == runs.c.id)
_has_ended = and_(runs.c.phase == "ended", runs.c.outcome == "finished")
_other = runs.alias("other_run")
_none_is_held = ~exists().where(
    _other.c.operation == "check",
    _other.c.marketplace == runs.c.marketplace,
    _other.c.outcome == "running",
    _other.c.phase == "held",
)
"""The newest run may be a narrow one that ended before its marketplace was in trouble, beside a wide one that waits."""
_is_trusted = and_(or_(runs.c.phase.in_(("checking", "confirming")), _has_ended), _none_is_held)


def can_be_looked_at(now: datetime) -> ColumnElement[bool]:
    """Condition on the source: it was not seen recently and is not pending in its marketplace's newest run, the run is
    trusted, and the seller takes part in runs."""
    rested = or_(_source.checked_at.is_(None), _source.checked_at <= now - LOOK_REST)
    free = _is_free(runs.c.id, _has_ended, now)
    head = exists().where(_of_check, _is_trusted, run_heads.c.marketplace == _source.marketplace, free)
    account = exists().where(amazon_accounts.c.user_id == listings.c.user_id)
    return and_(rested, head, account)


def room(connection: Connection, user_id: int, now: datetime) -> int:
    event = listing_events.c
    asked = select(func.count()).where(
        event.user_id == user_id, event.at > now - timedelta(days=1), event.kind == EventKind.LOOK_WANTED
    )
    return max(0, LOOKS_A_DAY - connection.execute(asked).scalar_one())


def take_in(connection: Connection, user_id: int, ids: Sequence[int], by: str, now: datetime) -> Applied:
    """Add the listings' sources, except those that need no look any more."""
    rows = store.read(connection, ids, listings.c.user_id == user_id)
    # The newest run is locked, so that no newer one begins meanwhile; then the sources by id, in the checkers' order.
    locked = select(run_heads.c.run_id).where(run_heads.c.operation == "check").order_by(run_heads.c.marketplace)
    heads = connection.execute(locked.with_for_update(read=True)).scalars().all()
    newest = select(runs.c.id, runs.c.marketplace, runs.c.generation, runs.c.phase).where(runs.c.id.in_(heads))
    trusted = connection.execute(newest.where(_is_trusted).order_by(runs.c.marketplace)).all()
    looks = [_of_run(connection, run, {row.source_item_id for row in rows}, now) for run in trusted]
    taken = {item.id for one in looks for item in one.items}
    asked = [row for row in rows if row.source_item_id in taken]
    told = Told(EventKind.LOOK_WANTED, now, ByHand(by))
    store.tell(connection, [life.tell(row, told) for row in asked])
    return Applied(len(asked), now, [one for one in looks if one.items])


def _of_run(connection: Connection, run: AnyRow, source_ids: set[int], now: datetime) -> WantedLooks:
    free = _is_free(run.id, true() if run.phase == "ended" else false(), now)
    mine = (_source.marketplace == run.marketplace, _source.id.in_(sorted(source_ids)), free)
    columns = (_source.id, _source.item_id, _source.seller_id, _source.check_run, _source.checked_run)
    found = connection.execute(select(*columns).where(*mine).order_by(_source.id).with_for_update()).all()
    if found:
        fresh = {"check_run": run.id, "check_rank": 0, "check_unknowns": 0}
        marked = update(source_items).where(_source.id.in_([row.id for row in found]))
        connection.execute(marked.values(**fresh, check_not_before=None, check_problem=None))
        # The attempts of the other sources continue, because one of them may be killing workers.
        new = [row.id for row in found if row.check_run != run.id]
        connection.execute(update(source_items).where(_source.id.in_(new)).values(check_attempts=0))
        added = [row.id for row in found if run.id not in (row.check_run, row.checked_run)]
        own_rows.plan(connection, run.id, added)
        connection.execute(update(runs).where(runs.c.id == run.id).values(planned=runs.c.planned + len(added)))
    items = [WantedItem(row.id, row.item_id, row.seller_id) for row in found]
    return WantedLooks(run.marketplace, run.id, run.generation, items)


def _is_free(run_id: ColumnElement[int] | int, has_ended: ColumnElement[bool], now: datetime) -> ColumnElement[bool]:
    """Condition: the source is not pending in the run. After the run's end, what its workers put off, or had when they
    died, nobody else would look at."""
    left = and_(has_ended, _source.check_not_before <= now)
    return or_(_source.check_run.is_(None), _source.check_run != run_id, left)
