"""The offers of listings that were only marked come down once their search is over and gave them nothing."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, insert, select, update

from mercarich_contracts.events import EventKind
from mercarich_db.offers import down
from mercarich_db.tables import listing_events, listings, source_items
from mercarich_db.types import AnyRow


def lower(connection: Connection, which: ColumnElement[bool], run_id: int | None, now: datetime) -> int:
    """Withdraw those of `which` that still want a source and are still offered; answers how many.

    A check with --without-update leaves them on sale for the update to decide. From now on they count as withdrawn:
    their days begin, and they are searched for as long as these last.
    """
    columns = (listings.c.id, listings.c.user_id, listings.c.source_item_id, listings.c.quantity, listings.c.revision)
    offered = select(*columns).where(which, listings.c.searching, listings.c.listed, listings.c.quantity > 0)
    rows = connection.execute(offered.order_by(listings.c.id).with_for_update()).all()
    if not rows:
        return 0
    connection.execute(update(listings).where(listings.c.id.in_([row.id for row in rows])).values(**down(now)))
    seen = (source_items.c.id, source_items.c.state, source_items.c.reason, source_items.c.evidence_id)
    old = select(*seen).where(source_items.c.id.in_({row.source_item_id for row in rows}))
    sources = {row.id: row for row in connection.execute(old)}
    events = [_event(row, sources[row.source_item_id], run_id, now) for row in rows]
    connection.execute(insert(listing_events), events)
    return len(rows)


def _event(row: AnyRow, source: AnyRow, run_id: int | None, now: datetime) -> Mapping[str, Any]:
    return {
        "listing_id": row.id,
        "user_id": row.user_id,
        "at": now,
        "kind": EventKind.WITHDRAWN,
        "reason": f"no replacement yet; its source: {source.state}, {source.reason or 'no reason kept'}",
        "quantity_before": row.quantity,
        "quantity_after": 0,
        "revision": row.revision + 1,
        "run_id": run_id,
        "evidence_id": source.evidence_id,
    }
