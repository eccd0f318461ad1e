"""The services' composition roots for this world: the same use cases and adapters as their `bootstrap`s wire.

Left out are HTTP servers and clients (`proxies`, `market`), Kafka (`broker`) and the threads of lanes and pools
(`lanes`). A poll that finds what a message has lost comes every `ROUND_SECONDS` here and every few seconds otherwise,
and is left out while there is nothing that it could find.
"""

import threading
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

from pydantic import SecretStr
from tests.soak.broker import QueuePublisher
from tests.soak.database import any_of
from tests.soak.kernel import Process, unheeded
from tests.soak.lanes import Inline, VirtualLane
from tests.soak.market import AmazonTransport
from tests.soak.pictures import MarketPictures
from tests.soak.plant import Handle, Plant

from mercarich_checker.adapters import settings_sql
from mercarich_checker.adapters.counted import CountedObservations
from mercarich_checker.adapters.events_kafka import KafkaEvents
from mercarich_checker.adapters.observations_sql import SqlObservations
from mercarich_checker.handlers import CheckBatchHandler, ReleasedHoldsTick
from mercarich_checker.settings import CheckerSettings
from mercarich_checker.use_cases.check_batch import CheckBatchItems
from mercarich_contracts.market import Marketplace
from mercarich_contracts.messages import RevivalWanted
from mercarich_contracts.topics import CHECK, LISTINGS_CHANGED, UPDATE
from mercarich_feed.adapters.accounts_sql import SqlAccounts
from mercarich_feed.adapters.amazon import PacedAmazon
from mercarich_feed.adapters.http import Http
from mercarich_feed.adapters.listings_sql import SqlListings as FeedListings
from mercarich_feed.adapters.lwa import Application, Lwa
from mercarich_feed.adapters.meter import PrometheusMeter as FeedMeter
from mercarich_feed.adapters.numbers_sql import SqlNumbers
from mercarich_feed.adapters.pacing import Pace
from mercarich_feed.adapters.sellers_sql import SqlSellers
from mercarich_feed.adapters.sp_api import SpApi
from mercarich_feed.adapters.submissions_sql import SqlSubmissions
from mercarich_feed.adapters.token_cipher import TokenCipher
from mercarich_feed.bootstrap import ZERO_ROUND_SECONDS
from mercarich_feed.handlers import ListingsChangedHandler, Rounds, ZeroRounds
from mercarich_feed.settings import FeedSettings
from mercarich_feed.use_cases.feeds import FollowFeeds, SubmitFeed
from mercarich_feed.use_cases.follow import FollowSeller
from mercarich_feed.use_cases.gate import Gate
from mercarich_feed.use_cases.patches import PushWithdrawals
from mercarich_feed.use_cases.restores import PushRestores, RestoreWish
from mercarich_feed.use_cases.zeros import VerifyZeros
from mercarich_platform.kafka import Record
from mercarich_platform.worker import Tick
from mercarich_runs.adapters.messages_kafka import KafkaBatches
from mercarich_runs.adapters.pause_sql import PauseSwitch, RestsWhilePaused, SkipsWhilePaused
from mercarich_updater.adapters.decisions_sql import SqlDecisions
from mercarich_updater.adapters.listings_sql import SqlListings
from mercarich_updater.adapters.meter import PrometheusMeter
from mercarich_updater.adapters.rules_sql import SqlRules
from mercarich_updater.handlers import PUT_OFF_EVERY, DecisionsTick, PutOffTick, RevivalHandler
from mercarich_updater.settings import UpdaterSettings
from mercarich_updater.use_cases.decide import KeepFresh, TakeApproved
from mercarich_updater.use_cases.revive import ReviveListings
from mercarich_updater.use_cases.search import FindReplacement

KEY = bytes(range(32))
"""Seals this world's made-up refresh tokens."""
ROUND_SECONDS = 20.0
RELEASED = "SELECT 1 FROM holds WHERE released_at IS NOT NULL AND applied_at IS NULL LIMIT 1"
RESTORES = "SELECT 1 FROM listings WHERE push_pending = 1 AND quantity > 0 LIMIT 1"
SEARCHES = any_of("put_off")
PUSHES = (
    "SELECT 1 FROM listings WHERE push_pending = 1 UNION ALL SELECT 1 FROM submissions WHERE ended_at IS NULL LIMIT 1"
)
ZEROS = any_of("unread_zeros")
SLOTS = 4
PUSHERS, FOLLOWERS = 6, 4


def checker(plant: Plant, marketplace: Marketplace) -> Callable[[Process], None]:
    """As `mercarich_checker.bootstrap.build_worker`."""

    def make(process: Process) -> None:
        own, kernel, engine = CheckerSettings(), plant.kernel, plant.database.engine
        brake = settings_sql.SqlBrakeSettings(engine, kernel.monotonic)
        observations = CountedObservations(SqlObservations(engine, brake))
        events = KafkaEvents(QueuePublisher(plant.broker))
        lease = timedelta(seconds=own.lease_seconds)
        check = CheckBatchItems(observations, plant.proxies.sources(marketplace), events, kernel.utc, lease)
        rests = RestsWhilePaused(PauseSwitch(engine, marketplace, kernel.monotonic), CheckBatchHandler(check))
        plant.consume(process, CHECK[marketplace].name, SLOTS, rests)
        released = ReleasedHoldsTick(observations, events, marketplace, kernel.utc)
        plant.tick(process, {Tick("released holds", ROUND_SECONDS, released): RELEASED})

    return make


def updater(plant: Plant, marketplace: Marketplace) -> Callable[[Process], None]:
    """As `mercarich_updater.bootstrap.build_worker`; one search of a message at a time."""

    def make(process: Process) -> None:
        own, kernel, engine, proxies = UpdaterSettings(), plant.kernel, plant.database.engine, plant.proxies
        listings, decisions = SqlListings(engine, SqlRules(engine, kernel.monotonic)), SqlDecisions(engine)
        find = FindReplacement(proxies.search, proxies.look, MarketPictures(proxies, plant.pictures, plant.darkroom))
        lease = timedelta(seconds=own.lease_seconds)
        revive = ReviveListings(listings, find, PrometheusMeter(), kernel.utc, lease)
        is_paused = PauseSwitch(engine, marketplace, kernel.monotonic)
        plant.consume(
            process,
            UPDATE[marketplace].name,
            own.slots,
            RestsWhilePaused(is_paused, one_by_one(RevivalHandler(revive))),
        )
        take = TakeApproved(decisions, listings, proxies.look, kernel.utc)
        decide = DecisionsTick(take, KeepFresh(decisions, proxies.look, kernel.utc), marketplace)
        batches = KafkaBatches(QueuePublisher(plant.broker), UPDATE)
        put_off = PutOffTick(decisions, batches, marketplace, kernel.utc)
        plant.tick(
            process,
            {
                Tick("decisions", ROUND_SECONDS, SkipsWhilePaused(is_paused, decide)): RESTORES,
                Tick("put off", PUT_OFF_EVERY, SkipsWhilePaused(is_paused, put_off)): SEARCHES,
            },
        )

    return make


def one_by_one(handle: Handle) -> Handle:
    """The searches of a message after each other: side by side they would be threads that nobody orders."""

    def handled(record: Record, stop: threading.Event) -> None:
        message = RevivalWanted.decode(record.value).model_copy(update={"max_workers": 1})
        handle(replace(record, value=message.encode()), stop)

    return handled


def accounts(plant: Plant) -> SqlAccounts:
    return SqlAccounts(plant.database.engine, TokenCipher(KEY), FeedSettings().token_retry_seconds, plant.kernel.utc)


def sp_api(plant: Plant, pace: Pace) -> SpApi:
    """Its tokens are the process's own."""
    own, kernel, catalogue = FeedSettings(), plant.kernel, plant.market.world.catalogue
    application = Application(own.lwa_url, catalogue.client_id, SecretStr(catalogue.client_secret))
    http = Http(own.call_seconds, lambda: AmazonTransport(plant.market, plant.amazon_chance))
    lwa = Lwa(http, application, retry_seconds=own.token_retry_seconds, now=kernel.monotonic)
    return SpApi(http, own.spapi_url, lwa, pace)


def feed(plant: Plant) -> Callable[[Process], None]:
    """As `mercarich_feed.bootstrap.build_worker`."""

    def make(process: Process) -> None:
        own, kernel, engine = FeedSettings(), plant.kernel, plant.database.engine
        listings, submissions = FeedListings(engine, kernel.utc), SqlSubmissions(engine, kernel.utc)
        sellers = SqlSellers(engine, own.token_retry_seconds, kernel.utc)
        numbers, meter, known = SqlNumbers(engine, kernel.monotonic), FeedMeter(), accounts(plant)
        pace = Pace(unheeded(kernel.sleep), kernel.monotonic)
        amazon = PacedAmazon(sp_api(plant, pace), pace, Inline(), kernel.utc, kernel.monotonic)

        def gate() -> Gate:
            return Gate(known, amazon, meter, kernel.monotonic)

        submit = SubmitFeed(submissions, amazon, numbers, kernel.utc)
        push = PushWithdrawals(gate(), listings, amazon, numbers, submit, meter)
        feeds, zeros = FollowFeeds(submissions, amazon, numbers, meter, kernel.utc), VerifyZeros(listings, amazon)
        restore = PushRestores(gate(), listings, amazon, numbers, submit, meter, pace.pause)
        follow_seller = FollowSeller(feeds, gate(), zeros, gate())
        restores: VirtualLane[RestoreWish] = VirtualLane(kernel, process, "restores", FOLLOWERS, restore)
        follow: VirtualLane[None] = VirtualLane(
            kernel, process, "follow", FOLLOWERS, lambda user_id, _: follow_seller(user_id)
        )

        def push_then_follow(user_id: int, _wishes: set[None]) -> float | None:
            again = push(user_id)
            follow.wake(user_id)
            return again

        patches: VirtualLane[None] = VirtualLane(kernel, process, "patches", PUSHERS, push_then_follow)
        plant.consume(process, LISTINGS_CHANGED.name, SLOTS, ListingsChangedHandler(patches, restores))
        rounds = Rounds(patches, restores, follow, sellers.with_withdrawals, submissions.sellers_due)
        zero_rounds = ZeroRounds(follow, listings.sellers_with_zeros, kernel.utc)
        plant.tick(
            process,
            {Tick("rounds", ROUND_SECONDS, rounds): PUSHES, Tick("zeros", ZERO_ROUND_SECONDS, zero_rounds): ZEROS},
        )

    return make
