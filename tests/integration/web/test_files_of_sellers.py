"""Files as sellers have them: each is imported, or one sentence says what to do."""

import csv
import io
import zipfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import pytest
from sqlalchemy import Engine
from tests.integration.web.rows import Rows
from tests.integration.web.sellers_files import (
    AMAZONS,
    JAPANESE,
    SHOPS,
    Cell,
    Failed,
    amazons,
    bomb,
    encrypted,
    in_shift_jis,
    lines,
    ods,
    offers,
    workbook,
    zipped,
)
from tests.integration.web.workshop import Workshop

from mercarich_reasons.imports import AmazonsReport, CellFailed, HeaderMissing
from mercarich_reasons.jobs import (
    FileEncoding,
    NoSpreadsheet,
    NumbersDocument,
    RowsImported,
    WorkbookLocked,
    WorkbookTooLarge,
)
from mercarich_reasons.reason import Reason
from mercarich_web.jobs.jobs import Job, Kind, Phase
from mercarich_web.jobs.mend_file import FileToMend
from mercarich_web.jobs.starting import ImportWish, MapColumns, ShowMapping, TakeRightOnes
from mercarich_web.refusals import NotFound, Refused


@dataclass(frozen=True, slots=True)
class Case:
    """A file, and how many listings it makes, or the class of the sentence that helps."""

    data: Callable[[], bytes]
    makes: int | type[Reason]


ENGLISH = ["sku", "marketplace", "source_id", "title", "price", "listed"]
OLD_ADDRESSES = [
    "http://page10.auctions.yahoo.co.jp/jp/auction/x100000001",
    "https://www.mercari.com/jp/items/m10000000002/",
    "https://item.mercari.com/jp/m10000000003/?_s=U2Fsd",
    "https://jp.mercari.com/en/item/m10000000004",
    "auctions.yahoo.co.jp/jp/auction/x100000005",
    "https://page2.auctions.yahoo.co.jp/jp/show/qanda?aID=x100000006",
    "https://mercari-shops.com/products/2JHxNpDcYgWvQmRtZkB7sf",
    "ヘッドホン https://jp.mercari.com/item/m10000000008?x=1 #メルカリ",
]


def _blanks(rows: Sequence[Sequence[Cell]], count: int) -> list[list[Cell]]:
    return [[*row, *([None] * count)] for row in rows]


def _mixed() -> bytes:
    whole: list[Sequence[Cell]] = [JAPANESE, *offers()]
    return lines(whole[:2]).encode("utf-8") + in_shift_jis(lines(whole[2:]))


CASES = {
    "excel, csv as Windows writes it": Case(lambda: in_shift_jis(lines([JAPANESE, *offers()])), 3),
    "excel, csv utf-8, what people call the marketplaces": Case(
        lambda: lines(
            [
                ENGLISH,
                ["A-1", "ヤフオク!", "x1234567891", "カメラ", "¥12,800", "○"],
                ["A-2", "メルカリ", "m12345678902", "時計", "12800円", "×"],
            ]
        ).encode("utf-8-sig"),
        2,
    ),
    "excel, unicode text": Case(lambda: lines([JAPANESE, *offers()], "\t").encode("utf-16"), 3),
    "google sheets, csv": Case(lambda: lines([JAPANESE, *offers()]).encode(), 3),
    "google sheets, tsv, empty columns": Case(lambda: lines(_blanks([JAPANESE, *offers()], 3), "\t", "\n").encode(), 3),
    "numbers, semicolons": Case(lambda: lines([JAPANESE, *offers()], ";", "\n").encode(), 3),
    "excel, xlsx": Case(
        lambda: workbook(
            {
                "出品": [
                    JAPANESE,
                    ["X-1", "https://jp.mercari.com/item/m10000000001", "時計", 12800, 1, True],
                    ["X-2", SHOPS + "?utm_source=share", "カメラ", 9800.0, 2, "いいえ"],
                ]
            },
            formulas={"D2": "12000+800", "B3": f'HYPERLINK("{SHOPS}")'},
        ),
        2,
    ),
    "excel, xlsx, a merged title, headings of two lines, a total": Case(
        lambda: workbook(
            {
                "一覧": [
                    ["2026年11月 出品一覧", None, None, None, None, None],
                    [],
                    ["商品情報", None, None, "販売", None, None],
                    JAPANESE,
                    *offers(),
                    ["合計", None, None, 38406, 3, None],
                ]
            },
            merged="A1:F1",
        ),
        3,
    ),
    "excel, xlsx, the list is the second sheet": Case(
        lambda: workbook(
            {"説明": [["このファイルの使い方"]], "旧": [JAPANESE], "出品": [JAPANESE, *offers()]}, hidden=["旧"]
        ),
        3,
    ),
    "excel, semicolons with sep=": Case(
        lambda: ("sep=;\r\n" + lines([JAPANESE, *offers()], ";")).encode("utf-8-sig"), 3
    ),
    "full-width letters everywhere": Case(
        lambda: lines(
            [
                ["ＳＫＵ", "マーケット", "商品ＩＤ", "価格", "在庫数", "出品"],
                ["F-1", "ﾔﾌｵｸ", "ｘ１２３４５６７８９１", "１２，８００円", "２", "ＹＥＳ"],
                ["F-2", "メルカリＳｈｏｐｓ", "2JHxNpDcYgWvQmRtZkB7sf", "￥９８００", "１", "しない"],
            ]
        ).encode("cp932"),
        2,
    ),
    "quotes, commas and lines within cells": Case(
        lambda: in_shift_jis(
            lines([JAPANESE, ["Q-1", SHOPS, 'ケーブル "USB-C", 2本\n新品', "1,280", "1", "はい"], *offers(1)])
        ),
        2,
    ),
    "empty columns, empty rows, totals": Case(
        lambda: lines(
            _blanks([[], JAPANESE, *offers(), [None] * 6, ["合計", None, None, "¥38,406", "3", None], [None] * 6], 2)
        ).encode("utf-8-sig"),
        3,
    ),
    "amazon's report of all listings": Case(
        lambda: lines([AMAZONS, *map(amazons, range(1, 4))], "\t").encode("cp932"), AmazonsReport
    ),
    "amazon's report, with the source in a column of the seller's": Case(
        lambda: lines(
            [[*AMAZONS, "仕入れ元"], *([*amazons(number), offers(1, number)[0][1]] for number in range(1, 4))], "\t"
        ).encode("cp932"),
        3,
    ),
    "addresses of former years": Case(
        lambda: lines([["SKU", "URL"], *([f"O-{n}", url] for n, url in enumerate(OLD_ADDRESSES))]).encode(),
        len(OLD_ADDRESSES),
    ),
    "utf-16, big-endian, commas": Case(lambda: b"\xfe\xff" + lines([JAPANESE, *offers()]).encode("utf-16-be"), 3),
    "libreoffice, ods": Case(lambda: ods([JAPANESE, *offers()]), 3),
    "a workbook with a password": Case(encrypted, WorkbookLocked),
    "two encodings in one file": Case(_mixed, FileEncoding),
    "a document of numbers": Case(
        lambda: zipped({"Index/Document.iwa": b"\x00", "preview.jpg": b"\xff"}), NumbersDocument
    ),
    "a page of a website, called .xls": Case(
        lambda: "<html><body><table><tr><td>SKU</td></tr></table></body></html>".encode("cp932"), NoSpreadsheet
    ),
}


@pytest.fixture
def shop(engine: Engine, rows: Rows) -> Workshop:
    rows.user("hanako")
    return Workshop(engine)


def taken(shop: Workshop, data: bytes, *, right_ones: bool = False) -> Job:
    """Import a file as its seller does on the pages: with the columns as they are found."""
    job = shop.start_import("hanako", "出品.csv", iter([data]), "taro", ImportWish(asks=True))
    if job.phase == Phase.MAPPING:
        found = ShowMapping(shop.book)(job)
        goes_on = MapColumns(shop.book, shop.hints, shop.now)
        assert goes_on(job.id, found.layout.columns, "hanako", right_ones=right_ones)
    shop.work(Kind.IMPORT)
    ended = shop.book.get(job.id)
    assert ended is not None
    return ended


@pytest.mark.parametrize("name", CASES)
def test_a_file_is_imported_or_one_sentence_helps(shop: Workshop, name: str) -> None:
    case = CASES[name]
    try:
        job = taken(shop, case.data())
    except Refused as error:
        found: object = type(error.reason)
    else:
        found = job.made if job.state == "finished" else job.message

    assert found == case.makes


def test_a_workbooks_rows_are_what_its_cells_show_and_no_formula_is_run(shop: Workshop) -> None:
    taken(shop, CASES["excel, xlsx"].data())
    first, second = shop.listing("X-1"), shop.listing("X-2")

    assert (first.title, first.offer_price_jpy, first.listing_quantity, first.listed) == ("時計", 12_800, 1, True)
    assert (second.title, second.offer_price_jpy, second.listing_quantity, second.listed) == ("カメラ", 9_800, 2, False)


def test_the_lines_of_problems_are_the_rows_of_the_sheet(shop: Workshop) -> None:
    rows = [["2026年 出品一覧"], [], JAPANESE, *offers(2), ["Q-9", "https://merc.li/x", "二\n行", "高い", "0", "多分"]]
    job = taken(shop, workbook({"s": rows}))

    assert {(line, column) for line, column, _ in shop.problems(job.id)} == {
        (6, column) for column in ("source_id", "price", "quantity", "listed")
    }


@pytest.mark.parametrize(
    "data", [bomb(300), b"PK\x03\x04" + b"x" * 11_000_000], ids=["unpacks to much", "a large file"]
)
def test_a_workbook_that_takes_too_much_is_refused_and_nothing_of_it_is_kept(shop: Workshop, data: bytes) -> None:
    with pytest.raises(Refused) as error:
        taken(shop, data)

    assert isinstance(error.value.reason, WorkbookTooLarge)
    assert shop.book.list("hanako", 9) == []


def test_a_sheet_with_a_cell_at_its_far_corner_takes_no_memory_of_ours(shop: Workshop) -> None:
    with zipfile.ZipFile(io.BytesIO(workbook({"s": [JAPANESE, *offers(1)]}))) as archive:
        parts: dict[str, str | bytes] = {name: archive.read(name) for name in archive.namelist()}
    sheet = parts["xl/worksheets/sheet1.xml"]
    assert isinstance(sheet, bytes)
    cell = b'<row r="1048576"><c r="XFD1048576"><v>1</v></c></row></sheetData>'
    parts["xl/worksheets/sheet1.xml"] = sheet.replace(b"</sheetData>", cell)

    with pytest.raises(Refused) as error:
        taken(shop, zipped(parts))

    assert isinstance(error.value.reason, WorkbookTooLarge)


def test_a_file_without_a_header_loses_no_listing_to_it_and_one_sentence_helps(shop: Workshop) -> None:
    data = lines([["N-1", "https://jp.mercari.com/item/m12345678901", "出品中"]]).encode()
    for wish in (ImportWish(asks=True), ImportWish(), ImportWish(columns={"N-1": "sku"}, leave_out_others=True)):
        job = shop.start_import("hanako", "x.csv", iter([data]), "taro", wish)
        shop.work(Kind.IMPORT)

        assert shop.job(job.id).state == "failed"
        assert shop.problems(job.id) == [(1, None, HeaderMissing())]


FAILED_CELLS = {"price": 3, "quantity": 4, "listed": 5, "title": 2, "sku": 0}


@pytest.mark.parametrize(
    "made",
    [lambda rows: workbook({"s": rows}), ods, lambda rows: in_shift_jis(lines(rows))],
    ids=["xlsx", "ods", "csv"],
)
def test_an_error_of_the_spreadsheet_is_no_empty_cell(
    shop: Workshop, made: Callable[[Sequence[Sequence[Cell]]], bytes]
) -> None:
    wrong = offers(len(FAILED_CELLS))
    for row, place in zip(wrong, FAILED_CELLS.values(), strict=True):
        row[place] = Failed("#N/A")
    further_down = [[Failed("#N/A") if place else None for place in range(6)] for _ in range(30)]
    job = taken(shop, made([JAPANESE, *wrong, *offers(1, 9), *further_down]), right_ones=True)

    assert shop.problems(job.id) == [(line, field, CellFailed()) for line, field in enumerate(FAILED_CELLS, 2)]
    assert shop.skus(1) == ["JP-009"]


def test_an_error_in_a_column_that_is_left_out_is_nothing(shop: Workshop) -> None:
    rows = [[*JAPANESE, "利益"], *([*row, Failed("#DIV/0!")] for row in offers(2))]

    assert taken(shop, workbook({"s": rows})).made == 2


def wrong_ones() -> list[list[Cell]]:
    """Return five rows: the second has no price, the third another's source, the fourth another's SKU."""
    rows = offers(5)
    rows[1][3] = "無料"
    rows[2][1] = rows[0][1]
    rows[3][0] = rows[0][0]
    return rows


def test_the_right_rows_are_taken_and_the_file_to_mend_has_the_others(shop: Workshop) -> None:
    job = taken(shop, in_shift_jis(lines([JAPANESE, *wrong_ones()])), right_ones=True)

    assert (job.state, job.message) == ("finished", RowsImported(2, made=2, changed=0, unchanged=0, left_out=3))
    assert shop.skus(1) == ["JP-001", "JP-005"]
    assert [line for line, _, _ in shop.problems(job.id)] == [3, 4, 5]
    mend = list(csv.reader(io.StringIO("".join(FileToMend(shop.book, shop.now)(job.id, "hanako"))[1:])))
    assert [row[1] for row in mend] == ["出品者SKU", "JP-002", "JP-003", "JP-001"]


def test_after_a_failed_import_its_right_rows_are_taken_from_the_stored_file(shop: Workshop) -> None:
    failed = taken(shop, in_shift_jis(lines([JAPANESE, *wrong_ones()])))
    assert (failed.state, shop.skus(1)) == ("failed", [])

    started = TakeRightOnes(shop.book, shop.start_import, shop.now)(failed.id, "hanako", "hanako")
    shop.work(Kind.IMPORT)
    job = shop.book.get(started.id)

    assert job is not None
    assert (job.state, job.made, job.left_out) == ("finished", 2, 3)
    assert shop.skus(1) == ["JP-001", "JP-005"]


def test_a_file_without_a_right_row_takes_none_and_offers_none(shop: Workshop) -> None:
    rows = [[*row[:3], "無料", *row[4:]] for row in offers(3)]
    job = taken(shop, in_shift_jis(lines([JAPANESE, *rows])), right_ones=True)

    assert (job.state, shop.skus(1)) == ("failed", [])
    assert not job.has_right_ones(shop.now())
    with pytest.raises(NotFound):
        TakeRightOnes(shop.book, shop.start_import, shop.now)(job.id, "hanako", "hanako")


def test_a_file_of_which_reading_was_given_up_is_not_taken_in_part(shop: Workshop) -> None:
    broken = in_shift_jis(lines([JAPANESE, *offers(3)])) + b'"open" text\n' * 1_100
    job = taken(shop, broken, right_ones=True)

    assert (job.state, shop.skus(1), job.has_right_ones(shop.now())) == ("failed", [], False)


def test_without_a_question_unknown_columns_refuse_a_file_unless_they_are_named_or_left_out(shop: Workshop) -> None:
    def made(wish: ImportWish) -> int:
        data = lines([["番号", "どこ", "仕入価格"], ["N-1", "m12345678901", "¥500"]]).encode()
        job = shop.start_import("hanako", "x.csv", iter([data]), "taro", wish)
        shop.work(Kind.IMPORT)
        ended = shop.book.get(job.id)
        assert ended is not None
        return ended.made

    columns = {"番号": "sku", "どこ": "source_id"}
    assert made(ImportWish()) == 0
    assert made(ImportWish(columns=columns)) == 0
    with pytest.raises(Refused):
        made(ImportWish(columns={"番号": "sku", "ない": "source_id"}, leave_out_others=True))
    with pytest.raises(Refused):
        made(ImportWish(columns={"番号": "sku", "どこ": "asin"}, leave_out_others=True))
    data = lines([["番号", "どこ", "仕入価格"], ["N-1", "https://jp.mercari.com/item/m12345678901", "¥500"]]).encode()
    shop.start_import("hanako", "x.csv", iter([data]), "taro", ImportWish(columns=columns, leave_out_others=True))
    shop.work(Kind.IMPORT)
    assert shop.skus(1) == ["N-1"]


def test_an_import_that_waits_for_its_columns_is_taken_by_no_worker_and_closed_after_a_week(shop: Workshop) -> None:
    data = in_shift_jis(lines([JAPANESE, *offers(2)]))
    job = shop.start_import("hanako", "x.csv", iter([data]), "taro", ImportWish(asks=True))
    assert (job.phase, shop.claim(Kind.IMPORT)) == (Phase.MAPPING, None)

    shop.now.go(days=8)
    assert shop.claim(Kind.IMPORT) is None
    shop.watch()

    closed = shop.book.get(job.id)
    assert closed is not None
    assert (closed.state, shop.skus(1)) == ("stopped", [])
    assert not MapColumns(shop.book, shop.hints, shop.now)(job.id, ["sku"], "hanako")


def test_a_file_with_our_own_names_is_not_asked_about(shop: Workshop) -> None:
    data = lines([ENGLISH, ["A-1", "yahoo", "x1234567891", "カメラ", "12800", "yes"]]).encode()

    assert shop.start_import("hanako", "x.csv", iter([data]), "taro", ImportWish(asks=True)).phase == Phase.READING
