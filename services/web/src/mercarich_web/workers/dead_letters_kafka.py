"""Read dead letters from their topics and publish them again."""

from collections.abc import Iterator, Sequence

from mercarich_contracts.topics import TOPICS
from mercarich_platform import kafka
from mercarich_platform.kafka import Record
from mercarich_web.workers.dead_letters import DeadLetter

PUBLISH_SECONDS = 15.0


class KafkaDeadLetters:
    """Every method raises `BrokerAway`."""

    def __init__(self, broker: kafka.Broker | str) -> None:
        self._broker = broker

    def read(self, topic: str | None) -> Iterator[DeadLetter]:
        """Yield the dead letters of a source topic, or of all, one by one: there may be many."""
        names = [each.dead_letters for each in TOPICS if topic in (None, each.name)]
        return map(_letter, kafka.read_topics(self._broker, names))

    def publish(self, letters: Sequence[DeadLetter]) -> None:
        """Publish the records to their source topics, with their keys. All are acknowledged on return."""
        publisher = kafka.Publisher(self._broker, client_id="dlq", topics=TOPICS)
        for letter in letters:
            publisher.publish(letter.source_topic, letter.value, key=letter.key)
        publisher.flush(PUBLISH_SECONDS)


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
