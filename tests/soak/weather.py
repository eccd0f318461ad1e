"""The faults of a week, and market events beyond chance: drawn from the seed, day by day.

Half of them are aimed at the minutes in which runs are in progress; at other times most faults would affect nothing.
"""

import random
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

from tests.soak import people
from tests.soak.commands import Commands
from tests.soak.crash_points import CrashPoints, Point
from tests.soak.events import CHECKS, DAY, MINUTE, Event, during_runs, later, span, void
from tests.soak.families import Family, Faults
from tests.soak.plant import Plant, Services
from tests.soak.proxies import PROXIES
from tests.soak.trade import Trade
from tests.soak.troubles import AMAZON_FAULTS, FEED_FAULTS, MERCARI_FAULTS, SITE_FAULTS

from mercarich_contracts.market import Marketplace

CLOSED_SECONDS = 600.0
"""Between a first look and a held listing's second one."""
BURST = 12 * 3600.0
"""A check of all sellers begins."""


class Weather:
    """`plan` draws a day; the caller goes through it in order."""

    def __init__(
        self, plant: Plant, services: Services, commands: Commands, seed: int, faults: Faults | None = None
    ) -> None:
        self._plant = plant
        self._services = services
        self._commands = commands
        self._seed = seed
        self._trade = Trade(plant)
        self.crash_points = CrashPoints(plant, services, commands)
        self._faults = faults or Faults()

    def plan(self, day: int) -> list[Event]:
        chance = random.Random(f"{self._seed}:weather:{day}")
        events = [
            *self._sites(chance),
            *self._amazon(chance),
            *self._processes(chance),
            *self._crashes(random.Random(f"{self._seed}:crash points:{day}")),
            *self._broker_and_database(chance),
            *self._market(chance),
            *people.events(self._plant, self._commands, chance, day),
            *self._burst(chance, day),
        ]
        events.append(self._many_at_once(random.Random(f"{self._seed}:many:{day}"), day))
        if self._faults.amazon.own_events:
            events += self._by_itself(random.Random(f"{self._seed}:by itself:{day}"))
        happening = (event for event in events if event.kind in self._faults.families)
        return sorted((event._replace(at=day * DAY + event.at) for event in happening), key=lambda event: event.at)

    def calm(self) -> None:
        """End all faults; the market stands still."""
        world = self._plant.market.world
        self.crash_points.disarm()
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
                yield self._fault(Family(name), during_runs(chance), str(name), kind, seconds, share=share, **more)
            yield self._proxy_away(chance, name)

    def _amazon(self, chance: random.Random) -> Iterator[Event]:
        for target, kind, share, longest, more in chance.sample(AMAZON_FAULTS, 4):
            seconds = chance.uniform(0.3, 1.0) * longest
            yield self._fault(Family(target), during_runs(chance), target, kind, seconds, share=share, **more)
        text = "spapi: 500 for most deletions"
        most: dict[str, Any] = {"share": 0.8, "only": ["deleteListingsItem"]}
        yield self._fault(Family.SPAPI, 0, "spapi", "500", 2.7 * 3600, text=text, **most)
        seller = chance.choice(self._plant.market.world.catalogue.sellers).username
        hours = chance.uniform(0.5, 5.0)
        yield from self._token_lost(Family.TOKENS, chance.uniform(0, 19) * 3600, hours, seller)
        yield from span(
            self._plant.kernel,
            during_runs(chance),
            chance.uniform(0.5, 2.0) * 3600,
            Family.QUOTA,
            "Amazon gives a third of the quota",
            lambda on: setattr(self._plant.market.world.quotas, "factor", 0.33 if on else 1.0),
        )

    def _by_itself(self, chance: random.Random) -> Iterator[Event]:
        """What changes at Amazon without a push: withdrawn and deleted offers come back, sellers edit theirs."""
        happenings: tuple[tuple[Family, str, Callable[[random.Random], None]], ...] = (
            (Family.BY_ITSELF, "withdrawn offers come back at Amazon", partial(self._trade.come_back, deleted=False)),
            (Family.BY_ITSELF, "a seller edits offers in Seller Central", self._trade.edit),
            (Family.DELETED_RETURN, "deleted offers come back at Amazon", partial(self._trade.come_back, deleted=True)),
        )
        for family, text, happen in happenings:
            for _ in range(4):
                at = chance.uniform(0, DAY)
                yield Event(at, family, text, partial(happen, random.Random(chance.random())))

    def _processes(self, chance: random.Random) -> Iterator[Event]:
        for _ in range(5):
            name = chance.choice(self._services.names)
            away = chance.uniform(2, 120)
            yield Event(
                during_runs(chance), Family.KILLED, f"{name} is killed", partial(self._services.kill, name, away)
            )
        for _ in range(3):
            name, seconds = chance.choice(self._services.names), chance.uniform(20, 900)
            text = f"{name} stands still for {seconds:.0f} s"
            yield Event(during_runs(chance), Family.FROZEN, text, partial(self._services.freeze, name, seconds))
        for _ in range(2):
            yield Event(during_runs(chance), Family.KILLED, "commands under way are killed", self._commands.kill)
        seconds = chance.uniform(60, 600)
        text = f"commands under way stand still for {seconds:.0f} s"
        yield Event(during_runs(chance), Family.FROZEN, text, lambda: self._commands.freeze(seconds))

    def _crashes(self, chance: random.Random) -> Iterator[Event]:
        """Most work is done in the minutes after a run's begin: the process that passes some points later dies."""
        for point in Point:
            for _ in range(3):
                passes = chance.randrange(20)
                dies = partial(self.crash_points.arm, point, passes)
                text = f"a process is to die {point}, {passes} passes later"
                yield Event(during_runs(chance), Family.CRASH_POINTS, text, dies)

    def _broker_and_database(self, chance: random.Random) -> Iterator[Event]:
        for _ in range(3):
            yield from span(
                self._plant.kernel,
                during_runs(chance),
                chance.uniform(3, 90),
                Family.DATABASE,
                "the database is away",
                lambda on: setattr(self._plant.database, "away", on),
            )
        yield from span(
            self._plant.kernel,
            during_runs(chance),
            chance.uniform(20, 300),
            Family.BROKER,
            "the broker is away",
            lambda on: setattr(self._plant.broker, "away", on),
        )
        yield Event(
            during_runs(chance),
            Family.BROKER,
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
                at = during_runs(chance) if chance.random() < 0.5 else chance.uniform(0, DAY)
                yield Event(at, Family.SOURCES, f"{name}: some {kind}", self._trade.some(chance, name, kind, share))
            back = partial(self._trade.back, chance, name)
            yield Event(chance.uniform(0, DAY), Family.SOURCES, f"{name}: some come back", back)
        seller = chance.randrange(len(self._plant.market.world.catalogue.sellers))
        sells = self._trade.run_on(chance, seller)
        yield Event(during_runs(chance), Family.MUCH_SELLS, "much of one seller sells", sells)
        for _ in range(8):
            text = "replacements sell that wait for their push"
            sells = partial(self._trade.replacements, chance, 0.5, waiting=True)
            yield Event(during_runs(chance, 1800), Family.REPLACEMENTS, text, sells)
        for _ in range(3):
            text = "replacements in use sell"
            sells = partial(self._trade.replacements, chance, 0.02, waiting=False)
            yield Event(chance.uniform(0, DAY), Family.REPLACEMENTS, text, sells)
        for name in kinds:
            sells = partial(self._trade.spares, chance, name)
            yield Event(chance.uniform(0, DAY), Family.SPARES, f"{name}: spare pieces sell", sells)
        for _ in range(2):  # of the one with the loss rule
            text = "sources of much of one seller get dearer or cheaper"
            moves = self._trade.run_on(chance, 0, kind="repriced")
            yield Event(chance.uniform(0, DAY), Family.SOURCES, text, moves)

    def _many_at_once(self, chance: random.Random, day: int) -> Event:
        """What the brake is for, in turn: a good part of what one seller lists is closed for some minutes; it vanishes,
        which is too much absence for a second look to decide on; a part of a whole marketplace sells.
        """
        seller = chance.randrange(len(self._plant.market.world.catalogue.sellers))
        at = chance.choice(CHECKS) * 3600 + chance.uniform(1, 9)
        if day % 3 == 0:
            text, happens = "closed for a while", self._trade.closed_for_a_while(chance, seller, CLOSED_SECONDS)
            return Event(at, Family.MUCH_SELLS, f"much of one seller is {text}", happens)
        if day % 3 == 1:
            happens = self._trade.run_on(chance, seller, of=Marketplace.YAHOO, kind="deleted")
            return Event(at, Family.MUCH_SELLS, "much of one seller is deleted", happens)
        name = chance.choice(list(PROXIES))
        happens = self._trade.some(chance, name, "sold", 0.12)
        return Event(at, Family.MUCH_SELLS, f"an eighth of {name} sells at once", happens)

    def _burst(self, chance: random.Random, day: int) -> Iterator[Event]:
        """Much of one seller's listings sells while Amazon refuses the token. All withdrawals wait until it is valid
        again, and then go as a feed, on most days with a fault. Every other day replacements do: their token is valid
        again before they are too old to be sent.
        """
        sellers = self._plant.market.world.catalogue.sellers
        number = chance.randrange(len(sellers))
        unique = day % 2 == 0
        username, hours = sellers[number].username, chance.uniform(1.5, 3.0) if unique else 0.3
        yield from self._token_lost(Family.FEEDS, BURST - 600, hours, username)
        sells = self._trade.run_on(chance, number, unique=unique)
        which = "nobody has" if unique else "somebody has"
        yield Event(BURST - 300, Family.FEEDS, f"much of {username} sells, of which {which} another piece", sells)
        trouble = FEED_FAULTS[(day + self._seed) % len(FEED_FAULTS)]
        if trouble is not None:
            kind, more = trouble
            given = {"only": [username], **more}
            yield self._fault(Family.FEEDS, BURST - 600 + hours * 3600, "spapi", kind, 1800, **given)

    def _token_lost(self, family: Family, at: float, hours: float, seller: str) -> Iterator[Event]:
        text = f"the token of {seller} is revoked, and given again {hours:.1f} h later"
        yield self._fault(family, at, "lwa", "invalid_grant", hours * 3600, text=text, only=[seller])
        yield self._fault(
            family, at, "spapi", "403", hours * 3600, text="and its access tokens are refused", only=[seller]
        )

    def _fault(
        self, family: Family, at: float, target: str, kind: str, lasts: float, *, text: str = "", **more: Any
    ) -> Event:
        what = text or f"{target}: {kind} for {lasts / MINUTE:.0f} min, {more.get('share', 1.0):.0%} of the requests"
        body = {"target": target, "kind": kind, "for_seconds": lasts, **more}
        world = self._plant.market.world
        return Event(at, family, what, lambda: void(world.faults.set(body, world.clock.wall())))

    def _proxy_away(self, chance: random.Random, name: Marketplace) -> Event:
        seconds = chance.uniform(5, 240)

        def away() -> None:
            self._plant.proxies.away.add(name)
            later(self._plant.kernel, seconds, back)

        def back() -> None:
            self._plant.proxies.restart(name)
            self._plant.proxies.away.discard(name)

        return Event(during_runs(chance), Family.KILLED, f"the proxy of {name} is killed", away)
