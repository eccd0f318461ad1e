"""The composition root: settings from the environment, Yahoo's adapter, the kit around it."""

from fastapi import FastAPI

from mercarich_contracts.market import Marketplace
from mercarich_marketplace.assembly import assemble
from mercarich_platform.clock import Clock, Monotonic, monotonic, utc_now
from mercarich_platform.settings import load
from mercarich_yahoo_proxy.adapters.web import WebMarket
from mercarich_yahoo_proxy.settings import YahooProxySettings


def build(settings: YahooProxySettings | None = None, *, utc: Clock = utc_now, now: Monotonic = monotonic) -> FastAPI:
    """The application. Raises `BadConfiguration` when the environment cannot be used."""
    settings = settings or load(YahooProxySettings)
    return assemble(
        Marketplace.YAHOO,
        settings,
        lambda egress: WebMarket(egress, settings.base_url),
        utc=utc,
        now=now,
    )
