"""The orders that buyers have placed at Amazon, and what becomes of each.

An order is pending until it is paid; Amazon cancels what is never paid. A paid one can be cancelled by its buyer for
half an hour. Then its seller buys the piece at its source and ships it within a day, or cancels an order whose source
has gone. Of some orders the shipment is confirmed only after its time. A cancellation gives no quantity back by itself.
"""

import heapq
from collections import Counter
from dataclasses import dataclass
from enum import StrEnum

from mercarich_simulator.amazon.attributes import LEAD_TIME
from mercarich_simulator.amazon.offers import Offer, Offers
from mercarich_simulator.identity import entropy, share
from mercarich_simulator.truth import BUYABLE, Truth

KEPT = 50_000
"""Most orders kept. The oldest are dropped first, so that memory is bounded."""
SHIP_BY_SECONDS = 3 * 86_400
"""How long after the order it must have been shipped, for an offer without a handling time of its own."""
_SLOW_TO_PAY, _NEVER_PAID = 0.2, 0.02
"""Share of the orders that are paid at a convenience store within hours, and that are never paid."""
_PAID_SECONDS, _SLOWLY_PAID_SECONDS, _UNPAID_SECONDS = 120.0, 6 * 3_600.0, 24 * 3_600.0
_REGRET_SECONDS = 1_800.0
_SHIPPED_SECONDS, _GIVEN_UP_SECONDS = 20 * 3_600.0, 12 * 3_600.0
"""How long after the attempt to buy the piece the seller ships it, or cancels the order."""
_LATE, _LATEST_SECONDS = 0.02, 36 * 3_600.0
"""Share of the shipments that are confirmed after the time to ship by, and how long after it at most."""


class Status(StrEnum):
    """`FulfillmentStatus` of the Orders API 2026-01-01, as far as orders get here."""

    PENDING = "PENDING"
    UNSHIPPED = "UNSHIPPED"
    SHIPPED = "SHIPPED"
    CANCELLED = "CANCELLED"


class CancelledBy(StrEnum):
    """`cancelledBy` of the Orders API 2026-01-01."""

    BUYER = "BUYER"
    MERCHANT = "MERCHANT"
    AMAZON = "AMAZON"


class Step(StrEnum):
    """What happens to an order next."""

    PAY = "pay"
    EXPIRE = "expire"
    REGRET = "regret"
    BUY = "buy"
    SHIP = "ship"
    GIVE_UP = "give_up"
    NOTHING = "nothing"


@dataclass(slots=True)
class Order:
    """An order of one piece of an offer. Times are Unix seconds of the market's clock."""

    number: int
    seller_id: str
    sku: str
    placed_at: float
    ship_by: float
    buys_at: float
    """When the seller goes to buy the piece at its source."""
    updated_at: float
    next_at: float
    next_step: Step
    status: Status = Status.PENDING
    cancelled_by: CancelledBy | None = None
    paid_jpy: int | None = None
    """What the seller paid for another item of the same kind; None: the piece comes from the offer's source."""


class Orders:
    """All orders by number."""

    def __init__(self, offers: Offers, truth: Truth) -> None:
        self._offers = offers
        self._truth = truth
        self._seed = offers.catalogue.settings.seed
        self._regretted = offers.catalogue.settings.regretted_orders
        self.kept: dict[int, Order] = {}
        self.last_number = 0
        self.changed: list[tuple[int, float]] = []
        """Numbers and times of what was placed or has changed, for those who tell of it."""
        self._due: list[tuple[float, int]] = []

    def place(self, offer: Offer, at: float, buys_at: float) -> Order:
        """Keep an order of one piece. The offer's quantity is lowered already."""
        self.last_number += 1
        noise = entropy(self._seed, "order", self.last_number)
        handling = offer.entry.get(LEAD_TIME)
        ship_by = at + (SHIP_BY_SECONDS if handling is None else (1 + int(handling)) * 86_400)
        order = Order(self.last_number, offer.seller_id, offer.sku, at, ship_by, buys_at, at, 0.0, Step.NOTHING)
        if share(noise) < _NEVER_PAID:
            self._plan(order, Step.EXPIRE, at + _UNPAID_SECONDS)
        else:
            slowly = share(noise[8:]) < _SLOW_TO_PAY
            self._plan(order, Step.PAY, at + share(noise[16:]) * (_SLOWLY_PAID_SECONDS if slowly else _PAID_SECONDS))
        self.kept[order.number] = order
        self.changed.append((order.number, at))
        while len(self.kept) > KEPT:
            del self.kept[next(iter(self.kept))]
        return order

    def settle(self, now: float) -> None:
        """Let everything happen that is due at `now`."""
        while self._due and self._due[0][0] <= now:
            at, number = heapq.heappop(self._due)
            order = self.kept.get(number)
            if order is not None and order.next_at == at:
                self._happen(order, at)

    def expect(self, order: Order) -> None:
        """Keep an order of a state file."""
        self.kept[order.number] = order
        if order.next_step is not Step.NOTHING:
            heapq.heappush(self._due, (order.next_at, order.number))

    def cancelled(self) -> Counter[CancelledBy]:
        """Count the orders that were cancelled, by whom."""
        return Counter(order.cancelled_by for order in self.kept.values() if order.cancelled_by is not None)

    def shipped_late(self) -> int:
        """Return how many orders were shipped after their time."""
        kept = self.kept.values()
        return sum(order.status is Status.SHIPPED and order.updated_at > order.ship_by for order in kept)

    def met(self, order: Order, paid_jpy: int, at: float) -> None:
        """The seller has bought another item for an order that is paid. Raise ValueError for any other order."""
        if order.status is not Status.UNSHIPPED or order.paid_jpy is not None:
            raise ValueError("the order is not to be bought for: it is not paid yet, bought for already, or at its end")
        order.paid_jpy = paid_jpy
        if order.next_step is not Step.REGRET:
            self._plan(order, Step.SHIP, self._ships_at(order, at))

    def is_bought(self, order: Order) -> bool:
        """Return whether the order's buyer pays, and does not cancel before the seller goes to buy the piece."""
        return order.next_step is Step.PAY and not self._is_regretted(order)

    def _happen(self, order: Order, at: float) -> None:
        match order.next_step:
            case Step.EXPIRE:
                self._cancel(order, at, CancelledBy.AMAZON)
            case Step.REGRET:
                self._cancel(order, at, CancelledBy.BUYER)
            case Step.GIVE_UP:
                self._cancel(order, at, CancelledBy.MERCHANT)
            case Step.PAY:
                self._become(order, at, Status.UNSHIPPED)
                wait = share(entropy(self._seed, "regrets", order.number)[8:]) * _REGRET_SECONDS
                regrets = self._is_regretted(order)
                self._plan(order, *((Step.REGRET, at + wait) if regrets else (Step.BUY, max(at, order.buys_at))))
            case Step.BUY:
                if self._is_there(order):
                    self._plan(order, Step.SHIP, self._ships_at(order, at))
                else:
                    self._plan(order, Step.GIVE_UP, at + _GIVEN_UP_SECONDS)
            case _:
                self._become(order, at, Status.SHIPPED)

    def _ships_at(self, order: Order, bought_at: float) -> float:
        noise = entropy(self._seed, "ships late", order.number)
        usual = bought_at + _SHIPPED_SECONDS
        if share(noise) >= _LATE:
            return usual
        return max(usual, order.ship_by + share(noise[8:]) * _LATEST_SECONDS)

    def _is_regretted(self, order: Order) -> bool:
        return share(entropy(self._seed, "regrets", order.number)) < self._regretted

    def _is_there(self, order: Order) -> bool:
        """Return whether the offer's source could be bought when the seller went there."""
        offer = self._offers.get(order.seller_id, order.sku) or self._offers.touched.get((order.seller_id, order.sku))
        source = offer.source if offer is not None else None
        if source is None:
            return False
        # At the same moment the market learns that this seller has bought it.
        before = [change.state for change in self._truth.line(*source) if change.at < order.buys_at]
        return not before or before[-1] in BUYABLE

    def _cancel(self, order: Order, at: float, by: CancelledBy) -> None:
        order.cancelled_by = by
        self._become(order, at, Status.CANCELLED)

    def _become(self, order: Order, at: float, status: Status) -> None:
        order.status, order.updated_at, order.next_step = status, at, Step.NOTHING
        self.changed.append((order.number, at))

    def _plan(self, order: Order, step: Step, at: float) -> None:
        order.next_step, order.next_at = step, at
        heapq.heappush(self._due, (at, order.number))
