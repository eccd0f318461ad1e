"""Undo a seller's action: its events say what it changed.

All events of an action have the same time.
"""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Connection, and_, exists, select

from mercarich_contracts.events import EventKind
from mercarich_db.conditions import among
from mercarich_db.tables import listing_events, listings
from mercarich_listings import store
from mercarich_listings.event import Event
from mercarich_listings.listing import Listing, Lived
from mercarich_reasons.stock import ByHand, PutBack
from mercarich_web.listings.actions import UNDO_OF, Standing, undone
from mercarich_web.listings.sql.changes import gone_sources, seen_lately, too_dear

CHUNK = 1_000


def undo(connection: Connection, user_id: int, at: datetime, by: str, now: datetime) -> int:
    """Undo the action and return the number of restored listings."""
    done = _done(connection, user_id, at)
    return sum(_put_back(connection, done[start : start + CHUNK], by, now) for start in range(0, len(done), CHUNK))


def _done(connection: Connection, user_id: int, at: datetime) -> Sequence[Event]:
    """Return the events of the action in the order of their listings. Others may have the same time."""
    event = listing_events.c
    columns = (event.listing_id, event.user_id, event.at, event.kind, event.reason, event.quantity_before)
    mine = (event.user_id == user_id, event.at == at, event.kind.in_(sorted(UNDO_OF)))
    rows = connection.execute(select(*columns, event.revision).where(*mine).order_by(event.listing_id))
    return [
        Event(listing_id, user, then, EventKind(kind), reason, before, revision=revision)
        for listing_id, user, then, kind, reason, before, revision in rows
        if isinstance(reason, ByHand)
    ]


def _put_back(connection: Connection, done: Sequence[Event], by: str, now: datetime) -> int:
    events = {event.listing_id: event for event in done}
    rows = store.lock(connection, events)
    ordered = _ordered_since(connection, done)
    rows = [row for row in rows if row.id not in ordered]
    gone, dear, seen = gone_sources(connection, rows), too_dear(connection, rows), seen_lately(connection, events, now)
    paused = {row.id for row in rows if _took_down_paused(events[row.id])} | _stopped_paused(connection, rows)
    changes = [
        change
        for row in rows
        for is_gone in (row.source_item_id in gone,)
        for standing in (Standing(is_gone, row.id in dear, row.id in paused, row.id in seen),)
        if (change := undone(row, events[row.id], by, now, standing)) is not None
    ]
    store.save(connection, changes)
    store.look_soon(connection, [change.after.source_item_id for change in changes if _is_put_back(change)])
    return len(changes)


def _ordered_since(connection: Connection, done: Sequence[Event]) -> frozenset[int]:
    """Return the listings of which a buyer's order was read since the action: what it took may have been the piece."""
    event = listing_events.c
    mine = among(event.listing_id, sorted(one.listing_id for one in done))
    since = min(one.at for one in done)
    found = select(event.listing_id).where(mine, event.kind == EventKind.ORDERED, event.at >= since)
    return frozenset(connection.execute(found).scalars())


def _is_put_back(change: Lived) -> bool:
    return change.event is not None and isinstance(change.event.reason, PutBack)


def _took_down_paused(done: Event) -> bool:
    """Return whether the offer was paused: what else is taken down by hand is up."""
    return done.kind is EventKind.WITHDRAWN and not done.quantity_before


def _stopped_paused(connection: Connection, rows: Sequence[Listing]) -> frozenset[int]:
    """Return the ids of those that were paused when they were stopped: they are down since then."""
    event = listing_events.c
    since = and_(event.listing_id == listings.c.id, event.kind == EventKind.PAUSED, event.at == listings.c.withdrawn_at)
    stopped = and_(among(listings.c.id, [row.id for row in rows]), listings.c.stopped_at.is_not(None))
    return frozenset(connection.execute(select(listings.c.id).where(stopped, exists().where(since))).scalars())
