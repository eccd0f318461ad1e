"""Looks that a seller asks for: the newest run of a marketplace takes the sources in once more.

A checker claims and records them as all items of the run, by the same budget, brake and evidence. No run is started
for it: a new one would supersede the run under way. What no checker is told of is taken by that run's planner, or by
the next run.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Connection, and_, exists, func, or_, select, update

from mercarich_contracts.events import EventKind
from mercarich_db.tables import amazon_accounts, listing_events, listings, run_heads, runs, source_items
from mercarich_db.types import AnyRow
from mercarich_web.adapters.bulk_changes_sql import tell
from mercarich_web.domain.bulk import LOOK_REST, LOOKS_A_DAY, Applied, WantedItem, WantedLooks

_source = source_items.c
_of_check = and_(run_heads.c.operation == "check", run_heads.c.run_id.is_not(None))


def can_be_looked_at(now: datetime) -> ColumnElement[bool]:
    """Of the source: not seen just now, and not pending in its marketplace's newest run; its seller takes part in
    runs."""
    rested = or_(_source.checked_at.is_(None), _source.checked_at <= now - LOOK_REST)
    head = exists().where(_of_check, run_heads.c.marketplace == _source.marketplace, _not_pending())
    account = exists().where(amazon_accounts.c.user_id == listings.c.user_id)
    return and_(rested, head, account)


def room(connection: Connection, user_id: int, now: datetime) -> int:
    event = listing_events.c
    asked = select(func.count()).where(
        event.user_id == user_id, event.at > now - timedelta(days=1), event.kind == EventKind.LOOK_WANTED
    )
    return max(0, LOOKS_A_DAY - connection.execute(asked).scalar_one())


def take_in(connection: Connection, user_id: int, ids: Sequence[int], by: str, now: datetime) -> Applied:
    """These listings' sources, those that are still to be looked at."""
    offer = listings.c
    columns = (offer.id, offer.user_id, offer.quantity, offer.revision, offer.source_item_id)
    rows = connection.execute(select(*columns).where(offer.user_id == user_id, offer.id.in_(ids))).all()
    # the head is locked, so that no newer run begins meanwhile; then sources by their id, as checkers do it
    heads = connection.execute(
        select(run_heads).where(_of_check).order_by(run_heads.c.marketplace).with_for_update(read=True)
    ).all()
    looks = [_of_run(connection, head, {row.source_item_id for row in rows}) for head in heads]
    taken = {item.id for one in looks for item in one.items}
    asked = [row for row in rows if row.source_item_id in taken]
    tell(connection, asked, EventKind.LOOK_WANTED, by, now, after=lambda row: row.quantity)
    return Applied(len(asked), now, [one for one in looks if one.items])


def _of_run(connection: Connection, head: AnyRow, source_ids: set[int]) -> WantedLooks:
    free = or_(_source.check_run.is_(None), _source.check_run != head.run_id)
    mine = (_source.marketplace == head.marketplace, _source.id.in_(sorted(source_ids)), free)
    query = select(_source.id, _source.item_id, _source.seller_id).where(*mine).order_by(_source.id)
    found = connection.execute(query.with_for_update()).all()
    items = [WantedItem(row.id, row.item_id, row.seller_id) for row in found]
    if items:
        fresh = {"check_run": head.run_id, "check_rank": 0, "check_attempts": 0, "check_unknowns": 0}
        marked = update(source_items).where(_source.id.in_([item.id for item in items]))
        connection.execute(marked.values(**fresh, check_not_before=None, check_problem=None))
        of_run = update(runs).where(runs.c.id == head.run_id)
        connection.execute(of_run.values(planned=runs.c.planned + len(items)))
    return WantedLooks(head.marketplace, head.run_id, head.generation, items)


def _not_pending() -> ColumnElement[bool]:
    return or_(_source.check_run.is_(None), _source.check_run != run_heads.c.run_id)
