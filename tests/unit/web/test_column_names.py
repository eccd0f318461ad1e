"""Which column of a file is which: by names that people give, by what the cells have, wherever the header stands."""

from collections.abc import Sequence

import pytest

from mercarich_reasons.imports import ColumnsUnknown, FieldsMissing, FieldTwice
from mercarich_reasons.reason import Reason
from mercarich_web.jobs.layouts import Layout, layout_of, shown_rows
from mercarich_web.listings.column_names import NAMES, field_of, find_header
from mercarich_web.listings.csv_rows import COLUMNS
from mercarich_web.refusals import Refused

MERCARI = "https://jp.mercari.com/item/m12345678901"


def columns(*rows: Sequence[str]) -> tuple[str, ...]:
    header = find_header(rows, COLUMNS)
    assert header is not None
    return header.columns


@pytest.mark.parametrize(
    ("name", "field"),
    [
        *(
            (" Source_ID ", "source_id"),
            ("ＳＫＵ", "sku"),
            ("出品者SKU", "sku"),
            ("seller-sku", "sku"),
            ("item-name", "title"),
        ),
        *(
            ("販売価格（円）", "price"),
            ("商品 URL", "source_id"),
            ("ｱｳﾄﾚｯﾄ", None),
            ("仕入価格", None),
            ("withdrawn_at", "withdrawn_at"),
        ),
    ],
)
def test_a_column_is_known_by_what_people_call_it(name: str, field: str | None) -> None:
    assert field_of(name, COLUMNS) == field


def test_no_name_is_that_of_two_fields() -> None:
    names = [name for given in NAMES.values() for name in given]

    assert len(set(names)) == len(names)


def test_a_column_of_sources_is_told_by_its_cells() -> None:
    assert columns(["SKU", "仕入先"], ["A", MERCARI]) == ("sku", "source_id")
    assert columns(["SKU", "仕入先", "URL"], ["A", "メルカリ", MERCARI]) == ("sku", "marketplace", "source_id")
    assert columns(["SKU", "メモ", "備考"], ["A", "x", MERCARI], ["B", "", MERCARI]) == ("sku", "", "source_id")
    assert columns(["SKU", "メモ"], ["A", MERCARI], ["B", "x"], ["C", "y"]) == ("sku", "")
    assert columns(["SKU", "商品ID"], ["A", "B00TEST123"]) == ("sku", "asin")
    assert columns(["SKU", "商品ID"], ["A", "m12345678901"]) == ("sku", "source_id")


BOOK, NO_BOOK = "4101010013", "4101010014"
"""Either could be an auction's id; the first one is an ISBN, hence an ASIN, too."""
AMAZON = "https://www.amazon.co.jp/dp/4101010013"


def test_of_several_columns_that_are_called_sources_the_one_with_addresses_is() -> None:
    market = ["SKU", "商品ID", "マーケット", "仕入れ元URL"]
    assert columns(market, ["A", BOOK, "メルカリ", MERCARI]) == ("sku", "asin", "marketplace", "source_id")
    assert columns(market, ["A", NO_BOOK, "メルカリ", MERCARI]) == ("sku", "", "marketplace", "source_id")
    assert columns(["SKU", "商品URL", "仕入れ元URL"], ["A", AMAZON, MERCARI]) == ("sku", "", "source_id")
    assert columns(["SKU", "仕入先", "URL"], ["A", "山田商店", MERCARI]) == ("sku", "", "source_id")
    assert columns(["SKU", "商品ID", "仕入れ元ID"], ["A", NO_BOOK, "m12345678901"]) == ("sku", "", "source_id")
    assert columns(["SKU", "URL", "仕入れ元URL"], ["A", MERCARI, MERCARI]) == ("sku", "", "source_id")


def test_a_column_that_is_called_a_source_is_one_though_more_cells_of_another_have_addresses() -> None:
    rows = [["A", MERCARI, ""], ["B", MERCARI, MERCARI], ["C", MERCARI, ""]]

    assert columns(["SKU", "商品URL", "仕入れ元URL"], *rows) == ("sku", "", "source_id")
    assert columns(["SKU", "商品URL", "仕入れ元URL"], ["A", MERCARI, ""]) == ("sku", "source_id", "")


def test_isbns_are_asins_where_all_of_them_are() -> None:
    assert columns(["SKU", "商品ID"], ["A", BOOK], ["B", "080442957X"]) == ("sku", "asin")
    assert columns(["SKU", "商品ID"], ["A", BOOK], ["B", NO_BOOK]) == ("sku", "source_id")
    assert columns(["SKU", "商品ID"], ["A", "m12345678901"]) == ("sku", "source_id")


def test_each_field_is_given_once_to_its_first_column() -> None:
    assert columns(["商品名", "SKU", "タイトル", "URL"], ["a", "b", "c", MERCARI]) == ("title", "sku", "", "source_id")


def test_the_header_is_the_line_with_the_most_known_names_and_none_where_nothing_is_written() -> None:
    rows = [["出品一覧"], [], ["商品", "価格"], ["SKU", "価格", "URL"], ["A-1", "1", MERCARI]]
    header = find_header(rows, COLUMNS)

    assert header is not None
    assert (header.place, header.columns) == (3, ("sku", "price", "source_id"))
    assert find_header([[], ["", " "]], COLUMNS) is None


@pytest.mark.parametrize(
    "rows",
    [
        [["番号", "どこ", "状態"], ["N-1", MERCARI, "出品中"]],
        [["番号", "どこ", "状態"], ["N-1", "ｍ12345678901", "出品中"]],
        [["番号", "どこ", "状態"], ["N-1", MERCARI, "x"], ["N-2", "", "出品中"]],
    ],
)
def test_a_listing_is_no_header_though_its_values_are_names_too(rows: Sequence[Sequence[str]]) -> None:
    header = find_header(rows, COLUMNS)

    assert header is not None
    assert (header.place, header.names) == (0, ("番号", "どこ", "状態"))


def test_the_header_may_stand_below_a_note_with_an_address() -> None:
    rows = [["更新日", "20261130"], [f"例 {MERCARI}"], ["SKU", "URL"], ["A-1", MERCARI]]
    header = find_header(rows, COLUMNS)

    assert header is not None
    assert (header.place, header.columns) == (2, ("sku", "source_id"))


def test_a_header_may_have_a_date_that_looks_like_an_id() -> None:
    assert columns(["SKU", "URL", "20261130"], ["A-1", MERCARI, "3"]) == ("sku", "source_id", "")


def test_a_file_that_begins_with_a_listing_has_no_header() -> None:
    assert find_header([["N-1", MERCARI, "カメラ"], ["N-2", "x1234567890", "出品中"]], COLUMNS) is None


@pytest.mark.parametrize(
    "rows",
    [
        [["A-1", MERCARI, "時計"], ["SKU", "URL", "商品名"], ["A-2", MERCARI, "カメラ"]],
        [["A-1", "m12345678901", "時計"], ["SKU", "URL", "商品名"], ["A-2", MERCARI, "カメラ"]],
        [["A-1", MERCARI, "時計"], ["A-2", "https://auctions.yahoo.co.jp/x", "カメラ"], ["A-3", MERCARI, "本"]],
        [["A-1", "https://auctions.yahoo.co.jp/x", "時計"], ["A-2", MERCARI, "カメラ"]],
    ],
    ids=["an address above it", "an id above it", "below a listing", "a page of no item"],
)
def test_no_listing_is_lost_above_what_is_taken_for_the_header(rows: Sequence[Sequence[str]]) -> None:
    assert find_header(rows, COLUMNS) is None


@pytest.mark.parametrize("name", ["仕入れ先", "商品ID", "supplier"])
def test_a_name_whose_cells_decide_is_one_of_the_headers(name: str) -> None:
    header = find_header([["商品一覧", "価格"], ["管理番号", name], ["A-1", MERCARI]], COLUMNS)

    assert header is not None
    assert (header.place, header.columns) == (1, ("sku", "source_id"))


@pytest.mark.parametrize("separator", [",", "\t", ";"])
def test_the_separator_is_the_one_that_makes_columns(separator: str) -> None:
    text = "".join(separator.join(row) + "\n" for row in (["SKU", "URL", "商品名"], ["A", MERCARI, "時計"]))
    layout = layout_of([text.encode()], "utf-8")
    [row] = shown_rows([text.encode()], layout)

    assert (layout.separator, layout.columns) == (separator, ("sku", "source_id", "title"))
    assert row.row is not None
    assert (row.row.sku, row.row.title, row.problems) == ("A", "時計", [])


def test_ten_rows_are_shown_and_of_a_line_that_cannot_be_read_why() -> None:
    text = "SKU,URL\n" + '"a" b,c\n' + f",\nA,{MERCARI}\n" * 30
    rows = shown_rows([text.encode()], layout_of([text.encode()], "utf-8"))

    assert [row.line for row in rows] == [2, *range(4, 22, 2)]
    assert (rows[0].cells, rows[0].row, len(rows[0].problems)) == ((), None, 1)


LAYOUT = Layout("utf-8", names=("SKU", "どこ", "メモ"), columns=("sku", "", ""))


def test_columns_are_given_in_the_files_order_and_by_name() -> None:
    assert LAYOUT.with_columns(["sku", "source_id", ""]).columns == ("sku", "source_id", "")
    assert LAYOUT.with_names({"どこ": "source_id", "メモ": ""}, leave_out_others=False).columns == (
        "sku",
        "source_id",
        "",
    )
    assert LAYOUT.with_names({"どこ": "source_id"}, leave_out_others=True).columns == ("sku", "source_id", "")
    assert LAYOUT.with_names({"メモ": "sku", "どこ": "source_id", "SKU": ""}, leave_out_others=False).columns == (
        *("", "source_id", "sku"),
    )


@pytest.mark.parametrize(
    ("given", "why"),
    [
        (["sku", "source_id"], ColumnsUnknown),
        (["sku", "source_id", "user_id"], ColumnsUnknown),
        (["sku", "source_id", "sku"], FieldTwice),
        (["sku", "", "title"], FieldsMissing),
    ],
)
def test_columns_that_make_no_listing_are_refused(given: list[str], why: type[Reason]) -> None:
    with pytest.raises(Refused) as error:
        LAYOUT.with_columns(given)

    assert isinstance(error.value.reason, why)


PRICES = Layout("utf-8", names=("sku", "価格", "販売価格", "仕入URL"), columns=("sku", "price", "", "source_id"))
"""The first price is perhaps what the goods cost."""


@pytest.mark.parametrize("given", [{}, {"sku": "sku"}])
def test_of_two_columns_of_one_field_none_is_left_out_unsaid(given: dict[str, str]) -> None:
    with pytest.raises(Refused) as error:
        PRICES.with_names(given, leave_out_others=True)

    assert error.value.reason == FieldTwice("price")


@pytest.mark.parametrize("given", [{"価格": ""}, {"販売価格": "price"}])
@pytest.mark.parametrize("leave_out_others", [True, False])
def test_one_of_two_columns_is_said_by_either(given: dict[str, str], leave_out_others: bool) -> None:
    if not leave_out_others:
        given = given | {"価格": ""}

    assert PRICES.with_names(given, leave_out_others=leave_out_others).columns == ("sku", "", "price", "source_id")


def test_what_a_file_has_twice_is_told_by_its_header_where_nothing_was_said() -> None:
    assert PRICES.with_names({}, leave_out_others=False).columns == ()
