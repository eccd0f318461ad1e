"""The worker of all pools: reads records from Kafka, calls a handler at least once for each, and ends in time.

A handler takes a record and an event that is set when the process is to end. If it returns, the record is handled.
Otherwise it raises `Undecodable`, `Rejected`, `NotNow` or `Stopped`. Any other exception ends the process without
committing the record, so that it is read again.
"""

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from mercarich_platform.broker_watch import BrokerWatch
from mercarich_platform.build_info import tell_build
from mercarich_platform.dead_letters import DeadLetters
from mercarich_platform.exit_codes import TRY_AGAIN
from mercarich_platform.health import HealthServer
from mercarich_platform.in_flight import InFlight
from mercarich_platform.kafka import AnyTopic, Broker, Consumer, Publisher, Record
from mercarich_platform.metrics import LOOP_AGE, begin_at_zero
from mercarich_platform.outcomes import NotNow, Rejected, Stopped, Undecodable
from mercarich_platform.shutdown import BUDGET_SECONDS, Watchdog, hard_stop_after, install_signals
from mercarich_platform.ticks import Tick, Ticks
from mercarich_platform.worker_loop import WorkerLoop

__all__ = ["Handler", "NotNow", "Rejected", "Stopped", "Tick", "Undecodable", "Worker", "install_signals"]

UNHEARD_SECONDS = 20.0
"""Twice the session time-out: after so long without a heartbeat the group has removed the member."""

Handler = Callable[[Record, threading.Event], None]
"""Called in one of the worker's `slots` threads."""


@dataclass(frozen=True, kw_only=True)
class Worker:
    """Passes the records of topics to a handler. Call `run` once, in the main thread, after `install_signals`."""

    broker: Broker | str
    group: str
    topics: Sequence[str]
    handle: Handler
    slots: int
    """Records handled concurrently; at most twice as many are read from Kafka and unfinished."""
    dead_letters: Callable[[str], str]
    """Returns the name of a topic's dead letter topic."""
    ensure: Sequence[AnyTopic] = ()
    """Topics to create at the start, and again if the broker has lost them: those consumed, their dead letter topics,
    and those that the handler publishes to."""
    ticks: Sequence[Tick] = ()
    client_id: str = "mercarich"
    health_host: str = "0.0.0.0"
    health_port: int | None = None
    """Port for /metrics, /healthz and /readyz; None turns them off."""

    def run(self, stop: threading.Event) -> int:
        """Work until `stop` is set; return the exit code. If the broker is away, wait for it."""
        watchdog = Watchdog()
        watch = BrokerWatch(self.broker, self.topics, self.ensure)
        publisher = Publisher(self.broker, client_id=f"{self.client_id}-dead-letters")
        loop = WorkerLoop(
            self.handle,
            slots=self.slots,
            watch=watch,
            join=self._join,
            dead_letters=DeadLetters(publisher, group=self.group, topic_of=self.dead_letters),
            stop=stop,
        )
        ticks = Ticks(self.ticks, fail=loop.fail)
        health = self._health(watchdog, watch, loop, stop)
        tell_build(self.client_id)
        begin_at_zero(self.topics)
        LOOP_AGE.set_function(lambda: watchdog.age_seconds)
        watchdog.start()
        watch.start()
        while not stop.is_set():
            watchdog.beat()
            ticks.step(leads=loop.has((self.topics[0], 0)))
            loop.step()
        hard_stop = hard_stop_after(BUDGET_SECONDS, TRY_AGAIN)
        ticks.stop()
        loop.drain(watchdog.beat)
        publisher.close()
        watch.stop()
        watchdog.stop()
        if health:
            health.stop()
        if loop.idle:  # else a handler hangs: the timer must end the process, for the interpreter waits for threads
            hard_stop.cancel()
        return loop.code

    def _join(self, offsets: InFlight) -> Consumer:
        return Consumer(self.broker, client_id=self.client_id, group=self.group, topics=self.topics, offsets=offsets)

    def _health(
        self, watchdog: Watchdog, watch: BrokerWatch, loop: WorkerLoop, stop: threading.Event
    ) -> HealthServer | None:
        if self.health_port is None:
            return None
        server = HealthServer(
            self.health_host, self.health_port, healthy=watchdog.wrong, ready=lambda: _unready(watch, loop, stop)
        )
        server.start()
        return server


def _unready(watch: BrokerWatch, loop: WorkerLoop, stop: threading.Event) -> str | None:
    if stop.is_set():
        return "the worker is about to end"
    if watch.wrong:
        return watch.wrong
    if not loop.joined:
        return "the worker is not in its group yet"
    if loop.unheard_seconds > UNHEARD_SECONDS:
        return f"its group has not answered for {loop.unheard_seconds:.0f} s"
    stopped = loop.in_flight.stopped()
    if stopped:
        return f"too many rejections on {sorted(stopped)}"
    garbage = loop.in_flight.garbage_alone()
    if garbage:
        return f"no record that can be decoded, but many that cannot, on {sorted(garbage)}"
    return "it has rejected every record so far" if loop.in_flight.has_only_rejected else None
