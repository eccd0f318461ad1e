"""A page of the search: `li.Product` rows with `data-auction-*` attributes (recorded 2022, same in 2026)."""

import re
from datetime import datetime
from html import unescape

from selectolax.lexbor import LexborHTMLParser, LexborNode

from mercarich_contracts.market import Reason, State
from mercarich_contracts.proxy_api import Item, SearchRequest, SearchResult
from mercarich_contracts.sites.yahoo import SITE
from mercarich_marketplace.answers import Answer, Fault, Verdict, evidence
from mercarich_marketplace.fields import integer, positive, unix_time
from mercarich_yahoo_proxy.domain import prices
from mercarich_yahoo_proxy.domain.errors import nothing_known, page_of
from mercarich_yahoo_proxy.domain.states import AUCTION_ONLY, AVAILABLE, CLOSING, DOUBTFUL, FLEA_MARKET

PARSER_VERSION = "yahoo-search/2"
PAGE_SIZE = 50
KEYWORD_LENGTH = 80
"""Characters. Yahoo answered longer keywords with 500 (seen 2026-06-29)."""

_TROUBLESOME = re.compile(r"[()\[\]{}（）［］【】「」『』<>,，、]+")
"""Yahoo answered keywords with brackets or commas with 500 or 404."""

_RESULT_SIGNS = ("ul.Products__items", ".Products__list", ".Tab__item--current .Tab__subText")
"""CSS selectors, one of which matches every result page, also one without results."""


def query(request: SearchRequest) -> dict[str, str]:
    """Return the query. A price range applies to buy-out prices, since other items have no fixed price."""
    keyword = " ".join(_TROUBLESOME.sub(" ", request.keyword).split())[:KEYWORD_LENGTH] or request.keyword
    parameters = {
        "p": keyword,
        "va": keyword,
        "b": str(request.page * PAGE_SIZE + 1),
        "n": str(PAGE_SIZE),
        "s1": "new",
        "o1": "d",
    }
    if request.price_min is not None:
        parameters["aucmin_bidorbuy_price"] = str(request.price_min)
    if request.price_max is not None:
        parameters["aucmax_bidorbuy_price"] = str(request.price_max)
    if request.conditions:
        only_new, no_new = request.conditions == [1], 1 not in request.conditions
        if only_new or no_new:
            parameters["istatus"] = "1" if only_new else "2"
    return parameters


def read(answer: Answer, request: SearchRequest) -> SearchResult:
    """Return the results. Raise `Fault` for any other page: no rows count only in the frame of a result page."""
    if answer.status in (404, 500) or 300 <= answer.status < 400:
        raise _refused(answer)
    body = page_of(answer)
    page = LexborHTMLParser(body.decode(errors="replace"))
    listed = page.css("li.Product")
    if not listed and not any(page.css_first(sign) for sign in _RESULT_SIGNS):
        raise nothing_known(body, "neither rows nor the frame of a result page")
    found = {item.item_id: item for row in listed if (item := _item(answer, row)) is not None}
    if listed and not found:
        raise Fault(Reason.UNPARSABLE, f"{len(listed)} rows, none with the known attributes")
    wanted = tuple(item for item in found.values() if _is_in_range(item, request))
    return SearchResult(items=wanted, complete=len(listed) < PAGE_SIZE, page=request.page)


def _refused(answer: Answer) -> Fault:
    """Return the fault for a failed search. 404 and 500 concern the query: a repeated search would fail again."""
    detail = f"HTTP {answer.status} for a search"
    return Fault(Reason.BAD_REQUEST if answer.status in (404, 500) else Reason.BLOCKED, detail)


def _is_in_range(item: Item, request: SearchRequest) -> bool:
    if item.state is not State.AVAILABLE or item.price_jpy is None:
        return True
    return (request.price_min or 0) <= item.price_jpy <= (request.price_max or item.price_jpy)


def _item(answer: Answer, row: LexborNode) -> Item | None:
    data = _attributes(row)
    item_id, price = data.get("id", ""), positive(data.get("price"))
    if not SITE.is_item(item_id) or price is None:
        return None
    buyout, end_at = positive(data.get("buynowprice")), unix_time(data.get("endtime"))
    verdict = _verdict(data, buyout, end_at, answer.fetched_at)
    is_store = data.get("isshoppingitem") == "1"
    asked = prices.price_of_row(price, buyout, is_store=is_store)
    payer, postage = _shipping(row, data)
    line = (
        f"row of a search: data-auction-id={item_id} price={price} buynowprice={buyout} endtime={data.get('endtime')}"
    )
    return Item(
        marketplace=SITE.marketplace,
        item_id=item_id,
        state=verdict.state,
        reason=verdict.reason,
        evidence=evidence(answer, PARSER_VERSION, line),
        url=SITE.page_url(item_id),
        title=unescape(data.get("title", "")) or None,
        price_jpy=asked.payable,
        price_excl_tax=asked.without_tax,
        tax_rate=asked.tax_rate,
        price_kind=asked.kind,
        price_confidence=asked.confidence,
        seller_id=data.get("auc-seller-id") or data.get("sellerid") or None,
        seller_kind="store" if is_store else "private",
        images=(image,) if (image := data.get("img", "")) else (),
        shipping_payer=payer,
        shipping_cost_jpy=postage,
        end_at=end_at,
        bids=_bids(row),
    )


def _shipping(row: LexborNode, data: dict[str, str]) -> tuple[prices.Payer | None, int | None]:
    node = row.css_first(".Product__postage")
    text = "" if node is None else "".join(node.text().split())
    clicks = [value for one in row.css("[data-cl-params]") if (value := one.attributes.get("data-cl-params"))]
    return prices.shipping_of_row(text, clicks, is_free=data.get("isfreeshipping") == "1")


def _attributes(row: LexborNode) -> dict[str, str]:
    """Return all `data-auction-*` attributes of the row, which are spread over several of its elements."""
    data: dict[str, str] = {}
    for node in row.css("[data-auction-id]"):
        for name, value in node.attributes.items():
            if name.startswith("data-auction-") and value:
                data.setdefault(name.removeprefix("data-auction-"), value)
    return data


def _verdict(data: dict[str, str], buyout: int | None, end_at: datetime | None, now: datetime) -> Verdict:
    """Return the verdict for a row: listed auctions are open."""
    if data.get("isflea") == "1":
        return FLEA_MARKET
    if end_at is not None and end_at < now:
        return CLOSING
    if buyout:
        return AVAILABLE
    return AUCTION_ONLY if data.get("buynowprice") == "0" else DOUBTFUL


def _bids(row: LexborNode) -> int | None:
    node = row.css_first(".Product__bid")
    return None if node is None else integer(node.text(strip=True))
