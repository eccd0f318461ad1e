"""`POST /v2/entities:search`: the request body, and rows in camelCase whose numbers are strings."""

import uuid
from typing import Any

from mercarich_contracts.market import Reason, State
from mercarich_contracts.proxy_api import Item, SearchRequest, SearchResult
from mercarich_contracts.sites.mercari import SITE
from mercarich_marketplace.answers import Answer, Fault, Verdict, evidence
from mercarich_marketplace.fields import (
    at,
    identifier,
    integer,
    iso_time,
    mapping,
    positive,
    rows,
    strings,
    text,
    unix_time,
)
from mercarich_mercari_proxy.adapters import items
from mercarich_mercari_proxy.adapters.sellers import UNPRICED
from mercarich_mercari_proxy.domain import ids, states
from mercarich_mercari_proxy.domain.errors import json_of

PARSER_VERSION = "mercari-search/2"
PAGE_SIZE = 120

_PAYERS = {"1": "buyer", "2": "seller"}


def body(request: SearchRequest) -> dict[str, Any]:
    """Return the request's body: the fields that the web client must send, for items on sale only."""
    return {
        "userId": "",
        "pageSize": PAGE_SIZE,
        "pageToken": f"v1:{request.page}" if request.page else "",
        "searchSessionId": uuid.uuid4().hex,
        "indexRouting": "INDEX_ROUTING_UNSPECIFIED",
        "thumbnailTypes": [],
        "searchCondition": {
            "keyword": request.keyword,
            "excludeKeyword": "",
            "sort": "SORT_SCORE",
            "order": "ORDER_DESC",
            "status": ["STATUS_ON_SALE"],
            "sizeId": [],
            "categoryId": [],
            "brandId": [],
            "sellerId": [],
            "priceMin": request.price_min or 0,
            "priceMax": request.price_max or 0,
            "itemConditionId": request.conditions,
            "shippingPayerId": [],
            "itemTypes": [],
        },
        "withItemBrand": True,
        "withShopname": True,
        "withAuction": True,
        "source": "BaseSerp",
        "serviceFrom": "suruga",
    }


def read(answer: Answer, page: int) -> SearchResult:
    """Return the results. Raise `Fault` for any other response: an empty list counts only together with `meta`."""
    if answer.status == 404:
        raise Fault(Reason.BAD_REQUEST, "HTTP 404 for a search")
    document = json_of(answer)
    meta, listed = at(document, "meta"), at(document, "items")
    if not isinstance(meta, dict) or not isinstance(listed, list):
        raise Fault(Reason.UNPARSABLE, "no items and meta in the response")
    found = {row["id"]: _item(answer, row) for row in rows(listed) if _is_an_id(row.get("id"))}
    return SearchResult(items=tuple(found.values()), complete=not listed or meta.get("nextPageToken") == "", page=page)


def _item(answer: Answer, row: dict[str, Any]) -> Item:
    item_id, status = row["id"], text(row.get("status")) or ""
    price = positive(row.get("price"))
    no_price = row.get("isNoPrice") is True or price == UNPRICED
    auction = mapping(row.get("auction"))
    pictures = _pictures(row)
    verdict = _verdict(row, status, auction=bool(auction), no_price=no_price, pictures=pictures)
    if verdict is states.AVAILABLE and price is None:
        verdict = _DOUBTFUL
    pays = _PAYERS.get(str(row.get("shippingPayerId")))
    return Item(
        marketplace=SITE.marketplace,
        item_id=item_id,
        state=verdict.state,
        reason=verdict.reason,
        evidence=evidence(answer, PARSER_VERSION, f"row of a search: id={item_id} status={status} price={price}"),
        url=SITE.page_url(item_id),
        title=text(row.get("name")) or text(row.get("title")),
        price_jpy=None if no_price else price,
        price_kind=items.price_kind(auction=bool(auction), no_price=no_price or price is None),
        raw_status=status or None,
        quantity=1,
        seller_id=identifier(row.get("sellerId")) or identifier(at(row, "shop", "id")),
        seller_name=text(row.get("shopName")),
        seller_kind="store" if ids.is_shops(item_id) else "private",
        images=pictures,
        condition_code=items.condition(row.get("itemConditionId")),
        brand=text(at(row, "itemBrand", "name")),
        shipping_payer="seller" if pays == "seller" else "buyer" if pays == "buyer" else None,
        shipping_cost_jpy=0 if pays == "seller" else None,
        end_at=iso_time(auction.get("bidDeadline")),
        bids=integer(auction.get("totalBid")),
        created_at=unix_time(row.get("created")),
        updated_at=unix_time(row.get("updated")),
        revision=identifier(row.get("updated")),
    )


def _verdict(row: dict[str, Any], status: str, *, auction: bool, no_price: bool, pictures: tuple[str, ...]) -> Verdict:
    """Return the verdict as for an item. A state that prevents a purchase needs pictures with the row's id."""
    if not status:
        return _DOUBTFUL
    verdict = states.verdict(status, auction=auction, no_price=no_price)
    sure = verdict.state in (State.AVAILABLE, State.UNKNOWN)
    return verdict if sure or ids.is_pictured(row["id"], pictures) else _DOUBTFUL


_DOUBTFUL = Verdict(State.UNKNOWN, Reason.UNPARSABLE)


def _is_an_id(value: Any) -> bool:
    return isinstance(value, str) and SITE.is_item(value)


def _pictures(row: dict[str, Any]) -> tuple[str, ...]:
    """Return the addresses of the photos, or those of the thumbnails when there are no photos."""
    photos = tuple(address for photo in rows(row.get("photos")) if (address := text(photo.get("uri"))))
    return photos or strings(row.get("thumbnails"))
