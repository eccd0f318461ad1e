"""`ports_bulk.Bulk` over the tables."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Engine, Select, func, select

from mercarich_contracts.market import State
from mercarich_db.engine import run_tx
from mercarich_db.tables import listings, source_items
from mercarich_listings import store
from mercarich_web.adapters import bulk_changes_sql, bulk_deletions_sql, bulk_looks_sql, bulk_undo_sql
from mercarich_web.adapters.database import reading
from mercarich_web.adapters.listing_book_sql import wanted
from mercarich_web.domain.bulk import MOST, Applied, BulkAction, Choice, Preview

CHUNK = 1_000
_offer, _source = listings.c, source_items.c


class SqlBulk:
    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def preview(self, user_id: int, action: BulkAction, choice: Choice, now: datetime) -> Preview:
        fitting = _fitting(user_id, action, choice, now)
        with reading(self._engine) as connection:
            count = _count(connection, fitting)
            at_once = min(count, _room(connection, user_id, action, fitting, now))
            up = _count(connection, fitting.where(_offer.quantity > 0)) if action is BulkAction.STOP else 0
            return Preview(_count(connection, _chosen(user_id, choice)), count, at_once, min(up, at_once))

    def apply(self, user_id: int, action: BulkAction, choice: Choice, by: str, now: datetime) -> Applied:
        fitting = _fitting(user_id, action, choice, now)

        def apply(connection: Connection) -> Applied:
            room = _room(connection, user_id, action, fitting, now)
            # drafts first: they are not part of what a day may delete
            found = connection.execute(fitting.order_by(_offer.listed, _offer.id).limit(room)).scalars().all()
            if action is BulkAction.CHECK:
                return bulk_looks_sql.take_in(connection, user_id, sorted(found), by, now)
            changed = _change(connection, user_id, action, sorted(found), by, now)
            return Applied(changed, now)

        return run_tx(self._engine, apply)

    def undo(self, user_id: int, at: datetime, by: str, now: datetime) -> int:
        return run_tx(self._engine, lambda connection: bulk_undo_sql.undo(connection, user_id, at, by, now))


def _change(
    connection: Connection, user_id: int, action: BulkAction, ids: Sequence[int], by: str, now: datetime
) -> int:
    changed = 0
    for start in range(0, len(ids), CHUNK):
        rows = store.lock(connection, ids[start : start + CHUNK], _offer.user_id == user_id, _fits(action, now))
        changed += len(rows)
        if rows and action is BulkAction.DELETE:
            bulk_deletions_sql.delete(connection, user_id, rows, by, now)
        elif rows:
            bulk_changes_sql.change(connection, action, rows, by, now, after=start)
    return changed


def _fits(action: BulkAction, now: datetime) -> Any:
    """Of the listing alone: looked at again under the lock."""
    return bulk_deletions_sql.fits(now) if action is BulkAction.DELETE else bulk_changes_sql.FITS[action]


def _chosen(user_id: int, choice: Choice) -> Select[Any]:
    joined = select(_offer.id).select_from(listings.join(source_items, _source.id == _offer.source_item_id))
    if choice.wish is not None:
        return wanted(joined, user_id, choice.wish)
    return joined.where(_offer.user_id == user_id, _offer.id.in_(sorted(choice.ids)[:CHUNK]))


def _fitting(user_id: int, action: BulkAction, choice: Choice, now: datetime) -> Select[Any]:
    fits = _chosen(user_id, choice).where(_fits(action, now))
    if action is BulkAction.CHECK:
        return fits.where(bulk_looks_sql.can_be_looked_at(now))
    return fits.where(_source.state == State.AVAILABLE) if action is BulkAction.PUT_UP else fits


def _room(connection: Connection, user_id: int, action: BulkAction, fitting: Select[Any], now: datetime) -> int:
    """Listings that the action may change at once."""
    if action is BulkAction.CHECK:
        return bulk_looks_sql.room(connection, user_id, now)
    if action is BulkAction.DELETE:
        drafts = _count(connection, fitting.where(~_offer.listed))
        return min(MOST, drafts + bulk_deletions_sql.room(connection, user_id, now))
    return MOST


def _count(connection: Connection, query: Select[Any]) -> int:
    some = query.limit(MOST + 1).subquery()
    return connection.execute(select(func.count()).select_from(some)).scalar_one()
