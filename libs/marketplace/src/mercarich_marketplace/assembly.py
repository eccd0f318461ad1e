"""Build a proxy from its settings: the guards, the egress, the observer and the application."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Generic, TypeVar
from urllib.parse import urlsplit

from fastapi import APIRouter, FastAPI

from mercarich_marketplace.app import Beside, create_app
from mercarich_marketplace.breaker import Breaker
from mercarich_marketplace.client import HttpClient
from mercarich_marketplace.egress import Egress, Guards
from mercarich_marketplace.image_sources import PublicResolver
from mercarich_marketplace.images import Images, image_routes
from mercarich_marketplace.limits import Limits
from mercarich_marketplace.metrics import ProxyMetrics
from mercarich_marketplace.observer import Observer
from mercarich_marketplace.pace import Pace
from mercarich_marketplace.ports import Marketplace
from mercarich_marketplace.settings import ProxySettings
from mercarich_marketplace.sharing import Budgets, Sharer
from mercarich_marketplace.turns import Turns
from mercarich_platform.cache import Cache
from mercarich_platform.clock import Clock, Monotonic, monotonic, utc_now
from mercarich_platform.settings import SharedSettings, load

AnySettings = TypeVar("AnySettings", bound=ProxySettings)
OpenBudgets = Callable[[Mapping[str, Limits]], Budgets]
"""Returns the shared budgets, whose limits are given by name."""


def in_database(limits: Mapping[str, Limits]) -> Budgets:
    """Return the budgets in the database that the environment names."""
    from mercarich_marketplace.adapters.budgets_sql import SqlBudgets  # drivers, which a lone replica does not need

    return SqlBudgets(load(SharedSettings).database, limits)


@dataclass(frozen=True, slots=True)
class Proxy(Generic[AnySettings]):
    """The parts of a proxy that differ between marketplaces."""

    settings: type[AnySettings]
    market: Callable[[Egress, AnySettings, Clock], Marketplace]
    """Makes the adapter that sends requests to the marketplace and parses its responses."""
    routers: Callable[[Observer], Sequence[APIRouter]] = lambda _: ()
    """Routes besides the contract's."""

    def build(
        self,
        given: AnySettings | None = None,
        *,
        utc: Clock = utc_now,
        now: Monotonic = monotonic,
        budgets: OpenBudgets = in_database,
    ) -> FastAPI:
        """Return the application. Raise `BadConfiguration` for invalid settings, given or from the environment."""
        settings = load(self.settings) if given is None else given
        settings.checked()
        sharer = _sharer(settings, budgets, now) if settings.shared_budget else None
        client = HttpClient(user_agent=settings.user_agent, connections=settings.most_at_once)
        egress = Egress(client, _guards(settings, sharer, utc, now))
        observer = Observer(
            self.market(egress, settings, utc),
            egress.guards,
            cache=Cache(settings.cache_seconds, size=settings.cache_items, now=now),
        )
        images = _images(settings, sharer, egress.guards)
        beside: Beside | None = None if sharer is None else sharer.beside
        more = [image_routes(images), *self.routers(observer)]
        return create_app(observer, egress, images.egress, more=more, beside=beside)


def _sharer(settings: ProxySettings, budgets: OpenBudgets, now: Monotonic) -> Sharer:
    names = {settings.site.marketplace.value: settings.limits, _pictures(settings): settings.image_limits}
    return Sharer(budgets(names), names, jitter=settings.jitter, now=now)


def _pictures(settings: ProxySettings) -> str:
    return f"{settings.site.marketplace}-pictures"


def _images(settings: ProxySettings, sharer: Sharer | None, pages: Guards) -> Images:
    own_host = None if settings.is_real else urlsplit(settings.base_url).hostname
    client = HttpClient(
        user_agent=settings.user_agent,
        connections=settings.images_at_once,
        resolver=lambda: PublicResolver(own_host),
    )
    metrics = pages.metrics.of_images()
    if sharer is not None:
        turns, breaker, is_cut_off = sharer.share(_pictures(settings))
        guards = replace(pages, turns=turns, breaker=breaker, metrics=metrics, is_cut_off=is_cut_off)
    else:
        pace = Pace(settings.image_rate, jitter=settings.jitter, recovery_per_second=settings.recovery_per_second)
        turns = Turns(pace, settings.images_at_once)
        guards = replace(pages, turns=turns, breaker=Breaker(settings.image_breaker_rules), metrics=metrics)
    return Images(settings.image_sources, Egress(client, guards))


def _guards(settings: ProxySettings, sharer: Sharer | None, utc: Clock, now: Monotonic) -> Guards:
    metrics = ProxyMetrics(settings.site.marketplace)
    if sharer is not None:
        turns, breaker, is_cut_off = sharer.share(settings.site.marketplace.value)
        return Guards(turns, breaker, metrics, settings.deadline, now=now, utc=utc, is_cut_off=is_cut_off)
    pace = Pace(settings.rate, jitter=settings.jitter, recovery_per_second=settings.recovery_per_second)
    turns = Turns(pace, settings.most_at_once)
    return Guards(turns, Breaker(settings.breaker_rules), metrics, settings.deadline, now=now, utc=utc)
