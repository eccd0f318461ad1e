"""A page of `GET /items/get_items`: up to 100 items of one seller, each with fewer fields than its own page."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from mercarich_contracts.market import Reason, State
from mercarich_contracts.proxy_api import Item
from mercarich_contracts.sites.mercari import SITE
from mercarich_marketplace.answers import Answer, Fault, evidence
from mercarich_marketplace.fields import at, flag, identifier, integer, part, positive, rows, strings, text, unix_time
from mercarich_mercari_proxy.adapters import items
from mercarich_mercari_proxy.domain import ids, states
from mercarich_mercari_proxy.domain.errors import json_of

PARSER_VERSION = "mercari-seller/2"

UNPRICED = 9_999_999
"""The price that an item without a price carries in lists (recorded)."""


@dataclass(frozen=True, slots=True)
class Page:
    items: dict[str, Item]
    """Wanted items whose row shows their state beyond doubt, by id."""
    seen: frozenset[str]
    """Wanted ids that have a row on this page, also those without a clear state."""
    next_pager_id: int | None
    """The next page's `max_pager_id`; None on the last page."""


def read(answer: Answer, seller_id: str, wanted: Collection[str]) -> Page:
    """Return the wanted items of the page, without rows in doubt. Raise `Fault` when this is no list of items."""
    document = json_of(answer)
    listed = at(document, "data")
    if at(document, "result") != "OK" or not isinstance(listed, list):
        raise Fault(Reason.UNPARSABLE, "no list of items in the response")
    of_interest = [row for row in rows(listed) if text(row.get("id")) in wanted]
    read_rows = [_item(answer, row, seller_id) for row in of_interest]
    return Page(
        items={item.item_id: item for item in read_rows if item is not None},
        seen=frozenset(row["id"] for row in of_interest),
        next_pager_id=_next_pager_id(document, rows(listed)),
    )


def _item(answer: Answer, row: dict[str, Any], seller_id: str) -> Item | None:
    item_id, status, price = row["id"], text(row.get("status")), positive(row.get("price"))
    pictures = strings(row.get("thumbnails"))
    if status is None or price in (None, UNPRICED) or identifier(at(row, "seller", "id")) != seller_id:
        return None
    try:
        auction, no_price = part(row.get("auction_info", row.get("auction"))), flag(row.get("is_no_price"))
    except Fault:  # another type than ever before proves nothing
        return None
    verdict = states.verdict(status, auction=auction is not None, no_price=no_price)
    if verdict.state is State.UNKNOWN:
        return None
    if verdict.state is not State.AVAILABLE and not ids.is_pictured(item_id, pictures):
        return None
    return Item(
        marketplace=SITE.marketplace,
        item_id=item_id,
        state=verdict.state,
        reason=verdict.reason,
        evidence=evidence(
            answer, PARSER_VERSION, f"row of seller {seller_id}'s list: id={item_id} status={status} price={price}"
        ),
        url=SITE.page_url(item_id),
        title=text(row.get("name")),
        price_jpy=None if no_price else price,
        price_kind=items.price_kind(auction=auction is not None, no_price=no_price),
        raw_status=status,
        quantity=1,
        seller_id=seller_id,
        seller_name=text(at(row, "seller", "name")),
        seller_kind="private",
        images=pictures,
        category_path=items.categories(row),
        brand=text(at(row, "item_brand", "name")),
        ships_from=items.ships_from(row),
        likes=integer(row.get("num_likes")),
        end_at=unix_time(at(auction, "expected_end_time")),
        created_at=unix_time(row.get("created")),
        updated_at=unix_time(row.get("updated")),
        revision=identifier(row.get("updated")),
    )


def _next_pager_id(document: Any, listed: list[dict[str, Any]]) -> int | None:
    if at(document, "meta", "has_next") is not True or not listed:
        return None
    last = positive(listed[-1].get("pager_id"))
    return None if last is None else last - 1
