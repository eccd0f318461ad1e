"""Damage to responses of the marketplaces: `python -m tests.services.mutations 100000`.

Keys are lost, retyped, swapped and doubled, bytes lost, bodies cut, and statuses changed. None of it may take an item
off sale, or put one back on, but where the mutation itself wrote a value that decides. The bodies are those of the
tests, and the recorded ones where they are (`recordings`).
"""

import argparse
import json
import logging
import random
import sys
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from typing import Any

import pytest
from tests.services.recordings import recorded
from tests.unit.mercari_proxy import test_items as mercari
from tests.unit.mercari_proxy import test_shops as mercari_shops
from tests.unit.yahoo_proxy import test_item_page as yahoo

from mercarich_contracts.market import State
from mercarich_contracts.proxy_api import Item
from mercarich_marketplace.answers import Answer, Fault
from mercarich_marketplace.proofs import Proofs
from mercarich_mercari_proxy.adapters import items, sellers, shops
from mercarich_mercari_proxy.domain.proofs import PROOFS as MERCARI
from mercarich_yahoo_proxy.adapters import item_page
from mercarich_yahoo_proxy.domain.proofs import PROOFS as YAHOO

RECORDED_ID = "t1201146949"
WHOLE = ((b"", b""),)
NEXT_DATA = (b'<script id="__NEXT_DATA__" type="application/json">', b"</script>")
PAGE_DATA = (b"var pageData = ", b";</script>")
DECIDING = frozenset(
    {
        *("status", "isClosed", "bids", "hasWinner", "winPrice", "bidorbuy", "taxinBidorbuy", "isFleaMarket"),
        *("auctionId", "productID", "id", "name", "quantity", "variants", "productTags", "isBlockedShop", "shop"),
        *("auction_info", "is_no_price", "price", "item", "items", "data", "productDetail", "endTime", "thumbnails"),
        *("code", "message", "errors", "result"),
    }
)
"""Keys whose values decide on the state. Half of the mutations hit one; what is swapped into one is written."""
FATAL = frozenset({State.GONE, State.SOLD, State.ENDED, State.SUSPENDED})
STATUSES = (200, 200, 204, 301, 302, 400, 403, 404, 404, 410, 423, 429, 500, 503)

Read = Callable[[Answer], "Item | sellers.Page | object"]


@dataclass(frozen=True)
class Specimen:
    name: str
    body: bytes
    read: Read
    proofs: Proofs
    at: datetime
    status: int = 200
    blocks: Sequence[tuple[bytes, bytes]] = WHOLE
    """What stands before and after each JSON document of the body."""


@dataclass(frozen=True)
class Mutation:
    what: str
    body: bytes
    status: int
    wrote: bool = False
    """It wrote a value that decides."""


@dataclass
class Result:
    tried: Counter[str] = field(default_factory=Counter)
    known: int = 0
    """Mutated bodies of which some state was still read."""
    written: list[str] = field(default_factory=list)
    offences: list[str] = field(default_factory=list)


def specimens() -> Iterator[Specimen]:
    over = yahoo.page_data(isClosed="1", bids="0")
    pages = {
        "open": yahoo.page(yahoo.item(bidorbuy=5000), yahoo.page_data(winPrice="5000")),
        "bids only": yahoo.page(yahoo.item(bids=2), yahoo.page_data(bids="2")),
        "closed": yahoo.page(yahoo.item(status="closed"), over),
        "cancelled": yahoo.page(yahoo.item(status="cancel"), over),
        "only pageData": yahoo.page(None, over),
    }
    for name, page in pages.items():
        blocks = (NEXT_DATA, PAGE_DATA) if "NEXT_DATA" in page else (PAGE_DATA,)
        read = partial(item_page.read, item_id=yahoo.ID)
        for status in (200, 404) if name in ("closed", "cancelled") else (200,):
            yield Specimen(f"Yahoo, {name}, {status}", page.encode(), read, YAHOO, yahoo.NOW, status, blocks)
    for name, document in {
        "on sale": mercari.page(is_no_price=False),
        "auction": mercari.page(auction_info={"state": "STATE_ONGOING", "expected_end_time": 1795600000}),
        "sold": mercari.page(status="sold_out"),
    }.items():
        yield _mercari(name, document, partial(items.read, item_id="m12345678901"))
    for name, document in {
        "in stock": mercari_shops.product(isBlockedShop=False),
        "sold": mercari_shops.product(
            productTags=["sold_out"], detail={"variants": [{"quantity": "0"}, {"quantity": "0"}]}
        ),
    }.items():
        yield _mercari(f"Shops, {name}", document, partial(shops.read, item_id=mercari_shops.SHOP_ID))
    rows = [mercari.row(number, "on_sale", is_no_price=False) for number in range(1, 8)]
    listed = {"result": "OK", "data": [*rows, mercari.row(8, "trading")], "meta": {"has_next": False}}
    wanted = {row["id"] for row in listed["data"]}  # type: ignore[attr-defined]
    yield _mercari("a seller's list", listed, partial(sellers.read, seller_id="77", wanted=wanted))


def recordings() -> Iterator[Specimen]:
    """Yield the recorded bodies. Skips, as `recorded` does, where there are none."""
    during = datetime(2025, 10, 3, tzinfo=UTC)
    read: Read = partial(item_page.read, item_id=RECORDED_ID)
    for folder in ("2025-10-item", "derived"):
        for file in sorted(recorded("yahoo", folder).glob("item*.html")):
            yield Specimen(f"Yahoo, {file.stem}", file.read_bytes(), read, YAHOO, during, blocks=(NEXT_DATA, PAGE_DATA))
    for file in sorted(recorded("mercari", "cassettes").glob("*.json")):
        cassette = json.loads(file.read_text())
        url, document = cassette["request"]["url"], cassette["response"]["json"]
        if "/items/get?" in url:
            read = partial(items.read, item_id=url.partition("id=")[2])
        elif "get_items" in url:
            rows = document["data"]
            read = partial(sellers.read, seller_id=str(rows[0]["seller"]["id"]), wanted={row["id"] for row in rows})
        else:
            continue
        yield _mercari(file.stem, document, read, cassette["response"]["status"])
    newer = json.loads(recorded("mercari", "2026-09", "items_get.on_sale.json").read_text())
    yield _mercari("items_get.on_sale", newer, partial(items.read, item_id=newer["data"]["id"]))


def _mercari(name: str, document: Any, read: Read, status: int = 200) -> Specimen:
    return Specimen(f"Mercari, {name}", encoded(document), read, MERCARI, mercari.AT, status)


def run(all_of: Sequence[Specimen], number: int, seed: int) -> Result:
    """Mutate each specimen in turn, `number` times in all."""
    draw, result = random.Random(seed), Result()
    before = [states(each, each.body, each.status) for each in all_of]
    for turn in range(number):
        specimen = all_of[turn % len(all_of)]
        mutation = mutated(specimen, draw)
        after = states(specimen, mutation.body, mutation.status)
        result.tried[specimen.name] += 1
        result.known += bool(after)
        for item_id, state in after.items():
            was = before[turn % len(all_of)].get(item_id, State.UNKNOWN)
            if is_wrong(was, state):
                words = f"{specimen.name}: {mutation.what}: {item_id} was {was} and is {state}"
                (result.written if mutation.wrote else result.offences).append(words)
    return result


def is_wrong(was: State, state: State) -> bool:
    if was in FATAL:
        return state in (State.AVAILABLE, State.UNBUYABLE)
    return state in FATAL or (was is State.AVAILABLE and state is State.UNBUYABLE)


def states(specimen: Specimen, body: bytes, status: int) -> Mapping[str, State]:
    """Return what the reader, and the table behind it, say of each item; nothing after a fault."""
    answer = Answer("http://market/x", status, {"location": "/"}, body, specimen.at)
    try:
        seen = specimen.read(answer)
    except Fault:
        return {}
    read = [seen] if isinstance(seen, Item) else list(seen.items.values()) if isinstance(seen, sellers.Page) else []
    return {item.item_id: item.state for item in read if specimen.proofs.cover(item)}


def mutated(specimen: Specimen, draw: random.Random) -> Mutation:
    body, status = specimen.body, specimen.status
    match draw.randrange(10):
        case 0:
            start = draw.randrange(len(body))
            end = start + draw.choice([draw.randrange(1, 12), draw.randrange(1, 200), len(body)])
            return Mutation(f"without bytes {start} to {end}", body[:start] + body[end:], status)
        case 1:
            other = draw.choice(STATUSES)
            return Mutation(f"HTTP {other}", body, other)
    start, end = draw.choice(specimen.blocks)
    begin = body.index(start) + len(start)
    stop = body.index(end, begin) if end else len(body)
    what, document, wrote = _damaged(json.loads(body[begin:stop]), draw)
    status = draw.choice(STATUSES) if draw.random() < 0.1 else status
    return Mutation(f"{what}, HTTP {status}", body[:begin] + encoded(document) + body[stop:], status, wrote)


def _damaged(document: Any, draw: random.Random) -> tuple[str, Any, bool]:
    """Damage one place, or two, of the document."""
    places = list(_places(document))
    if draw.random() < 0.5:
        places = [place for place in places if place[1] in DECIDING] or places
    holder, key = draw.choice(places)
    match draw.randrange(4):
        case 0:
            a_variant = isinstance(holder[key], dict) and "quantity" in holder[key]
            del holder[key]
            return f"without {key}", document, a_variant  # of the others, none may be in stock
        case 1 | 2:
            new = _retyped(holder[key], draw)
            what = f"{key}: {holder[key]!r:.60} became {new!r:.60}"
            holder[key] = new
            return what, document, False
        case _:
            other, name = draw.choice(places)
            value = json.loads(encoded(other[name]))
            what = f"{key} got the value of {name}, {value!r:.60}"
            holder[key] = value
            return what, document, True


def _retyped(value: Any, draw: random.Random) -> Any:
    others: list[Any] = [None, [], {}, [value], {"value": value}]
    if isinstance(value, bool):
        others += ["yes" if value else "no", "true" if value else "false", int(value)]
    elif isinstance(value, int | float):
        others += [str(value), float(value), [value, value], bool(value)]
    elif isinstance(value, str):
        others += ["", value.upper(), f" {value}", *([int(value)] if value.isdecimal() else [])]
    elif isinstance(value, list):
        others += [value * 2, json.dumps(value)]
    return draw.choice(others)


def _places(value: Any) -> Iterator[tuple[Any, Any]]:
    """Yield every place of the document: what holds it, and its key there."""
    keys = list(value) if isinstance(value, dict) else range(len(value)) if isinstance(value, list) else ()
    for key in keys:
        yield value, key
        yield from _places(value[key])


def encoded(document: Any) -> bytes:
    return json.dumps(document, ensure_ascii=False, separators=(",", ":")).encode()


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("number", type=int)
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    logging.disable()  # each status word that is not in the table
    all_of = list(specimens())
    try:
        all_of += recordings()
    except pytest.skip.Exception as missing:
        sys.stdout.write(f"without the recordings: {missing}\n")
    result = run(all_of, given.number, given.seed)
    numbers = f"{given.number:,} mutations of {len(all_of)} bodies; {result.known:,} still showed a state"
    wrong = f"{len(result.offences)} wrong; {len(result.written)} more wrote what decided"
    sys.stdout.write("\n".join([numbers, wrong, *result.offences[:20], ""]))
    return 1 if result.offences else 0


if __name__ == "__main__":
    sys.exit(main())
