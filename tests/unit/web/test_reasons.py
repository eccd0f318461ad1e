"""What jobs write in English is read in the language of the page: no sentence of a file or a search stays as it is."""

import re

import pytest

from mercarich_contracts.market import Marketplace
from mercarich_web.domain.listing_csv import COLUMNS, read_header, read_row
from mercarich_web.domain.search_queries import BadQuery, read_queries
from mercarich_web.site.languages import catalogue
from mercarich_web.site.reasons import told

JAPANESE = re.compile(r"[\u3040-\u30ff\u4e00-\u9fff]")
GOOD = {"sku": "S-1", "marketplace": "yahoo", "source_id": "x123456789"}


def in_japanese(reason: str) -> str:
    return told(reason, catalogue("ja").ugettext)


@pytest.mark.parametrize(
    "cells",
    [
        *({"sku": text} for text in ("", "x" * 41, "a\x00b", "a\nb")),
        {"marketplace": "ebay"},
        {"source_id": "m123"},
        {"asin": "b00test123"},
        {"title": "x" * 256},
        {"quantity": "0"},
        {"listed": "perhaps"},
    ],
)
def test_what_is_wrong_with_a_row(cells: dict[str, str]) -> None:
    values = GOOD | cells
    _, problems = read_row(list(values), list(values.values()), 2)

    assert problems
    assert [one.problem for one in problems if not JAPANESE.search(in_japanese(one.problem))] == []


@pytest.mark.parametrize("header", [["sku", "marketplace"], [*COLUMNS, "sku"], [*COLUMNS, "price"]])
def test_what_is_wrong_with_a_header(header: list[str]) -> None:
    _, problems = read_header(header, 1)

    assert problems
    assert [one.problem for one in problems if not JAPANESE.search(in_japanese(one.problem))] == []


@pytest.mark.parametrize(
    "given",
    [
        "",
        "x" * 2000,
        "x" * 300,
        "http://[",
        "https://evil.example/search?q=x",
        "https://auctions.yahoo.co.jp/search/search?p=",
        "https://auctions.yahoo.co.jp/search/search?p=x&aucminprice=cheap",
        "\n".join(f"word {number}" for number in range(5000)),
    ],
)
def test_what_is_wrong_with_a_search(given: str) -> None:
    with pytest.raises(BadQuery) as refused:
        read_queries(given.split("\n"), [Marketplace.YAHOO], None, None)

    assert JAPANESE.search(in_japanese(str(refused.value))), str(refused.value)


@pytest.mark.parametrize(
    "message",
    [
        "1,500 rows were imported.",
        "2 problems were found, so no row was imported; mend them and upload again.",
        "line 3 has the same SKU",
        "YA-1 is being deleted, at Amazon too; import it again afterwards",
        "the offer is on sale from x1234567; an import does not change the source of a listed offer",
        "YA-1 is on sale; an import does not take a listed offer out of the watch",
        "longer than 65,536 bytes; is a quote not closed?",
        "its bytes are not of the encoding that the file begins with",
        "more than 50,000 rows; split the file",
        "hanako has 20 open jobs; wait for one or stop one",
        "the lowest price 5000 is above the highest, 3000",
        "pages: expected a whole number from 1 to 100, not 0",
        "yahoo is paused; `mercarich resume yahoo` lets the search go on",
        "yahoo: breaker_open: not now; the search goes on by itself",
        "mercari's proxy: ConnectError",
    ],
)
def test_what_a_job_says(message: str) -> None:
    assert JAPANESE.search(in_japanese(message))


def test_a_sentence_of_a_later_release_stays_as_it_is() -> None:
    assert in_japanese("the moon was full") == "the moon was full"
