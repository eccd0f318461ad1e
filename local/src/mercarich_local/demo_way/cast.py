"""The roles in the demo: three sellers, and the offers of one of them to which something happens."""

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
    """The seller's id at Amazon."""


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
    """This seller wants replacements for withdrawn offers."""
    expiring: Seller
    """This seller wants none: withdrawn offers stay withdrawn, expire and are deleted."""
    expired: Sequence[Offer]
    locked_out: Seller
    """This seller loses the token."""


def choose(engine: Engine) -> Cast:
    """Choose the roles before anything has happened."""
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
    """Return offers in the order of their ids, Yahoo! and Mercari alternating as in the market; each has a quantity
    here and at Amazon."""
    shown = and_(
        listings.c.user_id == seller.user_id, listings.c.listed, listings.c.quantity > 0, listings.c.pushed_quantity > 0
    )
    columns = (listings.c.id, listings.c.sku, listings.c.marketplace, source_items.c.item_id, listings.c.title)
    query = select(*columns).join(source_items, source_items.c.id == listings.c.source_item_id)
    with reading(engine) as connection:
        return [Offer(*row) for row in connection.execute(query.where(shown).order_by(listings.c.id))]
