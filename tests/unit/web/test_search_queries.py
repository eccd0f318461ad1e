"""What a bulk search takes: keywords and result pages, and in which words the rest is refused."""

import pytest

from mercarich_contracts.market import Marketplace
from mercarich_web.domain.search_queries import BadQuery, read_queries

BOTH = tuple(Marketplace)


def test_a_keyword_takes_the_prices_and_marketplaces_that_were_asked_for() -> None:
    queries = read_queries(["  old   watch "], BOTH, 100, 5000)

    assert [(q.marketplace, q.keyword, q.price_min, q.price_max) for q in queries] == [
        ("yahoo", "old watch", 100, 5000),
        ("mercari", "old watch", 100, 5000),
    ]


def test_an_address_is_of_its_marketplace_and_brings_its_own_conditions() -> None:
    given = [
        "https://auctions.yahoo.co.jp/search/search?p=%E6%99%82%E8%A8%88&aucminprice=500&aucmaxprice=900&istatus=1,2&b=51",
        "https://jp.mercari.com/search?keyword=%E6%99%82%E8%A8%88&price_max=700&item_condition_id=3",
    ]

    yahoo, mercari = read_queries(given, BOTH, 1, 2)

    assert (yahoo.marketplace, yahoo.keyword, yahoo.price_min, yahoo.price_max) == ("yahoo", "時計", 500, 900)
    assert yahoo.conditions == (1, 2)
    assert (mercari.marketplace, mercari.price_min, mercari.price_max) == ("mercari", None, 700)
    assert mercari.conditions == (3,)


def test_the_same_search_twice_counts_once() -> None:
    assert len(read_queries(["cup", "cup ", "", "cup"], BOTH, None, None)) == 2


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ([], "give at least one keyword"),
        (["", "  "], "give at least one keyword"),
        (["x" * 201], "a keyword of 201 characters; at most 200"),
        (["a\x1b[31mb"], "no keyword in it"),
        (["x" * 1001], "longer than 1000 characters"),
        (["http://evil.example/search?keyword=a"], "expected a result page"),
        (["http://[::1/search"], "is no address"),
        (["https://jp.mercari.com/search?category_id=3"], "no keyword in it"),
        (["https://jp.mercari.com/item/m12345678901"], "expected a result page"),
        (["https://jp.mercari.com.evil.example/search?keyword=a"], "expected a result page"),
        (["https://jp.mercari.com/search?keyword=a&price_min=lots"], "a price of 'lots'"),
        (["https://jp.mercari.com/search?" + "a=1&" * 200], "is no address"),
        ([f"cup {number}" for number in range(101)], "202 searches; at most 200"),
    ],
)
def test_what_is_no_search_is_refused_in_a_sentence(given: list[str], says: str) -> None:
    with pytest.raises(BadQuery, match=says.replace("[", r"\[")) as raised:
        read_queries(given, BOTH, None, None)

    assert len(str(raised.value)) < 300
