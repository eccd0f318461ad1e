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
    SkuOfExample,
    UnknownColumn,
)
from mercarich_reasons.offers import NoSourceAddress
from mercarich_reasons.reason import Reason
from mercarich_web.jobs.words import COLUMN_WORDS, EXAMPLE_SKU
from mercarich_web.listings.cell_words import is_example
from mercarich_web.listings.column_names import field_of
from mercarich_web.listings.csv_rows import (
    COLUMNS,
    ListingRow,
    is_no_listing,
    neutralised,
    read_header,
    read_row,
    restored,
)
from mercarich_web.site.languages import LANGUAGES, catalogue

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


@pytest.mark.parametrize(
    "price",
    ["¥12,800", "￥12,800", "\\12,800", "１２８００", "１２，８００円", "12800円", "12,800.00", "JPY 12800", " 12800 "],
)
def test_a_price_is_read_as_people_write_it(price: str) -> None:
    row, problems = row_of(price=price)

    assert (row.price if row else None, problems) == (12_800, [])


@pytest.mark.parametrize(
    "price", ["980円 1280円", "1000\n2000", "980円1280", "¥980¥1280", "980-1280", "1 2", "12 800", "円", "١٢"]
)
def test_two_numbers_in_a_cell_are_not_one(price: str) -> None:
    row, problems = row_of(price=price)

    assert (row, problems) == (None, [("price", NumberOutOfRange(1, 100_000_000, price))])


@pytest.mark.parametrize(
    ("text", "listed"),
    [
        *((text, True) for text in ("はい", "○", "〇", "出品中", "有", "ＹＥＳ", "True", "１", "Active")),
        *((text, False) for text in ("いいえ", "×", "未出品", "下書き", "無し", "No", "FALSE", "０", "Inactive")),
    ],
)
def test_yes_and_no_are_read_in_both_languages(text: str, listed: bool) -> None:
    row, problems = row_of(listed=text)

    assert (row.listed if row else None, problems) == (listed, [])


def test_empty_cells_behind_the_last_column_are_none() -> None:
    row, problems = read_row(COLUMNS_USED, [*GOOD.values(), "", " "], 7)
    _, told = read_row(COLUMNS_USED, [*GOOD.values(), "", "x"], 7)

    assert (row is None, problems) == (False, [])
    assert [each.problem for each in told] == [CellCount(10, 8)]


@pytest.mark.parametrize(
    ("cells", "is_none"),
    [
        (["", "", ""], True),
        (["合計", "", "12,800"], True),
        (["", "Total:", "12,800"], True),
        (["（例）A-1", "https://jp.mercari.com/item/m12345678901", "1"], True),
        (["（例）A-1", "https://jp.mercari.com/item/m10000000001", "1"], False),
        (["（例）A-1", "", "1"], False),
        (["合計", "https://jp.mercari.com/item/m12345678901", "1"], False),
        (["A-1", "", ""], False),
        (["", "https://jp.mercari.com/item/m12345678901", ""], False),
        (["小計算機", "", "1"], False),
    ],
)
def test_blank_lines_totals_and_examples_are_no_listings(cells: list[str], is_none: bool) -> None:
    assert is_no_listing(["sku", "source_id", "price"], cells) is is_none


def test_an_example_that_was_filled_in_needs_a_sku_of_its_own() -> None:
    row, problems = row_of(sku="（例）CAMERA-001")

    assert (row, problems) == (None, [("sku", SkuOfExample())])


@pytest.mark.parametrize("language", LANGUAGES)
def test_an_import_knows_the_names_that_a_template_gives_its_columns(language: str) -> None:
    say = catalogue(language).ugettext

    assert {field: field_of(say(word)) for field, word in COLUMN_WORDS.items()} == {one: one for one in COLUMN_WORDS}
    assert is_example(say(EXAMPLE_SKU))


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
        *(
            ("quantity", text, NumberOutOfRange(1, 999, text))
            for text in ("0", "-1", "1.5", "1,2", "1.000", "一", "①", "1²")
        ),
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
