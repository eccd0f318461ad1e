"""The pages of the benchmarks' market: Mercari's items and sellers' lists as JSON, Yahoo's item pages; by item number.

They are the simulator's pages, made once for each size with a placeholder for the id that is replaced on request, so
that serving one costs almost nothing. Every 20th item has sold; the number determines the size, too.
"""

import math
import time
from collections.abc import Sequence
from dataclasses import dataclass

import orjson

from mercarich_simulator.catalogue import Item
from mercarich_simulator.sites import mercari_item, yahoo_item
from mercarich_simulator.sites.look import Look

MERCARI_BYTES = tuple(range(8_000, 20_001, 1_000))
YAHOO_BYTES = tuple(range(60_000, 250_001, 19_000))
SOLD_EVERY = 20
PRICE = 3_000
SELLER_BASE = 910_000_000
CANARIES_FROM = 90_000_000
"""Items from this number on are in no listing, and are counted apart."""

_MERCARI_ID, _YAHOO_ID, _SELLER = b"m99999999999", b"x9999999999", 919_999_999


def mercari_id(number: int) -> str:
    return f"m{number:011d}"


def yahoo_id(number: int) -> str:
    return f"x{number:010d}"


def number_of(item_id: bytes) -> int:
    return int(item_id[1:])


def is_sold(number: int) -> bool:
    return number % SOLD_EVERY == 0


@dataclass(frozen=True, slots=True)
class Template:
    """A page in pieces, between which the item's id is inserted."""

    pieces: Sequence[bytes]
    seller: bytes | None = None

    def page(self, item_id: bytes, seller_id: bytes = b"") -> bytes:
        page = item_id.join(self.pieces)
        return page if self.seller is None else page.replace(self.seller, seller_id)


class Pages:
    """`items_a_seller`: how many neighbouring item numbers have the same Mercari seller."""

    def __init__(self, items_a_seller: int, yahoo_bytes: Sequence[int]) -> None:
        self.items_a_seller = items_a_seller
        self._mercari = {sold: [_mercari(size, sold) for size in MERCARI_BYTES] for sold in (False, True)}
        self._yahoo = {sold: [_yahoo(size, sold) for size in yahoo_bytes] for sold in (False, True)}
        self._rows = {sold: _list_row(sold) for sold in (False, True)}

    def mercari(self, item_id: bytes) -> bytes:
        number = number_of(item_id)
        of_size = self._mercari[is_sold(number)]
        return of_size[number % len(of_size)].page(item_id, b"%d" % self.seller_of(number))

    def yahoo(self, item_id: bytes) -> bytes:
        number = number_of(item_id)
        of_size = self._yahoo[is_sold(number)]
        return of_size[number // SOLD_EVERY % len(of_size)].page(item_id)

    def seller_of(self, number: int) -> int:
        return SELLER_BASE + (number - 1) // self.items_a_seller

    def numbers_of(self, seller_id: int) -> range:
        first = (seller_id - SELLER_BASE) * self.items_a_seller + 1
        return range(first, first + self.items_a_seller)

    def seller_list(self, seller_id: int) -> bytes:
        """The seller's whole list on one page: at most 100 items, as at Mercari."""
        rows = [
            self._rows[is_sold(number)].page(mercari_id(number).encode(), b"%d" % seller_id)
            for number in reversed(self.numbers_of(seller_id))
        ]
        return b'{"result":"OK","meta":{"has_next":false},"data":[%b]}' % b",".join(rows)


class MixedPages(Pages):
    """Mercari sellers with 1, 2, … `most` items, repeatedly: in one round, seller k (from 0) begins at k(k+1)/2."""

    def __init__(self, most: int, yahoo_bytes: Sequence[int]) -> None:
        super().__init__(1, yahoo_bytes)
        self._most = most
        self._round = most * (most + 1) // 2

    def seller_of(self, number: int) -> int:
        rounds, place = divmod(number - 1, self._round)
        return SELLER_BASE + rounds * self._most + (math.isqrt(8 * place + 1) - 1) // 2

    def numbers_of(self, seller_id: int) -> range:
        rounds, seller = divmod(seller_id - SELLER_BASE, self._most)
        first = rounds * self._round + seller * (seller + 1) // 2 + 1
        return range(first, first + seller + 1)


def _mercari(size: int, sold: bool) -> Template:
    data = mercari_item.item_object(_look("mercari", _MERCARI_ID.decode(), sold))
    body = {"result": "OK", "data": data, "meta": {}}
    data["description"] = ""
    data["description"] = "商品の説明です。" * ((size - len(orjson.dumps(body))) // len("商品の説明です。".encode()))
    return Template(orjson.dumps(body).split(_MERCARI_ID), seller=str(_SELLER).encode())


def _list_row(sold: bool) -> Template:
    """The keys of a row of `GET /items/get_items` (the simulator's `mercari_item.seller_page`)."""
    item = mercari_item.item_object(_look("mercari", _MERCARI_ID.decode(), sold))
    same = ("id", "seller", "status", "name", "price", "thumbnails", "num_likes", "num_comments", "created", "updated")
    more = ("item_category", "shipping_from_area", "pager_id", "liked")
    row = {key: item[key] for key in same + more} | {"root_category_id": 7, "item_pv": 0}
    row["seller"] = {"id": _SELLER, "name": item["seller"]["name"]}
    return Template(orjson.dumps(row).split(_MERCARI_ID), seller=str(_SELLER).encode())


def _yahoo(size: int, sold: bool) -> Template:
    look = _look("yahoo", _YAHOO_ID.decode(), sold)
    return Template(yahoo_item.YahooItemPages(size).render(yahoo_item.item_object(look), look).split(_YAHOO_ID))


def _look(marketplace: str, item_id: str, sold: bool) -> Look:
    now = time.time()
    item = Item(
        marketplace=marketplace,
        number=1,
        item_id=item_id,
        kind="auction" if marketplace == "yahoo" else "ordinary",
        title="ポケモンカード リザードン 未開封",
        price=PRICE,
        tax_percent=0,
        condition=2,
        seller_id=str(_SELLER),
        seller_name="ひなた商店",
        shipping_by_seller=True,
        postage=0,
        created_at=now - 86_400,
        noise=bytes(range(32)),
        likes=20,
    )
    return Look(item, "sold" if sold else "available", now - 3_600, now, host="http://127.0.0.1")
