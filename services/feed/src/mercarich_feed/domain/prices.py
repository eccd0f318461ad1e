"""What is sent to Amazon of an offer's price, and what it shows of it."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal, InvalidOperation
from typing import Any

from mercarich_listings.repricing import ShownPrice

EVERYBODY = "ALL"
"""The audience of the ordinary offer; an entry without one is of it, too."""
_YEN = "JPY"
_ANYWHERE = timedelta(hours=36)
"""From the beginning of a day in UTC until it is over everywhere; of a time without a zone, more than it needs."""


def price_patches(price_jpy: int, marketplace_id: str) -> list[dict[str, Any]]:
    """Return the JSON Patch that sets an offer's ordinary price (Listings Items API 2021-08-01).

    `merge` keeps what the patch does not name: other audiences, sale prices, and the seller's bounds at Amazon. The
    entry is found by its selectors: marketplace, currency and audience (SP-API, "Manage purchasable offer").
    """
    entry = {
        "marketplace_id": marketplace_id,
        "currency": _YEN,
        "audience": EVERYBODY,
        "our_price": [{"schedule": [{"value_with_tax": price_jpy}]}],
    }
    return [{"op": "merge", "path": "/attributes/purchasable_offer", "value": [entry]}]


def shown_price(item: Mapping[str, Any], marketplace_id: str, now: datetime | None = None) -> ShownPrice:
    """Return what an item of the Listings API has of the ordinary offer's price. What it does not say is not known.

    Amazon keeps a sale price after its end. One that has ended by `now` does not count; None: each does.
    """
    entries = (item.get("attributes") or {}).get("purchasable_offer") or ()
    mine = [entry for entry in entries if _is_ordinary(entry, marketplace_id)]
    given = _scheduled(mine[0].get("our_price") or ()) if len(mine) == 1 else None
    on_sale = any(_may_hold(sale, now) for entry in mine for sale in entry.get("discounted_price") or ())
    offers = [
        offer
        for offer in item.get("offers") or ()
        if offer.get("offerType") == "B2C" and offer.get("marketplaceId") == marketplace_id
    ]
    money = offers[0].get("price") or {} if len(offers) == 1 else {}
    shown = _whole(money.get("amount")) if money.get("currencyCode", money.get("currency")) == _YEN else None
    return ShownPrice(given, shown, on_sale)


def _is_ordinary(entry: Mapping[str, Any], marketplace_id: str) -> bool:
    here = entry.get("marketplace_id", marketplace_id) == marketplace_id and entry.get("currency", _YEN) == _YEN
    return bool(here and entry.get("audience", EVERYBODY) == EVERYBODY)


def _scheduled(prices: Sequence[Mapping[str, Any]]) -> int | None:
    """Return the one price that holds all the time; None: there is none, or several by time."""
    schedules = [schedule for price in prices for schedule in price.get("schedule") or ()]
    return _whole(schedules[0].get("value_with_tax")) if len(schedules) == 1 else None


def _may_hold(sale: Mapping[str, Any], now: datetime | None) -> bool:
    """Return whether a sale price holds, or will. One without a schedule or a legible end may hold for ever."""
    schedules: Sequence[Mapping[str, Any]] = sale.get("schedule") or ({},)
    ends = [_end(schedule.get("end_at")) for schedule in schedules]
    return now is None or any(end is None or end > now for end in ends)


def _end(given: Any) -> datetime | None:
    """Return the end of a schedule: a time, or a day that ends last of all in UTC-12; None: it cannot be read."""
    text = given.get("value") if isinstance(given, Mapping) else given
    try:
        at = datetime.fromisoformat(str(text))
        return at if at.tzinfo is not None else at.replace(tzinfo=UTC) + _ANYWHERE
    except (ValueError, OverflowError):
        return None


def _whole(amount: Any) -> int | None:
    try:
        value = Decimal(str(amount))
    except InvalidOperation:
        return None
    return int(value) if value == value.to_integral_value() and value > 0 else None
