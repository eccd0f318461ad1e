"""What a seller's actions write into listings, each with the event that tells of it."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, and_, exists, false, insert, or_, select, true, update

from mercarich_contracts.events import EventKind
from mercarich_contracts.market import OUT_OF_STOCK
from mercarich_db.tables import listing_events, listing_removals, listings, source_items
from mercarich_db.types import AnyRow
from mercarich_web.adapters.pictures_wanted_sql import want_pictures
from mercarich_web.domain.bulk import BulkAction

_offer = listings.c
_on_offer = and_(_offer.listed.is_(true()), _offer.orphan.is_(false()))
_watched = and_(_offer.listed.is_(true()), _offer.stopped_at.is_(None))
leaving = exists().where(listing_removals.c.listing_id == _offer.id)
"""It looks like a draft while Amazon deletes it."""
FITS: Mapping[BulkAction, ColumnElement[bool]] = {
    BulkAction.CHECK: and_(_watched, _offer.searching.is_(false()), _offer.quantity > 0),
    BulkAction.WITHDRAW: and_(_on_offer, _offer.quantity > 0),
    BulkAction.PUT_UP: and_(_on_offer, _watched, _offer.quantity == 0, _offer.hold_id.is_(None)),
    BulkAction.STOP: and_(_watched, or_(_offer.quantity > 0, _offer.searching.is_(true()))),
    BulkAction.RESUME: and_(_on_offer, _offer.stopped_at.is_not(None)),
    BulkAction.LIST: and_(_offer.listed.is_(false()), ~leaving),
}
"""Of the listing alone."""


def change(
    connection: Connection, action: BulkAction, rows: Sequence[AnyRow], by: str, now: datetime, *, after: int
) -> None:
    """Rows that are locked and fit; `after` is the place of their pictures behind those of the same action."""
    if action is BulkAction.LIST:
        _set(connection, rows, {"listed": True, "changed_at": now})
        want_pictures(connection, rows[0].user_id, [row.sku for row in rows], after=after)
    elif action is BulkAction.WITHDRAW:
        _withdraw(connection, rows, by, now)
    elif action is BulkAction.PUT_UP:
        put_up(connection, rows, by, now, EventKind.RESTORED)
    elif action is BulkAction.STOP:
        _stop(connection, rows, by, now)
    else:
        _resume(connection, rows, by, now)


def put_up(connection: Connection, rows: Sequence[AnyRow], by: str, now: datetime, kind: EventKind) -> None:
    """Feed takes them only while their source was seen on sale just now, as it does with a replacement."""
    values = {"quantity": _offer.listing_quantity, "searching": False, "withdrawn_at": None, "stopped_at": None}
    _set(connection, rows, {**values, "restored_at": now, "revision": _offer.revision + 1, "changed_at": now})
    tell(connection, rows, kind, by, now, after=lambda row: row.listing_quantity)


def search(connection: Connection, rows: Sequence[AnyRow], by: str, now: datetime) -> None:
    """A replacement is wanted again, for as long as after a withdrawal."""
    _set(connection, rows, {"searching": True, "withdrawn_at": now, "stopped_at": None, "changed_at": now})
    tell(connection, rows, EventKind.RESUMED, by, now, after=lambda row: row.quantity)


def tell(
    connection: Connection, rows: Sequence[AnyRow], kind: EventKind, by: str, now: datetime, *, after: Any
) -> None:
    events = [
        {
            "listing_id": row.id,
            "user_id": row.user_id,
            "at": now,
            "kind": kind,
            "reason": f"by hand, {by}"[:255],
            "quantity_before": row.quantity,
            "quantity_after": after(row),
            "revision": row.revision + (after(row) != row.quantity),
        }
        for row in rows
    ]
    if events:
        connection.execute(insert(listing_events), events)


def _withdraw(connection: Connection, rows: Sequence[AnyRow], by: str, now: datetime) -> None:
    values = {"quantity": 0, "searching": False, "withdrawn_at": now, "hold_id": None}
    _set(connection, rows, {**values, "revision": _offer.revision + 1, "changed_at": now})
    tell(connection, rows, EventKind.WITHDRAWN, by, now, after=_nothing)


def _stop(connection: Connection, rows: Sequence[AnyRow], by: str, now: datetime) -> None:
    """An offer that is up comes down: nobody would see its source go."""
    values = {"searching": False, "hold_id": None, "stopped_at": now, "changed_at": now}
    up = [row for row in rows if row.quantity > 0]
    _set(connection, up, {**values, "quantity": 0, "withdrawn_at": now, "revision": _offer.revision + 1})
    _set(connection, [row for row in rows if row.quantity == 0], values)
    tell(connection, rows, EventKind.STOPPED, by, now, after=_nothing)


def _resume(connection: Connection, rows: Sequence[AnyRow], by: str, now: datetime) -> None:
    """An unknown source is not gone: the look before the push tells."""
    sources = source_items.c
    seen_gone = select(sources.id).where(
        sources.id.in_({row.source_item_id for row in rows}), sources.state.in_(OUT_OF_STOCK)
    )
    gone = set(connection.execute(seen_gone).scalars())
    put_up(connection, [row for row in rows if row.source_item_id not in gone], by, now, EventKind.RESUMED)
    search(connection, [row for row in rows if row.source_item_id in gone], by, now)


def _set(connection: Connection, rows: Sequence[AnyRow], values: Mapping[str, Any]) -> None:
    if rows:
        connection.execute(update(listings).where(_offer.id.in_([row.id for row in rows])).values(**values))


def _nothing(_: AnyRow) -> int:
    return 0
