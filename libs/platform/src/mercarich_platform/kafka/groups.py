"""Lag, members and age of the oldest waiting record of consumer groups, for people and for scaling."""

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from kafka import KafkaAdminClient, KafkaConsumer, TopicPartition
from kafka.admin import OffsetSpec
from kafka.errors import CoordinatorNotAvailableError, GroupIdNotFoundError, KafkaError

from mercarich_platform.broker import Broker
from mercarich_platform.kafka.driver import away, open_client


@dataclass(frozen=True, slots=True)
class GroupState:
    """The state of one group in one topic."""

    group: str
    topic: str
    lag: int
    """Number of records that are not committed."""
    members: int | None
    """Number of processes in the group; None when the broker does not know the group."""
    partitions: int
    """Number of partitions; 0 when the topic does not exist."""
    oldest_age_seconds: float | None
    """Age of the oldest uncommitted record; None when there is none."""


def group_states(
    broker: Broker | str, pairs: Sequence[tuple[str, str]], *, timeout_seconds: float = 5
) -> list[GroupState]:
    """Return one state for each (group, topic), in the same order. Raises `BrokerAway`."""
    deadline = time.monotonic() + timeout_seconds
    broker = Broker.of(broker)
    admin: Any = open_client(KafkaAdminClient, broker)
    # Tansu 0.6.0 sends -1 as the bits of the allowed operations, which the driver's enumeration refuses. They are not
    # used here.
    admin._process_acl_operations = lambda group: group
    try:
        _await_coordinators(admin, {broker.wire(group) for group, _ in pairs}, deadline)
        return [_state(admin, broker, group, topic, deadline) for group, topic in pairs]
    except KafkaError as error:
        raise away(broker, error) from error
    finally:
        admin.close()


def _await_coordinators(admin: Any, groups: set[str], deadline: float) -> None:
    """Wait for the coordinators: a new broker creates its offsets topic at the first request, and refuses that one."""
    for group in sorted(groups):
        while True:
            try:
                _members(admin, group)
                break
            except CoordinatorNotAvailableError:
                if time.monotonic() > deadline:
                    raise
                time.sleep(0.2)


def _state(admin: Any, broker: Broker, group: str, topic: str, deadline: float) -> GroupState:
    there, members = broker.wire(topic), broker.wire(group)
    found = [t for t in admin.describe_topics([there]) if t["error_code"] == 0]
    partitions = [TopicPartition(there, p["partition_index"]) for t in found for p in t["partitions"]]
    starts = _offsets(admin, partitions, OffsetSpec.EARLIEST)
    ends = _offsets(admin, partitions, OffsetSpec.LATEST)
    committed = _committed(admin, members)
    filled = {p: max(committed.get(p, -1), starts[p]) for p in partitions if ends[p] > 0}
    lag, oldest_age_seconds = _look(broker, filled, deadline) if filled else (0, None)
    return GroupState(
        group=group,
        topic=topic,
        lag=lag,
        members=_members(admin, members),
        partitions=len(partitions),
        oldest_age_seconds=oldest_age_seconds,
    )


def _offsets(admin: Any, partitions: Sequence[Any], spec: Any) -> dict[Any, int]:
    if not partitions:
        return {}
    answer = admin.list_partition_offsets(dict.fromkeys(partitions, spec))
    return {partition: int(found.offset) for partition, found in answer.items()}


def _committed(admin: Any, group: str) -> dict[Any, int]:
    try:
        return {partition: int(found.offset) for partition, found in admin.list_group_offsets([group])[group].items()}
    except (GroupIdNotFoundError, KeyError):
        return {}


def _members(admin: Any, group: str) -> int | None:
    try:
        described: Mapping[str, Any] = admin.describe_groups([group])
        return len(described[group]["members"])
    except (GroupIdNotFoundError, KeyError):
        return None


def _look(broker: Broker, offsets: Mapping[Any, int], deadline: float) -> tuple[int, float | None]:
    """Return the number of records behind the offsets and the age of the oldest one, without joining the group.

    The end comes from a fetch, because Tansu 0.6.0 lists the end as one past the *first* record of the last batch.
    """
    consumer: Any = open_client(KafkaConsumer, broker, enable_auto_commit=False, fetch_max_wait_ms=50)
    try:
        consumer.assign(list(offsets))
        for partition, offset in offsets.items():
            consumer.seek(partition, offset)
        ends: dict[Any, int] = {}
        first: dict[Any, int] = {}
        while time.monotonic() < deadline and not _seen(offsets, ends, first):
            for partition, records in consumer.poll(timeout_ms=60).items():
                first.setdefault(partition, records[0].timestamp)
            ends = {p: end for p in offsets if (end := consumer.highwater(p)) is not None}
    finally:
        consumer.close(autocommit=False, timeout_ms=1000)
    lag = sum(max(0, end - offsets[p]) for p, end in ends.items())
    return lag, max(0.0, time.time() - min(first.values()) / 1000) if first else None


def _seen(offsets: Mapping[Any, int], ends: Mapping[Any, int], first: Mapping[Any, int]) -> bool:
    return all(p in ends and (p in first or ends[p] <= offset) for p, offset in offsets.items())
