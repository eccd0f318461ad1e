"""Cells of a workbook that have errors, such as #N/A, as texts: calamine reads them as empty ones, which mean others.

In an .xls they stay empty.
"""

import io
import re
import zipfile
from collections.abc import Callable, Iterable, Iterator

PIECE = 65_536
LONGEST_TAG = 10_000
"""Bytes of a cell's tag, which in an .ods has the formula."""
_XLSX_SHEET, _ODS_SHEETS = "xl/worksheets/", "content.xml"
_XLSX_ERROR = re.compile(rb"""(<(?:\w+:)?c\s(?:[^<>]*\s)?t=)(["'])e\2""")
_ODS_ERROR = re.compile(rb"""<table:table-cell\s[^<]*calcext:value-type="error"[^<]*""")
_ODS_VALUE = re.compile(rb'\soffice:(?:value-type|value|string-value|boolean-value)="[^"]*"')
Change = Callable[[bytes], bytes]


def with_errors_as_text(data: bytes) -> bytes:
    """Return an .xlsx or .ods whose cells with errors are texts; the same where it has none. Raises `BadZipFile`."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        changed = {
            part.filename: change
            for part in archive.infolist()
            if (change := _change(part.filename)) is not None and _changes(_pieces(archive, part), change)
        }
        return _rewritten(archive, changed) if changed else data


def _rewritten(archive: zipfile.ZipFile, changed: dict[str, Change]) -> bytes:
    told = io.BytesIO()
    with zipfile.ZipFile(told, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as after:
        for part in archive.infolist():
            pieces = _pieces(archive, part)
            if part.filename in changed:
                pieces = map(changed[part.filename], _whole_tags(pieces))
            with after.open(part.filename, "w") as sink:
                for piece in pieces:
                    sink.write(piece)
    return told.getvalue()


def _change(name: str) -> Change | None:
    """Return what makes texts of the errors in a part of this name; None: it has no cells."""
    if name.lower().startswith(_XLSX_SHEET):
        return _of_xlsx
    return _of_ods if name == _ODS_SHEETS else None


def _of_xlsx(xml: bytes) -> bytes:
    """Its cells have the error as their value, in English whatever the language of Excel."""
    return _XLSX_ERROR.sub(rb"\1\2str\2", xml) if b't="e"' in xml or b"t='e'" in xml else xml


def _of_ods(xml: bytes) -> bytes:
    """What its cells show is in the language of LibreOffice; here it is the same error for all."""
    return _ODS_ERROR.sub(_ods_text, xml) if b'calcext:value-type="error"' in xml else xml


def _ods_text(found: re.Match[bytes]) -> bytes:
    name, rest = found[0][: len("<table:table-cell")], found[0][len("<table:table-cell") :]
    return name + b' office:value-type="string" office:string-value="#ERROR!"' + _ODS_VALUE.sub(b"", rest)


def _changes(pieces: Iterable[bytes], change: Change) -> bool:
    return any(change(piece) != piece for piece in _whole_tags(pieces))


def _whole_tags(pieces: Iterable[bytes]) -> Iterator[bytes]:
    """Yield the same bytes in pieces that end before a tag begins."""
    held = b""
    for piece in pieces:
        held += piece
        cut = max(0, held.rfind(b"<"))
        if len(held) - cut > LONGEST_TAG:  # A long text, and no tag.
            cut = len(held)
        yield held[:cut]
        held = held[cut:]
    yield held


def _pieces(archive: zipfile.ZipFile, part: zipfile.ZipInfo) -> Iterator[bytes]:
    with archive.open(part) as opened:
        while piece := opened.read(PIECE):
            yield piece
