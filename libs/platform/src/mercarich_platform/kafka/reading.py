"""Read all records of topics without a group, for people who look at dead letters."""

import time
from collections.abc import Iterator, Sequence
from typing import Any

from kafka import KafkaConsumer, TopicPartition
from kafka.errors import KafkaError

from mercarich_platform.broker import Broker
from mercarich_platform.kafka.consumer import record_of
from mercarich_platform.kafka.driver import away, open_client
from mercarich_platform.kafka.records import Record
from mercarich_platform.kafka.topics import Topics
from mercarich_platform.outages import BrokerAway


def read_topics(broker: Broker | str, names: Sequence[str], *, timeout_seconds: float = 10) -> Iterator[Record]:
    """Yield all records of those topics that exist, in the order of arrival.

    Raises `BrokerAway`, also when none arrives for `timeout_seconds` before the end: an incomplete result would look
    complete.
    """
    broker = Broker.of(broker)
    with Topics(broker) as topics:
        present = topics.ids(names) if names else {}  # for an empty list, a broker returns all topics
    consumer: Any = open_client(KafkaConsumer, broker, enable_auto_commit=False, fetch_max_wait_ms=50)
    try:
        partitions = [
            TopicPartition(name, number)
            for name in map(broker.wire, present)
            for number in consumer.partitions_for_topic(name) or ()
        ]
        if partitions:
            yield from _read(consumer, partitions, broker, timeout_seconds)
    except KafkaError as error:
        raise away(broker, error) from error
    finally:
        consumer.close(autocommit=False, timeout_ms=1000)


def _read(consumer: Any, partitions: Sequence[Any], broker: Broker, timeout_seconds: float) -> Iterator[Record]:
    """Yield records up to the end. The end comes from a fetch, because Tansu 0.6.0 lists a wrong one."""
    consumer.assign(list(partitions))
    consumer.seek_to_beginning(*partitions)
    deadline = time.monotonic() + timeout_seconds
    while time.monotonic() < deadline:
        for found in consumer.poll(timeout_ms=100).values():
            yield from (record_of(raw, broker) for raw in found)
            deadline = time.monotonic() + timeout_seconds
        ends = {partition: consumer.highwater(partition) for partition in partitions}
        if all(end is not None and consumer.position(partition) >= end for partition, end in ends.items()):
            return
    raise BrokerAway(f"the topics at {broker} were not read to the end: nothing came for {timeout_seconds:g} s")
