"""Listings' prices: bounds, and what sellers ask of prices that follow their source."""

from collections.abc import Callable
from dataclasses import fields
from datetime import datetime

from sqlalchemy import Connection, Engine, exists, select

from mercarich_db.engine import run_tx
from mercarich_db.tables import amazon_accounts, listings, repricings
from mercarich_listings import repricing_store, store
from mercarich_listings.listing import Listing
from mercarich_reasons.repricing import FollowingResumed, FollowingStoppedByHand, FollowsAlready, PriceTakenBack
from mercarich_web.listings.price_changes import Offered, PriceChange, why_not_taken_back
from mercarich_web.refusals import NotFound, Refused
from mercarich_web.replacements.sql.searches import LISTING

_PRICE = select(*[repricings.c[one.name] for one in fields(PriceChange)]).where(repricings.c.listing_id == LISTING)


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

    def take_back(self, user_id: int, listing_id: int, by: str, now: datetime, revision: int | None = None) -> str:
        """Raises `Refused`, too: that cannot be taken back. What Amazon shows is read by feed before it sends."""

        def write(connection: Connection, listing: Listing) -> None:
            change = price_of(connection, listing.id)
            why_not = why_not_taken_back(change, _offered(connection, listing), revision)
            if why_not is not None:
                raise Refused(why_not)
            assert change is not None
            assert change.from_jpy is not None
            assert change.to_jpy is not None
            back = PriceTakenBack(change.to_jpy, change.from_jpy, by)
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


def price_of(connection: Connection, listing_id: int) -> PriceChange | None:
    """Return the last price that was asked for; None: none was."""
    row = connection.execute(_PRICE, {"listing": listing_id}).one_or_none()
    return None if row is None else PriceChange(**row._mapping)


def _offered(connection: Connection, listing: Listing) -> Offered:
    account = amazon_accounts.c
    served = exists().where(account.user_id == listings.c.user_id, account.token_verdict != "invalid")
    its = select(listings.c.offer_price_jpy, listings.c.orphan, served.label("is_served"))
    row = connection.execute(its.where(listings.c.id == listing.id)).one()
    return Offered(listing.sku, row.offer_price_jpy, listing.listed and not row.orphan, bool(row.is_served))
