"""Similarity of two pictures, by OpenCV: grey histograms, AKAZE features, and differences after alignment."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace

import cv2
import numpy as np

from mercarich_replacements.matching import NOTHING_ALIKE, Likeness
from mercarich_updater.adapters.differences import Array, Picture, differences

QUICK_SIDE = 200
SIDE = 480
"""Pixels of the longer side at which features are searched, so that both pictures have the same scale."""
NARROW = 32
"""Minimum of the shorter side, in pixels: for a few, AKAZE writes out of bounds (OpenCV 4.14)."""
FEATURES = 1_500
RATIO = 0.85
"""Lowe's ratio: a match counts if its distance is below this share of the second best one's."""
PREVIEW_SIDE = 240
"""Pixels of the longer side of a preview, which pages show at 160."""
PREVIEW_QUALITY = 80
PREVIEW_BYTES = 49_152
"""What a row of `revival_pictures` takes; pure noise has less at this side and quality."""
LEAST = 6
"""Minimum number of agreeing matches to locate the object."""


@dataclass(frozen=True, slots=True)
class Features:
    points: Array
    descriptors: Array


class Undecodable(ValueError):
    """OpenCV cannot decode the picture."""


class TooNarrow(ValueError):
    """The picture is too narrow for a safe search for features (`NARROW`)."""


class Incomparable(ValueError):
    """OpenCV cannot compare the two pictures."""


class Decoded:
    """A decoded picture with its features, computed once on demand.

    Our picture is compared with every candidate, and finding features takes longer than decoding.
    """

    def __init__(self, pixels: Picture) -> None:
        """`pixels`: channels blue, green, red."""
        self.pixels = pixels
        self._features: Features | None = None

    def features(self) -> Features:
        if self._features is None:
            self._features = _features(self.pixels)
        return self._features


def decode(body: bytes) -> Decoded:
    """Decode a picture. Raises `Undecodable` and `TooNarrow`."""
    with _said(Undecodable("the picture cannot be decoded")):
        picture = cv2.imdecode(np.frombuffer(body, np.uint8), cv2.IMREAD_COLOR)
    if picture is None:
        raise Undecodable("the picture cannot be decoded")
    scale = SIDE / max(picture.shape[:2])
    size = tuple(round(side * scale) for side in picture.shape[1::-1])
    if min(size) < NARROW:
        raise TooNarrow("the picture is too narrow")
    way = cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC
    return Decoded(np.asarray(cv2.resize(picture, size, interpolation=way), np.uint8))


def preview(picture: Decoded) -> bytes | None:
    """Return the picture as a small JPEG for people, of at most `PREVIEW_BYTES`, encoded anew from its pixels: nothing
    else of a stranger's file reaches a browser. None when that is not possible."""
    scale = min(1.0, PREVIEW_SIDE / max(picture.pixels.shape[:2]))
    height, width = (max(1, round(side * scale)) for side in picture.pixels.shape[:2])
    try:
        small = cv2.resize(picture.pixels, (width, height), interpolation=cv2.INTER_AREA)
        done, jpeg = cv2.imencode(".jpg", small, [cv2.IMWRITE_JPEG_QUALITY, PREVIEW_QUALITY])
    except cv2.error:
        return None
    return jpeg.tobytes() if done and len(jpeg) <= PREVIEW_BYTES else None


def quick(ours: Decoded, theirs: Decoded) -> float:
    """Return the correlation of the grey histograms at 200 x 200 pixels. Raises `Incomparable`."""
    with _said(Incomparable("the pictures cannot be compared")):
        first, second = (_histogram(picture.pixels) for picture in (ours, theirs))
        return float(cv2.compareHist(first, second, cv2.HISTCMP_CORREL))


def likeness(ours: Decoded, theirs: Decoded) -> Likeness:
    """Return the numbers for the last test. Raises `Incomparable`."""
    with _said(Incomparable("the pictures cannot be compared")):
        return _likeness(ours, theirs)


@contextmanager
def _said(what: ValueError) -> Iterator[None]:
    """Raise `what` in place of OpenCV's own errors."""
    try:
        yield
    except cv2.error as error:
        raise what from error


def _likeness(ours: Decoded, theirs: Decoded) -> Likeness:
    a, b = ours.features(), theirs.features()
    if len(a.points) < 4 or len(b.points) < 4:
        return NOTHING_ALIKE
    forth, back = _partners(a, b), _partners(b, a)
    shares = len(forth) / len(a.points), len(back) / len(b.points)
    pairs = [(i, j) for i, j in forth.items() if back.get(j) == i]
    unlike = replace(NOTHING_ALIKE, share_forth=shares[0], share_back=shares[1])
    if len(pairs) < 4:
        return unlike
    at, to = (
        np.array(points, np.float32) for points in zip(*((a.points[i], b.points[j]) for i, j in pairs), strict=True)
    )
    movement, found = _movement(at, to)
    if movement is None:
        return unlike
    agreeing = at[found.ravel() == 1]
    if len(agreeing) < LEAST:
        return replace(unlike, inliers=len(agreeing))
    return Likeness(*shares, len(agreeing), *differences(ours.pixels, theirs.pixels, movement, agreeing))


def _movement(at: Array, to: Array) -> tuple[Array | None, Array]:
    """Return the transformation that most point pairs share (None if there is none), and which pairs share it."""
    return cv2.findHomography(at, to, cv2.USAC_MAGSAC, 4.0)


def _histogram(picture: Picture) -> Array:
    small = cv2.resize(picture, (QUICK_SIDE, QUICK_SIDE), interpolation=cv2.INTER_AREA)
    return np.asarray(cv2.calcHist([cv2.cvtColor(small, cv2.COLOR_BGR2GRAY)], [0], None, [256], [0, 256]))


def _features(picture: Picture) -> Features:
    grey = cv2.cvtColor(picture, cv2.COLOR_BGR2GRAY)
    detector = cv2.AKAZE.create(threshold=0.0003, max_points=FEATURES)
    points, descriptors = detector.detectAndCompute(grey, None)
    if not points:
        return Features(np.zeros((0, 2), np.float32), np.zeros((0, 61), np.uint8))
    return Features(np.array([point.pt for point in points], np.float32), np.asarray(descriptors))


def _partners(a: Features, b: Features) -> dict[int, int]:
    """Return the unambiguous matches: index of a feature of `a` -> index of its match in `b`."""
    best = cv2.BFMatcher(cv2.NORM_HAMMING).knnMatch(a.descriptors, b.descriptors, k=2)
    return {
        pair[0].queryIdx: pair[0].trainIdx
        for pair in best
        if len(pair) == 2 and pair[0].distance < RATIO * pair[1].distance
    }
