"""A page of rows, and where the next one begins: an id, or a cursor that stands in an address."""

import base64
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

LONGEST = 400
"""Of a cursor, in characters."""
Row = TypeVar("Row")


@dataclass(frozen=True, slots=True)
class Paged(Generic[Row]):
    """A page of rows; `next` is the id below which the next one begins."""

    rows: Sequence[Row]
    next: int | None


def packed(*parts: str) -> str:
    """A cursor of these parts, of which only the last may hold a bar."""
    return base64.urlsafe_b64encode("|".join(parts).encode()).decode().rstrip("=")


def unpacked(text: str, parts: int) -> Sequence[str]:
    """As many as were packed. Raises `ValueError` for what is none of ours."""
    text = text[:LONGEST]
    found = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)).decode().split("|", parts - 1)
    if len(found) != parts:
        raise ValueError("a part is missing")
    return found
