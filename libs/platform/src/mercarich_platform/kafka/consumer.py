"""Read as a member of a group. Offsets are committed explicitly, and a rebalance commits finished records."""

import logging
import threading
import time
from collections.abc import Iterable, Mapping
from typing import Any, Protocol

from kafka import KafkaConsumer, TopicPartition
from kafka.consumer.subscription_state import AsyncConsumerRebalanceListener
from kafka.coordinator.assignors.roundrobin import RoundRobinPartitionAssignor
from kafka.errors import KafkaError
from kafka.structs import OffsetAndMetadata

from mercarich_platform.broker import Broker
from mercarich_platform.kafka.driver import away, open_client
from mercarich_platform.kafka.records import Record
from mercarich_platform.kafka.topics import Topics

log = logging.getLogger(__name__)

Partition = tuple[str, int]
"""Topic and partition number."""

SESSION_TIMEOUT_MS = 10_000
HEARTBEAT_MS = 2_000
MAX_POLL_INTERVAL_MS = 120_000
METADATA_MAX_AGE_MS = 10_000
"""A group leader that does not know a recreated topic yet assigns none of its partitions, and refreshes only after this
time. The driver's default is five minutes."""
FETCH_WAIT_MS = 500
ASK_MS = 2_000
EMBEDDED_SESSION_TIMEOUT_MS = 6_000
"""The embedded broker makes a group wait for half of it at each join."""
EMBEDDED_FETCH_WAIT_MS = 100
EMBEDDED_QUIET_FETCH_WAIT_MS = 1_000
EMBEDDED_QUIET_AFTER_SECONDS = 10.0
"""After so long without a record, an idle consumer of the embedded broker polls with the longer wait.

The embedded broker's long poll does not wake up when a record is published, so that a record waits for half of the
poll's time on average. A consumer takes 3 % of a core (its own share and the broker's) with polls of 100 ms, and 0.7 %
with 1,000 ms."""


class Offsets(Protocol):
    """Callbacks for changes of the assignment. Called on the driver's I/O thread: must be quick and never block."""

    def assigned(self, partitions: Iterable[Partition]) -> None:
        """Note partitions that are now assigned to this consumer."""

    def revoked(self, partitions: Iterable[Partition]) -> Mapping[Partition, int]:
        """Drop partitions that are no longer assigned; return the offsets that may still be committed for them."""

    def lost(self, partitions: Iterable[Partition]) -> None:
        """Drop partitions that were taken away before we knew: nothing may be committed for them."""


class Consumer:
    """One member of a group. Not safe for threads; `offsets` is called at rebalances."""

    def __init__(
        self, broker: Broker | str, *, client_id: str, group: str, topics: Iterable[str], offsets: Offsets
    ) -> None:
        """Connect. Raises `BrokerAway` within seconds."""
        self._broker = broker = Broker.of(broker)
        with Topics(broker) as cluster:
            self._embedded = embedded = cluster.embedded()
        self._driver: Any = open_client(
            KafkaConsumer,
            broker,
            client_id=client_id,
            group_id=broker.wire(group),
            enable_auto_commit=False,
            auto_offset_reset="earliest",
            allow_auto_create_topics=False,
            partition_assignment_strategy=(RoundRobinPartitionAssignor,),
            session_timeout_ms=EMBEDDED_SESSION_TIMEOUT_MS if embedded else SESSION_TIMEOUT_MS,
            heartbeat_interval_ms=HEARTBEAT_MS,
            max_poll_interval_ms=MAX_POLL_INTERVAL_MS,
            metadata_max_age_ms=METADATA_MAX_AGE_MS,
            fetch_max_wait_ms=EMBEDDED_FETCH_WAIT_MS if embedded else FETCH_WAIT_MS,
            metrics_enabled=False,
        )
        self._driver.subscribe(
            topics=[broker.wire(topic) for topic in topics], listener=_Listener(self._driver, broker, offsets)
        )
        self._committing: Any = None
        self._last_read = time.monotonic()

    def poll(self, timeout_seconds: float, max_records: int) -> list[Record]:
        """Return records of partitions that are not paused. Raises `BrokerAway` on errors that the driver cannot
        recover from."""
        self._free_parked()
        self._end_what_was_begun()
        try:
            found = self._driver.poll(timeout_ms=int(timeout_seconds * 1000), max_records=max_records)
        except KafkaError as error:
            raise away(self._broker, error) from error
        if self._embedded:
            self._ask_as_often_as_it_pays(bool(found))
        return [record_of(raw, self._broker) for batch in found.values() for raw in batch]

    def pause_only(self, partitions: Iterable[Partition]) -> None:
        """Pause these partitions, and resume all other assigned ones."""
        wanted = set(_of_driver(self._broker, partitions)) & self._driver.assignment()
        paused = self._driver.paused()
        if wanted - paused:
            self._driver.pause(*(wanted - paused))
        if paused - wanted:
            self._driver.resume(*(paused - wanted))

    def behind(self, partitions: Iterable[Partition]) -> bool:
        """Return whether one of these has unread records; False when the broker does not tell."""
        wanted = _of_driver(self._broker, partitions)
        try:
            ends = self._driver.end_offsets(wanted, timeout_ms=ASK_MS)
            return any(end > (self._driver.position(one, timeout_ms=ASK_MS) or 0) for one, end in ends.items())
        except (KafkaError, KeyError) as error:  # for a partition without a leader, the driver raises KeyError
            log.info("the broker does not return the end offsets", extra={"error": repr(error)})
            return False

    @property
    def unheard_seconds(self) -> float:
        """Seconds since the last answer of the group's coordinator, or since the start."""
        heartbeat = self._driver._coordinator.heartbeat  # private: the driver has no public way to get it
        heard: float = max(heartbeat.last_receive, heartbeat.last_reset)
        return max(0.0, time.monotonic() - heard)

    def _ask_as_often_as_it_pays(self, found: bool) -> None:
        now = time.monotonic()
        if found:
            self._last_read = now
        quiet = now - self._last_read > EMBEDDED_QUIET_AFTER_SECONDS
        # The driver reads this private configuration for each request, and has no public way to change it.
        self._driver._fetcher.config["fetch_max_wait_ms"] = (
            EMBEDDED_QUIET_FETCH_WAIT_MS if quiet else EMBEDDED_FETCH_WAIT_MS
        )

    def _free_parked(self) -> None:
        """Work around a bug of kafka-python 3.0.12, by which a resumed partition stays silent.

        It keeps the fetched records of a paused partition aside, and takes them back only while
        `_next_partition_records` is None. After the last record this is empty, but not None.
        """
        fetcher = self._driver._fetcher
        if not fetcher._next_partition_records:
            fetcher._next_partition_records = None

    def _end_what_was_begun(self) -> None:
        """Work around a bug of kafka-python 3.0.12, by which a member can stay outside of its group for ever.

        The group's leader joins again when the metadata of the topics changes. Where it changes back while this join is
        under way, as when the topics of a broker that came back empty are created again, the driver takes the join
        for needless, and waits for nothing: it sends no heartbeat, and joins no more.
        """
        coordinator = self._driver._coordinator
        if coordinator.rejoining:
            coordinator.request_rejoin()

    @property
    def assignment(self) -> set[Partition]:
        return set(_of_us(self._broker, self._driver.assignment()))

    def commit(self, offsets: Mapping[Partition, int]) -> bool:
        """Send the offsets without waiting; return False when the last commit has no answer yet.

        A failed commit is only logged: the same or a higher offset is sent next time, by us or by the partition's new
        owner.
        """
        if not self.settled:
            return False
        if offsets:
            self._committing = self._driver.commit_async(_driver_offsets(self._broker, offsets))
            self._committing.add_errback(_log_failed_commit)
        return True

    @property
    def settled(self) -> bool:
        """Whether all commits have an answer."""
        return self._committing is None or bool(self._committing.is_done)

    @property
    def committed(self) -> bool:
        """Whether the last commit was acknowledged."""
        return self._committing is not None and self._committing.is_done and bool(self._committing.succeeded())

    def close(self, timeout_seconds: float = 5) -> None:
        """Commit what `offsets` returns, leave the group and close, within the time. Never raises.

        With the embedded broker, it does not leave the group: the session just expires. If a member leaves while
        another one joins, that broker never elects a leader for the group again, and a member learns of a join only
        with its next heartbeat.
        """
        if self._embedded:
            self._driver._coordinator.reset_generation()
        end = (self._driver, timeout_seconds)
        thread = threading.Thread(target=_close, args=end, name="consumer-close", daemon=True)
        thread.start()
        thread.join(timeout_seconds)


class _Listener(AsyncConsumerRebalanceListener):  # type: ignore[misc]  # the driver has no types
    def __init__(self, driver: Any, broker: Broker, offsets: Offsets) -> None:
        self._driver = driver
        self._broker = broker
        self._offsets = offsets

    async def on_partitions_assigned(self, assigned: Iterable[Any]) -> None:
        self._offsets.assigned(_of_us(self._broker, assigned))

    async def on_partitions_revoked(self, revoked: Iterable[Any]) -> None:
        """Commit finished records, then drop the read positions.

        A synchronous commit would raise here, and an exception here would end the poll. kafka-python 3.0.12, unlike
        Java's client, keeps the positions of partitions that come back at once, so that a record which was read but
        not committed would never be read again.
        """
        done = self._offsets.revoked(_of_us(self._broker, revoked))
        if done:
            try:
                await self._driver.commit_async(_driver_offsets(self._broker, done))
            except KafkaError as error:
                _log_failed_commit(error)
        self._driver._subscription.assign_from_subscribed([])

    async def on_partitions_lost(self, lost: Iterable[Any]) -> None:
        self._offsets.lost(_of_us(self._broker, lost))


def record_of(raw: Any, broker: Broker) -> Record:
    return Record(
        topic=broker.plain(raw.topic),
        partition=raw.partition,
        offset=raw.offset,
        key=raw.key,
        value=raw.value or b"",
        headers=tuple(raw.headers),
        timestamp_ms=raw.timestamp,
    )


def _of_driver(broker: Broker, partitions: Iterable[Partition]) -> list[Any]:
    return [TopicPartition(broker.wire(topic), number) for topic, number in partitions]


def _of_us(broker: Broker, partitions: Iterable[Any]) -> list[Partition]:
    return [(broker.plain(one.topic), one.partition) for one in partitions]


def _driver_offsets(broker: Broker, offsets: Mapping[Partition, int]) -> dict[Any, Any]:
    values = [OffsetAndMetadata(offset, "", -1) for offset in offsets.values()]
    return dict(zip(_of_driver(broker, offsets), values, strict=True))


def _log_failed_commit(error: BaseException) -> None:
    log.info("a commit failed; its records may be read again", extra={"error": repr(error)})


def _close(driver: Any, timeout_seconds: float) -> None:
    try:
        driver.close(autocommit=False, timeout_ms=int(timeout_seconds * 1000))
    except KafkaError as error:
        log.warning("the consumer did not leave its group", extra={"error": repr(error)})
