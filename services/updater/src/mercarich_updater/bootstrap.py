"""The composition root: settings in, a ready worker, planner or desk out."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

from mercarich_contracts.market import Marketplace
from mercarich_contracts.topics import DEAD_LETTERS, TOPICS, UPDATE
from mercarich_db import clock, schema, settings_store
from mercarich_db import engine as engines
from mercarich_platform.kafka import Publisher
from mercarich_platform.settings import SharedSettings, load
from mercarich_platform.worker import Tick, Worker
from mercarich_runs.adapters.messages_kafka import KafkaBatches
from mercarich_runs.adapters.pause_sql import RestsWhilePaused, SkipsWhilePaused, pause_switch
from mercarich_runs.adapters.runs_sql import SqlRuns
from mercarich_runs.ports import Operation
from mercarich_runs.use_cases.publish import PublishSettings
from mercarich_runs.use_cases.see_through import Report
from mercarich_updater.adapters.decisions_sql import SqlDecisions
from mercarich_updater.adapters.desk_sql import SqlDesk
from mercarich_updater.adapters.listings_sql import SqlListings
from mercarich_updater.adapters.market_http import HttpMarket
from mercarich_updater.adapters.meter import PrometheusMeter
from mercarich_updater.adapters.order_searches_sql import SqlOrderSearches
from mercarich_updater.adapters.pictures_http import HttpPictures
from mercarich_updater.adapters.plan_sql import SqlPlan
from mercarich_updater.adapters.proposals_sql import SqlApprovals
from mercarich_updater.adapters.rules_sql import rules_cache
from mercarich_updater.dependencies import PRODUCTION, Dependencies, Market
from mercarich_updater.handlers import (
    ORDERS_EVERY,
    PUT_OFF_EVERY,
    ApprovalsTick,
    DecisionsTick,
    OrdersTick,
    PutOffTick,
    RevivalHandler,
)
from mercarich_updater.ports import Pictures
from mercarich_updater.settings import UpdaterSettings
from mercarich_updater.use_cases.approve import ApproveByRule
from mercarich_updater.use_cases.decide import KeepFresh, TakeApproved
from mercarich_updater.use_cases.desk import RevivalDesk
from mercarich_updater.use_cases.orders import MOST, FindForOrders
from mercarich_updater.use_cases.revive import SIDE_BY_SIDE, ReviveListings
from mercarich_updater.use_cases.run_update import RunUpdate
from mercarich_updater.use_cases.search import FindReplacement

DECISIONS_EVERY = 3.0
APPROVALS_EVERY = 10.0
ORDERS_AT_ONCE = 3
"""Searches for orders that one worker has under way at once, beside those of its messages: they wait for no run."""
RUN_DEADLINE = timedelta(hours=11, minutes=55)
"""A run must end before its schedule starts the next one, 12 hours later."""


def build_worker(
    marketplace: Marketplace,
    shared: SharedSettings,
    own: UpdaterSettings,
    stop: threading.Event,
    given: Dependencies = PRODUCTION,
) -> Worker:
    """`stop` is set when the process is to end: a search for an order ends before its next candidate."""
    engine = given.engine or engines.create(shared.database, pool_size=own.connections)
    publisher = given.publisher or _publisher(shared, f"updater-{marketplace}")
    market = given.market or _market(own, connections=own.slots * SIDE_BY_SIDE + ORDERS_AT_ONCE + 1)
    listings, decisions = SqlListings(engine, rules_cache(engine, given.monotonic)), SqlDecisions(engine)
    find = FindReplacement(market.search, market.look, given.pictures or _pictures(shared, own))
    meter, lease = PrometheusMeter(), timedelta(seconds=own.lease_seconds)
    revive = ReviveListings(listings, find, meter, given.now, lease)
    orders = SqlOrderSearches(engine, lease, MOST)
    for_orders = OrdersTick(FindForOrders(orders, listings, find, meter, given.now, lease, stop), marketplace)
    take = TakeApproved(decisions, listings, market.look, given.now)
    is_paused = pause_switch(engine, marketplace, given.monotonic)
    tick = DecisionsTick(take, KeepFresh(decisions, market.look, given.now), marketplace)
    by_rule = ApprovalsTick(ApproveByRule(SqlApprovals(engine), meter, given.now), marketplace)
    put_off = PutOffTick(decisions, KafkaBatches(publisher, UPDATE), marketplace, given.now)
    return Worker(
        broker=shared.kafka,
        group=f"updater-{marketplace}",
        topics=[UPDATE[marketplace].name],
        handle=RestsWhilePaused(is_paused, RevivalHandler(revive)),
        slots=own.slots,
        dead_letters=lambda _topic: UPDATE[marketplace].dead_letters,
        ensure=(*TOPICS, *DEAD_LETTERS),
        ticks=[
            Tick("decisions", DECISIONS_EVERY, SkipsWhilePaused(is_paused, tick), alone=True),
            Tick("approvals", APPROVALS_EVERY, SkipsWhilePaused(is_paused, by_rule), alone=True),
            Tick("put off", PUT_OFF_EVERY, SkipsWhilePaused(is_paused, put_off), alone=True),
            *(
                Tick(f"orders {number}", ORDERS_EVERY, SkipsWhilePaused(is_paused, for_orders), takes_long=True)
                for number in range(1, ORDERS_AT_ONCE + 1)
            ),
        ],
        client_id=f"updater-{marketplace}",
        health_host=shared.metrics_host,
        health_port=shared.metrics_port or None,
    )


def build_planner(
    marketplace: Marketplace, shared: SharedSettings, report: Report, given: Dependencies = PRODUCTION
) -> RunUpdate:
    """Build the planner from the settings table. Raises `DatabaseAway` and `BadConfiguration`."""
    engine = given.engine or engines.create(shared.database)
    schema.require(engine)
    clock.require_right()
    with engines.reading(engine) as connection:
        values = settings_store.read(connection)
    publisher = given.publisher or _publisher(shared, f"planner-update-{marketplace}")
    return RunUpdate(
        runs=SqlRuns(engine, Operation.UPDATE),
        plan=SqlPlan(engine, rules_cache(engine, given.monotonic), given.now),
        batches=KafkaBatches(publisher, UPDATE),
        publish=PublishSettings(
            batch_items=values.integer("REVIVAL_BATCH_ITEMS"),
            unfinished_batches=values.integer("INV_QUEUE_ENOUGH_JOB_COUNT"),
            republish_after=timedelta(seconds=values.integer("REVIVAL_REPUBLISH_SECONDS")),
            attempts=values.integer("CHECK_ATTEMPTS"),
        ),
        deadline=RUN_DEADLINE,
        now=given.now,
        monotonic=given.monotonic,
        report=report,
    )


@contextmanager
def desk(shared: SharedSettings, given: Dependencies = PRODUCTION) -> Iterator[RevivalDesk]:
    """Open the desk for people's questions and decisions. Raises `DatabaseAway` and `BadConfiguration`."""
    own = load(UpdaterSettings)
    engine = given.engine or engines.create(shared.database)
    schema.require(engine)
    market = given.market or _market(own, connections=2)
    find = FindReplacement(market.search, market.look, given.pictures or _pictures(shared, own))
    try:
        yield RevivalDesk(SqlDesk(engine), SqlListings(engine, rules_cache(engine, given.monotonic)), find, given.now)
    finally:
        if engine is not given.engine:
            engine.dispose()


def _publisher(shared: SharedSettings, client_id: str) -> Publisher:
    return Publisher(shared.kafka, client_id=client_id, topics=TOPICS)


def _pictures(shared: SharedSettings, own: UpdaterSettings) -> Pictures:
    return HttpPictures(own.proxy_urls, shared.pictures_folder)


def _market(own: UpdaterSettings, *, connections: int) -> Market:
    return HttpMarket(own.proxy_urls, silence_seconds=own.proxy_silence_seconds, connections=connections)
