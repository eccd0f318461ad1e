"""API keys and their scopes."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

PREFIX = "mk_"
"""Prefix that makes a leaked key recognisable."""
MOST_KEYS = 20
"""Active keys that a seller may have."""


class Scope(StrEnum):
    LISTINGS_READ = "listings:read"
    LISTINGS_WRITE = "listings:write"
    """Includes decisions on replacements and on orders."""
    JOBS_READ = "jobs:read"
    JOBS_WRITE = "jobs:write"


@dataclass(frozen=True, slots=True)
class Key:
    id: int
    name: str
    scopes: frozenset[Scope]
    created_at: datetime
    used_at: datetime | None
    """Time of the last use, to the minute."""


def packed(scopes: Iterable[Scope]) -> str:
    return " ".join(sorted(scopes))


def unpacked(text: str) -> frozenset[Scope]:
    """Parse stored scopes. A scope of a later release is not known here, and so not granted."""
    return frozenset(Scope(word) for word in text.split() if word in set(Scope))
