"""Listings' own limits of the profit."""

from datetime import datetime

from sqlalchemy import Connection, Engine, select

from mercarich_db.earning_terms import terms_of
from mercarich_db.engine import run_tx
from mercarich_db.tables import listings
from mercarich_listings import earnings, store
from mercarich_listings import listing as life
from mercarich_listings.listing import Listing
from mercarich_listings.transition import Stage
from mercarich_reasons.earnings import (
    LimitBeyondPrice,
    ListingNotPaused,
    OfferPriceNotTold,
    ProfitBelowLimit,
    SourceNotSeen,
)
from mercarich_reasons.stock import ByHand
from mercarich_replacements.loss_stop import is_sensible
from mercarich_web.refusals import NotFound, Refused


class SqlLimits:
    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def set(self, user_id: int, listing_id: int, least_jpy: int | None) -> str:
        """Return the listing's SKU. Raises `NotFound` and `Refused`."""

        def write(connection: Connection) -> str:
            listing = _locked(connection, user_id, listing_id)
            _set(connection, listing, least_jpy)
            return listing.sku

        return run_tx(self._engine, write)

    def put_up(self, user_id: int, listing_id: int, least_jpy: int, by: str, now: datetime) -> str:
        """Set the limit, and put the paused listing up. Return its SKU. Raises `NotFound` and `Refused`."""

        def write(connection: Connection) -> str:
            listing = _locked(connection, user_id, listing_id)
            if listing.stage is not Stage.PAUSED:
                raise Refused(ListingNotPaused(listing.sku))
            profit = _profit(connection, listing)
            if profit is None:
                raise Refused(SourceNotSeen())
            if profit < least_jpy:
                raise Refused(ProfitBelowLimit(profit, least_jpy))
            _set(connection, listing, least_jpy)
            store.save(connection, [life.put_up(listing, now, ByHand(by))])
            return listing.sku

        return run_tx(self._engine, write)


def _locked(connection: Connection, user_id: int, listing_id: int) -> Listing:
    found = store.lock(connection, [listing_id], listings.c.user_id == user_id)
    if not found:
        raise NotFound(f"there is no listing {listing_id}")
    return found[0]


def _set(connection: Connection, listing: Listing, least_jpy: int | None) -> None:
    """Raises `Refused` for a limit beyond the offer's price, or without one."""
    if least_jpy is not None:
        _refuse_beyond_price(connection, listing, least_jpy)
    row = {"id": listing.id, "least_profit_jpy": least_jpy}
    store.edit(connection, [row], user_id=listing.user_id, listed=listing.listed)


def _refuse_beyond_price(connection: Connection, listing: Listing, least_jpy: int) -> None:
    its = select(listings.c.offer_price_jpy).where(listings.c.id == listing.id)
    offered = connection.execute(its).scalar_one()
    if offered is None:
        raise Refused(OfferPriceNotTold())
    if not is_sensible(least_jpy, offered):
        raise Refused(LimitBeyondPrice(least_jpy, offered, -offered))


def _profit(connection: Connection, listing: Listing) -> int | None:
    """Return what a sale earns, at most where the postage is not known."""
    query = select(*earnings.COLUMNS).select_from(earnings.joined())
    row = connection.execute(query.where(listings.c.id == listing.id)).one()
    profit: int | None = earnings.split(row, terms_of(connection, listing.user_id))["earned"].profit_jpy
    return profit
