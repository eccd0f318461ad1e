"""Offers that were deleted, each with the history of its listing."""

from collections.abc import Sequence
from dataclasses import fields
from typing import Any

from sqlalchemy import Connection, Engine, select

from mercarich_db.tables import listing_events, removed_offers, users
from mercarich_db.types import AnyRow
from mercarich_web.database import reading
from mercarich_web.listings.deleted_offers import DeletedOffer
from mercarich_web.listings.offers import Event
from mercarich_web.listings.sql.offers import SHOWN

_EVENT = [listing_events.c[field.name] for field in fields(Event)]


class SqlDeletedOffers:
    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def find(self, sku: str, username: str | None) -> Sequence[DeletedOffer]:
        """Ordered by username."""
        which = [removed_offers.c.sku == sku]
        if username is not None:
            which.append(users.c.username == username)
        query = select(removed_offers, users.c.username).join(users, users.c.id == removed_offers.c.user_id)
        with reading(self._engine) as connection:
            rows = connection.execute(query.where(*which).order_by(users.c.username)).all()
            return [_deleted(row, _events(connection, row)) for row in rows]


def _events(connection: Connection, row: AnyRow) -> list[Event]:
    """SQLite reuses the id of a deleted listing: events from before and after its time belong to others."""
    event = listing_events.c
    its = (event.listing_id == row.listing_id, event.at >= row.created_at, event.at <= row.removed_at)
    query = select(*_EVENT).where(*its).order_by(event.id.desc()).limit(SHOWN)
    return [Event(**one._mapping) for one in connection.execute(query)]


def _deleted(row: AnyRow, events: Sequence[Event]) -> DeletedOffer:
    values: dict[str, Any] = {
        each.name: row._mapping[each.name] for each in fields(DeletedOffer) if each.name != "events"
    }
    return DeletedOffer(**values, events=events)
