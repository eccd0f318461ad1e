"""Yahoo's recordings, served through `UPSTREAM=web` and `UPSTREAM_URL`, and read back."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

import httpx
from tests.services.proxies import Asked, Reply, Upstream, serving, upstream
from tests.services.recordings import recorded, recorded_errors

from mercarich_contracts.proxy_api import Item, SearchResult
from mercarich_yahoo_proxy.bootstrap import PROXY
from mercarich_yahoo_proxy.settings import YahooProxySettings

ID = "t1201146949"
DURING = datetime(2025, 10, 3, tzinfo=UTC)
TITLE = "【サンプル】写真集 A4サイズ 帯付き"


class Hand:
    """A clock that a test moves."""

    def __init__(self) -> None:
        self.time = 1000.0

    def __call__(self) -> float:
        return self.time


@contextmanager
def proxy(reply: Reply, *, at: datetime = DURING, now: Hand | None = None) -> Iterator[tuple[httpx.Client, Upstream]]:
    """A client of a proxy whose upstream sends one response; a test may change it."""
    with upstream(lambda _: reply) as market:
        settings = YahooProxySettings(upstream="web", upstream_url=market.url, accept_terms="yes", cache_seconds=0)
        app = PROXY.build(settings, utc=lambda: at, now=now or Hand())
        with serving(app) as url, httpx.Client(base_url=url, trust_env=False, timeout=20) as client:
            yield client, market


def test_every_recorded_page_is_read_right() -> None:
    expected = {
        "2025-10-item/item_open": ("unbuyable", "auction_only", 5000, "private"),
        "derived/item_open_buyout_winner_shipping": ("available", None, 44000, "private"),
        "derived/item_open_store_tax": ("available", None, 8910, "store"),
        "derived/item_closed_won": ("sold", "won", 8200, "private"),
        "derived/item_cancelled": ("ended", "cancelled", 5000, "private"),
    }
    for name, (state, reason, price, kind) in expected.items():
        with proxy(Reply(recorded("yahoo", f"{name}.html").read_bytes())) as (client, market):
            seen = Item.model_validate_json(client.get(f"/v1/items/{ID}").content)

            assert market.asked[0].path == f"/jp/auction/{ID}"
            assert (seen.state, seen.reason, seen.price_jpy, seen.seller_kind) == (state, reason, price, kind), name
            assert (seen.item_id, seen.title) == (ID, TITLE)
            assert (seen.seller_id, seen.seller_name) == ("SANITISEDsellerid000000000000", "seller-1")
            assert len(seen.images) == 9
            assert seen.condition_code == 5
            assert (seen.end_at, seen.auto_extend) == (datetime(2025, 10, 3, 15, 41, 42, tzinfo=UTC), True)


def test_an_open_auction_whose_time_is_over_is_closing_and_nothing_more() -> None:
    page = recorded("yahoo", "2025-10-item", "item_open.html").read_bytes()
    with proxy(Reply(page), at=datetime(2025, 10, 4, tzinfo=UTC)) as (client, _):
        seen = client.get(f"/v1/items/{ID}").json()

    assert (seen["state"], seen["reason"]) == ("unknown", "closing")


def test_every_recorded_error_has_its_class_and_teaches_nothing_at_the_first_look() -> None:
    classes = ["blocked", "gone", "unparsable", "blocked", "blocked"]
    errors = recorded_errors("yahoo")
    for (status, body, _), expected in zip(errors[:5], classes, strict=True):
        with proxy(Reply(body, status)) as (client, _):
            seen = client.get(f"/v1/items/{ID}").json()
            assert (seen["state"], seen["error_class"]) == ("unknown", expected), status
    status, body, _ = errors[5]
    with proxy(Reply(body, status)) as (client, _):
        refused = client.post("/v1/search", json={"keyword": "長い" * 50})
        assert (refused.status_code, refused.json()["error"]) == (502, "bad_request")


def test_a_404_without_the_page_is_asked_as_json_and_only_its_own_words_are_a_miss() -> None:
    _, no_such_auction, _ = recorded_errors("yahoo")[1]
    _, refused, _ = recorded_errors("yahoo")[0]
    answers = {
        "not_found_once": Reply(no_such_auction, 404),
        "not_found_unproven": Reply(b"(HTML)", 404),
        "rate_limited": Reply(status=429),
    }

    def of(reply: Reply) -> Callable[[Asked], Reply]:
        return lambda asked: reply if asked.path == f"/api/detail/v2/items/{ID}" else Reply(b"(HTML)", 404)

    with proxy(Reply()) as (client, market):
        for reason, reply in [*answers.items(), ("not_found_unproven", Reply(refused, 423))]:
            market.answer = of(reply)
            seen = client.get(f"/v1/items/{ID}").json()
            assert (seen["state"], seen["reason"]) == ("unknown", reason)


def test_a_redirect_to_the_same_item_is_followed_and_one_away_is_a_block() -> None:
    page = Reply(recorded("yahoo", "derived", "item_open_store_tax.html").read_bytes())

    def answer(asked: Asked) -> Reply:
        if asked.path == f"/jp/auction/{ID}":
            return Reply(status=302, headers={"Location": f"/moved/auction/{ID}"})
        if asked.path == f"/moved/auction/{ID}":
            return page
        return Reply(status=302, headers={"Location": "/"})

    with proxy(page) as (client, market):
        market.answer = answer
        seen = client.get(f"/v1/items/{ID}").json()
        away = client.get("/v1/items/x1234567890").json()

        assert (seen["state"], seen["price_jpy"]) == ("available", 8910)
        assert seen["evidence"]["url"].endswith(f"/moved/auction/{ID}")
        assert (away["state"], away["reason"]) == ("unknown", "blocked")
        assert [each.path for each in market.asked].count("/") == 0


def test_the_recorded_search_page_is_read_right() -> None:
    page = recorded("yahoo", "2022-02-search", "search_fragment_0.html").read_bytes()
    with proxy(Reply(page), at=datetime(2022, 2, 28, tzinfo=UTC)) as (client, market):
        answer = client.post("/v1/search", json={"keyword": "ピカチュウ", "page": 1})
        found = SearchResult.model_validate_json(answer.content)

    rows = [(seen.item_id, seen.price_jpy, seen.state, seen.seller_id) for seen in found.items]
    assert rows == [
        ("s1039793076", 500, "unbuyable", "anonymous1"),
        ("s1039791085", 1000, "unbuyable", "anonymous2"),
        ("r1039797461", 5278, "available", "anonymous3"),
        ("x1039785922", 1000, "unbuyable", "anonymous1"),
        ("s1039795118", 500, "unbuyable", "anonymous4"),
    ]
    assert found.items[2].title == "ぬいぐるみ Pokmon Cafe パティシエピカチュウ"
    assert all(len(seen.images) == 1 and "yimg.jp" in seen.images[0] for seen in found.items)
    assert (found.complete, found.page) == (True, 1)
    assert (market.asked[0].path, market.asked[0].query["p"], market.asked[0].query["b"]) == (
        "/search/search",
        "ピカチュウ",
        "51",
    )


def test_a_marketplace_that_blocks_every_page_is_left_alone_and_nothing_is_concluded() -> None:
    ids = [f"x{number:010}" for number in range(200)]
    with proxy(Reply("<h1>ページが表示できません</h1>".encode())) as (client, market):
        answer = client.post("/v1/items:check", json={"ids": ids, "concurrency": 4})
        lines = answer.text.splitlines()

    assert len(lines) == 201
    assert all('"state":"unknown"' in line for line in lines[:-1])
    assert sum('"reason":"breaker_open"' in line for line in lines) >= 190
    assert len(market.asked) <= 10
