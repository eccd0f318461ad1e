"""`ports.Events` over Kafka."""

import itertools
import logging
from collections.abc import Mapping, Sequence

from mercarich_contracts.market import Marketplace
from mercarich_contracts.messages import ListingsChanged, RevivalWanted
from mercarich_contracts.topics import LISTINGS_CHANGED, UPDATE
from mercarich_platform.kafka import AnyPublisher
from mercarich_platform.outages import BrokerAway

log = logging.getLogger(__name__)


class KafkaEvents:
    def __init__(self, publisher: AnyPublisher) -> None:
        self._publisher = publisher

    def changed(self, listings: Mapping[int, Sequence[int]]) -> None:
        try:
            for user_id in sorted(listings):
                wake = ListingsChanged(user_id=user_id)
                self._publisher.publish(LISTINGS_CHANGED.name, wake.encode(), key=b"%d" % user_id)
        except BrokerAway as error:
            log.warning("a wake-up could not be sent; the rounds will find the rows", extra={"why": str(error)})

    def withdrawn(self, marketplace: Marketplace, run_id: int | None, listings: Mapping[int, Sequence[int]]) -> None:
        ids = tuple(sorted(itertools.chain.from_iterable(listings.values())))
        if not ids:
            return
        try:
            for user_id in sorted(listings):
                wake = ListingsChanged(user_id=user_id)
                self._publisher.publish(LISTINGS_CHANGED.name, wake.encode(), key=b"%d" % user_id)
            revival = RevivalWanted(marketplace=marketplace, run_id=run_id, listing_ids=ids)
            self._publisher.publish(UPDATE[marketplace].name, revival.encode())
        except BrokerAway as error:
            log.warning("a wake-up could not be sent; the schedules will find the rows", extra={"why": str(error)})
