"""The simulated week as a whole: built from a seed, run, and judged."""

import hashlib
import random
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

import orjson
from sqlalchemy import func, select
from tests.soak import beginning, losses, prices, wiring
from tests.soak.broker import Broker
from tests.soak.commands import Commands
from tests.soak.database import Database
from tests.soak.drift import left_to_sellers
from tests.soak.kernel import Kernel, Process
from tests.soak.loop import VirtualLoop
from tests.soak.market import Market
from tests.soak.plant import SOMEBODY, Plant, Services
from tests.soak.proxies import PROXIES, Proxies

from mercarich_contracts.events import EventKind
from mercarich_contracts.schedule import SCHEDULE
from mercarich_db.engine import reading
from mercarich_db.tables import listing_events, removed_offers, submissions
from mercarich_local.schedule_store import ScheduleStore
from mercarich_local.scheduler import Scheduler
from mercarich_platform.outages import DatabaseAway
from mercarich_simulator.settings import SimulatorSettings
from mercarich_web.system_settings.sql import SqlSettings

START = datetime(2026, 1, 4, 14, 59, 50, tzinfo=UTC)
"""Ten seconds before a Monday in Tokyo."""
CHURN_PER_HOUR = 0.03 / 24
"""Share of the sources to which something happens in a day: three of a hundred."""
SPARE_PIECES, SPARES_OF_MIXED = 0.4, 0.6
"""Share of the sources that have a spare piece, in a flat and in a mixed market."""
RUN_SECONDS = 300.0
"""Approximate duration of a check run of everything, whatever the market's size. It takes hours at the real sites; here
it is long enough for a fault during it. The proxies' rate follows from it."""
PATCHED_SHARE = 0.05
"""Share of a seller's listings: more withdrawals or restores at once than this go by feed (`weather` causes such
bursts)."""
BRAKE_SHARE, BRAKE_LISTINGS = 0.1, 20
"""Share of a small seller's listings that the brake's number is; and that of other sellers."""
BRAKE_MARKET_SHARE = 0.05
"""The same of a small market's listings. Half of them are on each marketplace."""
WATCHED_A_DAY = 24
"""Calls of the watch for each listing and day: a few, so that a week is still played in minutes."""
FEED_SECONDS = (45.0, 60.0)
"""How long Amazon queues a feed, and processes it."""
SCHEDULER_TICK = 120.0
"""A row that is not due at an even minute starts a minute late."""


@dataclass(frozen=True, slots=True)
class Size:
    sellers: int = 20
    listings: int = 20_000
    calls_per_second: float | None = None
    """What each marketplace allows; None: so many that a run of everything takes `RUN_SECONDS`."""


@dataclass(frozen=True, slots=True)
class Amazon:
    """What Amazon does beyond serving requests."""

    lag_seconds: float = 0.0
    """Typical time until an accepted change shows."""
    orders_per_hour: float = 0.0
    """Share of the offers for which a buyer comes."""
    demand: float | None = None
    """The power of a source's hazard to which the demand for its offer is in proportion (κ), in a mixed market; None: a
    flat market, in which all sources are alike."""
    eager_orders: float = 0.0
    """Share of the offers put up for which a buyer comes within a minute."""
    late_issues: float = 0.0
    """Share of the offers put up that have an ERROR afterwards."""
    forbidden: float = 0.0
    """Share of the SKUs that Amazon refuses for good."""
    own_events: bool = False
    """Whether offers come back, and sellers edit theirs."""


USUAL = Amazon(lag_seconds=3.0, late_issues=0.02, forbidden=0.0005)
UNKIND = replace(USUAL, orders_per_hour=0.02 / 24, eager_orders=0.3, own_events=True)


class Week:
    def __init__(self, folder: Path, seed: int, size: Size, amazon: Amazon = USUAL, *, watched: bool = False) -> None:
        random.seed(seed)
        self.seed = seed
        self.kernel = kernel = Kernel(START)
        settings = SimulatorSettings(
            seed=seed,
            sellers=size.sellers,
            listings=size.listings,
            spare_pieces=SPARE_PIECES if amazon.demand is None else SPARES_OF_MIXED,
            churn_per_hour=CHURN_PER_HOUR,
            yahoo_page_bytes=0,
            feed_queue_seconds=FEED_SECONDS[0],
            feed_process_seconds=FEED_SECONDS[1],
            lag_seconds=amazon.lag_seconds,
            orders_per_hour=amazon.orders_per_hour,
            market="flat" if amazon.demand is None else "mixed",
            demand_power=amazon.demand or 0.0,
            eager_orders=amazon.eager_orders,
            late_issues=amazon.late_issues,
            forbidden=amazon.forbidden,
            start_at=kernel.unix(),
            clock_mode="manual",
        )
        market = Market(settings, kernel)
        rate = size.calls_per_second or max(2.0, size.listings / 2 / RUN_SECONDS)
        proxies = Proxies(market, VirtualLoop(kernel, "proxies"), seed, rate)
        (folder / "pictures").mkdir(parents=True)
        self.plant = plant = Plant(
            kernel,
            market,
            proxies,
            Database(folder),
            Broker(kernel, seed),
            market.darkroom,
            folder / "pictures",
            random.Random(f"{seed}:amazon"),
        )
        beginning.begin(plant, seed)
        self._fit_settings(size, watched=watched)
        self.commands = Commands(plant)
        self.services = Services(
            kernel,
            {
                **{f"checker-{name}-{n}": wiring.checker(plant, name) for name in PROXIES for n in (1, 2)},
                **{f"updater-{name}": wiring.updater(plant, name) for name in PROXIES},
                "feed": wiring.feed(plant),
                **({f"watch-{name}": wiring.watch(plant, name) for name in PROXIES} if watched else {}),
            },
        )
        self._start_scheduler()

    def stop(self, seconds: float) -> None:
        """Kill all services, commands and the schedule; they start again after so many seconds."""
        self.kernel.kill(self._scheduler)
        self.commands.kill()
        for name in self.services.names:
            self.services.kill(name, seconds)
        self.kernel.spawn("start the schedule", self._start_scheduler, Process("starter"), after=seconds)

    def figures(self) -> str:
        """Further results."""
        plant = self.plant
        requests = {name: traffic.requests for name, traffic in plant.market.world.traffic.items()}
        address = f"http://simulator/_sim/ledger?{losses.question(plant)}&{prices.question(plant)}"
        ledger = orjson.loads(plant.market.answer("GET", address, {}, b"").body)
        return (
            f"Buyers ordered {ledger['orders']:,} times, {ledger['orders_unsourced']:,} of them without a source; "
            f"{ledger['orders_cancelled']['merchant']:,} orders were cancelled for want of one, "
            f"{ledger['pieces_sold_twice']:,} were for a piece that was sold already, and {ledger['sold_at_loss']:,} "
            f"were at a loss by Amazon's fee, or by {losses.FEE_PERCENT:g}% before its estimate. {self._stopped()}"
            f"Prices: {self._priced()}; {ledger['prices_changed']:,} were changed at Amazon. "
            f"Feeds: {self._feeds() or 'none'}; {self._removed():,} listings left Amazon. "
            f"Deleted offers came back {self._came_back()} times; "
            f"{len(left_to_sellers(plant))} of them are left to their sellers. "
            f"Requests: {', '.join(f'{number:,} {name}' for name, number in requests.items())}. Messages: "
            f"{', '.join(f'{number:,} {name}' for name, number in plant.broker.counts.items())}. "
            f"The database refused {plant.database.refused:,} times; services were killed "
            f"{sum(self.services.ended.values())} times, commands {self.commands.killed}. "
            f"Fingerprint {self._fingerprint()}."
        )

    def _fit_settings(self, size: Size, *, watched: bool) -> None:
        """Feeds and holds begin at numbers of listings that a small market would never reach."""
        rate = self.plant.proxies.rate
        each = size.listings / size.sellers
        fitting = {
            "PATCH_LANE_LISTINGS": max(2, round(each * PATCHED_SHARE)),
            "BRAKE_LISTINGS": min(max(3, round(each * BRAKE_SHARE)), BRAKE_LISTINGS),
            "BRAKE_MARKETPLACE_LISTINGS": min(max(5, round(size.listings * BRAKE_MARKET_SHARE)), 10 * BRAKE_LISTINGS),
            "WATCH_SHARE": min(1.0, WATCHED_A_DAY * size.listings / 2 / 86_400 / rate) if watched else 0,
        }
        settings = SqlSettings(self.plant.database.books)
        for key, value in fitting.items():
            settings.change(key, str(value), SOMEBODY, self.plant.kernel.utc())

    def _stopped(self) -> str:
        """What the loss rule of one seller did."""
        kinds = (EventKind.PAUSED, EventKind.RECOVERED)
        query = select(listing_events.c.kind, func.count()).where(listing_events.c.kind.in_(kinds))
        with reading(self.plant.database.books) as connection:
            counted: dict[str, int] = dict(connection.execute(query.group_by(listing_events.c.kind)).tuples().all())
        return " and ".join(f"{counted.get(kind, 0):,} listings were {kind}" for kind in kinds) + ". "

    def _priced(self) -> str:
        with reading(self.plant.database.books) as connection:
            return prices.figures(connection)

    def _feeds(self) -> str:
        ends = (
            select(submissions.c.state, func.count()).where(submissions.c.lane == "feed").group_by(submissions.c.state)
        )
        with reading(self.plant.database.books) as connection:
            return ", ".join(f"{count:,} {state}" for state, count in sorted(connection.execute(ends).tuples()))

    def _removed(self) -> int:
        left = select(func.count()).where(listing_events.c.kind == EventKind.LEFT_AMAZON)
        with reading(self.plant.database.books) as connection:
            return connection.execute(left).scalar_one()

    def _came_back(self) -> int:
        with reading(self.plant.database.books) as connection:
            return connection.execute(select(func.sum(removed_offers.c.returns))).scalar() or 0

    def _fingerprint(self) -> str:
        """A hash of all events of listings and offers: two weeks with the same seed and code have the same."""
        told = hashlib.sha256()
        columns = (listing_events.c.listing_id, listing_events.c.at, listing_events.c.kind, listing_events.c.reason)
        with reading(self.plant.database.books) as connection:
            for row in connection.execute(select(*columns).order_by(listing_events.c.id)):
                told.update(f"{row.listing_id} {row.at.timestamp():.3f} {row.kind} {row.reason}\n".encode())
        for key, offer in sorted(self.plant.market.world.offers.touched.items()):
            told.update(f"{key} {[(round(change.at, 3), change.quantity) for change in offer.changes]}\n".encode())
        return told.hexdigest()[:12]

    def _start_scheduler(self) -> None:
        self._scheduler = Process("scheduler")
        self.kernel.spawn("scheduler", self._schedule, self._scheduler)

    def _schedule(self) -> None:
        kernel = self.kernel
        scheduler = Scheduler(SCHEDULE, ScheduleStore(self.plant.database.engine), self.commands.launch, kernel.utc)
        while True:
            with suppress(DatabaseAway):  # Missed slots are made up for.
                scheduler.tick()
            kernel.sleep(SCHEDULER_TICK - kernel.unix() % SCHEDULER_TICK)
