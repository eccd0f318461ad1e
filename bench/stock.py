"""A database with so many source items, each listed once, as an earlier check left them; made by MariaDB itself."""

from collections.abc import Mapping
from datetime import UTC, datetime
from functools import partial

from sqlalchemy import Connection, Engine, text

from mercarich_db import schema
from mercarich_db.engine import run_tx

SELLERS = 20
THEN = datetime(2026, 1, 1, tzinfo=UTC)
"""The earlier check began then, and wrote 50 items a millisecond."""
CHUNK = 50_000
"""Rows that one statement makes: the product's connections end a statement after 25 s."""


def grow(engine: Engine, there: int, size: int) -> None:
    """Bring a database with `there` items, which this made, to `size`."""
    if not there:
        schema.upgrade(engine)
        run_tx(engine, lambda connection: _run(connection, _PEOPLE, {"sellers": SELLERS}))
    for start in range(there, size, CHUNK):
        numbers = {"first": start, "last": min(start + CHUNK, size), "sellers": SELLERS, "then": THEN}
        run_tx(engine, partial(_run, statements=_OFFERS, values=numbers))
    with engine.connect() as connection:
        connection.execute(text("ANALYZE TABLE source_items, listings")).close()


def item_id(number: int) -> str:
    return f"x{number:010d}"


def _run(connection: Connection, statements: tuple[str, ...], values: Mapping[str, object]) -> None:
    for statement in statements:
        connection.execute(text(statement), values)


_PEOPLE = (
    """INSERT INTO users (id, username, plan, active, is_staff, created_at)
    SELECT seq, concat('seller', seq), 2, 1, 0, utc_timestamp(6) FROM seq_1_to_1000 WHERE seq <= :sellers""",
    """INSERT INTO amazon_accounts (user_id, seller_id, marketplace_id, refresh_token, token_verdict)
    SELECT seq, concat('A', seq), 'A1VC38T7YXB528', '', 'valid' FROM seq_1_to_1000 WHERE seq <= :sellers""",
)
_OFFERS = (
    """INSERT INTO source_items (id, marketplace, item_id, state, price_jpy, observed_at, evidence_id, checked_at,
    check_rank, check_attempts, check_unknowns)
    SELECT seq, 'yahoo', concat('x', lpad(seq, 10, '0')), 'available', 1000,
    :then + INTERVAL seq DIV 50 * 1000 MICROSECOND, seq, :then + INTERVAL seq DIV 50 * 1000 MICROSECOND, 0, 0, 0
    FROM seq_1_to_10000000 WHERE seq > :first AND seq <= :last""",
    """INSERT INTO listings (id, user_id, sku, marketplace, source_item_id, listed, listing_quantity, created_at,
    quantity, revision, searching, changed_at, pushed_revision, pushed_quantity, push_attempts, orphan)
    SELECT id, id MOD :sellers + 1, concat('S', id), 'yahoo', id, 1, 1, observed_at,
    1, 1, 0, observed_at, 1, 1, 0, 0 FROM source_items WHERE id > :first AND id <= :last""",
)
