"""`ports.Batches` on Kafka."""

import itertools
from collections.abc import Mapping

from mercarich_contracts.market import Marketplace
from mercarich_contracts.topics import Topic
from mercarich_platform.kafka import AnyPublisher
from mercarich_runs.ports import MarketMessage

ACKNOWLEDGED_WITHIN = 10.0


class KafkaBatches:
    def __init__(self, publisher: AnyPublisher, topics: Mapping[Marketplace, Topic]) -> None:
        self._publisher = publisher
        self._topics = topics
        self._number = itertools.count()

    def publish(self, *batches: MarketMessage) -> None:
        """Publish, with consecutive numbers as keys, so that batches spread evenly over the partitions."""
        for batch in batches:
            topic = self._topics[batch.marketplace].name
            self._publisher.publish(topic, batch.encode(), key=b"%d" % next(self._number))
        self._publisher.flush(ACKNOWLEDGED_WITHIN)
