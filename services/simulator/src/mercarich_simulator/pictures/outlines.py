"""The outline and the fixed features of each kind of thing, in proportions that its number decides."""

from random import Random

from PIL import Image, ImageDraw

Box = tuple[float, float, float, float]
Part = tuple[str, Box]
"""The shape (`oval`, `box`, `round`) and its place on the 512-pixel square."""


def parts(kind: str, random: Random) -> list[Part]:
    """Return the parts of the outline, which together form the thing."""
    return _PARTS[kind](random)


def fill(mask: Image.Image, part: Part) -> None:
    form, box = part
    pen = ImageDraw.Draw(mask)
    if form == "oval":
        pen.ellipse(box, 255)
    else:
        pen.rounded_rectangle(box, 36 if form == "round" else 6, 255)


def details(pen: ImageDraw.ImageDraw, kind: str, outline: list[Part], random: Random) -> None:
    """Draw the fixed features of the kind over the print: dials, keys, eyes."""
    if kind in ("camera", "lens", "speaker", "reel", "watch", "headphones"):
        for form, box in outline:
            if form == "oval":
                _rings(pen, box, random)
    if kind == "watch":
        _ticks(pen, outline[-1][1], random)
    if kind == "keyboard":
        _keys(pen, outline[0][1], random)
    if kind in ("plush", "figure"):
        _face(pen, outline[0][1], random)


def _headphones(random: Random) -> list[Part]:
    cup, drop = random.uniform(60, 88), random.uniform(-20, 30)
    return [
        ("round", (110, 70, 402, 130 + random.uniform(0, 20))),
        ("box", (100, 100, 140, 330)),
        ("box", (372, 100, 412, 330)),
        ("oval", (120 - cup, 290 + drop - cup, 120 + cup, 290 + drop + cup)),
        ("oval", (392 - cup, 290 + drop - cup, 392 + cup, 290 + drop + cup)),
    ]


def _camera(random: Random) -> list[Part]:
    top, lens, x = random.uniform(120, 170), random.uniform(80, 118), random.uniform(220, 300)
    return [
        ("round", (50, top, 462, 400)),
        ("box", (x - 60, top - 46, x + 60, top + 20)),
        ("oval", (x - lens, 275 - lens, x + lens, 275 + lens)),
    ]


def _figure(random: Random) -> list[Part]:
    head, hip, arm = random.uniform(66, 92), random.uniform(40, 66), random.uniform(120, 170)
    return [
        ("oval", (256 - head, 30, 256 + head, 30 + 2 * head)),
        ("round", (256 - 78, 20 + 2 * head, 256 + 78, 350)),
        ("round", (256 - arm, 40 + 2 * head, 256 + arm, 100 + 2 * head)),
        ("round", (250 - hip - 20, 320, 250, 490)),
        ("round", (262, 320, 262 + hip + 20, 490)),
    ]


def _watch(random: Random) -> list[Part]:
    wide, dial = random.uniform(46, 70), random.uniform(112, 150)
    return [
        ("round", (256 - wide, 14, 256 + wide, 498)),
        ("oval", (256 - dial, 256 - dial, 256 + dial, 256 + dial)),
    ]


def _printed(random: Random) -> list[Part]:
    wide = random.uniform(140, 172)
    return [("box", (256 - wide, 24, 256 + wide, 488))]


def _keyboard(random: Random) -> list[Part]:
    high = random.uniform(80, 110)
    return [("round", (16, 256 - high, 496, 256 + high))]


def _reel(random: Random) -> list[Part]:
    body = random.uniform(86, 116)
    return [
        ("round", (226, 30, 286, 230)),
        ("round", (200, 230, 460, 290 + random.uniform(0, 30))),
        ("oval", (230 - body, 290 - body, 230 + body, 290 + body)),
        ("oval", (380, 300, 470, 390)),
    ]


def _plush(random: Random) -> list[Part]:
    head, ear = random.uniform(100, 130), random.uniform(34, 60)
    return [
        ("oval", (256 - head, 60, 256 + head, 60 + 2 * head)),
        ("oval", (256 - head - 10, 30, 256 - head - 10 + 2 * ear, 30 + 2 * ear)),
        ("oval", (256 + head + 10 - 2 * ear, 30, 256 + head + 10, 30 + 2 * ear)),
        ("oval", (140, 230, 372, 490)),
        ("oval", (80, 290, 190, 370)),
        ("oval", (322, 290, 432, 370)),
    ]


def _lens(random: Random) -> list[Part]:
    wide, front = random.uniform(104, 130), random.uniform(96, 120)
    return [
        ("round", (256 - wide, 150, 256 + wide, 480)),
        ("box", (256 - wide - 16, 250, 256 + wide + 16, 340)),
        ("oval", (256 - front, 150 - 70, 256 + front, 150 + front)),
    ]


def _speaker(random: Random) -> list[Part]:
    wide, low, high = random.uniform(120, 170), random.uniform(84, 112), random.uniform(36, 58)
    return [
        ("round", (256 - wide, 20, 256 + wide, 492)),
        ("oval", (256 - low, 350 - low, 256 + low, 350 + low)),
        ("oval", (256 - high, 130 - high, 256 + high, 130 + high)),
    ]


_PARTS = {
    "headphones": _headphones,
    "camera": _camera,
    "figure": _figure,
    "watch": _watch,
    "game": _printed,
    "keyboard": _keyboard,
    "reel": _reel,
    "plush": _plush,
    "lens": _lens,
    "speaker": _speaker,
    "book": _printed,
}


def _rings(pen: ImageDraw.ImageDraw, box: Box, random: Random) -> None:
    left, top, right, bottom = box
    for _ in range(random.randrange(2, 5)):
        inset = min(right - left, bottom - top) * random.uniform(0.06, 0.42)
        level = random.randrange(20, 230)
        ring = (left + inset, top + inset, right - inset, bottom - inset)
        pen.ellipse(ring, None, (level, level, level), random.randrange(3, 12))


def _ticks(pen: ImageDraw.ImageDraw, box: Box, random: Random) -> None:
    left, top, right, bottom = box
    x, y, reach = (left + right) / 2, (top + bottom) / 2, (right - left) / 2 - 18
    pen.line((x, y, x + reach * random.uniform(-0.8, 0.8), y - reach * 0.7), (30, 30, 30), 9)
    pen.line((x, y, x + reach * 0.5, y + reach * random.uniform(-0.5, 0.5)), (30, 30, 30), 6)
    small = reach * random.uniform(0.2, 0.3)
    pen.ellipse((x - small, y + reach * 0.3, x + small, y + reach * 0.3 + 2 * small), (240, 240, 235), (20, 20, 20), 3)


def _keys(pen: ImageDraw.ImageDraw, box: Box, random: Random) -> None:
    left, top, right, bottom = box
    rows, columns = random.randrange(4, 6), random.randrange(12, 16)
    wide, high = (right - left - 40) / columns, (bottom - top - 30) / rows
    for row in range(rows):
        for column in range(columns):
            x, y = left + 20 + column * wide, top + 15 + row * high
            level = random.choice((40, 60, 90, 200, 230))
            pen.rectangle((x, y, x + wide - 5, y + high - 5), (level, level, level + 10))


def _face(pen: ImageDraw.ImageDraw, box: Box, random: Random) -> None:
    left, top, right, bottom = box
    x, y, apart, size = (left + right) / 2, (top + bottom) / 2, random.uniform(26, 48), random.uniform(9, 20)
    for side in (-1, 1):
        eye = (x + side * apart - size, y - size, x + side * apart + size, y + size)
        pen.ellipse(eye, (245, 245, 245), (20, 20, 20), 3)
        pen.ellipse((eye[0] + size * 0.6, eye[1] + size * 0.6, eye[2] - 4, eye[3] - 4), (20, 20, 20))
    pen.arc((x - apart, y + 10, x + apart, y + 50), 20, 160, (60, 20, 20), 5)
