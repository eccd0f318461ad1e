"""Yahoo! Auctions' search page: `li.Product` rows with `data-auction-*` attributes (marketplaces.md 2.2).

Of a store, `data-auction-price` is with tax and `data-auction-buynowprice` without it (5 of 5 rows of 2026-07).
"""

import html
from collections.abc import Iterable

from mercarich_simulator.catalogue import Catalogue, Item
from mercarich_simulator.names import product_in
from mercarich_simulator.shelf import YAHOO
from mercarich_simulator.sites.look import Look, Market
from mercarich_simulator.sites.yahoo_item import item_object
from mercarich_simulator.truth import STATES

SCANNED = 20_000
"""Most items scanned for words that name no model; a real search is no full scan, either."""

_LISTED = STATES[YAHOO] - {"sold", "ended", "cancelled", "suspended", "deleted"}


def matches(market: Market, marketplace: str, keyword: str, now: float) -> Iterable[Look]:
    """Yield the items in any state whose title has every word, in order of their numbers."""
    words = keyword.casefold().split()
    for number in _candidates(market, marketplace, keyword):
        look = market.at(marketplace, number, now)
        if look and all(word in look.item.title.casefold() for word in words):
            yield look


def search_page(market: Market, keyword: str, limits: tuple[int, int], window: tuple[int, int], now: float) -> bytes:
    """Return the page with rows `window` = (first from 1, count) of open items priced within `limits` (0 = none)."""
    low, high = limits
    found = [
        look
        for look in matches(market, YAHOO, keyword, now)
        if look.state in _LISTED and low <= look.item.price and (not high or look.item.price <= high)
    ]
    first, size = window
    rows = "".join(_row(look) for look in found[first - 1 : first - 1 + size])
    words = html.escape(keyword)
    return (
        f'<!DOCTYPE html><html lang="ja"><head><meta charset="utf-8"/><title>「{words}」の検索結果</title></head>'
        '<body><div class="Tab"><ul><li class="Tab__item Tab__item--current"><span class="Tab__text">すべて</span>'
        f'<span class="Tab__subText">{len(found):,}件</span></li></ul></div>'
        f'<div class="Products"><ul class="Products__items">{rows}</ul></div></body></html>'
    ).encode()


def _candidates(market: Market, marketplace: str, keyword: str) -> Iterable[int]:
    catalogue: Catalogue = market.catalogue
    shelf = catalogue.shelves[marketplace]
    product = product_in(keyword)
    if product is None:
        yield from range(min(shelf.size - 4, SCANNED))
        if marketplace == YAHOO:
            yield from list(market.truth.relisted)
        return
    pieces = market.pieces_of(marketplace, product)
    yield from pieces
    if marketplace == YAHOO:
        for piece in pieces:
            while piece in market.truth.successors:
                piece = market.truth.successors[piece]
                yield piece


def _row(look: Look) -> str:
    item, body = look.item, item_object(look)
    title, end = html.escape(item.title), int(look.now + body["leftTime"])
    image = html.escape(body["img"][0]["thumbnail"])
    buy = body.get("bidorbuy", 0)
    same = f'data-auction-id="{item.item_id}" data-auction-category="2084259479"'
    flea = "1" if look.state == "flea" else ""
    free = "1" if item.shipping_by_seller else ""
    store = "1" if item.tax_percent else ""
    clicks = f"_cl_vmodule:aal;_cl_link:tc;cpsf:{item.postage or 0};etc:p={item.payable}"
    return (
        f'<li class="Product"><div class="Product__image"><a class="Product__imageLink" {same} '
        f'data-auction-title="{title}" data-auction-img="{image}" data-auction-price="{item.payable}" '
        f'data-auction-isfreeshipping="{free}" data-auction-isflea="{flea}" href="https://auctions.yahoo.co.jp/jp/auction/{item.item_id}">'
        f'<img class="Product__imageData" src="{image}" alt="{title}"></a></div>'
        f'<div class="Product__detail"><div class="Product__bonus" {same} data-auction-endtime="{end}" '
        f'data-auction-buynowprice="{buy}" data-auction-price="{item.payable}" '
        f'data-auction-startprice="{item.price}" data-auction-sellerid="{item.seller_id}" '
        f'data-auction-auc-seller-id="{item.seller_id}" data-auction-isshoppingitem="{store}"></div>'
        f'<h3 class="Product__title"><a class="Product__titleLink" {same} data-cl-params="{clicks}" '
        f'href="https://auctions.yahoo.co.jp/jp/auction/{item.item_id}">{title}</a></h3>'
        f'<p class="Product__postage">{_postage(item)}</p>'
        f'<dl class="Product__bidWrap"><dt>入札</dt><dd class="Product__bid">{body["bids"]}</dd></dl></div></li>'
    )


def _postage(item: Item) -> str:
    if item.shipping_by_seller:
        return "送料無料"
    return "送料未定" if item.postage is None else f"＋送料{item.postage:,}円"
