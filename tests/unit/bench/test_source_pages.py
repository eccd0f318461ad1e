"""The benchmarks' market serves pages that the product's own readers and its peers' understand."""

from datetime import UTC, datetime

import orjson
import pytest
from bench.source import Counts
from bench.source_pages import (
    CANARIES_FROM,
    MERCARI_BYTES,
    PRICE,
    YAHOO_BYTES,
    MixedPages,
    Pages,
    is_sold,
    mercari_id,
    yahoo_id,
)

from mercarich_contracts.market import State
from mercarich_contracts.proxy_api import Item
from mercarich_marketplace.answers import Answer
from mercarich_mercari_proxy.adapters import items, sellers
from mercarich_yahoo_proxy.adapters import item_page

NUMBERS = range(1, 61)
PAGES = Pages(items_a_seller=20, yahoo_bytes=YAHOO_BYTES)


def answer(body: bytes) -> Answer:
    return Answer("https://example.test/", 200, {}, body, datetime.now(UTC))


@pytest.mark.parametrize("number", NUMBERS)
def test_mercaris_item_reads_as_on_sale_or_sold_by_its_number(number: int) -> None:
    item_id = mercari_id(number)
    body = PAGES.mercari(item_id.encode())
    item = items.read(answer(body), item_id)
    assert item.state is (State.SOLD if is_sold(number) else State.AVAILABLE)
    assert (item.price_jpy, item.seller_id) == (PRICE, str(PAGES.seller_of(number)))
    assert MERCARI_BYTES[0] * 0.95 <= len(body) <= MERCARI_BYTES[-1]
    assert orjson.loads(body)["data"]["status"] == ("sold_out" if is_sold(number) else "on_sale")


@pytest.mark.parametrize("number", NUMBERS)
def test_yahoos_page_reads_as_on_sale_or_sold_by_its_number(number: int) -> None:
    item_id = yahoo_id(number)
    body = PAGES.yahoo(item_id.encode())
    item = item_page.read(answer(body), item_id)
    assert isinstance(item, Item)
    assert item.state is (State.SOLD if is_sold(number) else State.AVAILABLE)
    assert YAHOO_BYTES[0] * 0.95 <= len(body) <= YAHOO_BYTES[-1] * 1.05


def test_a_sellers_list_answers_all_his_items() -> None:
    seller_id = PAGES.seller_of(21)
    ids = {mercari_id(number): number for number in range(21, 41)}
    page = sellers.read(answer(PAGES.seller_list(seller_id)), str(seller_id), ids)
    assert page.next_pager_id is None
    assert {item_id: item.state for item_id, item in page.items.items()} == {
        item_id: State.SOLD if is_sold(number) else State.AVAILABLE for item_id, number in ids.items()
    }


def test_the_market_counts_items_repeats_and_canaries_apart() -> None:
    counts = Counts()
    for numbers in (range(1, 4), range(3, 4), range(CANARIES_FROM, CANARIES_FROM + 1)):
        counts.note(numbers)
        counts.answered(numbers)
    found = counts.figures()
    assert (found["requests"], found["items"], found["most"]) == (2, 3, 2)
    assert (found["answered"], found["canaries"]) == (4, 1)


def test_mixed_sellers_have_from_one_to_so_many_items_and_each_item_has_one_of_them() -> None:
    pages = MixedPages(4, YAHOO_BYTES)
    sellers_of = {number: pages.seller_of(number) for number in range(1, 21)}
    assert [list(pages.numbers_of(seller)) for seller in sorted(set(sellers_of.values()))] == [
        *([1], [2, 3], [4, 5, 6], [7, 8, 9, 10]),
        *([11], [12, 13], [14, 15, 16], [17, 18, 19, 20]),
    ]
    assert all(number in pages.numbers_of(seller) for number, seller in sellers_of.items())
