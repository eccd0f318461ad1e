"""The composition root: settings in, the ready process out."""

import threading
from dataclasses import dataclass

from sqlalchemy import Engine

from mercarich_contracts.schedule import SCHEDULE
from mercarich_db import clock
from mercarich_db import engine as engines
from mercarich_operator.adapters.api_server import ApiServer, connection, default_namespace
from mercarich_operator.adapters.books_meter import PrometheusBooks
from mercarich_operator.adapters.books_sql import SqlBooks
from mercarich_operator.adapters.cluster import KubernetesCluster
from mercarich_operator.adapters.cluster_jobs import KubernetesJobs
from mercarich_operator.adapters.meter import PrometheusMeter
from mercarich_operator.adapters.schedule_sql import SqlSchedule
from mercarich_operator.adapters.settings_sql import SqlSettings
from mercarich_operator.adapters.signals import KafkaAndRows
from mercarich_operator.adapters.starts_sql import SqlStarts
from mercarich_operator.adapters.status_sql import SqlStatuses
from mercarich_operator.adapters.watch import Watch
from mercarich_operator.handlers import Loop
from mercarich_operator.settings import OperatorSettings
from mercarich_operator.use_cases.catch_up import CatchUp
from mercarich_operator.use_cases.notices import Notices
from mercarich_operator.use_cases.publish_books import PublishBooks
from mercarich_operator.use_cases.reconcile import Reconcile
from mercarich_operator.use_cases.start_wanted import StartWanted
from mercarich_operator.use_cases.take_over import TakeOver
from mercarich_platform.build_info import tell_build
from mercarich_platform.clock import monotonic, utc_now
from mercarich_platform.health import HealthServer
from mercarich_platform.settings import SharedSettings
from mercarich_platform.shutdown import Watchdog


@dataclass(frozen=True, slots=True)
class Process:
    """All that runs in the process. Call `run` once."""

    loop: Loop
    watch: Watch
    watchdog: Watchdog
    health: HealthServer | None
    engine: Engine
    server: ApiServer

    def run(self, stop: threading.Event) -> None:
        if self.health:
            self.health.start()
        tell_build("operator")
        self.watchdog.start()
        self.watch.start()
        try:
            self.loop.run(stop)
        finally:
            self.watch.stop()
            self.watchdog.stop()
            if self.health:
                self.health.stop()
            self.server.close()
            self.engine.dispose()


def build(shared: SharedSettings, own: OperatorSettings) -> Process:
    """Build the process; connect to nothing yet. Raises `BadConfiguration`."""
    namespace = own.namespace or default_namespace()
    engine, server = engines.create(shared.database), ApiServer()
    wake = threading.Event()
    watchdog = Watchdog(5 * own.interval_seconds)
    reconcile = _reconcile(shared, own, KubernetesCluster(server, namespace, own.release, utc_now), engine)
    starts = SqlStarts(engine, utc_now)
    cluster_jobs = KubernetesJobs(server, namespace, own.release)
    publish_books = PublishBooks(SqlBooks(engine, utc_now), PrometheusBooks(), cluster_jobs, utc_now)
    catch_up = CatchUp(SCHEDULE, SqlSchedule(engine), cluster_jobs, utc_now)
    start_wanted = StartWanted(starts, cluster_jobs)
    take_over = TakeOver(starts, cluster_jobs)

    def a_round() -> None:
        reconcile()
        if not loop.rounds:
            clock.require_right()
        catch_up()
        start_wanted()
        take_over()
        publish_books()

    loop = Loop(
        reconcile=a_round,
        revision=lambda: (reconcile.settings.revision(), starts.open()),
        wake=wake,
        interval_seconds=own.interval_seconds,
        watchdog=watchdog,
    )
    watch = Watch(namespace, own.release, connection, wake.set)
    return Process(loop, watch, watchdog, _health(shared, loop, reconcile), engine, server)


def _health(shared: SharedSettings, loop: Loop, reconcile: Reconcile) -> HealthServer | None:
    if not shared.metrics_port:
        return None
    return HealthServer(
        shared.metrics_host,
        shared.metrics_port,
        healthy=loop.watchdog.wrong,
        ready=lambda: reconcile.away if loop.rounds else "the first round has not ended yet",
    )


def _reconcile(shared: SharedSettings, own: OperatorSettings, cluster: KubernetesCluster, engine: Engine) -> Reconcile:
    return Reconcile(
        cluster=cluster,
        settings=SqlSettings(engine),
        signals=KafkaAndRows(shared.kafka, engine, utc_now),
        statuses=SqlStatuses(engine),
        meter=PrometheusMeter(utc_now, monotonic),
        notices=Notices(cluster, monotonic),
        max_connections=own.max_connections,
        now=utc_now,
        monotonic=monotonic,
    )
