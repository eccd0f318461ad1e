"""80 sellers' shops with 1,000,000 listings as after months of work: on sale, withdrawn, in search of a replacement,
with events, two weeks of check runs, the candidates of the last searches, and replacements that wait for approval. The
main picture of every listing is kept.

MariaDB generates the rows; each twentieth source has sold, as in `bench.source`. Every seller is signed in and has a
job in progress.
"""

import hashlib
import random
from collections.abc import Mapping
from functools import partial
from pathlib import Path

from bench.source_pages import PRICE, SELLER_BASE, SOLD_EVERY
from sqlalchemy import Connection, Engine, text

from mercarich_db.engine import run_tx

SELLERS = 80
CHECKED_SELLERS = 8
"""Sellers whose plan is among a check run's: a tenth of all listings."""
PICTURE_BYTES = 20_000
CHUNK = 50_000
"""Rows per statement: the product's connections end a statement after 25 s."""


def fill(engine: Engine, listings: int) -> None:
    """Fill an empty database that has the schema."""
    people = {"sellers": SELLERS, "checked": CHECKED_SELLERS}
    run_tx(engine, partial(_run, statements=_PEOPLE, values=people))
    run_tx(engine, _sign_in)
    for start in range(0, listings, CHUNK):
        values = {
            "first": start,
            "last": min(start + CHUNK, listings),
            "sellers": SELLERS,
            "block": SOLD_EVERY,
            "price": PRICE,
            "seller_base": SELLER_BASE,
        }
        for statement in _SHOPS:
            run_tx(engine, partial(_run, statements=(statement,), values=values))
    with engine.connect() as connection:
        connection.execute(
            text("ANALYZE TABLE source_items, listings, listing_events, evidence, revivals, revival_candidates")
        ).close()


def keep_pictures(folder: Path) -> None:
    """Write the file that is the picture of all listings of a seller, for each of them."""
    for user_id in range(1, SELLERS + 1):
        file = folder / str(user_id) / "camera.jpg"
        file.parent.mkdir(parents=True)
        file.write_bytes(b"\xff\xd8\xff\xe0" + random.Random(user_id).randbytes(PICTURE_BYTES))


def token(user_id: int) -> str:
    """The token of a seller's session."""
    return f"bench-{user_id}"


def _sign_in(connection: Connection) -> None:
    add = """INSERT INTO sessions (token_hash, user_id, created_at, seen_at, confirmed_at, address, agent, half)
    VALUES (:token, :user_id, utc_timestamp(6), utc_timestamp(6), utc_timestamp(6), '127.0.0.1', 'bench', 0)"""
    for user_id in range(1, SELLERS + 1):
        hashed = hashlib.sha256(token(user_id).encode()).hexdigest()
        connection.execute(text(add), {"token": hashed, "user_id": user_id})


def _run(connection: Connection, statements: tuple[str, ...], values: Mapping[str, object]) -> None:
    for statement in statements:
        connection.execute(text(statement), values)


_PEOPLE = (
    """INSERT INTO users (id, username, plan, active, is_staff, created_at)
    SELECT seq, concat('seller', seq), if(seq <= :checked, 2, 3), 1, 0, utc_timestamp(6) - INTERVAL 90 DAY
    FROM seq_1_to_1000 WHERE seq <= :sellers""",
    """INSERT INTO amazon_accounts (user_id, seller_id, marketplace_id, refresh_token, token_verdict)
    SELECT seq, concat('A', seq), 'A1VC38T7YXB528', '', 'valid' FROM seq_1_to_1000 WHERE seq <= :sellers""",
    """INSERT INTO logins (user_id, password_hash, password_at, language)
    SELECT seq, '', utc_timestamp(6), if(seq MOD 2, 'ja', 'en') FROM seq_1_to_1000 WHERE seq <= :sellers""",
    """INSERT INTO jobs (id, user_id, kind, state, phase, arguments, `cursor`, total, done, made, left_out, wrong,
    created_by, created_at, heartbeat_at, turn, fence, attempts)
    SELECT seq, seq, 'import', 'running', 'reading', '{"file": "stock.csv"}', '{}', 50000, 0, 0, 0, 0,
    concat('seller', seq), utc_timestamp(6), utc_timestamp(6), seq, 1, 0 FROM seq_1_to_1000 WHERE seq <= :sellers""",
    """INSERT INTO runs (id, operation, marketplace, generation, arguments, outcome, phase, started_at, heartbeat_at,
    ended_at, held_seconds, skipped, planned, checked, available, out_of_stock, unknown, unparsable, unfinished,
    set_aside, fallen, withdrawn, held)
    SELECT seq, 'check', 'mercari', seq, '{}', 'finished', 'ended', utc_timestamp(6) - INTERVAL (29 - seq) * 12 HOUR,
    utc_timestamp(6) - INTERVAL (29 - seq) * 12 HOUR, utc_timestamp(6) - INTERVAL (29 - seq) * 12 HOUR, 0, '{}',
    0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0 FROM seq_1_to_28""",
    """INSERT INTO run_sellers (run_id, user_id, planned, checked, fallen)
    SELECT runs.id, users.id, 12500, 12500, 22 FROM runs JOIN users WHERE users.id <= :sellers""",
    """UPDATE run_heads SET generation = 28, run_id = 28 WHERE operation = 'check' AND marketplace = 'mercari'""",
)
_SHOPS = (
    """INSERT INTO source_items (id, marketplace, item_id, seller_id, title, state, reason, price_jpy, observed_at,
    evidence_id, checked_at, check_rank, check_attempts, check_unknowns)
    SELECT seq, 'mercari', concat('m', lpad(seq, 11, '0')), :seller_base + seq - 1,
    concat('フィルムカメラ ', seq, ' 動作確認済み 元箱付き'),
    if(seq MOD :block, 'available', 'sold'), if(seq MOD :block, NULL, 'sold_out'), :price + seq MOD 700,
    utc_timestamp(6) - INTERVAL 6 HOUR, seq, utc_timestamp(6) - INTERVAL 6 HOUR, 0, 0, 0
    FROM seq_1_to_10000000 WHERE seq > :first AND seq <= :last""",
    """INSERT INTO evidence (id, source_item_id, state, reason, url, http_status, parser_version, extract, fetched_at)
    SELECT id, id, state, reason, concat('https://market.example/item/', item_id), 200, 'mercari-1', 'status',
    observed_at FROM source_items WHERE id > :first AND id <= :last""",
    """INSERT INTO listings (id, user_id, sku, asin, title, marketplace, source_item_id, listed, listing_quantity,
    created_at, quantity, revision, searching, withdrawn_at, changed_at, pushed_revision, pushed_quantity, pushed_at,
    push_attempts, orphan)
    SELECT id, (id - 1) DIV :block MOD :sellers + 1, concat('S', lpad(id, 8, '0')), concat('B', lpad(id, 9, '0')),
    title, 'mercari', id, id MOD 50 <> 1, 1, observed_at - INTERVAL id MOD 86400 * 60 SECOND, state = 'available',
    if(state = 'sold', 2, 1), state = 'sold', if(state = 'sold', observed_at - INTERVAL id MOD 14 DAY, NULL),
    observed_at, if(state = 'sold', 2, 1), state = 'available', observed_at, 0, 0
    FROM source_items WHERE id > :first AND id <= :last""",
    """INSERT INTO listing_pictures (listing_id, slot, path) SELECT id, 0, concat(user_id, '/camera.jpg') FROM listings
    WHERE id > :first AND id <= :last""",
    """INSERT INTO listing_events (listing_id, user_id, at, kind, reason, quantity_before, quantity_after, revision)
    SELECT id, user_id, created_at, 'listed', NULL, 0, 1, 1 FROM listings WHERE id > :first AND id <= :last""",
    """INSERT INTO listing_events (listing_id, user_id, at, kind, reason, quantity_before, quantity_after, revision,
    evidence_id)
    SELECT id, user_id, withdrawn_at, 'withdrawn', '{"code":"source_seen","values":{"state":"sold","why":"sold_out"}}',
    1, 0, 2, id FROM listings
    WHERE withdrawn_at IS NOT NULL AND id > :first AND id <= :last""",
    """INSERT INTO listing_events (listing_id, user_id, at, kind, quantity_before, quantity_after, revision)
    SELECT id, user_id, withdrawn_at + INTERVAL 40 SECOND, 'push_accepted', 1, 0, 2 FROM listings
    WHERE withdrawn_at IS NOT NULL AND id > :first AND id <= :last""",
    """INSERT INTO revival_candidates (listing_id, searched_at, marketplace, item_id, url, title, price_jpy, refused_by,
    reason, page_seen, seller_id, rating_good, rating_bad, condition_code, shipping_payer, quick_correlation)
    SELECT listings.id, listings.changed_at, 'mercari', concat('m', lpad(listings.id - seq, 11, '0')),
    concat('https://market.example/item/', listings.id - seq), listings.title, :price + seq, 'price',
    '{"code":"price_above_limit","values":{"cost_jpy": 1500,"limit_jpy": 1000}}', 1,
    'someone', 190, 10, 3, 'seller', 0.5
    FROM listings JOIN seq_1_to_3 WHERE searching AND listings.id > :first AND listings.id <= :last""",
    """INSERT INTO revivals (listing_id, user_id, state, marketplace, item_id, url, title, price_jpy,
    old_source_item_id, at)
    SELECT id, user_id, 'proposed', 'mercari', concat('m', lpad(id - 1, 11, '0')), 'https://market.example/item', title,
    :price, source_item_id, changed_at FROM listings
    WHERE searching AND id DIV :block DIV :sellers MOD 50 = 0 AND id > :first AND id <= :last""",
)
