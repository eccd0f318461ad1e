"""A check run, and what people are shown of it; `--json` prints these shapes as they are, fields are only added."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from mercarich_reasons.reason import Reason
from mercarich_web.runs.holds import Hold


@dataclass(frozen=True, slots=True)
class Run:
    """One check run. The counts are source items, `fallen`, `withdrawn` and `held` are listings."""

    id: int
    operation: str
    marketplace: str
    generation: int
    outcome: str
    """running, finished, superseded, failed"""
    phase: str
    note: Reason | None
    """Why it is held or failed."""
    request_key: str | None
    arguments: Mapping[str, Any]
    started_at: datetime
    heartbeat_at: datetime
    ended_at: datetime | None
    held_seconds: float
    planned: int
    checked: int
    pending: int
    """Rows that the run still wants, whoever looked at them already without an answer."""
    available: int
    out_of_stock: int
    unknown: int
    """Unknown answers, retried ones included."""
    unparsable: int
    unfinished: int
    set_aside: int
    fallen: int
    withdrawn: int
    held: int
    skipped: Mapping[str, int]
    """Sellers left out, by reason."""
    superseded_by: int | None
    revived: int = 0
    """Listings of an update run that were put back."""


@dataclass(frozen=True, slots=True)
class SetAsideItem:
    """An item whose looks ended their workers too often; the run went on without it."""

    source_item_id: int
    item_id: str
    attempts: int


@dataclass(frozen=True, slots=True)
class SellerCounts:
    """One seller's listings in one run."""

    username: str
    planned: int
    checked: int
    fallen: int


@dataclass(frozen=True, slots=True)
class RunDetails:
    run: Run
    set_aside_items: Sequence[SetAsideItem]
    """The first 100."""
    sellers: Sequence[SellerCounts]
    """Those with fallen listings, most first, the first 20."""
    holds: Sequence[Hold]
    """The newest 200."""


@dataclass(frozen=True, slots=True)
class RunList:
    runs: Sequence[Run]
    """Newest first."""


@dataclass(frozen=True, slots=True)
class Unfinished:
    """The rows that a running run still wants, and how many batches they make."""

    run_id: int
    marketplace: str
    rows: int
    batches: int
