"""The process that reads a workbook, with limits of time and memory; `workbook` starts it.

It reads .xlsx, .xls and .ods from its input and writes a CSV. A formula is never run: its cell has the value that the
spreadsheet saved with it.
"""

import csv
import io
import os
import re
import resource
import sys
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import BinaryIO, NamedTuple

from python_calamine import CalamineError, CalamineSheet, CalamineWorkbook, PasswordError, SheetVisibleEnum

from mercarich_contracts.sites import item_of_address
from mercarich_web.jobs.workbook import LOCKED, SHEETS, TOO_LARGE, UNREADABLE
from mercarich_web.jobs.workbook_errors import with_errors_as_text
from mercarich_web.listings.column_names import HEADER_WITHIN, find_header, is_listing
from mercarich_web.listings.csv_rows import COLUMNS, REQUIRED

CPU_SECONDS = 30
NICE = 10
"""Pages go before: it has their processor."""
MEMORY_BYTES = 192 * 1024 * 1024
"""Beyond what the libraries take; fifty thousand rows of twenty columns take about 150 MB."""
MOST_UNPACKED = 100_000_000
MOST_PARTS = 2_000
ENCRYPTED = 1
"""A part's flag in a ZIP (APPNOTE.TXT, 4.4.4)."""
MOST_SHEETS = 20
MOST_COLUMNS = 500
MOST_WRITTEN = 50_000_000
"""Bytes of its text, as many as a file may have that is text already."""
PIECE = 65_536
_BREAKS = re.compile(r"\s*[\t\r\n]\s*")
"""Of a cell with several lines: a space. Other spaces are as in a CSV."""
Cell = int | float | str | bool | time | date | datetime | timedelta


class SeveralSheets(Exception):
    """Listings are on more than one sheet."""


class TooLarge(Exception):
    """The workbook has too much in it."""


def main(source: BinaryIO, sink: BinaryIO) -> int:
    """Write the sheet with the listings, and return the exit code."""
    _limit()
    data = source.read()
    try:
        if data.startswith(b"PK"):
            _check(data)
            data = with_errors_as_text(data)
        _write(_sheet(CalamineWorkbook.from_filelike(io.BytesIO(data))), sink)
    except PasswordError:
        return LOCKED
    except SeveralSheets:
        return SHEETS
    except (TooLarge, MemoryError):
        return TOO_LARGE
    except (CalamineError, zipfile.BadZipFile, ValueError, OSError, EOFError, RuntimeError, zlib.error):
        return LOCKED if "EncryptedPackage".encode("utf-16-le") in data else UNREADABLE
    return 0


def _check(data: bytes) -> None:
    """Unpack all parts, and count: what they claim to be is only a claim. Raises `TooLarge` and `PasswordError`."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        parts = archive.infolist()
        if len(parts) > MOST_PARTS or sum(part.file_size for part in parts) > MOST_UNPACKED:
            raise TooLarge
        if any(part.flag_bits & ENCRYPTED for part in parts):
            raise PasswordError
        left = MOST_UNPACKED
        for part in parts:
            with archive.open(part) as opened:
                while piece := opened.read(PIECE):
                    left -= len(piece)
                    if left < 0:
                        raise TooLarge
                    if part.filename == "META-INF/manifest.xml" and b":encryption-data" in piece:
                        raise PasswordError  # An .ods says so there alone; its parts look damaged.


def _sheet(book: CalamineWorkbook) -> CalamineSheet:
    """Return the sheet with the listings. Raises `SeveralSheets`.

    Without any, the one whose header has the most of our columns; of those alike, the first.
    """
    shown = [each.name for each in book.sheets_metadata if each.visible == SheetVisibleEnum.Visible]
    names = shown or book.sheet_names
    if not names:
        raise ValueError("no sheet")
    if len(names) > MOST_SHEETS:
        raise TooLarge
    if len(names) == 1:
        return book.get_sheet_by_name(names[0])
    found = {name: _found(book.get_sheet_by_name(name)) for name in names}  # One at a time is in memory.
    most = max(each.listings for each in found.values())
    if most and sum(each.listings == most for each in found.values()) > 1:
        raise SeveralSheets
    return book.get_sheet_by_name(max(names, key=lambda name: found[name]))


class _Found(NamedTuple):
    """What a sheet has, so that the greatest one is the one to import."""

    listings: int
    """2: it has listings as they are imported; 1: it has items' addresses, and its columns are known to its seller
    alone; 0: neither."""
    known: int
    """How many of our columns its header has."""
    has_cells: bool


def _found(sheet: CalamineSheet) -> _Found:
    if sheet.start is None:
        return _Found(0, 0, False)
    rows = [[_text(cell) for cell in row] for row, _ in zip(_rows(sheet), range(2 * HEADER_WITHIN), strict=False)]
    header = find_header(rows, COLUMNS)
    below = rows if header is None else rows[header.place + 1 :]
    has_addresses = any(item_of_address(cell) is not None for row in below for cell in row)
    if header is None:
        return _Found(2 if has_addresses else 0, 0, True)
    is_whole = header.fields.issuperset(REQUIRED) and any(is_listing(row, COLUMNS) for row in below)
    return _Found(2 if is_whole else int(has_addresses), len(header.fields), True)


def _rows(sheet: CalamineSheet) -> Iterator[Sequence[Cell]]:
    """Yield all rows from the first one of the sheet on, so that a row's number is that of its line.

    However many they are: the import itself counts which are listings, and says when these are too many.
    """
    if sheet.start is None:
        return
    if sheet.width > MOST_COLUMNS:
        raise TooLarge
    yield from sheet.iter_rows()


def _write(sheet: CalamineSheet, sink: BinaryIO) -> None:
    writer = csv.writer(_Text(sink))
    for row in _rows(sheet):
        cells = [_text(cell) for cell in row]
        writer.writerow(cells if any(cells) else ())
    sink.flush()


class _Text:
    """Text that is written as UTF-8, up to `MOST_WRITTEN` bytes."""

    def __init__(self, sink: BinaryIO) -> None:
        self._sink = sink
        self._left = MOST_WRITTEN

    def write(self, text: str) -> int:
        data = text.encode()
        self._left -= len(data)
        if self._left < 0:
            raise TooLarge
        return self._sink.write(data)


def _text(cell: Cell) -> str:
    if isinstance(cell, bool):
        return "yes" if cell else "no"
    if isinstance(cell, float):
        shown = float(f"{cell:.15g}")  # As spreadsheets show and export it: 1.1 * 3 is 3.3.
        return str(int(shown)) if shown.is_integer() and abs(shown) < 2**53 else str(shown)
    if isinstance(cell, datetime | date | time):
        return cell.isoformat()
    return _BREAKS.sub(" ", cell).strip() if isinstance(cell, str) else str(cell)


def _limit() -> None:
    os.nice(NICE)
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS, CPU_SECONDS + 1))
    if sys.platform == "linux":
        pages = int(Path("/proc/self/statm").read_text().split()[0])
        most = pages * resource.getpagesize() + MEMORY_BYTES
        resource.setrlimit(resource.RLIMIT_AS, (most, most))


if __name__ == "__main__":
    sys.exit(main(sys.stdin.buffer, sys.stdout.buffer))
