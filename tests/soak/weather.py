"""The faults of a week, and market events beyond chance: drawn from the seed, day by day.

Half of them are aimed at the minutes in which runs are in progress; at other times most faults would affect nothing.
"""

import random
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial
from typing import Any, NamedTuple

from tests.soak.commands import Commands
from tests.soak.kernel import Process
from tests.soak.plant import SOMEBODY, Plant, Services
from tests.soak.proxies import PROXIES
from tests.soak.trade import Trade
from tests.soak.week import USUAL, Amazon

from mercarich_contracts.market import Marketplace
from mercarich_contracts.schedule import SCHEDULE
from mercarich_db.setting_definitions import ON, PAUSE, PAUSED
from mercarich_web.system_settings.sql import SqlSettings

DAY = 86_400.0
MINUTE = 60.0
SLOTS = (0.0, 6.0, 12.0, 18.0, 8.84, 11.84, 20.84, 23.84)
"""Hours at which checks and updates begin."""
BURST = 12 * 3600.0
"""A check of all sellers begins."""


class Event(NamedTuple):
    at: float
    """Seconds since the start."""
    kind: str
    """The name of its count."""
    text: str
    happen: Callable[[], None]


SITE_FAULTS: tuple[tuple[str, float, float, dict[str, Any]], ...] = (
    ("503_html", 1.0, 25 * MINUTE, {}),
    ("503_html", 0.4, 40 * MINUTE, {}),
    ("block_page_200", 1.0, 15 * MINUTE, {}),
    ("403", 1.0, 20 * MINUTE, {}),
    ("423", 1.0, 10 * MINUTE, {}),
    ("429", 0.5, 20 * MINUTE, {"retry_after": 20}),
    ("429", 1.0, 10 * MINUTE, {"retry_after": 300}),
    ("timeout", 0.3, 10 * MINUTE, {}),
    ("reset", 0.5, 15 * MINUTE, {}),
    ("truncated", 0.4, 15 * MINUTE, {}),
    ("slow", 0.6, 20 * MINUTE, {"seconds": 4}),
    ("empty_200", 1.0, 10 * MINUTE, {}),
    ("html_instead_of_json", 0.7, 15 * MINUTE, {}),
    ("field_removed", 0.5, 20 * MINUTE, {}),
    ("404", 0.3, 45.0, {}),
    ("404_route", 1.0, 20 * MINUTE, {}),
    ("404_route", 0.3, 40 * MINUTE, {}),
    ("404_cdn", 0.6, 20 * MINUTE, {}),
    ("redirect", 1.0, 15 * MINUTE, {"to": "/html/maintenance"}),
    ("redirect", 0.4, 20 * MINUTE, {"to": "/sorry.html"}),
    ("redirect", 0.7, 15 * MINUTE, {"to": "/"}),
    ("redirect", 0.7, 15 * MINUTE, {"to": "/guide/consent"}),
    ("field_retyped", 1.0, 20 * MINUTE, {}),
)
"""Kind, share of the requests, longest duration, further values."""
MERCARI_FAULTS: tuple[tuple[str, float, float, dict[str, Any]], ...] = (
    ("404_gateway", 1.0, 20 * MINUTE, {}),
    ("field_retyped", 1.0, 20 * MINUTE, {"field": "is_no_price"}),
)
AMAZON_FAULTS: tuple[tuple[str, str, float, float, dict[str, Any]], ...] = (
    ("spapi", "429", 0.5, 40 * MINUTE, {"retry_after": 5}),
    ("spapi", "500", 0.3, 30 * MINUTE, {}),
    ("spapi", "503_html", 1.0, 20 * MINUTE, {}),
    ("spapi", "timeout", 0.3, 15 * MINUTE, {}),
    ("spapi", "reset", 0.3, 20 * MINUTE, {}),
    ("spapi", "403", 0.5, 10 * MINUTE, {}),
    ("spapi", "invalid_in_200", 0.2, 40 * MINUTE, {}),
    ("spapi", "ignored_200", 0.3, 40 * MINUTE, {}),
    ("lwa", "500", 0.5, 20 * MINUTE, {}),
    ("lwa", "invalid_client", 1.0, 12 * MINUTE, {}),
)
FEED_FAULTS: tuple[tuple[str, dict[str, Any]] | None, ...] = (
    None,
    ("stuck_feed", {"seconds": 7200, "state": "IN_PROGRESS"}),
    ("stuck_feed", {"state": "IN_QUEUE"}),
    ("fatal_feed", {}),
)
"""One a day in turn, aimed at the seller with so many pushes that a feed carries them (`_burst`)."""


class Weather:
    """`plan` draws a day; the caller goes through it in order."""

    def __init__(self, plant: Plant, services: Services, commands: Commands, seed: int, amazon: Amazon = USUAL) -> None:
        self._plant = plant
        self._services = services
        self._commands = commands
        self._seed = seed
        self._trade = Trade(plant)
        self._amazons_own = amazon.own_events

    def plan(self, day: int) -> list[Event]:
        chance = random.Random(f"{self._seed}:weather:{day}")
        events = [
            *self._sites(chance),
            *self._amazon(chance),
            *self._processes(chance),
            *self._broker_and_database(chance),
            *self._market(chance),
            *self._people(chance, day),
            *self._burst(chance, day),
            *(self._by_itself(random.Random(f"{self._seed}:by itself:{day}")) if self._amazons_own else ()),
        ]
        return sorted((event._replace(at=day * DAY + event.at) for event in events), key=lambda event: event.at)

    def calm(self) -> None:
        """End all faults; the market stands still."""
        world = self._plant.market.world
        world.faults.active.clear()
        world.quotas.factor = 1.0
        world.events.scheduled.clear()
        world.events.next_chance = float("inf")
        world.buyers.rest()
        self._plant.database.away = self._plant.broker.away = False
        self._plant.proxies.away.clear()

    def _sites(self, chance: random.Random) -> Iterator[Event]:
        for name in PROXIES:
            faults = [*SITE_FAULTS, *MERCARI_FAULTS] if name is Marketplace.MERCARI else SITE_FAULTS
            for kind, share, longest, more in chance.sample(faults, 6):
                seconds = chance.uniform(0.2, 1.0) * longest if longest > MINUTE else longest
                yield self._fault(_during_runs(chance), str(name), kind, seconds, share=share, **more)
            yield self._proxy_away(chance, name)

    def _amazon(self, chance: random.Random) -> Iterator[Event]:
        for target, kind, share, longest, more in chance.sample(AMAZON_FAULTS, 4):
            seconds = chance.uniform(0.3, 1.0) * longest
            yield self._fault(_during_runs(chance), target, kind, seconds, share=share, **more)
        seller = chance.choice(self._plant.market.world.catalogue.sellers).username
        hours = chance.uniform(0.5, 5.0)
        yield from self._token_lost(chance.uniform(0, 19) * 3600, hours, seller)
        yield from self._span(
            _during_runs(chance),
            chance.uniform(0.5, 2.0) * 3600,
            "amazon",
            "Amazon gives a third of the quota",
            lambda on: setattr(self._plant.market.world.quotas, "factor", 0.33 if on else 1.0),
        )

    def _by_itself(self, chance: random.Random) -> Iterator[Event]:
        """What changes at Amazon without a push: withdrawn and deleted offers come back, sellers edit theirs."""
        happenings: tuple[tuple[str, Callable[[random.Random], None]], ...] = (
            ("withdrawn offers come back at Amazon", self._trade.come_back),
            ("a seller edits offers in Seller Central", self._trade.edit),
        )
        for text, happen in happenings:
            for _ in range(4):
                yield Event(chance.uniform(0, DAY), "amazon", text, partial(happen, random.Random(chance.random())))

    def _processes(self, chance: random.Random) -> Iterator[Event]:
        for _ in range(5):
            name = chance.choice(self._services.names)
            away = chance.uniform(2, 120)
            yield Event(_during_runs(chance), "killed", f"{name} is killed", partial(self._services.kill, name, away))
        for _ in range(3):
            name, seconds = chance.choice(self._services.names), chance.uniform(20, 900)
            text = f"{name} stands still for {seconds:.0f} s"
            yield Event(_during_runs(chance), "frozen", text, partial(self._services.freeze, name, seconds))
        for _ in range(2):
            yield Event(_during_runs(chance), "killed", "commands under way are killed", self._commands.kill)
        seconds = chance.uniform(60, 600)
        text = f"commands under way stand still for {seconds:.0f} s"
        yield Event(_during_runs(chance), "frozen", text, lambda: self._commands.freeze(seconds))

    def _broker_and_database(self, chance: random.Random) -> Iterator[Event]:
        for _ in range(3):
            yield from self._span(
                _during_runs(chance),
                chance.uniform(3, 90),
                "database",
                "the database is away",
                lambda on: setattr(self._plant.database, "away", on),
            )
        yield from self._span(
            _during_runs(chance),
            chance.uniform(20, 300),
            "broker",
            "the broker is away",
            lambda on: setattr(self._plant.broker, "away", on),
        )
        yield Event(
            _during_runs(chance),
            "broker",
            "the broker loses its data",
            lambda: void(self._plant.broker.lose_everything()),
        )

    def _market(self, chance: random.Random) -> Iterator[Event]:
        """Events beyond chance: some of each kind, and every other day a good part of what one seller lists sells at
        once."""
        kinds = {
            "yahoo": ("sold", "ended", "cancelled", "deleted", "suspended", "flea", "auction", "closing", "repriced"),
            "mercari": ("trading", "sold", "deleted", "suspended", "auction", "no_price", "repriced"),
        }
        for name, some in kinds.items():
            for kind in some:
                share = 0.01 if kind == "repriced" else 0.0005
                at = _during_runs(chance) if chance.random() < 0.5 else chance.uniform(0, DAY)
                yield Event(at, "market", f"{name}: some {kind}", self._trade.some(chance, name, kind, share))
            yield Event(
                chance.uniform(0, DAY), "market", f"{name}: some come back", partial(self._trade.back, chance, name)
            )
        seller = chance.randrange(len(self._plant.market.world.catalogue.sellers))
        sells = self._trade.run_on(chance, seller, unique=False)
        yield Event(_during_runs(chance), "market", "much of one seller sells", sells)
        for _ in range(8):
            text = "replacements sell that wait for their push"
            yield Event(
                _during_runs(chance, 1800), "market", text, lambda: self._trade.replacements(chance, 0.5, waiting=True)
            )
        for _ in range(3):
            text = "replacements in use sell"
            yield Event(
                chance.uniform(0, DAY), "market", text, lambda: self._trade.replacements(chance, 0.02, waiting=False)
            )
        for name in kinds:
            yield Event(
                chance.uniform(0, DAY),
                "market",
                f"{name}: spare pieces sell",
                partial(self._trade.spares, chance, name),
            )

    def _people(self, chance: random.Random, day: int) -> Iterator[Event]:
        rows = [row for row in SCHEDULE if row.component in ("checker", "updater")]
        row = chance.choice(rows)
        at = _during_runs(chance)
        yield Event(
            at, "by hand", f"{row.name} is started by hand", lambda: void(self._commands.launch(row, f"hand-{day}"))
        )
        if day % 2:
            name = chance.choice(list(PROXIES))
            yield from self._span(
                _during_runs(chance),
                chance.uniform(5, 40) * MINUTE,
                "paused",
                f"{name} is paused",
                lambda on: self._pause(name, on),
            )
        else:
            old = next(row for row in SCHEDULE if row.name == "delete-old-items")
            at_amazon = replace(old, command=(*old.command, "--delete-listing"))
            yield Event(
                chance.uniform(0.2, 2.6) * 3600,  # Before the row's own start, which leaves the listings at Amazon.
                "by hand",
                "old listings are deleted by hand, at Amazon, too",
                lambda: void(self._commands.launch(at_amazon, f"hand-delete-{day}")),
            )

    def _burst(self, chance: random.Random, day: int) -> Iterator[Event]:
        """Much of one seller's listings sells while Amazon refuses the token. All withdrawals wait until it is valid
        again, and then go as a feed, on most days with a fault."""
        sellers = self._plant.market.world.catalogue.sellers
        number = chance.randrange(len(sellers))
        username, hours = sellers[number].username, chance.uniform(1.5, 3.0)
        yield from self._token_lost(BURST - 600, hours, username)
        sells = self._trade.run_on(chance, number, unique=True)
        yield Event(BURST - 300, "market", f"much of {username} sells, of which nobody has another piece", sells)
        trouble = FEED_FAULTS[(day + self._seed) % len(FEED_FAULTS)]
        if trouble is not None:
            kind, more = trouble
            yield self._fault(BURST - 600 + hours * 3600, "spapi", kind, 1800, only=[username], **more)

    def _token_lost(self, at: float, hours: float, seller: str) -> Iterator[Event]:
        text = f"the token of {seller} is revoked, and given again {hours:.1f} h later"
        yield self._fault(at, "lwa", "invalid_grant", hours * 3600, text=text, only=[seller])
        yield self._fault(at, "spapi", "403", hours * 3600, text="and its access tokens are refused", only=[seller])

    def _fault(self, at: float, target: str, kind: str, lasts: float, *, text: str = "", **more: Any) -> Event:
        what = text or f"{target}: {kind} for {lasts / MINUTE:.0f} min, {more.get('share', 1.0):.0%} of the requests"
        body = {"target": target, "kind": kind, "for_seconds": lasts, **more}
        world = self._plant.market.world
        return Event(at, target, what, lambda: void(world.faults.set(body, world.clock.wall())))

    def _proxy_away(self, chance: random.Random, name: Marketplace) -> Event:
        seconds = chance.uniform(5, 240)

        def away() -> None:
            self._plant.proxies.away.add(name)
            self._later(seconds, back)

        def back() -> None:
            self._plant.proxies.restart(name)
            self._plant.proxies.away.discard(name)

        return Event(_during_runs(chance), "killed", f"the proxy of {name} is killed", away)

    def _span(self, at: float, seconds: float, kind: str, text: str, switch: Callable[[bool], None]) -> Iterator[Event]:
        def begin() -> None:
            switch(True)
            self._later(seconds, lambda: switch(False))

        yield Event(at, kind, f"{text} for {seconds:.0f} s", begin)

    def _later(self, seconds: float, do: Callable[[], None]) -> None:
        self._plant.kernel.spawn("the end of something", do, Process("weather"), after=seconds)

    def _pause(self, name: Marketplace, paused: bool) -> None:
        settings = SqlSettings(self._plant.database.books)
        settings.change(PAUSE + name.upper(), PAUSED if paused else ON, SOMEBODY, self._plant.kernel.utc())


def void(_answer: object) -> None:
    return


def _during_runs(chance: random.Random, longest: float = 240.0) -> float:
    """Seconds of the day: mostly in the first minutes of a run."""
    if chance.random() < 0.25:
        return chance.uniform(0, DAY)
    return chance.choice(SLOTS) * 3600 + chance.uniform(10, longest)
