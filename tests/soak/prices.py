"""The week's seller whose prices follow their source: rule and bounds in the tables, and what the ledger is told."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, func, select, update
from tests.soak.plant import SOMEBODY, Plant

from mercarich_contracts.events import EventKind
from mercarich_db import seller_thresholds
from mercarich_db.tables import amazon_accounts, listing_events, listings

LEAST_PERCENT, MOST_PERCENT = 80, 130
"""Bounds of each offer, in per cent of its price at the start, which is half as much again as its source's."""
CHANGES_A_DAY = 2
_RULE = {
    "REPRICING": "follow",
    "REPRICING_CHANGES_A_DAY": str(CHANGES_A_DAY),
    "REPRICING_LEAST_CHANGE_PERCENT": "10",  # so that Amazon's first estimates of fees move no price
    "CREATE_PROFIT_PERCENT": "20",  # of a fee of 13 per cent, that is the price at the start
}


def seller_id(plant: Plant) -> str:
    """Return whose prices follow: not the seller with the loss rule."""
    return plant.market.world.catalogue.sellers[1].seller_id


def begin(connection: Connection, plant: Plant, rows: Sequence[Mapping[str, Any]]) -> None:
    """Give the seller the rule, and its offers their prices and bounds. `rows` are the market's listings."""
    mine = select(amazon_accounts.c.user_id).where(amazon_accounts.c.seller_id == seller_id(plant))
    user_id = connection.execute(mine).scalar_one()
    for row in rows:
        if row["seller_id"] == seller_id(plant):
            same = (listings.c.user_id == user_id, listings.c.sku == row["sku"])
            bounds = {
                "offer_price_jpy": row["price"],
                "least_price_jpy": -(-row["price"] * LEAST_PERCENT // 100),
                "most_price_jpy": row["price"] * MOST_PERCENT // 100,
            }
            connection.execute(update(listings).where(*same).values(bounds))
    for key, value in _RULE.items():
        seller_thresholds.set_own(connection, user_id, key, value, SOMEBODY, plant.kernel.utc())


def question(plant: Plant) -> str:
    """Return what the ledger is to be told of the rule, as a part of its address."""
    band = {"band_least": LEAST_PERCENT, "band_most": MOST_PERCENT, "changes_a_day": CHANGES_A_DAY}
    return "&".join(f"{name}={value}" for name, value in {"follow": seller_id(plant), **band}.items())


def figures(connection: Connection) -> str:
    """Return what became of prices."""
    kinds = (EventKind.PRICE_ASKED, EventKind.PRICE_CHANGED, EventKind.FOLLOWING_STOPPED, EventKind.PRICE_OVERTAKEN)
    query = select(listing_events.c.kind, func.count()).where(listing_events.c.kind.in_(kinds))
    counted: dict[str, int] = dict(connection.execute(query.group_by(listing_events.c.kind)).tuples().all())
    return ", ".join(f"{counted.get(kind, 0):,} {kind}" for kind in kinds)
