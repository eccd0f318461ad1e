"""Publish a record that cannot be handled to its dead letter topic: the original bytes, with the error in headers."""

from collections.abc import Callable
from datetime import UTC, datetime

from mercarich_platform.kafka import Publisher, Record
from mercarich_platform.metrics import DEAD_LETTERS
from mercarich_platform.outcomes import Rejected
from mercarich_platform.redaction import redact

VERSION = b"1"
ERROR_LENGTH = 500
ACK_SECONDS = 15.0


class DeadLetters:
    """Writes one record at a time and waits until it is acknowledged. Raises `BrokerAway` if it is not."""

    def __init__(self, publisher: Publisher, *, group: str, topic_of: Callable[[str], str]) -> None:
        self._publisher = publisher
        self._group = group
        self._topic_of = topic_of

    def put(self, record: Record, rejected: Rejected) -> None:
        self._publisher.publish(
            self._topic_of(record.topic), record.value, key=record.key, headers=self._headers(record, rejected)
        )
        self._publisher.flush(ACK_SECONDS)
        DEAD_LETTERS.labels(record.topic).inc()

    def _headers(self, record: Record, rejected: Rejected) -> list[tuple[str, bytes]]:
        cause = rejected.__cause__ or rejected
        message = redact(str(rejected)).encode()[:ERROR_LENGTH].decode(errors="ignore")
        return [
            *record.headers,
            ("dlq_v", VERSION),
            ("src_topic", record.topic.encode()),
            ("src_partition", str(record.partition).encode()),
            ("src_offset", str(record.offset).encode()),
            ("src_ts", str(record.timestamp_ms).encode()),
            ("group", self._group.encode()),
            ("error_class", type(cause).__name__.encode()),
            ("error_msg", message.encode()),
            ("first_seen", datetime.now(UTC).isoformat(timespec="seconds").encode()),
        ]
