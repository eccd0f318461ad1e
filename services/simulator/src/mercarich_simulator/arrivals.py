"""What is newly listed in a mixed market: other products, and further pieces of those that are there.

Another product has a spare piece, which is as good as the first one and cheaper, as often as the settings say; that
piece is the next arrival. A further piece comes, too, whenever fewer products have one for sale, since pieces go. So
products have spare pieces as often whether they are new or old. All is drawn from the seed, and comes as the market is
busy.
"""

from collections.abc import Iterator
from random import Random

from mercarich_simulator.catalogue import CANARIES, Catalogue
from mercarich_simulator.fates import Fates
from mercarich_simulator.hazards import DAY, busy, moment_of
from mercarich_simulator.shelf import FIRST_NEW, MOST_TURNS, STEP
from mercarich_simulator.truth import BUYABLE, Truth

SAMPLE = 50
"""So many products are looked at to tell how many have a spare piece."""


class Arrivals:
    """The items that were listed since the market began. `fates.rounds` has them, too, and survives a restart."""

    def __init__(self, catalogue: Catalogue, truth: Truth, fates: Fates) -> None:
        self._catalogue = catalogue
        self._truth = truth
        self._fates = fates
        self._per_second = {
            name: catalogue.settings.listed_a_day * (shelf.size - CANARIES) / DAY
            for name, shelf in catalogue.shelves.items()
        }
        self._pieces: dict[str, dict[int, list[int]]] = {name: {} for name in catalogue.shelves}
        """By marketplace and product, in the order of their coming."""
        self._products: dict[str, list[int]] = {name: [*range(s.sources)] for name, s in catalogue.shelves.items()}
        self._count = dict.fromkeys(catalogue.shelves, 0)

    def restore(self) -> None:
        """Take those that a state file has, from the fates."""
        for marketplace, rounds in self._fates.rounds.items():
            for number in rounds:
                if number >= FIRST_NEW:
                    self._keep(marketplace, number)

    def pieces_of(self, marketplace: str, product: int) -> tuple[int, ...]:
        """Return the items of a product that were listed since the market began."""
        return tuple(self._pieces[marketplace].get(product, ()))

    def products_since(self, marketplace: str, since: float) -> Iterator[int]:
        """Yield the products of which the first piece was listed after `since` (Unix seconds), by its item's number."""
        rounds = self._fates.rounds[marketplace]
        first = self._catalogue.shelves[marketplace].sources
        yield from (number for number in self._products[marketplace][first:] if rounds[number][1] > since)

    def next_at(self, marketplace: str, after: float) -> float:
        """Return when the next item is listed; Unix seconds, infinite where none ever is."""
        per_second = self._per_second[marketplace]
        if not per_second:
            return float("inf")
        return moment_of(busy(after) + self._chance("comes", marketplace).expovariate(per_second))

    def come(self, marketplace: str, at: float) -> int:
        """List the next item, and return its number."""
        number = self._piece_of_newest(marketplace) or self._drawn(marketplace)
        self._keep(marketplace, number)
        self._fates.list_again(marketplace, number, at)
        return number

    def _piece_of_newest(self, marketplace: str) -> int | None:
        """Return the spare piece of the product that has just come, if it has one."""
        newest = self._products[marketplace][-1:]
        if not newest or newest[0] < FIRST_NEW or len(self.pieces_of(marketplace, newest[0])) > 1:
            return None
        wanted = self._catalogue.settings.spare_pieces
        chance = Random(f"{self._catalogue.settings.seed}:has a spare:{marketplace}:{newest[0]}")
        has_one = chance.random() < wanted and self._for_sale(marketplace, newest[0])
        return STEP + newest[0] if has_one else None

    def _drawn(self, marketplace: str) -> int:
        """Return a further piece of one of the products that want one, or the first one of another product."""
        chance = self._chance("arrival", marketplace)
        products = self._products[marketplace]
        sample = [chance.choice(products) for _ in range(SAMPLE)] if products else []
        there = {product: self._for_sale(marketplace, product) for product in sample}
        sold_here = [product for product in sample if there[product]]
        have = sum(there[product] > 1 for product in sold_here)
        wanting = [
            product
            for product in sample
            if there[product] < 2 and len(self.pieces_of(marketplace, product)) < MOST_TURNS - 1
        ]
        if wanting and have < self._catalogue.settings.spare_pieces * len(sold_here):
            return wanting[0] + STEP * (1 + len(self.pieces_of(marketplace, wanting[0])))
        return FIRST_NEW + len(products) - self._catalogue.shelves[marketplace].sources

    def _for_sale(self, marketplace: str, product: int) -> int:
        """Return how many pieces of a product are for sale: its first one and spare pieces. Others of it have a price
        and a condition of their own, and may not stand in for the first."""
        shelf = self._catalogue.shelves[marketplace]
        pieces = (*shelf.pieces_of(product), *self.pieces_of(marketplace, product))
        counted = (piece for piece in pieces if piece == product or shelf.spare_of(piece) is not None)
        last = (self._truth.last_of(marketplace, piece) for piece in counted)
        return sum(self._truth.state(marketplace, number) in BUYABLE for number in last)

    def _keep(self, marketplace: str, number: int) -> None:
        product = self._catalogue.shelves[marketplace].product_of(number)
        if product == number:
            self._products[marketplace].append(number)
        self._pieces[marketplace].setdefault(product, []).append(number)
        self._count[marketplace] += 1

    def _chance(self, what: str, marketplace: str) -> Random:
        return Random(f"{self._catalogue.settings.seed}:{what}:{marketplace}:{self._count[marketplace]}")
