"""Families of faults and events: each can be left out of a week. A short week has a random subset of them."""

import random
from dataclasses import dataclass
from enum import StrEnum

from tests.soak.week import UNKIND, USUAL, Amazon


class Family(StrEnum):
    """The kind of an event of `weather`, as the report counts it."""

    YAHOO = "yahoo"
    MERCARI = "mercari"
    SPAPI = "spapi"
    LWA = "lwa"
    TOKENS = "tokens"
    QUOTA = "quota"
    FEEDS = "feeds"
    """A seller's token is lost while much of theirs sells, so that a feed follows; it ends well, late or not at all."""
    BY_ITSELF = "by itself"
    """What changes at Amazon without a push: withdrawn offers come back, sellers edit theirs."""
    DELETED_RETURN = "deleted return"
    """Offers that were deleted come back at Amazon."""
    KILLED = "killed"
    CRASH_POINTS = "crash points"
    """A process dies right after a COMMIT, or around a publish."""
    FROZEN = "frozen"
    DATABASE = "database"
    BROKER = "broker"
    SOURCES = "sources"
    MUCH_SELLS = "much sells"
    """A good part of what one seller lists sells at once."""
    REPLACEMENTS = "replacements"
    SPARES = "spares"
    BY_HAND = "by hand"
    PAUSED = "paused"


EVERY = frozenset(Family)


@dataclass(frozen=True, slots=True)
class Faults:
    """What may happen in a week."""

    families: frozenset[Family] = EVERY
    amazon: Amazon = USUAL
    watched: bool = False
    """Whether the watch looks at sources all day; the schedule's runs then take what it leaves."""
    drills: bool = False
    """Whether the database loses an hour each day (`drill`)."""

    @property
    def text(self) -> str:
        on, off = sorted(self.families), sorted(EVERY - self.families)
        kind = "unkind" if self.amazon.own_events else "as usual"
        watched = " The watch looks at sources all day." if self.watched else ""
        return f"Amazon is {kind}.{watched} Faults: {', '.join(on) or 'none'}. Left out: {', '.join(off) or 'none'}."


def some(seed: int) -> Faults:
    """Draw a subset: each family is on or off, and so is Amazon's unkindness. The watch is in every second seed's week,
    so that consecutive ones have both kinds, and take a time that is known: it asks for most of what they look at."""
    chance = random.Random(f"{seed}:families")
    families = frozenset(family for family in Family if chance.random() < 0.5)
    amazon = UNKIND if chance.random() < 0.5 else USUAL
    return Faults(families, amazon, watched=seed % 2 == 0)
