"""Publish records: idempotent, acknowledged by all replicas, and with a bound on every wait."""

import contextlib
import logging
import threading
import time
from collections.abc import Sequence
from typing import Any

from kafka import KafkaProducer
from kafka.errors import KafkaError, KafkaTimeoutError

from mercarich_platform.broker import Broker
from mercarich_platform.kafka.driver import open_client
from mercarich_platform.kafka.records import AnyTopic, Headers
from mercarich_platform.kafka.topics import ensure_topics
from mercarich_platform.outages import BrokerAway

log = logging.getLogger(__name__)

MAX_BLOCK_MS = 5_000
DELIVERY_TIMEOUT_MS = 30_000
LINGER_MS = 2
KEPT = 1_000


class Publisher:
    """Buffers records and sends them in the background. Safe for threads.

    Connects at the first `publish`, and again after a failure that the driver cannot recover from, for instance when
    the broker has lost its data. At each connect, missing `topics` are created.
    """

    def __init__(self, broker: Broker | str, *, client_id: str, topics: Sequence[AnyTopic] = ()) -> None:
        self._broker = Broker.of(broker)
        self._client_id = client_id
        self._topics = topics
        self._lock = threading.Lock()
        self._producer: Any = None
        self._pending = _Pending()

    def publish(self, topic: str, value: bytes, *, key: bytes | None = None, headers: Headers = ()) -> None:
        """Buffer one record. Raises `BrokerAway` when no broker returns the topic's metadata."""
        producer = self._connected()
        try:
            future = producer.send(self._broker.wire(topic), value=value, key=key, headers=list(headers))
        except KafkaError as error:
            raise self._lost(producer, error) from error
        self._pending.futures.append((producer, future))
        if len(self._pending.futures) > KEPT:
            self._settle()

    def flush(self, timeout_seconds: float) -> None:
        """Wait until all records of this thread are acknowledged. Raises `BrokerAway` if one is not.

        After a failure, each record since the last successful flush may or may not have arrived, and all of them must
        be published again.
        """
        deadline = time.monotonic() + timeout_seconds
        pending, self._pending.futures = self._pending.futures, []
        for producer, future in pending:
            try:
                future.get(timeout=max(0.0, deadline - time.monotonic()))
            except KafkaError as error:
                raise self._lost(producer, error) from error

    def close(self, timeout_seconds: float = 5) -> None:
        """Send what is left within the time, then close. Never raises."""
        with self._lock:
            producer, self._producer = self._producer, None
        if producer is not None:
            _close(producer, timeout_seconds)

    def _connected(self) -> Any:
        with self._lock:
            if self._producer is None:
                if self._topics:
                    ensure_topics(self._broker, self._topics, timeout_seconds=MAX_BLOCK_MS / 1000)
                self._producer = open_client(
                    KafkaProducer,
                    self._broker,
                    client_id=self._client_id,
                    acks="all",
                    enable_idempotence=True,
                    allow_auto_create_topics=False,
                    max_block_ms=MAX_BLOCK_MS,
                    delivery_timeout_ms=DELIVERY_TIMEOUT_MS,
                    linger_ms=LINGER_MS,
                    metrics_enabled=False,
                )
            return self._producer

    def _settle(self) -> None:
        """Drop acknowledged records, so that publishing a million of them does not fill the memory."""
        self._pending.futures = [(p, f) for p, f in self._pending.futures if not (f.is_done and f.succeeded())]

    def _lost(self, producer: Any, error: KafkaError) -> BrokerAway:
        """Drop a producer after a failure; the next `publish` opens a new one and creates missing topics."""
        with self._lock:
            mine = producer is self._producer
            if mine:
                self._producer = None
        if mine:
            threading.Thread(target=_close, args=(producer, 0), name="publisher-close", daemon=True).start()
        why = "in time" if isinstance(error, KafkaTimeoutError) else f"({type(error).__name__})"
        return BrokerAway(f"the Kafka broker at {self._broker} did not acknowledge {why}")


class _Pending(threading.local):
    """The records of each thread that are not acknowledged yet."""

    def __init__(self) -> None:
        self.futures: list[tuple[Any, Any]] = []


def _close(producer: Any, timeout_seconds: float) -> None:
    """Close a producer. When the broker is frozen, the driver's own close raises and leaves its sender running."""
    try:
        producer.close(timeout=timeout_seconds)
    except KafkaError as error:
        log.warning("the producer could not send everything before it closed", extra={"error": repr(error)})
        producer._sender.force_close()
        with contextlib.suppress(KafkaError):
            producer.close(timeout=0)
