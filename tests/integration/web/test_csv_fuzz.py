"""Odd files never end a worker and never import a part: afterwards all rows exist, or none."""

import random
from collections.abc import Callable

import pytest
from sqlalchemy import Engine
from tests.integration.web.rows import Rows
from tests.integration.web.workshop import HEADER, Workshop, csv_of, offers

from mercarich_reasons.imports import TooManyRows
from mercarich_reasons.jobs import FileEmpty, FileWithoutRows, RowsWrong
from mercarich_reasons.reason import Reason
from mercarich_web.jobs import starting
from mercarich_web.refusals import Refused

Change = Callable[[random.Random, bytes], bytes]


@pytest.fixture
def shop(engine: Engine, rows: Rows) -> Workshop:
    rows.user("hanako")
    return Workshop(engine)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp932"])
def test_the_encodings_of_excel_and_of_everybody_else(shop: Workshop, encoding: str) -> None:
    job = shop.import_bytes("hanako", csv_of(offers(20), encoding=encoding))

    assert (job.state, job.made) == ("finished", 20)
    assert shop.listing("S-00003").title == "時計 3"


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b"", FileEmpty()),
        (b"\r\n\r\n", FileEmpty()),
        (b"\xef\xbb\xbf", FileEmpty()),
        (csv_of([]), FileWithoutRows()),
        (b"sku,title\r\nA,b\r\n", RowsWrong(1)),
        (csv_of(offers(3)).replace(b"\r\n", b"\r"), RowsWrong(1)),
        (csv_of(offers(3)) + b"x" * 10_000_000 + b"\r\n", RowsWrong(1)),
        (csv_of(offers(3)) + b'S-9,yahoo,"' + b"x" * 10_000_000 + b'"\r\n', RowsWrong(1)),
        (csv_of(offers(3)) + b'S-9,yahoo,"' + b"\n" * 300_000, RowsWrong(1)),
        (b"\x00" * 100_000, RowsWrong(1)),
    ],
)
def test_a_file_that_is_none_is_told_and_imports_nothing(shop: Workshop, data: bytes, why: Reason) -> None:
    job = shop.import_bytes("hanako", data)

    assert job.state == "failed"
    assert job.message == why
    assert (shop.skus(1), shop.staged()) == ([], 0)


def test_more_rows_than_a_seller_can_have_are_refused(shop: Workshop, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("mercarich_web.jobs.import_steps.MOST_ROWS", 30)

    job = shop.import_rows("hanako", offers(31))

    assert job.state == "failed"
    assert shop.problems(job.id) == [(32, None, TooManyRows(30))]


def test_a_file_that_is_too_large_or_of_another_encoding_never_becomes_a_job(
    shop: Workshop, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(Refused, match="neither UTF-8, UTF-16 nor Shift_JIS"):
        shop.import_bytes("hanako", "sku,時計".encode("utf-32-be"))
    monkeypatch.setattr(starting, "MOST_BYTES", 100)
    with pytest.raises(Refused, match="larger than"):
        shop.import_bytes("hanako", csv_of(offers(20)))

    assert shop.book.list(None, 10) == []


@pytest.mark.parametrize("seed", range(24))
def test_a_damaged_file_is_imported_whole_or_not_at_all(shop: Workshop, seed: int) -> None:
    draw = random.Random(seed)
    encoding = draw.choice(["utf-8", "utf-8-sig", "cp932"])
    columns = [name for name in HEADER if draw.random() < 0.95]
    rows = offers(draw.randrange(1, 40))
    for row in rows:
        if draw.random() < 0.2:
            row["title"] = draw.choice(["=1+1", "'=2", 'a "quoted" one', "two\r\nlines", "a,b", "@x", "", "ソ表能"])
    data = csv_of(rows, columns, encoding)
    for _ in range(draw.randrange(3)):
        data = draw.choice(DAMAGES)(draw, data)

    try:
        job = shop.import_bytes("hanako", data)
    except Refused:
        assert shop.book.list(None, 10) == []
        return

    assert job.state in ("finished", "failed")
    assert len(shop.skus(1)) == (job.made if job.state == "finished" else 0)
    assert job.wrong == shop.noted()
    assert (job.wrong > 0 or job.message is not None) if job.state == "failed" else job.wrong == 0
    assert shop.staged() == 0


def _cut(draw: random.Random, data: bytes) -> bytes:
    return data[: draw.randrange(len(data) + 1)]


def _flip(draw: random.Random, data: bytes) -> bytes:
    place = draw.randrange(len(data) + 1)
    return data[:place] + bytes([draw.randrange(256)]) + data[place + 1 :]


def _quote(draw: random.Random, data: bytes) -> bytes:
    place = draw.randrange(len(data) + 1)
    return data[:place] + b'"' + data[place:]


def _double(draw: random.Random, data: bytes) -> bytes:
    whole = data.split(b"\r\n")
    return b"\r\n".join([*whole, draw.choice(whole)])


DAMAGES: list[Change] = [_cut, _flip, _quote, _double]
