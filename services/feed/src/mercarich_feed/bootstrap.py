"""The composition root: settings in, the ready worker, sweep or callback out."""

import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass

from fastapi import FastAPI
from sqlalchemy import Engine

from mercarich_contracts.linking import CALLBACK_PATH
from mercarich_contracts.messages import ListingsChanged
from mercarich_contracts.topics import DEAD_LETTERS, LISTINGS_CHANGED, TOPICS
from mercarich_db import engine as engines
from mercarich_db import schema
from mercarich_feed.adapters.accounts_sql import open_accounts, open_links
from mercarich_feed.adapters.amazon import PacedAmazon
from mercarich_feed.adapters.http import Http
from mercarich_feed.adapters.lanes import Lane, Lanes
from mercarich_feed.adapters.listings_sql import SqlListings
from mercarich_feed.adapters.lwa import Application, Codes, Lwa
from mercarich_feed.adapters.meter import Gauges, PrometheusMeter
from mercarich_feed.adapters.numbers_sql import SqlNumbers
from mercarich_feed.adapters.pacing import Pace
from mercarich_feed.adapters.removals_sql import SqlRemovals
from mercarich_feed.adapters.sellers_sql import SqlSellers
from mercarich_feed.adapters.sp_api import SpApi
from mercarich_feed.adapters.submissions_sql import SqlSubmissions
from mercarich_feed.adapters.token_book_sql import SqlTokenBook, TokenChecks
from mercarich_feed.api import callback_app
from mercarich_feed.handlers import ListingsChangedHandler, Rounds, ZeroRounds
from mercarich_feed.settings import CONNECTIONS, FeedSettings
from mercarich_feed.use_cases.feeds import FollowFeeds, SubmitFeed
from mercarich_feed.use_cases.follow import FollowSeller, RestoreWish
from mercarich_feed.use_cases.gate import Gate
from mercarich_feed.use_cases.linking import LinkAccount
from mercarich_feed.use_cases.patches import PushWithdrawals
from mercarich_feed.use_cases.removals import RemoveListings
from mercarich_feed.use_cases.sweep import Sweep
from mercarich_feed.use_cases.tokens import CheckTokens
from mercarich_feed.use_cases.zeros import VerifyZeros
from mercarich_platform.clock import monotonic, utc_now
from mercarich_platform.kafka import Publisher
from mercarich_platform.settings import BadConfiguration, SharedSettings
from mercarich_platform.worker import Tick, Worker

ROUND_SECONDS = 2.0
ZERO_ROUND_SECONDS = 60.0
GAUGE_SECONDS = 10.0
_PUBLISH_SECONDS = 30.0


@dataclass(frozen=True, slots=True)
class FeedWorker:
    """The worker loop with the lanes that it wakes."""

    worker: Worker
    lanes: Lanes

    def run(self, stop: threading.Event) -> int:
        self.lanes.start()
        try:
            return self.worker.run(stop)
        finally:
            stop.set()
            self.lanes.stop()


def build_worker(shared: SharedSettings, own: FeedSettings, stop: threading.Event) -> FeedWorker:
    """Reads one stored token. Raises `BadConfiguration` for a key that is missing or wrong, and `DatabaseAway`."""
    lanes = build_lanes(engines.create(shared.database, pool_size=CONNECTIONS), own, stop)
    worker = Worker(
        bootstrap=shared.kafka_bootstrap,
        group="feed",
        topics=[LISTINGS_CHANGED.name],
        handle=ListingsChangedHandler(lanes.patches, lanes.follow),
        slots=4,
        dead_letters=lambda _topic: LISTINGS_CHANGED.dead_letters,
        ensure=(*TOPICS, *DEAD_LETTERS),
        ticks=lanes.ticks,
        client_id="feed",
        health_host=shared.metrics_host,
        health_port=shared.metrics_port or None,
    )
    return FeedWorker(worker, lanes)


def build_lanes(engine: Engine, own: FeedSettings, stop: threading.Event) -> Lanes:
    """Everything but Kafka. Raises as `build_worker`."""
    accounts = open_accounts(engine, own, own.token_retry_seconds)
    listings, submissions = SqlListings(engine, utc_now), SqlSubmissions(engine, utc_now)
    sellers, numbers, meter = (
        SqlSellers(engine, own.token_retry_seconds, utc_now),
        SqlNumbers(engine),
        PrometheusMeter(),
    )
    http, pace = Http(own.call_seconds), Pace(stop.wait)
    application = Application(own.lwa_url, own.lwa_client_id, own.lwa_client_secret)
    lwa = Lwa(http, application, retry_seconds=own.token_retry_seconds)
    amazon = PacedAmazon(SpApi(http, own.spapi_url, lwa, pace), pace, own.calls)

    def gate() -> Gate:
        return Gate(accounts, amazon, meter)

    submit = SubmitFeed(submissions, amazon, numbers, utc_now)
    push = PushWithdrawals(gate(), listings, amazon, numbers, submit, meter)
    feeds, zeros = FollowFeeds(submissions, amazon, numbers, meter, utc_now), VerifyZeros(listings, amazon)
    follow_seller = FollowSeller(feeds, gate(), zeros, gate(), submit, gate(), listings)
    removals = SqlRemovals(engine, own.token_retry_seconds, utc_now)
    remove, removals_gate = RemoveListings(removals, amazon), gate()

    def follow_then_remove(user_id: int, wishes: set[RestoreWish]) -> float | None:
        times = follow_seller(user_id, wishes), removals_gate(user_id, remove)
        return min((seconds for seconds in times if seconds is not None), default=None)

    def to_follow() -> list[int]:
        return [*submissions.sellers_due(), *removals.sellers()]

    follow = Lane("follow", own.followers, follow_then_remove)

    def push_then_follow(user_id: int, _wishes: set[None]) -> float | None:
        again = push(user_id)
        follow.wake(user_id)
        return again

    patches: Lane[None] = Lane("patches", own.pushers, push_then_follow)
    ticks = (
        Tick("rounds", ROUND_SECONDS, Rounds(patches, follow, sellers.with_withdrawals, to_follow)),
        Tick("zeros", ZERO_ROUND_SECONDS, ZeroRounds(follow, listings.sellers_with_zeros, utc_now)),
        Tick("gauges", GAUGE_SECONDS, Gauges(sellers, TokenChecks(engine))),
    )
    return Lanes(patches, follow, ticks, amazon, http)


def build_token_check(shared: SharedSettings, own: FeedSettings) -> tuple[CheckTokens, SqlSellers, Http]:
    """Raises `BadConfiguration` for a schema that is too old or a key that is wrong, and `DatabaseAway`."""
    engine = engines.create(shared.database)
    schema.require(engine)
    book = SqlTokenBook(engine, open_accounts(engine, own, own.token_retry_seconds), utc_now)
    http, pace = Http(own.call_seconds), Pace(threading.Event().wait)
    application = Application(own.lwa_url, own.lwa_client_id, own.lwa_client_secret)
    api = SpApi(http, own.spapi_url, Lwa(http, application, retry_seconds=own.token_retry_seconds), pace)
    check = CheckTokens(book, api.prove, monotonic, time.sleep, own.token_gap_seconds)
    return check, SqlSellers(engine, own.token_retry_seconds, utc_now), http


def build_sweep(shared: SharedSettings, own: FeedSettings) -> tuple[Sweep, SqlSellers]:
    """Raises `BadConfiguration` when the schema is older than this code, and `DatabaseAway`."""
    engine = engines.create(shared.database)
    schema.require(engine)
    sellers = SqlSellers(engine, own.token_retry_seconds, utc_now)
    publisher = Publisher(shared.kafka_bootstrap, client_id="feed-sweep", topics=TOPICS)

    def publish(messages: Sequence[ListingsChanged]) -> None:
        for message in messages:
            publisher.publish(LISTINGS_CHANGED.name, message.encode(), key=str(message.user_id).encode())
        publisher.flush(_PUBLISH_SECONDS)

    return Sweep(sellers, publish, monotonic, time.sleep), sellers


def build_callback(shared: SharedSettings, own: FeedSettings) -> tuple[FastAPI, Http]:
    """Raises `BadConfiguration` for a missing address or a wrong key, and `DatabaseAway`."""
    if not own.pages_url:
        raise BadConfiguration("FEED_PAGES_URL: sellers who come back from Amazon need the pages' address")
    links = open_links(engines.create(shared.database), own)
    http = Http(own.call_seconds)
    application = Application(own.lwa_url, own.lwa_client_id, own.lwa_client_secret)
    codes = Codes(http, application, own.redirect_uri or own.pages_url + CALLBACK_PATH)
    return callback_app(LinkAccount(links, codes, own.marketplace_id, utc_now), own.pages_url), http
