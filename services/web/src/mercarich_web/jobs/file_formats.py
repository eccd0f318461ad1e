"""Turn an uploaded file of any format that sellers have into the text that an import reads: UTF-8 or Shift_JIS."""

import codecs
from collections.abc import Generator, Iterable, Iterator
from itertools import chain

from mercarich_reasons.jobs import FileEncoding, NoSpreadsheet, NumbersDocument
from mercarich_web.jobs.workbook import MOST_BYTES, as_csv, turn
from mercarich_web.refusals import Refused

_ZIP, _OLE = b"PK\x03\x04", bytes.fromhex("d0cf11e0a1b11ae1")
"""What .xlsx and .ods begin with; and .xls, and a workbook with a password."""
_UTF_16 = {codecs.BOM_UTF16_LE: "utf-16-le", codecs.BOM_UTF16_BE: "utf-16-be"}
_OTHERS = (b"%PDF", b"<!doctype", b"<html", b"<?xml", b"{\\rtf", b"\x89png", b"\xff\xd8\xff")
_SNIFFED = 512


def as_text(chunks: Iterable[bytes], user_id: int) -> Generator[bytes]:
    """Yield a seller's file as text. Raises `Refused`.

    A workbook is held in memory, up to its limit, and no other one is until all of its text is taken or this is closed.
    """
    source = iter(chunks)
    head = b""
    for chunk in source:
        head += chunk
        if len(head) >= _SNIFFED:
            break
    whole = chain([head] if head else [], source)
    if head.startswith((_ZIP, _OLE)):
        with turn(user_id):
            yield from _of_workbook(whole)
        return
    if head.lstrip(b"\xef\xbb\xbf \r\n\t").lower().startswith(_OTHERS):
        raise Refused(NoSpreadsheet())
    encoding = next((name for mark, name in _UTF_16.items() if head.startswith(mark)), None)
    yield from whole if encoding is None else _recoded(whole, encoding)


def _of_workbook(chunks: Iterable[bytes]) -> Iterator[bytes]:
    data = bytearray()
    for chunk in chunks:
        data += chunk
        if len(data) > MOST_BYTES:
            break
    if b"Index/Document.iwa" in data or b"Index.zip" in data:
        raise Refused(NumbersDocument())
    return as_csv(data)


def _recoded(chunks: Iterable[bytes], encoding: str) -> Iterator[bytes]:
    """Yield UTF-16 as UTF-8: lines are then split at single bytes, as in the other encodings."""
    decoder = codecs.getincrementaldecoder(encoding)()
    try:
        for chunk in chunks:
            yield decoder.decode(chunk).encode()
        yield decoder.decode(b"", final=True).encode()
    except UnicodeError as error:
        raise Refused(FileEncoding()) from error
