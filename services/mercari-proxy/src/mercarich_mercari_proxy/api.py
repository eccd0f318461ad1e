"""The legacy routes of the former Mercari proxy, for clients that still use them."""

from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from fastapi.responses import JSONResponse
from pydantic import ValidationError

from mercarich_contracts.market import Reason, State
from mercarich_contracts.proxy_api import Item, ProxyError, SearchRequest
from mercarich_marketplace.app import PATIENCE_SECONDS, Refusal, searched
from mercarich_marketplace.observer import Observer
from mercarich_marketplace.turns import Flow
from mercarich_mercari_proxy.domain import conditions

_WORDS = {State.AVAILABLE: "on_sale", State.SOLD: "sold_out", State.GONE: "cancel"}
_PAID_BY_SELLER = "2"


def legacy_routes(observer: Observer) -> APIRouter:
    """Return the routes `/mercari/item/{id}` and `/mercari/search`.

    An unknown state is answered with 503, an id that no item can have with 422, and both with `status: "unknown"`: old
    clients read that key, and take `status: false` for a deleted item.
    """
    routes = APIRouter(prefix="/mercari")

    @routes.get("/item/{item_id}")
    async def item(item_id: str) -> JSONResponse:
        seen = await observer.look(item_id, Flow(patience=PATIENCE_SECONDS))
        if seen.state is State.UNKNOWN:
            problem = ProxyError(error=str(seen.reason), message=seen.evidence.extract)
            code = 422 if seen.reason is Reason.MALFORMED_ID else 503
            return JSONResponse({"status": "unknown", "item": None, **problem.model_dump()}, code)
        if seen.reason is Reason.NOT_FOUND:
            return JSONResponse({"status": False, "item": None})
        return JSONResponse({"status": True, "item": _item(seen)})

    @routes.get("/search", responses={503: {"model": ProxyError}})
    async def search(
        request: Request,
        keyword: Annotated[str, Query(min_length=1, max_length=200)],
        page: Annotated[int, Query(ge=0, le=100)] = 0,
    ) -> JSONResponse:
        result = await searched(observer, _search_request(request, keyword, page))
        payer_ids = _values(request, "shipping_payer_id")
        rows = [
            _row(found)
            for found in result.items
            if found.state is State.AVAILABLE and (payer_ids != [_PAID_BY_SELLER] or found.shipping_payer == "seller")
        ]
        following = None if result.complete else page + 1
        return JSONResponse({"status": True, "items": {"next": following, "data": rows}})

    return routes


def _search_request(request: Request, keyword: str, page: int) -> SearchRequest:
    query = request.query_params
    try:
        return SearchRequest.model_validate(
            {
                "keyword": keyword,
                "page": page,
                "price_min": query.get("price_min") or None,
                "price_max": query.get("price_max") or None,
                "conditions": _values(request, "item_condition_id"),
            }
        )
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        raise Refusal(422, "invalid_request", f"{first['loc'][0]}: {first['msg']}") from None


def _values(request: Request, name: str) -> list[str]:
    """Return the values of a parameter that clients may repeat or separate by commas."""
    return [value for given in request.query_params.getlist(name) for value in given.split(",") if value]


def _item(item: Item) -> dict[str, Any]:
    return {
        "id": item.item_id,
        "name": item.title,
        "price": item.price_jpy,
        "num_likes": item.likes or 0,
        "status": _status(item),
        "photos": [{"url": address} for address in item.images],
        "item_condition": {"id": item.condition_code, "name": conditions.WORDS.get(item.condition_code or 0)},
        "shipping_duration": {"max_days": item.ship_days_max},
        "shipping_from_area": {"name": item.ships_from},
        "seller": {
            "id": item.seller_id,
            "name": item.seller_name,
            "ratings": {
                "good": item.seller_rating_good or 0,
                "normal": 0,
                "bad": item.seller_rating_bad or 0,
            },
        },
    }


def _status(item: Item) -> str:
    """Return the status for old clients, which buy at `on_sale` and know no auctions: so auctions are `stop`."""
    if item.raw_status in ("trading", "admin_cancel"):
        return item.raw_status
    return _WORDS.get(item.state, "stop")


def _row(item: Item) -> dict[str, Any]:
    return {
        "id": item.item_id,
        "name": item.title,
        "price": item.price_jpy,
        "num_likes": item.likes or 0,
        "thumbnails": list(item.images),
        "seller": {"id": item.seller_id},
    }
