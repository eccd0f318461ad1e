"""What remains of two pictures once one is laid over the other and their light is evened out: colours, odd spots.

The thing is where the features agree. All light is one gamma, one gain, a fall to one side and a slight cast;
what no light explains is a difference of the things, or of what lies around them.
"""

from typing import Any

import cv2
import numpy as np
import numpy.typing as npt

Picture = npt.NDArray[np.uint8]
Array = npt.NDArray[Any]

NEAR = 9
"""Pixels around an agreeing feature that belong to the thing for sure."""
NOTICED = 14.0
"""Lab units from which two colours are two colours; a cast that is left over stays below."""
PATTERN = 13
"""Side of the window in which patterns are compared, in pixels."""
_DARK = 6.0
"""Added before logarithms, so that noise in black is not much."""


def differences(ours: Picture, theirs: Picture, movement: Array, agreeing: Array) -> tuple[float, float, float]:
    """Colour distance, changed share and odd share of `domain.matching.Likeness`.

    `movement` leads from ours to theirs, `agreeing` are points (x, y) in ours.
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
    lit = _in_our_light(ours, laid, sure)
    distance = _distance(ours, lit)
    around = _background(ours) & (_moved(_background(theirs).astype(np.uint8) * 255, movement, size) > 0)
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


def _in_our_light(ours: Picture, laid: Array, sure: Array) -> Array:
    """`laid` as our camera would have seen it, 0 to 255. The light is learnt where the thing is for sure, and most
    of it by the seven tenths that fit best."""
    wanted, given = (np.log(_soft(each).astype(np.float32) + _DARK) for each in (ours, laid))
    ys, xs = (places[:: max(1, int(sure.sum()) // 4000)] for places in np.nonzero(sure))
    high, wide = ours.shape[:2]
    targets, terms = wanted[ys, xs].mean(1), _terms(given[ys, xs].mean(1), xs / wide, ys / high)
    fits = np.ones(len(targets), bool)
    light = np.zeros(4)
    for _ in range(6):
        light = np.linalg.lstsq(terms[fits], targets[fits], rcond=None)[0]
        light[1], light[2:] = np.clip(light[1], 0.45, 2.2), np.clip(light[2:], -0.6, 0.6)
        light[0] = np.median((targets - terms[:, 1:] @ light[1:])[fits])
        left_over = np.abs(targets - terms @ light)
        fits = left_over <= max(float(np.quantile(left_over, 0.7)), 0.05)
    rows, columns = np.mgrid[0:high, 0:wide]
    slope = light[0] + light[2] * (columns / wide - 0.5) + light[3] * (rows / high - 0.5)
    evened = given * light[1] + slope[..., None]
    cast = np.clip(np.median((wanted - evened)[ys, xs][fits], axis=0), -0.16, 0.16)
    return np.asarray(np.clip(np.exp(evened + cast) - _DARK, 0, 255), np.float32)


def _terms(brightness: Array, x: Array, y: Array) -> Array:
    return np.stack([np.ones_like(brightness), brightness, x - 0.5, y - 0.5], axis=1)


def _distance(ours: Picture, lit: Array) -> Array:
    """Of the colours, pixel by pixel, in Lab; brightness counts half, for no two lamps agree on it."""
    first = cv2.cvtColor(_soft(ours).astype(np.float32) / 255, cv2.COLOR_BGR2Lab)
    second = cv2.cvtColor(lit / 255, cv2.COLOR_BGR2Lab)
    apart = first - second
    return np.asarray(np.sqrt((0.5 * apart[..., 0]) ** 2 + apart[..., 1] ** 2 + apart[..., 2] ** 2))


def _background(picture: Picture) -> Array:
    """What has a colour of the picture's edge and hangs together with it."""
    lab = cv2.cvtColor(_soft(picture), cv2.COLOR_BGR2Lab).astype(np.int32)
    cells = np.stack([lab[..., 0] // 20, lab[..., 1] // 5, lab[..., 2] // 5], -1) + 1
    rim = np.ones(picture.shape[:2], bool)
    edge = max(4, int(0.03 * min(picture.shape[:2])))
    rim[edge:-edge, edge:-edge] = False
    counts = np.zeros((15, 54, 54), np.int32)
    np.add.at(counts, tuple(cells[rim].T), 1)
    common = counts >= 0.015 * rim.sum()
    for axis in range(3):
        common = common | np.roll(common, 1, axis) | np.roll(common, -1, axis)
    alike = common[cells[..., 0], cells[..., 1], cells[..., 2]].astype(np.uint8)
    _, parts = cv2.connectedComponents(cv2.erode(alike, np.ones((3, 3), np.uint8)))
    outer = np.unique(np.concatenate([parts[2], parts[-3], parts[:, 2], parts[:, -3]]))
    touching = np.isin(parts, outer[outer > 0]).astype(np.uint8)
    return np.asarray(cv2.dilate(touching, np.ones((5, 5), np.uint8)) > 0)


def _odd_spot(ours: Picture, lit: Array, spanned: Array) -> float:
    """Pixels of the largest spot where both show a pattern, and not the same one, wherever it is moved by a little."""
    first: Array = _soft(cv2.cvtColor(ours, cv2.COLOR_BGR2GRAY)).astype(np.float32)
    second: Array = cv2.cvtColor(lit.astype(np.uint8), cv2.COLOR_BGR2GRAY).astype(np.float32)
    mean_a, spread_a = _window(first)
    mean_b, spread_b = _window(second)
    best = np.full(first.shape, -1, np.float32)
    moved: Array
    for shift in ((y, x) for y in (-2, 0, 2) for x in (-2, 0, 2)):
        moved, mean, spread = [np.roll(each, shift, (0, 1)) for each in (second, mean_b, spread_b)]
        together = cv2.blur(first * moved, (PATTERN, PATTERN)) - mean_a * mean
        np.maximum(best, together / np.sqrt(np.maximum(spread_a, 1) * np.maximum(spread, 1)), out=best)
    patterned = np.sqrt(np.minimum(spread_a, spread_b)) > 10
    inside = cv2.erode(spanned.astype(np.uint8), np.ones((7, 7), np.uint8))
    odd: Array = ((best < 0.5) & patterned).astype(np.uint8) * inside
    odd = cv2.morphologyEx(odd, cv2.MORPH_OPEN, np.ones((3, 3), np.uint8))
    _, _, spots, _ = cv2.connectedComponentsWithStats(odd)
    return float(max((spot[cv2.CC_STAT_AREA] for spot in spots[1:]), default=0))


def _window(plane: Array) -> tuple[Array, Array]:
    """Mean and variance around each pixel."""
    mean = cv2.blur(plane, (PATTERN, PATTERN))
    return mean, np.maximum(cv2.blur(plane * plane, (PATTERN, PATTERN)) - mean * mean, 0)
