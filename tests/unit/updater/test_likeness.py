"""What the pixels of two pictures show: the same item in another photo, another item, another colour."""

from collections.abc import Callable
from dataclasses import replace

import cv2
import numpy as np
import pytest

from mercarich_replacements.matching import DEFAULT, NOTHING_ALIKE, Likeness, pictures_against
from mercarich_simulator.pictures.photo import Shot, photograph
from mercarich_simulator.pictures.subject import Subject
from mercarich_updater.adapters.differences import Array
from mercarich_updater.adapters.likeness import PREVIEW_BYTES, SIDE, Decoded, decode, likeness, preview, quick

BOX = Subject(1, 8, "speaker", 2)
SHOT = Shot("a", "b")


def compared(subject: Subject, shot: Shot) -> Likeness:
    return likeness(decode(photograph(BOX, SHOT)), decode(photograph(subject, shot)))


def test_another_photo_of_the_same_thing_is_alike() -> None:
    assert pictures_against(DEFAULT, compared(BOX, Shot("c", "d"))) is None


@pytest.mark.parametrize("other", [replace(BOX, product=9), replace(BOX, colour=0), replace(BOX, kind="camera")])
def test_another_thing_and_another_colour_are_not(other: Subject) -> None:
    assert pictures_against(DEFAULT, compared(other, Shot("c", "d"))) is not None


def test_a_picture_is_alike_to_itself_in_every_way() -> None:
    seen = compared(BOX, SHOT)
    assert min(seen.share_forth, seen.share_back) > 0.9
    assert (seen.changed_share, seen.odd_share) == (0.0, 0.0)
    picture = decode(photograph(BOX, SHOT))
    assert quick(picture, picture) == pytest.approx(1.0)


def test_features_are_found_once() -> None:
    picture = decode(photograph(BOX, SHOT))
    assert picture.features() is picture.features()


def test_pictures_come_to_one_size() -> None:
    assert max(decode(photograph(BOX, SHOT)).pixels.shape[:2]) == SIDE


@pytest.mark.parametrize("body", [b"", b"<html>", b"\xff\xd8\xff\xe0 broken", b"\x89PNG\r\n\x1a\n"])
def test_what_cannot_be_decoded_is_said_to_be(body: bytes) -> None:
    with pytest.raises(ValueError, match="cannot be decoded"):
        decode(body)


@pytest.mark.parametrize(("width", "height"), [(3000, 1), (3000, 2), (480, 1), (1, 480), (480, 31)])
def test_a_stripe_is_refused_before_opencv_looks_for_features_in_it(width: int, height: int) -> None:
    """A picture of one pixel's height once ended the whole process."""
    stripe = cv2.imencode(".png", np.full((height, width, 3), 200, np.uint8))[1].tobytes()
    with pytest.raises(ValueError, match="too narrow"):
        decode(stripe)


@pytest.mark.parametrize("compare", [quick, likeness])
def test_what_opencv_will_not_compare_is_said_in_one_sentence(compare: Callable[[Decoded, Decoded], object]) -> None:
    nothing = Decoded(np.zeros((0, 0, 3), np.uint8))
    with pytest.raises(ValueError, match="the pictures cannot be compared"):
        compare(nothing, nothing)


def test_an_empty_picture_is_like_nothing() -> None:
    blank = cv2.imencode(".png", np.full((100, 100, 3), 200, np.uint8))[1].tobytes()
    assert likeness(decode(blank), decode(photograph(BOX, SHOT))) == NOTHING_ALIKE


def test_a_preview_is_small_and_encoded_anew() -> None:
    body = photograph(BOX, SHOT)
    jpeg = preview(decode(body + b"<script>alert(1)</script>"))
    assert jpeg is not None
    assert jpeg.startswith(b"\xff\xd8\xff")
    assert (max(decoded(jpeg).shape[:2]), b"script" in jpeg) == (240, False)


def test_pure_noise_has_a_preview_that_a_row_takes() -> None:
    noise = np.random.default_rng(1).integers(0, 256, (240, 240, 3), np.uint8)  # not made smoother by a smaller size
    jpeg = preview(Decoded(noise))
    assert jpeg is not None
    assert len(jpeg) <= PREVIEW_BYTES


def test_what_no_row_takes_and_what_cannot_be_encoded_has_none(monkeypatch: pytest.MonkeyPatch) -> None:
    assert preview(Decoded(np.zeros((0, 240, 3), np.uint8))) is None
    monkeypatch.setattr("mercarich_updater.adapters.likeness.PREVIEW_BYTES", 100)
    assert preview(decode(photograph(BOX, SHOT))) is None


def decoded(body: bytes) -> Array:
    return np.asarray(cv2.imdecode(np.frombuffer(body, np.uint8), cv2.IMREAD_COLOR))
