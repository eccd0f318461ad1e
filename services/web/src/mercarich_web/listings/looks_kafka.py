"""Send the looks that a seller wants to the checkers, without waiting for the broker."""

import logging
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import count

from mercarich_contracts.market import Marketplace
from mercarich_contracts.messages import BatchItem, CheckBatch
from mercarich_contracts.topics import CHECK
from mercarich_platform.kafka import Broker, Publisher
from mercarich_platform.outages import BrokerAway
from mercarich_web.listings.choices import WantedLooks

log = logging.getLogger(__name__)

ACKNOWLEDGED_WITHIN = 3.0
BATCH = 50
"""Items per message, the same number as a planner's (`CHECK_BATCH_ITEMS`)."""


class KafkaLooks:
    def __init__(self, broker: Broker | str) -> None:
        self._publisher = Publisher(broker, client_id="web-looks", topics=tuple(CHECK.values()))
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="looks")
        self._number = count()

    def ask(self, wanted: Sequence[WantedLooks]) -> None:
        """Send the looks. Never raises: the current run, or the next, takes what is not sent."""
        self._thread.submit(self._ask, wanted)

    def close(self) -> None:
        self._thread.shutdown(wait=True, cancel_futures=True)
        self._publisher.close()

    def _ask(self, wanted: Sequence[WantedLooks]) -> None:
        try:
            for one in wanted:
                for start in range(0, len(one.items), BATCH):
                    message = _batch(one, start)
                    # As planners do, number the keys: batches alternate between partitions, also across actions.
                    self._publisher.publish(
                        CHECK[message.marketplace].name, message.encode(), key=b"%d" % next(self._number)
                    )
            self._publisher.flush(ACKNOWLEDGED_WITHIN)
        except BrokerAway as error:
            log.info("looks were not sent; this run or the next one takes them", extra={"why": str(error)})


def _batch(wanted: WantedLooks, start: int) -> CheckBatch:
    """Build a message. `fresh`: the proxy must not use its cache."""
    some = wanted.items[start : start + BATCH]
    return CheckBatch(
        marketplace=Marketplace(wanted.marketplace),
        run_id=wanted.run_id,
        generation=wanted.generation,
        items=tuple(BatchItem(id=item.id, item_id=item.item_id, seller_id=item.seller_id) for item in some),
        fresh=True,
    )
