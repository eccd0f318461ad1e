"""What reads the queue of changed orders, where one is set."""

import threading
from dataclasses import dataclass

from mercarich_feed.adapters.amazon import PacedAmazon
from mercarich_feed.adapters.meter import PrometheusMeter
from mercarich_feed.adapters.order_queue_sqs import open_queue
from mercarich_feed.adapters.orders_sql import SqlOrders
from mercarich_feed.dependencies import Dependencies
from mercarich_feed.handlers import HintRounds
from mercarich_feed.settings import FeedSettings
from mercarich_feed.use_cases.gate import Gate
from mercarich_feed.use_cases.order_hints import TakeOrderHints
from mercarich_feed.use_cases.orders import StoreOrders
from mercarich_platform.worker import Tick

HINT_SECONDS = 1.0


@dataclass(frozen=True, slots=True)
class Parts:
    """What the ticks are built on."""

    orders: SqlOrders
    amazon: PacedAmazon
    store: StoreOrders
    gate: Gate
    meter: PrometheusMeter


def hint_ticks(own: FeedSettings, parts: Parts, stop: threading.Event, given: Dependencies) -> tuple[Tick, ...]:
    """Return the tick that reads the queue; none without one. Raises `BadConfiguration`."""
    queue = given.order_queue or open_queue(own)
    if queue is None:
        return ()
    take = TakeOrderHints(queue, parts.orders, parts.amazon, parts.store, parts.gate, parts.meter)
    rounds = HintRounds(take, parts.meter, stop, given.monotonic)
    return (Tick("order hints", HINT_SECONDS, rounds, alone=True, takes_long=True),)
