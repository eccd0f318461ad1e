"""The start of the week: sellers, listings and pictures in the database, and earlier withdrawals.

A share of the listings lost their sources in the days before, so that there are replacements to search and old rows to
delete from the first day on. There are also orphaned pictures, as after a crash.
"""

import os
import random
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import orjson
from sqlalchemy import Connection, insert, select, update
from tests.soak import losses, prices
from tests.soak.plant import Plant
from tests.soak.wiring import KEY

from mercarich_db.engine import run_tx
from mercarich_db.tables import amazon_accounts, listing_pictures, listings, source_items
from mercarich_feed.adapters.token_cipher import TokenCipher
from mercarich_local import sample_data
from mercarich_local.market import Market as Described
from mercarich_simulator.amazon.offers import Source, by_hand

WITHDRAWN_BEFORE = 0.06
"""Share of the sources that were gone before."""
DAYS_BEFORE = 9.0
SHARED_PICTURES = 0.05
"""Share of the listings that also show a picture of another listing of their seller."""
EVERY, SOLD = 23, 4
"""Of `EVERY` listings, one belongs to a pair: its seller lists one product twice. Of `SOLD` pairs, one has lost one of
its sources shortly before the week."""
ORPHANS = 200
"""Orphaned pictures, which no listing shows."""


def begin(plant: Plant, seed: int) -> None:
    market = plant.market
    described = _described(plant)
    sample_data.seed(plant.database.books, described, TokenCipher(KEY).encrypt)
    chance, start = random.Random(f"{seed}:beginning"), plant.kernel.utc()

    def write(connection: Connection) -> None:
        # The sample data is dated today, but this week is another one.
        before = start - timedelta(days=30)
        connection.execute(update(listings).values(created_at=before, changed_at=start, next_read_at=start))
        gone = list(_gone(connection, chance, start, frozenset(_pairs(connection, plant)[::SOLD])))
        for row in gone:
            _withdraw(connection, row)
            number = market.world.catalogue.number_of(row["marketplace"], row["item_id"])
            assert number is not None
            market.world.truth.put(row["marketplace"], number, "sold", row["at"].timestamp() - 60)
            for seller_id, sku in row["offers"]:
                now = plant.kernel.unix()
                market.world.offers.accept(by_hand(seller_id, sku, 0, "withdrawn before", now), now)
        _pictures(connection, plant, chance)
        losses.begin(connection, plant, described.listings)
        prices.begin(connection, plant, described.listings)

    run_tx(plant.database.books, write)


def _described(plant: Plant) -> Described:
    def asked(path: str) -> bytes:
        return plant.market.answer("GET", f"http://simulator{path}", {}, b"").body

    seed = orjson.loads(asked("/_sim/seed"))
    rows = [
        orjson.loads(line)
        for offset in range(0, seed["listings"], 10_000)
        for line in asked(f"/_sim/seed/listings?offset={offset}&limit=10000").splitlines()
    ]
    return Described(
        marketplace_id=seed["marketplace_id"],
        client_id=seed["lwa"]["client_id"],
        client_secret=seed["lwa"]["client_secret"],
        sellers=seed["sellers"],
        listings=rows,
        canaries=seed["canaries"],
    )


def _pairs(connection: Connection, plant: Plant) -> list[str]:
    """Let a seller list a product twice, each time from a source of its own: a possible replacement of one listing is
    already in use by the other.

    Of every `EVERY` listings, one whose product has a spare piece is chosen; the seller's next listing moves to that
    piece. Return the items that stay.
    """
    stay: list[str] = []
    world, sellers = plant.market.world, len(plant.market.world.catalogue.sellers)
    for marketplace, shelf in world.catalogue.shelves.items():
        for first in range(0, shelf.listings - sellers, EVERY):
            source = shelf.source_of(first)
            piece = next((one for one in shelf.pieces_of(source) if shelf.spare_of(one) == source), None)
            if piece is None:
                continue
            second = world.catalogue.listing(marketplace, first + sellers)
            item = world.catalogue.item(marketplace, piece)
            row = {
                "marketplace": marketplace,
                "item_id": item.item_id,
                "seller_id": item.seller_id,
                "title": item.title,
            }
            checks = {"state": "unknown", "check_rank": 0, "check_attempts": 0, "check_unknowns": 0}
            new = insert(source_items).values(**row, **checks).returning(source_items.c.id)
            mine = select(amazon_accounts.c.user_id).where(amazon_accounts.c.seller_id == second.seller.seller_id)
            moved = update(listings).where(listings.c.sku == second.sku, listings.c.user_id == mine.scalar_subquery())
            connection.execute(moved.values(source_item_id=connection.execute(new).scalar_one(), title=item.title))
            at = plant.kernel.unix()
            world.offers.stand_on(second.seller.seller_id, second.sku, Source(at, marketplace, piece))
            stay.append(world.catalogue.item_id(marketplace, source))
    return stay


def _gone(
    connection: Connection, chance: random.Random, start: datetime, lately: frozenset[str]
) -> Iterator[dict[str, Any]]:
    sources = connection.execute(
        select(source_items.c.id, source_items.c.marketplace, source_items.c.item_id).order_by(source_items.c.id)
    ).all()
    chosen = {*chance.sample(list(sources), round(len(sources) * WITHDRAWN_BEFORE))}
    for source in sorted(chosen | {source for source in sources if source.item_id in lately}):
        offers = connection.execute(
            select(amazon_accounts.c.seller_id, listings.c.sku)
            .join(amazon_accounts, amazon_accounts.c.user_id == listings.c.user_id)
            .where(listings.c.source_item_id == source.id)
        ).all()
        yield {
            "id": source.id,
            "marketplace": source.marketplace,
            "item_id": source.item_id,
            "at": start - timedelta(days=chance.uniform(0.1, 1.5 if source.item_id in lately else DAYS_BEFORE)),
            "offers": [(offer.seller_id, offer.sku) for offer in offers],
        }


def _withdraw(connection: Connection, row: dict[str, Any]) -> None:
    at = row["at"]
    sold = {"state": "sold", "reason": "won" if row["marketplace"] == "yahoo" else "sold_out", "observed_at": at}
    connection.execute(update(source_items).where(source_items.c.id == row["id"]).values(checked_at=at, **sold))
    withdrawn = {"quantity": 0, "revision": 2, "searching": True, "withdrawn_at": at, "changed_at": at}
    pushed = {"pushed_revision": 2, "pushed_quantity": 0, "pushed_at": at, "verified_at": at}
    connection.execute(update(listings).where(listings.c.source_item_id == row["id"]).values(**withdrawn, **pushed))


def _pictures(connection: Connection, plant: Plant, chance: random.Random) -> None:
    """One file per listing, a few of them shown by another listing as well; and orphaned files."""
    old = (plant.kernel.utc() - timedelta(days=20)).timestamp()
    rows: list[dict[str, Any]] = []
    last: dict[int, str] = {}
    for listing in connection.execute(
        select(listings.c.id, listings.c.user_id, listings.c.sku).order_by(listings.c.id)
    ):
        path = f"{listing.user_id}/{listing.sku}.jpg"
        _file(plant, path, old)
        rows.append({"listing_id": listing.id, "slot": 0, "path": path})
        if listing.user_id in last and chance.random() < SHARED_PICTURES:
            rows.append({"listing_id": listing.id, "slot": 1, "path": last[listing.user_id]})
        last[listing.user_id] = path
    connection.execute(insert(listing_pictures), rows)
    for number in range(ORPHANS):
        _file(plant, f"{chance.choice(sorted(last))}/left-{number}.jpg", old)


def _file(plant: Plant, path: str, at: float) -> None:
    file = plant.pictures / path
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(b"a picture")
    os.utime(file, (at, at))
