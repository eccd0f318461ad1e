"""What a buyer pays: the tax-inclusive buy-out first, never a store's price without tax (`marketplaces.md` 2.4)."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any, Literal

from mercarich_contracts.proxy_api import PriceKind
from mercarich_marketplace.fields import at, integer, positive, rows
from mercarich_yahoo_proxy.domain.blocks import Blocks

Payer = Literal["seller", "buyer"]

STORE_TAX = 10
"""Per cent. The rate where a store's is not told, as in its row; all stores measured had this one."""

_PRINTED = re.compile(r"[＋+]?送料(\d{1,7}|\d{1,3}(?:,\d{3}){1,2})円", re.ASCII)
_CLICKED = re.compile(r"(?:^|[;,])cpsf:(\d{1,7})(?=[;,]|$)", re.ASCII)
"""The postage among the values that a row keeps for statistics of clicks (recorded 2026-09)."""


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
    """Return the buy-out price where there is one, else the current bid.

    A store's page that lacks the rate is read with that of all stores: the lower price would be a loss.
    """
    rate = integer(item.get("taxRate"))
    if rate is None and at(item, "seller", "isStore") is True:
        rate = STORE_TAX
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


def price_of_row(price: int, buyout: int | None, *, is_store: bool) -> Price:
    """Return the price of a row of a search: the buy-out price where there is one, else the current bid.

    Of a store, the row has `data-auction-price` with tax and `data-auction-buynowprice` without it. In 5 of 5 rows
    measured the former was 110 // 100 of the latter; where it is not, a bid may stand in it, and the confidence is low.
    """
    if buyout is None:
        return Price(price, PriceKind.CURRENT_BID, None, None)
    if not is_store:
        return Price(buyout, PriceKind.BUYOUT, None, None)
    computed = _computed(buyout, STORE_TAX)
    return replace(computed, confidence="high") if computed.payable == price else computed


def says_no_buyout(blocks: Blocks) -> bool:
    """Return whether the page shows that there is no buy-out price.

    The proof is a winPrice of "0" in `pageData` (recorded 2025-10), with no buy-out price in any copy of the item.
    Missing keys alone prove nothing: pages of items with a buy-out price can lack them, too.
    """
    named = [copy.get(key) for copy in blocks.items for key in ("bidorbuy", "taxinBidorbuy")]
    return blocks.page_data.get("winPrice") == "0" and not any(positive(value) for value in named)


def shipping_of_row(text: str, clicks: Iterable[str], *, is_free: bool) -> tuple[Payer | None, int | None]:
    """Return who pays for shipping, and the fee in yen, as a row of a search prints it; None when unknown.

    `text` is what the row shows: "＋送料3,470円", "送料無料" or "送料未定". `clicks` are its values for statistics. A
    fee with anything behind it ("円〜") is no amount, and places that contradict each other tell nothing.
    """
    printed = _PRINTED.fullmatch(text)
    fees = {int(printed[1].replace(",", ""))} if printed else set()
    fees |= {fee for line in clicks for found in _CLICKED.findall(line) if (fee := int(found)) > 0}
    if is_free or text == "送料無料":
        return (None, None) if fees - {0} else ("seller", 0)
    if len(fees) == 1:
        return "buyer", fees.pop()
    return ("buyer" if text.startswith("着払") else None), None


def shipping_of(item: dict[str, Any]) -> tuple[Payer | None, int | None]:
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
