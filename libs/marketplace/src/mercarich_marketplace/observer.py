"""One look at an item: from memory, from somebody else's call that is under way, or from the marketplace."""

import logging
from collections.abc import Collection
from typing import Literal

from mercarich_contracts.market import ErrorClass, Reason, State
from mercarich_contracts.proxy_api import Item
from mercarich_marketplace.answers import Fault, Missing, evidence, unknown
from mercarich_marketplace.breaker import Phase
from mercarich_marketplace.egress import Guards
from mercarich_marketplace.memory import FirstMisses, UnderWay
from mercarich_marketplace.pace import Pace
from mercarich_marketplace.ports import Marketplace
from mercarich_marketplace.turns import Flow
from mercarich_platform.cache import Cache

log = logging.getLogger(__name__)

CHUNKS_A_SECOND = 10.0
"""Of all batches together, before their ends: below it nothing that is answered waits for more."""

CHUNK_SECONDS = 1.0
"""An answered item waits at most this long for its chunk to fill, and only while many chunks go out: a checker writes
each in a transaction of its own."""


class Observer:
    """Answers an `Item` for whatever happens: a fault is an unknown item, never an exception."""

    def __init__(self, market: Marketplace, guards: Guards, *, cache: Cache[str, Item], misses: FirstMisses) -> None:
        self.market = market
        self.guards = guards
        self._cache = cache
        self._misses = misses
        self._under_way: UnderWay[Item] = UnderWay()
        self.chunks = Pace(CHUNKS_A_SECOND)
        """When the next chunk of some batch may go out half full."""
        self.chunk_seconds = CHUNK_SECONDS
        self.open_batches = 0

    async def look(self, item_id: str, flow: Flow, *, fresh: bool = False) -> Item:
        """A fresh look is a call of its own: neither a remembered answer nor one that was asked for before it."""
        item = None if fresh else self.remembered(item_id)
        if fresh:
            item = await self._ask(item_id, flow)
        elif item is None:
            item, shared = await self._under_way.share(item_id, lambda: self._ask(item_id, flow))
            if shared:
                self.guards.metrics.hit("shared")
        self.guards.metrics.look(item.state.value, item.reason.value if item.reason else "none")
        return item

    async def look_many(self, seller_id: str, wanted: Collection[str], flow: Flow) -> dict[str, Item]:
        """What the seller's list answers; the rest is to be looked at singly, also after a fault."""
        try:
            items = dict(await self.market.look_many(seller_id, wanted, flow))
        except Fault as fault:
            log.info("a seller's list was not read", extra={"seller": seller_id, "reason": fault.reason.value})
            return {}
        except Exception:  # the one boundary: whatever an odd list breaks costs that list, not the batch
            log.exception("a seller's list broke its reader", extra={"seller": seller_id})
            return {}
        for item_id, item in items.items():
            self._keep(item_id, item)
            self.guards.metrics.look(item.state.value, item.reason.value if item.reason else "none")
        return items

    def remembered(self, item_id: str) -> Item | None:
        item = self._cache.get(item_id)
        if item is not None:
            self.guards.metrics.hit("recent")
        return item

    def phase(self) -> Literal["closed", "open", "half_open"]:
        """The breaker's, in the words of the contract."""
        match self.guards.breaker.phase(self.guards.now()):
            case Phase.CLOSED:
                return "closed"
            case Phase.OPEN:
                return "open"
            case Phase.HALF_OPEN:
                return "half_open"

    async def _ask(self, item_id: str, flow: Flow) -> Item:
        if not self.market.site.is_item(item_id):
            fault = Fault(Reason.MALFORMED_ID, f"not an id of {self.market.site}: {item_id[:40]!r}")
            return self._unknown(item_id, fault)
        try:
            item = await self.market.look(item_id, flow)
        except Missing as missing:
            return self._missed(item_id, missing)
        except Fault as fault:
            return self._unknown(item_id, fault)
        except Exception as error:  # the one boundary: whatever an odd page breaks costs its item, not the batch
            log.exception("an item broke its reader", extra={"item_id": item_id})
            return self._unknown(item_id, Fault(Reason.UNPARSABLE, f"its reader broke: {type(error).__name__}"))
        self._keep(item_id, item)
        return item

    def _missed(self, item_id: str, missing: Missing) -> Item:
        if missing.answer is None or not self._misses.confirms(item_id):
            return self._unknown(item_id, missing)
        extract = f"{missing.detail}; seen again after at least a minute"
        item = Item(
            marketplace=self.market.site.marketplace,
            item_id=item_id,
            url=self.market.site.page_url(item_id),
            state=State.GONE,
            reason=Reason.NOT_FOUND,
            error_class=ErrorClass.GONE,
            evidence=evidence(missing.answer, self.market.parser_version, extract),
        )
        self._cache.put(item_id, item)
        return item

    def _keep(self, item_id: str, item: Item) -> None:
        if item.state is State.UNKNOWN:
            return
        self._misses.forget(item_id)
        self._cache.put(item_id, item)

    def _unknown(self, item_id: str, fault: Fault) -> Item:
        return unknown(
            self.market.site.marketplace,
            item_id,
            fault,
            page_url=self.market.site.page_url(item_id) if fault.reason is not Reason.MALFORMED_ID else "",
            parser_version=self.market.parser_version,
            at=self.guards.utc(),
        )
