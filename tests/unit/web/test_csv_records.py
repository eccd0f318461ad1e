"""Records of a CSV: the same from any starting place, in bounded memory, and never an exception."""

import random
from collections.abc import Iterator, Sequence

import pytest

from mercarich_reasons.imports import LoneCarriageReturn, QuoteOpen, RecordTooLong, TextAfterQuote, WrongBytes
from mercarich_reasons.reason import Reason
from mercarich_web.jobs.csv_records import LONGEST_RECORD, Place, Record, encoding_of, lines, records


def read(data: bytes, encoding: str = "utf-8", size: int = 7) -> list[Record]:
    return list(records(lines(pieces(data, size)), encoding, Place()))


def pieces(data: bytes, size: int) -> Iterator[bytes]:
    return (data[start : start + size] for start in range(0, len(data), size))


def cells(found: Sequence[Record]) -> list[tuple[str, ...]]:
    return [record.cells for record in found]


def test_quotes_line_breaks_and_the_byte_order_mark_are_understood() -> None:
    data = '\ufeffsku,title\r\n\r\nA,"two\r\nlines, ""quoted"""\r\nB,時計\n'.encode()

    found = read(data)

    assert cells(found) == [("sku", "title"), ("A", 'two\r\nlines, "quoted"'), ("B", "時計")]
    assert [record.line for record in found] == [1, 3, 5]
    assert found[-1].after == Place(len(data), 6)


@pytest.mark.parametrize(
    ("data", "problems"),
    [
        (b'a,b\n"x" y,2\nc,d\n', {2: TextAfterQuote()}),
        (b'a,b\nc,"open', {2: QuoteOpen()}),
        (b"a\rb\rc\r", {1: LoneCarriageReturn()}),
        (b"a,b\nc,\xff\xfe\nd,e\n", {2: WrongBytes()}),
        (b"a,b\n" + b"x" * 10_000_000 + b"\nc,d\n", {2: RecordTooLong(65_536)}),
        (b'a,b\n"' + b"x\n" * 40_000, {2: RecordTooLong(65_536)}),
    ],
)
def test_what_cannot_be_read_is_told_with_its_line_and_reading_goes_on(
    data: bytes, problems: dict[int, Reason]
) -> None:
    found = read(data, size=50_000)

    told = {record.line: record.problem for record in found if record.problem}
    for line, problem in problems.items():
        assert told.get(line) == problem
    if data.endswith((b"c,d\n", b"d,e\n")):
        assert found[-1].cells in (("c", "d"), ("d", "e"))


def test_a_quote_of_a_tsv_that_swallows_the_next_row_is_told() -> None:
    data = b'sku\ttitle\turl\nA\t"free\tu1\nB\ttv 24"\tu2\nC\t"two\nlines"\tu3\n'
    found = list(records(lines([data]), "utf-8", Place(), "\t"))

    assert [(record.line, record.problem) for record in found if record.problem] == [(2, TextAfterQuote())]
    assert cells(found)[2:] == [("C", "two\nlines", "u3")]


def test_a_long_line_is_never_held_whole() -> None:
    longest = max(len(line.text) for line in lines(pieces(b"x" * 1_000_000 + b"\n", 4096)))

    assert longest <= LONGEST_RECORD + 1


@pytest.mark.parametrize("encoding", ["utf-8", "cp932"])
def test_reading_goes_on_from_any_record_as_if_it_had_not_stopped(encoding: str) -> None:
    text = "sku,title\r\n" + "".join(f'S-{number},"ソ表 ""十"",\r\n能{number}"\r\n' for number in range(50))
    data = text.encode(encoding)
    whole = read(data, encoding)

    for number, record in enumerate(whole):
        rest = records(lines(pieces(data[record.after.offset :], 11)), encoding, record.after)
        assert list(rest) == whole[number + 1 :]


@pytest.mark.parametrize(
    ("data", "encoding"),
    [
        ("sku,時計".encode(), "utf-8"),
        ("\ufeffsku,時計".encode(), "utf-8"),
        ("sku,時計".encode("cp932"), "cp932"),
        ("sku,時計".encode("utf-16"), None),
        (b"", "utf-8"),
        ("sku".encode("utf-16"), None),
        (b"sku,\x81", None),
    ],
)
def test_the_encoding_is_what_all_bytes_are(data: bytes, encoding: str | None) -> None:
    assert encoding_of(pieces(data, 3)) == encoding
    assert encoding_of([data]) == encoding


@pytest.mark.parametrize("seed", range(200))
def test_random_bytes_are_records_or_problems_and_every_byte_is_passed_once(seed: int) -> None:
    draw = random.Random(seed)
    alphabet = [
        b"a",
        b",",
        b'"',
        b"\n",
        b"\r\n",
        b"\r",
        b"\x00",
        "時".encode(),
        b"\x82\xa0",
        b"\xff",
        b"=",
        b"\xef\xbb\xbf",
    ]
    data = b"".join(draw.choice(alphabet) for _ in range(draw.randrange(300)))

    for encoding in ("utf-8", "cp932"):
        found = read(data, encoding, size=draw.randrange(1, 20))
        places = [0, *(record.after.offset for record in found)]
        assert places == sorted(places)
        assert all(record.problem is None or not record.cells for record in found)
