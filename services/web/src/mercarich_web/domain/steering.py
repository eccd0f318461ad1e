"""The shapes of the operator's pages that no command has."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Generic, TypeVar

Row = TypeVar("Row")


@dataclass(frozen=True, slots=True)
class Paged(Generic[Row]):
    """A page of rows; `next` is the id below which the next one begins."""

    rows: Sequence[Row]
    next: int | None


@dataclass(frozen=True, slots=True)
class HeldListing:
    """A listing whose withdrawal waits for a hold, and what was seen of its source."""

    id: int
    sku: str
    title: str | None
    username: str
    source_id: str
    source_state: str
    source_reason: str | None
    observed_at: datetime | None
