"""Labelled pairs of offers, made from a seed, for measuring a matcher: same goods or not.

The two offers of a pair differ where a person would see it: in the picture and the title, or in only one of them.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from random import Random

from mercarich_simulator.pictures.photo import Shot, photograph
from mercarich_simulator.pictures.subject import COLOURS, KINDS, PRINTED, Subject
from mercarich_simulator.pictures.wording import title

SAME = {"the same photo, edited anew": 18, "the same goods, another photo": 26}
OTHER = {
    "another colour": 14,
    "another volume": 12,
    "another number of pieces": 8,
    "another of its kind": 12,
    "another kind": 5,
    "a part of it only": 3,
    "dearer or worse": 2,
}
"""Pairs of each sort per hundred. In `OTHER`, a buyer would not get the goods that were sold."""


@dataclass(frozen=True, slots=True)
class Offer:
    title: str
    price: int
    """Yen."""
    condition: int
    """1 (new) to 6 (poor)."""
    subject: Subject
    shot: Shot

    def picture(self) -> bytes:
        """A JPEG."""
        return photograph(self.subject, self.shot)


@dataclass(frozen=True, slots=True)
class Pair:
    sort: str
    same: bool
    ours: Offer
    """The listed offer that is gone."""
    theirs: Offer
    """The candidate for its replacement."""


def pairs(seed: int, count: int) -> Iterator[Pair]:
    """Yield `count` pairs; pair N of a seed is always the same."""
    sorts, weights = zip(*(SAME | OTHER).items(), strict=True)
    for number in range(count):
        random = Random(f"labelled:{seed}:{number}")
        yield _pair(random.choices(sorts, weights)[0], random, seed, number)


def _pair(sort: str, random: Random, seed: int, number: int) -> Pair:
    ours = _offer(_subject(sort, random, seed, number), random, random.randrange(2_000, 50_000), random.randrange(1, 5))
    subject = _other(sort, ours.subject, random)
    dearer = sort == "dearer or worse" and random.random() < 0.5
    price = int(ours.price * (random.uniform(1.05, 1.8) if dearer else random.uniform(0.55, 1.0)))
    condition = random.randrange(1, ours.condition + 1)
    if sort == "dearer or worse" and not dearer:
        condition = ours.condition + random.randrange(1, 7 - ours.condition)
    theirs = _offer(subject, random, price, condition)
    if sort == "the same photo, edited anew":
        theirs = replace(theirs, shot=replace(theirs.shot, scene=ours.shot.scene))
    if sort == "a part of it only":
        part = random.choice(("箱のみ", "空箱", "説明書のみ", "ジャンク品", "ケースのみ"))
        theirs = replace(theirs, title=f"{theirs.title} {part}", price=int(ours.price * random.uniform(0.1, 0.6)))
    return Pair(sort, sort in SAME, ours, theirs)


def _subject(sort: str, random: Random, seed: int, number: int) -> Subject:
    kinds = [kind for kind in KINDS if kind in PRINTED] if sort == "another volume" else KINDS
    kind = random.choice(kinds)
    is_set = sort == "another number of pieces" or random.random() < 0.12
    return Subject(
        world=seed,
        product=1_000 + 2 * number,
        kind=kind,
        colour=random.randrange(len(COLOURS)),
        volume=random.randrange(1, 25) if kind in PRINTED else None,
        pieces=random.randrange(2, 6) if is_set else 1,
    )


def _other(sort: str, ours: Subject, random: Random) -> Subject:
    if sort == "another colour":
        return replace(ours, colour=(ours.colour + random.randrange(1, len(COLOURS))) % len(COLOURS))
    if sort == "another volume":
        shift = random.choice((-2, -1, 1, 1, 2, 5))
        volume = (ours.volume or 1) + shift
        return replace(ours, volume=volume if volume > 0 else (ours.volume or 1) + 1)
    if sort == "another number of pieces":
        return replace(ours, pieces=ours.pieces - 1 if ours.pieces > 1 and random.random() < 0.6 else ours.pieces + 1)
    if sort == "another of its kind":
        return replace(ours, product=ours.product + 1)
    if sort == "another kind":
        kind = random.choice([kind for kind in KINDS if kind != ours.kind])
        return replace(ours, product=ours.product + 1, kind=kind, volume=5 if kind in PRINTED else None)
    return ours


def _offer(subject: Subject, random: Random, price: int, condition: int) -> Offer:
    shot = Shot(f"{random.random()}", f"{random.random()}")
    return Offer(title(subject, random), price, condition, subject, shot)
