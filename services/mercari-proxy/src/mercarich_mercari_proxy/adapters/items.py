"""An item from `GET /items/get` (50 keys recorded in 2026-09; `marketplaces.md` 4)."""

from typing import Any, Literal

from mercarich_contracts.market import ErrorClass, Reason
from mercarich_contracts.proxy_api import Item, PriceKind
from mercarich_contracts.sites.mercari import SITE
from mercarich_marketplace.answers import Answer, Fault, evidence
from mercarich_marketplace.fields import (
    at,
    flag,
    identifier,
    integer,
    mapping,
    part,
    positive,
    rows,
    strings,
    text,
    unix_time,
)
from mercarich_mercari_proxy.domain import states
from mercarich_mercari_proxy.domain.errors import json_of, says_no_such_item

PARSER_VERSION = "mercari-item/1"

_AREA_UNSET = "未定"


def read(answer: Answer, item_id: str) -> Item:
    """Return the requested item. Raise `Fault` when the response does not show its state beyond doubt."""
    if says_no_such_item(answer):
        return not_found(answer, item_id, PARSER_VERSION)
    document = json_of(answer)
    data = mapping(at(document, "data"))
    status = text(data.get("status"))
    if at(document, "result") != "OK" or data.get("id") != item_id or status is None:
        raise Fault(Reason.UNPARSABLE, f"no item {item_id} with a status in the response")
    no_price = flag(data.get("is_no_price"))
    auction = part(data.get("auction_info"))
    has_auction = auction is not None
    verdict = states.verdict(status, auction=has_auction, no_price=no_price)
    price = positive(data.get("price"))
    if verdict is states.AVAILABLE and price is None:
        raise Fault(Reason.UNPARSABLE, f"{item_id} is on sale without a price")
    extract = (
        f"id={item_id} status={status} auction_info={text(at(auction, 'state')) or has_auction} "
        f"is_no_price={no_price} price={price}"
    )
    return Item(
        marketplace=SITE.marketplace,
        item_id=item_id,
        state=verdict.state,
        reason=verdict.reason,
        evidence=evidence(answer, PARSER_VERSION, extract),
        url=SITE.page_url(item_id),
        title=text(data.get("name")),
        price_jpy=None if no_price else price,
        price_kind=price_kind(auction=has_auction, no_price=no_price or price is None),
        raw_status=status,
        quantity=1,
        images=strings(data.get("photos")),
        condition_code=condition(at(data, "item_condition", "id")),
        category_path=categories(data),
        brand=text(at(data, "item_brand", "name")),
        likes=integer(data.get("num_likes")),
        end_at=unix_time(at(auction, "expected_end_time")),
        bids=integer(at(auction, "total_bids")),
        created_at=unix_time(data.get("created")),
        updated_at=unix_time(data.get("updated")),
        revision=text(data.get("checksum")) or identifier(data.get("updated")),
        **_seller(mapping(data.get("seller"))),
        **_shipping(data),
    )


def not_found(answer: Answer, item_id: str, parser_version: str) -> Item:
    """Return the item in state `gone`, with Mercari's own not-found response as evidence."""
    return Item(
        marketplace=SITE.marketplace,
        item_id=item_id,
        state=states.NOT_FOUND.state,
        reason=states.NOT_FOUND.reason,
        error_class=ErrorClass.GONE,
        evidence=evidence(answer, parser_version, f"HTTP 404 {answer.body[:400].decode(errors='replace')}"),
        url=SITE.page_url(item_id),
    )


def price_kind(*, auction: bool, no_price: bool) -> PriceKind:
    if no_price:
        return PriceKind.NONE
    return PriceKind.CURRENT_BID if auction else PriceKind.FIXED


def condition(value: Any) -> int | None:
    number = integer(value)
    return number if number is not None and 1 <= number <= 6 else None


def payer(code: Any) -> Literal["seller", "buyer"] | None:
    """Return who pays, from the code's word: the numeric ids mean opposite things for items and for Shops products."""
    match code.lower() if isinstance(code, str) else None:
        case "seller":
            return "seller"
        case "buyer":
            return "buyer"
        case _:
            return None


def _seller(seller: dict[str, Any]) -> dict[str, Any]:
    return {
        "seller_id": identifier(seller.get("id")),
        "seller_name": text(seller.get("name")),
        "seller_kind": "private" if seller else None,
        "seller_rating_good": integer(at(seller, "ratings", "good")),
        "seller_rating_bad": integer(at(seller, "ratings", "bad")),
    }


def _shipping(data: dict[str, Any]) -> dict[str, Any]:
    """Return the shipping fields. When the buyer pays, the cost is unknown: `shipping_class` holds the seller's fee."""
    pays = payer(at(data, "shipping_payer", "code"))
    return {
        "shipping_payer": pays,
        "shipping_cost_jpy": 0 if pays == "seller" else None,
        "ships_from": ships_from(data),
        "ship_days_min": integer(at(data, "shipping_duration", "min_days")),
        "ship_days_max": integer(at(data, "shipping_duration", "max_days")),
    }


def ships_from(data: dict[str, Any]) -> str | None:
    area = text(at(data, "shipping_from_area", "name"))
    return None if area == _AREA_UNSET else area


def categories(data: dict[str, Any]) -> tuple[str, ...]:
    """Return the names from the root down, of the current tree where there is one.

    Rows of a seller's list have `item_category` null (seen 2026-07) beside `item_category_ntiers`.
    """
    above = [text(row.get("name")) for row in rows(data.get("parent_categories_ntiers"))]
    category = mapping(data.get("item_category_ntiers")) or mapping(data.get("item_category"))
    if not above:
        above = [text(category.get("root_category_name")), text(category.get("parent_category_name"))]
    return tuple(name for name in [*above, text(category.get("name"))] if name)
