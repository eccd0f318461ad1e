"""What a proxy brings to the kit: the adapter of one marketplace."""

from collections.abc import Collection, Mapping
from typing import Protocol

from mercarich_contracts.proxy_api import Item, SearchRequest, SearchResult
from mercarich_contracts.sites import Site
from mercarich_marketplace.proofs import Proofs
from mercarich_marketplace.turns import Flow


class Marketplace(Protocol):
    """Each method raises `Fault` without a usable result."""

    site: Site
    parser_version: str
    proofs: Proofs

    async def look(self, item_id: str, flow: Flow) -> Item: ...

    async def look_many(self, seller_id: str, wanted: Collection[str], flow: Flow) -> Mapping[str, Item]:
        """Return the wanted items whose state the seller's list shows beyond doubt.

        An item that the list lacks may still exist. Called only when the site has `lists_sellers`.
        """

    async def search(self, request: SearchRequest, flow: Flow) -> SearchResult:
        """Return one page of results. Called only when the site has `searches`."""
