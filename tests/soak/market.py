"""The simulator in this process: its world on the kernel's time, called by function instead of HTTP.

The requests of the proxies' and feed's HTTP clients are converted into the simulator's own `Request`, and its `Reply`
into what they would have received. A hanging response costs the caller's timeout, a broken one its connection.
"""

import asyncio
import random
from collections.abc import Callable, Mapping
from urllib.parse import unquote, urlsplit

import httpx
from tests.soak.darkroom import Darkroom
from tests.soak.kernel import Kernel

from mercarich_contracts.market import Reason
from mercarich_marketplace.answers import Fault
from mercarich_marketplace.client import KEPT_HEADERS, Received
from mercarich_simulator.bootstrap import Simulator
from mercarich_simulator.clock import SimClock
from mercarich_simulator.settings import SimulatorSettings
from mercarich_simulator.sites.pictures import IMAGES, named
from mercarich_simulator.web import Ending, Reply, Request

HOST = "127.0.0.1:8100"
"""The simulator's usual address: pictures are listed under it, and the proxies' settings allow it."""
HANG_SECONDS = 600.0
LATENCY = (0.05, 0.25)
"""Seconds that a marketplace's response takes."""


class VirtualClock(SimClock):
    """Both of the simulator's clocks are the kernel's."""

    def __init__(self, kernel: Kernel) -> None:
        super().__init__(kernel.unix(), "manual")
        self._kernel = kernel

    def now(self) -> float:
        return self._kernel.unix()

    def wall(self) -> float:
        return self._kernel.unix()


class Market:
    """One simulated market, and its pictures drawn ahead of time."""

    def __init__(self, settings: SimulatorSettings, kernel: Kernel) -> None:
        self.kernel = kernel
        self.simulator = Simulator(settings, VirtualClock(kernel))
        self.world = self.simulator.world
        self.darkroom = Darkroom(self.world)
        self.on_amazon: list[Callable[[Request, Reply], None]] = []
        """Called with each exchange with Amazon, before the response is seen."""

    def drawn(self, url: str, draw: Callable[[], bytes]) -> bytes:
        """Return a picture: from the darkroom, or drawn now."""
        asked = named(IMAGES + url.rpartition(IMAGES)[2])
        return (self.darkroom.drawn(*asked) if asked else None) or self.darkroom.once(url, draw)

    def answer(self, method: str, url: str, headers: Mapping[str, str], body: bytes) -> Reply:
        parts = urlsplit(url)
        request = Request(method, unquote(parts.path), parts.query, {**headers, "host": HOST}, body)
        reply = self.simulator.answer(request)
        for look in self.on_amazon if parts.path.startswith(("/spapi/", "/s3/")) else ():
            look(request, reply)
        return reply


class MarketClient:
    """`mercarich_marketplace.client.Client`, with which the proxies make calls."""

    def __init__(self, market: Market, chance: random.Random) -> None:
        self._market = market
        self._chance = chance

    async def ask(self, method: str, url: str, headers: Mapping[str, str], content: bytes | None) -> Received:
        await asyncio.sleep(self._chance.uniform(*LATENCY))
        lower = {name.lower(): value for name, value in headers.items()}
        reply = self._market.answer(method, url, lower, content or b"")
        if reply.delay:
            await asyncio.sleep(reply.delay)
        if reply.ending is Ending.HANG:
            await asyncio.sleep(HANG_SECONDS)
        if reply.ending is not Ending.WHOLE:
            raise Fault(Reason.TRANSIENT, f"the connection was cut: {reply.ending}")
        kept = {name: value for name, value in reply.headers if name in KEPT_HEADERS}
        return Received(reply.status, kept, self._market.drawn(url, reply.draw) if reply.draw else reply.body)

    async def close(self) -> None:
        return


class AmazonTransport(httpx.BaseTransport):
    """A transport of feed's HTTP client. Tokens are returned at once: a thread that waits for one holds a real lock."""

    def __init__(self, market: Market, chance: random.Random, latency: tuple[float, float] = LATENCY) -> None:
        self._market = market
        self._chance = chance
        self._latency = latency

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        kernel, at_once = self._market.kernel, request.url.path.startswith("/lwa/")
        if not at_once:
            kernel.sleep(self._chance.uniform(*self._latency))
        lower = {name.lower(): value for name, value in request.headers.items()}
        reply = self._market.answer(request.method, str(request.url), lower, request.read())
        if reply.ending is Ending.HANG:
            if not at_once:
                kernel.sleep(request.extensions["timeout"]["read"] or HANG_SECONDS)
            raise httpx.ReadTimeout("no answer")
        if reply.ending is not Ending.WHOLE:
            raise httpx.ReadError("the connection was cut")
        if reply.delay and not at_once:
            kernel.sleep(reply.delay)
        headers = [("content-type", reply.content_type), *reply.headers]
        return httpx.Response(reply.status, headers=headers, content=reply.body)
