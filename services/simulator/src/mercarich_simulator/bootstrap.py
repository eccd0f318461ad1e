"""Build a simulator: from settings to an ASGI application."""

import asyncio
import logging
import time
from dataclasses import fields, replace
from typing import Any

from mercarich_simulator.api.amazon import AmazonApi
from mercarich_simulator.api.consent import Consent
from mercarich_simulator.api.feeds import Store
from mercarich_simulator.api.levers import Levers
from mercarich_simulator.api.mercari import MercariApi
from mercarich_simulator.api.yahoo import YahooApi
from mercarich_simulator.clock import SimClock
from mercarich_simulator.settings import SimulatorSettings
from mercarich_simulator.state_file import read, restore, save
from mercarich_simulator.web import Application, Reply, Request, json_reply
from mercarich_simulator.world import World, begin

log = logging.getLogger(__name__)

SAVE_SECONDS = 10.0
_RESETTABLE = frozenset(field.name for field in fields(SimulatorSettings)) - {"state_file"}


def build(settings: SimulatorSettings) -> Application:
    """Return the application. With a state file, its world continues from that file.

    Raise ForeignState when the file is of another market.
    """
    simulator = Simulator(settings)
    return Application(simulator.answer, simulator)


class Simulator:
    """One world and its routes; a reset replaces both."""

    def __init__(self, settings: SimulatorSettings, clock: SimClock | None = None) -> None:
        """Make a world with `clock`, or with the clock of the settings."""
        self._saving: asyncio.Task[None] | None = None
        document = read(settings.state_file) if settings.state_file else None
        if document is None:
            self._take(begin(settings, clock))
            return
        self._take(begin(replace(settings, start_at=document["start_at"])))
        if settings.clock_mode == "real":
            self.world.clock.jump_to(time.time())
        restore(self.world, document)

    def answer(self, request: Request) -> Reply:
        """Bring the world up to the present, then return the reply of the path's handler."""
        self.world.settle()
        if host := request.headers.get("host"):
            self.world.market.host = f"http://{host}"
        path = request.path
        for prefix, answer in self._routes:
            if path.startswith(prefix):
                return answer(request)
        if path == "/healthz":
            return json_reply({"status": "ok"})
        if path == "/_sim/reset" and request.method == "POST":
            return self._reset(request)
        if path.startswith("/_sim/"):
            return self._levers.answer(request)
        return json_reply({"error": "not found"}, 404)

    async def startup(self) -> None:
        if self.world.settings.state_file:
            self._saving = asyncio.create_task(self._save_again_and_again())

    async def shutdown(self) -> None:
        if self._saving:
            self._saving.cancel()
            self._save()

    def _take(self, world: World) -> None:
        self.world = world
        amazon, self._levers = AmazonApi(world), Levers(world)
        self._routes = (
            ("/yahoo/", YahooApi(world).answer),
            ("/mercari/", MercariApi(world).answer),
            ("/lwa/", amazon.token),
            ("/sellercentral/", Consent(world).answer),
            ("/spapi/", amazon.call),
            ("/s3/", Store(world).answer),
        )

    def _reset(self, request: Request) -> Reply:
        """Begin a new world. The body may name any of the settings of the command line."""
        try:
            body: dict[str, Any] = request.json()
            if unknown := set(body) - _RESETTABLE:
                raise ValueError(f"unknown settings: {', '.join(sorted(unknown))}")
            self._take(begin(replace(self.world.settings, **body)))
        except (ValueError, TypeError) as error:
            return json_reply({"error": str(error)}, 400)
        return json_reply({"seed": self.world.settings.seed, "start_at": self.world.catalogue.start_at})

    async def _save_again_and_again(self) -> None:
        while True:
            await asyncio.sleep(SAVE_SECONDS)
            self._save()

    def _save(self) -> None:
        path = self.world.settings.state_file
        if path is None:
            return
        try:
            save(self.world, path)
        except OSError:
            log.exception("the market's state could not be saved", extra={"path": str(path)})
