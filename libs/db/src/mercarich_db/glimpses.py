"""Auctions that a page of many showed open before their end: a look at them is worth less for a while.

The index behind such a page lags, so that a glimpse proves nothing: it is neither a state nor evidence, and what a page
does not show says nothing at all. Only the watch reads it.
"""

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import Connection, or_, select, update

from mercarich_contracts.market import State
from mercarich_contracts.proxy_api import Item
from mercarich_db.conditions import among, among_keys
from mercarich_db.tables import source_items

_items = source_items.c


def note_glimpses(connection: Connection, items: Iterable[Item], now: datetime) -> int:
    """Note those of the items that are sources on sale and were shown open before their end. Return their number.

    They count as seen when the first of their pages was fetched, at the latest `now`. A later glimpse stays.
    """
    shown = {
        (item.marketplace, item.item_id): min(item.evidence.fetched_at, now)
        for item in items
        if item.state is State.AVAILABLE and item.end_at is not None and item.end_at > item.evidence.fetched_at
    }
    if not shown:
        return 0
    seen_at = min(shown.values())
    older = or_(_items.glimpsed_at.is_(None), _items.glimpsed_at < seen_at)
    known = select(_items.id).where(among_keys((_items.marketplace, _items.item_id), shown))
    ids = connection.execute(known.where(_items.look_class.is_not(None), older)).scalars().all()
    if not ids:
        return 0
    noted = update(source_items).where(among(_items.id, ids, older)).values(glimpsed_at=seen_at)
    return connection.execute(noted).rowcount
