"""The composition root: settings in, the ready worker out."""

import threading
from collections.abc import Sequence

from sqlalchemy import Engine

from mercarich_contracts.topics import DEAD_LETTERS, LISTINGS_CHANGED, TOPICS
from mercarich_db import engine as engines
from mercarich_feed.adapters.accounts_sql import open_accounts
from mercarich_feed.adapters.amazon import PacedAmazon
from mercarich_feed.adapters.differences_sql import SqlDifferences
from mercarich_feed.adapters.fees_sql import SqlFees
from mercarich_feed.adapters.http import Http
from mercarich_feed.adapters.lanes import AnyLane, FeedWorker, Lanes
from mercarich_feed.adapters.listings_sql import SqlListings
from mercarich_feed.adapters.lwa import Application, Lwa
from mercarich_feed.adapters.meter import FeeGauges, Gauges, PrometheusMeter, UnverifiedGauge
from mercarich_feed.adapters.numbers_sql import SqlNumbers
from mercarich_feed.adapters.offer_reads_sql import SqlOfferReads
from mercarich_feed.adapters.order_numbers_sql import SqlOrderNumbers
from mercarich_feed.adapters.orders_sql import SqlOrders
from mercarich_feed.adapters.pacing import Pace
from mercarich_feed.adapters.removals_sql import SqlRemovals
from mercarich_feed.adapters.sellers_sql import SqlSellers
from mercarich_feed.adapters.sp_api import SpApi
from mercarich_feed.adapters.sp_reports import SpReports
from mercarich_feed.adapters.submissions_sql import SqlSubmissions
from mercarich_feed.adapters.token_book_sql import TokenChecks
from mercarich_feed.adapters.watch_sql import SqlWatch
from mercarich_feed.bootstrap_creations import Shared, build_creations
from mercarich_feed.bootstrap_hints import Parts, hint_ticks
from mercarich_feed.dependencies import PRODUCTION, Dependencies
from mercarich_feed.handlers import FeeRounds, ForgetUnread, ListingsChangedHandler, ReadRounds, Rounds
from mercarich_feed.settings import CONNECTIONS, FeedSettings
from mercarich_feed.use_cases.feeds import FollowFeeds, SubmitFeed
from mercarich_feed.use_cases.fees import EstimateFees
from mercarich_feed.use_cases.follow import FollowSeller
from mercarich_feed.use_cases.gate import Gate
from mercarich_feed.use_cases.orders import ReadOrders, StoreOrders
from mercarich_feed.use_cases.patches import PushWithdrawals
from mercarich_feed.use_cases.read_back import ReadBack
from mercarich_feed.use_cases.read_offers import ReadAllOffers
from mercarich_feed.use_cases.removals import RemoveListings
from mercarich_feed.use_cases.restores import PushRestores, RestoreWish
from mercarich_feed.use_cases.watch import WatchRemoved
from mercarich_platform.settings import SharedSettings
from mercarich_platform.worker import Tick, Worker

ROUND_SECONDS = 2.0
READ_ROUND_SECONDS = 10.0
GAUGE_SECONDS = 10.0
UNVERIFIED_SECONDS = 60.0
UNREAD_SECONDS = 3600.0
FEE_SECONDS = 600.0
FEE_THREADS = 1
"""Estimates of fees are asked for last of all: one request at a time, whoever's they are."""
ORDER_THREADS = 4
"""A seller's orders are one page most of the time, in less than a second: four read those of some thousand sellers
within three minutes."""


def build_worker(
    shared: SharedSettings, own: FeedSettings, stop: threading.Event, given: Dependencies = PRODUCTION
) -> FeedWorker:
    """Build the worker, and read one stored token to test the key.

    Raises `BadConfiguration` for a missing or wrong key, and `DatabaseAway`.
    """
    engine = given.engine or engines.create(shared.database, pool_size=CONNECTIONS)
    lanes = build_lanes(engine, own, stop, given)
    worker = Worker(
        broker=shared.kafka,
        group="feed",
        topics=[LISTINGS_CHANGED.name],
        handle=ListingsChangedHandler(lanes.patches, lanes.restores),
        slots=4,
        dead_letters=lambda _topic: LISTINGS_CHANGED.dead_letters,
        ensure=(*TOPICS, *DEAD_LETTERS),
        ticks=lanes.ticks,
        client_id="feed",
        health_host=shared.metrics_host,
        health_port=shared.metrics_port or None,
    )
    return FeedWorker(worker, lanes)


def build_lanes(engine: Engine, own: FeedSettings, stop: threading.Event, given: Dependencies = PRODUCTION) -> Lanes:
    """Build everything but Kafka. Raises the same as `build_worker`."""
    now, monotonic, retry_seconds = given.now, given.monotonic, own.token_retry_seconds
    accounts = open_accounts(engine, own, retry_seconds, now)
    listings, submissions = SqlListings(engine, now), SqlSubmissions(engine, now)
    sellers, differences = SqlSellers(engine, retry_seconds, now), SqlDifferences(engine, retry_seconds, now)
    order_numbers = SqlOrderNumbers(engine, retry_seconds, now)
    numbers, meter = SqlNumbers(engine, monotonic), PrometheusMeter(own.lwa_secret_created)
    http, pace = given.http or Http(own.call_seconds), Pace(stop.wait, monotonic)
    application = Application(own.lwa_url, own.lwa_client_id, own.lwa_client_secret)
    lwa = Lwa(http, application, retry_seconds=retry_seconds, now=monotonic)
    api = SpApi(http, own.spapi_url, lwa, pace)
    amazon = PacedAmazon(api, pace, given.calls or own.calls, now, monotonic)

    def gate() -> Gate:
        return Gate(accounts, amazon, meter, monotonic)

    submit = SubmitFeed(submissions, amazon, numbers, now)
    push = PushWithdrawals(gate(), listings, amazon, numbers, submit, meter)
    feeds = FollowFeeds(submissions, amazon, numbers, meter, now)
    restore = PushRestores(gate(), listings, amazon, numbers, submit, meter)
    follow_seller = FollowSeller(feeds, gate(), ReadBack(listings, amazon), gate())
    removals, offer_reads = SqlRemovals(engine, retry_seconds, now), SqlOfferReads(engine, retry_seconds, now)
    remove, removals_gate = RemoveListings(removals, amazon), gate()
    watch, order_reads = SqlWatch(engine, retry_seconds, now), SqlOrders(engine, retry_seconds, now)
    watch_removed, watch_gate = WatchRemoved(watch, amazon, meter), gate()

    def follow_then_remove(user_id: int, _wishes: set[None]) -> float | None:
        times = follow_seller(user_id), removals_gate(user_id, remove), watch_gate(user_id, watch_removed)
        return min((seconds for seconds in times if seconds is not None), default=None)

    def to_follow() -> list[int]:
        return [*submissions.sellers_due(), *removals.sellers()]

    def to_read() -> list[int]:
        return [*listings.sellers_to_read(), *watch.sellers()]

    fees, fee_ticks = _fees(SqlFees(engine, own.token_retry_seconds, now), gate(), amazon, given)
    follow: AnyLane[None] = given.lane("follow", own.followers, follow_then_remove)

    def restore_then_follow(user_id: int, wishes: set[RestoreWish]) -> float | None:
        again = restore(user_id, wishes)
        follow.wake(user_id)
        return again

    restores: AnyLane[RestoreWish] = given.lane("restores", own.restorers, restore_then_follow)

    def push_then_follow(user_id: int, _wishes: set[None]) -> float | None:
        again = push(user_id)
        follow.wake(user_id)
        return again

    offers = _offers_lane(given, own, gate(), ReadAllOffers(offer_reads, SpReports(api, http), meter, now))
    orders, store_orders = _orders_lane(given, gate(), order_reads, amazon, meter)
    patches: AnyLane[None] = given.lane("patches", own.pushers, push_then_follow)
    creating = build_creations(engine, own, given, Shared(api, listings, restore, numbers, gate, meter))
    ticks = (
        Tick("rounds", ROUND_SECONDS, Rounds(patches, restores, follow, sellers.with_withdrawals, to_follow)),
        Tick("reads", READ_ROUND_SECONDS, ReadRounds(follow, to_read)),
        Tick("orders", READ_ROUND_SECONDS, ReadRounds(orders, order_reads.sellers)),
        Tick("offers", READ_ROUND_SECONDS, ReadRounds(offers, offer_reads.sellers)),
        creating.tick,
        Tick(
            "gauges",
            GAUGE_SECONDS,
            Gauges(sellers, TokenChecks(engine), differences, order_numbers, creating.creations, creating.prices),
        ),
        Tick("unverified", UNVERIFIED_SECONDS, UnverifiedGauge(sellers)),
        Tick("unread", UNREAD_SECONDS, ForgetUnread(watch.forget_unread), alone=True),
        *fee_ticks,
        *hint_ticks(own, Parts(order_reads, amazon, store_orders, gate(), meter), stop, given),
    )
    return Lanes(patches, restores, follow, orders, offers, fees, creating.lane, ticks, amazon, http)


def _orders_lane(
    given: Dependencies, gate: Gate, orders: SqlOrders, amazon: PacedAmazon, meter: PrometheusMeter
) -> tuple[AnyLane[None], StoreOrders]:
    """Build the lane that reads orders: they wait for no feed and no read-back of their seller."""
    store = StoreOrders(orders, amazon, meter)
    read = ReadOrders(orders, amazon, store)
    return given.lane("orders", ORDER_THREADS, lambda user_id, _wishes: gate(user_id, read)), store


def _offers_lane(given: Dependencies, own: FeedSettings, gate: Gate, read: ReadAllOffers) -> AnyLane[None]:
    return given.lane("offers", own.offer_readers, lambda user_id, _wishes: gate(user_id, read))


def _fees(book: SqlFees, gate: Gate, amazon: PacedAmazon, given: Dependencies) -> tuple[AnyLane[None], Sequence[Tick]]:
    """Build the lane that asks for estimates of fees, what wakes it, and what tells how far they are."""
    estimate = EstimateFees(book, amazon)
    lane: AnyLane[None] = given.lane("fees", FEE_THREADS, lambda user_id, _wishes: gate(user_id, estimate))
    rounds, gauges = FeeRounds(lane, book.book), FeeGauges(book.book)
    return lane, (
        Tick("fees", FEE_SECONDS, rounds, alone=True, takes_long=True),
        Tick("fee gauges", FEE_SECONDS, gauges, takes_long=True),
    )
