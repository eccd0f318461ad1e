"""Create missing topics before they are used; existing ones are not changed."""

import logging
import time
from collections.abc import Callable, Sequence
from typing import Any

from kafka import KafkaAdminClient
from kafka.errors import KafkaError, TopicAlreadyExistsError, TopicAuthorizationFailedError, for_code

from mercarich_platform.broker import Broker
from mercarich_platform.kafka.driver import away, open_client
from mercarich_platform.kafka.records import AnyTopic
from mercarich_platform.outages import BrokerAway

log = logging.getLogger(__name__)

EMBEDDED_CLUSTER_ID = "mercarich-embedded"
"""Cluster id of the embedded broker, whose long poll does not wake up when a record is published."""


def ensure_topics(broker: Broker | str, specs: Sequence[AnyTopic], *, timeout_seconds: float = 30) -> list[str]:
    """Create missing topics; return the broker's names of them once each partition has a leader.

    The partitions of an existing topic are not changed. Waits for the broker up to the time-out, then raises
    `BrokerAway`.
    """
    return _once_connected(broker, lambda topics: topics.ensure(specs), timeout_seconds)


def missing_topics(broker: Broker | str, specs: Sequence[AnyTopic], *, timeout_seconds: float = 30) -> list[str]:
    """Return the broker's names of the topics that do not exist, and create none. Waits as `ensure_topics` does."""
    wire = Broker.of(broker).wire
    return _once_connected(broker, lambda topics: [wire(name) for name in topics.missing(specs)], timeout_seconds)


def _once_connected(broker: Broker | str, ask: Callable[["Topics"], list[str]], timeout_seconds: float) -> list[str]:
    deadline = time.monotonic() + timeout_seconds
    while True:
        try:
            with Topics(broker) as topics:
                return ask(topics)
        except BrokerAway:
            if time.monotonic() + 0.2 >= deadline:
                raise
            time.sleep(0.2)


class Topics:
    """A connection for repeated calls about topics. Every call raises `BrokerAway`."""

    def __init__(self, broker: Broker | str) -> None:
        self._broker = Broker.of(broker)
        self._admin: Any = open_client(KafkaAdminClient, self._broker)

    def __enter__(self) -> "Topics":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def ids(self, names: Sequence[str]) -> dict[str, str]:
        """Return the id of each existing topic. It changes when a topic is deleted and created again."""
        try:
            found = self._admin.describe_topics([self._broker.wire(name) for name in names])
        except KafkaError as error:
            raise away(self._broker, error) from error
        if any(topic["error_code"] == TopicAuthorizationFailedError.errno for topic in found):
            raise away(self._broker, TopicAuthorizationFailedError())
        there = [topic for topic in found if topic["error_code"] == 0]
        return {self._broker.plain(topic["name"]): str(topic.get("topic_id")) for topic in there}

    def embedded(self) -> bool:
        """Return whether this is the embedded broker."""
        try:
            return bool(self._admin.describe_cluster()["cluster_id"] == EMBEDDED_CLUSTER_ID)
        except KafkaError as error:
            raise away(self._broker, error) from error

    def ensure(self, specs: Sequence[AnyTopic]) -> list[str]:
        """Create missing topics and wait until they can be used; return the broker's names of them."""
        names = self.missing(specs)
        missing: dict[str, dict[str, object]] = {
            self._broker.wire(spec.name): {
                "num_partitions": spec.partitions,
                "replication_factor": -1,
                "configs": {"retention.ms": str(spec.retention_ms)},
            }
            for spec in specs
            if spec.name in names
        }
        return self._create(missing) if missing else []

    def missing(self, specs: Sequence[AnyTopic]) -> list[str]:
        """Return the names of those that do not exist."""
        present = self.ids([spec.name for spec in specs])
        return [spec.name for spec in specs if spec.name not in present]

    def close(self) -> None:
        self._admin.close()

    def _create(self, missing: dict[str, dict[str, object]]) -> list[str]:
        try:
            answer = self._admin.create_topics(missing, timeout_ms=10_000, raise_errors=False)
            created = [topic["name"] for topic in answer["topics"] if _created(topic)]
            self._admin.wait_for_topics(list(missing))
        except KafkaError as error:
            raise away(self._broker, error) from error
        if created:
            log.info("topics created", extra={"topics": created})
        return created


def _created(topic: dict[str, Any]) -> bool:
    """Return False if another process created the topic first. Raises the driver's error for any other problem."""
    error = for_code(topic["error_code"])
    if error is TopicAlreadyExistsError:
        return False
    if topic["error_code"] != 0:
        raise error(f"{topic['name']}: {topic.get('error_message')}")
    return True
