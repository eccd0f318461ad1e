"""Draw a thing on a transparent ground: its kind gives the outline, its number print and proportions."""

import colorsys
from functools import lru_cache
from random import Random

from PIL import Image, ImageChops, ImageDraw

from mercarich_simulator.pictures import outlines
from mercarich_simulator.pictures.lettering import word, write
from mercarich_simulator.pictures.subject import COLOURS, PRINTED, Subject

SIZE = 512
"""Side of the square that a piece is drawn on."""

Colour = tuple[int, int, int]


@lru_cache(maxsize=4)
def draw(subject: Subject) -> Image.Image:
    """Return an RGBA picture, transparent outside the thing. Pieces of a set stand side by side.

    Cached, since photos of one thing are requested in sequence: the item's pictures and those of its offers.
    """
    pieces = [_piece(subject, number) for number in range(subject.pieces)]
    if len(pieces) == 1:
        return pieces[0]
    step = int(SIZE * 0.82)
    columns = min(len(pieces), 3)
    rows = -(-len(pieces) // columns)
    sheet = Image.new("RGBA", (step * columns + SIZE - step, step * rows + SIZE - step))
    for number, piece in enumerate(pieces):
        row, column = divmod(number, columns)
        sheet.alpha_composite(piece, (column * step, row * step))
    return sheet


def _piece(subject: Subject, number: int) -> Image.Image:
    """Return one piece of a set. Pieces share kind and colour, and each has its own print."""
    by_product = Random(f"{subject.world}:{subject.kind}:{subject.product}")
    by_piece = Random(f"{subject.world}:{subject.kind}:{subject.product}:{number}")
    mask = Image.new("L", (SIZE, SIZE))
    parts = outlines.parts(subject.kind, by_product)
    for part in parts:
        outlines.fill(mask, part)
    main = _main_colour(subject.colour, by_product)
    body = _shaded(main, by_product)
    pen = ImageDraw.Draw(body)
    if subject.kind in PRINTED:
        _cover(pen, by_piece)
    else:
        _print(pen, by_piece, by_product)
        outlines.details(pen, subject.kind, parts, by_product)
    brand = Random(f"{subject.world}:{subject.kind}:{subject.product}:brand")
    left, top, right, _ = mask.getbbox() or (0, 0, SIZE, SIZE)
    write(pen, word(brand, 4, 8), (left + (right - left) // 4, top + brand.randrange(24, 60)), brand.randrange(26, 44))
    if subject.volume is not None:
        _volume(pen, subject.volume + number, by_product)
    body.putalpha(mask)
    return _edged(body, mask)


def _main_colour(colour: int, by_product: Random) -> Colour:
    hue, saturation, value = COLOURS[colour]
    return _rgb(
        hue + by_product.uniform(-0.015, 0.015),
        saturation * by_product.uniform(0.85, 1.0),
        min(1.0, value * by_product.uniform(0.88, 1.05)),
    )


def _rgb(hue: float, saturation: float, value: float) -> Colour:
    red, green, blue = colorsys.hsv_to_rgb(hue % 1.0, min(1.0, saturation), min(1.0, value))
    return int(red * 255), int(green * 255), int(blue * 255)


def _accent(random: Random) -> Colour:
    return _rgb(random.random(), random.uniform(0.0, 0.9), random.uniform(0.15, 1.0))


def _shaded(main: Colour, random: Random) -> Image.Image:
    """The main colour under a light from one side."""
    light = Image.linear_gradient("L").rotate(random.choice((0, 90, 180, 270))).resize((SIZE, SIZE))
    light = light.point([170 + level // 3 for level in range(256)])
    plain = Image.new("RGB", (SIZE, SIZE), main)
    return ImageChops.multiply(plain, Image.merge("RGB", (light, light, light))).convert("RGBA")


def _print(pen: ImageDraw.ImageDraw, by_piece: Random, by_product: Random) -> None:
    """Decals, seams and patches: what makes this one of its kind, over less than half of its colour."""
    for _ in range(by_product.randrange(14, 30)):
        _shape(pen, by_piece, _accent(by_piece), by_piece.randrange(10, 46))
    for _ in range(by_product.randrange(3, 8)):
        x, y = by_piece.randrange(SIZE), by_piece.randrange(SIZE)
        length, slope = by_piece.randrange(60, 240), by_piece.uniform(-1, 1)
        pen.line((x, y, x + length, y + length * slope), _accent(by_piece), by_piece.randrange(2, 7))
    for _ in range(by_product.randrange(1, 4)):
        place = (by_piece.randrange(60, 360), by_piece.randrange(100, 420))
        write(pen, word(by_piece, 3, 9), place, by_piece.randrange(18, 40), _accent(by_piece))


def _cover(pen: ImageDraw.ImageDraw, random: Random) -> None:
    """An illustration between two bands."""
    for _ in range(random.randrange(16, 30)):
        _shape(pen, random, _accent(random), random.randrange(18, 80))
    for _ in range(random.randrange(2, 4)):
        top = random.randrange(60, 440)
        pen.rectangle((90, top, 430, top + random.randrange(20, 44)), _accent(random))
        write(pen, word(random, 6, 14), (110, top), random.randrange(18, 32), _accent(random))


def _shape(pen: ImageDraw.ImageDraw, random: Random, colour: Colour, reach: int) -> None:
    x, y = random.randrange(30, SIZE - 30), random.randrange(30, SIZE - 30)
    if random.random() < 0.35:
        wide, high = reach * random.uniform(0.5, 1.2), reach * random.uniform(0.5, 1.2)
        pen.ellipse((x - wide, y - high, x + wide, y + high), colour)
        return
    corners = [
        (x + random.uniform(-reach, reach), y + random.uniform(-reach, reach)) for _ in range(random.randrange(3, 7))
    ]
    pen.polygon(corners, colour)


def _volume(pen: ImageDraw.ImageDraw, volume: int, by_product: Random) -> None:
    """The number on a patch of its own, at the series' place and in its size."""
    size = by_product.randrange(56, 110)
    x, y = by_product.randrange(110, 330), by_product.randrange(110, 360)
    ground, ink = by_product.choice((((250, 248, 240), (20, 20, 24)), ((24, 24, 30), (250, 240, 210))))
    pen.ellipse((x - 14, y - 10, x + size * 1.25 + 14, y + size * 1.15 + 14), ground)
    write(pen, str(volume), (x + (0 if volume > 9 else size // 3), y), size, ink)


def _edged(body: Image.Image, mask: Image.Image) -> Image.Image:
    """A dark rim, where the thing turns away from the light."""
    inner = ImageChops.offset(mask, 5, 5)
    rim = ImageChops.subtract(mask, inner).point([level // 2 for level in range(256)])
    body.alpha_composite(Image.merge("RGBA", [Image.new("L", mask.size, 10)] * 3 + [rim]))
    return body
