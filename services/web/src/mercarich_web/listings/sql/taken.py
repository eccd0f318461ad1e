"""Whether a seller's listing cannot have an item as its source, because something else of the seller's has it."""

from sqlalchemy import Connection, or_, select

from mercarich_db.tables import listings, source_items
from mercarich_web.listings.chosen import Item

_source = source_items.c


def taker(connection: Connection, user_id: int, listing_id: int, item: Item) -> str | None:
    """Return the first SKU of another listing that has the item as its source, or as its SKU, like the search for
    replacements; None: there is none."""
    its = select(_source.id).where(_source.marketplace == item[0], _source.item_id == item[1])
    source_id = connection.execute(its).scalar()
    has_it = or_(listings.c.source_item_id == source_id, listings.c.sku == item[1])
    query = select(listings.c.sku).where(listings.c.user_id == user_id, listings.c.id != listing_id, has_it)
    sku: str | None = connection.execute(query.order_by(listings.c.sku).limit(1)).scalar()
    return sku
