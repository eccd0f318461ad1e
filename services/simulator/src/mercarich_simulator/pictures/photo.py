"""A photo of a thing: ground, position, light, and the seller's later edits."""

from dataclasses import dataclass
from io import BytesIO
from random import Random

from PIL import Image, ImageChops, ImageDraw, ImageFilter

from mercarich_simulator.pictures.grounds import ground
from mercarich_simulator.pictures.lettering import word, write
from mercarich_simulator.pictures.subject import Subject
from mercarich_simulator.pictures.things import draw

SCENE = 560
"""Side of a scene's square in pixels."""


@dataclass(frozen=True, slots=True)
class Shot:
    """The two seeds of a photo. Photos with equal scenes are one shot, edited differently."""

    scene: str
    """Decides the ground, the place, the turn and the light's direction."""
    edit: str
    """Decides crop, brightness, colour cast, stamps and compression."""


def photograph(subject: Subject, shot: Shot) -> bytes:
    """Return a JPEG. Equal arguments give equal bytes within one release of Pillow."""
    scene = _scene(draw(subject), Random(shot.scene))
    return _edited(scene, Random(shot.edit))


def _scene(thing: Image.Image, random: Random) -> Image.Image:
    """The thing on a ground of some kind, turned by up to 8 degrees and seen a little from the side."""
    scene = ground(SCENE, random)
    fit = SCENE * random.uniform(0.74, 0.96) / max(thing.size)
    size = (round(thing.width * fit), round(thing.height * fit))
    thing = thing.resize(size, Image.Resampling.BICUBIC).rotate(
        random.uniform(-8, 8), Image.Resampling.BILINEAR, expand=True
    )
    thing = _tilted(thing, random)
    room = (SCENE - thing.width, SCENE - thing.height)
    place = tuple(round(free / 2 + abs(free) * random.uniform(-0.3, 0.3)) for free in room)
    shadow = Image.new("L", scene.size)
    shadow.paste(thing.getchannel("A"), (place[0] + random.randrange(4, 14), place[1] + random.randrange(4, 14)))
    shadow = shadow.filter(ImageFilter.BoxBlur(9)).point([level * 2 // 5 for level in range(256)])
    scene.paste((25, 22, 20), (0, 0), shadow)
    scene.paste(thing, (place[0], place[1]), thing)
    return _lit(scene, random)


def _tilted(thing: Image.Image, random: Random) -> Image.Image:
    """A slight perspective."""
    wide, high = thing.size
    lean = [random.uniform(-0.00012, 0.00012) for _ in range(2)]
    shear = [random.uniform(-0.03, 0.03) for _ in range(2)]
    data = (1, shear[0], -shear[0] * high / 2, shear[1], 1, -shear[1] * wide / 2, lean[0], lean[1])
    return thing.transform(thing.size, Image.Transform.PERSPECTIVE, data, Image.Resampling.BILINEAR)


def _lit(scene: Image.Image, random: Random) -> Image.Image:
    """Brighter on one side than on the other, by up to a quarter."""
    fall = Image.linear_gradient("L").rotate(random.choice((0, 90, 180, 270))).resize(scene.size)
    depth = random.uniform(0.0, 0.25)
    fall = fall.point([int(255 * (1 - depth * level / 255)) for level in range(256)])
    return ImageChops.multiply(scene, Image.merge("RGB", (fall, fall, fall)))


def _edited(scene: Image.Image, random: Random) -> bytes:
    picture = _cropped(scene, random)
    picture = _exposed(picture, random)
    for chance, edit in ((0.30, _watermark), (0.28, _stamp), (0.15, _band)):
        if random.random() < chance:
            edit(picture, random)
    if random.random() < 0.3:
        picture = picture.filter(ImageFilter.GaussianBlur(random.uniform(0.3, 0.9)))
    picture = _grained(picture, random)
    file = BytesIO()
    picture.save(file, "JPEG", quality=random.randrange(45, 92))
    return file.getvalue()


def _cropped(scene: Image.Image, random: Random) -> Image.Image:
    """60 to 100 % of the scene's sides, square or three to four, at a size that sites serve."""
    share = random.uniform(0.60, 1.0) if random.random() < 0.6 else random.uniform(0.85, 1.0)
    wide, high = random.choice(((1.0, 1.0), (1.0, 1.0), (0.9, 1.0), (1.0, 0.9)))
    wide, high = SCENE * share * wide, SCENE * share * high
    left = (SCENE - wide) * random.uniform(0.3, 0.7)
    top = (SCENE - high) * random.uniform(0.3, 0.7)
    side = random.randrange(320, 560)
    size = (round(side * wide / max(wide, high)), round(side * high / max(wide, high)))
    return scene.resize(size, Image.Resampling.BICUBIC, (left, top, left + wide, top + high))


def _exposed(picture: Image.Image, random: Random) -> Image.Image:
    """Gamma of 0.7 to 1.4, gain, and a colour cast of a lamp."""
    gamma, gain = random.uniform(0.7, 1.4), random.uniform(0.85, 1.12)
    warm = random.uniform(-0.07, 0.07)
    casts = (1 + warm, 1 + random.uniform(-0.02, 0.02), 1 - warm)
    curves = [min(255, round(255 * (level / 255) ** gamma * gain * cast)) for cast in casts for level in range(256)]
    return picture.point(curves)


def _grained(picture: Image.Image, random: Random) -> Image.Image:
    strength = random.uniform(0, 10)
    grain = Image.frombytes("L", picture.size, random.randbytes(picture.width * picture.height))
    grain = grain.point([round(128 + (level - 128) / 128 * strength) for level in range(256)])
    return ImageChops.add(picture, Image.merge("RGB", (grain, grain, grain)), 1, -128)


def _watermark(picture: Image.Image, random: Random) -> None:
    """Draw the seller's name, half transparent, once over the middle or repeatedly."""
    sheet = Image.new("RGBA", picture.size)
    pen, text = ImageDraw.Draw(sheet), word(random, 6, 12)
    size, strength = random.randrange(18, 44), random.randrange(50, 110)
    ink = (*random.choice(((255, 255, 255), (20, 20, 20))), strength)
    if random.random() < 0.5:
        write(pen, text, (picture.width * 0.15, picture.height * random.uniform(0.3, 0.7)), size, ink)
    else:
        for row in range(0, picture.height, size * 4):
            write(pen, text, (row % (size * 8) / 2, row), size, ink)
    picture.paste(sheet, (0, 0), sheet.rotate(random.uniform(-20, 20)))


def _stamp(picture: Image.Image, random: Random) -> None:
    """Draw a round stamp in a corner, as for "shipping included"."""
    side = round(min(picture.size) * random.uniform(0.14, 0.26))
    x = random.choice((6, picture.width - side - 6))
    y = random.choice((6, picture.height - side - 6))
    pen = ImageDraw.Draw(picture)
    colour = random.choice(((214, 24, 40), (20, 90, 200), (240, 160, 0), (20, 140, 60)))
    pen.ellipse((x, y, x + side, y + side), colour, (255, 255, 255), 3)
    write(pen, word(random, 3, 5), (x + side * 0.14, y + side * 0.34), max(9, side // 4), (255, 255, 255))


def _band(picture: Image.Image, random: Random) -> None:
    """A coloured band with words along the lower or upper edge."""
    high = round(picture.height * random.uniform(0.07, 0.13))
    top = random.choice((0, picture.height - high))
    pen = ImageDraw.Draw(picture)
    pen.rectangle((0, top, picture.width, top + high), random.choice(((200, 20, 40), (30, 30, 30), (250, 210, 0))))
    write(pen, f"{word(random, 5, 9)} {word(random, 4, 8)}", (12, top + high * 0.15), max(10, high * 2 // 3))
