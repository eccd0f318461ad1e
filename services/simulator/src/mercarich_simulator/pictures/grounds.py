"""Backgrounds of photos: paper, wood, cloth, or a desk with other things on it."""

from random import Random

from PIL import Image, ImageChops, ImageDraw


def ground(side: int, random: Random) -> Image.Image:
    """Return a square RGB picture of `side` pixels."""
    drawn = random.choices((_paper, _wood, _cloth, _desk), (4, 2, 2, 3))[0]
    return drawn(side, random)


def _paper(side: int, random: Random) -> Image.Image:
    level = random.randrange(190, 250)
    return Image.new("RGB", (side, side), (level, level - random.randrange(8), level - random.randrange(14)))


def _wood(side: int, random: Random) -> Image.Image:
    red = random.randrange(120, 200)
    picture = Image.new("RGB", (side, side), (red, red * 7 // 10, red * 9 // 20))
    pen = ImageDraw.Draw(picture)
    for _ in range(random.randrange(14, 40)):
        y, shade = random.randrange(side), random.randrange(-26, 26)
        line = (red + shade, red * 7 // 10 + shade, red * 9 // 20 + shade)
        pen.line((0, y, side, y + random.randrange(-8, 8)), line, random.randrange(1, 7))
    return picture


def _cloth(side: int, random: Random) -> Image.Image:
    colour = tuple(random.randrange(60, 230) for _ in range(3))
    noise = Image.frombytes("L", (side // 4, side // 4), random.randbytes((side // 4) ** 2))
    noise = noise.point([216 + level // 7 for level in range(256)]).resize((side, side), Image.Resampling.BICUBIC)
    return ImageChops.multiply(
        Image.new("RGB", (side, side), (colour[0], colour[1], colour[2])), Image.merge("RGB", (noise, noise, noise))
    )


def _desk(side: int, random: Random) -> Image.Image:
    """Clutter, most of it along the edges."""
    picture = random.choice((_paper, _wood))(side, random)
    pen = ImageDraw.Draw(picture)
    for _ in range(random.randrange(8, 22)):
        along, across = random.randrange(side), random.randrange(side // 4)
        if random.random() < 0.5:
            across = side - across
        x, y = (along, across) if random.random() < 0.5 else (across, along)
        wide, high = random.randrange(8, 70), random.randrange(8, 70)
        colour = tuple(random.randrange(256) for _ in range(3))
        form = pen.ellipse if random.random() < 0.4 else pen.rectangle
        form((x - wide, y - high, x + wide, y + high), colour)
    return picture
