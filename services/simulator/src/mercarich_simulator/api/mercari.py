"""/mercari/…: Mercari's web API behind its DPoP check."""

from collections.abc import Callable
from typing import Any

from mercarich_simulator.api.images import image
from mercarich_simulator.api.trouble import guarded
from mercarich_simulator.faults import FIELDS, NOTHING_THERE, spoiled
from mercarich_simulator.identity import SHOPS_LENGTH
from mercarich_simulator.shelf import MERCARI
from mercarich_simulator.sites.look import Look
from mercarich_simulator.sites.mercari_item import item_object, profile, seller_page
from mercarich_simulator.sites.mercari_search import search_answer
from mercarich_simulator.sites.mercari_shops import NOT_FOUND_STATES, product_object
from mercarich_simulator.sites.pictures import IMAGES
from mercarich_simulator.web import Reply, Request, json_reply, text_reply
from mercarich_simulator.world import World

_SHOPS = "/v1/marketplaces/shops/products/"
_MAX_ROWS = 100
_NO_PAGER = 2**63


class MercariApi:
    """Handle requests below /mercari/."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._operations: dict[tuple[str, str], tuple[str, Callable[[Request], Reply]]] = {
            ("GET", "/items/get"): ("item", self._item),
            ("GET", "/items/get_items"): ("seller_items", self._seller_items),
            ("GET", "/users/get_profile"): ("profile", self._profile),
            ("GET", "/v1/marketplaces/-/products:batchGet"): ("shops_batch", self._batch),
            ("POST", "/v2/entities:search"): ("search", self._search),
        }

    def answer(self, request: Request) -> Reply:
        path = request.path.removeprefix("/mercari")
        if path.startswith(IMAGES):
            return image(self._world, MERCARI, path)
        operation, handle = self._operations.get((request.method, path), ("unknown", _unknown))
        if path.startswith(_SHOPS) and request.method == "GET":
            operation, handle = "shops_product", self._product
        self._world.count(MERCARI, operation)
        names = (*_named(request, path), operation)
        return guarded(self._world, MERCARI, names, lambda: self._checked(request, path, handle))

    def _checked(self, request: Request, path: str, handle: Callable[[Request], Reply]) -> Reply:
        refusal = self._world.dpop.refusal(request.headers.get("dpop", ""), request.method, path)
        if refusal:
            return _grpc_error(401, 16 if "missing" in refusal else 3, f"unauthorized: {refusal}")
        if request.headers.get("x-platform") != "web":
            return _legacy_error(400, "UnsupportedVersionException", "unsupported")
        return handle(request)

    def _item(self, request: Request) -> Reply:
        item_id = request.query.get("id", "")
        if not (item_id.startswith("m") and item_id[1:].isdecimal()):
            return _legacy_error(400, "InvalidArgument", "bad id")
        look = self._find(item_id, "item")
        if look is None or look.state == "deleted":
            return _legacy_error(404, "RecordNotFoundException", "見つかりませんでした")
        return json_reply({"result": "OK", "data": self._robbed(item_object(look), look), "meta": {}})

    def _product(self, request: Request) -> Reply:
        product_id = request.path.removeprefix("/mercari" + _SHOPS)
        look = self._find(product_id, "shops_product") if len(product_id) == SHOPS_LENGTH else None
        if look is None or look.state in NOT_FOUND_STATES:
            return _grpc_error(404, 5, "product not found")
        return json_reply(self._robbed(product_object(look), look))

    def _batch(self, request: Request) -> Reply:
        prefix = "marketplaces/shops/products/"
        names = [name for name in request.queries.get("names", []) if name.startswith(prefix)]
        looks = [self._find(name.removeprefix(prefix), "shops_batch") for name in names]
        found = [look for look in looks if look and look.item.kind == "shops" and look.state not in NOT_FOUND_STATES]
        return json_reply({"products": [product_object(look) for look in found]})

    def _seller_items(self, request: Request) -> Reply:
        query = request.query
        limit, pager = query.get("limit", "30"), query.get("max_pager_id", str(_NO_PAGER))
        if not limit.isdecimal() or not 1 <= int(limit) <= _MAX_ROWS or not pager.isdecimal():
            return _legacy_error(400, "InvalidArgument", "bad limit")
        statuses = set(query.get("status", "on_sale,trading,sold_out").split(","))
        page = (int(limit), int(pager))
        seller_id = query.get("seller_id", "")
        listed = seller_page(self._world.market, seller_id, statuses, page, self._world.clock.now())
        if self._shows_nothing(seller_id, "seller_items"):
            return json_reply({**listed, "data": [], "meta": {"has_next": False}})
        fault = self._world.faults.pick(MERCARI, (seller_id,), self._world.clock.wall(), inner=FIELDS)
        return json_reply({**listed, "data": [spoiled(row, fault) if fault else row for row in listed["data"]]})

    def _profile(self, request: Request) -> Reply:
        full = request.query.get("_user_format") == "profile"
        data = profile(self._world.market, request.query.get("user_id", ""), self._world.clock.now(), full)
        if data is None:
            return _legacy_error(404, "RecordNotFoundException", "見つかりませんでした")
        return json_reply({"result": "OK", "data": data, "meta": {}})

    def _search(self, request: Request) -> Reply:
        try:
            return json_reply(search_answer(self._world.market, request.json(), self._world.clock.now()))
        except (ValueError, TypeError, AttributeError) as error:
            return _grpc_error(400, 3, str(error))

    def _find(self, item_id: str, operation: str) -> Look | None:
        if self._shows_nothing(item_id, operation):
            return None
        return self._world.market.find(MERCARI, item_id, self._world.clock.now())

    def _shows_nothing(self, *names: str) -> bool:
        return self._world.faults.pick(MERCARI, names, self._world.clock.wall(), inner=NOTHING_THERE) is not None

    def _robbed(self, document: dict[str, Any], look: Look) -> dict[str, Any]:
        names = (look.item.item_id, look.item.seller_id)
        fault = self._world.faults.pick(MERCARI, names, self._world.clock.wall(), inner=FIELDS)
        return spoiled(document, fault) if fault else document


def _named(request: Request, path: str) -> tuple[str, ...]:
    """Return the names that a fault's `only` can match: the item id or the seller id of the request."""
    if path.startswith(_SHOPS):
        return (path.removeprefix(_SHOPS),)
    return tuple(request.query[name] for name in ("id", "seller_id", "user_id") if name in request.query)


def _unknown(_request: Request) -> Reply:
    return text_reply("404 page not found", 404)


def _legacy_error(status: int, code: str, message: str) -> Reply:
    return json_reply({"result": "error", "errors": [{"code": code, "message": message}], "meta": {}}, status)


def _grpc_error(status: int, code: int, message: str) -> Reply:
    return json_reply({"code": code, "message": message, "requestId": "0" * 32, "details": None}, status)
