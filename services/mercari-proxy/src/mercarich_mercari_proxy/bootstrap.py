"""The composition root: the proxy kit with Mercari's adapter and the legacy routes."""

from mercarich_marketplace.assembly import Proxy
from mercarich_mercari_proxy.adapters.dpop import Signer
from mercarich_mercari_proxy.adapters.web import WebMarket
from mercarich_mercari_proxy.api import legacy_routes
from mercarich_mercari_proxy.settings import MercariProxySettings

PROXY = Proxy(
    MercariProxySettings,
    lambda egress, settings, utc: WebMarket(egress, settings.base_url, Signer(utc)),
    routers=lambda observer: [legacy_routes(observer)],
)
