"""An item from its page (54 keys recorded 2025-10-02; `marketplaces.md` 2.2 and 4)."""

import hashlib
from typing import Any

from mercarich_contracts.market import Reason, State
from mercarich_contracts.proxy_api import Item
from mercarich_contracts.sites.yahoo import SITE
from mercarich_marketplace.answers import Answer, Fault, evidence
from mercarich_marketplace.fields import at, identifier, integer, iso_time, mapping, positive, rows, strings, text
from mercarich_yahoo_proxy.domain import prices, redirects, states
from mercarich_yahoo_proxy.domain.blocks import Blocks, blocks_of
from mercarich_yahoo_proxy.domain.errors import BLOCK_TEXT, fault_of, nothing_known, page_of

PARSER_VERSION = "yahoo-item/1"

_OVER = (State.SOLD, State.ENDED, State.SUSPENDED)
"""What a page that comes with HTTP 404 proves. One that shows an open auction contradicts itself."""

_CONDITIONS = {
    "新品、未使用": 1,
    "未使用": 1,
    "新品": 1,
    "未使用に近い": 2,
    "目立った傷や汚れなし": 3,
    "やや傷や汚れあり": 4,
    "傷や汚れあり": 5,
    "全体的に状態が悪い": 6,
}


def read(answer: Answer, item_id: str) -> Item | redirects.Elsewhere:
    """Return the requested item, or the address of its page. Raise `Fault` when the page leaves its state in doubt."""
    if 300 <= answer.status < 400:
        return redirects.follow(answer, item_id)
    body = page_of(answer)
    blocks = blocks_of(body, item_id)
    if blocks.items:
        item = _item(answer, item_id, blocks)
    elif blocks.has_next or BLOCK_TEXT in body:
        raise _no_item(answer, f"no item {item_id} in the page's data")
    else:
        item = _ended(answer, item_id, blocks)
    if answer.status == 404 and item.state not in _OVER:
        raise Fault(Reason.UNPARSABLE, f"HTTP 404 with the page of an item that is {item.state}")
    return item


def _no_item(answer: Answer, missing: str) -> Fault:
    if answer.status == 404 and BLOCK_TEXT not in answer.body:
        return fault_of(answer)
    return nothing_known(answer.body, missing)


def _item(answer: Answer, item_id: str, blocks: Blocks) -> Item:
    item = blocks.items[0]
    price = prices.price_of(item, blocks.page_data)
    end_at = iso_time(item.get("endTime"))
    verdict = states.verdict(blocks, price, end_at, answer.fetched_at)
    payer, cost = prices.shipping_of(item)
    extract = (
        f"auctionId={item_id} status={item.get('status')} bidorbuy={item.get('bidorbuy')} "
        f"taxinBidorbuy={item.get('taxinBidorbuy')} price={item.get('price')} bids={item.get('bids')} "
        f"endTime={item.get('endTime')} pageData: isClosed={blocks.page_data.get('isClosed')} "
        f"hasWinner={blocks.page_data.get('hasWinner')} winPrice={blocks.page_data.get('winPrice')}"
    )
    return Item(
        marketplace=SITE.marketplace,
        item_id=item_id,
        state=verdict.state,
        reason=verdict.reason,
        evidence=evidence(answer, PARSER_VERSION, extract),
        url=SITE.page_url(item_id),
        title=text(item.get("title")),
        price_jpy=price.payable,
        price_excl_tax=price.without_tax,
        tax_rate=price.tax_rate,
        price_kind=price.kind,
        price_confidence=price.confidence,
        raw_status=text(item.get("status")),
        quantity=positive(item.get("quantity")),
        images=tuple(dict.fromkeys(url for row in rows(item.get("img")) if (url := text(row.get("image"))))),
        condition_code=_CONDITIONS.get(text(item.get("conditionName")) or ""),
        category_path=strings([row.get("name") for row in rows(at(item, "category", "path"))]),
        shipping_payer=payer,
        shipping_cost_jpy=cost,
        start_at=iso_time(item.get("startTime")),
        end_at=end_at,
        auto_extend=_flag(item.get("isAutomaticExtension")),
        bids=integer(item.get("bids")),
        likes=integer(item.get("watchListNum")),
        revision=_revision(item),
        **_seller(mapping(item.get("seller"))),
    )


def _ended(answer: Answer, item_id: str, blocks: Blocks) -> Item:
    """Return the item of an ended auction, whose page has only `pageData` left.

    The sentence that the auction has ended is no proof without it: pages about anything can quote it.
    """
    page = blocks.page_data
    if not page:
        raise _no_item(answer, f"neither an item nor pageData of {item_id} in the page")
    verdict = states.without_item(blocks)
    extract = (
        f"pageData: productID={page.get('productID')} isClosed={page.get('isClosed')} "
        f"hasWinner={page.get('hasWinner')} bids={page.get('bids')}"
    )
    return Item(
        marketplace=SITE.marketplace,
        item_id=item_id,
        state=verdict.state,
        reason=verdict.reason,
        evidence=evidence(answer, PARSER_VERSION, extract),
        url=SITE.page_url(item_id),
        title=text(page.get("productName")),
        quantity=positive(page.get("quantity")),
        bids=integer(page.get("bids")),
    )


def _seller(seller: dict[str, Any]) -> dict[str, Any]:
    """Return the fields of the item's own seller: the page's data also holds other sellers."""
    is_store = _flag(seller.get("isStore"))
    return {
        "seller_id": identifier(seller.get("aucUserId")),
        "seller_name": text(seller.get("displayName")),
        "seller_kind": None if is_store is None else "store" if is_store else "private",
        "seller_rating_good": integer(at(seller, "rating", "ult", "goodPoint")),
        "seller_rating_bad": integer(at(seller, "rating", "ult", "badPoint")),
        "ships_from": text(at(seller, "location", "prefecture")),
    }


def _revision(item: dict[str, Any]) -> str:
    """Return a hash of the values that an offer depends on, since the page has no revision."""
    keys = ("status", "price", "bidorbuy", "taxinBidorbuy", "endTime", "bids")
    return hashlib.sha256(repr([item.get(key) for key in keys]).encode()).hexdigest()[:16]


def _flag(value: Any) -> bool | None:
    return value if isinstance(value, bool) else None
