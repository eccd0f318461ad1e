"""Topics come to exist before they are used: the missing ones are created, the others left as they are."""

import logging
import time
from collections.abc import Sequence
from typing import Any

from kafka import KafkaAdminClient
from kafka.errors import KafkaError, TopicAlreadyExistsError, for_code

from mercarich_platform.kafka.driver import away, open_client
from mercarich_platform.kafka.records import AnyTopic
from mercarich_platform.outages import BrokerAway

log = logging.getLogger(__name__)

EMBEDDED_CLUSTER_ID = "mercarich-embedded"
"""Told by the embedded broker, whose long poll does not wake up when something is published."""


def ensure_topics(bootstrap: str, specs: Sequence[AnyTopic], *, timeout_seconds: float = 30) -> list[str]:
    """Create the topics that are missing; answers their names once each partition has a leader.

    The partitions of a topic that exists are not changed. Waits for the broker up to the time-out,
    then raises `BrokerAway`.
    """
    deadline = time.monotonic() + timeout_seconds
    while True:
        try:
            with Topics(bootstrap) as topics:
                return topics.ensure(specs)
        except BrokerAway:
            if time.monotonic() + 0.2 >= deadline:
                raise
            time.sleep(0.2)


class Topics:
    """A connection that asks for topics again and again. Every call raises `BrokerAway`."""

    def __init__(self, bootstrap: str) -> None:
        self._bootstrap = bootstrap
        self._admin: Any = open_client(KafkaAdminClient, bootstrap)

    def __enter__(self) -> "Topics":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def ids(self, names: Sequence[str]) -> dict[str, str]:
        """The identity of each topic that exists: it changes when a topic is deleted and made again."""
        try:
            found = self._admin.describe_topics(list(names))
        except KafkaError as error:
            raise away(self._bootstrap, error) from error
        return {topic["name"]: str(topic.get("topic_id")) for topic in found if topic["error_code"] == 0}

    def embedded(self) -> bool:
        """This is the embedded broker."""
        try:
            return bool(self._admin.describe_cluster()["cluster_id"] == EMBEDDED_CLUSTER_ID)
        except KafkaError as error:
            raise away(self._bootstrap, error) from error

    def ensure(self, specs: Sequence[AnyTopic]) -> list[str]:
        """Create what is missing and wait until it can be used."""
        present = self.ids([spec.name for spec in specs])
        missing = {
            spec.name: {
                "num_partitions": spec.partitions,
                "replication_factor": -1,
                "configs": {"retention.ms": str(spec.retention_ms)},
            }
            for spec in specs
            if spec.name not in present
        }
        return self._create(missing) if missing else []

    def close(self) -> None:
        self._admin.close()

    def _create(self, missing: dict[str, dict[str, object]]) -> list[str]:
        try:
            answer = self._admin.create_topics(missing, timeout_ms=10_000, raise_errors=False)
            created = [topic["name"] for topic in answer["topics"] if _created(topic)]
            self._admin.wait_for_topics(list(missing))
        except KafkaError as error:
            raise away(self._bootstrap, error) from error
        if created:
            log.info("topics created", extra={"topics": created})
        return created


def _created(topic: dict[str, Any]) -> bool:
    """Somebody else may have been faster: that is as good. Raises the driver's error for anything else."""
    error = for_code(topic["error_code"])
    if error is TopicAlreadyExistsError:
        return False
    if topic["error_code"] != 0:
        raise error(f"{topic['name']}: {topic.get('error_message')}")
    return True
