"""The numbering of one marketplace's shelf: items, their sellers, listings, products and canaries."""

from bisect import bisect_right
from dataclasses import dataclass
from itertools import accumulate

YAHOO = "yahoo"
MERCARI = "mercari"
FIRST_NEW, STEP, MOST_TURNS = 10_000_000, 100_000_000, 99
"""Numbers of items that are listed later: the first pieces of other products from `FIRST_NEW` on, and the n-th further
piece of a product n times `STEP` after the product's number."""


@dataclass(frozen=True, slots=True)
class SourceSellers:
    """How many items the sellers of the sources have."""

    groups: tuple[int, ...]
    """Items of consecutive source sellers, over and over."""
    shops: frozenset[int]
    """Which of the groups are shops (Mercari Shops; stores on Yahoo)."""


SOURCE_SELLERS = {
    # Many small ones, a few with up to 60; 23 of 183 items are of shops.
    "shelf": SourceSellers((1, 3, 12, 60, 2, 7, 25, 1, 40, 5, 18, 9), frozenset({9, 10})),
    # A third of the items alone with their seller; 4 of 36 are of shops.
    "long_tail": SourceSellers((1,) * 12 + (2, 2, 3, 5, 12), frozenset({3, 14})),
}


class Shelf:
    """Numbers 0 … size-1: the listed sources first, then unlisted items, the canaries last.

    Of ten listings the last two share a source. Listings that follow each other belong to different Amazon
    sellers, so a seller never lists one source twice (unless there is only one seller).
    """

    def __init__(self, listings: int, canaries: int, spare_pieces: float = 0.0, source_sellers: str = "shelf") -> None:
        self.listings = listings
        self.sources = self.source_of(listings - 1) + 1 if listings else 0
        self._others = max(100, self.sources // 10)
        self.spares = round(self.sources * spare_pieces)
        self.unlisted = self._others + self.spares
        self._canaries_from = self.sources + self.unlisted
        self.size = self._canaries_from + canaries
        sellers = SOURCE_SELLERS[source_sellers]
        self._groups, self._shops = sellers.groups, sellers.shops
        self._starts = (0, *accumulate(sellers.groups))
        self._round = self._starts[-1]

    def source_of(self, listing: int) -> int:
        tens, rest = divmod(listing, 10)
        return 9 * tens + min(rest, 8)

    def listings_of(self, source: int) -> tuple[int, ...]:
        if source >= self.sources:
            return ()
        nines, rest = divmod(source, 9)
        first = 10 * nines + rest
        both = (first, first + 1) if rest == 8 else (first,)
        return tuple(listing for listing in both if listing < self.listings)

    def is_restore(self, listing: int, wanted: int) -> bool:
        """Return whether the listing is one of the `wanted` restores, which are spread evenly over the shelf."""
        if not wanted or not self.listings:
            return False
        return (listing + 1) * wanted // self.listings > listing * wanted // self.listings

    def product_of(self, number: int) -> int:
        """Return the item's product. Unlisted items are further pieces of listed products."""
        if number >= FIRST_NEW:
            return number % STEP
        if number < self.sources or not self.sources:
            return number
        spare = self.spare_of(number)
        return (number - self.sources) % self.sources if spare is None else spare

    def spare_of(self, number: int) -> int | None:
        """Return the product of which the item is the spare piece, else None. Spare pieces are spread evenly."""
        if number >= STEP:
            return number % STEP
        place = number - self.sources - self._others
        return place * self.sources // self.spares if 0 <= place < self.spares else None

    def pieces_of(self, product: int) -> tuple[int, ...]:
        """Return the items of a product that are there from the start, except canaries."""
        end = self.sources + self.unlisted
        if product >= self.sources:
            return (product,) if product < end else ()
        others = range(self.sources + product, end - self.spares, self.sources)
        place = -(-product * self.spares // self.sources)
        spare = self.sources + self._others + place
        return (product, *others, *([spare] if self.spare_of(spare) == product else []))

    def seller_of(self, number: int) -> tuple[int, str]:
        """Return the number of the source seller, and its kind: `ordinary` or `shops`.

        Canaries are of each kind in turn, and each is alone with its seller.
        """
        if self._canaries_from <= number < self.size:
            return number, "shops" if (number - self._canaries_from) % 2 else "ordinary"
        rounds, place = divmod(number, self._round)
        group = bisect_right(self._starts, place) - 1
        return rounds * len(self._groups) + group, "shops" if group in self._shops else "ordinary"

    def items_of(self, seller: int) -> range:
        """Return the items of an ordinary source seller, with those that may be listed later."""
        rounds, group = divmod(seller, len(self._groups))
        if seller < 0 or group in self._shops:
            return range(0)
        start = rounds * self._round + self._starts[group]
        if start + self._groups[group] > FIRST_NEW:
            return range(max(start, FIRST_NEW), start + self._groups[group])
        end = self._canaries_from
        return range(min(start, end), min(start + self._groups[group], end))
