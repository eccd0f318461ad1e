"""Reading a workbook: nothing of its sheet is lost, and it takes a bounded share of the process that serves pages."""

import threading
from contextlib import closing
from queue import SimpleQueue

import pytest
from tests.integration.web.sellers_files import JAPANESE, Cell, offers, workbook

from mercarich_reasons.jobs import WorkbooksWait, WorkbookTooLarge
from mercarich_reasons.reason import Reason
from mercarich_web.jobs import workbook as reading
from mercarich_web.jobs.file_formats import as_text
from mercarich_web.jobs.workbook import MOST_BYTES, PIECE, WAITING, as_csv
from mercarich_web.listings.csv_rows import MOST_ROWS
from mercarich_web.refusals import Refused

SMALL = workbook({"s": [JAPANESE, *offers(1)]})
TOO_LARGE = WorkbookTooLarge(MOST_BYTES // 1_000_000)


def outcome(data: bytes) -> bytes | Reason:
    try:
        return b"".join(as_text([data]))
    except Refused as error:
        return error.reason


def test_rows_below_any_number_of_blank_ones_are_read() -> None:
    blank: list[list[Cell]] = [[] for _ in range(MOST_ROWS + 100)]
    read = b"".join(as_csv(workbook({"s": [JAPANESE, *offers(1), *blank, *offers(1, first=2)]}))).splitlines()

    assert (len(read), read[1][:6], read[-1][:6]) == (MOST_ROWS + 103, b"JP-001", b"JP-002")


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

    def store() -> None:
        with closing(as_text([SMALL])) as text:
            next(text)
            try:
                both.wait(timeout=2)
            except threading.BrokenBarrierError:
                met.put(False)
            else:
                met.put(True)

    threads = [threading.Thread(target=store) for _ in range(2)]
    for each in threads:
        each.start()

    assert [met.get(timeout=20), met.get(timeout=20)] == [False, False]
    for each in threads:
        each.join(timeout=20)


def test_few_wait_for_their_turn_and_the_next_ones_are_refused_at_once() -> None:
    read: SimpleQueue[bytes | Reason] = SimpleQueue()
    threads = [threading.Thread(target=lambda: read.put(outcome(SMALL))) for _ in range(WAITING + 2)]
    with closing(as_text([SMALL])) as stored:
        next(stored)
        for each in threads:
            each.start()
        refused = [read.get(timeout=20), read.get(timeout=20)]
    for each in threads:
        each.join(timeout=20)

    assert refused == [WorkbooksWait()] * 2
    assert [read.get_nowait() for _ in range(WAITING)] == [outcome(SMALL)] * WAITING
