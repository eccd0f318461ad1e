"""Mercari's recordings, served through `UPSTREAM=web` and `UPSTREAM_URL`, and read back."""

import json
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from tests.services.proxies import Asked, Reply, serving, upstream
from tests.services.recordings import recorded, recorded_errors

from mercarich_contracts.proxy_api import CHECK_LINE, Item, ItemLine, SearchResult
from mercarich_mercari_proxy.bootstrap import PROXY
from mercarich_mercari_proxy.settings import MercariProxySettings

WORDS = {"on_sale": ("available", None), "trading": ("sold", "in_transaction"), "sold_out": ("sold", "sold_out")}


def cassettes(part: str) -> Iterator[tuple[dict[str, Any], int, Any]]:
    """Request, status and body of each recorded call to an endpoint."""
    for file in sorted(recorded("mercari", "cassettes").glob("*.json")):
        cassette = json.loads(file.read_text())
        if part in cassette["request"]["url"]:
            yield cassette["request"], cassette["response"]["status"], cassette["response"]["json"]


def encoded(document: Any) -> bytes:
    return json.dumps(document, ensure_ascii=False).encode()


@pytest.fixture
def replay() -> Iterator[tuple[dict[str, Reply], list[Asked], httpx.Client]]:
    """The response for each path, to be filled in; the requests received; a client of a proxy in front of it."""
    replies: dict[str, Reply] = {}

    def answer(asked: Asked) -> Reply:
        return replies.get(asked.query.get("id") or asked.query.get("seller_id") or asked.path, Reply(status=500))

    with upstream(answer) as market:
        settings = MercariProxySettings(upstream="web", upstream_url=market.url, accept_terms="yes", cache_seconds=0)
        with serving(PROXY.build(settings)) as url, httpx.Client(base_url=url, trust_env=False, timeout=20) as client:
            yield replies, market.asked, client


Replay = tuple[dict[str, Reply], list[Asked], httpx.Client]


def recorded_items() -> list[dict[str, Any]]:
    newer = json.loads(recorded("mercari", "2026-09", "items_get.on_sale.json").read_text())
    return [document for _, status, document in cassettes("/items/get?") if status == 200] + [newer]


def test_every_recorded_item_is_read_right(replay: Replay) -> None:
    replies, asked, client = replay
    documents = recorded_items()
    assert len(documents) >= 3
    for document in documents:
        data = document["data"]
        replies[data["id"]] = Reply(encoded(document))
        seen = Item.model_validate_json(client.get(f"/v1/items/{data['id']}").content)

        assert (seen.item_id, seen.title, seen.price_jpy) == (data["id"], data["name"], data["price"])
        assert (seen.state, seen.reason) == WORDS[data["status"]]
        assert (seen.seller_id, seen.seller_name) == (str(data["seller"]["id"]), data["seller"]["name"])
        assert seen.seller_rating_good == data["seller"]["ratings"]["good"]
        assert list(seen.images) == data["photos"]
        assert seen.condition_code == data["item_condition"]["id"]
        assert seen.revision == data["checksum"]
        assert seen.evidence.http_status == 200
        assert f"status={data['status']}" in seen.evidence.extract
    assert all(each.headers["x-platform"] == "web" and each.headers["dpop"].count(".") == 2 for each in asked)
    assert all(each.headers["user-agent"].startswith("mercarich/") for each in asked)


def test_every_recorded_error_has_its_class(replay: Replay) -> None:
    replies, _, client = replay
    classes = ["gone", "bad_request", "bad_request", "auth", "auth", "bad_request", "gone", "unparsable", "blocked"]
    shop = "AbCdEfGhIjKlMnOpQrStUv"
    for number, (status, body, endpoint) in enumerate(recorded_errors("mercari")):
        item_id = shop if "shops" in endpoint else f"m{number:011}"
        path = f"/v1/marketplaces/shops/products/{shop}" if "shops" in endpoint else item_id
        replies[path] = Reply(body, status)
        seen = client.get(f"/v1/items/{item_id}").json()

        assert seen["error_class"] == [*classes, "rate_limited"][number], endpoint
        assert seen["state"] == ("gone" if endpoint == "GET /items/get" or "shops/products" in endpoint else "unknown")
        assert seen["evidence"]["http_status"] == status


def test_every_recorded_search_is_read_right(replay: Replay) -> None:
    replies, asked, client = replay
    newer = json.loads(recorded("mercari", "2026-09", "entities_search.auction.json").read_text())
    documents = [document for _, _, document in cassettes("entities:search")] + [newer]
    assert len(documents) >= 10
    for document in documents:
        replies["/v2/entities:search"] = Reply(encoded(document))
        answer = client.post("/v1/search", json={"keyword": "sharpnel", "price_min": 10, "conditions": [2], "page": 1})
        found = SearchResult.model_validate_json(answer.content)
        rows = {row["id"]: row for row in document["items"]}

        assert [seen.item_id for seen in found.items] == list(rows)
        assert found.complete is (document["meta"]["nextPageToken"] == "")
        for seen in found.items:
            check_row(seen, rows[seen.item_id])
    condition = json.loads(asked[-1].body)["searchCondition"]
    assert (condition["keyword"], condition["priceMin"], condition["itemConditionId"]) == ("sharpnel", 10, [2])
    assert json.loads(asked[-1].body)["pageToken"] == "v1:1"


def check_row(seen: Item, row: dict[str, Any]) -> None:
    word = row["status"].removeprefix("ITEM_STATUS_").lower()
    auction = row.get("auction") is not None
    photos = [photo["uri"] for photo in row.get("photos", [])] or row["thumbnails"]

    assert (seen.title, seen.seller_id, list(seen.images)) == (row["name"], row["sellerId"], photos)
    assert seen.price_jpy == int(row["price"])
    assert (seen.state, seen.reason) == (("unbuyable", "auction_only") if auction else WORDS[word])
    assert seen.condition_code == int(row["itemConditionId"])


def test_the_recorded_sellers_list_answers_its_items_and_the_rest_is_looked_at_singly(replay: Replay) -> None:
    replies, asked, client = replay
    _, _, document = next(cassettes("get_items"))
    row = document["data"][0]
    other = recorded_items()[0]
    seller = str(row["seller"]["id"])
    replies[seller] = Reply(encoded(document))
    replies[other["data"]["id"]] = Reply(encoded(other))
    ids = [row["id"], other["data"]["id"]]
    answer = client.post("/v1/items:check", json={"ids": ids, "sellers": dict.fromkeys(ids, seller)})
    lines = [CHECK_LINE.validate_json(line) for line in answer.content.splitlines()]
    seen = {line.item.item_id: line.item for line in lines if isinstance(line, ItemLine)}

    assert set(seen) == set(ids)
    first = seen[row["id"]]
    assert (first.state, first.title, first.price_jpy) == ("available", row["name"], row["price"])
    assert "get_items" in first.evidence.url
    assert seen[other["data"]["id"]].title == other["data"]["name"]
    assert [each.path for each in asked] == ["/items/get_items", "/items/get"]


def test_the_legacy_routes_answer_in_the_old_form(replay: Replay) -> None:
    replies, _, client = replay
    document = json.loads(recorded("mercari", "2026-09", "items_get.on_sale.json").read_text())
    data = document["data"]
    replies[data["id"]] = Reply(encoded(document))
    _, status, missing = next(each for each in cassettes("m00000000000"))
    replies["m00000000000"] = Reply(encoded(missing), status)
    replies["m11111111111"] = Reply(status=403)

    old = client.get(f"/mercari/item/{data['id']}").json()
    assert old["status"] is True
    assert (old["item"]["name"], old["item"]["price"], old["item"]["status"]) == (data["name"], 70000, "on_sale")
    assert old["item"]["photos"][0]["url"] == data["photos"][0]
    assert old["item"]["item_condition"]["name"] == data["item_condition"]["name"]
    assert old["item"]["shipping_duration"]["max_days"] == 3
    assert old["item"]["seller"]["ratings"] == {"good": 75, "normal": 0, "bad": 0}
    assert client.get("/mercari/item/m00000000000").json() == {"status": False, "item": None}
    unknown = client.get("/mercari/item/m11111111111")
    assert (unknown.status_code, unknown.json()["error"]) == (503, "blocked")
    malformed = client.get("/mercari/item/12345")
    assert (malformed.status_code, malformed.json()["error"]) == (422, "malformed_id")
    for answer in (unknown, malformed):
        assert (answer.json()["status"], answer.json()["item"]) == ("unknown", None), "false: the item was deleted"


def test_the_legacy_search_answers_in_the_old_form(replay: Replay) -> None:
    replies, asked, client = replay
    _, _, document = next(cassettes("entities:search"))
    replies["/v2/entities:search"] = Reply(encoded(document))
    query = (
        "keyword=x&page=0&item_condition_id=1,2&item_condition_id=3&shipping_payer_id=2&status_id=on_sale&price_max=9"
    )
    old = client.get(f"/mercari/search?{query}").json()
    on_sale = [row for row in document["items"] if row["status"] == "ITEM_STATUS_ON_SALE"]

    assert (old["status"], old["items"]["next"]) == (True, None)
    assert [row["id"] for row in old["items"]["data"]] == [row["id"] for row in on_sale]
    assert old["items"]["data"][0]["seller"] == {"id": on_sale[0]["sellerId"]}
    condition = json.loads(asked[-1].body)["searchCondition"]
    assert (condition["itemConditionId"], condition["priceMax"]) == ([1, 2, 3], 9)
    replies["/v2/entities:search"] = Reply(status=403)
    assert client.get("/mercari/search?keyword=x").status_code == 503
    assert client.get("/mercari/search?keyword=").status_code == 422
