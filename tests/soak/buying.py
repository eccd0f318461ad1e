"""What sellers do about their orders: they buy, note what they did, and take another item where the source has gone.

The market decides when a seller goes to buy at the source, and whether it is there (the simulator's `amazon.orders`).
What the product has found instead is bought as soon as the seller looks, unless it has sold meanwhile. Of an unknown
postage the seller asks, and leaves the item where the order would end with a loss; and looks at the pictures of what
the product was not sure of.
"""

import orjson
from sqlalchemy import select
from tests.soak.plant import SOMEBODY, Plant
from tests.soak.spares import product_of

from mercarich_contracts.orders import OrderDecision
from mercarich_db.engine import reading
from mercarich_db.open_orders import UNDECIDED
from mercarich_db.tables import order_items
from mercarich_simulator.amazon.orders import Order, Status, Step
from mercarich_simulator.api.orders import order_id
from mercarich_simulator.identity import entropy, share
from mercarich_web.orders.deciding import wished
from mercarich_web.orders.orders import OrderItem, Source, Standing
from mercarich_web.orders.sql.decisions import SqlDecisions
from mercarich_web.orders.sql.orders import SqlOrders

OPEN_ORDERS = "SELECT 1 FROM order_items LIMIT 1"
UNTOLD_POSTAGE_JPY = (300, 1_500)
"""What a postage comes to that no page tells, from and to: 32 recorded rows of Yahoo! Auctions told 734 on average."""
GIVES_UP_SECONDS = 3_600.0
"""How long before a cancellation the seller says that the order cannot be sourced."""


class Buying:
    """`turn` is what all sellers do when they look at their orders."""

    def __init__(self, plant: Plant) -> None:
        self._plant = plant
        self._orders = SqlOrders(plant.database.books)
        self._decisions = SqlDecisions(plant.database.books, plant.kernel.utc)
        self._numbers: dict[str, int] = {}
        self._numbered = 0

    def turn(self) -> None:
        if not self._plant.database.has(OPEN_ORDERS):
            return
        waiting = select(order_items.c.user_id).where(UNDECIDED).distinct().order_by(order_items.c.user_id)
        with reading(self._plant.database.books) as connection:
            user_ids = connection.execute(waiting).scalars().all()
        for user_id in user_ids:
            for item in self._orders.to_buy(user_id):
                self._decide(user_id, item)

    def order(self, id: str) -> Order | None:
        """Return the market's order with this id at Amazon; None: it is not kept any more."""
        orders = self._plant.market.world.orders
        for number in range(self._numbered + 1, orders.last_number + 1):
            self._numbers[order_id(self._plant.market.world.settings.seed, number)] = number
        self._numbered = orders.last_number
        return orders.kept.get(self._numbers[id])

    def _decide(self, user_id: int, item: OrderItem) -> None:
        order = self.order(item.order_id)
        if order is None or order.status is not Status.UNSHIPPED or order.next_step is Step.REGRET:
            return
        if order.next_step is Step.SHIP:  # It was there when the seller went to buy it.
            self._note(user_id, item, OrderDecision.BOUGHT)
        elif item.standing is Standing.GONE and (paid := self._bought_elsewhere(user_id, item)) is not None:
            self._note(user_id, item, OrderDecision.BOUGHT, paid)
        elif order.next_step is Step.GIVE_UP and order.next_at < self._plant.kernel.unix() + GIVES_UP_SECONDS:
            self._note(user_id, item, OrderDecision.CANNOT_BE_SOURCED)

    def _bought_elsewhere(self, user_id: int, item: OrderItem) -> int | None:
        """Buy the first item that was found, is still there and leaves no loss. Return what it cost in yen; None: none
        is."""
        terms = self._orders.terms(user_id)
        for source in (*item.search.found, *item.search.doubtful):
            most, postage = item.most_postage(source, terms), self._postage(source)
            fits = (most is None or postage <= most) and (source.doubt is None or self._is_the_same(item, source))
            if fits and self._meets(item, source):
                return (source.price_jpy or 0) + postage
        return None

    def _is_the_same(self, item: OrderItem, other: Source) -> bool:
        world, own = self._plant.market.world, item.source
        if own is None or own.marketplace != other.marketplace:
            return False
        numbers = (world.catalogue.number_of(one.marketplace, one.item_id) for one in (own, other))
        products = {None if number is None else product_of(world, own.marketplace, number) for number in numbers}
        return len(products) == 1 and None not in products

    def _postage(self, source: Source) -> int:
        if source.postage_jpy is not None:
            return source.postage_jpy
        low, high = UNTOLD_POSTAGE_JPY
        noise = entropy(self._plant.market.world.settings.seed, "postage", source.marketplace, source.item_id)
        return low + round(share(noise) * (high - low))

    def _meets(self, item: OrderItem, source: Source) -> bool:
        met = {"order_id": item.order_id, "marketplace": source.marketplace, "item_id": source.item_id}
        body = orjson.dumps({"met": [met]})
        return self._plant.market.answer("POST", "http://simulator/_sim/orders", {}, body).status == 200

    def _note(self, user_id: int, item: OrderItem, decision: OrderDecision, paid: int | None = None) -> None:
        self._decisions.decide(user_id, item.id, wished(decision, item.revision, paid_jpy=paid), SOMEBODY)
