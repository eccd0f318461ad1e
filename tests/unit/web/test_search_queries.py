"""What a bulk search accepts: keywords and result pages, and why the rest is refused."""

from dataclasses import replace

import pytest

from mercarich_contracts.market import Marketplace
from mercarich_contracts.sites import SITES
from mercarich_reasons.jobs import (
    KeywordTooLong,
    NoAddress,
    NoKeyword,
    NoPrice,
    NoResultPage,
    NoSearch,
    NotSearched,
    SearchTooLong,
    TooManySearches,
)
from mercarich_reasons.reason import Reason
from mercarich_web.jobs import search_queries
from mercarich_web.jobs.search_queries import BadQuery, read_queries

BOTH = (Marketplace.YAHOO, Marketplace.MERCARI)
MERCARI = "https://jp.mercari.com"
PAGES = ("https://auctions.yahoo.co.jp/search/search?p=…", f"{MERCARI}/search?keyword=…")


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
    ("given", "why"),
    [
        ([], NoSearch()),
        (["", "  "], NoSearch()),
        (["x" * 201], KeywordTooLong("x" * 40, 201, 200)),
        (["a\x1b[31mb"], NoKeyword("a\x1b[31mb")),
        (["x" * 1001], SearchTooLong("x" * 40, 1000)),
        (["http://evil.example/search?keyword=a"], NoResultPage("http://evil.example/search?keyword=a", PAGES)),
        (["http://[::1/search"], NoAddress("http://[::1/search")),
        ([f"{MERCARI}/search?category_id=3"], NoKeyword(f"{MERCARI}/search?category_id=3")),
        ([f"{MERCARI}/item/m12345678901"], NoResultPage(f"{MERCARI}/item/m12345678901", PAGES)),
        ([f"{MERCARI}.evil.example/search?keyword=a"], NoResultPage(f"{MERCARI}.evil.example/search?keyword=a", PAGES)),
        ([f"{MERCARI}/search?keyword=a&price_min=lots"], NoPrice(f"{MERCARI}/search?keyword=a&price_min=lots", "lots")),
        ([f"{MERCARI}/search?" + "a=1&" * 200], NoAddress((f"{MERCARI}/search?" + "a=1&" * 200)[:80])),
        ([f"cup {number}" for number in range(101)], TooManySearches(202, 200)),
    ],
)
def test_what_is_no_search_is_refused_with_a_reason(given: list[str], why: Reason) -> None:
    with pytest.raises(BadQuery) as raised:
        read_queries(given, BOTH, None, None)

    assert raised.value.reason == why
    assert len(str(raised.value)) < 300


@pytest.mark.parametrize("given", ["watch", f"{MERCARI}/search?keyword=watch"])
def test_a_marketplace_whose_proxy_does_not_search_is_not_asked(given: str, monkeypatch: pytest.MonkeyPatch) -> None:
    silent = replace(SITES[Marketplace.MERCARI], searches=False)
    monkeypatch.setattr(search_queries, "SITES", {**SITES, Marketplace.MERCARI: silent})

    with pytest.raises(BadQuery) as refused:
        read_queries([given], BOTH, None, None)

    assert refused.value.reason == NotSearched(Marketplace.MERCARI)
