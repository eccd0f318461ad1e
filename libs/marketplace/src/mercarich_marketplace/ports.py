"""What a proxy brings to the kit: how one marketplace is asked and read."""

from collections.abc import Collection, Mapping
from typing import Protocol

from mercarich_contracts.proxy_api import Item, SearchRequest, SearchResult
from mercarich_contracts.sites import Site
from mercarich_marketplace.turns import Flow


class Marketplace(Protocol):
    """Each call raises `Fault` when nothing was learnt; `Missing` asks for a second look a minute later."""

    site: Site
    parser_version: str

    async def look(self, item_id: str, flow: Flow) -> Item: ...

    async def look_many(self, seller_id: str, wanted: Collection[str], flow: Flow) -> Mapping[str, Item]:
        """Those of the wanted items that the seller's own list answers beyond doubt. Absence proves nothing.
        Asked only where the site lists sellers."""

    async def search(self, request: SearchRequest, flow: Flow) -> SearchResult:
        """Asked only where the site searches."""
