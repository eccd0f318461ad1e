"""Reading as a member of a group, with offsets committed by hand and a rebalance that commits what is done."""

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

from mercarich_platform.kafka.driver import away, open_client
from mercarich_platform.kafka.records import Record
from mercarich_platform.kafka.topics import Topics

log = logging.getLogger(__name__)

Partition = tuple[str, int]
"""Topic and number."""

SESSION_TIMEOUT_MS = 10_000
HEARTBEAT_MS = 2_000
MAX_POLL_INTERVAL_MS = 120_000
METADATA_MAX_AGE_MS = 10_000
"""A leader that has not yet heard of a topic that was made anew assigns none of it, and asks again only then; the
driver's default is five minutes."""
FETCH_WAIT_MS = 500
ASK_MS = 2_000
EMBEDDED_SESSION_TIMEOUT_MS = 6_000
"""The embedded broker lets a group wait for half of it at each join."""
EMBEDDED_FETCH_WAIT_MS = 100
EMBEDDED_QUIET_FETCH_WAIT_MS = 1_000
EMBEDDED_QUIET_AFTER_SECONDS = 10.0
"""Its long poll does not wake up when something is published: what is published waits for half of the time on average.
A reader costs 3 % of a core at 100 and 0.7 % at 1,000, his own share and the broker's: who has read nothing for a
while asks more seldom."""


class Offsets(Protocol):
    """What the reader knows of its partitions. Called on the driver's I/O thread: quick, and never blocking."""

    def assigned(self, partitions: Iterable[Partition]) -> None:
        """These are ours now."""

    def revoked(self, partitions: Iterable[Partition]) -> Mapping[Partition, int]:
        """These are ours no longer; answers what may still be committed for them."""

    def lost(self, partitions: Iterable[Partition]) -> None:
        """These were taken away before we knew: nothing may be committed."""


class Consumer:
    """One member of a group. Not for several threads; `offsets` hears of rebalances."""

    def __init__(self, bootstrap: str, *, client_id: str, group: str, topics: Iterable[str], offsets: Offsets) -> None:
        """Raises `BrokerAway` within seconds."""
        with Topics(bootstrap) as cluster:
            embedded = cluster.embedded()
        self._bootstrap, self._embedded = bootstrap, embedded
        self._driver: Any = open_client(
            KafkaConsumer,
            bootstrap,
            client_id=client_id,
            group_id=group,
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
        self._driver.subscribe(topics=list(topics), listener=_Listener(self._driver, offsets))
        self._committing: Any = None
        self._last_read = time.monotonic()

    def poll(self, timeout_seconds: float, max_records: int) -> list[Record]:
        """Records of the partitions that are not paused. Raises `BrokerAway` on what the driver cannot get over."""
        self._free_parked()
        try:
            found = self._driver.poll(timeout_ms=int(timeout_seconds * 1000), max_records=max_records)
        except KafkaError as error:
            raise away(self._bootstrap, error) from error
        if self._embedded:
            self._ask_as_often_as_it_pays(bool(found))
        return [record_of(raw) for batch in found.values() for raw in batch]

    def pause_only(self, partitions: Iterable[Partition]) -> None:
        """Take nothing from these, and everything from the other assigned ones."""
        wanted = {TopicPartition(*partition) for partition in partitions} & self._driver.assignment()
        paused = self._driver.paused()
        if wanted - paused:
            self._driver.pause(*(wanted - paused))
        if paused - wanted:
            self._driver.resume(*(paused - wanted))

    def behind(self, partitions: Iterable[Partition]) -> bool:
        """Whether one of these has records after those that were read. No, where the broker does not say."""
        wanted = [TopicPartition(*partition) for partition in partitions]
        try:
            ends = self._driver.end_offsets(wanted, timeout_ms=ASK_MS)
            return any(end > (self._driver.position(one, timeout_ms=ASK_MS) or 0) for one, end in ends.items())
        except (KafkaError, KeyError) as error:  # a partition without a leader is a key that the driver misses
            log.info("the broker does not say how much there is to read", extra={"error": repr(error)})
            return False

    @property
    def unheard_seconds(self) -> float:
        """Since the group's coordinator answered last, or since the start."""
        heartbeat = self._driver._coordinator.heartbeat  # the driver has no other way to tell
        heard: float = max(heartbeat.last_receive, heartbeat.last_reset)
        return max(0.0, time.monotonic() - heard)

    def _ask_as_often_as_it_pays(self, found: bool) -> None:
        now = time.monotonic()
        if found:
            self._last_read = now
        quiet = now - self._last_read > EMBEDDED_QUIET_AFTER_SECONDS
        # The driver reads this for each request; it has no other way to change it.
        self._driver._fetcher.config["fetch_max_wait_ms"] = (
            EMBEDDED_QUIET_FETCH_WAIT_MS if quiet else EMBEDDED_FETCH_WAIT_MS
        )

    def _free_parked(self) -> None:
        """kafka-python 3.0.12 keeps the fetched records of a paused partition aside and takes them back only while
        `_next_partition_records` is None; a drained one is empty but not None, and the partition stays silent."""
        fetcher = self._driver._fetcher
        if not fetcher._next_partition_records:
            fetcher._next_partition_records = None

    @property
    def assignment(self) -> set[Partition]:
        return {(partition.topic, partition.partition) for partition in self._driver.assignment()}

    def commit(self, offsets: Mapping[Partition, int]) -> bool:
        """Send the offsets without waiting; False when the commit before has no answer yet.

        A failed commit is logged and nothing more: the same or a higher offset is sent at the next time, by us or
        by the partition's new owner.
        """
        if not self.settled:
            return False
        if offsets:
            self._committing = self._driver.commit_async(_driver_offsets(offsets))
            self._committing.add_errback(_log_failed_commit)
        return True

    @property
    def settled(self) -> bool:
        """There is no commit without an answer."""
        return self._committing is None or bool(self._committing.is_done)

    @property
    def committed(self) -> bool:
        """The last commit was acknowledged."""
        return self._committing is not None and self._committing.is_done and bool(self._committing.succeeded())

    def close(self, timeout_seconds: float = 5) -> None:
        """Commit what `offsets` answers, leave the group at once, let go. Bounded, and never raises.

        The embedded broker never again elects a leader of a group that a member left while anybody was joining it,
        and a member hears of the others' joining only with its next heartbeat; one that falls silent is forgotten
        with its session. So there, everybody goes without a word.
        """
        if self._embedded:
            self._driver._coordinator.reset_generation()
        end = (self._driver, timeout_seconds)
        thread = threading.Thread(target=_close, args=end, name="consumer-close", daemon=True)
        thread.start()
        thread.join(timeout_seconds)


class _Listener(AsyncConsumerRebalanceListener):  # type: ignore[misc]  # the driver has no types
    def __init__(self, driver: Any, offsets: Offsets) -> None:
        self._driver = driver
        self._offsets = offsets

    async def on_partitions_assigned(self, assigned: Iterable[Any]) -> None:
        self._offsets.assigned((p.topic, p.partition) for p in assigned)

    async def on_partitions_revoked(self, revoked: Iterable[Any]) -> None:
        """Commit what is done. A synchronous commit here raises; an error that leaves here would end the poll.

        Then forget the read positions. kafka-python 3.0.12 keeps those of partitions that come back at once (Java's
        client does not), so that a record which was read but not committed would never be read again.
        """
        done = self._offsets.revoked((p.topic, p.partition) for p in revoked)
        if done:
            try:
                await self._driver.commit_async(_driver_offsets(done))
            except KafkaError as error:
                _log_failed_commit(error)
        self._driver._subscription.assign_from_subscribed([])

    async def on_partitions_lost(self, lost: Iterable[Any]) -> None:
        self._offsets.lost((p.topic, p.partition) for p in lost)


def record_of(raw: Any) -> Record:
    return Record(
        topic=raw.topic,
        partition=raw.partition,
        offset=raw.offset,
        key=raw.key,
        value=raw.value or b"",
        headers=tuple(raw.headers),
        timestamp_ms=raw.timestamp,
    )


def _driver_offsets(offsets: Mapping[Partition, int]) -> dict[Any, Any]:
    return {TopicPartition(*partition): OffsetAndMetadata(offset, "", -1) for partition, offset in offsets.items()}


def _log_failed_commit(error: BaseException) -> None:
    log.info("a commit failed; what it covered may be read again", extra={"error": repr(error)})


def _close(driver: Any, timeout_seconds: float) -> None:
    try:
        driver.close(autocommit=False, timeout_ms=int(timeout_seconds * 1000))
    except KafkaError as error:
        log.warning("the consumer did not leave its group", extra={"error": repr(error)})
