"""What a buyer pays: the tax-inclusive buy-out first, never a store's price without tax (`marketplaces.md` 2.4)."""

from dataclasses import dataclass
from typing import Any, Literal

from mercarich_contracts.proxy_api import PriceKind
from mercarich_marketplace.fields import at, integer, positive, rows
from mercarich_yahoo_proxy.domain.blocks import Blocks


@dataclass(frozen=True, slots=True)
class Price:
    payable: int | None
    kind: PriceKind
    without_tax: int | None
    tax_rate: int | None
    confidence: Literal["high", "low"] = "high"

    @property
    def is_buyout(self) -> bool:
        return self.kind is PriceKind.BUYOUT


def price_of(item: dict[str, Any], page_data: dict[str, Any]) -> Price:
    """Return the buy-out price where there is one, else the current bid."""
    rate = integer(item.get("taxRate"))
    buyout, with_tax = positive(item.get("bidorbuy")), positive(item.get("taxinBidorbuy"))
    if with_tax is not None:
        return Price(with_tax, PriceKind.BUYOUT, buyout, rate)
    if buyout is not None:
        return _computed(buyout, rate) if rate else Price(buyout, PriceKind.BUYOUT, None, rate)
    on_page = positive(page_data.get("winPrice"))
    if on_page is not None:  # a plain fetch may lack the item's own buy-out keys
        return _computed(on_page, rate)
    bid, bid_with_tax = positive(item.get("price")), positive(item.get("taxinPrice"))
    current = bid_with_tax if bid_with_tax is not None else bid
    kind = PriceKind.NONE if current is None else PriceKind.CURRENT_BID
    return Price(current, kind, bid if bid_with_tax is not None else None, rate)


def says_no_buyout(blocks: Blocks) -> bool:
    """Return whether the page shows that there is no buy-out price.

    The proof is a winPrice of "0" in `pageData` (recorded 2025-10), with no buy-out price in any copy of the item.
    Missing keys alone prove nothing: pages of items with a buy-out price can lack them, too.
    """
    named = [copy.get(key) for copy in blocks.items for key in ("bidorbuy", "taxinBidorbuy")]
    return blocks.page_data.get("winPrice") == "0" and not any(positive(value) for value in named)


def shipping_of(item: dict[str, Any]) -> tuple[Literal["seller", "buyer"] | None, int | None]:
    """Return who pays for shipping, and the cheapest flat fee in yen; None when unknown, as for most buyers' fees."""
    match item.get("chargeForShipping"):
        case "seller":
            return "seller", 0
        case "winner":
            methods = rows(at(item, "shipping", "methods"))
            fees = [integer(m.get("shippingFee")) for m in methods if m.get("isFlatFee") is True]
            known = [fee for fee in fees if fee is not None and fee >= 0]
            return "buyer", min(known, default=None)
        case _:
            return None, None


def _computed(without_tax: int, rate: int | None) -> Price:
    return Price(without_tax * (100 + (rate or 0)) // 100, PriceKind.BUYOUT, without_tax, rate, "low")
