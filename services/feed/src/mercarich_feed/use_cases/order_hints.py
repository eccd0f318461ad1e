"""Take Amazon's notifications of orders from a queue: each is a hint, on which the order is read by the API.

The reads of every three minutes go on, and find what the queue loses.
"""

import logging
from collections import defaultdict
from dataclasses import dataclass

from mercarich_feed.domain.answers import ContentRefused, Forbidden, Missing
from mercarich_feed.domain.order_hints import MOST_RECEIVES, NoHint, OrderHint, Outcome, read
from mercarich_feed.domain.pushes import Account
from mercarich_feed.ports import Amazon
from mercarich_feed.ports_orders import HintMeter, Message, OrderQueue, Stores
from mercarich_feed.use_cases.gate import Gate
from mercarich_feed.use_cases.orders import StoreOrders

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class TakeOrderHints:
    """Handle the messages that wait. Safe with several at once: an order may be read twice, and is stored once."""

    queue: OrderQueue
    stores: Stores
    amazon: Amazon
    store: StoreOrders
    gate: Gate
    meter: HintMeter

    def __call__(self) -> int:
        """Return the number of messages. Raises `QueueAway`."""
        messages = self.queue.receive()
        hints: defaultdict[OrderHint, list[Message]] = defaultdict(list)
        settled: list[Message] = []
        for message in messages:
            try:
                hints[read(message.body)].append(message)
            except NoHint as error:
                log.info("a message of the queue of orders is deleted unread", extra={"reason": str(error)})
                self.meter.hinted(Outcome.GARBAGE)
                settled.append(message)
        for hint, its in hints.items():
            outcome = self._read(hint, max(message.receives for message in its))
            self.meter.hinted(outcome, len(its))
            if outcome.is_settled:
                settled += its
        if settled:
            self.queue.delete(settled)
        return len(messages)

    def _read(self, hint: OrderHint, receives: int) -> Outcome:
        """Read the order for everybody who has linked the store; return what becomes of the message."""
        readers = self.stores.readers(hint.seller_id)
        outcomes = [self._read_for(user_id, hint) if is_read else Outcome.LEFT for user_id, is_read in readers.items()]
        if not outcomes:
            return Outcome.UNKNOWN_SELLER
        if Outcome.LEFT in outcomes:
            return Outcome.LEFT
        if Outcome.UNKNOWN_ORDER in outcomes and receives < MOST_RECEIVES:
            return Outcome.LEFT
        return Outcome.STORED if Outcome.STORED in outcomes else outcomes[0]

    def _read_for(self, user_id: int, hint: OrderHint) -> Outcome:
        ended: list[Outcome] = []

        def job(account: Account) -> None:
            ended.append(self._order(account, hint))

        self.gate(user_id, job)
        return ended[0] if ended else Outcome.LEFT

    def _order(self, account: Account, hint: OrderHint) -> Outcome:
        if account.seller_id != hint.seller_id:  # another store was linked a moment ago
            return Outcome.UNKNOWN_SELLER
        try:
            items = self.amazon.order(account, hint.order_id)
        except (Missing, ContentRefused):
            return Outcome.UNKNOWN_ORDER
        except Forbidden:
            return Outcome.REFUSED
        self.store(account, items)
        return Outcome.STORED
