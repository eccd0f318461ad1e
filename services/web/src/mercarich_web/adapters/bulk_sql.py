"""`ports_bulk.Bulk` over the tables."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Engine,
    Select,
    and_,
    exists,
    false,
    func,
    insert,
    select,
    true,
    update,
)

from mercarich_contracts.events import EventKind
from mercarich_contracts.market import State
from mercarich_db.tables import listing_events, listing_removals, listings, source_items
from mercarich_db.types import AnyRow
from mercarich_web.adapters.database import reading, writing
from mercarich_web.adapters.listing_book_sql import wanted
from mercarich_web.adapters.pictures_wanted_sql import want_pictures
from mercarich_web.domain.bulk import MOST, BulkAction, Choice, Preview

CHUNK = 1_000
_offer, _source = listings.c, source_items.c
_on_offer = and_(_offer.listed.is_(true()), _offer.orphan.is_(false()))
_leaving = exists().where(listing_removals.c.listing_id == _offer.id)
"""It looks like a draft while Amazon deletes it."""
_FITS: dict[BulkAction, ColumnElement[bool]] = {
    BulkAction.WITHDRAW: and_(_on_offer, _offer.quantity > 0),
    BulkAction.PUT_UP: and_(_on_offer, _offer.quantity == 0, _offer.hold_id.is_(None)),
    BulkAction.LIST: and_(_offer.listed.is_(false()), ~_leaving),
}
"""Of the listing alone: looked at again under the lock."""
_KINDS = {BulkAction.WITHDRAW: EventKind.WITHDRAWN, BulkAction.PUT_UP: EventKind.RESTORED}


class SqlBulk:
    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def preview(self, user_id: int, action: BulkAction, choice: Choice) -> Preview:
        chosen = _chosen(user_id, choice).limit(MOST + 1).subquery()
        fitting = _fitting(user_id, action, choice).limit(MOST + 1).subquery()
        with reading(self._engine) as connection:
            counts = [
                connection.execute(select(func.count()).select_from(one)).scalar_one() for one in (chosen, fitting)
            ]
        return Preview(*counts)

    def apply(self, user_id: int, action: BulkAction, choice: Choice, by: str, now: datetime) -> int:
        ids = _fitting(user_id, action, choice).order_by(_offer.id).limit(MOST)

        def apply(connection: Connection) -> int:
            found = sorted(connection.execute(ids).scalars())
            changed = 0
            for start in range(0, len(found), CHUNK):
                rows = _locked(connection, user_id, action, found[start : start + CHUNK])
                _change(connection, action, rows, by, now)
                if action is BulkAction.LIST:
                    want_pictures(connection, user_id, [row.sku for row in rows], after=start)
                changed += len(rows)
            return changed

        return writing(self._engine, apply)


def _chosen(user_id: int, choice: Choice) -> Select[Any]:
    joined = select(_offer.id).select_from(listings.join(source_items, _source.id == _offer.source_item_id))
    if choice.wish is not None:
        return wanted(joined, user_id, choice.wish)
    return joined.where(_offer.user_id == user_id, _offer.id.in_(sorted(choice.ids)[:MOST]))


def _fitting(user_id: int, action: BulkAction, choice: Choice) -> Select[Any]:
    fits = _chosen(user_id, choice).where(_FITS[action])
    return fits.where(_source.state == State.AVAILABLE) if action is BulkAction.PUT_UP else fits


def _locked(connection: Connection, user_id: int, action: BulkAction, ids: Sequence[int]) -> Sequence[AnyRow]:
    mine = (_offer.user_id == user_id, _offer.id.in_(ids), _FITS[action])
    columns = (_offer.id, _offer.user_id, _offer.sku, _offer.quantity, _offer.listing_quantity, _offer.revision)
    return connection.execute(select(*columns).where(*mine).order_by(_offer.id).with_for_update()).all()


def _change(connection: Connection, action: BulkAction, rows: Sequence[AnyRow], by: str, now: datetime) -> None:
    if not rows:
        return
    values: dict[BulkAction, dict[str, Any]] = {
        BulkAction.WITHDRAW: {"quantity": 0, "searching": False, "withdrawn_at": now, "hold_id": None},
        # feed takes it only while its source was seen on sale just now, as it does with a replacement
        BulkAction.PUT_UP: {
            "quantity": _offer.listing_quantity,
            "searching": False,
            "withdrawn_at": None,
            "restored_at": now,
        },
    }
    change = update(listings).where(_offer.id.in_([row.id for row in rows]))
    if action is BulkAction.LIST:
        connection.execute(change.values(listed=True, changed_at=now))
        return
    connection.execute(change.values(**values[action], revision=_offer.revision + 1, changed_at=now))
    connection.execute(insert(listing_events), [_event(action, row, by, now) for row in rows])


def _event(action: BulkAction, row: AnyRow, by: str, now: datetime) -> dict[str, Any]:
    return {
        "listing_id": row.id,
        "user_id": row.user_id,
        "at": now,
        "kind": _KINDS[action],
        "reason": f"by hand, {by}"[:255],
        "quantity_before": row.quantity,
        "quantity_after": 0 if action is BulkAction.WITHDRAW else row.listing_quantity,
        "revision": row.revision + 1,
    }
