"""Sample sellers, sources and listings from the simulator's market, written once into an empty database."""

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, Table, func, insert, select

from mercarich_db import settings_store
from mercarich_db.engine import run_tx
from mercarich_db.tables import amazon_accounts, listings, source_items, users
from mercarich_local.market import Market

CHUNK = 5_000
BY = "sample data"
MARKETPLACES = ("yahoo", "mercari")

Encrypt = Callable[[int, str], str]
"""A seller's user id and refresh token in, what the database may hold out."""


def seed(engine: Engine, market: Market, encrypt: Encrypt) -> str:
    """Write the market's sellers and listings unless there are users already; answers what was done, for people.

    Raises `DatabaseAway`.
    """
    now = datetime.now(UTC)

    def write(connection: Connection) -> str:
        if connection.execute(select(func.count()).select_from(users)).scalar_one():
            return "The data of the last time is used."
        _write(connection, market, encrypt, now)
        return f"Sample data written: {len(market.sellers)} sellers, {len(market.listings)} listings."

    return run_tx(engine, write)


def _write(connection: Connection, market: Market, encrypt: Encrypt, now: datetime) -> None:
    sellers = {seller["seller_id"]: (number, seller) for number, seller in enumerate(market.sellers, start=1)}
    _insert(connection, users, [_user(number, seller, now) for number, seller in sellers.values()])
    accounts = [_account(number, seller, encrypt) for number, seller in sellers.values()]
    _insert(connection, amazon_accounts, accounts)
    sources = {(row["marketplace"], row["item_id"]): row for row in market.listings}
    ids = {key: number for number, key in enumerate(sources, start=1)}
    _insert(connection, source_items, [_source(ids[key], row) for key, row in sources.items()])
    offers = [
        _listing(row, sellers[row["seller_id"]][0], ids[row["marketplace"], row["item_id"]], now)
        for row in market.listings
    ]
    _insert(connection, listings, offers)
    for marketplace in MARKETPLACES:
        key = f"CANARY_ITEMS_{marketplace.upper()}"
        settings_store.write(connection, key, market.canaries(marketplace), by=BY, at=now)


def _insert(connection: Connection, table: Table, rows: Sequence[Mapping[str, Any]]) -> None:
    for start in range(0, len(rows), CHUNK):
        connection.execute(insert(table), rows[start : start + CHUNK])


def _user(number: int, seller: Mapping[str, Any], now: datetime) -> dict[str, Any]:
    return {
        "id": number,
        "username": seller["username"],
        "plan": seller["plan"],
        "active": True,
        "is_staff": False,
        "created_at": now,
    }


def _account(number: int, seller: Mapping[str, Any], encrypt: Encrypt) -> dict[str, Any]:
    return {
        "user_id": number,
        "seller_id": seller["seller_id"],
        "marketplace_id": seller["marketplace_id"],
        "refresh_token": encrypt(number, seller["refresh_token"]),
        "token_verdict": "unknown",
    }


def _source(number: int, row: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "id": number,
        "marketplace": row["marketplace"],
        "item_id": row["item_id"],
        "seller_id": row.get("source_seller_id"),
        "title": row["title"],
        "state": "unknown",
        "check_rank": 0,
        "check_attempts": 0,
        "check_unknowns": 0,
    }


def _listing(row: Mapping[str, Any], user_id: int, source_item_id: int, now: datetime) -> dict[str, Any]:
    """A row to be restored is one that wants 1 while Amazon shows 0."""
    wanted = 1 if row["restore"] else row["quantity"]
    return {
        "user_id": user_id,
        "sku": row["sku"],
        "title": row["title"],
        "marketplace": row["marketplace"],
        "source_item_id": source_item_id,
        "listed": True,
        "listing_quantity": max(1, wanted),
        "created_at": now,
        "quantity": wanted,
        "revision": 2 if row["restore"] else 1,
        "searching": False,
        "changed_at": now,
        "pushed_revision": 1,
        "pushed_quantity": row["quantity"],
        "push_attempts": 0,
        "orphan": False,
    }


def token_encryption(key_file: Path) -> Encrypt:
    raise NotImplementedError
