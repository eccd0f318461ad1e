"""Queries on the searches for another source of an ordered item, which updater makes."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace

from sqlalchemy import Connection, select

from mercarich_contracts.market import State
from mercarich_db.conditions import among
from mercarich_db.open_orders import OF_LINKED_STORE
from mercarich_db.tables import listing_pictures, order_items, order_replacements, order_searches, source_items
from mercarich_db.types import AnyRow
from mercarich_web.orders.orders import OrderItem, Search, Source, Standing

_found, _search, _item, _picture = order_replacements.c, order_searches.c, source_items.c, listing_pictures.c
_FOUND = (_found.order_item_id, _found.source_item_id, _found.title, _found.price_jpy, _found.postage_jpy)
_JUDGED = (_found.seen_at, _found.doubt, _found.jpeg.is_not(None).label("pictured"))


def with_searches(connection: Connection, items: Sequence[OrderItem]) -> list[OrderItem]:
    """Return the items, those whose source is gone with what was found for them."""
    gone = [item.id for item in items if item.standing is Standing.GONE]
    if not gone:
        return list(items)
    sources = defaultdict[int, list[Source]](list)
    rows = select(*_FOUND, *_JUDGED, _item.marketplace, _item.item_id, _item.end_at).join(
        source_items, _item.id == _found.source_item_id
    )
    costs = (_found.postage_jpy.is_(None), _found.landed_jpy, _found.source_item_id)
    ordered = rows.where(among(_found.order_item_id, gone)).order_by(*costs)
    for row in connection.execute(ordered):
        picture = row.source_item_id if row.pictured else None
        seen = (row.price_jpy, row.seen_at, None, row.postage_jpy, row.end_at, row.title, row.doubt, picture)
        sources[row.order_item_id].append(Source(row.marketplace, row.item_id, State.AVAILABLE, None, *seen))
    ended = select(_search.order_item_id, _search.searched_at, _search.result)
    results = {row.order_item_id: row for row in connection.execute(ended.where(among(_search.order_item_id, gone)))}
    listing_ids = sorted({item.listing_id for item in items if item.id in sources and item.listing_id is not None})
    main = select(_picture.listing_id).where(_picture.slot == 0, among(_picture.listing_id, listing_ids))
    pictured = frozenset(connection.execute(main).scalars())
    return [
        replace(item, search=_search_of(sources[item.id], results.get(item.id), item.listing_id in pictured))
        if item.standing is Standing.GONE
        else item
        for item in items
    ]


def picture(connection: Connection, user_id: int, item_id: int, source_id: int) -> bytes | None:
    """Return the JPEG of what was found for this seller's order; None when there is none."""
    its = (_found.order_item_id == item_id, _found.source_item_id == source_id)
    query = select(_found.jpeg).join(order_items, order_items.c.id == _found.order_item_id)
    mine = query.where(*its, order_items.c.user_id == user_id, OF_LINKED_STORE)
    jpeg: bytes | None = connection.execute(mine).scalar()
    return jpeg


def _search_of(sources: Sequence[Source], ended: AnyRow | None, pictured: bool) -> Search:
    found, doubtful = ([one for one in sources if (one.doubt is None) is fits] for fits in (True, False))
    searched_at, result = (ended.searched_at, ended.result) if ended else (None, None)
    return Search(found, doubtful, searched_at, result, pictured)
