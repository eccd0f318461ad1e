"""Build a proxy from its settings: the guards, the egress, the observer and the application."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Generic, TypeVar
from urllib.parse import urlsplit

from fastapi import APIRouter, FastAPI

from mercarich_marketplace.app import create_app
from mercarich_marketplace.breaker import Breaker
from mercarich_marketplace.client import HttpClient
from mercarich_marketplace.egress import Egress, Guards
from mercarich_marketplace.image_sources import PublicResolver
from mercarich_marketplace.images import Images, image_routes
from mercarich_marketplace.metrics import ProxyMetrics
from mercarich_marketplace.observer import Observer
from mercarich_marketplace.pace import Pace
from mercarich_marketplace.ports import Marketplace
from mercarich_marketplace.settings import ProxySettings
from mercarich_marketplace.turns import Turns
from mercarich_platform.cache import Cache
from mercarich_platform.clock import Clock, Monotonic, monotonic, utc_now
from mercarich_platform.settings import load

AnySettings = TypeVar("AnySettings", bound=ProxySettings)


@dataclass(frozen=True, slots=True)
class Proxy(Generic[AnySettings]):
    """The parts of a proxy that differ between marketplaces."""

    settings: type[AnySettings]
    market: Callable[[Egress, AnySettings, Clock], Marketplace]
    """Makes the adapter that sends requests to the marketplace and parses its responses."""
    routers: Callable[[Observer], Sequence[APIRouter]] = lambda _: ()
    """Routes besides the contract's."""

    def build(self, given: AnySettings | None = None, *, utc: Clock = utc_now, now: Monotonic = monotonic) -> FastAPI:
        """Return the application. Raise `BadConfiguration` for invalid settings, given or from the environment."""
        settings = load(self.settings) if given is None else given
        settings.checked()
        client = HttpClient(user_agent=settings.user_agent, connections=settings.most_at_once)
        egress = Egress(client, _guards(settings, utc, now))
        observer = Observer(
            self.market(egress, settings, utc),
            egress.guards,
            cache=Cache(settings.cache_seconds, size=settings.cache_items, now=now),
        )
        images = _images(settings, egress.guards)
        return create_app(observer, egress, images.egress, more=[image_routes(images), *self.routers(observer)])


def _images(settings: ProxySettings, pages: Guards) -> Images:
    own_host = None if settings.is_real else urlsplit(settings.base_url).hostname
    client = HttpClient(
        user_agent=settings.user_agent,
        connections=settings.images_at_once,
        resolver=lambda: PublicResolver(own_host),
    )
    pace = Pace(settings.image_rate, jitter=settings.jitter, recovery_per_second=settings.recovery_per_second)
    guards = replace(
        pages,
        turns=Turns(pace, settings.images_at_once),
        breaker=Breaker(settings.image_breaker_rules),
        metrics=pages.metrics.of_images(),
    )
    return Images(settings.image_sources, Egress(client, guards))


def _guards(settings: ProxySettings, utc: Clock, now: Monotonic) -> Guards:
    pace = Pace(settings.rate, jitter=settings.jitter, recovery_per_second=settings.recovery_per_second)
    return Guards(
        turns=Turns(pace, settings.most_at_once),
        breaker=Breaker(settings.breaker_rules),
        metrics=ProxyMetrics(settings.site.marketplace),
        deadline_seconds=settings.deadline,
        now=now,
        utc=utc,
    )
