"""One look at an item: from the cache, from another caller's call under way, or from the marketplace."""

import logging
from collections.abc import Collection
from typing import Literal

from mercarich_contracts.market import Reason, State
from mercarich_contracts.proxy_api import Budget, Item
from mercarich_marketplace.answers import CutOff, Fault, unknown
from mercarich_marketplace.breaker import Phase
from mercarich_marketplace.egress import Guards
from mercarich_marketplace.pace import Pace
from mercarich_marketplace.ports import Marketplace
from mercarich_marketplace.turns import Flow
from mercarich_marketplace.under_way import UnderWay
from mercarich_platform.cache import Cache

log = logging.getLogger(__name__)

CHUNKS_A_SECOND = 10.0
"""Partly filled chunks of all batches together. Below this rate, results are sent without waiting for more."""

HEARTBEAT_SECONDS = 2.0
"""Time without a result after which a batch says that it still waits."""

CHUNK_SECONDS = 1.0
"""Longest wait of a result for its chunk to fill, and only while chunks leave at `CHUNKS_A_SECOND`.

Fewer chunks mean fewer transactions: a checker writes each chunk in its own.
"""


class Observer:
    """Returns an `Item` for every id: after a fault its state is `unknown`. Raises nothing but `CutOff`."""

    def __init__(self, market: Marketplace, guards: Guards, *, cache: Cache[str, Item]) -> None:
        self.market = market
        self.guards = guards
        self._cache = cache
        self._under_way: UnderWay[Item] = UnderWay()
        self.chunks = Pace(CHUNKS_A_SECOND)
        """When the next partly filled chunk may leave, over all batches."""
        self.chunk_seconds = CHUNK_SECONDS
        self.heartbeat_seconds = HEARTBEAT_SECONDS
        self.open_batches = 0

    async def look(self, item_id: str, flow: Flow, *, fresh: bool = False) -> Item:
        """Return the item as seen now. `fresh` makes a new call instead of using the cache or a call under way."""
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
        """Return the items whose state the seller's list shows; none after a fault. The caller looks at the others."""
        try:
            items = dict(await self.market.look_many(seller_id, wanted, flow))
        except Fault as fault:
            log.info("a seller's list was not read", extra={"seller": seller_id, "reason": fault.reason.value})
            return {}
        except CutOff:
            raise
        except Exception:  # an unforeseen list must fail alone, not end the batch
            log.exception("the parser failed on a seller's list", extra={"seller": seller_id})
            return {}
        items = {item_id: item for item_id, item in items.items() if self.market.proofs.cover(item)}
        for item_id, item in items.items():
            self._cache.put(item_id, item)
            self.guards.metrics.look(item.state.value, item.reason.value if item.reason else "none")
        return items

    def remembered(self, item_id: str) -> Item | None:
        item = self._cache.get(item_id)
        if item is not None:
            self.guards.metrics.hit("recent")
        return item

    def phase(self) -> Literal["closed", "open", "half_open"]:
        """Return the breaker's phase in the contract's words."""
        match self.guards.breaker.phase(self.guards.now()):
            case Phase.CLOSED:
                return "closed"
            case Phase.OPEN:
                return "open"
            case Phase.HALF_OPEN:
                return "half_open"

    def budget(self) -> Budget:
        pace, now = self.guards.turns.pace, self.guards.now()
        given = 0.0 if self.guards.breaker.phase(now) is Phase.OPEN else pace.rate * pace.share(now)
        return Budget(allowed_per_second=pace.rate, in_force_per_second=given)

    async def _ask(self, item_id: str, flow: Flow) -> Item:
        if not self.market.site.is_item(item_id):
            fault = Fault(Reason.MALFORMED_ID, f"not a valid id of {self.market.site}: {item_id[:40]!r}")
            return self._unknown(item_id, fault)
        try:
            item = await self.market.look(item_id, flow)
        except Fault as fault:
            return self._unknown(item_id, fault)
        except CutOff:
            raise
        except Exception as error:  # an unforeseen page must fail alone, not end the batch
            log.exception("the parser failed on an item", extra={"item_id": item_id})
            return self._unknown(item_id, Fault(Reason.UNPARSABLE, f"the parser failed: {type(error).__name__}"))
        if item.state is State.UNKNOWN:
            return item
        if not self.market.proofs.cover(item):
            log.error("no proof covers the state of an item", extra={"item_id": item_id})
            return self._unknown(
                item_id, Fault(Reason.UNPARSABLE, f"no proof of {item.state}: {item.evidence.extract}")
            )
        self._cache.put(item_id, item)
        return item

    def _unknown(self, item_id: str, fault: Fault) -> Item:
        return unknown(
            self.market.site.marketplace,
            item_id,
            fault,
            page_url=self.market.site.page_url(item_id) if fault.reason is not Reason.MALFORMED_ID else "",
            parser_version=self.market.parser_version,
            at=self.guards.utc(),
        )
