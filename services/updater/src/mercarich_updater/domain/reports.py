"""What people are told of revivals, and why a question or a decision is refused."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from mercarich_reasons.reason import Reason


class NotFound(Exception):
    """There is no such thing; the text names it."""


class Refused(Exception):
    """It cannot be done as things stand; the text says why and what can."""

    def __init__(self, text: str, reason: Reason | None = None) -> None:
        super().__init__(text)
        self.reason = reason
        """Where a person's word on a replacement is refused."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """One that was judged; `refused_by` None: it matches."""

    marketplace: str
    item_id: str
    url: str
    title: str | None
    price_jpy: int | None
    refused_by: str | None
    reason: Reason | None


@dataclass(frozen=True, slots=True)
class Revival:
    """A replacement that was found, and what became of it."""

    id: int
    sku: str
    username: str
    state: str
    """A `RevivalState`."""
    marketplace: str
    item_id: str
    url: str
    title: str | None
    price_jpy: int | None
    at: datetime
    decided_by: str | None


@dataclass(frozen=True, slots=True)
class Explanation:
    """Why a listing has, or lacks, a replacement."""

    sku: str
    username: str
    quantity: int
    searching: bool
    withdrawn_at: datetime | None
    searched_at: datetime | None
    problem: str | None
    source: str
    candidates: Sequence[Candidate]
    revivals: Sequence[Revival]


@dataclass(frozen=True, slots=True)
class Preview:
    """What a search would find now; nothing is written."""

    sku: str
    found: Candidate | None
    candidates: Sequence[Candidate]


@dataclass(frozen=True, slots=True)
class OwnSetting:
    key: str
    value: str
    general: str
    own: bool
    meaning: str
