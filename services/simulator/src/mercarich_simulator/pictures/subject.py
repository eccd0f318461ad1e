"""What a picture shows, in words: kind of thing, which one of its kind, colour, volume and number of pieces."""

from dataclasses import dataclass

KINDS = (
    "headphones",
    "camera",
    "figure",
    "watch",
    "game",
    "keyboard",
    "reel",
    "plush",
    "lens",
    "speaker",
    "book",
)
"""In the order of the titles' words for them."""

PRINTED = frozenset({"game", "book"})
"""Kinds that come in volumes, whose number is on the cover."""

COLOURS = (
    (0.00, 0.80, 0.80),
    (0.60, 0.80, 0.80),
    (0.36, 0.75, 0.62),
    (0.14, 0.80, 0.92),
    (0.00, 0.00, 0.16),
    (0.10, 0.04, 0.95),
    (0.92, 0.42, 0.96),
    (0.77, 0.55, 0.62),
    (0.07, 0.85, 0.95),
    (0.06, 0.65, 0.42),
)
"""Hue, saturation, value: red, blue, green, yellow, black, white, pink, purple, orange, brown."""


@dataclass(frozen=True, slots=True)
class Subject:
    """Two equal subjects are the same goods to a buyer."""

    world: int
    """The seed of the market."""
    product: int
    """The number of the product among all kinds."""
    kind: str
    colour: int
    volume: int | None = None
    """The volume of the first piece, for kinds in `PRINTED` only."""
    pieces: int = 1
