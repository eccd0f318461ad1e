"""Worker pools by the broker's consumer groups."""

from collections.abc import Sequence

from mercarich_contracts.topics import CHECK, JOBS, LISTINGS_CHANGED, UPDATE, Topic
from mercarich_platform import kafka
from mercarich_platform.outages import BrokerAway
from mercarich_web.workers.queues import Pool

POOLS: dict[str, Topic] = {
    **{f"checker-{name}": topic for name, topic in CHECK.items()},
    **{f"updater-{name}": topic for name, topic in UPDATE.items()},
    "feed": LISTINGS_CHANGED,
    "jobs-search": JOBS["search"],
    "jobs-import": JOBS["import"],
}
"""The topic of each pool, whose name is also its consumer group."""


class KafkaBroker:
    """A connection that is kept for asking whether the broker can be reached; for one thread."""

    def __init__(self, broker: kafka.Broker | str) -> None:
        self._broker = broker
        self._topics: kafka.Topics | None = None

    def reach(self) -> None:
        """Ask the broker something. Raises `BrokerAway` within seconds."""
        try:
            if self._topics is None:
                self._topics = kafka.Topics(self._broker)
            self._topics.ids([LISTINGS_CHANGED.name])
        except BrokerAway:
            self.close()
            raise

    def close(self) -> None:
        topics, self._topics = self._topics, None
        if topics is not None:
            topics.close()


class KafkaPools:
    def __init__(self, broker: kafka.Broker | str) -> None:
        self._broker = broker
        self.where = str(broker)

    def states(self) -> Sequence[Pool]:
        work = [(group, topic.name) for group, topic in POOLS.items()]
        dead = [(group, topic.dead_letters) for group, topic in POOLS.items()]
        states = kafka.group_states(self._broker, work + dead)
        return [
            Pool(
                name=waiting.group,
                topic=waiting.topic,
                lag=waiting.lag,
                workers=waiting.members,
                partitions=waiting.partitions,
                oldest_age_seconds=waiting.oldest_age_seconds,
                dead_letters=letters.lag,
            )
            for waiting, letters in zip(states[: len(work)], states[len(work) :], strict=True)
        ]
