"""`export_listings.Listings` over the tables."""

from collections.abc import Iterator, Sequence

from sqlalchemy import Engine, case, select

from mercarich_db.tables import listings, source_items, users
from mercarich_web.adapters.database import reading
from mercarich_web.domain.listing_csv import ExportedListing

PAGE = 1_000


class SqlListings:
    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def seller(self, username: str) -> int | None:
        with reading(self._engine) as connection:
            return connection.execute(select(users.c.id).where(users.c.username == username)).scalar()

    def pages(self, user_id: int) -> Iterator[Sequence[ExportedListing]]:
        offer, last = listings.c, ""
        columns = (
            select(offer.sku, offer.marketplace, source_items.c.item_id.label("source_id"), offer.asin, offer.title)
            .add_columns(offer.listing_quantity.label("quantity"), offer.listed)
            .add_columns(case((offer.listed, offer.quantity)).label("amazon_quantity"), offer.withdrawn_at)
            .join(source_items, source_items.c.id == offer.source_item_id)
            .order_by(offer.sku)
            .limit(PAGE)
        )
        while True:
            with reading(self._engine) as connection:
                rows = connection.execute(columns.where(offer.user_id == user_id, offer.sku > last)).all()
            if not rows:
                return
            last = rows[-1].sku
            yield [ExportedListing(**row._mapping) for row in rows]
