"""Listings that their seller deletes: by the rules of `delete_old_items`, without its age; and drafts."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, and_, false, insert, or_

from mercarich_contracts.events import EventKind
from mercarich_db.tables import listing_events, listings
from mercarich_db.types import AnyRow
from mercarich_web.adapters.bulk_changes_sql import leaving
from mercarich_web.adapters.expired_sql import allowance, count_deleted, delete_listings, expired, leave_amazon
from mercarich_web.domain.expiry import tokyo_day
from mercarich_web.ports import Choice


def fits(now: datetime) -> ColumnElement[bool]:
    """A draft, or an offer of which nothing is under way and whose zero was read back, or that Amazon does not know."""
    draft = and_(listings.c.listed.is_(false()), ~leaving)
    return or_(draft, expired(Choice(withdrawn_until=now, now=now, unknown_to_amazon=True, by_hand=True)))


def room(connection: Connection, user_id: int, now: datetime) -> int:
    """Offers that may still go today."""
    return max(0, allowance(connection, user_id, tokyo_day(now)))


def delete(connection: Connection, user_id: int, rows: Sequence[AnyRow], by: str, now: datetime) -> None:
    """Rows that are locked and fit."""
    at_amazon = [row for row in rows if row.listed and not row.orphan]
    elsewhere = [row for row in rows if not row.listed or row.orphan]
    offers = sum(bool(row.listed) for row in rows)
    if elsewhere:
        delete_listings(connection, [row.id for row in elsewhere])
    if at_amazon:
        leave_amazon(connection, user_id, [row.id for row in at_amazon], now)
    if offers:
        count_deleted(connection, user_id, tokyo_day(now), offers)
    events = [_event(row, EventKind.LEAVING, by, now) for row in at_amazon]
    events += [_event(row, EventKind.DELETED, by, now) for row in elsewhere]
    connection.execute(insert(listing_events), events)


def _event(row: AnyRow, kind: EventKind, by: str, now: datetime) -> dict[str, Any]:
    """What stays of it."""
    reason = f"{row.sku}: by hand, {by}"[:255]
    return {"listing_id": row.id, "user_id": row.user_id, "at": now, "kind": kind, "reason": reason}
