"""Read the records of a CSV file from any record on, in bounded memory whatever the file contains."""

import codecs
import csv
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import NamedTuple

from mercarich_reasons.imports import LoneCarriageReturn, QuoteOpen, RecordTooLong, TextAfterQuote, WrongBytes
from mercarich_reasons.reason import Reason
from mercarich_reasons.refusal import Refusal

LONGEST_RECORD = 65_536
"""Longest record in bytes. A cell of megabytes is a mistake, or an open quote that swallows the rest of the file."""

ENCODINGS = ("utf-8", "cp932")
"""Encodings, tried in this order. cp932 is Windows' variant of Shift_JIS."""
_UTF_16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
"""The UTF-16 byte order marks; cp932 would decode them as characters."""


class Line(NamedTuple):
    text: bytes
    """The line with its end; of a longer one, slightly more than `LONGEST_RECORD` bytes."""
    size: int
    """Length of the whole line in bytes."""


class Place(NamedTuple):
    """A position at which a record begins."""

    offset: int = 0
    line: int = 1


@dataclass(frozen=True, slots=True)
class Record:
    line: int
    """Number of its first line, from 1."""
    after: Place
    cells: tuple[str, ...]
    problem: Reason | None = None
    """Why the record could not be read. Reading continues at the next line."""


def lines(chunks: Iterable[bytes]) -> Iterator[Line]:
    """Yield lines, split at line feeds, which are a single byte in both encodings. No more of a line than
    `LONGEST_RECORD` bytes is held."""
    held, size = bytearray(), 0
    for chunk in chunks:
        start = 0
        while start < len(chunk):
            end = chunk.find(b"\n", start)
            stop = len(chunk) if end < 0 else end + 1
            held += chunk[start : min(stop, start + LONGEST_RECORD + 1 - len(held))]
            size += stop - start
            start = stop
            if end >= 0:
                yield Line(bytes(held), size)
                held.clear()
                size = 0
    if size:
        yield Line(bytes(held), size)


def records(source: Iterator[Line], encoding: str, place: Place, separator: str = ",") -> Iterator[Record]:
    """Yield every record from `place` on, which is where `source` begins. Lines without any cell are left out."""
    feed = _Feed(source, encoding, place)
    while True:
        first = feed.begin()
        try:
            cells = tuple(next(csv.reader(feed, strict=True, delimiter=separator)))
        except StopIteration:
            return
        except _Unreadable as error:
            yield Record(first, feed.place, (), error.reason)
        except csv.Error as error:
            yield Record(first, feed.place, (), _reason(error))
        else:
            # Google Sheets writes no quotes into a TSV: one at a cell's beginning is a mark, and took lines with it.
            if separator == "\t" and any("\t" in cell for cell in cells):
                yield Record(first, feed.place, (), TextAfterQuote())
            elif cells:
                yield Record(first, feed.place, cells)


def encoding_of(chunks: Iterable[bytes], *, whole: bool = True) -> str | None:
    """Return the first of `ENCODINGS` that decodes all the bytes, None for neither. `whole` is False for the beginning
    of a file, which may end within a character."""
    decoders = {name: codecs.getincrementaldecoder(name)() for name in ENCODINGS}
    for number, chunk in enumerate(chunks):
        if number == 0 and chunk.startswith(_UTF_16):
            return None
        _try(decoders, chunk, final=False)
    _try(decoders, b"", final=whole)
    return next(iter(decoders), None)


def _try(decoders: dict[str, codecs.IncrementalDecoder], chunk: bytes, *, final: bool) -> None:
    for name, decoder in list(decoders.items()):
        try:
            decoder.decode(chunk, final)
        except UnicodeDecodeError:
            del decoders[name]


class _Unreadable(Refusal):
    """The record cannot be read."""


class _Feed:
    """Give lines to `csv.reader` one by one, and count how far it has read."""

    def __init__(self, source: Iterator[Line], encoding: str, place: Place) -> None:
        self._source = source
        self._encoding = encoding
        self.place = place
        self._size = 0

    def begin(self) -> int:
        """Begin a new record and return its line number."""
        self._size = 0
        return self.place.line

    def __iter__(self) -> "_Feed":
        return self

    def __next__(self) -> str:
        line = next(self._source)
        at_start = self.place.offset == 0
        self.place = Place(self.place.offset + line.size, self.place.line + 1)
        self._size += line.size
        if self._size > LONGEST_RECORD:
            raise _Unreadable(RecordTooLong(LONGEST_RECORD))
        try:
            text = line.text.decode(self._encoding)
        except UnicodeDecodeError:
            raise _Unreadable(WrongBytes()) from None
        return text.removeprefix("\ufeff") if at_start else text


def _reason(error: csv.Error) -> Reason:
    text = str(error)
    if "new-line" in text:
        return LoneCarriageReturn()
    if "end of data" in text:
        return QuoteOpen()
    return TextAfterQuote()
