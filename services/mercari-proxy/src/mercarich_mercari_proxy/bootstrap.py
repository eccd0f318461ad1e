"""The composition root: settings from the environment, Mercari's adapter, the kit around it."""

from fastapi import FastAPI

from mercarich_contracts.market import Marketplace
from mercarich_marketplace.assembly import assemble
from mercarich_mercari_proxy.adapters.dpop import Signer
from mercarich_mercari_proxy.adapters.web import WebMarket
from mercarich_mercari_proxy.api import legacy_routes
from mercarich_mercari_proxy.settings import MercariProxySettings
from mercarich_platform.clock import Clock, Monotonic, monotonic, utc_now
from mercarich_platform.settings import load


def build(settings: MercariProxySettings | None = None, *, utc: Clock = utc_now, now: Monotonic = monotonic) -> FastAPI:
    """The application. Raises `BadConfiguration` when the environment cannot be used."""
    settings = settings or load(MercariProxySettings)
    signer = Signer(utc)
    return assemble(
        Marketplace.MERCARI,
        settings,
        lambda egress: WebMarket(egress, settings.base_url, signer),
        routers=lambda observer: [legacy_routes(observer)],
        utc=utc,
        now=now,
    )
