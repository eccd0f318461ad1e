"""Reading a workbook: nothing of its sheet is lost, and it takes a bounded share of the process that serves pages."""

import os
import sys
import threading
import time
from contextlib import closing
from queue import SimpleQueue

import pytest
from tests.integration.web.sellers_files import JAPANESE, Cell, offers, workbook, zipped

from mercarich_reasons.jobs import WorkbookLocked, WorkbookSheets, WorkbooksWait, WorkbookTooLarge, WorkbookUnreadable
from mercarich_reasons.reason import Reason
from mercarich_web.jobs import workbook as reading
from mercarich_web.jobs.file_formats import as_text
from mercarich_web.jobs.workbook import MOST_BYTES, PATIENCE_SECONDS, PIECE, WAITING, as_csv
from mercarich_web.jobs.workbook_child import ENCRYPTED, MOST_SHEETS, NICE
from mercarich_web.listings.csv_rows import MOST_ROWS
from mercarich_web.refusals import Refused

SMALL = workbook({"s": [JAPANESE, *offers(1)]})
TOO_LARGE = WorkbookTooLarge(MOST_BYTES // 1_000_000)


def outcome(data: bytes, user_id: int = 1) -> bytes | Reason:
    try:
        return b"".join(as_text([data], user_id))
    except Refused as error:
        return error.reason


def test_rows_below_any_number_of_blank_ones_are_read() -> None:
    blank: list[list[Cell]] = [[] for _ in range(MOST_ROWS + 100)]
    read = b"".join(as_csv(workbook({"s": [JAPANESE, *offers(1), *blank, *offers(1, first=2)]}))).splitlines()

    assert (len(read), read[1][:6], read[-1][:6]) == (MOST_ROWS + 103, b"JP-001", b"JP-002")


def test_one_of_several_sheets_with_listings_is_not_imported_unsaid() -> None:
    unknown = ["番号", "どこ", "メモ"]
    ids: list[list[Cell]] = [
        [f"N-{number}", f"https://jp.mercari.com/item/m1000000000{number}", "x"] for number in "12"
    ]
    both = workbook({"10月": [JAPANESE, *offers(1)], "11月": [JAPANESE, *offers(1, first=2)]})
    further = workbook({"10月": [JAPANESE, *offers(1)], "続き": offers(1, first=2)})
    of_unknown_columns = workbook({"10月": [unknown, *ids[:1]], "11月": [unknown, *ids[1:]]})

    assert [outcome(each) for each in (both, further, of_unknown_columns)] == [WorkbookSheets()] * 3


@pytest.mark.parametrize(
    "other",
    [
        [JAPANESE],
        [[*JAPANESE, "ASIN"]],
        [["メモ"], ["https://jp.mercari.com/item/m10000000001"]],
        [["SKU", "日付"], ["JP-001", 20261130]],
    ],
    ids=["no listing", "more columns and no listing", "notes with an address", "dates"],
)
def test_a_sheet_with_other_things_is_not_asked_about(other: list[list[Cell]]) -> None:
    read = outcome(workbook({"他": other, "出品": [JAPANESE, *offers(1)], "空": []}))

    assert isinstance(read, bytes)
    assert (len(read.splitlines()), read.splitlines()[1][:6]) == (2, b"JP-001")


def test_no_sheet_beyond_those_that_are_looked_at_is_left_out_unsaid() -> None:
    sheets = {f"s{number}": [["メモ"]] for number in range(MOST_SHEETS)}

    assert outcome(workbook({**sheets, "出品": [JAPANESE, *offers(1)]})) == TOO_LARGE


def test_a_cell_is_what_a_csv_of_it_has() -> None:
    row: list[Cell] = ["A  1", "x\u3000y", " 二\r\n行 ", 3.3000000000000003, 12800.000000000002, 4901234567890.0, 0.5]
    read = b"".join(as_csv(workbook({"s": [["SKU"], row]}))).decode()

    assert read.splitlines()[1] == "A  1,x\u3000y,二 行,3.3,12800,4901234567890,0.5"


def _with_flag(data: bytes) -> bytes:
    """Return a ZIP whose parts say that they are encrypted."""
    for mark, place in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        first, *parts = data.split(mark)
        flagged = (part[: place - 4] + bytes([part[place - 4] | ENCRYPTED]) + part[place - 3 :] for part in parts)
        data = mark.join([first, *flagged])
    return data


def _encrypted_ods() -> bytes:
    names = 'xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0"'
    entry = '<manifest:file-entry manifest:full-path="content.xml"><manifest:encryption-data/></manifest:file-entry>'
    manifest = f"<manifest:manifest {names}>{entry}</manifest:manifest>"
    mime = "application/vnd.oasis.opendocument.spreadsheet"
    return zipped({"mimetype": mime, "META-INF/manifest.xml": manifest, "content.xml": b"\x8f\x02\xee" * 500})


def _damaged(data: bytes) -> bytes:
    """Return a ZIP in the middle of whose first part the packed bytes are wrong."""
    return data[:60] + b"\xff" * 20 + data[80:]


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (_with_flag(SMALL), WorkbookLocked()),
        (_encrypted_ods(), WorkbookLocked()),
        (_damaged(SMALL), WorkbookUnreadable()),
        (SMALL[: len(SMALL) // 2], WorkbookUnreadable()),
    ],
    ids=["zip with a password", "ods with a password", "damaged", "cut off"],
)
def test_a_locked_or_damaged_workbook_is_told_as_such(data: bytes, why: Reason) -> None:
    assert outcome(data) == why


def test_the_text_of_a_workbook_comes_in_small_pieces() -> None:
    large = workbook({"s": [JAPANESE, *([f"A-{number}", "あ" * 30_000] for number in range(200))]})
    sizes = [len(piece) for piece in as_csv(large)]

    assert (sum(sizes) > 200 * 90_000, max(sizes) <= PIECE) == (True, True)


def test_what_a_workbook_may_become_is_counted_in_bytes() -> None:
    assert outcome(workbook({"s": [JAPANESE, *(["あ" * 30_000] for _ in range(600))]})) == TOO_LARGE


def test_a_workbook_that_takes_too_long_is_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "PATIENCE_SECONDS", 0.01)

    assert outcome(SMALL) == TOO_LARGE


def test_one_workbook_is_read_and_stored_at_a_time() -> None:
    both, met = threading.Barrier(2), SimpleQueue[bool]()

    def store(user_id: int) -> None:
        with closing(as_text([SMALL], user_id)) as text:
            next(text)
            try:
                both.wait(timeout=2)
            except threading.BrokenBarrierError:
                met.put(False)
            else:
                met.put(True)

    threads = [threading.Thread(target=store, args=(user_id,)) for user_id in range(2)]
    for each in threads:
        each.start()

    assert [met.get(timeout=20), met.get(timeout=20)] == [False, False]
    for each in threads:
        each.join(timeout=20)


def test_few_wait_for_their_turn_and_the_next_ones_are_refused_at_once() -> None:
    read: SimpleQueue[bytes | Reason] = SimpleQueue()

    def read_one(user_id: int) -> None:
        read.put(outcome(SMALL, user_id))

    threads = [threading.Thread(target=read_one, args=(user_id,)) for user_id in range(1, WAITING + 3)]
    with closing(as_text([SMALL], 0)) as stored:
        next(stored)
        for each in threads:
            each.start()
        refused = [read.get(timeout=20), read.get(timeout=20)]
    for each in threads:
        each.join(timeout=20)

    assert refused == [WorkbooksWait()] * 2
    assert [read.get_nowait() for _ in range(WAITING)] == [outcome(SMALL)] * WAITING


def test_a_seller_takes_one_place_alone() -> None:
    with closing(as_text([SMALL], 1)) as stored:
        next(stored)
        began = time.monotonic()

        assert outcome(SMALL, 1) == WorkbooksWait()
        assert time.monotonic() - began < PATIENCE_SECONDS / 2, "at once"
    assert isinstance(outcome(SMALL, 1), bytes)


def test_pages_go_before_a_workbook(monkeypatch: pytest.MonkeyPatch) -> None:
    told = (
        "import os, sys; from mercarich_web.jobs.workbook_child import main; main(sys.stdin.buffer, sys.stdout.buffer)"
    )
    monkeypatch.setattr(reading, "CHILD", (sys.executable, "-I", "-c", f"{told}; print(os.nice(0))"))

    assert int(b"".join(as_csv(SMALL)).splitlines()[-1]) == min(19, os.nice(0) + NICE)
