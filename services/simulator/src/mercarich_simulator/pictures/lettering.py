"""Letters on things and stamps: words of no language, in the one typeface that Pillow includes."""

from functools import cache
from random import Random

from PIL import ImageDraw, ImageFont

_CONSONANTS, _VOWELS = "BDFGHKLMNPRSTVZ", "AEIOU"


def word(random: Random, shortest: int, longest: int) -> str:
    length = random.randrange(shortest, longest + 1)
    return "".join(random.choice(_VOWELS if place % 2 else _CONSONANTS) for place in range(length))


def write(
    pen: ImageDraw.ImageDraw,
    text: str,
    at: tuple[float, float],
    size: int,
    ink: tuple[int, ...] = (245, 245, 240),
) -> None:
    pen.text(at, text, ink, font=_font(size))


@cache
def _font(size: int) -> ImageFont.FreeTypeFont | ImageFont.ImageFont:
    return ImageFont.load_default(size)
