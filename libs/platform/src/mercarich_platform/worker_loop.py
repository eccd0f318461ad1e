"""The turns of a worker: process results of handlers, begin due records, commit, poll."""

import logging
import queue
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor

from mercarich_platform.broker_watch import BrokerWatch
from mercarich_platform.dead_letters import DeadLetters
from mercarich_platform.exit_codes import DONE, FAILED, STUCK
from mercarich_platform.in_flight import InFlight, Task
from mercarich_platform.kafka import Consumer, Partition, Record
from mercarich_platform.later import Begin, Later
from mercarich_platform.metrics import COMMITS, HANDLE_SECONDS, HANDLED, IN_FLIGHT, MESSAGE_AGE, PARTITIONS, STOPPED
from mercarich_platform.outages import BrokerAway
from mercarich_platform.outcomes import NotNow, Rejected, Stopped, Undecodable
from mercarich_platform.silence import MOST_UNHEARD_SECONDS, Silence

log = logging.getLogger(__name__)

POLL_SECONDS = 0.25
IDLE_POLL_SECONDS = 1.0
"""Poll time-out with nothing in flight. Arriving records are handled at once; only ticks and the shutdown wait."""
FULL_SECONDS = 0.05
FULL_POLL_SECONDS = 1.0
"""Pause between polls while all slots are taken. These polls only allow rebalances, and each takes the driver 3 ms."""
COMMIT_SECONDS = 1.0
DEAD_LETTER_RETRY_SECONDS = 2.0
DRAIN_SECONDS = 30.0
ACK_SECONDS = 2.0
LEAVE_SECONDS = 5.0


class WorkerLoop:
    """Runs in the main thread, except for handlers, dead letters and rebalance callbacks."""

    def __init__(
        self,
        handle: Callable[[Record, threading.Event], None],
        *,
        slots: int,
        watch: BrokerWatch,
        join: Callable[[InFlight], Consumer],
        dead_letters: DeadLetters,
        stop: threading.Event,
    ) -> None:
        self._handle = handle
        self._window = 2 * slots
        self._watch = watch
        self._join = join
        self._letters = dead_letters
        self._stop = stop
        self.in_flight = InFlight(span_limit=8 * slots)
        self._pool = ThreadPoolExecutor(slots, thread_name_prefix="handler")
        self._letter_pool = ThreadPoolExecutor(1, thread_name_prefix="dead-letters")
        self._ended: queue.SimpleQueue[Callable[[], None]] = queue.SimpleQueue()
        self._later = Later()
        self._running = 0
        self._consumer: Consumer | None = None
        self._incarnation = 0
        self._sent: dict[Partition, int] = {}
        self._commit_due = 0.0
        self._paused_poll_due = 0.0
        self._silence = Silence()
        self.code = DONE

    @property
    def joined(self) -> bool:
        return self._consumer is not None

    def has(self, partition: Partition) -> bool:
        """Return whether the partition is assigned to this worker. For a moment in a rebalance, two may say so."""
        return self._consumer is not None and partition in self._consumer.assignment

    @property
    def unheard_seconds(self) -> float:
        """Seconds since the last answer of the group's coordinator."""
        consumer = self._consumer
        return consumer.unheard_seconds if consumer is not None else 0.0

    @property
    def idle(self) -> bool:
        """Whether no handler is running."""
        return self._running == 0

    def step(self) -> None:
        """Do one turn, of about a second at most."""
        self._settle()
        self._begin_due()
        self._commit()
        if self._member():
            self._poll()
        else:
            self._stop.wait(POLL_SECONDS)

    def fail(self, what: str, error: BaseException) -> None:
        """End the process with exit code 1: the log says why, and a supervisor starts it again."""
        log.error("%s failed; the process ends", what, exc_info=error)
        self.code = FAILED
        self._stop.set()

    def drain(self, beat: Callable[[], None]) -> None:
        """Wait for running handlers, commit what they finished, and leave the group."""
        self._pool.shutdown(wait=False, cancel_futures=True)
        deadline = time.monotonic() + DRAIN_SECONDS
        while self._running and time.monotonic() < deadline:
            beat()
            if self._consumer is not None:
                self._poll_paused(self._consumer)
            self._settle(FULL_SECONDS)
        self._letter_pool.shutdown(wait=False, cancel_futures=True)
        self._leave(ACK_SECONDS)

    def _member(self) -> bool:
        """Return whether this worker is in its group. Joins if need be, also after an outage, and for new topics."""
        if self._consumer is not None and self._incarnation != self._watch.incarnation:
            log.warning("the topics were created again; joining the group again")
            self._leave(0)
        if self._consumer is None and self._watch.wrong is None:
            self._incarnation = self._watch.incarnation
            try:
                self._consumer = self._join(self.in_flight)
            except BrokerAway as error:
                log.info("could not join the group", extra={"reason": str(error)})
        return self._consumer is not None

    def _leave(self, ack_seconds: float) -> None:
        consumer, self._consumer = self._consumer, None
        if consumer is not None:
            self._commit_last(consumer, ack_seconds)
            consumer.close(LEAVE_SECONDS if ack_seconds else ACK_SECONDS)
        self._sent = {}
        PARTITIONS.set(0)
        STOPPED.set(0)
        self.in_flight.forget()

    def _commit_last(self, consumer: Consumer, seconds: float) -> None:
        deadline = time.monotonic() + seconds
        offsets = self.in_flight.committable()
        while offsets and time.monotonic() < deadline and not consumer.commit(offsets):
            time.sleep(0.01)
        while offsets and time.monotonic() < deadline and not consumer.settled:
            time.sleep(0.01)
        if consumer.committed:
            self.in_flight.committed(offsets)

    def _poll(self) -> None:
        assert self._consumer is not None
        room = self._window - self._running
        PARTITIONS.set(len(self._consumer.assignment))
        STOPPED.set(len(self.in_flight.stopped()))
        try:
            if room <= 0:
                self._silence.broken()
                if time.monotonic() >= self._paused_poll_due:
                    self._poll_paused(self._consumer)
                self._settle(POLL_SECONDS)  # returns as soon as a handler ends
                return
            blocked = self.in_flight.blocked()
            self._consumer.pause_only(blocked)
            records = self._consumer.poll(self._patience(blocked=bool(blocked)), room)
        except BrokerAway as error:
            log.warning("reading failed; joining the group again", extra={"reason": str(error)})
            self._leave(0)
            return
        self._listen(self._consumer, bool(records), blocked)
        for record in records:
            task = self.in_flight.take(record)
            if task is not None:
                self._begin(task)

    def _listen(self, consumer: Consumer, heard: bool, blocked: set[Partition]) -> None:
        """End the process if the driver has silently lost a partition or its group: only a new one would read again."""
        open_to = consumer.assignment - blocked
        is_lost = consumer.unheard_seconds > MOST_UNHEARD_SECONDS and self._watch.wrong is None
        if heard or not (open_to or is_lost):
            self._silence.broken()
        elif self._silence.is_too_long(lambda: is_lost or consumer.behind(open_to)):
            log.critical(
                "the driver has lost a partition or its group; the process ends", extra={"of": sorted(open_to)}
            )
            self.code = STUCK
            self._stop.set()

    def _patience(self, *, blocked: bool) -> float:
        """Return the time-out of a poll, in seconds: short while there is other work for this thread."""
        if self._running:
            return FULL_SECONDS if blocked else POLL_SECONDS
        return POLL_SECONDS if self._later else IDLE_POLL_SECONDS

    def _poll_paused(self, consumer: Consumer) -> None:
        """Poll with all partitions paused, so that the group knows that this worker is alive."""
        self._paused_poll_due = time.monotonic() + FULL_POLL_SECONDS
        consumer.pause_only(consumer.assignment)
        for record in consumer.poll(0, 1):
            task = self.in_flight.take(record)
            if task is not None:
                self._begin(task)

    def _begin(self, task: Task) -> None:
        self._running += 1
        IN_FLIGHT.set(self._running)
        future = self._pool.submit(self._attempt, task)
        future.add_done_callback(lambda ended: self._ended.put(lambda: self._handled(task, ended)))

    def _attempt(self, task: Task) -> None:
        if self._stop.is_set() or not self.in_flight.wanted(task):
            raise Stopped
        topic = task.record.topic
        MESSAGE_AGE.labels(topic).observe(max(0.0, time.time() - task.record.timestamp_ms / 1000))
        with HANDLE_SECONDS.labels(topic).time():
            self._handle(task.record, self._stop)

    def _settle(self, wait_seconds: float = 0) -> None:
        """Process the results of handlers and dead letters from the other threads."""
        try:
            note = self._ended.get(timeout=wait_seconds) if wait_seconds else self._ended.get_nowait()
            while True:
                note()
                note = self._ended.get_nowait()
        except queue.Empty:
            return

    def _handled(self, task: Task, ended: Future[None]) -> None:
        self._running -= 1
        IN_FLIGHT.set(self._running)
        error = Stopped() if ended.cancelled() else ended.exception()
        HANDLED.labels(task.record.topic, _outcome(error)).inc()
        if isinstance(error, Stopped):
            return
        if isinstance(error, Rejected):
            self._reject(task, error)
            return
        if isinstance(error, NotNow):
            log.info("a record has to wait", extra=_where(task) | {"reason": str(error)})
            self.in_flight.decoded(task)
            self._keep(task, error.delay_seconds, self._begin)
        elif error is not None:
            self.fail(f"the record {task.record.topic}/{task.record.partition}/{task.record.offset}", error)
        else:
            self.in_flight.accept(task)
            self.in_flight.finish(task)

    def _reject(self, task: Task, rejected: Rejected) -> None:
        log.error("a record was rejected", extra=_where(task) | {"error": str(rejected)})
        if self.in_flight.reject(task, undecodable=isinstance(rejected, Undecodable)):
            self._bury(task, rejected)
        else:
            log.error("too many rejections: nothing more is read from this partition", extra=_where(task))

    def _bury(self, task: Task, rejected: Rejected) -> None:
        """Write the dead letter. Its offset is only committed, and its partition resumed, after the acknowledgement."""
        if not self.in_flight.wait(task):
            return
        future = self._letter_pool.submit(self._letters.put, task.record, rejected)
        future.add_done_callback(lambda ended: self._ended.put(lambda: self._buried(task, rejected, ended)))

    def _buried(self, task: Task, rejected: Rejected, ended: Future[None]) -> None:
        error = Stopped() if ended.cancelled() else ended.exception()
        if not self.in_flight.resume(task):
            return
        if error is None:
            self.in_flight.finish(task)
        elif isinstance(error, BrokerAway):
            log.warning("a dead letter was not acknowledged; it is kept", extra=_where(task) | {"reason": str(error)})
            self._keep(task, DEAD_LETTER_RETRY_SECONDS, lambda again: self._bury(again, rejected))
        elif not isinstance(error, Stopped):
            self.fail("writing a dead letter", error)

    def _keep(self, task: Task, delay_seconds: float, begin: Begin) -> None:
        if self.in_flight.wait(task):
            self._later.add(task, delay_seconds, begin)

    def _begin_due(self) -> None:
        for task, begin in self._later.due():
            if self.in_flight.resume(task):
                begin(task)

    def _commit(self) -> None:
        now = time.monotonic()
        if self._consumer is None or now < self._commit_due:
            return
        self._commit_due = now + COMMIT_SECONDS
        if self._consumer.committed:
            self.in_flight.committed(self._sent)
        offsets = self.in_flight.committable()
        if offsets and self._consumer.commit(offsets):
            self._sent = offsets
            COMMITS.inc()


def _outcome(error: BaseException | None) -> str:
    says = {type(None): "handled", NotNow: "not_now", Stopped: "stopped", Rejected: "rejected", Undecodable: "rejected"}
    return says.get(type(error), "failed")


def _where(task: Task) -> dict[str, object]:
    return {"topic": task.record.topic, "partition": task.record.partition, "offset": task.record.offset}
