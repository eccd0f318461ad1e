"""Watch during the week: each offer that goes up, and each new source, at the moment in which it happens.

It trusts only the market. The source of an offer is read from the product's books, as a seller would.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import orjson
from sqlalchemy import bindparam, func, select
from tests.soak.plant import Plant

from mercarich_db.engine import reading
from mercarich_db.tables import amazon_accounts, listings, revivals, source_items
from mercarich_simulator.amazon.offers import Source
from mercarich_simulator.api.listings import PREFIX, PREVIEW
from mercarich_simulator.truth import BUYABLE
from mercarich_simulator.web import Reply, Request

FRESH = timedelta(minutes=15)
ON_ITS_WAY = timedelta(minutes=1)
"""Seconds for which an offer that was read before its source was seen gone may still be sent; its zero follows it."""
REVIVAL_SECONDS = 3 * 86_400
_BEHIND = (
    select(source_items.c.marketplace, source_items.c.item_id, source_items.c.observed_at)
    .add_columns(listings.c.quantity, listings.c.withdrawn_at)
    .join(listings, listings.c.source_item_id == source_items.c.id)
    .join(amazon_accounts, amazon_accounts.c.user_id == listings.c.user_id)
    .where(amazon_accounts.c.seller_id == bindparam("seller_id"), listings.c.sku == bindparam("sku"))
)
"""The source of an offer."""


@dataclass(frozen=True, slots=True)
class Offence:
    """One broken promise."""

    sku: str
    seller_id: str
    text: str


class Sentinel:
    """Call `look` every few minutes."""

    def __init__(self, plant: Plant) -> None:
        self._plant = plant
        self._last_revival = 0
        self.pushed_blindly: list[Offence] = []
        self.used_twice: list[Offence] = []
        self.raised = 0
        """Offers that were put up again."""
        plant.market.on_amazon.append(self._on_amazon)

    def begin_again(self) -> None:
        """The books went back to an older state: what they have now is not new."""
        with reading(self._plant.database.books) as connection:
            self._last_revival = connection.execute(select(func.max(revivals.c.id))).scalar_one() or 0

    def look(self) -> None:
        """New sources: the ledger is told of them, they are compared with what their sellers use already, and pictures
        are made ready."""
        self._plant.darkroom.look(self._plant.kernel.unix() - REVIVAL_SECONDS)
        for row in self._new_revivals():
            self._last_revival = row.id
            offers, catalogue = self._plant.market.world.offers, self._plant.market.world.catalogue
            number = catalogue.number_of(row.marketplace, row.item_id)
            if number is None:
                raise AssertionError(f"{row.item_id} is no item of this market")
            offers.stand_on(row.seller_id, row.sku, Source(row.at.timestamp(), row.marketplace, number))
            others = self._others(row.user_id, row.listing_id, row.marketplace, row.item_id)
            if others:
                text = f"revived to {row.marketplace} {row.item_id}, which {', '.join(others)} of the same seller uses"
                self.used_twice.append(Offence(row.sku, row.seller_id, text))

    def _new_revivals(self) -> Sequence[Any]:
        columns = (revivals.c.id, revivals.c.listing_id, revivals.c.user_id, revivals.c.at, listings.c.sku)
        rows = (
            select(*columns, revivals.c.marketplace, revivals.c.item_id, amazon_accounts.c.seller_id)
            .join(listings, listings.c.id == revivals.c.listing_id)
            .join(amazon_accounts, amazon_accounts.c.user_id == revivals.c.user_id)
            .where(revivals.c.id > self._last_revival, revivals.c.state == "applied")
            .order_by(revivals.c.id)
        )
        with reading(self._plant.database.books) as connection:
            return connection.execute(rows).all()

    def _others(self, user_id: int, listing_id: int, marketplace: str, item_id: str) -> Sequence[str]:
        rows = (
            select(listings.c.sku)
            .join(source_items, source_items.c.id == listings.c.source_item_id)
            .where(listings.c.user_id == user_id, listings.c.id != listing_id)
            .where(source_items.c.marketplace == marketplace, source_items.c.item_id == item_id)
        )
        with reading(self._plant.database.books) as connection:
            return connection.execute(rows).scalars().all()

    def _on_amazon(self, request: Request, _reply: Reply) -> None:
        """A feed's document, a PATCH, or the PUT of a new offer: anything that raises an offer's quantity is a push."""
        if request.method == "PUT" and request.path.startswith(PREFIX):
            *_, seller_id, sku = request.path.split("/")
            if request.query.get("mode") != PREVIEW:
                given = orjson.loads(request.body)["attributes"]["fulfillment_availability"]
                self._pushed(seller_id, sku, [{"value": given}])
        elif request.method == "PUT" and request.path.startswith("/s3/"):
            document = request.json()
            for message in document["messages"]:
                self._pushed(document["header"]["sellerId"], message["sku"], message["patches"])
        elif request.method == "PATCH":
            *_, seller_id, sku = request.path.split("/")
            self._pushed(seller_id, sku, orjson.loads(request.body)["patches"])

    def _pushed(self, seller_id: str, sku: str, patches: Sequence[dict[str, Any]]) -> None:
        if not any(value.get("quantity") for patch in patches for value in patch["value"]):
            return
        self.raised += 1
        with reading(self._plant.database.books) as connection:
            source = connection.execute(_BEHIND, {"seller_id": seller_id, "sku": sku}).one()
        now = self._plant.kernel.utc()
        if source.quantity == 0 and source.withdrawn_at is not None and source.withdrawn_at > now - ON_ITS_WAY:
            return
        if source.observed_at is None or source.observed_at < now - FRESH:
            seen = f"seen at {source.observed_at}" if source.observed_at else "never seen"
            self._blind(sku, seller_id, f"{source.marketplace} {source.item_id} was {seen}")
        elif not self._was_there(source.marketplace, source.item_id, source.observed_at, now):
            self._blind(sku, seller_id, f"{source.marketplace} {source.item_id} was not for sale when it was seen")

    def _blind(self, sku: str, seller_id: str, why: str) -> None:
        at = f"{self._plant.kernel.utc():%Y-%m-%d %H:%M:%S} UTC"
        self.pushed_blindly.append(Offence(sku, seller_id, f"put up at {at}, but {why}"))

    def _was_there(self, marketplace: str, item_id: str, since: datetime, until: datetime) -> bool:
        """Return whether it could be bought at some moment from just before it was seen (responses take time) until the
        push."""
        world = self._plant.market.world
        number = world.catalogue.number_of(marketplace, item_id)
        if number is None:
            return False
        state, begin = "available", since.astimezone(UTC).timestamp() - 60
        for change in world.truth.line(marketplace, number):
            if change.at > until.timestamp():
                break
            if change.at > begin and (state in BUYABLE or change.state in BUYABLE):
                return True
            state = change.state
        return state in BUYABLE
