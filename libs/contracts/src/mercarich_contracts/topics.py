"""The Kafka topics: the message that each carries, its key and its partitions."""

from collections.abc import Mapping
from dataclasses import dataclass

from mercarich_contracts.market import Marketplace
from mercarich_contracts.messages import CheckBatch, JobWaiting, ListingsChanged, Message, RevivalWanted
from mercarich_contracts.sites import SITES

DAY_MS = 24 * 3600 * 1000


@dataclass(frozen=True, slots=True)
class Topic:
    name: str
    message: type[Message]
    partitions: int = 12
    """Also the largest useful number of workers of its pool."""
    retention_ms: int = DAY_MS

    @property
    def dead_letters(self) -> str:
        """Name of the topic for records that no worker can handle: original bytes, the error in the headers."""
        return f"mercarich.dlq.{self.name}"


CHECK: Mapping[Marketplace, Topic] = {name: Topic(f"check.{name}", CheckBatch) for name in SITES}
UPDATE: Mapping[Marketplace, Topic] = {name: Topic(f"update.{name}", RevivalWanted) for name in SITES}
LISTINGS_CHANGED = Topic("listings.changed", ListingsChanged)
"""Key: the seller's user id, so that one worker at a time pushes for a seller."""
JOBS = {
    "search": Topic("jobs.search", JobWaiting, partitions=16),
    "import": Topic("jobs.import", JobWaiting),
}
"""By kind of job. Key: the job's id. Workers poll the table, too; a record only saves them a second."""

TOPICS: tuple[Topic, ...] = (*CHECK.values(), *UPDATE.values(), LISTINGS_CHANGED, *JOBS.values())
DEAD_LETTER_RETENTION_MS = 30 * DAY_MS


@dataclass(frozen=True, slots=True)
class DeadLetters:
    """The dead letter topic of one topic."""

    name: str
    partitions: int = 1
    retention_ms: int = DEAD_LETTER_RETENTION_MS


DEAD_LETTERS: tuple[DeadLetters, ...] = tuple(DeadLetters(topic.dead_letters) for topic in TOPICS)
