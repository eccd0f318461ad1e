"""Offers that were deleted here, as Amazon shows them and as the watch knows them."""

from collections.abc import Callable
from typing import Any

from sqlalchemy import Row, select, update
from tests.integration.feed.conftest import Amazon
from tests.integration.feed.offers import listed
from tests.integration.feed.shop import Shop, now

from mercarich_db.engine import reading, run_tx
from mercarich_db.tables import listings, removed_offers
from mercarich_feed.domain.pushes import Account
from mercarich_listings import store

Deleted = Callable[..., Row[Any]]
"""Delete an offer that is down at Amazon, and return its row as it was."""


def deleting(shop: Shop, amazon: Amazon) -> Deleted:
    def delete(number: int = 0, *, at_amazon: bool = False) -> Row[Any]:
        [id_] = listed(shop, 1)[number : number + 1]
        shop.alter(listings, id_, quantity=0, verified_at=now(), pushed_quantity=0)
        row = shop.row(id_)
        amazon.alter(row, **({"deleted": True} if at_amazon else {"quantity": 0}))
        run_tx(shop.engine, lambda connection: store.remove(connection, [id_], now()))
        return row

    return delete


def linked(shop: Shop, user_id: int = 1, **values: Any) -> Account:
    row = shop.account(user_id)
    known = {"user_id": user_id, "seller_id": row.seller_id, "marketplace_id": row.marketplace_id}
    return Account(**known | {"refresh_token": "unused", "trusted": False} | values)


def watched(shop: Shop, sku: str) -> Row[Any] | None:
    with reading(shop.engine) as connection:
        return connection.execute(select(removed_offers).where(removed_offers.c.sku == sku)).one_or_none()


def watch_of(shop: Shop, sku: str) -> Row[Any]:
    row = watched(shop, sku)
    assert row is not None
    return row


def alter(shop: Shop, sku: str, /, **values: object) -> None:
    change = update(removed_offers).where(removed_offers.c.sku == sku).values(**values)
    run_tx(shop.engine, lambda connection: connection.execute(change))


def listing_again(row: Row[Any], *, listed: bool = True, **values: object) -> dict[str, Any]:
    """Return the row of a listing with the same SKU, as an import adds it."""
    names = [column.name for column in listings.c if column.name not in ("id", "push_pending")]
    fresh = {"listed": listed, "quantity": 1, "created_at": now(), "verified_at": None, "pushed_at": None}
    return {name: getattr(row, name) for name in names} | fresh | values
