"""Report revived offers to the market's ledger, since only the product's books know them."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Engine, select

from mercarich_db.engine import reading
from mercarich_db.tables import amazon_accounts, listings, revivals


def applied(engine: Engine) -> Sequence[Mapping[str, Any]]:
    """Return the source of each revived offer, and since when."""
    columns = (amazon_accounts.c.seller_id, listings.c.sku, revivals.c.marketplace, revivals.c.item_id, revivals.c.at)
    rows = (
        select(*columns)
        .join(listings, listings.c.id == revivals.c.listing_id)
        .join(amazon_accounts, amazon_accounts.c.user_id == revivals.c.user_id)
        .where(revivals.c.state == "applied", revivals.c.decided_by.is_(None))
    )
    with reading(engine) as connection:
        return [{**row._mapping, "at": row.at.timestamp()} for row in connection.execute(rows)]
