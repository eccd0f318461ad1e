"""Responses that prove nothing about an item, and the few that do, for each kind of item. `{id}` stands for its id."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from tests.unit.mercari_proxy import test_items as mercari
from tests.unit.mercari_proxy import test_shops as mercari_shops
from tests.unit.yahoo_proxy import test_item_page as yahoo

from mercarich_contracts.market import State

JSON_ROUTE = "/api/detail/v2/"


@dataclass(frozen=True)
class Wire:
    """A response, and that of the item as JSON where it is another one."""

    name: str
    status: int
    body: str = ""
    headers: dict[str, str] = field(default_factory=dict)
    as_json: "Wire | None" = None
    proves: State | None = None
    looks: int = 1
    """After how many looks it is proved."""


_ROUTE = "404 page not found"
_GATEWAY_5 = json.dumps({"code": 5, "message": "Not Found", "details": []})
_GATEWAY_12 = json.dumps({"code": 12, "message": "Method Not Allowed", "details": []})
_CLOUDFLARE = "<!DOCTYPE html><html><title>Attention Required! | Cloudflare</title></html>"
_MAINTENANCE = "<html><h1>ただいまメンテナンス中です</h1><p>/jp/auction/{id}</p></html>"
_CAPTCHA = "<html><script src='/captcha.js'></script><p>{id}</p></html>"
_NO_AUCTION = json.dumps({"error": {"status": 404, "message": "指定されたオークションは存在しません"}})
_GATEWAY = json.dumps({"error": {"status": 404, "code": "GW0001", "message": "Not Found"}})
_REFUSED = json.dumps({"error": {"status": 423, "code": "GW0002", "message": "アクセスできませんでした"}})
_AWAY = ("/", "/sorry.html", "/html/maintenance", "/closedsearch/closedsearch", "/jp/auction/y1299999999", "")


def everywhere() -> Iterator[Wire]:
    """What any server on the way may say, of any item."""
    for name, body in {
        "a route's 404": _ROUTE,
        "a gateway's code 5": _GATEWAY_5,
        "a gateway's code 12": _GATEWAY_12,
        "nothing": "",
        "another JSON code": json.dumps({"code": 13, "message": "internal"}),
        "an empty object": "{}",
        "null": "null",
        "a list of errors without one": json.dumps({"result": "error", "errors": []}),
        "Cloudflare's page": _CLOUDFLARE,
        "a bare HTML page": "<html><h1>404 Not Found</h1></html>",
        "the block page": "<h1>ページが表示できません</h1>",
    }.items():
        yield Wire(f"404 with {name}", 404, body)
        yield Wire(f"410 with {name}", 410, body)
    for status in (301, 302, 303, 307, 308):
        yield Wire(f"{status} to nowhere", status)
    for name, body in {
        "maintenance": _MAINTENANCE,
        "captcha": _CAPTCHA,
        "Cloudflare's page": _CLOUDFLARE,
        "nothing": "",
    }.items():
        yield Wire(f"200 with {name}", 200, body)
    for status in (400, 401, 403, 406, 423, 429, 451, 500, 502, 503):
        yield Wire(f"{status} with a 404's words", status, json.dumps(mercari.NOT_FOUND))


def of_yahoo() -> Iterator[Wire]:
    closed = {"status": "closed", "bids": 0}
    over = {"isClosed": "1", "bids": "0"}
    yield from everywhere()
    for away in (*_AWAY, "https://login.yahoo.co.jp/jp/auction/{id}", "https://auctions.yahoo.co.jp/consent?done={id}"):
        for status in (302, 307):
            yield Wire(f"{status} to {away}", status, headers={"location": away})
    for name, changes in {"open": {"bidorbuy": 5000}, "an auction": {}, "flea": {"isFleaMarket": True}}.items():
        yield Wire(f"404 with the page of one that is {name}", 404, _yahoo(changes, {"winPrice": "0"}))
    yield Wire("404 with another auction's page", 404, _yahoo({**closed, "auctionId": "y1299999999"}, {}))
    yield Wire("404 with blocks that differ", 404, _yahoo({"status": "closed"}, {"isClosed": "0"}))
    yield Wire("404 with the ended sentence", 404, f"<p>{yahoo.ENDED}</p>" + _MAINTENANCE)
    yield Wire("200 maintenance that quotes the ended sentence", 200, f"<p>{yahoo.ENDED}</p>" + _MAINTENANCE)
    yield Wire("410 with a closed page", 410, _yahoo(closed, over))
    yield Wire("503 with a closed page", 503, _yahoo(closed, over))
    blocked = yahoo.page(None, yahoo.page_data(**over), "ページが表示できません").replace(yahoo.ID, "{id}")
    yield Wire("the block page over a closed one", 404, blocked)
    for name, answer in {
        "the item": Wire("", 200, json.dumps({"auctionId": "{id}", "status": "closed"})),
        "the gateway's 404": Wire("", 404, _GATEWAY),
        "a refusal": Wire("", 423, _REFUSED),
        "another status in the body": Wire("", 404, _NO_AUCTION.replace("404", "403")),
        "a status of another type": Wire("", 404, _NO_AUCTION.replace("404", '"404"')),
        "no message": Wire("", 404, json.dumps({"error": {"status": 404}})),
        "its words with 200": Wire("", 200, _NO_AUCTION),
        "a 500": Wire("", 500, _NO_AUCTION),
        "a redirect": Wire("", 302, headers={"location": "/"}),
    }.items():
        yield Wire(f"no page, and as JSON {name}", 404, _ROUTE, as_json=answer)
    yield Wire("404, closed without bids", 404, _yahoo(closed, over), proves=State.ENDED)
    yield Wire(
        "404, won", 404, _yahoo({"status": "closed", "bids": 3}, {"isClosed": "1", "bids": "3"}), proves=State.SOLD
    )
    said = Wire("", 404, _NO_AUCTION)
    yield Wire("no page, and no such auction", 404, _ROUTE, as_json=said, proves=State.GONE, looks=2)


def of_mercari() -> Iterator[Wire]:
    yield from everywhere()
    yield Wire("404 with the item on sale", 404, _mercari())
    yield Wire("404 with the item sold", 404, _mercari(status="sold_out"))
    yield Wire("404 of the Shops route", 404, json.dumps(mercari.NO_PRODUCT))
    yield Wire("404 of another legacy code", 404, json.dumps(mercari.NOT_FOUND).replace("RecordNotFound", "Invalid"))
    yield Wire("200 with a 404's words", 200, json.dumps(mercari.NOT_FOUND))
    for value in ("no", "yes", 0, 1, [], {}):
        yield Wire(f"is_no_price {value!r}", 200, _mercari(is_no_price=value))
    for value in ("", False, 0, []):
        yield Wire(f"auction_info {value!r}", 200, _mercari(auction_info=value))
    for value in (None, 1, True, ["sold_out"], "SOLD_OUT_", "公開停止"):
        yield Wire(f"status {value!r}", 200, _mercari(status=value))
    yield Wire("no such item", 404, json.dumps(mercari.NOT_FOUND), proves=State.GONE)


def of_shops() -> Iterator[Wire]:
    yield from everywhere()
    yield Wire("404 with the product", 404, _shops())
    yield Wire("404 of the items' route", 404, json.dumps(mercari.NOT_FOUND))
    yield Wire("a code of another type", 404, json.dumps({**mercari.NO_PRODUCT, "code": "5"}))
    yield Wire("another code", 404, json.dumps({**mercari.NO_PRODUCT, "code": 7}))
    yield Wire("200 with a 404's words", 200, json.dumps(mercari.NO_PRODUCT))
    for value in ("yes", "no", 1, 0):
        yield Wire(f"isBlockedShop {value!r}", 200, _shops(isBlockedShop=value))
    for value in (None, [], "0", [{"quantity": None}], [{"quantity": "0"}, {}], {"quantity": "0"}):
        yield Wire(f"variants {value!r}", 200, _shops(detail={"variants": value}))
    yield Wire("no such product", 404, json.dumps(mercari.NO_PRODUCT), proves=State.GONE)


def _yahoo(changes: dict[str, Any], data: dict[str, str]) -> str:
    return yahoo.page(yahoo.item(**changes), yahoo.page_data(**data)).replace(yahoo.ID, "{id}")


def _mercari(**changes: Any) -> str:
    return json.dumps(mercari.page(id="{id}", **changes))


def _shops(**changes: Any) -> str:
    return json.dumps(mercari_shops.product(**changes)).replace(mercari_shops.SHOP_ID, "{id}")
