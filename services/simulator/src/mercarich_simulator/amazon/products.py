"""Amazon's catalogue: one product for each that the marketplaces have, and who may sell it."""

from collections.abc import Iterator
from functools import cached_property
from typing import Any

from mercarich_simulator.catalogue import MARKETPLACES, Catalogue
from mercarich_simulator.identity import entropy, share
from mercarich_simulator.names import brand_of, product_in, product_name
from mercarich_simulator.shelf import FIRST_NEW

LATER = 20_000
"""So many products that a mixed market has later are known to Amazon."""
CONDITIONS = frozenset(
    {
        *("new_new", "new_open_box", "new_oem", "refurbished_refurbished"),
        *("used_like_new", "used_very_good", "used_good", "used_acceptable"),
        *("collectible_like_new", "collectible_very_good", "collectible_good", "collectible_acceptable", "club_club"),
    }
)
"""`conditionType` of the Listings Restrictions API 2021-08-01."""
_LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
_APPROVAL = ("APPROVAL_REQUIRED", "You need approval to list this product.")
_NOT_ELIGIBLE = ("NOT_ELIGIBLE", "You are not approved to list this brand and we are not accepting applications.")
_NOT_NEW = ("APPROVAL_REQUIRED", "You need approval to list in this brand in new condition.")
_UNKNOWN = ("ASIN_NOT_FOUND", "The ASIN does not exist in this marketplace.")


class Products:
    """Products by ASIN, JAN and words. A product's number is that of the marketplaces' shelves; those that are listed
    there later are sold at Amazon from the start."""

    def __init__(self, catalogue: Catalogue) -> None:
        self._catalogue = catalogue
        self._seed = catalogue.settings.seed

    def asin(self, number: int) -> str:
        noise = entropy(self._seed, "product", number)
        return "B0" + "".join(_LETTERS[byte % len(_LETTERS)] for byte in noise[:8])

    def jan(self, number: int) -> str:
        """Return the product's JAN: 49, ten digits and the check digit (GS1 General Specifications 7.9)."""
        digits = f"49{int.from_bytes(entropy(self._seed, 'jan', number)[:8]) % 10**10:010d}"
        total = sum(int(digit) * (3 if place % 2 else 1) for place, digit in enumerate(digits))
        return f"{digits}{-total % 10}"

    def with_asin(self, asin: str) -> int | None:
        return self._by_asin.get(asin)

    def with_jan(self, jan: str) -> int | None:
        return self._by_jan.get(jan)

    def with_words(self, words: str) -> Iterator[int]:
        """Yield products by the model that the words name, or else those whose names have all words."""
        named = product_in(words)
        if named is not None:
            yield from (named,) if named in self._numbers else ()
            return
        wanted = words.lower().split()
        for number in self._at_start:
            if all(word in product_name(number).lower() for word in wanted):
                yield number

    def restriction(self, seller_id: str, asin: str, condition: str | None) -> tuple[str, str] | None:
        """Return code and message of why a seller may not sell a product in a condition; None: they may.

        Brands are closed to most sellers, some for new ones alone, and what a seller is approved for differs.
        """
        number = self._by_asin.get(asin)
        if number is None:
            return _UNKNOWN
        restricted = self._catalogue.settings.restricted
        noise = entropy(self._seed, "restricted", seller_id, asin)
        if share(noise) < restricted:
            return _NOT_ELIGIBLE if noise[8] % 2 else _APPROVAL
        return _NOT_NEW if condition == "new_new" and share(noise[16:]) < 2 * restricted else None

    def described(self, number: int, marketplace_id: str) -> dict[str, Any]:
        """Return the product in the shape of `Item` of the Catalog Items API 2022-04-01."""
        brand, name, asin = brand_of(number), product_name(number), self.asin(number)
        picture = {
            "variant": "MAIN",
            "link": f"https://m.media-amazon.com/images/I/{asin}.jpg",
            "height": 500,
            "width": 500,
        }
        return {
            "asin": asin,
            "summaries": [{"marketplaceId": marketplace_id, "brand": brand, "itemName": name}],
            "images": [{"marketplaceId": marketplace_id, "images": [picture]}],
            "identifiers": [
                {
                    "marketplaceId": marketplace_id,
                    "identifiers": [{"identifierType": "JAN", "identifier": self.jan(number)}],
                }
            ],
        }

    @cached_property
    def _at_start(self) -> range:
        return range(max(self._catalogue.shelves[name].sources for name in MARKETPLACES))

    @cached_property
    def _numbers(self) -> frozenset[int]:
        later = range(FIRST_NEW, FIRST_NEW + LATER) if self._catalogue.settings.market == "mixed" else ()
        return frozenset((*self._at_start, *later))

    @cached_property
    def _by_asin(self) -> dict[str, int]:
        return {self.asin(number): number for number in sorted(self._numbers)}

    @cached_property
    def _by_jan(self) -> dict[str, int]:
        return {self.jan(number): number for number in sorted(self._numbers)}
