"""A page of rows, and where the next one begins: an id, or a cursor in an address."""

import base64
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

LONGEST = 400
"""Longest cursor in characters."""
Row = TypeVar("Row")


@dataclass(frozen=True, slots=True)
class Paged(Generic[Row]):
    """A page of rows; the next page begins below the id `next`."""

    rows: Sequence[Row]
    next: int | None


def packed(*parts: str) -> str:
    """Return a cursor of these parts. Only the last part may contain a "|"."""
    return base64.urlsafe_b64encode("|".join(parts).encode()).decode().rstrip("=")


def unpacked(text: str, parts: int) -> Sequence[str]:
    """Return the parts, as many as were packed. Raises `ValueError` for a text that is no cursor of ours."""
    text = text[:LONGEST]
    found = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)).decode().split("|", parts - 1)
    if len(found) != parts:
        raise ValueError("a part is missing")
    return found
