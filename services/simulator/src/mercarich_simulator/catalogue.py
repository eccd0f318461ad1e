"""Items, their sellers, and the listings of them, computed from the seed on demand."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

from mercarich_simulator.identity import Identities, entropy
from mercarich_simulator.names import CONDITIONS, seller_name, title
from mercarich_simulator.settings import SimulatorSettings
from mercarich_simulator.shelf import FIRST_NEW, MERCARI, YAHOO, Shelf

MARKETPLACES = (YAHOO, MERCARI)
MERCARI_SELLER_BASE = 910_000_000
CANARIES = 4
"""The last items of each shelf: two that stay available and two that were never available. They have no listings."""


@dataclass(frozen=True, slots=True)
class Item:
    """A source item as its seller described it. `truth` has its later states."""

    marketplace: str
    number: int
    item_id: str
    kind: str
    """`auction` (Yahoo), `ordinary` or `shops` (Mercari)."""
    title: str
    price: int
    """Yen: without tax for a Yahoo store, else what the buyer pays."""
    tax_percent: int
    condition: int
    """1 (new) to 6 (poor)."""
    seller_id: str
    seller_name: str
    shipping_by_seller: bool
    postage: int | None
    """Yen that the buyer pays besides, where the marketplace tells it."""
    created_at: float
    noise: bytes
    likes: int
    """How many people like or watch the item."""

    @property
    def payable(self) -> int:
        return self.price + self.price * self.tax_percent // 100

    @property
    def landed(self) -> int:
        """Return the price in yen with tax, and with the postage as far as the marketplace tells one."""
        return self.payable + (self.postage or 0)


@dataclass(frozen=True, slots=True)
class AmazonSeller:
    """A tenant of the product."""

    username: str
    seller_id: str
    refresh_token: str
    plan: int


@dataclass(frozen=True, slots=True)
class Listing:
    """One offer on Amazon and the source item behind it."""

    seller: AmazonSeller
    sku: str
    marketplace: str
    source_number: int
    quantity: int
    """The quantity that Amazon shows at the start."""
    restore: bool
    lead_time_days: int | None = None
    """The handling time that the seller has set; None = the account's default."""
    restock_date: str | None = None
    """ISO 8601."""


class Catalogue:
    """One market of one seed. Immutable."""

    def __init__(self, settings: SimulatorSettings, start_at: float) -> None:
        self.settings = settings
        self.start_at = start_at
        self.ids = Identities(settings.seed)
        self.sellers = tuple(_amazon_seller(settings.seed, n) for n in range(settings.sellers))
        self.seller_by_id = {seller.seller_id: seller for seller in self.sellers}
        self.shelves = {
            YAHOO: Shelf((settings.listings + 1) // 2, CANARIES, settings.spare_pieces, settings.source_sellers),
            MERCARI: Shelf(settings.listings // 2, CANARIES, settings.spare_pieces, settings.source_sellers),
        }
        self.client_id = "amzn1.application-oa2-client." + entropy(settings.seed, "client").hex()[:32]
        self.client_secret = "amzn1.oa2-cs.v1." + entropy(settings.seed, "secret").hex()

    def item(self, marketplace: str, number: int) -> Item:
        """Return item `number` of a shelf, or one that is listed later (`FIRST_NEW`). Other numbers past the shelf's
        end are those of relisted items."""
        noise = entropy(self.settings.seed, marketplace, number)
        shelf = self.shelves[marketplace]
        group, kind = shelf.seller_of(number)
        store = marketplace == YAHOO and kind == "shops"
        price, condition = 500 + int.from_bytes(noise[0:3]) % 49_500, 1 + noise[3] % len(CONDITIONS)
        spare = shelf.spare_of(number)
        if spare is not None:
            listed = self.item(marketplace, spare)
            price, condition = listed.payable * (70 + noise[0] % 20) // 100, listed.condition
        return Item(
            marketplace=marketplace,
            number=number,
            item_id=self.item_id(marketplace, number),
            kind="auction" if marketplace == YAHOO else kind,
            title=title(shelf.product_of(number), noise),
            price=price // 10 * 10,
            tax_percent=10 if store else 0,
            condition=condition,
            seller_id=self._source_seller_id(marketplace, group, kind),
            seller_name=seller_name(group, kind),
            shipping_by_seller=_by_seller(marketplace, noise),
            postage=_postage(marketplace, noise),
            created_at=self.start_at - 3_600 - int.from_bytes(noise[5:8]) % (20 * 86_400),
            noise=noise,
            likes=noise[10] % 40 if marketplace == YAHOO else noise[20] % 60,
        )

    def item_id(self, marketplace: str, number: int) -> str:
        if marketplace == YAHOO:
            return self.ids.yahoo(number)
        _, kind = self.shelves[MERCARI].seller_of(number)
        return self.ids.shops(number) if kind == "shops" else self.ids.mercari(number)

    def number_of(self, marketplace: str, item_id: str) -> int | None:
        """Return the number of an id, possibly past the shelf's end; None for an id of another market."""
        if marketplace == YAHOO:
            return self.ids.read_yahoo(item_id)
        number = self.ids.read_shops(item_id) if len(item_id) == 22 else self.ids.read_mercari(item_id)
        if number is None or (number >= self.shelves[MERCARI].size and not self._may_be_listed(number)):
            return None
        return number if self.item_id(MERCARI, number) == item_id else None

    def items_of_mercari_seller(self, seller_id: str) -> range:
        """Return the numbers of all items of one ordinary Mercari seller; empty for an unknown seller or a shop."""
        if not seller_id.isdecimal():
            return range(0)
        return self.shelves[MERCARI].items_of(int(seller_id) - MERCARI_SELLER_BASE)

    def listing(self, marketplace: str, number: int) -> Listing:
        """Return listing `number` among the listings of one marketplace."""
        shelf = self.shelves[marketplace]
        seller = self.sellers[number % len(self.sellers)]
        restore = shelf.is_restore(number, self._restores(marketplace))
        noise = entropy(self.settings.seed, "listing", marketplace, number)
        full = 1 + (noise[0] % 3 if noise[1] < 26 else 0)
        return Listing(
            seller=seller,
            sku=_sku(marketplace, number),
            marketplace=marketplace,
            source_number=shelf.source_of(number),
            quantity=0 if restore else full,
            restore=restore,
            lead_time_days=3 + noise[2] % 12 if noise[3] % 4 else None,
            restock_date=_day(self.start_at + (7 + noise[4] % 60) * 86_400) if noise[5] % 8 == 0 else None,
        )

    def listing_of(self, seller_id: str, sku: str) -> Listing | None:
        """Return the listing that a seller has under a SKU at the start; None when there is none."""
        marketplace = {"YA-": YAHOO, "ME-": MERCARI}.get(sku[:3])
        if marketplace is None or not sku[3:].isdecimal() or len(sku) != 10:
            return None
        number = int(sku[3:])
        if number >= self.shelves[marketplace].listings:
            return None
        listing = self.listing(marketplace, number)
        return listing if listing.seller.seller_id == seller_id else None

    def skus_of(self, seller: AmazonSeller) -> Iterator[str]:
        """Yield the SKUs that a seller has at the start."""
        place, step = self.sellers.index(seller), len(self.sellers)
        for marketplace, shelf in self.shelves.items():
            yield from (_sku(marketplace, number) for number in range(place, shelf.listings, step))

    def canaries(self, marketplace: str) -> dict[str, list[str]]:
        shelf = self.shelves[marketplace]
        ids = [self.item_id(marketplace, n) for n in range(shelf.size - CANARIES, shelf.size)]
        return {"available": ids[:2], "gone": ids[2:]}

    def restore_sources(self, marketplace: str) -> set[int]:
        """Return the source numbers of the offers that wait for a restore; these items are for sale at the start."""
        shelf, wanted = self.shelves[marketplace], self._restores(marketplace)
        if not wanted:
            return set()
        return {shelf.source_of(n) for n in range(shelf.listings) if shelf.is_restore(n, wanted)}

    def _may_be_listed(self, number: int) -> bool:
        """Return whether an item with this number can be listed after the market's beginning."""
        return self.settings.market == "mixed" and number >= FIRST_NEW

    def _restores(self, marketplace: str) -> int:
        wanted = self.settings.restores
        return (wanted + 1) // 2 if marketplace == YAHOO else wanted // 2

    def _source_seller_id(self, marketplace: str, group: int, kind: str) -> str:
        if marketplace == YAHOO:
            return entropy(self.settings.seed, "yahoo seller", group).hex()[:28]
        if kind == "shops":
            return self.ids.shops(2**100 + group)
        return str(MERCARI_SELLER_BASE + group)


def _sku(marketplace: str, number: int) -> str:
    return f"{'YA' if marketplace == YAHOO else 'ME'}-{number:07d}"


def _day(at: float) -> str:
    return datetime.fromtimestamp(at, UTC).date().isoformat()


def _amazon_seller(seed: int, number: int) -> AmazonSeller:
    noise = entropy(seed, "amazon seller", number)
    letters = "".join("ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"[byte % 36] for byte in noise[:13])
    return AmazonSeller(
        username=f"seller{number + 1:03d}",
        seller_id="A" + letters,
        refresh_token="Atzr|IwEB" + noise.hex(),
        plan=2 if number % 2 == 0 else 4,
    )


def _by_seller(marketplace: str, noise: bytes) -> bool:
    """Return whether the seller pays for shipping: rarely at Yahoo (0 of 51 rows of 2026-07), mostly at Mercari."""
    return noise[4] % 32 == 0 if marketplace == YAHOO else noise[4] % 16 != 0


def _postage(marketplace: str, noise: bytes) -> int | None:
    """Return what is told of a postage that the buyer pays: at Yahoo in 32 of 51 rows, 734 yen on average."""
    if _by_seller(marketplace, noise):
        return 0
    told = marketplace == YAHOO and noise[14] % 51 < 32
    return 128 + noise[13] * 1_212 // 255 if told else None
