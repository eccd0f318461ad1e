"""The proxies in this process: the kit's observer, guards, readers and picture rules; only their HTTP is left out.

An observer is called by its batch check as over HTTP: the lines that would be sent are created and parsed.
"""

import random
import threading
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import aclosing
from dataclasses import replace
from typing import Any

from tests.soak.loop import VirtualLoop
from tests.soak.market import Market, MarketClient

from mercarich_contracts.market import Marketplace
from mercarich_contracts.messages import BatchItem
from mercarich_contracts.proxy_api import CHECK_LINE, Budget, CheckRequest, Item, ItemLine, SearchRequest, SearchResult
from mercarich_marketplace.app import Refusal, searched
from mercarich_marketplace.assembly import Proxy
from mercarich_marketplace.batch import Batch
from mercarich_marketplace.breaker import Breaker
from mercarich_marketplace.egress import Egress, Guards
from mercarich_marketplace.images import Images
from mercarich_marketplace.metrics import ProxyMetrics
from mercarich_marketplace.observer import Observer
from mercarich_marketplace.pace import Pace
from mercarich_marketplace.settings import ProxySettings
from mercarich_marketplace.turns import Turns
from mercarich_mercari_proxy.bootstrap import PROXY as MERCARI
from mercarich_platform.cache import Cache
from mercarich_runs.ports import ProxyAway
from mercarich_updater.ports import NotSearched
from mercarich_yahoo_proxy.bootstrap import PROXY as YAHOO

CHUNKS_A_SECOND, CHUNK_SECONDS = 0.25, 4.0
"""Otherwise ten, and one. A chunk is a transaction, and a run that takes hours otherwise takes minutes here."""
HEARTBEAT_SECONDS = 10.0
"""Otherwise two. What the watch asks for waits behind runs for hours, and says so each time."""
PROXIES: dict[Marketplace, Proxy[Any]] = {proxy.settings.site.marketplace: proxy for proxy in (YAHOO, MERCARI)}
"""The proxies of the marketplaces that the simulator plays."""


class Proxies:
    """`mercarich_runs.ports.Sources` of each marketplace, and the updater's `Search` and `Look`."""

    def __init__(self, market: Market, loop: VirtualLoop, seed: int, rate: float) -> None:
        self._market = market
        self._loop = loop
        self._seed = seed
        self.rate = rate
        self._starts = 0
        self._observers: dict[Marketplace, Observer] = {}
        self._images: dict[Marketplace, Images] = {}
        self.away: set[Marketplace] = set()
        """Proxies that do not run."""
        for name in PROXIES:
            self.restart(name)

    def restart(self, name: Marketplace) -> None:
        """Start a new process: the cache is empty, and the breaker closed."""
        self._starts += 1
        chance = random.Random(f"{self._seed}:proxy:{name}:{self._starts}")
        kernel, client = self._market.kernel, MarketClient(self._market, chance)
        settings = PROXIES[name].settings(rate_per_second=self.rate)
        guards = self._guards(name, settings, settings.rate, settings.most_at_once)
        egress = Egress(client, guards)
        self._observers[name] = Observer(
            PROXIES[name].market(egress, settings, kernel.utc),
            guards,
            cache=Cache(settings.cache_seconds, size=settings.cache_items, now=kernel.monotonic),
        )
        self._observers[name].chunks, self._observers[name].chunk_seconds = Pace(CHUNKS_A_SECOND), CHUNK_SECONDS
        self._observers[name].heartbeat_seconds = HEARTBEAT_SECONDS
        pictures = replace(
            self._guards(name, settings, settings.image_rate, settings.images_at_once),
            breaker=Breaker(settings.image_breaker_rules),
        )
        self._images[name] = Images(settings.image_sources, Egress(client, pictures))

    def budget(self, name: Marketplace) -> Budget:
        self._refuse_if_away(name)
        return self._observers[name].budget()

    def sources(self, name: Marketplace) -> "ProxySources":
        return ProxySources(self, name)

    def search(self, marketplace: Marketplace, request: SearchRequest) -> SearchResult:
        self._refuse_if_away(marketplace)
        try:
            return self._loop.call(lambda: searched(self._observers[marketplace], request))
        except Refusal as refusal:
            raise NotSearched(refusal.body.error) from refusal

    def look(self, marketplace: Marketplace, item_id: str) -> Item:
        request = CheckRequest(ids=[item_id], concurrency=1, fresh=True)
        [item] = [one for some in self.lines(marketplace, request) for one in some]
        return item

    def picture(self, marketplace: Marketplace, url: str) -> bytes:
        """Call a proxy. Raises `Refusal` and `ProxyAway`."""
        self._refuse_if_away(marketplace)
        return self._loop.call(lambda: self._images[marketplace].fetch(url)).body

    def lines(self, name: Marketplace, request: CheckRequest) -> Iterator[Sequence[Item]]:
        self._refuse_if_away(name)

        async def chunks() -> AsyncIterator[bytes]:
            async with aclosing(Batch(self._observers[name], request).lines()) as lines:
                async for chunk in lines:
                    yield chunk

        for chunk in self._loop.stream(chunks):
            read = [CHECK_LINE.validate_json(line) for line in chunk.split(b"\n") if line]
            yield [line.item for line in read if isinstance(line, ItemLine)]
            self._refuse_if_away(name)

    def _refuse_if_away(self, name: Marketplace) -> None:
        if name in self.away:
            raise ProxyAway(f"the proxy of {name} does not run")

    def _guards(self, name: Marketplace, settings: ProxySettings, rate: float, at_once: int) -> Guards:
        kernel = self._market.kernel
        pace = Pace(rate, jitter=settings.jitter, recovery_per_second=settings.recovery_per_second)
        return Guards(
            turns=Turns(pace, at_once, now=kernel.monotonic),
            breaker=Breaker(settings.breaker_rules),
            metrics=ProxyMetrics(name),
            deadline_seconds=settings.deadline,
            now=kernel.monotonic,
            utc=kernel.utc,
        )


class ProxySources:
    """`mercarich_runs.ports.Sources`, as `HttpSources` asks it over HTTP."""

    def __init__(self, proxies: Proxies, name: Marketplace) -> None:
        self._proxies = proxies
        self._name = name

    def budget(self) -> Budget:
        return self._proxies.budget(self._name)

    def look(
        self,
        items: Sequence[BatchItem],
        concurrency: int,
        stop: threading.Event,
        *,
        fresh: bool = False,
        background: float | None = None,
        urgent: bool = False,
    ) -> Iterator[Sequence[Item]]:
        request = CheckRequest.model_construct(
            ids=[item.item_id for item in items],
            concurrency=concurrency,
            sellers={item.item_id: item.seller_id for item in items if item.seller_id},
            fresh=fresh,
            background=background,
            urgent=urgent,
        )
        for some in self._proxies.lines(self._name, request):
            yield some
            if stop.is_set():
                return
