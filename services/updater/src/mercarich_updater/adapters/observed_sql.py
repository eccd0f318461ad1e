"""Store a look at a replacement source: its row and its evidence."""

from typing import Any

from sqlalchemy import Connection, insert, select, update

from mercarich_contracts.hazards import FIRST_LOOK
from mercarich_contracts.market import OUT_OF_STOCK, State
from mercarich_contracts.proxy_api import Item
from mercarich_db.bulk import insert_missing
from mercarich_db.tables import evidence, source_items
from mercarich_runs.adapters.evidence_sql import evidence_row

_items = source_items.c


def keep(connection: Connection, item: Item) -> tuple[int, int] | None:
    """Insert or update a source, locked until the transaction ends; return (its id, its evidence's id).

    Return None, and store nothing, when a newer look saw that the source is gone.
    """
    new = {"marketplace": item.marketplace, "item_id": item.item_id, "state": "unknown"}
    insert_missing(connection, source_items, [{**new, "check_rank": 0, "check_attempts": 0, "check_unknowns": 0}])
    same = select(_items.id, _items.state, _items.observed_at, _items.look_class).where(
        _items.marketplace == item.marketplace, _items.item_id == item.item_id
    )
    row = connection.execute(same.with_for_update()).one()
    if row.state in OUT_OF_STOCK and row.observed_at is not None and row.observed_at > item.evidence.fetched_at:
        return None
    source_id: int = row.id
    seen = insert(evidence).values(evidence_row(source_id, item)).returning(evidence.c.id)
    evidence_id: int = connection.execute(seen).scalar_one()
    values: dict[str, Any] = {
        "state": item.state,
        "reason": item.reason,
        "observed_at": item.evidence.fetched_at,
        "evidence_id": evidence_id,
    }
    if item.state is State.AVAILABLE:
        values["suspected_at"] = None
        if row.look_class is None:  # a look of the watch tells how long the source may last
            values["look_class"] = FIRST_LOOK
    known = {
        "title": item.title and item.title[:255],
        "price_jpy": item.price_jpy,
        "postage_jpy": item.postage_jpy,
        "seller_id": item.seller_id,
        "condition_code": item.condition_code,
        "image_url": next((url for url in item.images if len(url) <= 512), None),
    }
    values |= {name: value for name, value in known.items() if value is not None}
    connection.execute(update(source_items).where(source_items.c.id == source_id).values(values))
    return source_id, evidence_id
