"""Buyers at Amazon: an offer that is up sells at a rate, and Amazon lowers its quantity by itself.

The attributes keep what the seller has submitted: `fulfillmentAvailability` differs from them "by design"
(amzn/selling-partner-api-models#5327). Within hours of the order for the last piece the seller buys at the source.
"""

import heapq
from math import log

from mercarich_simulator.amazon.demand import Chosen
from mercarich_simulator.amazon.offers import Offer, Offers
from mercarich_simulator.amazon.orders import Orders
from mercarich_simulator.events import MarketEvents
from mercarich_simulator.identity import entropy, share

NEVER = float("inf")
_EAGER_SECONDS = 60.0
_FIRST_HOURS, _LAST_HOURS = 0.1, 3.0
"""When the seller buys the piece, at the earliest and at the latest, after the order."""


class Buyers:
    """Orders, drawn from the seed. `number`, `next_at` and `eager` are all that they remember."""

    def __init__(self, offers: Offers, orders: Orders, events: MarketEvents, chosen: Chosen, start_at: float) -> None:
        self._offers = offers
        self._chosen = chosen
        self._orders = orders
        self._events = events
        settings = offers.catalogue.settings
        self._seed, self._listings = settings.seed, settings.listings
        self._share_eager = settings.eager_orders
        self._per_second = settings.orders_per_hour * settings.listings / 3_600
        self.number = 0
        self.next_at = self._after(start_at)
        self.eager: list[tuple[float, str, str]] = []
        """Heap of those who wait for an offer that was just put up: time, seller id and SKU."""

    def settle(self, now: float) -> None:
        """Bring offers and orders up to `now`, in the order in which they happen."""
        while True:
            at = min(self.next_at, self.eager[0][0] if self.eager else NEVER)
            self._offers.settle(min(at, now))
            if self._notice():
                continue
            if at > now:
                return
            if at == self.next_at:
                self._come(at)
            else:
                _, seller_id, sku = heapq.heappop(self.eager)
                self._order(seller_id, sku, at)

    def _notice(self) -> bool:
        """Let some buyers wait for the offers that were put up. Return whether there is one."""
        raised, self._offers.raised = self._offers.raised, []
        found = False
        for at, (seller_id, sku) in raised:
            noise = entropy(self._seed, "eager", seller_id, sku, at)
            if share(noise) < self._share_eager:
                heapq.heappush(self.eager, (at + share(noise[4:]) * _EAGER_SECONDS, seller_id, sku))
                found = True
        return found

    def set_rate(self, orders_per_hour: float, now: float) -> None:
        """Set the share of the offers for which a buyer comes in an hour, from now on."""
        self._per_second = orders_per_hour * self._listings / 3_600
        self.next_at = self._after(now)

    def rest(self) -> None:
        """Let nobody buy from now on."""
        self._per_second, self._share_eager, self.next_at = 0.0, 0.0, NEVER
        self.eager.clear()

    def buy(self, offer: Offer, at: float, reference: str) -> bool:
        """Order one piece. Return False when the offer is not up."""
        sold = self._offers.sell(offer, at, reference)
        if sold is None:
            return False
        noise = entropy(self._seed, "seller buys", offer.seller_id, offer.sku, reference)
        buys_at = at + (_FIRST_HOURS + noise[0] / 255 * (_LAST_HOURS - _FIRST_HOURS)) * 3_600
        order = self._orders.place(sold, at, buys_at)
        source = sold.source
        if source is not None and not sold.quantity and self._orders.is_bought(order):
            self._events.plan(buys_at, *source, "sold")
        return True

    def _come(self, at: float) -> None:
        noise = entropy(self._seed, "buyer", self.number)
        wanted = self._chosen(int.from_bytes(noise[:6]) / 2**48)
        if wanted is not None:
            self._order(*wanted, at)
        self.number += 1
        self.next_at = self._after(at)

    def _order(self, seller_id: str, sku: str, at: float) -> None:
        offer = self._offers.get(seller_id, sku)
        if offer is not None:
            self.buy(offer, at, f"order-{at:.3f}")

    def _after(self, moment: float) -> float:
        if not self._per_second:
            return NEVER
        chance = (1 + int.from_bytes(entropy(self._seed, "buyer comes", self.number)[:7])) / 2**56
        return moment - log(chance) / self._per_second
