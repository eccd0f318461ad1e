"""Everything that lies in some topics, read by nobody's group: for people who look at dead letters."""

import time
from collections.abc import Sequence
from typing import Any

from kafka import KafkaConsumer, TopicPartition
from kafka.errors import KafkaError

from mercarich_platform.kafka.consumer import record_of
from mercarich_platform.kafka.driver import away, open_client
from mercarich_platform.kafka.records import Record
from mercarich_platform.kafka.topics import Topics


def read_topics(bootstrap: str, names: Sequence[str], *, timeout_seconds: float = 10) -> list[Record]:
    """The records of those of the topics that exist. Raises `BrokerAway`."""
    with Topics(bootstrap) as topics:
        present = topics.ids(names)
    consumer: Any = open_client(KafkaConsumer, bootstrap, enable_auto_commit=False, fetch_max_wait_ms=50)
    try:
        partitions = [
            TopicPartition(name, number) for name in present for number in consumer.partitions_for_topic(name) or ()
        ]
        return _read(consumer, partitions, time.monotonic() + timeout_seconds) if partitions else []
    except KafkaError as error:
        raise away(bootstrap, error) from error
    finally:
        consumer.close(autocommit=False, timeout_ms=1000)


def _read(consumer: Any, partitions: Sequence[Any], deadline: float) -> list[Record]:
    """The end is taken from the fetch, because Tansu 0.6.0 lists another one."""
    consumer.assign(list(partitions))
    consumer.seek_to_beginning(*partitions)
    records: list[Record] = []
    while time.monotonic() < deadline:
        for found in consumer.poll(timeout_ms=100).values():
            records += [record_of(raw) for raw in found]
        ends = {partition: consumer.highwater(partition) for partition in partitions}
        if all(end is not None and consumer.position(partition) >= end for partition, end in ends.items()):
            break
    return records
