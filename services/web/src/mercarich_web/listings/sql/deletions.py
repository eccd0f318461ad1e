"""Deletion of listings by their seller: drafts, and offers by the rules of `delete_old_items` without the age."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, or_, select, true

from mercarich_db.conditions import among
from mercarich_db.tables import listings
from mercarich_listings.listing import Listing
from mercarich_listings.stages import is_in
from mercarich_listings.transition import Stage
from mercarich_reasons.stock import DeletedByHand
from mercarich_web.housekeeping.expiry import Choice, tokyo_day
from mercarich_web.housekeeping.sql.expired import allowance, count_deleted, delete_listings, expired, leave_amazon


def fits(now: datetime) -> ColumnElement[bool]:
    """A draft; or an offer with nothing under way, whose zero was read back or which Amazon does not know."""
    return or_(
        is_in({Stage.DRAFT}), expired(Choice(withdrawn_until=now, now=now, unknown_to_amazon=True, by_hand=True))
    )


def room(connection: Connection, user_id: int, now: datetime) -> int:
    """Return how many more offers may be deleted today."""
    return max(0, allowance(connection, user_id, tokyo_day(now)))


def delete(connection: Connection, user_id: int, rows: Sequence[Listing], by: str, now: datetime) -> None:
    """Delete rows that are locked and fit."""
    unknown = _unknown_to_amazon(connection, [row.id for row in rows])
    given = [(row, DeletedByHand(row.sku, by)) for row in rows]
    delete_listings(connection, [(row, why) for row, why in given if not row.listed or row.id in unknown], now)
    leave_amazon(connection, [(row, why) for row, why in given if row.listed and row.id not in unknown], now)
    offers = sum(row.listed for row in rows)
    if offers:
        count_deleted(connection, user_id, tokyo_day(now), offers)


def _unknown_to_amazon(connection: Connection, ids: Sequence[int]) -> frozenset[int]:
    orphans = select(listings.c.id).where(among(listings.c.id, ids), listings.c.orphan.is_(true()))
    return frozenset(connection.execute(orphans).scalars())
