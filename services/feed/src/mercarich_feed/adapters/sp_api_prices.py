"""`ports_prices.Prices`: an offer's price by the Listings Items API 2021-08-01."""

from mercarich_feed.adapters.sp_api import Operation, SpApi, accepted, item_path, market
from mercarich_feed.domain.prices import price_patches, shown_price
from mercarich_feed.domain.pushes import Account
from mercarich_listings.repricing import ShownPrice
from mercarich_platform.clock import Clock, utc_now

_SHOWN = {"includedData": "attributes,offers"}


class SpApiPrices:
    def __init__(self, api: SpApi, now: Clock = utc_now) -> None:
        self._api = api
        self._now = now

    def look(self, account: Account, sku: str) -> ShownPrice:
        operation = Operation("getListingsItem", "GET", item_path(account, sku), {**market(account), **_SHOWN})
        return shown_price(self._api.call(account, operation), account.marketplace_id, self._now())

    def send(self, account: Account, sku: str, price_jpy: int) -> None:
        body = {"productType": "PRODUCT", "patches": price_patches(price_jpy, account.marketplace_id)}
        path = item_path(account, sku)
        operation = Operation("patchListingsItem", "PATCH", path, market(account), body, repeatable=False)
        accepted(self._api.call(account, operation))

    def works_for(self, account: Account) -> bool:
        return self._api.works_for(account)
