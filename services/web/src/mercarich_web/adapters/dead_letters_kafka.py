"""`ports.DeadLetters` over the dead letter topics."""

from collections.abc import Sequence

from mercarich_contracts.topics import DEAD_LETTERS, TOPICS
from mercarich_platform import kafka
from mercarich_platform.kafka import Record
from mercarich_web.domain.operating import DeadLetter
from mercarich_web.ports import BrokerAway

PUBLISH_SECONDS = 15.0


class KafkaDeadLetters:
    def __init__(self, bootstrap: str) -> None:
        self._bootstrap = bootstrap

    def read(self) -> Sequence[DeadLetter]:
        try:
            records = kafka.read_topics(self._bootstrap, [topic.name for topic in DEAD_LETTERS])
        except kafka.BrokerAway as error:
            raise BrokerAway(str(error)) from error
        return [_letter(record) for record in records]

    def publish(self, letters: Sequence[DeadLetter]) -> None:
        try:
            publisher = kafka.Publisher(self._bootstrap, client_id="dlq", topics=TOPICS)
            for letter in letters:
                publisher.publish(letter.source_topic, letter.value, key=letter.key)
            publisher.flush(PUBLISH_SECONDS)
        except kafka.BrokerAway as error:
            raise BrokerAway(str(error)) from error


def _letter(record: Record) -> DeadLetter:
    headers = {name: value.decode(errors="replace") for name, value in record.headers}
    return DeadLetter(
        id=f"{record.topic}/{record.partition}/{record.offset}",
        source_topic=headers.get("src_topic", ""),
        group=headers.get("group", ""),
        error=f"{headers.get('error_class', '')}: {headers.get('error_msg', '')}",
        first_seen=headers.get("first_seen", ""),
        size=len(record.value),
        value=record.value,
        key=record.key,
    )
