"""What a proxy brings to the kit: how one marketplace is asked and read."""

from collections.abc import Collection, Mapping
from typing import Protocol

from mercarich_contracts.market import Marketplace as Name
from mercarich_contracts.proxy_api import Item, SearchRequest, SearchResult
from mercarich_marketplace.turns import Flow


class Marketplace(Protocol):
    """Each call raises `Fault` when nothing was learnt; `Missing` asks for a second look a minute later."""

    name: Name
    parser_version: str
    sellers_can_be_listed: bool
    """Whether `look_many` exists here; without it every id is looked at singly."""

    def is_well_formed(self, item_id: str) -> bool: ...

    def page_url(self, item_id: str) -> str:
        """Where a person looks at the item."""

    async def look(self, item_id: str, flow: Flow) -> Item: ...

    async def look_many(self, seller_id: str, wanted: Collection[str], flow: Flow) -> Mapping[str, Item]:
        """Those of the wanted items that the seller's own list answers beyond doubt. Absence proves nothing."""

    async def search(self, request: SearchRequest, flow: Flow) -> SearchResult: ...
