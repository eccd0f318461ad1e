"""Mercari's recorded responses: every error has its class, and no damage to any of them takes an item off sale."""

import json
import random
from collections.abc import Iterator
from datetime import UTC, datetime
from functools import partial
from typing import Any

import pytest
from tests.services.recordings import recorded, recorded_errors, without_each_part

from mercarich_contracts.market import ErrorClass, State
from mercarich_contracts.proxy_api import Item
from mercarich_marketplace.answers import Answer, Fault
from mercarich_mercari_proxy.adapters import items, search, sellers, shops

AT = datetime(2026, 11, 25, tzinfo=UTC)
FATAL = {State.GONE, State.SOLD, State.ENDED, State.SUSPENDED}
CLASSES = {
    (404, "GET /items/get"): ErrorClass.GONE,
    (400, "GET /items/get with a Shops id or malformed id"): ErrorClass.BAD_REQUEST,
    (400, "any, X-Platform missing or not web"): ErrorClass.BAD_REQUEST,
    (401, "any, DPoP missing"): ErrorClass.AUTH,
    (401, "any, htu/htm mismatch"): ErrorClass.AUTH,
    (400, "POST /v2/entities:search bad type/enum"): ErrorClass.BAD_REQUEST,
    (404, "GET /v1/marketplaces/shops/products/{id}"): ErrorClass.GONE,
    (404, "unknown path"): ErrorClass.UNPARSABLE,
    (403, "any (Cloudflare block)"): ErrorClass.BLOCKED,
    (429, "any"): ErrorClass.RATE_LIMITED,
}
PROOF = {"GET /items/get", "GET /v1/marketplaces/shops/products/{id}"}


def answer(body: bytes, status: int = 200) -> Answer:
    return Answer("http://mercari/x", status, {}, body, AT)


def test_every_recorded_error_has_its_class_and_only_mercaris_own_word_is_proof() -> None:
    errors = recorded_errors("mercari")
    assert {(status, endpoint) for status, _, endpoint in errors} == set(CLASSES)
    for status, body, endpoint in errors:
        read = shops.read if "shops" in endpoint else items.read
        if endpoint in PROOF:
            seen = read(answer(body, status), "m12345678901")
            assert (seen.state, seen.error_class) == (State.GONE, CLASSES[status, endpoint])
            continue
        with pytest.raises(Fault) as caught:
            read(answer(body, status), "m12345678901")
        assert caught.value.error_class is CLASSES[status, endpoint], endpoint


def documents() -> Iterator[tuple[str, int, Any, Any]]:
    """Name, status, JSON and reader of every recording about items."""
    for file in sorted(recorded("mercari", "cassettes").glob("*.json")):
        cassette = json.loads(file.read_text())
        url, response = cassette["request"]["url"], cassette["response"]
        read: Any
        if "/items/get?" in url:
            read = partial(items.read, item_id=url.partition("id=")[2])
        elif "get_items" in url:
            wanted = {row["id"] for row in response["json"]["data"]}
            read = partial(sellers.read, seller_id=str(response["json"]["data"][0]["seller"]["id"]), wanted=wanted)
        elif "entities:search" in url:
            read = partial(search.read, page=0)
        else:
            continue
        yield file.stem, response["status"], response["json"], read
    newer = json.loads(recorded("mercari", "2026-09", "items_get.on_sale.json").read_text())
    yield "items_get.on_sale", 200, newer, partial(items.read, item_id=newer["data"]["id"])
    auctions = json.loads(recorded("mercari", "2026-09", "entities_search.auction.json").read_text())
    yield "entities_search.auction", 200, auctions, partial(search.read, page=0)


def states(read: Any, body: bytes, status: int) -> dict[str, State]:
    """Return the reader's result for each item; a fault says nothing."""
    try:
        seen = read(answer(body, status))
    except Fault:
        return {}
    if isinstance(seen, Item):
        return {seen.item_id: seen.state}
    listed = seen.items.values() if isinstance(seen, sellers.Page) else seen.items
    return {each.item_id: each.state for each in listed}


def worsened(before: dict[str, State], after: dict[str, State]) -> dict[str, State]:
    """Return what the damage changed wrongly: an item now off sale that was not, or now unbuyable that was buyable."""
    return {
        item_id: state
        for item_id, state in after.items()
        if (state in FATAL and before.get(item_id) is not state)
        or (state is State.UNBUYABLE and before.get(item_id) is State.AVAILABLE)
    }


def test_the_recordings_are_read_at_all() -> None:
    seen = {name: states(read, encoded(document), status) for name, status, document, read in documents()}

    assert len(seen) >= 15
    assert all(seen.values())


def test_no_missing_key_or_entry_takes_an_item_off_sale() -> None:
    tried = 0
    for name, status, document, read in documents():
        if "search" in name and isinstance(document.get("items"), list):
            document = {**document, "items": document["items"][:12]}
        before = states(read, encoded(document), status)
        for path, damaged in without_each_part(document):
            tried += 1
            assert not worsened(before, states(read, encoded(damaged), status)), f"{name} without {path}"
    assert tried > 2000


@pytest.mark.parametrize("seed", range(4))
def test_no_missing_bytes_take_an_item_off_sale(seed: int) -> None:
    draw = random.Random(seed)
    for name, status, document, read in documents():
        body = encoded(document)[:60_000]
        body = encoded(document) if len(body) < 60_000 else encoded({**document, "items": document["items"][:12]})
        before = states(read, body, status)
        for _ in range(400):
            start = draw.randrange(len(body))
            end = draw.choice([len(body), start + draw.randrange(1, 3000), start + draw.randrange(1, 12)])
            damaged = body[:start] + body[end:]
            assert not worsened(before, states(read, damaged, status)), f"{name} without bytes {start} to {end}"


def test_a_status_of_one_row_spliced_behind_the_id_of_another_is_not_believed() -> None:
    name, status, document, read = next(each for each in documents() if "sort_by_created" in each[0])
    rows = document["items"]
    on_sale = next(index for index, row in enumerate(rows) if row["status"] == "ITEM_STATUS_ON_SALE")
    sold = next(index for index, row in enumerate(rows) if index > on_sale and row["status"] != "ITEM_STATUS_ON_SALE")
    first, second = encoded(rows[on_sale]), encoded(rows[sold])
    spliced = first[: first.index(b'"status"')] + second[second.index(b'"status"') :]
    body = encoded({**document, "items": [json.loads(spliced)]})

    assert states(read, body, status) == {rows[on_sale]["id"]: State.UNKNOWN}, name


def encoded(document: Any) -> bytes:
    return json.dumps(document, ensure_ascii=False, separators=(",", ":")).encode()
