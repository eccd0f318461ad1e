"""Pictures are decoded in a process with limits, which is started anew after a fault."""

import os
import signal
from collections.abc import Iterator
from io import BytesIO

import cv2
import numpy as np
import pytest
from PIL import Image

from mercarich_updater.adapters import decoding
from mercarich_updater.adapters.decoding import Decoder, Disturbed
from mercarich_updater.adapters.likeness import SIDE, TooNarrow, Undecodable, decode


def picture(kind: str = ".png", width: int = 100, height: int = 80) -> bytes:
    noise = np.random.default_rng(1).integers(0, 255, (height, width, 3), dtype=np.uint8)
    return bytes(cv2.imencode(kind, noise)[1].tobytes())


def scans(count: int, width: int = 4000, height: int = 3000) -> bytes:
    """A progressive JPEG with its last scan this many times more: little to send, much to decode."""
    file = BytesIO()
    Image.new("L", (width, height), 128).save(file, "JPEG", progressive=True, quality=50)
    body = file.getvalue()
    return body[:-2] + body[body.rfind(b"\xff\xda") : -2] * count + b"\xff\xd9"


@pytest.fixture
def decoder() -> Iterator[Decoder]:
    made = Decoder()
    yield made
    made._discard()


@pytest.mark.parametrize("kind", [".png", ".jpg", ".webp"])
def test_a_picture_is_what_it_was_in_our_own_process(decoder: Decoder, kind: str) -> None:
    found = decoder.decode(picture(kind)).pixels

    assert max(found.shape) == SIDE
    assert np.array_equal(found, decode(picture(kind)).pixels)


def test_what_is_wrong_is_told_as_by_our_own_process(decoder: Decoder) -> None:
    with pytest.raises(Undecodable):
        decoder.decode(b"no picture")
    with pytest.raises(Undecodable):
        decoder.decode(b"")
    with pytest.raises(TooNarrow):
        decoder.decode(picture(width=3000, height=1))
    assert decoder.decode(picture()).pixels.shape[2] == 3


def test_a_picture_that_takes_the_processor_for_long_is_ended_and_the_next_one_is_decoded(decoder: Decoder) -> None:
    first = decoder.decode(picture()) and decoder._child
    with pytest.raises(Undecodable, match="too much"):
        decoder.decode(scans(8_000))

    assert decoder.decode(picture()).pixels.shape[2] == 3
    assert decoder._child is not first


def test_a_picture_that_takes_the_memory_is_refused_and_the_next_one_is_decoded(decoder: Decoder) -> None:
    huge = cv2.imencode(".png", np.zeros((16_000, 16_000), np.uint8))[1].tobytes()
    with pytest.raises(Undecodable):
        decoder.decode(huge)

    assert decoder.decode(picture()).pixels.shape[2] == 3


def test_a_process_that_was_killed_by_somebody_else_costs_no_picture(decoder: Decoder) -> None:
    decoder.decode(picture())
    assert decoder._child is not None
    os.kill(decoder._child.pid, signal.SIGKILL)

    assert decoder.decode(picture()).pixels.shape[2] == 3


def test_a_process_that_does_not_answer_is_ended(decoder: Decoder, monkeypatch: pytest.MonkeyPatch) -> None:
    decoder.decode(picture())
    stopped = decoder._child
    assert stopped is not None
    os.kill(stopped.pid, signal.SIGSTOP)
    patience, discard = decoding.PATIENCE_SECONDS, decoder._discard

    def discard_and_wait_again() -> int | None:
        monkeypatch.setattr(decoding, "PATIENCE_SECONDS", patience)
        return discard()

    monkeypatch.setattr(decoding, "PATIENCE_SECONDS", 1.0)
    monkeypatch.setattr(decoder, "_discard", discard_and_wait_again)
    large = picture(width=1000, height=800)  # more than a pipe takes of a process that does not read
    assert decoder.decode(large).pixels.shape[2] == 3

    assert stopped.poll() == -signal.SIGKILL


def test_a_process_that_cannot_start_tells_nothing_about_a_picture(
    decoder: Decoder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(decoding, "CHILD", ("/bin/false",))
    with pytest.raises(Disturbed):
        decoder.decode(picture())


def test_the_process_sees_no_secret_of_ours_and_ends_with_its_decoder(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MERCARICH_DATABASE_URL", "mysql://secret")
    made = Decoder()
    made.decode(picture())
    child = made._child
    assert child is not None
    with open(f"/proc/{child.pid}/environ", "rb") as file:
        seen = file.read()
    del made

    assert b"secret" not in seen
    assert child.poll() == -signal.SIGKILL
