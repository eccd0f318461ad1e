"""Queries on the searches for another source of an ordered item, which updater makes."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace

from sqlalchemy import Connection, select

from mercarich_contracts.market import State
from mercarich_db.conditions import among
from mercarich_db.tables import order_replacements, order_searches, source_items
from mercarich_db.types import AnyRow
from mercarich_web.orders.orders import OrderItem, Search, Source, Standing

_found, _search, _item = order_replacements.c, order_searches.c, source_items.c


def with_searches(connection: Connection, items: Sequence[OrderItem]) -> list[OrderItem]:
    """Return the items, those whose source is gone with what was found for them."""
    gone = [item.id for item in items if item.standing is Standing.GONE]
    if not gone:
        return list(items)
    sources = defaultdict[int, list[Source]](list)
    rows = select(order_replacements, _item.marketplace, _item.item_id, _item.end_at).join(
        source_items, _item.id == _found.source_item_id
    )
    costs = (_found.postage_jpy.is_(None), _found.landed_jpy, _found.source_item_id)
    ordered = rows.where(among(_found.order_item_id, gone)).order_by(*costs)
    for row in connection.execute(ordered):
        seen = (row.price_jpy, row.seen_at, None, row.postage_jpy, row.end_at, row.title, row.doubt)
        sources[row.order_item_id].append(Source(row.marketplace, row.item_id, State.AVAILABLE, None, *seen))
    ended = select(_search.order_item_id, _search.searched_at, _search.result)
    results = {row.order_item_id: row for row in connection.execute(ended.where(among(_search.order_item_id, gone)))}
    searches = {id: _search_of(sources[id], results.get(id)) for id in gone}
    return [replace(item, search=searches[item.id]) if item.id in searches else item for item in items]


def _search_of(sources: Sequence[Source], ended: AnyRow | None) -> Search:
    found, doubtful = ([one for one in sources if (one.doubt is None) is fits] for fits in (True, False))
    return Search(found, doubtful, ended.searched_at if ended else None, ended.result if ended else None)
