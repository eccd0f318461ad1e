"""Publishing: acknowledged by all replicas, idempotent, and never blocking for longer than said."""

import contextlib
import logging
import threading
import time
from collections.abc import Sequence
from typing import Any

from kafka import KafkaProducer
from kafka.errors import KafkaError, KafkaTimeoutError

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
    """Buffers records and sends them in the background; usable from several threads at once.

    Connects at the first `publish`, and again after a failure that the driver cannot get over by itself (the
    broker lost its data, for one). `topics` are made to exist at each connect.
    """

    def __init__(self, bootstrap: str, *, client_id: str, topics: Sequence[AnyTopic] = ()) -> None:
        self._bootstrap = bootstrap
        self._client_id = client_id
        self._topics = topics
        self._lock = threading.Lock()
        self._producer: Any = None
        self._pending = _Pending()

    def publish(self, topic: str, value: bytes, *, key: bytes | None = None, headers: Headers = ()) -> None:
        """Put one record into the buffer. Raises `BrokerAway` when there is no broker to learn the topic from."""
        producer = self._connected()
        try:
            future = producer.send(topic, value=value, key=key, headers=list(headers))
        except KafkaError as error:
            raise self._lost(producer, error) from error
        self._pending.futures.append((producer, future))
        if len(self._pending.futures) > KEPT:
            self._settle()

    def flush(self, timeout_seconds: float) -> None:
        """Wait until all that this thread published is acknowledged; `BrokerAway` if something was not.

        After a failure nothing is remembered: what was published since the last good flush may or may not be
        there, and is to be published again.
        """
        deadline = time.monotonic() + timeout_seconds
        pending, self._pending.futures = self._pending.futures, []
        for producer, future in pending:
            try:
                future.get(timeout=max(0.0, deadline - time.monotonic()))
            except KafkaError as error:
                raise self._lost(producer, error) from error

    def close(self, timeout_seconds: float = 5) -> None:
        """Send what is left, within the time, and let go. Never raises."""
        with self._lock:
            producer, self._producer = self._producer, None
        if producer is not None:
            _close(producer, timeout_seconds)

    def _connected(self) -> Any:
        with self._lock:
            if self._producer is None:
                if self._topics:
                    ensure_topics(self._bootstrap, self._topics, timeout_seconds=MAX_BLOCK_MS / 1000)
                self._producer = open_client(
                    KafkaProducer,
                    self._bootstrap,
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
        """Forget what is acknowledged, so that a caller that publishes a million records keeps few of them."""
        self._pending.futures = [(p, f) for p, f in self._pending.futures if not (f.is_done and f.succeeded())]

    def _lost(self, producer: Any, error: KafkaError) -> BrokerAway:
        """Let a producer go after a failure; the next `publish` opens a new one and makes the topics exist."""
        with self._lock:
            mine = producer is self._producer
            if mine:
                self._producer = None
        if mine:
            threading.Thread(target=_close, args=(producer, 0), name="publisher-close", daemon=True).start()
        why = "in time" if isinstance(error, KafkaTimeoutError) else f"({type(error).__name__})"
        return BrokerAway(f"the Kafka broker at {self._bootstrap} did not acknowledge {why}")


class _Pending(threading.local):
    """What each thread published and has not seen acknowledged."""

    def __init__(self) -> None:
        self.futures: list[tuple[Any, Any]] = []


def _close(producer: Any, timeout_seconds: float) -> None:
    """The driver's close raises, and leaves its sender running, when the broker is frozen: make it end."""
    try:
        producer.close(timeout=timeout_seconds)
    except KafkaError as error:
        log.warning("the producer could not send everything before it closed", extra={"error": repr(error)})
        producer._sender.force_close()
        with contextlib.suppress(KafkaError):
            producer.close(timeout=0)
