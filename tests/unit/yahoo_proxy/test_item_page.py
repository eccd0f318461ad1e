"""Reading Yahoo's item pages: states, payable price, and what does not prove anything."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from mercarich_contracts.market import ErrorClass, Reason, State
from mercarich_contracts.proxy_api import Item, PriceKind
from mercarich_marketplace.answers import Answer, Fault
from mercarich_yahoo_proxy.adapters import item_page
from mercarich_yahoo_proxy.domain.redirects import Elsewhere

ID = "x1200000001"
URL = f"http://yahoo/jp/auction/{ID}"
NOW = datetime(2026, 11, 25, 3, 0, tzinfo=UTC)
ENDED = "このオークションは終了しています"


def answer(body: str, status: int = 200, **headers: str) -> Answer:
    return Answer(URL, status, headers, body.encode(), NOW)


def item(**changes: Any) -> dict[str, Any]:
    data = {
        "auctionId": ID,
        "title": "時計",
        "status": "open",
        "price": 3000,
        "bids": 0,
        "quantity": 1,
        "endTime": "2026-11-27T21:00:00+09:00",
        "isFleaMarket": False,
        "seller": {"aucUserId": "seller1", "displayName": "売り手", "isStore": False},
        "img": [{"image": "https://pictures/1.jpg"}, {"image": "https://pictures/1.jpg"}],
        "chargeForShipping": "winner",
        "conditionName": "目立った傷や汚れなし",
    }
    return {key: value for key, value in {**data, **changes}.items() if value is not None}


STORE = {"seller": {"aucUserId": "seller1", "displayName": "店", "isStore": True}}


def page_data(**changes: Any) -> dict[str, str]:
    data = {"productID": ID, "productName": "時計", "winPrice": "0", "bids": "0", "isClosed": "0", "hasWinner": "0"}
    return {key: value for key, value in {**data, **changes}.items() if value is not None}


def page(copy: dict[str, Any] | None, data: dict[str, str] | None, extra: str = "") -> str:
    scripts = []
    if data is not None:
        scripts.append(f"<script>var pageData = {json.dumps({'items': data}, indent=2)};</script>")
    if copy is not None:
        state = {"item": {"detail": {"item": copy}}}
        document = {"props": {"pageProps": {"initialState": state}, "initialState": state}}
        block = json.dumps(document, ensure_ascii=False)
        scripts.append(f'<script id="__NEXT_DATA__" type="application/json">{block}</script>')
    return f"<html><body>{''.join(scripts)}{extra}</body></html>"


def read(copy: dict[str, Any] | None, data: dict[str, str] | None = None, extra: str = "") -> Item:
    seen = item_page.read(answer(page(copy, data, extra)), ID)
    assert isinstance(seen, Item)
    return seen


@pytest.mark.parametrize(
    ("changes", "data", "state", "reason"),
    [
        ({"bidorbuy": 5000}, {}, State.AVAILABLE, None),
        ({}, {}, State.UNBUYABLE, Reason.AUCTION_ONLY),
        ({"bidorbuy": 5000, "isFleaMarket": True}, {}, State.UNBUYABLE, Reason.FLEA_MARKET),
        ({"bidorbuy": 5000, "endTime": "2026-11-25T11:00:00+09:00"}, {}, State.UNKNOWN, Reason.CLOSING),
        ({"status": "closed", "bids": 4}, {"isClosed": "1", "bids": "4"}, State.SOLD, Reason.WON),
        ({"status": "closed"}, {"isClosed": "1"}, State.ENDED, Reason.CLOSED_WITHOUT_BIDS),
        ({"status": "cancel"}, {"isClosed": "1"}, State.ENDED, Reason.CANCELLED),
        ({"status": "suspended"}, {}, State.SUSPENDED, Reason.STOPPED_BY_MARKETPLACE),
        ({"status": "resting"}, {}, State.UNKNOWN, Reason.UNKNOWN_STATUS),
    ],
)
def test_each_page_has_its_state(
    changes: dict[str, Any], data: dict[str, str], state: State, reason: Reason | None
) -> None:
    seen = read(item(**changes), page_data(**data))

    assert (seen.state, seen.reason) == (state, reason)


@pytest.mark.parametrize(
    ("changes", "data", "price", "kind", "confidence"),
    [
        ({"bidorbuy": 8100, "taxRate": 10, "taxinBidorbuy": 8910}, {}, 8910, PriceKind.BUYOUT, "high"),
        ({"bidorbuy": 44000}, {}, 44000, PriceKind.BUYOUT, "high"),
        ({"bidorbuy": 8100, "taxRate": 10}, {}, 8910, PriceKind.BUYOUT, "low"),
        ({"taxRate": 10}, {"winPrice": "8100"}, 8910, PriceKind.BUYOUT, "low"),
        ({}, {"winPrice": "8100"}, 8100, PriceKind.BUYOUT, "low"),
        (STORE | {"bidorbuy": 8100}, {}, 8910, PriceKind.BUYOUT, "low"),
        (STORE, {"winPrice": "8100"}, 8910, PriceKind.BUYOUT, "low"),
        (STORE | {"bidorbuy": 8100, "taxRate": 0}, {}, 8100, PriceKind.BUYOUT, "high"),
        ({"taxinPrice": 3300}, {}, 3300, PriceKind.CURRENT_BID, "high"),
        ({}, {}, 3000, PriceKind.CURRENT_BID, "high"),
    ],
)
def test_the_price_is_what_a_buyer_pays(
    changes: dict[str, Any], data: dict[str, str], price: int, kind: PriceKind, confidence: str
) -> None:
    seen = read(item(**changes), page_data(**data))

    assert (seen.price_jpy, seen.price_kind, seen.price_confidence) == (price, kind, confidence)


def test_the_cheapest_flat_fee_is_the_shipping_and_none_is_unknown() -> None:
    methods = [
        {"isFlatFee": True, "shippingFee": 210},
        {"isFlatFee": True, "shippingFee": 110},
        {"isFlatFee": False},
    ]

    assert read(item(shipping={"methods": methods}), page_data()).shipping_cost_jpy == 110
    assert read(item(shipping={"methods": methods[2:]}), page_data()).shipping_cost_jpy is None
    assert read(item(chargeForShipping="seller"), page_data()).shipping_cost_jpy == 0


@pytest.mark.parametrize(
    ("copy", "data", "extra"),
    [
        (item(auctionId="y1200000002"), page_data(isClosed="1", hasWinner="1"), ""),
        (item(status=None), page_data(isClosed="1"), ""),
        (item(status="closed", bids=3), page_data(isClosed="0", bids="3"), ""),
        (item(status="closed", bids=3), page_data(isClosed="1", bids="0"), ""),
        (item(status="closed", bids=0), page_data(isClosed="1", hasWinner="1"), ""),
        (item(), None, ""),
        (item(), page_data(winPrice=None), ""),
        (item(), page_data(winPrice=""), ""),
        (item(), page_data(productID="y1200000002"), ""),
        (None, page_data(), ENDED),
        (None, page_data(productID="y1200000002", isClosed="1"), ""),
        (None, None, ENDED),
        (None, None, "<p>maintenance</p>"),
    ],
)
def test_a_page_that_contradicts_itself_or_shows_nothing_known_teaches_nothing(
    copy: dict[str, Any] | None, data: dict[str, str] | None, extra: str
) -> None:
    with pytest.raises(Fault) as caught:
        read(copy, data, extra)

    assert caught.value.reason is Reason.UNPARSABLE


@pytest.mark.parametrize("other", ["open", "cancelled", "suspended"])
def test_two_copies_of_the_item_that_disagree_teach_nothing(other: str) -> None:
    copies = {"pageProps": {"initialState": {"item": {"detail": {"item": item(status="closed", bids=2)}}}}}
    document = {"props": {**copies, "initialState": {"item": {"detail": {"item": item(status=other, bids=2)}}}}}
    body = f'<script id="__NEXT_DATA__" type="application/json">{json.dumps(document)}</script>'
    with pytest.raises(Fault) as caught:
        item_page.read(answer(body), ID)

    assert caught.value.reason is Reason.UNPARSABLE


@pytest.mark.parametrize("kept", [{"bidorbuy": 5000}, {"isFleaMarket": True}])
def test_what_only_one_copy_of_the_item_says_does_not_make_it_unbuyable(kept: dict[str, Any]) -> None:
    first, second = ({"item": {"detail": {"item": copy}}} for copy in (item(), item(**kept)))
    document = {"props": {"pageProps": {"initialState": first}, "initialState": second}}
    block = f'<script id="__NEXT_DATA__" type="application/json">{json.dumps(document)}</script>'
    with pytest.raises(Fault) as caught:
        item_page.read(answer(page(None, page_data(), block)), ID)

    assert caught.value.reason is Reason.UNPARSABLE


@pytest.mark.parametrize("status", [200, 404])
def test_the_sentence_that_the_auction_has_ended_is_no_proof_alone(status: int) -> None:
    with pytest.raises(Fault) as caught:
        item_page.read(answer(f'<link href="{URL}"><p>{ENDED}</p>', status), ID)

    assert caught.value.reason is (Reason.UNPARSABLE if status == 200 else Reason.NOT_FOUND_UNPROVEN)


@pytest.mark.parametrize(
    ("changes", "data", "state", "reason"),
    [
        ({"status": "closed", "bids": 4}, {"isClosed": "1", "bids": "4", "hasWinner": "1"}, State.SOLD, Reason.WON),
        ({"status": "closed", "bids": 0}, {"isClosed": "1", "bids": "0"}, State.ENDED, Reason.CLOSED_WITHOUT_BIDS),
        ({"status": "cancel"}, {"isClosed": "1"}, State.ENDED, Reason.CANCELLED),
        ({"status": "suspend"}, {"isClosed": "1"}, State.SUSPENDED, Reason.STOPPED_BY_MARKETPLACE),
        (None, {"isClosed": "1", "hasWinner": "1", "bids": "4"}, State.SOLD, Reason.WON),
    ],
)
def test_an_ended_auctions_page_proves_it_also_with_404(
    changes: dict[str, Any] | None, data: dict[str, str], state: State, reason: Reason
) -> None:
    body = page(None if changes is None else item(**changes), page_data(**data), "")
    seen = item_page.read(answer(body, 404), ID)

    assert isinstance(seen, Item)
    assert (seen.state, seen.reason, seen.evidence.http_status) == (state, reason, 404)


@pytest.mark.parametrize("changes", [{"bidorbuy": 5000}, {}, {"isFleaMarket": True}, {"status": "on_holiday"}])
def test_a_404_with_the_page_of_an_open_auction_contradicts_itself(changes: dict[str, Any]) -> None:
    with pytest.raises(Fault) as caught:
        item_page.read(answer(page(item(**changes), page_data(winPrice="0"), ""), 404), ID)

    assert caught.value.reason is Reason.UNPARSABLE


def test_the_sentence_of_an_ended_page_is_no_proof_beside_a_data_block_that_lost_its_item() -> None:
    with pytest.raises(Fault) as caught:
        item_page.read(answer(f'<script id="__NEXT_DATA__">{{}}</script><a href="{URL}"></a><p>{ENDED}</p>'), ID)

    assert caught.value.reason is Reason.UNPARSABLE


@pytest.mark.parametrize(
    ("data", "extra", "state", "reason"),
    [
        (page_data(isClosed="1", hasWinner="1", bids="4"), "", State.SOLD, Reason.WON),
        (page_data(isClosed="1", bids="0"), "", State.ENDED, Reason.CLOSED_WITHOUT_BIDS),
        (page_data(isClosed="1", bids=None, hasWinner=None), "", State.ENDED, Reason.CLOSED),
    ],
)
def test_an_ended_page_without_the_item_is_ended_when_it_is_of_this_item(
    data: dict[str, str] | None, extra: str, state: State, reason: Reason
) -> None:
    seen = read(None, data, extra)

    assert (seen.state, seen.reason) == (state, reason)


@pytest.mark.parametrize(
    ("status", "body", "reason", "error_class"),
    [
        (200, "<h1>ページが表示できません</h1>", Reason.BLOCKED, ErrorClass.BLOCKED),
        (200, "", Reason.EMPTY, ErrorClass.UNPARSABLE),
        (403, "", Reason.BLOCKED, ErrorClass.BLOCKED),
        (423, "{}", Reason.BLOCKED, ErrorClass.BLOCKED),
        (429, "", Reason.RATE_LIMITED, ErrorClass.RATE_LIMITED),
        (404, "x", Reason.NOT_FOUND_UNPROVEN, ErrorClass.UNPARSABLE),
        (404, "", Reason.NOT_FOUND_UNPROVEN, ErrorClass.UNPARSABLE),
        (404, "<h1>ページが表示できません</h1>", Reason.BLOCKED, ErrorClass.BLOCKED),
        (410, "x", Reason.NOT_FOUND_UNPROVEN, ErrorClass.UNPARSABLE),
        (400, "x", Reason.BAD_REQUEST, ErrorClass.BAD_REQUEST),
        (503, "x", Reason.TRANSIENT, ErrorClass.TRANSIENT),
        (204, "x", Reason.UNPARSABLE, ErrorClass.UNPARSABLE),
    ],
)
def test_each_error_has_its_reason(status: int, body: str, reason: Reason, error_class: ErrorClass) -> None:
    with pytest.raises(Fault) as caught:
        item_page.read(answer(body, status), ID)

    assert (caught.value.reason, caught.value.error_class) == (reason, error_class)


def test_the_block_page_is_no_proof_even_when_it_calls_the_auction_ended() -> None:
    with pytest.raises(Fault) as caught:
        read(None, page_data(isClosed="1"), f"ページが表示できません {ENDED}")

    assert caught.value.reason is Reason.BLOCKED


def test_a_redirect_is_followed_to_the_same_item_only() -> None:
    to = f"https://page.auctions.yahoo.co.jp/jp/auction/{ID}"

    assert item_page.read(answer("", 302, location=to), ID) == Elsewhere(to)


@pytest.mark.parametrize(
    "away",
    [
        *("/", "", URL, "/sorry.html", "/html/maintenance", "/closedsearch/closedsearch", "/jp/auction/y1200000002"),
        "https://auctions.yahoo.co.jp/guide/consent",
        f"https://login.yahoo.co.jp/config?to={ID}",
        f"https://login.yahoo.co.jp/jp/auction/{ID}",
    ],
)
@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_to_anything_else_says_nothing_of_the_item(status: int, away: str) -> None:
    with pytest.raises(Fault) as caught:
        item_page.read(answer("", status, location=away), ID)

    assert caught.value.reason is Reason.BLOCKED
