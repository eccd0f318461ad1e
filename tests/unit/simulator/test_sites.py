"""The marketplaces' responses in each state, and how Mercari refuses a bad proof."""

import base64
import json
import os
import re
from pathlib import Path
from typing import Any

import orjson
import pytest
from cryptography.hazmat.primitives.asymmetric import ec, utils
from cryptography.hazmat.primitives.hashes import SHA256

RECORDED = Path(os.environ.get("MERCARICH_RECORDED_DATA", "../shared/data"))
needs_recordings = pytest.mark.skipif(
    not (RECORDED / "mercari").is_dir(), reason="MERCARICH_RECORDED_DATA holds no recordings"
)
NEXT = re.compile(r'<script id="__NEXT_DATA__" type="application/json">(.*?)</script>', re.DOTALL)
KEY = ec.generate_private_key(ec.SECP256R1())


def encoded(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode()


def proof(method: str, address: str, key: ec.EllipticCurvePrivateKey = KEY, pad: int = 32) -> str:
    point = key.public_key().public_numbers()
    jwk = {"crv": "P-256", "kty": "EC", "x": encoded(point.x.to_bytes(32)), "y": encoded(point.y.to_bytes(32))}
    header = orjson.dumps({"typ": "dpop+jwt", "alg": "ES256", "jwk": jwk})
    signed = f"{encoded(header)}.{encoded(orjson.dumps({'iat': 1, 'jti': 'j', 'htu': address, 'htm': method}))}"
    r, s = utils.decode_dss_signature(key.sign(signed.encode(), ec.ECDSA(SHA256())))
    return f"{signed}.{encoded(r.to_bytes(pad) + s.to_bytes(pad))}"


def mercari(sim: Any, address: str, body: Any = None) -> Any:
    method = "POST" if body is not None else "GET"
    signed = proof(method, "https://api.mercari.jp" + address.partition("?")[0])
    return sim.call(method, "/mercari" + address, body, {"dpop": signed, "x-platform": "web"})


def yahoo_item(body: bytes) -> dict[str, Any]:
    found = NEXT.search(body.decode())
    assert found
    props = orjson.loads(found.group(1))["props"]
    assert props["pageProps"]["initialState"]["item"] == props["initialState"]["item"]
    item: dict[str, Any] = props["initialState"]["item"]["detail"]["item"]
    return item


def first(sim: Any, marketplace: str, kind: str | None = None) -> dict[str, Any]:
    found: dict[str, Any] = next(
        row for row in sim.rows() if row["marketplace"] == marketplace and kind in (None, row["source_kind"])
    )
    return found


@pytest.mark.parametrize(
    ("state", "status", "closed", "winner", "buyable"),
    [
        ("available", "open", "0", "0", True),
        ("closing", "open", "0", "0", True),
        ("auction", "open", "0", "0", False),
        ("sold", "closed", "1", "1", False),
        ("ended", "closed", "1", "0", False),
        ("cancelled", "cancel", "1", "0", False),
        ("suspended", "suspend", "1", "0", False),
    ],
)
def test_a_yahoo_page_tells_each_state_in_yahoos_words(
    sim: Any, state: str, status: str, closed: str, winner: str, buyable: bool
) -> None:
    row = first(sim, "yahoo")
    if state != "available":
        sim.happen(row, state)
    body = sim.call("GET", f"/yahoo/jp/auction/{row['source_id']}").body
    item = yahoo_item(body)
    data = orjson.loads(body.decode().split("var pageData = ")[1].split(";</script>")[0])["items"]
    assert (item["auctionId"], item["status"], data["isClosed"], data["hasWinner"]) == (
        row["source_id"],
        status,
        closed,
        winner,
    )
    assert ("bidorbuy" in item) == buyable
    assert ("このオークションは終了しています" in body.decode()) == (closed == "1")
    assert (item["bids"] > 0) == (state == "sold") or state == "auction"
    assert (item["leftTime"] == 0) == (state not in {"available", "auction"})


def test_a_deleted_auction_is_404_and_a_flea_market_item_says_so(sim: Any) -> None:
    row = first(sim, "yahoo")
    sim.happen(row, "flea")
    assert yahoo_item(sim.call("GET", f"/yahoo/jp/auction/{row['source_id']}").body)["isFleaMarket"]
    sim.happen(row, "deleted")
    assert sim.call("GET", f"/yahoo/jp/auction/{row['source_id']}").status == 404
    assert sim.call("GET", f"/yahoo/auction/{row['source_id']}").status == 404


def test_half_of_the_ended_auctions_come_with_404_and_their_whole_page(sim: Any) -> None:
    rows = [row for row in sim.rows() if row["marketplace"] == "yahoo"][:40]
    for row in rows:
        sim.happen(row, "ended")
    replies = [sim.call("GET", f"/yahoo/jp/auction/{row['source_id']}") for row in rows]

    assert 5 < sum(reply.status == 404 for reply in replies) < len(rows) - 5
    assert {yahoo_item(reply.body)["status"] for reply in replies} == {"closed"}


def test_json_says_that_there_is_no_such_auction_and_refuses_bursts_for_minutes(sim: Any) -> None:
    row = first(sim, "yahoo")
    sim.happen(row, "deleted")

    def asked() -> Any:
        return sim.call("GET", f"/yahoo/api/detail/v2/items/{row['source_id']}")

    reply = asked()
    assert (reply.status, orjson.loads(reply.body)["error"]["status"]) == (404, 404)
    assert [asked().status for _ in range(10)] == [404] * 9 + [423]
    sim.advance(60)
    assert asked().status == 423
    sim.advance(61)
    assert asked().status == 404


def test_a_store_shows_its_price_without_tax_beside_the_payable_one(begin: Any) -> None:
    sim = begin(listings=1_000)
    items = [
        yahoo_item(sim.call("GET", f"/yahoo/jp/auction/{row['source_id']}").body)
        for row in sim.rows()
        if row["marketplace"] == "yahoo"
    ]
    stores = [item for item in items if item["seller"]["isStore"]]
    assert stores
    assert all(item["taxinBidorbuy"] == item["bidorbuy"] * 110 // 100 for item in stores)
    assert not any("taxinBidorbuy" in item for item in items if not item["seller"]["isStore"])


@pytest.mark.parametrize("size", [25_000, 100_000, 250_000])
def test_yahoo_pages_have_the_size_that_was_set(begin: Any, size: int) -> None:
    sim = begin(yahoo_page_bytes=size)
    bodies = [sim.call("GET", f"/yahoo/jp/auction/{row['source_id']}").body for row in sim.rows()[:40:2]]
    assert all(abs(len(body) - size) < 4_000 for body in bodies)


def test_a_yahoo_search_page_counts_and_windows_its_rows(sim: Any) -> None:
    body = sim.call("GET", "/yahoo/search/search?p=MX&b=51&n=50&aucmin_bidorbuy_price=1000").body.decode()
    assert body.count('<li class="Product">') == 50
    assert re.search(r'Tab__subText">[\d,]{3,}件', body)
    assert sim.call("GET", "/yahoo/search/search?p=nothing-of-it").body.decode().count('<li class="Product">') == 0


@pytest.mark.parametrize(
    ("state", "word"),
    [
        ("available", "on_sale"),
        ("trading", "trading"),
        ("sold", "sold_out"),
        ("suspended", "stop"),
        ("cancelled", "cancel"),
        ("admin_cancelled", "admin_cancel"),
        ("auction", "on_sale"),
        ("no_price", "on_sale"),
    ],
)
def test_mercari_tells_each_state_in_its_words(sim: Any, state: str, word: str) -> None:
    row = first(sim, "mercari", "ordinary")
    if state != "available":
        sim.happen(row, state)
    data = orjson.loads(mercari(sim, f"/items/get?id={row['source_id']}").body)["data"]
    assert (data["id"], data["status"], data["name"]) == (row["source_id"], word, row["title"])
    assert ("auction_info" in data, data.get("is_no_price", False)) == (state == "auction", state == "no_price")


def test_a_sold_shops_product_shows_in_tags_and_quantities(begin: Any) -> None:
    sim = begin(listings=1_000)
    row = first(sim, "mercari", "shops")
    address = f"/v1/marketplaces/shops/products/{row['source_id']}?view=FULL"
    product = orjson.loads(mercari(sim, address).body)
    assert (product["productTags"], product["productDetail"]["variants"][0]["quantity"]) == ([], "1")
    sim.happen(row, "sold")
    product = orjson.loads(mercari(sim, address).body)
    assert (product["productTags"], product["productDetail"]["variants"][0]["quantity"]) == (["sold_out"], "0")
    sim.happen(row, "deleted")
    gone = mercari(sim, address)
    assert (gone.status, orjson.loads(gone.body)["code"]) == (404, 5)
    assert mercari(sim, f"/items/get?id={row['source_id']}").status == 400


def test_a_deleted_item_has_mercaris_own_not_found_body(sim: Any) -> None:
    row = first(sim, "mercari", "ordinary")
    sim.happen(row, "deleted")
    reply = mercari(sim, f"/items/get?id={row['source_id']}")
    assert (reply.status, orjson.loads(reply.body)["errors"][0]["code"]) == (404, "RecordNotFoundException")


def test_a_sellers_items_come_in_pages_without_those_that_are_gone(begin: Any) -> None:
    sim = begin(listings=1_000)
    by_seller: dict[str, list[dict[str, Any]]] = {}
    for row in sim.rows():
        if row["source_kind"] == "ordinary":
            by_seller.setdefault(row["source_seller_id"], []).append(row)
    seller, rows = max(by_seller.items(), key=lambda pair: len(pair[1]))
    sim.happen(rows[0], "cancelled")
    sim.happen(rows[1], "trading")
    seen: dict[str, str] = {}
    address = f"/items/get_items?seller_id={seller}&limit=25&status=on_sale,trading,sold_out"
    more, pager = True, ""
    while more:
        page = orjson.loads(mercari(sim, address + pager).body)
        seen |= {item["id"]: item["status"] for item in page["data"]}
        more, pager = page["meta"]["has_next"], f"&max_pager_id={page['data'][-1]['pager_id'] - 1}"
    assert {row["source_id"] for row in rows} - set(seen) == {rows[0]["source_id"]}
    assert seen[rows[1]["source_id"]] == "trading"
    assert mercari(sim, f"/items/get_items?seller_id={seller}&limit=200").status == 400


def test_a_mercari_search_finds_filters_and_pages(sim: Any) -> None:
    row = first(sim, "mercari", "ordinary")
    model = next(word for word in row["title"].split() if word.startswith("MX-"))
    condition = {"keyword": model, "status": ["STATUS_ON_SALE"]}
    found = orjson.loads(mercari(sim, "/v2/entities:search", {"searchCondition": condition}).body)
    assert row["source_id"] in {item["id"] for item in found["items"]}
    sim.happen(row, "sold")
    found = orjson.loads(mercari(sim, "/v2/entities:search", {"searchCondition": condition}).body)
    assert row["source_id"] not in {item["id"] for item in found["items"]}
    wide = {"searchCondition": {"keyword": "MX"}, "pageSize": 50}
    page = orjson.loads(mercari(sim, "/v2/entities:search", wide).body)
    assert (len(page["items"]), page["meta"]["nextPageToken"]) == (50, "v1:1")
    assert mercari(sim, "/v2/entities:search", {"searchCondition": {"sellerId": [1]}}).status == 400


def test_mercari_refuses_a_missing_foreign_or_malformed_proof(sim: Any) -> None:
    row = first(sim, "mercari", "ordinary")
    path = f"/mercari/items/get?id={row['source_id']}"
    address = "https://api.mercari.jp/items/get"

    def status(signed: str | None, platform: str | None = "web") -> tuple[int, Any]:
        headers = {"dpop": signed} if signed else {}
        reply = sim.call("GET", path, headers=headers | ({"x-platform": platform} if platform else {}))
        return reply.status, orjson.loads(reply.body).get("code")

    good = proof("GET", address)
    signed, _, signature = good.rpartition(".")
    assert status(good) == (200, None)
    assert status(proof("GET", "http://127.0.0.1:8100/mercari/items/get?id=ignored")) == (200, None)
    assert status(None) == (401, 16)
    assert status(proof("POST", address)) == (401, 3)
    assert status(proof("GET", "https://api.mercari.jp/items/get_items")) == (401, 3)
    assert status(f"{signed}.{signature[:-4]}AAAA") == (401, 3)
    assert status(f"{signed}.{encoded(b'1' * 63)}") == (401, 3)
    assert status("no.proof") == (401, 3)
    assert status(good, platform=None)[0] == 400
    other = ec.generate_private_key(ec.SECP256R1())
    mixed = f"{signed}.{proof('GET', address, other).rpartition('.')[2]}"
    assert status(mixed) == (401, 3)


@needs_recordings
def test_no_key_that_the_recordings_have_in_common_is_missing(sim: Any) -> None:
    recorded = json.loads((RECORDED / "mercari/2026-09/items_get.on_sale.json").read_text("utf-8"))["data"]
    row = first(sim, "mercari", "ordinary")
    data = orjson.loads(mercari(sim, f"/items/get?id={row['source_id']}").body)["data"]
    assert set(recorded) - set(data) <= {"buyer", "item_brand"}
    assert {key: type(data[key]) for key in data if key in recorded} == {
        key: type(recorded[key]) for key in recorded if key in data
    }
    page = (RECORDED / "yahoo/2025-10-item/item_open.html").read_bytes()
    item = yahoo_item(sim.call("GET", f"/yahoo/jp/auction/{first(sim, 'yahoo')['source_id']}").body)
    known = yahoo_item(page)
    assert {key: type(value) for key, value in item.items() if key in known and key != "leftTime"} == {
        key: type(known[key]) for key in item if key in known and key != "leftTime"
    }
