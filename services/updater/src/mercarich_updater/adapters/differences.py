"""Differences that remain after two pictures are aligned and their light is equalised: colours and odd spots.

The object is where the features agree. Light is modelled as one gamma, one gain, a linear gradient and a slight colour
cast. What this model does not explain is a difference of the objects or of their surroundings.
"""

import math
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt

Picture = npt.NDArray[np.uint8]
Array = npt.NDArray[Any]

NEAR = 9
"""Radius in pixels around an agreeing feature that surely belongs to the object."""
NOTICED = 14.0
"""Distance in Lab units from which two colours count as different; a remaining colour cast stays below it."""
PATTERN = 13
"""Side of the window in which patterns are compared, in pixels."""
SHIFT = 2
"""Maximum shift of one pattern against the other, in pixels, in each direction."""
_DARK = 6.0
"""Added to a level before the logarithm, so that noise in dark areas has little effect."""
_LOGARITHMS = np.log(np.arange(256, dtype=np.float32) + _DARK)
"""Logarithm of each level: looking it up is faster than computing it a million times."""
_CELLS = (15, 54, 54)
"""Cells of the histogram of Lab colours, 20 x 5 x 5 units each, with one spare cell at every side."""
_CELL_OF = np.array(
    [
        [
            (_CELLS[1] * _CELLS[2] * (level // 20 + 1), _CELLS[2] * (level // 5 + 1), level // 5 + 1)
            for level in range(256)
        ]
    ],
    np.uint16,
)
"""What each channel's level adds to the index of the cell."""


def differences(ours: Picture, theirs: Picture, movement: Array, agreeing: Array) -> tuple[float, float, float]:
    """Return the colour distance, changed share and odd share of `matching.Likeness`.

    `movement` is the transformation from ours to theirs; `agreeing` are points (x, y) in ours.
    """
    size = (ours.shape[1], ours.shape[0])
    laid = cv2.warpPerspective(theirs, movement, size, flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP)
    there = _moved(np.full(theirs.shape[:2], 255, np.uint8), movement, size)
    there = cv2.erode(there, np.ones((5, 5), np.uint8)) > 0
    near, span = np.zeros(ours.shape[:2], np.uint8), np.zeros(ours.shape[:2], np.uint8)
    for x, y in agreeing.astype(int):
        cv2.circle(near, (int(x), int(y)), NEAR, 255, -1)
    cv2.fillConvexPoly(span, cv2.convexHull(agreeing.reshape(-1, 1, 2).astype(np.int32)), 255)
    sure, spanned = (near > 0) & there, (span > 0) & there
    if sure.sum() < 400 or spanned.sum() < 400:
        return 999.0, 1.0, 1.0
    soft = _soft(ours)
    lit = _in_our_light(soft, _soft(laid), sure)
    distance = _distance(soft, lit)
    around = _background(soft) & (_moved(_background(_soft(theirs)).astype(np.uint8) * 255, movement, size) > 0)
    changed = (distance > NOTICED) & spanned & ~around
    return (
        float(np.median(distance[sure])),
        float(changed.sum() / spanned.sum()),
        _odd_spot(ours, lit, spanned) / float(spanned.sum()),
    )


def _moved(mask: Array, movement: Array, size: tuple[int, int]) -> Array:
    return cv2.warpPerspective(mask, movement, size, flags=cv2.INTER_NEAREST | cv2.WARP_INVERSE_MAP)


def _soft(picture: Array) -> Array:
    return cv2.GaussianBlur(picture, (0, 0), 1.5)


def _in_our_light(ours: Picture, laid: Picture, sure: Array) -> Array:
    """Return `laid` in the light of our picture, 0 to 255.

    The light is fitted where the object surely is; most of it by the 70 % of pixels that fit best.
    """
    ys, xs = (places[:: max(1, int(sure.sum()) // 4000)] for places in np.nonzero(sure))
    high, wide = sure.shape
    wanted, given = _LOGARITHMS[ours[ys, xs]], _LOGARITHMS[laid[ys, xs]]
    targets, terms = wanted.mean(1), _terms(given.mean(1), xs / wide, ys / high)
    fits = np.ones(len(targets), bool)
    light = np.zeros(4)
    for _ in range(6):
        light = np.linalg.lstsq(terms[fits], targets[fits], rcond=None)[0]
        light[1], light[2:] = np.clip(light[1], 0.45, 2.2), np.clip(light[2:], -0.6, 0.6)
        light[0] = np.median((targets - terms[:, 1:] @ light[1:])[fits])
        left_over = np.abs(targets - terms @ light)
        fits = left_over <= max(float(np.quantile(left_over, 0.7)), 0.05)
    rows, columns = np.ogrid[0:high, 0:wide]
    slope = light[0] + light[2] * (columns / wide - 0.5) + light[3] * (rows / high - 0.5)
    evened_there = given * light[1] + slope[ys, xs, None]
    cast = np.clip(np.median((wanted - evened_there)[fits], axis=0), -0.16, 0.16)
    evened: Array = cv2.LUT(laid, _LOGARITHMS * light[1])
    evened += slope[..., None]
    evened += cast
    np.exp(evened, out=evened)
    evened -= _DARK
    return np.asarray(np.clip(evened, 0, 255, out=evened), np.float32)


def _terms(brightness: Array, x: Array, y: Array) -> Array:
    return np.stack([np.ones_like(brightness), brightness, x - 0.5, y - 0.5], axis=1)


def _distance(ours: Picture, lit: Array) -> Array:
    """Return the Lab colour distance of each pixel. Brightness counts half, since it depends on the lamp."""
    first = cv2.cvtColor(ours.astype(np.float32) / 255, cv2.COLOR_BGR2Lab)
    second = cv2.cvtColor(lit / 255, cv2.COLOR_BGR2Lab)
    apart = first - second
    return np.asarray(np.sqrt((0.5 * apart[..., 0]) ** 2 + apart[..., 1] ** 2 + apart[..., 2] ** 2))


def _background(picture: Picture) -> Array:
    """Return the mask of pixels that have a colour of the picture's edge and are connected to it."""
    lab = cv2.cvtColor(picture, cv2.COLOR_BGR2Lab)
    by_channel: Array = cv2.LUT(lab, _CELL_OF)
    cells = by_channel[..., 0] + by_channel[..., 1] + by_channel[..., 2]
    rim = np.ones(picture.shape[:2], bool)
    edge = max(4, int(0.03 * min(picture.shape[:2])))
    rim[edge:-edge, edge:-edge] = False
    counts = np.bincount(cells[rim], minlength=math.prod(_CELLS)).reshape(_CELLS)
    common = counts >= 0.015 * rim.sum()
    for axis in range(3):
        common = common | np.roll(common, 1, axis) | np.roll(common, -1, axis)
    alike = common.ravel().take(cells).astype(np.uint8)
    count, numbered = cv2.connectedComponents(cv2.erode(alike, np.ones((3, 3), np.uint8)))
    parts = np.asarray(numbered, np.int32)
    outer = np.zeros(count, np.uint8)
    outer[np.concatenate([parts[2], parts[-3], parts[:, 2], parts[:, -3]])] = 1
    outer[0] = 0
    return np.asarray(cv2.dilate(outer.take(parts), np.ones((5, 5), np.uint8)) > 0)


def _odd_spot(ours: Picture, lit: Array, spanned: Array) -> float:
    """Return the size in pixels of the largest spot where both show a pattern, but different ones.

    Patterns that agree after a small shift count as the same.
    """
    first: Array = _soft(cv2.cvtColor(ours, cv2.COLOR_BGR2GRAY)).astype(np.float32)
    second: Array = cv2.cvtColor(lit.astype(np.uint8), cv2.COLOR_BGR2GRAY).astype(np.float32)
    mean_a, spread_a = _window(first)
    mean_b, spread_b = _window(second)
    high, wide = first.shape
    around = [_wrapped(each) for each in (second, mean_b, np.maximum(spread_b, 1))]
    room = np.maximum(spread_a, 1)
    best = np.full(first.shape, -1, np.float32)
    together, scale = np.empty_like(first), np.empty_like(first)
    for y, x in ((y, x) for y in (0, SHIFT, 2 * SHIFT) for x in (0, SHIFT, 2 * SHIFT)):
        moved, mean, spread = (each[y : y + high, x : x + wide] for each in around)
        cv2.blur(np.multiply(first, moved, out=scale), (PATTERN, PATTERN), together)
        together -= np.multiply(mean_a, mean, out=scale)
        together /= np.sqrt(np.multiply(room, spread, out=scale), out=scale)
        np.maximum(best, together, out=best)
    patterned = np.sqrt(np.minimum(spread_a, spread_b)) > 10
    inside = cv2.erode(spanned.astype(np.uint8), np.ones((7, 7), np.uint8))
    odd: Array = ((best < 0.5) & patterned).astype(np.uint8) * inside
    odd = cv2.morphologyEx(odd, cv2.MORPH_OPEN, np.ones((3, 3), np.uint8))
    _, _, spots, _ = cv2.connectedComponentsWithStats(odd)
    return float(max((spot[cv2.CC_STAT_AREA] for spot in spots[1:]), default=0))


def _wrapped(plane: Array) -> Array:
    """Return the plane padded so that a shift wraps around: what leaves at one side comes back at the other."""
    return cv2.copyMakeBorder(plane, SHIFT, SHIFT, SHIFT, SHIFT, cv2.BORDER_WRAP)


def _window(plane: Array) -> tuple[Array, Array]:
    """Return mean and variance around each pixel."""
    mean = cv2.blur(plane, (PATTERN, PATTERN))
    return mean, np.maximum(cv2.blur(plane * plane, (PATTERN, PATTERN)) - mean * mean, 0)
