"""Reading Yahoo's search pages, and asking for them."""

from datetime import UTC, datetime

import pytest

from mercarich_contracts.market import Reason, State
from mercarich_contracts.proxy_api import SearchRequest, SearchResult
from mercarich_marketplace.answers import Answer, Fault
from mercarich_yahoo_proxy.adapters import search_page

NOW = datetime(2026, 11, 25, 3, 0, tzinfo=UTC)
LATER = int(NOW.timestamp()) + 86_400


def row(number: int, postage: str = "", clicks: str = "", **changes: object) -> str:
    data = {"price": 900, "buynowprice": 1200, "endtime": LATER, "isflea": "", "sellerid": "s1", **changes}
    attributes = " ".join(f'data-auction-{name}="{value}"' for name, value in data.items())
    item_id = f'data-auction-id="x{number:010}"'
    return (
        f'<li class="Product"><a class="Product__imageLink" {item_id} data-auction-title="A &amp;amp; B" '
        f'data-auction-img="https://pictures/{number}.jpg"></a><div class="Product__bonus" {item_id} {attributes}>'
        f'</div><a {item_id} data-cl-params="{clicks}"></a><p class="Product__postage">{postage}</p>'
        '<dd class="Product__bid">3</dd></li>'
    )


def read(*rows: str, status: int = 200, frame: str = "Products__items", **request: object) -> SearchResult:
    body = f'<html><ul class="{frame}">{"".join(rows)}</ul></html>'
    answer = Answer("http://yahoo/search/search?p=x", status, {}, body.encode(), NOW)
    return search_page.read(answer, SearchRequest.model_validate({"keyword": "x", **request}))


def test_each_row_is_one_item_though_its_id_stands_in_it_three_times() -> None:
    result = read(row(1), row(2))

    assert [seen.item_id for seen in result.items] == ["x0000000001", "x0000000002"]
    first = result.items[0]
    assert (first.title, first.price_jpy, first.bids, first.seller_id) == ("A & B", 1200, 3, "s1")
    assert first.images == ("https://pictures/1.jpg",)


@pytest.mark.parametrize(
    ("postage", "clicks", "free", "told"),
    [
        ("＋送料3,470円", "", "", ("buyer", 3470)),
        (" ＋送料230円\n", "_cl_link:ic;cpsf:230;etc:1", "", ("buyer", 230)),
        ("", "_cl_vmodule:aal;cpsf:980", "", ("buyer", 980)),
        ("送料無料", "", "1", ("seller", 0)),
        ("", "", "1", ("seller", 0)),
        ("送料無料", "cpsf:0", "", ("seller", 0)),
        ("送料未定", "cpsf:0", "", (None, None)),
        ("着払い", "", "", ("buyer", None)),
        ("", "", "", (None, None)),
        ("＋送料230円〜", "", "", (None, None)),
        ("＋送料,円", "", "", (None, None)),
        ("＋送料2,30円", "", "", (None, None)),
        (f"＋送料{'9' * 5000}円", f"cpsf:{'9' * 5000}", "", (None, None)),
        ("＋送料230円", "cpsf:980", "", (None, None)),
        ("＋送料230円", "", "1", (None, None)),
        ("", "xcpsf:980;cpsf:98a", "", (None, None)),
    ],
)
def test_the_postage_is_what_the_row_prints_and_nothing_else(
    postage: str, clicks: str, free: str, told: tuple[str | None, int | None]
) -> None:
    seen = read(row(1, postage, clicks, isfreeshipping=free)).items[0]

    assert (seen.shipping_payer, seen.shipping_cost_jpy) == told


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"price": 1318, "buynowprice": 1199}, (1318, 1199, 10, "high")),
        ({"price": 500, "buynowprice": 1199}, (1318, 1199, 10, "low")),
        ({"price": 1318, "buynowprice": 0}, (1318, None, None, "high")),
    ],
)
def test_a_stores_row_has_its_buy_out_price_without_tax(changes: dict[str, object], told: tuple[object, ...]) -> None:
    seen = read(row(1, isshoppingitem="1", **changes)).items[0]

    assert (seen.price_jpy, seen.price_excl_tax, seen.tax_rate, seen.price_confidence) == told
    assert seen.seller_kind == "store"


@pytest.mark.parametrize(
    ("changes", "state", "reason"),
    [
        ({}, State.AVAILABLE, None),
        ({"buynowprice": 0}, State.UNBUYABLE, Reason.AUCTION_ONLY),
        ({"buynowprice": ""}, State.UNKNOWN, Reason.UNPARSABLE),
        ({"isflea": 1, "endtime": ""}, State.UNBUYABLE, Reason.FLEA_MARKET),
        ({"endtime": LATER - 200_000}, State.UNKNOWN, Reason.CLOSING),
    ],
)
def test_what_is_listed_is_open(changes: dict[str, object], state: State, reason: Reason | None) -> None:
    seen = read(row(1, **changes)).items[0]

    assert (seen.state, seen.reason) == (state, reason)


def test_a_page_with_fewer_rows_than_asked_for_is_the_last() -> None:
    assert read(*(row(number) for number in range(49))).complete
    assert not read(*(row(number) for number in range(50))).complete
    assert read().complete


def test_no_rows_prove_nothing_without_the_frame_of_a_result_page() -> None:
    with pytest.raises(Fault) as caught:
        read(frame="News")

    assert caught.value.reason is Reason.UNPARSABLE


def test_a_price_range_holds_for_what_a_buyer_pays() -> None:
    rows = (row(1, buynowprice=1000), row(2, buynowprice=2000), row(3, buynowprice=3000))
    result = read(*rows, price_min=1500, price_max=2500)

    assert [seen.price_jpy for seen in result.items] == [2000]


def test_a_search_that_yahoo_refuses_is_a_bad_request() -> None:
    with pytest.raises(Fault) as caught:
        read(status=500)

    assert caught.value.reason is Reason.BAD_REQUEST


def test_the_query_leaves_out_what_yahoo_cannot_take() -> None:
    asked = search_page.query(SearchRequest(keyword="【新品】 カメラ, (黒) " + "あ" * 150, page=2, conditions=[1]))

    assert asked["p"].startswith("新品 カメラ 黒 ")
    assert len(asked["p"]) == search_page.KEYWORD_LENGTH
    assert (asked["b"], asked["n"], asked["istatus"]) == ("101", "50", "1")
