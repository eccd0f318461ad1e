"""The composition root: the proxy kit with Yahoo's adapter."""

from mercarich_marketplace.assembly import Proxy
from mercarich_yahoo_proxy.adapters.web import WebMarket
from mercarich_yahoo_proxy.settings import YahooProxySettings

PROXY = Proxy(YahooProxySettings, lambda egress, settings, _: WebMarket(egress, settings.base_url))
