"""A page of rows, and where the next one begins."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

Row = TypeVar("Row")


@dataclass(frozen=True, slots=True)
class Paged(Generic[Row]):
    """A page of rows; `next` is the id below which the next one begins."""

    rows: Sequence[Row]
    next: int | None
