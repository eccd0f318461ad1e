"""Reports on replacements for people, and the refusals of their questions and decisions."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from mercarich_reasons.reason import Reason


class NotFound(Exception):
    """The listing or seller does not exist; the text names it."""


class Refused(Exception):
    """The request cannot be fulfilled now. The text says why and what to do."""

    def __init__(self, text: str, reason: Reason | None = None) -> None:
        super().__init__(text)
        self.reason = reason
        """Set if a decision on a replacement is refused."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A judged candidate. `refused_by` None: it matches."""

    marketplace: str
    item_id: str
    url: str
    title: str | None
    price_jpy: int | None
    refused_by: str | None
    reason: Reason | None


@dataclass(frozen=True, slots=True)
class Revival:
    """A replacement that was found, and its state."""

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
    """When it was found."""
    decided_by: str | None
    decided_at: datetime | None = None
    """When it was approved, refused or undone; None: nobody has decided."""


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
    """What a search would find now; nothing is stored."""

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
