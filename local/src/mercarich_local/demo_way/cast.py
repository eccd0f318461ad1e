"""Who plays what in the demo: three sellers, and for one of them the offers that something happens to."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Engine, and_, select

from mercarich_db.engine import reading
from mercarich_db.tables import amazon_accounts, listings, source_items, users

SELLERS = 3
EXPIRING = 3


@dataclass(frozen=True, slots=True)
class Seller:
    user_id: int
    username: str
    seller_id: str
    """At Amazon."""


@dataclass(frozen=True, slots=True)
class Offer:
    listing_id: int
    sku: str
    marketplace: str
    item_id: str
    title: str


@dataclass(frozen=True, slots=True)
class Cast:
    reviving: Seller
    """Wants replacements for what is withdrawn."""
    expiring: Seller
    """Wants none: offers of his are withdrawn for good, expire and go."""
    expired: Sequence[Offer]
    locked_out: Seller
    """Loses his token."""


def choose(engine: Engine) -> Cast:
    """Before anything has happened."""
    with reading(engine) as connection:
        columns = (users.c.id, users.c.username, amazon_accounts.c.seller_id)
        query = select(*columns).join(amazon_accounts, amazon_accounts.c.user_id == users.c.id).order_by(users.c.id)
        reviving, expiring, locked_out = (Seller(*row) for row in connection.execute(query.limit(SELLERS)))
    return Cast(
        reviving=reviving,
        expiring=expiring,
        expired=offers_on_sale(engine, expiring)[:EXPIRING],
        locked_out=locked_out,
    )


def offers_on_sale(engine: Engine, seller: Seller) -> Sequence[Offer]:
    """By their ids, Yahoo's and Mercari's in turn as the market has them; with a piece here and at Amazon."""
    shown = and_(
        listings.c.user_id == seller.user_id, listings.c.listed, listings.c.quantity > 0, listings.c.pushed_quantity > 0
    )
    columns = (listings.c.id, listings.c.sku, listings.c.marketplace, source_items.c.item_id, listings.c.title)
    query = select(*columns).join(source_items, source_items.c.id == listings.c.source_item_id)
    with reading(engine) as connection:
        return [Offer(*row) for row in connection.execute(query.where(shown).order_by(listings.c.id))]
