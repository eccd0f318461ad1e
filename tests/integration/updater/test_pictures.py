"""Pictures over HTTP: a proxy's responses, and what happens to pictures that cannot be used."""

import os
import threading
from collections.abc import Iterator
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import cv2
import numpy as np
import pytest

from mercarich_contracts.market import Marketplace
from mercarich_reasons.pictures import (
    OldPictureMissing,
    PicturesIncomparable,
    PictureTooNarrow,
    PictureUndecodable,
)
from mercarich_updater.adapters.likeness import Decoded
from mercarich_updater.adapters.pictures_http import HttpPictures
from mercarich_updater.ports import NoPicture, Picture, PictureLater

OURS, THEIRS = (Picture(Marketplace.YAHOO, f"https://pictures/{name}") for name in ("ours", "theirs"))


@pytest.fixture
def served(tmp_path: Path) -> Iterator[tuple[HttpPictures, list[bytes]]]:
    """The comparer, with the bodies that it receives one after the other; an empty one: the proxy's breaker is open."""
    bodies: list[bytes] = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            body = bodies.pop(0)
            self.send_response(200 if body else 503)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:
            return

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield HttpPictures({Marketplace.YAHOO: f"http://127.0.0.1:{server.server_port}"}, tmp_path), bodies
    server.shutdown()
    thread.join()
    server.server_close()


def png(width: int, height: int) -> bytes:
    noise = np.random.default_rng(1).integers(0, 255, (height, width, 3), dtype=np.uint8)
    return bytes(cv2.imencode(".png", noise)[1].tobytes())


def test_a_stripe_counts_as_no_picture(served: tuple[HttpPictures, list[bytes]]) -> None:
    pictures, bodies = served
    bodies += [png(100, 100), png(3000, 1)]
    with pytest.raises(NoPicture) as refused:
        pictures.likeness(OURS, THEIRS)
    assert refused.value.reason == PictureTooNarrow("https://pictures/theirs")
    bodies += [b"no picture"]
    with pytest.raises(NoPicture) as refused:
        pictures.likeness(OURS, THEIRS)
    assert refused.value.reason == PictureUndecodable("https://pictures/theirs")


def test_what_opencv_refuses_counts_as_no_picture(
    served: tuple[HttpPictures, list[bytes]], monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(ours: Decoded, theirs: Decoded) -> float:
        raise ValueError("the pictures cannot be compared")

    monkeypatch.setattr("mercarich_updater.adapters.likeness.quick", refuse)
    pictures, bodies = served
    bodies += [png(100, 100), png(100, 100)]
    with pytest.raises(NoPicture) as refused:
        pictures.quick(OURS, THEIRS)
    assert refused.value.reason == PicturesIncomparable("https://pictures/theirs")


def test_a_picture_that_the_proxy_cannot_have_for_now_is_named(served: tuple[HttpPictures, list[bytes]]) -> None:
    pictures, bodies = served
    bodies += [png(100, 100), b""]
    with pytest.raises(PictureLater) as later:
        pictures.quick(OURS, THEIRS)
    assert later.value.picture == THEIRS


def test_our_picture_is_taken_from_the_folder_where_it_was_saved(
    served: tuple[HttpPictures, list[bytes]], tmp_path: Path
) -> None:
    pictures, bodies = served
    (tmp_path / "1").mkdir()
    (tmp_path / "1" / "main.png").write_bytes(png(100, 100))
    bodies += [png(100, 100)]
    assert pictures.quick(Picture(Marketplace.YAHOO, "", saved="1/main.png"), THEIRS) == pytest.approx(1)


@pytest.mark.parametrize(
    "path", ["1/none.png", "../outside.png", "1/link.png", "1/text.png", "1", "1/pipe.png", "1/\0"]
)
def test_a_saved_picture_that_is_not_there_or_lies_elsewhere_is_fetched_as_ever(
    served: tuple[HttpPictures, list[bytes]], tmp_path: Path, path: str
) -> None:
    pictures, bodies = served
    (tmp_path / "1").mkdir()
    outside = tmp_path.parent / "outside.png"
    outside.write_bytes(bytes(cv2.imencode(".png", np.zeros((100, 100, 3), np.uint8))[1].tobytes()))
    (tmp_path / "1" / "link.png").symlink_to(outside)
    (tmp_path / "1" / "text.png").write_text("no picture")
    os.mkfifo(tmp_path / "1" / "pipe.png")
    bodies += [png(100, 100), png(100, 100)]
    assert pictures.quick(replace(OURS, saved=path), THEIRS) == pytest.approx(1)
    with pytest.raises(NoPicture) as refused:
        pictures.quick(Picture(Marketplace.YAHOO, "", saved=path), THEIRS)
    assert refused.value.reason == OldPictureMissing()


def test_a_preview_is_of_what_was_compared_and_costs_no_call(served: tuple[HttpPictures, list[bytes]]) -> None:
    pictures, bodies = served
    bodies += [png(100, 100), png(300, 150)]
    pictures.quick(OURS, THEIRS)
    preview = pictures.preview(THEIRS)
    assert preview is not None
    assert preview.startswith(b"\xff\xd8\xff")
    assert cv2.imdecode(np.frombuffer(preview, np.uint8), cv2.IMREAD_COLOR).shape == (120, 240, 3)
    assert pictures.preview(Picture(Marketplace.YAHOO, "https://pictures/never")) is None
