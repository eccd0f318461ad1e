"""Write sample sellers, sources and listings from the simulator's market into an empty database."""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, Table, func, insert, select

from mercarich_db import settings_store
from mercarich_db.engine import run_tx
from mercarich_db.tables import amazon_accounts, source_items, users
from mercarich_feed.adapters.token_cipher import TokenCipher, read_key
from mercarich_listings import store
from mercarich_local.market import Market, Row

CHUNK = 5_000
BY = "sample data"

Encrypt = Callable[[int, str], str]
"""Encrypts a refresh token: takes a seller's user id and the token, returns what the database may hold."""


def seed(engine: Engine, market: Market, encrypt: Encrypt) -> str:
    """Write the market's sellers and listings unless there are users already. Return a sentence that says what was
    done.

    Raises `DatabaseAway`.
    """
    now = datetime.now(UTC)

    def write(connection: Connection) -> str:
        if connection.execute(select(func.count()).select_from(users)).scalar_one():
            return "The data of the last time is used."
        _write(connection, market, encrypt, now)
        return f"Sample data written: {len(market.sellers)} sellers, {len(market.listings)} listings."

    return run_tx(engine, write)


def token_encryption(key_file: Path | None, key: str = "") -> Encrypt:
    """Return an encryption that the feed service can read, with the key or, without one, the file's. Raises its
    `BadKey`."""
    return TokenCipher(read_key(key, key_file)).encrypt


def _write(connection: Connection, market: Market, encrypt: Encrypt, now: datetime) -> None:
    numbers = {seller["seller_id"]: number for number, seller in enumerate(market.sellers, start=1)}
    _insert(connection, users, [_user(numbers[seller["seller_id"]], seller, now) for seller in market.sellers])
    accounts = [_account(numbers[seller["seller_id"]], seller, market, encrypt) for seller in market.sellers]
    _insert(connection, amazon_accounts, accounts)
    sources = {(row["marketplace"], row["source_id"]): row for row in market.listings}
    ids = {key: number for number, key in enumerate(sources, start=1)}
    _insert(connection, source_items, [_source(ids[key], row) for key, row in sources.items()])
    offers = [
        _listing(row, numbers[row["seller_id"]], ids[row["marketplace"], row["source_id"]], now)
        for row in market.listings
    ]
    store.add(connection, offers)
    for marketplace, known in market.canaries.items():
        words = [f"{item}=on_sale" for item in known["available"]] + [f"{item}=gone" for item in known["gone"]]
        settings_store.write(connection, f"CANARY_ITEMS_{marketplace.upper()}", " ".join(words), by=BY, at=now)


def _insert(connection: Connection, table: Table, rows: Sequence[dict[str, Any]]) -> None:
    for start in range(0, len(rows), CHUNK):
        connection.execute(insert(table), rows[start : start + CHUNK])


def _user(number: int, seller: Row, now: datetime) -> dict[str, Any]:
    return {
        "id": number,
        "username": seller["username"],
        "plan": seller["plan"],
        "active": seller["is_active"],
        "is_staff": seller["is_staff"],
        "created_at": now,
    }


def _account(number: int, seller: Row, market: Market, encrypt: Encrypt) -> dict[str, Any]:
    return {
        "user_id": number,
        "seller_id": seller["seller_id"],
        "marketplace_id": market.marketplace_id,
        "refresh_token": encrypt(number, seller["refresh_token"]),
        "token_verdict": "unknown",
    }


def _source(number: int, row: Row) -> dict[str, Any]:
    return {
        "id": number,
        "marketplace": row["marketplace"],
        "item_id": row["source_id"],
        "seller_id": row["source_seller_id"],
        "title": row["title"],
        "state": "unknown",
        "check_rank": 0,
        "check_attempts": 0,
        "check_unknowns": 0,
    }


def _listing(row: Row, user_id: int, source_item_id: int, now: datetime) -> dict[str, Any]:
    """A row to be restored is one whose newest revision restores a quantity that Amazon does not show yet."""
    wanted = row["quantity_at_listing"] if row["restore"] else row["quantity"]
    return {
        "user_id": user_id,
        "sku": row["sku"],
        "title": row["title"],
        "marketplace": row["marketplace"],
        "first_price_jpy": row["source_price"],
        "source_item_id": source_item_id,
        "listed": True,
        "listing_quantity": row["quantity_at_listing"],
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
