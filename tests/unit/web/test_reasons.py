"""The reasons that jobs write appear in the language of the page: each problem of a file, a search or a job."""

import re

import pytest

from mercarich_contracts.market import Marketplace
from mercarich_reasons.imports import (
    BeingDeleted,
    ListedAlready,
    RecordTooLong,
    SkuTwice,
    SourceFixed,
    TooManyRows,
    WrongBytes,
)
from mercarich_reasons.jobs import (
    MarketplaceAway,
    MarketplacePaused,
    PagesOutOfRange,
    PricesCrossed,
    RowsImported,
    RowsWrong,
    TooManyJobs,
)
from mercarich_reasons.reason import Reason
from mercarich_reasons.stored import loads
from mercarich_web.jobs.search_queries import BadQuery, read_queries
from mercarich_web.listings.csv_rows import COLUMNS, read_header, read_row
from mercarich_web.site.telling import told

JAPANESE = re.compile(r"[\u3040-\u30ff\u4e00-\u9fff]")
GOOD = {"sku": "S-1", "marketplace": "yahoo", "source_id": "x123456789"}


def in_japanese(reason: Reason) -> str:
    return told(reason, "ja")


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

    assert JAPANESE.search(in_japanese(refused.value.reason)), str(refused.value)


@pytest.mark.parametrize(
    "reason",
    [
        RowsImported(1500),
        RowsWrong(2),
        SkuTwice(3),
        BeingDeleted("YA-1"),
        SourceFixed("x1234567"),
        ListedAlready("YA-1"),
        RecordTooLong(65_536),
        WrongBytes(),
        TooManyRows(50_000),
        TooManyJobs("hanako", 20),
        PricesCrossed(5000, 3000),
        PagesOutOfRange(100, 0),
        MarketplacePaused(Marketplace.YAHOO),
        MarketplaceAway(Marketplace.YAHOO, "breaker_open: not now"),
        MarketplaceAway(Marketplace.MERCARI, "ConnectError"),
    ],
)
def test_what_a_job_says(reason: Reason) -> None:
    assert JAPANESE.search(in_japanese(reason))


def test_a_sentence_of_an_earlier_release_stays_as_it_is() -> None:
    assert in_japanese(loads("the moon was full")) == "the moon was full"
