"""Show dead letters, and give them to their workers again. Handling a record twice does no harm."""

from dataclasses import dataclass
from heapq import nlargest

from mercarich_contracts.audit import Actor, AuditAction
from mercarich_contracts.topics import TOPICS
from mercarich_platform.clock import Clock
from mercarich_web.identity.sql.audit import SqlAudit
from mercarich_web.refusals import NotFound
from mercarich_web.workers.dead_letters import DeadLetter, DeadLetterList, Replayed
from mercarich_web.workers.dead_letters_kafka import KafkaDeadLetters


@dataclass(frozen=True, slots=True)
class DeadLetterDesk:
    """Every method raises `BrokerAway`."""

    letters: KafkaDeadLetters
    audit: SqlAudit
    now: Clock

    def list(self, topic: str | None, limit: int) -> DeadLetterList:
        """Return dead letters, newest first, of one source topic or of all."""
        found = (letter for letter in self.letters.read(topic) if topic in (None, letter.source_topic))
        return DeadLetterList(nlargest(limit, found, key=lambda letter: letter.first_seen))

    def show(self, letter_id: str) -> DeadLetter:
        """Return a dead letter. Raises `NotFound`."""
        lies_in = letter_id.partition("/")[0]
        for topic in (each.name for each in TOPICS if each.dead_letters == lies_in):
            for letter in self.letters.read(topic):
                if letter.id == letter_id:
                    return letter
        raise NotFound(f"there is no dead letter {letter_id!r}; `mercarich dlq list` shows them")

    def replay(self, letter_id: str, by: Actor) -> Replayed:
        """Replay a dead letter. Raises `NotFound`."""
        letter = self.show(letter_id)
        self.audit.write(AuditAction.DEAD_LETTER_REPLAYED, by, letter_id, None, self.now())
        self.letters.publish([letter])
        return Replayed(1, [letter.source_topic])

    def replay_all(self, topic: str, by: Actor) -> Replayed:
        """Replay all dead letters of a source topic. Raises `NotFound` when there are none."""
        found = [letter for letter in self.letters.read(topic) if letter.source_topic == topic]
        if not found:
            raise NotFound(f"there is no dead letter of the topic {topic!r}; `mercarich dlq list` shows them")
        self.audit.write(AuditAction.DEAD_LETTER_REPLAYED, by, topic, str(len(found)), self.now())
        self.letters.publish(found)
        return Replayed(len(found), [topic])
