"""Wake feed over Kafka, without waiting for the broker."""

import logging
from concurrent.futures import ThreadPoolExecutor

from mercarich_contracts.messages import ListingsChanged
from mercarich_contracts.topics import LISTINGS_CHANGED
from mercarich_platform.kafka import Broker, Publisher
from mercarich_platform.outages import BrokerAway

log = logging.getLogger(__name__)

ACKNOWLEDGED_WITHIN = 3.0


class KafkaFeed:
    def __init__(self, broker: Broker | str) -> None:
        self._publisher = Publisher(broker, client_id="web-changes", topics=(LISTINGS_CHANGED,))
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="feed-wake")

    def wake(self, user_id: int, *, restores: bool = False) -> None:
        """Report that withdrawals, or `restores`, of this seller wait. Never raises: feed's sweep finds them anyway."""
        self._thread.submit(self._wake, ListingsChanged(user_id=user_id, restores=restores))

    def close(self) -> None:
        self._thread.shutdown(wait=True, cancel_futures=True)
        self._publisher.close()

    def _wake(self, message: ListingsChanged) -> None:
        try:
            self._publisher.publish(LISTINGS_CHANGED.name, message.encode(), key=b"%d" % message.user_id)
            self._publisher.flush(ACKNOWLEDGED_WITHIN)
        except BrokerAway as error:
            log.info("feed was not woken; its sweep finds them", extra={"why": str(error)})
