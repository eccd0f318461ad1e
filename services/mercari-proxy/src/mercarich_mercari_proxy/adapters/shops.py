"""A Shops product from `GET /v1/marketplaces/shops/products/{id}`: no status field, stock by variants."""

from datetime import datetime
from typing import Any

from mercarich_contracts.market import Reason
from mercarich_contracts.proxy_api import Item, PriceKind
from mercarich_contracts.sites.mercari import SITE
from mercarich_marketplace.answers import Answer, Fault, Verdict, evidence
from mercarich_marketplace.fields import at, flag, integer, iso_time, mapping, positive, rows, strings, text
from mercarich_mercari_proxy.adapters.items import not_found, payer
from mercarich_mercari_proxy.domain import conditions, states
from mercarich_mercari_proxy.domain.errors import json_of, says_no_such_product

PARSER_VERSION = "mercari-shops/2"

_MOST_STARS = 5


class Product:
    """The document of a product. A part may be inside `productDetail`, which is searched first, or beside it.

    Keys: SteveShin323/carimer-api, docs/01-api-spec.md, section 6 (2026-09), and a product recorded in 2025-10 in
    kynacio/mercapi, test_json_parsing.py. `shippingFeeConfig` was null in all of them, so that a postage which the
    buyer pays is unknown.
    """

    def __init__(self, document: dict[str, Any]) -> None:
        self._document = document
        self._detail = mapping(document.get("productDetail"))

    def part(self, name: str) -> Any:
        value = self._detail.get(name)
        return self._document.get(name) if value is None else value

    def object(self, name: str) -> dict[str, Any]:
        return mapping(self.part(name))


def read(answer: Answer, item_id: str) -> Item:
    """Return the requested product. Raise `Fault` when the response does not show its state beyond doubt."""
    if says_no_such_product(answer):
        return not_found(answer, item_id, PARSER_VERSION)
    document = mapping(json_of(answer))
    if (text(document.get("name")) or "").rpartition("/")[2] != item_id:
        raise Fault(Reason.UNPARSABLE, f"no product {item_id} in the response")
    product = Product(document)
    quantities = _quantities(product)
    tags = strings(product.part("productTags"))
    verdict = _verdict(product, tags, quantities)
    price = _price(product, answer.fetched_at)
    if verdict is states.AVAILABLE and price is None:
        raise Fault(Reason.UNPARSABLE, f"{item_id} has stock but no price")
    shop = product.object("shop")
    good, bad = _ratings(mapping(shop.get("shopStats")))
    pays = payer(product.object("shippingPayer").get("code"))
    duration = product.object("shippingDuration")
    return Item(
        marketplace=SITE.marketplace,
        item_id=item_id,
        state=verdict.state,
        reason=verdict.reason,
        evidence=evidence(
            answer, PARSER_VERSION, f"name={item_id} productTags={list(tags)} quantities={quantities} price={price}"
        ),
        url=SITE.page_url(item_id),
        title=text(product.part("displayName")),
        price_jpy=price,
        price_kind=PriceKind.NONE if price is None else PriceKind.FIXED,
        raw_status="sold_out" if "sold_out" in tags else None,
        quantity=sum(quantities) if quantities else None,
        seller_id=(text(shop.get("name")) or "").rpartition("/")[2] or None,
        seller_name=text(shop.get("displayName")),
        seller_kind="store",
        seller_rating_good=good,
        seller_rating_bad=bad,
        images=strings(product.part("photos")),
        condition_code=conditions.CODES.get(text(product.object("condition").get("displayName")) or ""),
        category_path=tuple(name for row in rows(product.part("categories")) if (name := text(row.get("displayName")))),
        brand=text(product.object("brand").get("displayName")),
        shipping_payer=pays,
        shipping_cost_jpy=0 if pays == "seller" else None,
        ships_from=text(product.object("shippingFromArea").get("displayName")),
        ship_days_min=integer(duration.get("minDays")),
        ship_days_max=integer(duration.get("maxDays")),
        created_at=iso_time(product.part("createTime")),
        updated_at=iso_time(product.part("updateTime")),
        revision=text(product.part("updateTime")),
        variants=_choices(product),
        pre_order=product.part("productPreOrder") is not None,
    )


def _verdict(product: Product, tags: tuple[str, ...], quantities: list[int] | None) -> Verdict:
    if flag(product.part("isBlockedShop")) or flag(product.object("shop").get("isBlockedShop")):
        return states.SHOP_BLOCKED
    if "sold_out" in tags:
        return states.SOLD_OUT
    if quantities is None:
        raise Fault(Reason.UNPARSABLE, "a product without the quantities of its variants")
    return states.AVAILABLE if sum(quantities) > 0 else states.SOLD_OUT


def _quantities(product: Product) -> list[int] | None:
    """Return the quantity of each variant; None without variants or when one lacks its quantity."""
    variants = product.part("variants")
    found = [integer(at(variant, "quantity")) for variant in variants] if isinstance(variants, list) else []
    known = [quantity for quantity in found if quantity is not None and quantity >= 0]
    return known if known and len(known) == len(found) else None


def _choices(product: Product) -> int | None:
    """Return how many variants a buyer must choose from; None without a choice."""
    variants = rows(product.part("variants"))
    names = {(text(variant.get("displayName")), text(variant.get("size"))) for variant in variants}
    return len(variants) if len(names) > 1 else None


def _ratings(stats: dict[str, Any]) -> tuple[int | None, int | None]:
    """Return a shop's reviews as good and bad ones; None when its stars or their number are not known.

    A shop has an average of 1 to 5 stars, which Mercari rounds, instead of both numbers: each star is a fifth that is
    good. Without reviews the average is 0.
    """
    reviews, stars = integer(stats.get("reviewCount")), stats.get("score")
    if reviews == 0:
        return 0, 0
    if isinstance(stars, bool) or not isinstance(stars, int | float) or not 1 <= stars <= _MOST_STARS:
        return None, None
    if reviews is None or reviews < 0:
        return None, None
    good = int(reviews * stars / _MOST_STARS)
    return good, reviews - good


def _price(product: Product, at_time: datetime) -> int | None:
    """Return the price in yen: during a time sale the reduced one."""
    sale = product.object("timeSaleDetails")
    start, end = iso_time(sale.get("startTime")), iso_time(sale.get("endTime"))
    if start is not None and end is not None and start <= at_time < end:
        reduced = positive(sale.get("price"))
        if reduced is not None:
            return reduced
    return positive(product.part("price"))
