"""Kafka for every process: publish, consume, ensure topics, ask for lag. The only place that names the driver.

Used by the worker loop (`mercarich_platform.worker`), by planners (`Publisher`), by `mercarich queue info`
(`group_states`) and by tests. Everything a caller sees is ours, so that the driver can be changed here alone;
what callers must expect is `mercarich_platform.outages.BrokerAway`.
"""

from mercarich_platform.broker import Broker
from mercarich_platform.kafka.consumer import Consumer, Offsets, Partition
from mercarich_platform.kafka.groups import GroupState, group_states
from mercarich_platform.kafka.publisher import Publisher
from mercarich_platform.kafka.reading import read_topics
from mercarich_platform.kafka.records import AnyPublisher, AnyTopic, Headers, Record, TopicSpec
from mercarich_platform.kafka.topics import EMBEDDED_CLUSTER_ID, Topics, ensure_topics, missing_topics

__all__ = [
    "EMBEDDED_CLUSTER_ID",
    "AnyPublisher",
    "AnyTopic",
    "Broker",
    "Consumer",
    "GroupState",
    "Headers",
    "Offsets",
    "Partition",
    "Publisher",
    "Record",
    "TopicSpec",
    "Topics",
    "ensure_topics",
    "group_states",
    "missing_topics",
    "read_topics",
]
