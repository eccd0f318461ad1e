"""The listings' CSV: what each column accepts, the problems reported, and formulas that are exported harmless and
imported unchanged."""

import random

import pytest

from mercarich_contracts.market import Marketplace
from mercarich_reasons.imports import (
    CellCount,
    CellEmpty,
    CellTooLong,
    ColumnMissing,
    ColumnTwice,
    ControlCharacter,
    LineBreakInside,
    NamelessColumn,
    NoAsin,
    NoItemId,
    NoMarketplace,
    NotYesOrNo,
    NumberOutOfRange,
    OtherMarketplace,
    ShortLink,
    UnknownColumn,
)
from mercarich_reasons.offers import NoSourceAddress
from mercarich_reasons.reason import Reason
from mercarich_web.listings.csv_rows import COLUMNS, ListingRow, neutralised, read_header, read_row, restored

GOOD = {
    "sku": "S-1",
    "marketplace": "yahoo",
    "source_id": "x123456789",
    "asin": "B00TEST123",
    "title": "時計",
    "quantity": "2",
    "listed": "yes",
    "price": "4980",
}
COLUMNS_USED = list(GOOD)
EVIL = "https://evil.example/jp/auction/x123456789"


def row_of(**changes: str) -> tuple[ListingRow | None, list[tuple[str | None, Reason]]]:
    row, problems = read_row(COLUMNS_USED, [*(GOOD | changes).values()], 7)
    assert all(each.line == 7 for each in problems)
    return row, [(each.field, each.problem) for each in problems]


def test_a_good_row() -> None:
    assert row_of() == (ListingRow(7, "S-1", "yahoo", "x123456789", "B00TEST123", "時計", 2, True, 4980), [])


def test_empty_cells_say_nothing() -> None:
    row, problems = row_of(asin="", title=" ", quantity="", listed="", price="")

    assert (row, problems) == (ListingRow(7, "S-1", "yahoo", "x123456789", None, None, None, None), [])


@pytest.mark.parametrize(
    ("marketplace", "address", "item_id"),
    [
        ("yahoo", "https://auctions.yahoo.co.jp/jp/auction/x123456789", "x123456789"),
        ("yahoo", "https://page.auctions.yahoo.co.jp/jp/auction/123456789", "123456789"),
        ("mercari", "https://jp.mercari.com/item/m12345678901", "m12345678901"),
        ("Mercari", "https://jp.mercari.com/shops/product/abcdefghijABCDEFGHIJ12", "abcdefghijABCDEFGHIJ12"),
        ("mercari", "m12345678901", "m12345678901"),
    ],
)
def test_a_source_is_an_id_or_its_pages_address(marketplace: str, address: str, item_id: str) -> None:
    row, problems = row_of(marketplace=marketplace, source_id=address)

    assert (row.item_id if row else None, problems) == (item_id, [])


@pytest.mark.parametrize("marketplace", ["", "ヤフオク", "ﾔﾌｵｸ!", "Yahoo!オークション", "YAHOO"])
def test_an_address_says_its_marketplace_and_the_column_takes_what_people_call_it(marketplace: str) -> None:
    row, problems = row_of(
        marketplace=marketplace, source_id="http://page3.auctions.yahoo.co.jp/jp/auction/x1234567/?a=b"
    )

    assert problems == []
    assert row is not None
    assert (row.marketplace, row.item_id) == ("yahoo", "x1234567")


@pytest.mark.parametrize(
    ("marketplace", "source", "why"),
    [
        (
            "mercari",
            "https://auctions.yahoo.co.jp/jp/auction/x123456789",
            ("marketplace", OtherMarketplace(Marketplace.YAHOO, Marketplace.MERCARI)),
        ),
        ("", "https://merc.li/AbCdEf", ("source_id", ShortLink("https://merc.li/AbCdEf"))),
        ("mercari", "https://merc.li/AbCdEf", ("source_id", ShortLink("https://merc.li/AbCdEf"))),
        ("", "https://example.com/m12345678901", ("source_id", NoSourceAddress("https://example.com/m12345678901"))),
        ("", "m12345678901", ("marketplace", CellEmpty())),
    ],
)
def test_a_source_that_names_no_item_is_told(marketplace: str, source: str, why: tuple[str, Reason]) -> None:
    row, problems = row_of(marketplace=marketplace, source_id=source)

    assert (row, problems) == (None, [why])


@pytest.mark.parametrize(
    ("column", "value", "why"),
    [
        ("sku", "", CellEmpty()),
        ("sku", "   ", CellEmpty()),
        ("sku", "x" * 41, CellTooLong(41, 40)),
        ("sku", "a\x00b", ControlCharacter()),
        ("sku", "a\nb", LineBreakInside()),
        ("marketplace", "ebay", NoMarketplace("ebay", tuple(Marketplace))),
        ("marketplace", "", CellEmpty()),
        ("source_id", "m123", NoItemId(Marketplace.YAHOO, "m123")),
        ("source_id", EVIL, NoItemId(Marketplace.YAHOO, EVIL)),
        ("source_id", "", CellEmpty()),
        ("asin", "b00test123", NoAsin("b00test123")),
        ("asin", "=cmd|' /C calc'!A0", NoAsin("=cmd|' /C calc'!A0")),
        ("title", "x" * 256, CellTooLong(256, 255)),
        ("title", "a\x1bb", ControlCharacter()),
        *(("quantity", text, NumberOutOfRange(1, 999, text)) for text in ("0", "-1", "1.5", "１")),
        ("quantity", "9" * 5000, CellTooLong(5000, 1000)),
        ("listed", "perhaps", NotYesOrNo("perhaps")),
    ],
)
def test_what_is_wrong_is_told_by_column(column: str, value: str, why: Reason) -> None:
    row, problems = row_of(**{column: value})

    assert row is None
    assert problems[0] == (column, why)


@pytest.mark.parametrize(
    ("header", "why"),
    [
        (["sku", "marketplace"], [("source_id", ColumnMissing())]),
        (["sku", "SKU", "marketplace", "source_id"], [("sku", ColumnTwice())]),
        (
            ["sku;marketplace;source_id"],
            [(None, UnknownColumn("sku;marketplace;source_id", COLUMNS)), ("sku", ColumnMissing())],
        ),
        (["sku", "marketplace", "source_id", ""], [(None, NamelessColumn(4, COLUMNS))]),
        ([], [("sku", ColumnMissing())]),
    ],
)
def test_a_header_that_does_not_fit_is_told(header: list[str], why: list[tuple[str | None, Reason]]) -> None:
    _, problems = read_header(header, 1)

    assert set(why) <= {(each.field, each.problem) for each in problems}


def test_a_header_in_another_order_and_case_with_an_exports_columns_is_fine() -> None:
    names, problems = read_header([" Source_ID ", "SKU", "marketplace", "withdrawn_at"], 1)

    assert (names, problems) == (["source_id", "sku", "marketplace", "withdrawn_at"], [])
    assert set(names) <= set(COLUMNS)


def test_a_row_of_another_length_is_told_as_a_line() -> None:
    row, problems = read_row(COLUMNS_USED, ["a", "b"], 9)

    assert (row, [(each.line, each.field, each.problem) for each in problems]) == (
        None,
        [(9, None, CellCount(2, 8))],
    )


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "＝1", "'=1", "''=1"])
def test_a_formula_goes_out_as_text_and_comes_back_as_it_was(text: str) -> None:
    assert neutralised(text).startswith("'")
    assert restored(neutralised(text)) == text


@pytest.mark.parametrize("seed", range(50))
def test_any_text_comes_back_as_it_was_and_none_is_a_formula(seed: int) -> None:
    draw = random.Random(seed)
    for _ in range(200):
        text = "".join(draw.choice("=+-@'\t\r a1時＠") for _ in range(draw.randrange(6)))
        assert restored(neutralised(text)) == text
        assert not neutralised(text).startswith(("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠"))
