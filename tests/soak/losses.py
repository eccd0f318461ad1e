"""The week's seller with the loss rule: its offers' prices and the rule in the tables, and what the ledger is told."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, select, update
from tests.soak.plant import SOMEBODY, Plant

from mercarich_db import seller_thresholds
from mercarich_db.tables import amazon_accounts, listings
from mercarich_simulator.amazon.offers import Offer
from mercarich_simulator.ledger_losses import Stop, with_losses
from mercarich_simulator.ledger_orders import FeeOf, Terms
from mercarich_simulator.truth import Change

FEE_PERCENT = 15.0
"""Amazon's fee until it has estimated that of an offer: the default of `REVIVAL_FEE_PERCENT`."""
LEAST_PERCENT = 10.0
"""What the rule wants of a sale. Sources get up to 29 per cent dearer, and an offer costs half as much again as its
source at the start."""
NOTICE_SECONDS = 13 * 3600.0
"""Within this time a run looks at every source: the widest plan is of two runs a day."""
_TERMS = Terms(FEE_PERCENT, fee_of=FeeOf.ESTIMATE)


def begin(connection: Connection, plant: Plant, rows: Sequence[Mapping[str, Any]]) -> None:
    """Give the seller the rule, and its offers their prices. `rows` are the market's listings."""
    seller = plant.market.world.catalogue.sellers[0]
    mine = select(amazon_accounts.c.user_id).where(amazon_accounts.c.seller_id == seller.seller_id)
    user_id = connection.execute(mine).scalar_one()
    for row in rows:
        if row["seller_id"] == seller.seller_id:
            same = (listings.c.user_id == user_id, listings.c.sku == row["sku"])
            connection.execute(update(listings).where(*same).values(offer_price_jpy=row["price"]))
    for key, value in (("LOSS_RULE", "take_down"), ("LOSS_LEAST_PERCENT", str(LEAST_PERCENT))):
        seller_thresholds.set_own(connection, user_id, key, value, SOMEBODY, plant.kernel.utc())


def question(plant: Plant) -> str:
    """Return what the ledger is to be told of the rule, as a part of its address."""
    seller = plant.market.world.catalogue.sellers[0]
    fee = {"fee_percent": "amazon", "before_estimate": FEE_PERCENT}
    told = {"take_down": seller.seller_id, "least_percent": LEAST_PERCENT, "notice": NOTICE_SECONDS}
    return "&".join(f"{name}={value}" for name, value in {**fee, **told}.items())


def line(plant: Plant, offer: Offer, truth: Sequence[Change]) -> Sequence[Change]:
    """Return the time line of the offer's sources, with those that are too dear for the rule."""
    seller = plant.market.world.catalogue.sellers[0]
    stop = Stop(frozenset({seller.seller_id}), LEAST_PERCENT, NOTICE_SECONDS)
    return with_losses(plant.market.world, offer, truth, _TERMS, stop)
