"""Amazon's fees of a sale: a share of the price by category, at least some yen, and a closing fee for media."""

from dataclasses import dataclass
from typing import NamedTuple

from mercarich_simulator.catalogue import Catalogue, Listing
from mercarich_simulator.names import THINGS, thing_of

LEAST_JPY = 30
CLOSING_JPY = 80
"""Made up: Amazon takes one for media, whose amount is not among what is published without a login."""


class Rate(NamedTuple):
    percent: int
    least_jpy: int = LEAST_JPY
    closing_jpy: int = 0


_MEDIA = Rate(15, least_jpy=0, closing_jpy=CLOSING_JPY)
_ELECTRONICS, _CAMERAS, _MUSIC, _TOYS, _SPORTS, _OTHERS = Rate(8), Rate(8), Rate(8), Rate(10), Rate(10), Rate(15)
_BY_THING = {
    "ヘッドホン": _ELECTRONICS,
    "デジタルカメラ": _CAMERAS,
    "フィギュア": _TOYS,
    "腕時計": _OTHERS,
    "ゲームソフト": _MEDIA,
    "キーボード": _MUSIC,
    "リール": _SPORTS,
    "ぬいぐるみ": _TOYS,
    "レンズ": _CAMERAS,
    "スピーカー": _ELECTRONICS,
    "写真集": _MEDIA,
}
"""Rates and least fees of https://sell.amazon.co.jp/pricing.html; that of watches is made up."""
assert _BY_THING.keys() == set(THINGS)


@dataclass(frozen=True, slots=True)
class Fees:
    """What Amazon keeps of a sale, in whole yen."""

    referral_jpy: int
    closing_jpy: int

    @property
    def total_jpy(self) -> int:
        return self.referral_jpy + self.closing_jpy


def fees(catalogue: Catalogue, listing: Listing | None, price_jpy: int) -> Fees:
    """Return the fees of an offer at a price. One that PUT created is of no known category."""
    rate = _OTHERS
    if listing is not None:
        rate = _BY_THING[thing_of(catalogue.shelves[listing.marketplace].product_of(listing.source_number))]
    return Fees(max(rate.least_jpy, (price_jpy * rate.percent + 50) // 100), rate.closing_jpy)
