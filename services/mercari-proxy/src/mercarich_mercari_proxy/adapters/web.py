"""Mercari's web API as the kit's `Marketplace`: the address and the parser for each kind of request.

Endpoints and headers: `marketplaces.md` 1.2. The simulator serves the same paths.
"""

from collections.abc import Callable, Collection, Mapping
from functools import partial
from typing import TypeVar
from urllib.parse import urlencode

import orjson

from mercarich_contracts.proxy_api import Item, SearchRequest, SearchResult
from mercarich_contracts.sites.mercari import SITE
from mercarich_marketplace.answers import Answer
from mercarich_marketplace.egress import Call, Egress
from mercarich_marketplace.turns import Flow
from mercarich_mercari_proxy.adapters import items, search, sellers, shops
from mercarich_mercari_proxy.adapters.dpop import Signer
from mercarich_mercari_proxy.domain import ids
from mercarich_mercari_proxy.domain.proofs import PROOFS

LIST_PAGES = 5
LIST_LIMIT = 100

_INCLUDED = (
    "item_attributes",
    "product_page_component",
    "non_ui_item_attributes",
    "donation",
    "item_attributes_sections",
    "auction",
)
_INCLUDE = "".join(f"&include_{part}=true" for part in _INCLUDED)

Read = TypeVar("Read")


class WebMarket:
    """`mercarich_marketplace.ports.Marketplace` for Mercari."""

    site = SITE
    parser_version = items.PARSER_VERSION
    proofs = PROOFS

    def __init__(self, egress: Egress, base_url: str, signer: Signer) -> None:
        self._egress = egress
        self._base = base_url
        self._signer = signer

    async def look(self, item_id: str, flow: Flow) -> Item:
        if ids.is_shops(item_id):
            path = f"/v1/marketplaces/shops/products/{item_id}?view=FULL&imageType=JPEG"
            return await self._get(path, partial(shops.read, item_id=item_id), flow)
        path = f"/items/get?id={item_id}{_INCLUDE}"
        return await self._get(path, partial(items.read, item_id=item_id), flow)

    async def look_many(self, seller_id: str, wanted: Collection[str], flow: Flow) -> Mapping[str, Item]:
        """Read pages of the seller's list until fewer than two wanted items are left: a single look costs no more."""
        found: dict[str, Item] = {}
        left = {item_id for item_id in wanted if ids.is_ordinary(item_id)}
        last_pager_id: int | None = None
        for _ in range(LIST_PAGES):
            page = await self._list(seller_id, left, last_pager_id, flow)
            found.update(page.items)
            left -= page.seen
            last_pager_id = page.next_pager_id
            if last_pager_id is None or len(left) < 2:
                break
        return found

    async def search(self, request: SearchRequest, flow: Flow) -> SearchResult:
        body = orjson.dumps(search.body(request))
        call = self._call("POST", "/v2/entities:search", body)
        return await self._egress.fetch(call, partial(search.read, page=request.page), flow)

    async def _list(
        self, seller_id: str, wanted: Collection[str], max_pager_id: int | None, flow: Flow
    ) -> sellers.Page:
        query = {
            "seller_id": seller_id,
            "limit": LIST_LIMIT,
            "status": "on_sale,trading,sold_out",
            "with_auction": "true",
        }
        if max_pager_id is not None:
            query["max_pager_id"] = max_pager_id
        read = partial(sellers.read, seller_id=seller_id, wanted=wanted)
        return await self._get(f"/items/get_items?{urlencode(query)}", read, flow)

    async def _get(self, path: str, read: Callable[[Answer], Read], flow: Flow) -> Read:
        return await self._egress.fetch(self._call("GET", path, None), read, flow)

    def _call(self, method: str, path: str, content: bytes | None) -> Call:
        url = self._base + path

        def headers() -> dict[str, str]:
            given = {
                "DPoP": self._signer.proof(method, url),
                "X-Platform": "web",
                "Accept": "application/json, text/plain, */*",
                "Accept-Language": "ja",
            }
            return given if content is None else {**given, "Content-Type": "application/json"}

        return Call(url=url, method=method, headers=headers, content=content)
