"""The process that reads a workbook, with limits of time and memory; `workbook` starts it.

It reads .xlsx, .xls and .ods from its input and writes a CSV. A formula is never run: its cell has the value that the
spreadsheet saved with it.
"""

import csv
import io
import resource
import sys
import zipfile
from collections.abc import Iterator, Sequence
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import BinaryIO

from python_calamine import CalamineError, CalamineSheet, CalamineWorkbook, PasswordError, SheetVisibleEnum

from mercarich_web.jobs.workbook import LOCKED, TOO_LARGE, UNREADABLE
from mercarich_web.jobs.workbook_errors import with_errors_as_text
from mercarich_web.listings.column_names import HEADER_WITHIN, find_header
from mercarich_web.listings.csv_rows import COLUMNS

CPU_SECONDS = 30
MEMORY_BYTES = 192 * 1024 * 1024
"""Beyond what the libraries take; fifty thousand rows of twenty columns take about 150 MB."""
MOST_UNPACKED = 100_000_000
MOST_PARTS = 2_000
MOST_SHEETS = 20
MOST_COLUMNS = 500
MOST_WRITTEN = 50_000_000
"""Bytes of its text, as many as a file may have that is text already."""
PIECE = 65_536
Cell = int | float | str | bool | time | date | datetime | timedelta


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
    except (TooLarge, MemoryError):
        return TOO_LARGE
    except (CalamineError, zipfile.BadZipFile, ValueError, OSError, NotImplementedError):
        return LOCKED if "EncryptedPackage".encode("utf-16-le") in data else UNREADABLE
    return 0


def _check(data: bytes) -> None:
    """Unpack all parts, and count: what they claim to be is only a claim. Raises `TooLarge`."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        parts = archive.infolist()
        if len(parts) > MOST_PARTS or sum(part.file_size for part in parts) > MOST_UNPACKED:
            raise TooLarge
        left = MOST_UNPACKED
        for part in parts:
            with archive.open(part) as opened:
                while piece := opened.read(PIECE):
                    left -= len(piece)
                    if left < 0:
                        raise TooLarge


def _sheet(book: CalamineWorkbook) -> CalamineSheet:
    """Return the sheet whose header has the most of our columns; of those alike, the first."""
    shown = [each.name for each in book.sheets_metadata if each.visible == SheetVisibleEnum.Visible]
    sheets = [book.get_sheet_by_name(name) for name in (shown or book.sheet_names)[:MOST_SHEETS]]
    if not sheets:
        raise ValueError("no sheet")
    return max(sheets, key=_known)


def _known(sheet: CalamineSheet) -> tuple[int, bool]:
    if sheet.start is None:
        return 0, False
    rows = [[_text(cell) for cell in row] for row, _ in zip(_rows(sheet), range(2 * HEADER_WITHIN), strict=False)]
    header = find_header(rows, COLUMNS)
    return len(header.fields) if header is not None else 0, True


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
    if isinstance(cell, float) and cell.is_integer() and abs(cell) < 2**53:
        return str(int(cell))
    if isinstance(cell, datetime | date | time):
        return cell.isoformat()
    return " ".join(str(cell).split()) if isinstance(cell, str) else str(cell)


def _limit() -> None:
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS, CPU_SECONDS + 1))
    if sys.platform == "linux":
        pages = int(Path("/proc/self/statm").read_text().split()[0])
        most = pages * resource.getpagesize() + MEMORY_BYTES
        resource.setrlimit(resource.RLIMIT_AS, (most, most))


if __name__ == "__main__":
    sys.exit(main(sys.stdin.buffer, sys.stdout.buffer))
