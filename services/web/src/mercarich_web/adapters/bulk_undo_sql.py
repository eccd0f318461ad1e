"""What a seller's withdrawal, or stopping, changed is put back: its events say what that was.

All events of an action have its time. A listing that anybody has changed since has another revision, or another time
of its stop, and stays as it is.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, and_, or_, select

from mercarich_contracts.events import EventKind
from mercarich_contracts.market import OUT_OF_STOCK
from mercarich_db.tables import listing_events, listings, source_items
from mercarich_db.types import AnyRow
from mercarich_web.adapters.bulk_changes_sql import put_up, search

CHUNK = 1_000
_offer, _event = listings.c, listing_events.c
_BY_HAND = "by hand, %"


def undo(connection: Connection, user_id: int, at: datetime, by: str, now: datetime) -> int:
    mine = (_event.user_id == user_id, _event.at == at, _event.reason.like(_BY_HAND))
    kinds = (EventKind.WITHDRAWN, EventKind.STOPPED)
    done = select(_event.listing_id).where(*mine, _event.kind.in_(kinds)).order_by(_event.listing_id)
    ids = connection.execute(done).scalars().all()
    changed = 0
    for start in range(0, len(ids), CHUNK):
        rows = _untouched(connection, user_id, at, ids[start : start + CHUNK])
        changed += _put_back(connection, rows, by, now)
    return changed


def _untouched(connection: Connection, user_id: int, at: datetime, ids: Sequence[int]) -> Sequence[AnyRow]:
    withdrawn = and_(_event.kind == EventKind.WITHDRAWN, _offer.stopped_at.is_(None))
    stopped = and_(_event.kind == EventKind.STOPPED, _offer.stopped_at == at)
    as_then = and_(
        _offer.listed, ~_offer.searching, _offer.quantity == 0, _offer.hold_id.is_(None), or_(withdrawn, stopped)
    )
    same = and_(_event.listing_id == _offer.id, _event.at == at, _event.revision == _offer.revision)
    columns: tuple[Any, ...] = (_offer.id, _offer.user_id, _offer.quantity, _offer.revision, _offer.listing_quantity)
    query = (
        select(*columns, _event.kind, _event.quantity_before, source_items.c.state)
        .join(listing_events, same)
        .join(source_items, source_items.c.id == _offer.source_item_id)
        .where(_offer.user_id == user_id, _offer.id.in_(ids), as_then)
        .order_by(_offer.id)
    )
    return connection.execute(query.with_for_update(of=listings)).all()


def _put_back(connection: Connection, rows: Sequence[AnyRow], by: str, now: datetime) -> int:
    """What was up goes up, unless its source is known to have gone; what was searched for is searched for again."""
    goes_up = {row.id for row in rows if row.quantity_before > 0 and row.state not in OUT_OF_STOCK}
    withdrawn = [row for row in rows if row.kind == EventKind.WITHDRAWN and row.id in goes_up]
    stopped = [row for row in rows if row.kind == EventKind.STOPPED]
    sought = [row for row in stopped if row.id not in goes_up]
    put_up(connection, withdrawn, by, now, EventKind.RESTORED)
    put_up(connection, [row for row in stopped if row.id in goes_up], by, now, EventKind.RESUMED)
    search(connection, sought, by, now)
    return len(goes_up) + len(sought)
