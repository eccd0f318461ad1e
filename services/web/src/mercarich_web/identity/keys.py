"""Keys of the API: what they let a program do."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

PREFIX = "mk_"
"""Tells a key from other secrets where one has leaked."""
MOST_KEYS = 20
"""Of a seller."""


class Scope(StrEnum):
    LISTINGS_READ = "listings:read"
    LISTINGS_WRITE = "listings:write"
    """And the word on replacements."""
    JOBS_READ = "jobs:read"
    JOBS_WRITE = "jobs:write"


@dataclass(frozen=True, slots=True)
class Key:
    id: int
    name: str
    scopes: frozenset[Scope]
    created_at: datetime
    used_at: datetime | None
    """To the minute."""


def packed(scopes: Iterable[Scope]) -> str:
    return " ".join(sorted(scopes))


def unpacked(text: str) -> frozenset[Scope]:
    """What a later release may do is not known here, and so not allowed."""
    return frozenset(Scope(word) for word in text.split() if word in set(Scope))
