"""A picture's type and size are read from its first bytes; any other data is refused."""

import struct
import zlib
from contextlib import suppress
from io import BytesIO

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from mercarich_marketplace.image_header import MOST_SCANS, Header, NoImage, read_header


def png(width: int, height: int) -> bytes:
    data = b"IHDR" + struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + struct.pack(">I", 13) + data + struct.pack(">I", zlib.crc32(data))


def jpeg(width: int, height: int, *, frame: int = 0xC0) -> bytes:
    app0 = b"\xff\xe0\x00\x10JFIF\x00\x01\x01\x00\x00\x01\x00\x01\x00\x00"
    start = bytes((0xFF, frame)) + struct.pack(">HBHHB", 17, 8, height, width, 3) + b"\x01\x22\x00" * 3
    return b"\xff\xd8" + app0 + b"\xff" + start + b"\xff\xda"


def webp(chunk: bytes, data: bytes) -> bytes:
    return b"RIFF" + struct.pack("<I", 12 + len(data)) + b"WEBP" + chunk + struct.pack("<I", len(data)) + data


VP8 = webp(b"VP8 ", b"\x10\x00\x00\x9d\x01\x2a" + struct.pack("<HH", 640 | 0x4000, 480))
VP8L = webp(b"VP8L", b"\x2f" + struct.pack("<I", 639 | 479 << 14) + bytes(5))
VP8X = webp(b"VP8X", b"\x00\x00\x00\x00" + (639).to_bytes(3, "little") + (479).to_bytes(3, "little"))


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (png(640, 480), "image/png"),
        (jpeg(640, 480), "image/jpeg"),
        (jpeg(640, 480, frame=0xC2), "image/jpeg"),
        (VP8, "image/webp"),
        (VP8L, "image/webp"),
        (VP8X, "image/webp"),
    ],
)
def test_the_size_is_in_the_header(body: bytes, kind: str) -> None:
    assert read_header(body) == Header(kind, 640, 480)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"<html>",
        b"GIF89a" + bytes(20),
        b"<svg xmlns='http://www.w3.org/2000/svg'/>" + bytes(20),
        png(640, 480)[:20],
        png(0, 480),
        jpeg(640, 0),
        b"\xff\xd8\xff\xda" + bytes(40),
        b"\xff\xd8\xff\xe0\x00\x10" + bytes(40),
        webp(b"VP8X", b"\x02" + bytes(9)),
        webp(b"VP8 ", bytes(10)),
        VP8[:24],
    ],
)
def test_what_is_no_picture_is_refused(body: bytes) -> None:
    with pytest.raises(NoImage):
        read_header(body)


def progressive(scans: int = 0) -> bytes:
    """A progressive JPEG of noise, with its last scan this many times more."""
    file = BytesIO()
    Image.effect_noise((640, 480), 90).convert("RGB").save(file, "JPEG", progressive=True, restart_marker_rows=1)
    body = file.getvalue()
    last = body.rfind(b"\xff\xda")
    return body[:-2] + body[last:-2] * scans + b"\xff\xd9"


def test_a_progressive_picture_is_read_and_one_of_endless_scans_is_not() -> None:
    body = progressive()
    assert body.count(b"\xff\xda") <= MOST_SCANS // 2, "an encoder's own scans"
    assert read_header(body) == Header("image/jpeg", 640, 480)
    with pytest.raises(NoImage, match="scans"):
        read_header(progressive(MOST_SCANS))


def test_scans_that_are_no_scans_do_not_count() -> None:
    """Those of a thumbnail within a segment, and what comes behind the end."""
    body = progressive()
    thumbnail = b"\xff\xda\x00\x02" * 3 * MOST_SCANS
    segment = b"\xff\xe1" + (2 + len(thumbnail)).to_bytes(2) + thumbnail

    assert read_header(body[:2] + segment + body[2:] + thumbnail) == Header("image/jpeg", 640, 480)
    start = body.index(b"\xff\xda")
    assert read_header(body[:start] + segment + body[start:]) == Header("image/jpeg", 640, 480)


@given(st.sampled_from([png(9, 9), jpeg(9, 9), VP8, VP8L, VP8X]), st.binary(max_size=64), st.integers(0, 40))
def test_odd_bytes_end_in_a_header_or_a_refusal(start: bytes, tail: bytes, cut: int) -> None:
    with suppress(NoImage):
        assert read_header(start[:cut] + tail).pixels > 0
