"""JSON documents with random values in their fields, and a proxy's observer that gets such responses."""

import asyncio
import random
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from mercarich_contracts.market import Marketplace as Name
from mercarich_contracts.proxy_api import Item
from mercarich_marketplace.breaker import Breaker, Rules
from mercarich_marketplace.client import Received
from mercarich_marketplace.egress import Egress, Guards
from mercarich_marketplace.metrics import ProxyMetrics
from mercarich_marketplace.observer import Observer
from mercarich_marketplace.pace import Pace
from mercarich_marketplace.ports import Marketplace
from mercarich_marketplace.turns import Flow, Turns
from mercarich_platform.cache import Cache

_TEXTS = ["", "0", "-", "--5", "-0", "+1", "1_0", "٣", "9" * 18, "9" * 40, "1e5", "yes", "\x00", "2026-02-30", "ＡＢ"]


def with_random_values(document: Any, draw: random.Random, each: int) -> Iterator[Any]:
    """Yield the document with each of its parts, at every depth, replaced `each` times by random JSON."""
    keys = list(document) if isinstance(document, dict) else range(len(document)) if isinstance(document, list) else []
    for key in keys:
        inner = [*(random_json(draw) for _ in range(each)), *with_random_values(document[key], draw, each)]
        for value in inner:
            changed = dict(document) if isinstance(document, dict) else list(document)
            changed[key] = value
            yield changed


def random_json(draw: random.Random, depth: int = 0) -> Any:
    match draw.randrange(6 if depth < 2 else 4):
        case 0:
            return draw.choice([None, True, False])
        case 1:
            return draw.choice([draw.randrange(-5, 5), draw.randrange(-(2**63), 2**64), 10**30])
        case 2:
            return draw.choice([draw.uniform(-9, 9), 1e300, -1e16, 0.0, float(draw.randrange(10**6))])
        case 3:
            return draw.choice([*_TEXTS, "".join(chr(draw.randrange(1, 0x3000)) for _ in range(draw.randrange(12)))])
        case 4:
            return [random_json(draw, depth + 1) for _ in range(draw.randrange(4))]
        case _:
            names = ["id", "name", "code", "status", "price", "a"]
            return {name: random_json(draw, depth + 1) for name in draw.sample(names, draw.randrange(4))}


def looks(build: Callable[[Egress], Marketplace], item_id: str, bodies: Sequence[bytes]) -> list[Item]:
    """Return what the observer returns for each body, all the way through the egress; no cache is used."""

    async def scene() -> list[Item]:
        metrics = ProxyMetrics(Name.MERCARI)
        never = Rules(min_calls=10**9, min_pages=10**9, block_streak=10**9)
        egress = Egress(_Answered(bodies), Guards(turns=Turns(Pace(1e6), 1), breaker=Breaker(never), metrics=metrics))
        watching = Observer(build(egress), egress.guards, cache=Cache(0))
        try:
            return [await watching.look(item_id, Flow()) for _ in bodies]
        finally:
            await egress.close()

    return asyncio.run(scene())


class _Answered:
    """A client that gets one body after the other."""

    def __init__(self, bodies: Sequence[bytes]) -> None:
        self._left = iter(bodies)

    async def ask(self, method: str, url: str, headers: Mapping[str, str], content: bytes | None) -> Received:
        return Received(200, {}, next(self._left))

    async def close(self) -> None: ...
