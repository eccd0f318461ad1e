"""Listings' prices: bounds, and what sellers ask of prices that follow their source."""

from collections.abc import Callable
from datetime import datetime

from sqlalchemy import Connection, Engine, select

from mercarich_contracts.repricing import RepricingState
from mercarich_db.engine import run_tx
from mercarich_db.tables import listings, repricings
from mercarich_listings import repricing_store, store
from mercarich_listings.listing import Listing
from mercarich_reasons.repricing import (
    FollowingResumed,
    FollowingStoppedByHand,
    FollowsAlready,
    NoPriceToTakeBack,
    PriceTakenBack,
)
from mercarich_web.refusals import NotFound, Refused


class SqlPrices:
    """Each returns the listing's SKU, and raises `NotFound`."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def bound(self, user_id: int, listing_id: int, least_jpy: int | None, most_jpy: int | None) -> str:
        def write(connection: Connection, listing: Listing) -> None:
            row = {"id": listing.id, "least_price_jpy": least_jpy, "most_price_jpy": most_jpy}
            store.edit(connection, [row], user_id=user_id, listed=listing.listed)

        return self._changed(user_id, listing_id, write)

    def stop(self, user_id: int, listing_id: int, by: str, now: datetime) -> str:
        def write(connection: Connection, listing: Listing) -> None:
            repricing_store.stop(connection, listing, FollowingStoppedByHand(by), now)

        return self._changed(user_id, listing_id, write)

    def resume(self, user_id: int, listing_id: int, by: str, now: datetime) -> str:
        """Raises `Refused`, too: it was not stopped."""

        def write(connection: Connection, listing: Listing) -> None:
            price = select(listings.c.offer_price_jpy).where(listings.c.id == listing.id)
            resumed = FollowingResumed(by, connection.execute(price).scalar_one())
            if not repricing_store.resume(connection, listing, resumed, now):
                raise Refused(FollowsAlready(listing.sku))

        return self._changed(user_id, listing_id, write)

    def take_back(self, user_id: int, listing_id: int, by: str, now: datetime) -> str:
        """Raises `Refused`, too: there is nothing to take back."""

        def write(connection: Connection, listing: Listing) -> None:
            its = select(repricings.c.from_jpy, repricings.c.to_jpy, listings.c.offer_price_jpy)
            its = its.join(listings, listings.c.id == repricings.c.listing_id)
            shown = (repricings.c.listing_id == listing.id, repricings.c.state == RepricingState.SHOWN)
            row = connection.execute(its.where(*shown)).one_or_none()
            if row is None or row.to_jpy != row.offer_price_jpy or row.from_jpy == row.to_jpy:
                raise Refused(NoPriceToTakeBack(listing.sku))
            back = PriceTakenBack(row.to_jpy, row.from_jpy, by)
            repricing_store.take_back(connection, listing, back, now)

        return self._changed(user_id, listing_id, write)

    def _changed(self, user_id: int, listing_id: int, write: Callable[[Connection, Listing], None]) -> str:
        def change(connection: Connection) -> str:
            found = store.lock(connection, [listing_id], listings.c.user_id == user_id)
            if not found:
                raise NotFound(f"there is no listing {listing_id}")
            write(connection, found[0])
            return found[0].sku

        return run_tx(self._engine, change)
