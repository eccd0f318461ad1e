"""Addresses and subjects of an item's pictures: the simulator is its own picture host."""

import re

from mercarich_simulator.catalogue import Item
from mercarich_simulator.identity import entropy
from mercarich_simulator.pictures.photo import Shot
from mercarich_simulator.pictures.subject import COLOURS, KINDS, PRINTED, Subject
from mercarich_simulator.shelf import YAHOO
from mercarich_simulator.sites.look import Look

IMAGES = "/images/"
_NAME = re.compile(r"([0-9A-Za-z]+)_([1-9])\.jpg")


def addresses(look: Look) -> list[str]:
    """Return the addresses of the item's pictures, the main one first."""
    item = look.item
    count = 1 + item.noise[19] % (4 if item.marketplace == YAHOO or item.kind == "shops" else 6)
    return [f"{look.host}/{item.marketplace}{IMAGES}{item.item_id}_{n}.jpg" for n in range(1, count + 1)]


def named(path: str) -> tuple[str, int] | None:
    """Return item id and number of the picture at `path`, which begins after the marketplace's name."""
    match = _NAME.fullmatch(path.removeprefix(IMAGES))
    return (match[1], int(match[2])) if match and path.startswith(IMAGES) else None


def subject_of(seed: int, product: int) -> Subject:
    """Return the subject that all pieces of a product share."""
    noise = entropy(seed, "looks", product)
    kind = KINDS[product % len(KINDS)]
    volume = 1 + noise[1] % 30 if kind in PRINTED else None
    return Subject(seed, product, kind, noise[0] % len(COLOURS), volume)


def shot_of(item: Item, number: int) -> Shot:
    """Return the shot of a picture. A relisted item keeps its photos with other edits."""
    return Shot(f"{item.noise.hex()}:{number}", f"{item.item_id}:{number}")
