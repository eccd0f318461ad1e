"""What feed adds to the history of a listing."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, insert, select

from mercarich_contracts.events import EventKind
from mercarich_db.tables import listing_events, listings


@dataclass(frozen=True, slots=True)
class Event:
    listing_id: int
    at: datetime
    kind: EventKind
    reason: str | None
    quantity: int
    revision: int
    submission_id: int | None = None


def write_events(connection: Connection, events: Sequence[Event]) -> None:
    if not events:
        return
    ids = sorted({event.listing_id for event in events})
    rows = connection.execute(select(listings.c.id, listings.c.user_id).where(listings.c.id.in_(ids)))
    users = {row.id: row.user_id for row in rows}
    connection.execute(
        insert(listing_events),
        [
            {
                "listing_id": event.listing_id,
                "user_id": users[event.listing_id],
                "at": event.at,
                "kind": event.kind,
                "reason": event.reason,
                "quantity_after": event.quantity,
                "revision": event.revision,
                "submission_id": event.submission_id,
            }
            for event in events
        ],
    )
