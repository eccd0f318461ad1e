"""Yahoo! Auctions' pages as the kit's `Marketplace`: the address and the parser for each kind of request.

Pages: `marketplaces.md` 2.1. The simulator serves the same paths.
"""

from collections.abc import Collection, Mapping
from functools import partial
from urllib.parse import urlencode

from mercarich_contracts.market import Reason
from mercarich_contracts.proxy_api import Item, SearchRequest, SearchResult
from mercarich_contracts.sites.yahoo import SITE
from mercarich_marketplace.answers import Answer, Fault
from mercarich_marketplace.egress import Call, Egress
from mercarich_marketplace.turns import Flow
from mercarich_yahoo_proxy.adapters import absence, item_page, search_page
from mercarich_yahoo_proxy.domain.proofs import PROOFS
from mercarich_yahoo_proxy.domain.redirects import Elsewhere

MOST_REDIRECTS = 2


class WebMarket:
    """`mercarich_marketplace.ports.Marketplace` for Yahoo! Auctions."""

    site = SITE
    parser_version = item_page.PARSER_VERSION
    proofs = PROOFS

    def __init__(self, egress: Egress, base_url: str) -> None:
        self._egress = egress
        self._base = base_url

    async def look(self, item_id: str, flow: Flow) -> Item:
        """Return the item from its page. Where the page is missing, ask whether there is such an auction at all."""
        try:
            return await self._shown(item_id, flow)
        except Fault as fault:
            if fault.reason is not Reason.NOT_FOUND_UNPROVEN:
                raise
            page = fault.detail
        call = _call(f"{self._base}/api/detail/v2/items/{item_id}", "application/json")
        return await self._egress.fetch(call, partial(absence.read, page=page), flow)

    async def _shown(self, item_id: str, flow: Flow) -> Item:
        """Return the item from its page. A redirect is followed only to the same item on the same site."""
        url = f"{self._base}/jp/auction/{item_id}"
        for _ in range(MOST_REDIRECTS):
            seen = await self._page(url, item_id, flow)
            if isinstance(seen, Item):
                return seen
            url = seen.url
        last = await self._page(url, item_id, flow)
        if isinstance(last, Item):
            return last
        raise last.too_often()

    async def look_many(self, seller_id: str, wanted: Collection[str], flow: Flow) -> Mapping[str, Item]:
        return {}

    async def search(self, request: SearchRequest, flow: Flow) -> SearchResult:
        call = _call(f"{self._base}/search/search?{urlencode(search_page.query(request))}")
        return await self._egress.fetch(call, partial(search_page.read, request=request), flow)

    async def _page(self, url: str, item_id: str, flow: Flow) -> "Item | Elsewhere":
        def read(answer: Answer) -> Item | Elsewhere:
            return item_page.read(answer, item_id)

        return await self._egress.fetch(_call(url), read, flow)


def _call(url: str, accept: str = "text/html,application/xhtml+xml") -> Call:
    return Call(url=url, headers=lambda: {"Accept": accept, "Accept-Language": "ja"})
