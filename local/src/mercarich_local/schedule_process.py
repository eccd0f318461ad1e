"""The process `mercarich-local scheduler`: the scheduler with the real clock, database and commands."""

import logging
import os
import subprocess
import sys
import threading
from collections.abc import Iterable
from pathlib import Path

from mercarich_contracts.schedule import SCHEDULE, ScheduleRow
from mercarich_db import clock, schema
from mercarich_db import engine as engines
from mercarich_local import pools
from mercarich_local.ledger_sources import TellLedger, simulator_of
from mercarich_local.schedule_store import ScheduleStore
from mercarich_local.scheduler import Scheduler
from mercarich_platform import front
from mercarich_platform.build_info import tell_build
from mercarich_platform.clock import monotonic, utc_now
from mercarich_platform.exit_codes import DONE, TRY_AGAIN
from mercarich_platform.health import HealthServer
from mercarich_platform.outages import DatabaseAway
from mercarich_platform.settings import SharedSettings
from mercarich_platform.shutdown import install_signals

log = logging.getLogger(__name__)

TICK_SECONDS = 1.0
PUBLISH_SECONDS = 15.0
POOLS_SECONDS = 3.0
"""Seconds between two looks at settings and backlog of the worker pools, and at what the ledger is to be told."""


def run(settings: SharedSettings) -> int:
    """Run the schedule until SIGTERM. Commands that run then are asked to end, and waited for within the budget."""
    stop = threading.Event()
    install_signals(stop)
    engine = engines.create(settings.database)
    try:
        schema.require(engine)
        clock.require_right()
    except DatabaseAway as error:
        log.error("not started", extra={"error": str(error)})  # noqa: TRY400  (the trace says nothing to a person)
        return TRY_AGAIN
    health = HealthServer(settings.metrics_host, settings.metrics_port, healthy=lambda: None, ready=lambda: None)
    tell_build("scheduler")
    if settings.metrics_port:
        health.start()
    store = ScheduleStore(engine)
    scheduler = Scheduler(installed(SCHEDULE), store, _launch, utc_now)
    settle_pools = pools.reconcile(engine, settings.kafka, settings.data_dir)
    tell_ledger = TellLedger(engine)
    publish_at = pools_at = monotonic()
    while not stop.is_set():
        try:
            scheduler.tick()
            if monotonic() >= publish_at:
                store.publish(utc_now())
                publish_at = monotonic() + PUBLISH_SECONDS
            if monotonic() >= pools_at and pools.is_followed(settings.data_dir):
                settle_pools()
                simulator = simulator_of(settings.data_dir, os.environ)
                if simulator is not None:
                    tell_ledger(simulator)
                pools_at = monotonic() + POOLS_SECONDS
        except DatabaseAway as error:
            log.warning("the database is away; missed slots are made up for later", extra={"error": str(error)})
        stop.wait(TICK_SECONDS)
    scheduler.stop()
    while scheduler.settle():
        threading.Event().wait(0.1)
    return DONE


def installed(rows: Iterable[ScheduleRow]) -> list[ScheduleRow]:
    """Return the rows whose command is installed; the others are logged once."""
    here = front.installed()
    rows = list(rows)
    missing = [row.name for row in rows if row.command[0] not in here]
    if missing:
        log.info("not scheduled: their commands are not installed here", extra={"schedules": missing})
    return [row for row in rows if row.command[0] in here]


def _launch(row: ScheduleRow, request_key: str) -> subprocess.Popen[bytes]:
    """Start the command with our own output, and without a metrics port, which is in use here."""
    environment = {**os.environ, "MERCARICH_REQUEST_KEY": request_key, "MERCARICH_METRICS_PORT": "0"}
    return subprocess.Popen(
        [Path(sys.executable).with_name("mercarich"), *row.command], env=environment, stdin=subprocess.DEVNULL
    )
