"""One seller's offers, and looks at their sources in which these have a price."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from sqlalchemy import Engine, select
from tests.integration.checker.shop import Market, Shop
from tests.integration.checker.test_next_looks import Looks

from mercarich_db import engine as engines
from mercarich_db.tables import listing_events
from mercarich_listings import store
from mercarich_listings.listing import Listing
from mercarich_platform.clock import utc_now

FREE = {"shipping_payer": "seller"}


class PricedOffers:
    """`rules` are settings, and `offer` is what each offer has."""

    def __init__(
        self, engine: Engine, shop: Shop, market: Market, offers: int, rules: Mapping[str, str], **offer: int
    ) -> None:
        self.engine, self.shop, self.market = engine, shop, market
        self.seller = shop.seller("ann")
        for key, value in {**rules, "BRAKE_CONFIRM_SECONDS": 600}.items():
            shop.setting(key, value)
        self.items = [f"x{number}" for number in range(offers)]
        known = {"state": "available", "postage_jpy": 0}
        self.ids = [shop.listing(self.seller, item, pushed_quantity=1, source=known, **offer) for item in self.items]
        self.now = utc_now()

    def look(self, price: int | None, *items: str, **page: Any) -> None:
        """Look by a new run, in whose looks the sources have this price."""
        self.now += timedelta(minutes=1)
        some = items or tuple(self.items)
        of = {item: self.market.item(item).model_copy(update={"price_jpy": price, **FREE, **page}) for item in some}
        Looks(self.engine, self.shop, list(of)).at(self.now, of)

    def rows(self) -> list[Listing]:
        with engines.reading(self.engine) as connection:
            return store.read(connection, self.ids)

    def event(self, listing_id: int | None = None) -> Any:
        """Return the newest event of a listing, by default of the first one."""
        newest = select(listing_events).where(listing_events.c.listing_id == (listing_id or self.ids[0]))
        with engines.reading(self.engine) as connection:
            return connection.execute(newest.order_by(listing_events.c.id.desc()).limit(1)).one()
