"""The composition root: settings in, a ready worker or a ready planner out."""

import threading
from datetime import timedelta
from typing import Any

from sqlalchemy import Engine

from mercarich_checker.adapters import settings_sql
from mercarich_checker.adapters.capacity_sql import SqlCapacities
from mercarich_checker.adapters.counted import CountedObservations, CountedWatched
from mercarich_checker.adapters.coverage_sql import SqlCoverages
from mercarich_checker.adapters.events_kafka import KafkaEvents
from mercarich_checker.adapters.observations_sql import SqlObservations
from mercarich_checker.adapters.ordered_sql import SqlOrdered
from mercarich_checker.adapters.outcomes_sql import SqlOutcomes
from mercarich_checker.adapters.plan_sql import SqlPlan
from mercarich_checker.adapters.runs_sql import SqlRuns
from mercarich_checker.adapters.watch_sql import SqlWatched
from mercarich_checker.dependencies import PRODUCTION, Dependencies
from mercarich_checker.handlers import (
    CapacityTick,
    CheckBatchHandler,
    LearntTick,
    OrderedTick,
    OutcomesTick,
    ReleasedHoldsTick,
)
from mercarich_checker.metrics import ORDERED_SECONDS
from mercarich_checker.settings import CheckerSettings
from mercarich_checker.use_cases.check_batch import CheckBatchItems
from mercarich_checker.use_cases.count_outcomes import CountOutcomes
from mercarich_checker.use_cases.look_at_ordered import LookAtOrdered
from mercarich_checker.use_cases.measure_capacity import MeasureCapacity
from mercarich_checker.use_cases.run_check import RunCheck
from mercarich_checker.use_cases.trust import Trust
from mercarich_checker.use_cases.watch import Watch
from mercarich_checker.watching import WatchProcess
from mercarich_contracts.market import Marketplace
from mercarich_contracts.sites import SITES
from mercarich_contracts.topics import CHECK, DEAD_LETTERS, TOPICS
from mercarich_db import clock, schema, settings_store
from mercarich_db import engine as engines
from mercarich_db.settings_cache import settings_cache
from mercarich_platform.heartbeat import Heartbeat
from mercarich_platform.kafka import Publisher
from mercarich_platform.settings import SharedSettings, load
from mercarich_platform.worker import Tick, Worker
from mercarich_runs.adapters.messages_kafka import KafkaBatches
from mercarich_runs.adapters.pause_sql import RestsWhilePaused, SkipsWhilePaused, pause_switch
from mercarich_runs.adapters.settings_sql import brake_settings
from mercarich_runs.adapters.sources_http import HttpSources
from mercarich_runs.ports import Counts, Operation
from mercarich_runs.use_cases.see_through import Report

RELEASED_HOLDS_EVERY = 3.0
ORDERED_EVERY = 3.0
LEARNT_EVERY = 30.0
WATCH_CONNECTIONS = 1
CAPACITY_EVERY = 60.0
OUTCOMES_EVERY = 300.0
RUN_DEADLINE = timedelta(hours=11, minutes=55)
"""A run must end before its schedule starts the next one, 12 hours later."""


def build_worker(
    marketplace: Marketplace,
    shared: SharedSettings,
    own: CheckerSettings,
    stop: threading.Event,
    given: Dependencies = PRODUCTION,
) -> Worker:
    engine = given.engine or engines.create(shared.database, pool_size=own.connections)
    publisher = given.publisher or _publisher(shared, f"checker-{marketplace}")
    brake = settings_cache(engine, brake_settings, given.monotonic)
    observations, events = CountedObservations(SqlObservations(engine, brake, given.monotonic)), KafkaEvents(publisher)
    sources, lease = given.sources or _proxy(marketplace, own), timedelta(seconds=own.lease_seconds)
    check = CheckBatchItems(observations, sources, events, given.now, lease)
    seen = ORDERED_SECONDS.labels(marketplace)
    ordered = LookAtOrdered(
        *(SqlOrdered(engine), check, marketplace, given.now),
        tell=lambda wait: seen.observe(wait.total_seconds()),
    )
    is_paused = pause_switch(engine, marketplace, given.monotonic)
    return Worker(
        broker=shared.kafka,
        group=f"checker-{marketplace}",
        topics=[CHECK[marketplace].name],
        handle=RestsWhilePaused(is_paused, CheckBatchHandler(check)),
        slots=own.slots,
        dead_letters=lambda _topic: CHECK[marketplace].dead_letters,
        ensure=(*TOPICS, *DEAD_LETTERS),
        ticks=[
            Tick(
                "released holds",
                RELEASED_HOLDS_EVERY,
                ReleasedHoldsTick(observations, events, marketplace, given.now),
            ),
            Tick(
                "ordered",
                ORDERED_EVERY,
                SkipsWhilePaused(is_paused, OrderedTick(ordered, stop)),
                takes_long=True,
            ),
            Tick("learnt", LEARNT_EVERY, LearntTick(observations, given.now)),
            Tick(
                "capacity",
                CAPACITY_EVERY,
                CapacityTick(
                    MeasureCapacity(
                        SqlCapacities(engine),
                        SqlCoverages(engine),
                        given.budgets or _proxy(marketplace, own),
                        marketplace,
                        given.now,
                    )
                ),
                alone=True,
                takes_long=True,
            ),
            Tick(
                "outcomes",
                OUTCOMES_EVERY,
                OutcomesTick(CountOutcomes(SqlOutcomes(engine), marketplace, given.now)),
                alone=True,
                takes_long=True,
            ),
        ],
        client_id=f"checker-{marketplace}",
        health_host=shared.metrics_host,
        health_port=shared.metrics_port or None,
    )


def build_planner(
    marketplace: Marketplace, shared: SharedSettings, report: Report, given: Dependencies = PRODUCTION
) -> RunCheck:
    """Build the planner from the settings table. Raises `DatabaseAway` and `BadConfiguration`."""
    engine = given.engine or engines.create(shared.database)
    schema.require(engine)
    clock.require_right()
    return RunCheck(**_checking(marketplace, engine, Operation.CHECK, shared, report, given))


def build_watch(marketplace: Marketplace, shared: SharedSettings, given: Dependencies = PRODUCTION) -> WatchProcess:
    """Build the watch from the settings table. Raises `DatabaseAway` and `BadConfiguration`."""
    engine = given.engine or engines.create(shared.database, pool_size=WATCH_CONNECTIONS)
    watch = Watch(
        marketplace=marketplace,
        watched=CountedWatched(SqlWatched(engine), marketplace),
        share=settings_cache(engine, settings_sql.watch_share, given.monotonic),
        beat=Heartbeat(given.monotonic),
        **_checking(marketplace, engine, Operation.WATCH, shared, _silent, given),
    )
    return WatchProcess(watch, shared)


def _checking(
    marketplace: Marketplace,
    engine: Engine,
    operation: Operation,
    shared: SharedSettings,
    report: Report,
    given: Dependencies,
) -> dict[str, Any]:
    """Return the fields of `Checking`."""
    with engines.reading(engine) as connection:
        values = settings_store.read(connection)
    plan = SqlPlan(engine)
    publisher = given.publisher or _publisher(shared, f"planner-{marketplace}")
    configured = settings_sql.configured_canaries(values, marketplace)
    named = {canary.route for canary in configured}
    trust = Trust(
        given.sources or _proxy(marketplace, load(CheckerSettings)),
        lambda: [*configured, *plan.known_items(marketplace, named)],
        SITES[marketplace],
        every=timedelta(seconds=values.integer("CANARY_EVERY_SECONDS")),
        retry=timedelta(seconds=values.integer("CANARY_RETRY_SECONDS")),
        monotonic=given.monotonic,
    )
    return {
        "runs": SqlRuns(engine, operation),
        "plan": plan,
        "batches": KafkaBatches(publisher, CHECK),
        "trust": trust,
        "settings": settings_sql.run_settings(values, RUN_DEADLINE),
        "now": given.now,
        "monotonic": given.monotonic,
        "report": report,
    }


def _silent(_phase: str, _counts: Counts) -> None:
    """The watch has no line on a terminal."""


def _publisher(shared: SharedSettings, client_id: str) -> Publisher:
    return Publisher(shared.kafka, client_id=client_id, topics=TOPICS)


def _proxy(marketplace: Marketplace, own: CheckerSettings) -> HttpSources:
    return HttpSources(own.proxy_urls[marketplace], silence_seconds=own.proxy_silence_seconds)
