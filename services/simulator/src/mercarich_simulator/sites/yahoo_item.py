"""Yahoo! Auctions' item page: a shell of static text around the item's JSON, which it carries twice.

Layout and keys after design/marketplaces.md 2.1 to 2.4 (webfe of 2025-10): `pageData` as a script,
`__NEXT_DATA__` with the item under `props.pageProps.initialState` and again under `props.initialState`.
"""

import html
from typing import Any
from urllib.parse import quote

import orjson

from mercarich_simulator.names import CONDITIONS, PREFECTURES
from mercarich_simulator.sites.look import Look, jst
from mercarich_simulator.sites.pictures import addresses

ENDED_TEXT = "このオークションは終了しています"
_WEEKDAYS = "月火水木金土日"
_STATUS = {"sold": "closed", "ended": "closed", "cancelled": "cancel", "suspended": "suspend"}
_CONDITIONS = ("未使用", *CONDITIONS[1:])
_ROUND_SECONDS = 7 * 86_400
"""Seconds of one round. An auction without an end event starts another round under its id (automatic relisting)."""


class YahooItemPages:
    """Renders item pages of one size from prepared chunks."""

    def __init__(self, page_bytes: int) -> None:
        fixed = len(_head(b"", b"")) + 2 * len(_STATE_OPEN + _STATE_CLOSE) + len(_NEXT_OPEN + _NEXT_CLOSE)
        # Ten more pieces, as room for the item's own text, which the page has twice.
        room = max(0, page_bytes - fixed - 2 * 3_000 - 900)
        self._carousel = _carousel(room // 2)
        self._recommend = b'"recommend":{"items":[' + _recommended(room // 4) + b'],"isFetching":false},'

    def render(self, item: dict[str, Any], look: Look) -> bytes:
        """Return the page for an item object, from which a fault may have removed keys."""
        text = orjson.dumps(item).replace(b"</", b"<\\/")
        state = _STATE_OPEN + self._recommend + _DETAIL_OPEN + text + _STATE_CLOSE
        title = html.escape(look.item.title).encode()
        return b"".join(
            (
                _head(title, _page_data(look)),
                _shown_text(look),
                self._carousel,
                _NEXT_OPEN,
                state,
                b'},"initialState":',
                state,
                _NEXT_CLOSE.replace(b"%ID%", look.item.item_id.encode()),
            )
        )


def is_shown_as_missing(look: Look) -> bool:
    """Return whether the page comes with HTTP 404, still whole: so Yahoo serves some of the auctions that have ended
    (auction j1227612451 in 2026-07, and a second client's notes on auctions without bids)."""
    return look.state in _STATUS and look.item.noise[21] % 2 == 0


def item_object(look: Look) -> dict[str, Any]:
    """Return `detail.item` of the page."""
    item, start, end = look.item, *_times(look)
    is_open = look.state not in _STATUS
    bids = _bids(look)
    body: dict[str, Any] = {
        "seller": _seller(look),
        "payment": {"easyPayment": {"isCreditCard": True, "isPayPay": False, "isNetBank": True}},
        "coupon": {"isEnabled": True},
        "auctionId": item.item_id,
        "keyword": item.title,
        "title": item.title,
        "auctionItemUrl": f"https://auctions.yahoo.co.jp/jp/auction/{item.item_id}",
        "img": _images(look),
        "initPrice": item.price,
        "price": item.price,
        "quantity": 1,
        "watchListNum": item.likes,
        "bids": bids,
        "biddersNum": min(bids, 1 + item.noise[11] % 5) if bids else 0,
        "itemReturnable": {"allowed": False},
        "startTime": jst(start).isoformat(timespec="seconds"),
        "endTime": jst(end).isoformat(timespec="seconds"),
        "formattedEndTime": _formatted(end),
        "leftTime": round(max(0.0, end - look.now), 3) if is_open else 0,
        "isExtendedAuction": False,
        "isOffer": False,
        "isEarlyClosing": True,
        "isAutomaticExtension": True,
        "isFleaMarket": look.state == "flea",
        "chargeForShipping": "seller" if item.shipping_by_seller else "winner",
        "status": _STATUS.get(look.state, "open"),
        "category": {
            "path": [
                {"id": "0", "name": "オークション", "node": 0},
                {"id": str(20_000 + item.noise[12]), "name": "その他", "node": 1},
            ]
        },
        "isShowQA": True,
        "conditionName": _CONDITIONS[item.condition - 1],
        "shipScheduleName": "支払い手続きから1～2日で発送",
        "highestBidders": {"totalHighestBidders": 0, "isMore": False},
        "description": ["商品の説明です。画像をご確認ください。"],
        "descriptionHtml": "商品の説明です。<BR>画像をご確認ください。",
    }
    if not item.shipping_by_seller:
        flat = {"name": "おてがる配送ゆうパケット", "isFlatFee": True, "shippingFee": item.postage}
        loose = {"name": "定形外郵便", "isFlatFee": False}
        same_everywhere = item.postage is not None and item.noise[15] % 3
        body["shippingInput"] = "now"
        body["shipping"] = {"methods": [flat, loose] if same_everywhere else [loose]}
    if is_open and look.state not in {"auction", "flea"}:
        body["bidorbuy"] = item.price
    if item.tax_percent:
        body |= {"taxRate": item.tax_percent, "taxinPrice": item.payable, "taxinStartPrice": item.payable}
        if "bidorbuy" in body:
            body["taxinBidorbuy"] = item.payable
    return body


def _times(look: Look) -> tuple[float, float]:
    """Return begin and end of the auction's current round in Unix seconds."""
    start = look.item.created_at
    if look.state in _STATUS:
        return min(start, look.changed_at), look.changed_at
    if look.state == "closing":
        return min(start, look.changed_at - 60), look.changed_at - 30
    if look.fate is not None and (end := look.fate.end_at(look.now)) is not None:
        return start, end
    rounds = max(0, int((look.now - start) // _ROUND_SECONDS))
    begin = start + rounds * _ROUND_SECONDS
    return begin, begin + _ROUND_SECONDS


def _bids(look: Look) -> int:
    if look.fate is not None:
        bids = look.fate.bids_until(look.now)
        return max(1, bids) if look.state == "sold" else bids  # a buy-out is one, too
    if look.state == "sold":
        return 1 + look.item.noise[15] % 12
    return look.item.noise[15] % 5 if look.state == "auction" else 0


def _seller(look: Look) -> dict[str, Any]:
    item = look.item
    good, bad = 50 + item.noise[16] * 3, item.noise[17] % 4
    return {
        "rating": {
            "goodRating": f"{good * 100 // (good + bad)}%",
            "summary": good - bad,
            "ult": {"goodPoint": good, "badPoint": bad, "allPoint": good + bad},
        },
        "aucUserId": item.seller_id,
        "listUrl": f"https://auctions.yahoo.co.jp/seller/{item.seller_id}?user_type=c",
        "isStore": item.tax_percent > 0,
        "iconUrl": "https://displayname-pctr.c.yimg.jp/d/display-name/default",
        "hasNickname": True,
        "isExcellentSeller": False,
        "location": {"prefecture": PREFECTURES[item.noise[18] % len(PREFECTURES)], "prefCode": "13"},
        "displayName": item.seller_name,
    }


def _images(look: Look) -> list[dict[str, Any]]:
    return [{"image": address, "width": 450, "height": 600, "thumbnail": address} for address in addresses(look)]


def _formatted(moment: float) -> str:
    at = jst(moment)
    return f"{at.month}月{at.day}日（{_WEEKDAYS[at.weekday()]}）{at.hour}時{at.minute:02d}分"


def _page_data(look: Look) -> bytes:
    start, end = _times(look)
    closed = look.state in _STATUS
    data = {
        "navigation": {"pageName": "PRODUCT", "isLogin": 0, "isPremium": 0, "device": "PC"},
        "items": {
            "productID": look.item.item_id,
            "productName": look.item.title,
            "price": str(look.item.price),
            "starttime": jst(start).strftime("%Y-%m-%d %H:%M:%S"),
            "endtime": jst(end).strftime("%Y-%m-%d %H:%M:%S"),
            "winPrice": "0" if closed or look.state in {"auction", "flea"} else str(look.item.price),
            "quantity": "1",
            "bids": str(_bids(look)),
            "isStore": "1" if look.item.tax_percent else "0",
            "isClosed": "1" if closed else "0",
            "hasWinner": "1" if look.state == "sold" else "0",
            "isAdult": "0",
        },
    }
    return orjson.dumps(data, option=orjson.OPT_INDENT_2).replace(b"</", b"<\\/")


def _shown_text(look: Look) -> bytes:
    if look.state in _STATUS:
        return f"<p>{ENDED_TEXT}</p>".encode()
    label = "現在" if look.state in {"auction", "flea"} else "即決"
    tax = "税込" if look.item.tax_percent else "税0円"
    return (
        f'<dl><dt>{label}</dt><dd class="sc-1f0603b0-1"><span class="sc-1f0603b0-3">'
        f"{look.item.payable:,}<!-- -->円</span><span>（{tax}）</span></dd></dl>"
        '<div id="bidButtonGroup"><button>入札する</button></div>'
    ).encode()


def _head(title: bytes, page_data: bytes) -> bytes:
    return (
        b'<!DOCTYPE html><html lang="ja"><head><meta charset="utf-8"/><title>'
        + title
        + " - Yahoo!オークション".encode()
        + b'</title><meta property="og:title" content="'
        + title
        + b'"/><script>var pageData = '
        + page_data
        + b';</script></head><body><div id="__next">'
    )


def _carousel(room: int) -> bytes:
    """Return a carousel of other sellers' items with their prices, which a careless parser would read by mistake."""
    rows, size, n = [], 0, 0
    while size < room:
        name = quote(f"関連商品{n}")
        row = f'<li class="sc-rel-{n}"><a href="/search/search?p={name}">関連 {n * 137 % 9973:,}円</a></li>'.encode()
        rows.append(row)
        size, n = size + len(row), n + 1
    return b'<ul class="carousel">' + b"".join(rows) + b"</ul></div>"


def _recommended(room: int) -> bytes:
    rows, size, n = [], 0, 0
    while size < room:
        row = b'{"auctionId":"x%010d","title":"rel","price":%d,"status":"open","bids":%d}' % (n, n * 137 % 9973, n % 7)
        rows.append(row)
        size, n = size + len(row) + 1, n + 1
    return b",".join(rows)


_STATE_OPEN = b'{"itempage":{"shipments":{"isFetching":false}},"myauction":{"won":{"isFetching":false}},'
_DETAIL_OPEN = (
    b'"item":{"bid":{"isFetchingPreviewItem":false,"isBidUpdating":false},"detail":{"isFetching":false,"item":'
)
_STATE_CLOSE = (
    b'},"summary":{"isFetching":false}},"common":{"app":{"device":{"raw":"pc","isSmartphone":false},'
    b'"isSSR":true}},"user":{"isFetching":false}}'
)
_NEXT_OPEN = (
    b'<script id="__NEXT_DATA__" type="application/json">'
    b'{"props":{"pageProps":{"initialProps":{"device":"pc","useGtm":true},"initialState":'
)
_NEXT_CLOSE = (
    b'},"page":"/jp/auction/[aid]","query":{"aid":"%ID%"},"buildId":"webfe_1.397.1","isFallback":false,'
    b'"gip":true,"appGip":true,"scriptLoader":[]}</script></body></html>'
)

NOT_FOUND_PAGE = (
    '<!DOCTYPE html><html lang="ja"><head><meta charset="utf-8"/><title>Yahoo!オークション</title></head>'
    "<body><h1>指定されたページは見つかりませんでした</h1></body></html>"
).encode()
