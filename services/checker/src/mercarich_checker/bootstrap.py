"""The composition root: settings in, a ready worker or a ready planner out."""

from datetime import timedelta

from mercarich_checker.adapters import settings_sql
from mercarich_checker.adapters.counted import CountedObservations
from mercarich_checker.adapters.events_kafka import KafkaEvents
from mercarich_checker.adapters.observations_sql import SqlObservations
from mercarich_checker.adapters.plan_sql import SqlPlan
from mercarich_checker.adapters.runs_sql import SqlRuns
from mercarich_checker.handlers import CheckBatchHandler, ReleasedHoldsTick
from mercarich_checker.settings import CheckerSettings
from mercarich_checker.use_cases.check_batch import CheckBatchItems
from mercarich_checker.use_cases.run_check import RunCheck
from mercarich_checker.use_cases.trust import Trust
from mercarich_contracts.market import Marketplace
from mercarich_contracts.topics import CHECK, DEAD_LETTERS, TOPICS
from mercarich_db import engine as engines
from mercarich_db import schema, settings_store
from mercarich_platform.clock import monotonic, utc_now
from mercarich_platform.kafka import Publisher
from mercarich_platform.settings import SharedSettings, load
from mercarich_platform.worker import Tick, Worker
from mercarich_runs.adapters.messages_kafka import KafkaBatches
from mercarich_runs.adapters.pause_sql import PauseSwitch, RestsWhilePaused
from mercarich_runs.adapters.sources_http import HttpSources
from mercarich_runs.use_cases.see_through import Report

RELEASED_HOLDS_EVERY = 3.0
RUN_DEADLINE = timedelta(hours=11, minutes=55)
"""A run ends before the next one of its schedule starts."""


def build_worker(marketplace: Marketplace, shared: SharedSettings, own: CheckerSettings) -> Worker:
    engine = engines.create(shared.database, pool_size=own.connections)
    observations = CountedObservations(SqlObservations(engine, settings_sql.SqlBrakeSettings(engine)))
    sources = _sources(marketplace, own)
    publisher = Publisher(shared.kafka_bootstrap, client_id=f"checker-{marketplace}", topics=TOPICS)
    events = KafkaEvents(publisher)
    lease = timedelta(seconds=own.lease_seconds)
    return Worker(
        bootstrap=shared.kafka_bootstrap,
        group=f"checker-{marketplace}",
        topics=[CHECK[marketplace].name],
        handle=RestsWhilePaused(
            PauseSwitch(engine, marketplace),
            CheckBatchHandler(CheckBatchItems(observations, sources, events, utc_now, lease)),
        ),
        slots=own.slots,
        dead_letters=lambda _topic: CHECK[marketplace].dead_letters,
        ensure=(*TOPICS, *DEAD_LETTERS),
        ticks=[
            Tick(
                "released holds",
                RELEASED_HOLDS_EVERY,
                ReleasedHoldsTick(observations, events, marketplace, utc_now),
            )
        ],
        client_id=f"checker-{marketplace}",
        health_host=shared.metrics_host,
        health_port=shared.metrics_port or None,
    )


def build_planner(marketplace: Marketplace, shared: SharedSettings, report: Report) -> RunCheck:
    """Reads the settings table. Raises `DatabaseAway` and `BadConfiguration`."""
    own = load(CheckerSettings)
    engine = engines.create(shared.database)
    schema.require(engine)
    with engines.reading(engine) as connection:
        values = settings_store.read(connection)
    plan = SqlPlan(engine)
    publisher = Publisher(shared.kafka_bootstrap, client_id=f"planner-{marketplace}", topics=TOPICS)
    configured = settings_sql.configured_canaries(values, marketplace)
    return RunCheck(
        runs=SqlRuns(engine),
        plan=plan,
        batches=KafkaBatches(publisher, CHECK),
        trust=Trust(
            _sources(marketplace, own),
            lambda: configured or plan.known_items(marketplace),
            every=timedelta(seconds=values.integer("CANARY_EVERY_SECONDS")),
            retry=timedelta(seconds=values.integer("CANARY_RETRY_SECONDS")),
            monotonic=monotonic,
        ),
        settings=settings_sql.run_settings(values, RUN_DEADLINE),
        now=utc_now,
        monotonic=monotonic,
        report=report,
    )


def _sources(marketplace: Marketplace, own: CheckerSettings) -> HttpSources:
    url = {Marketplace.YAHOO: own.yahoo_proxy_url, Marketplace.MERCARI: own.mercari_proxy_url}[marketplace]
    return HttpSources(url, silence_seconds=own.proxy_silence_seconds)
