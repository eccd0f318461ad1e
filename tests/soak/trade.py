"""Trade beyond chance: sales, returns and price changes that the scenario needs."""

import math
import random
from collections.abc import Callable, Sequence

from sqlalchemy import select
from tests.soak.events import later
from tests.soak.plant import Plant

from mercarich_db.engine import reading
from mercarich_db.tables import listings, source_items
from mercarich_simulator.amazon.attributes import LEAD_TIME, MERGE, QUANTITY, Write
from mercarich_simulator.amazon.offers import SELLER, Push
from mercarich_simulator.events import REPRICED
from mercarich_simulator.truth import BUYABLE


class Trade:
    def __init__(self, plant: Plant) -> None:
        self._plant = plant

    def some(self, chance: random.Random, marketplace: str, kind: str, share: float) -> Callable[[], None]:
        """Choose a share of the listed, buyable items for an event of this kind. They are drawn now."""
        sources = self._plant.market.world.catalogue.shelves[marketplace].sources
        count = self._count(chance, sources, share)
        drawn = chance.sample(range(sources), min(sources, 2 * count))
        if kind != REPRICED:
            self._plant.darkroom.expect(marketplace, drawn[:count])
        return lambda: self._happens(marketplace, drawn, count, kind)

    def back(self, chance: random.Random, marketplace: str) -> None:
        """A few trades fail, a few suspensions are lifted."""
        world, now = self._plant.market.world, self._plant.kernel.unix()
        lines = world.truth.lines[marketplace]
        can = [number for number, line in lines.items() if line[-1].state in ("trading", "suspended", "closing")]
        world.events.force(marketplace, sorted(chance.sample(sorted(can), min(3, len(can)))), "back", now, now)

    def run_on(
        self,
        chance: random.Random,
        seller: int,
        *,
        unique: bool | None = None,
        of: str | None = None,
        kind: str = "sold",
    ) -> Callable[[], None]:
        """Sell more than the brake allows at once: a quarter of what one seller lists. The items are drawn now.
        `unique`: only items without a spare piece, so that their listings stay withdrawn; False: only those with one.
        `of`: on this marketplace."""
        name = of or chance.choice(["yahoo", "mercari"])
        shelf = self._plant.market.world.catalogue.shelves[name]
        mine = sorted({shelf.source_of(n) for n in range(seller, shelf.listings, self._sellers())})
        chance.shuffle(mine)
        going = [one for one in mine if unique is None or unique is (len(shelf.pieces_of(one)) == 1)]
        if kind != REPRICED:
            self._plant.darkroom.expect(name, going[: len(mine) * 3 // 10])  # Some are gone by then.
        return lambda: self._happens(name, going, len(mine) // 4, kind)

    def closed_for_a_while(self, chance: random.Random, seller: int, seconds: float) -> Callable[[], None]:
        """Suspend more than the brake allows of what one seller lists, and lift that later. The items are drawn now."""
        name = chance.choice(["yahoo", "mercari"])
        shelf = self._plant.market.world.catalogue.shelves[name]
        mine = sorted({shelf.source_of(n) for n in range(seller, shelf.listings, self._sellers())})
        drawn = chance.sample(mine, len(mine) // 2)
        self._plant.darkroom.expect(name, drawn)

        def close() -> None:
            self._happens(name, drawn, len(drawn), "suspended")
            later(self._plant.kernel, seconds, reopen)

        def reopen() -> None:
            world, now = self._plant.market.world, self._plant.kernel.unix()
            closed = [number for number in drawn if world.truth.state(name, number) == "suspended"]
            world.events.force(name, closed, "back", now, now)

        return close

    def replacements(self, chance: random.Random, share: float, *, waiting: bool) -> None:
        """Return sources that the updater has found: those that have not reached Amazon, or all that are in use."""
        world, now = self._plant.market.world, self._plant.kernel.unix()
        restored = select(source_items.c.marketplace, source_items.c.item_id).distinct()
        restored = restored.join(listings, listings.c.source_item_id == source_items.c.id)
        restored = restored.where(listings.c.restored_at.is_not(None), listings.c.quantity > 0)
        if waiting:
            restored = restored.where(listings.c.push_pending == 1)
        with reading(self._plant.database.books) as connection:
            rows = sorted(connection.execute(restored).tuples().all())
        for marketplace, item_id in chance.sample(rows, self._count(chance, len(rows), share)):
            number = world.catalogue.number_of(marketplace, item_id)
            if number is not None:
                world.events.force(marketplace, [number], "sold", now, now)

    def spares(self, chance: random.Random, name: str) -> None:
        """Sell one in fifty unlisted items, before the updater finds it."""
        world, now = self._plant.market.world, self._plant.kernel.unix()
        shelf = world.catalogue.shelves[name]
        spares = range(shelf.sources, shelf.sources + shelf.unlisted)
        world.events.force(name, sorted(chance.sample(spares, len(spares) // 50)), "sold", now, now)

    def come_back(self, chance: random.Random, *, deleted: bool) -> None:
        """Show some offers again that were withdrawn, or deleted, as Amazon does at times."""
        offers, now = self._plant.market.world.offers, self._plant.kernel.unix()
        gone = (item for item in offers.touched.items() if item[1].deleted is deleted)
        down = sorted(key for key, offer in gone if not offer.quantity and offer.listing)
        for seller_id, sku in chance.sample(down, min(2, len(down))):
            offers.come_back(seller_id, sku, now)

    def edit(self, chance: random.Random) -> None:
        """Let a seller change quantities and handling times in Seller Central."""
        world, now = self._plant.market.world, self._plant.kernel.unix()
        seller = chance.choice(world.catalogue.sellers)
        up = sorted((offer for offer in world.offers.of_seller(seller) if offer.quantity), key=lambda one: one.sku)
        for offer in chance.sample(up, min(4, len(up))):
            fields = {LEAD_TIME: chance.randint(1, 20)} if chance.random() < 0.5 else {QUANTITY: chance.randint(0, 3)}
            world.offers.accept(Push(seller.seller_id, offer.sku, [Write(MERGE, fields)], SELLER, "edited", now), now)

    def _sellers(self) -> int:
        return len(self._plant.market.world.catalogue.sellers)

    def _count(self, chance: random.Random, many: int, share: float) -> int:
        """Return how many are a share of so many.

        In a flat market it is rounded up, so that a small one sees each kind of event, too. In a mixed market, whose
        orders are counted, the mean is the share, however small the market is: one of each of 14 kinds a day would be
        7 % of 200 sources.
        """
        if self._plant.market.world.market.fates is None:
            return math.ceil(many * share)
        return int(many * share + chance.random())

    def _happens(self, marketplace: str, drawn: Sequence[int], count: int, kind: str) -> None:
        """Let this happen to the first `count` of these that are buyable."""
        world, now = self._plant.market.world, self._plant.kernel.unix()
        world.events.settle(now)
        there = [number for number in drawn if world.truth.state(marketplace, number) in BUYABLE]
        world.events.force(marketplace, sorted(there[:count]), kind, now, now)
