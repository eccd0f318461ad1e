"""A run, as people see it; `--json` prints these shapes unchanged, and fields are only added."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from mercarich_reasons.reason import Reason
from mercarich_reasons.runs import RunPaused
from mercarich_web.runs.holds import Hold


@dataclass(frozen=True, slots=True)
class Run:
    """One run. The counts of a check are source items, but `fallen`, `withdrawn`, `held` and `released` are listings;
    those of an update are listings.
    """

    id: int
    operation: str
    marketplace: str
    generation: int
    outcome: str
    """running, finished, superseded, failed"""
    phase: str
    note: Reason | None
    """Why the run is held or failed."""
    request_key: str | None
    arguments: Mapping[str, Any]
    started_at: datetime
    heartbeat_at: datetime
    ended_at: datetime | None
    held_seconds: float
    planned: int
    checked: int
    pending: int
    """Rows that the run still wants, including those whose looks had no result so far."""
    available: int
    out_of_stock: int
    unknown: int
    """Looks without a result, including those that were retried."""
    unparsable: int
    unfinished: int
    set_aside: int
    fallen: int
    withdrawn: int
    held: int
    """Listings that the run's holds keep back now."""
    skipped: Mapping[str, int]
    """Number of sellers left out, by reason."""
    superseded_by: int | None
    revived: int = 0
    """Listings that an update run restored."""
    released: int = 0
    """Listings that were withdrawn because a person released a hold of the run."""
    looked_again: int = 0
    """Second looks with a known state. Their sources are counted once, in the state that was seen last."""
    dearer: int = 0
    """Listings that the loss rule would take down, including held ones."""
    paused: int = 0
    """Listings that the loss rule took down."""
    recovered: int = 0
    """Paused listings that were put up again."""
    repriced: int = 0
    """Listings whose price was to follow its source."""
    doubts: Mapping[str, str] = field(default_factory=dict)
    """Routes that the run does not believe: wrong (its canaries are) or unvouched (it has none on sale)."""
    silent: bool = False
    """It is open, and its planner gives no sign of life: another one takes it over."""
    ends_at: datetime | None = None
    """When an open run is over: a check at the rate in force, if nothing else asks, an update at its own pace so far;
    None: unknown, or no calls are made at present."""

    @property
    def rests(self) -> bool:
        """Its marketplace is paused, whatever the phase in which that found it."""
        return self.outcome == "running" and isinstance(self.note, RunPaused)


@dataclass(frozen=True, slots=True)
class SetAsideItem:
    """An item whose looks killed their workers too often; the run continued without it."""

    source_item_id: int
    item_id: str
    attempts: int


@dataclass(frozen=True, slots=True)
class SellerCounts:
    """What one seller has in one run."""

    username: str
    planned: int
    """Its own sources, shared ones too; 0 when the run is of others, who share sources with it. An update's: its own
    listings."""
    checked: int
    """Own sources whose state the run has seen, each once. An update's: its own listings that were searched for."""
    fallen: int
    """Listings."""
    listings: int
    """Looks at its listings, first and second ones: of these the brake takes the share that fell."""
    revived: int = 0
    """Own listings that an update restored."""
    left: int | None = None
    """Own listings that an update has still to search for; None for a check."""


@dataclass(frozen=True, slots=True)
class RunDetails:
    run: Run
    set_aside_items: Sequence[SetAsideItem]
    """The first 100."""
    sellers: Sequence[SellerCounts]
    """The first 20: of a check, those with fallen listings, most first; of an update, those with most listings."""
    holds: Sequence[Hold]
    """The newest 200."""


@dataclass(frozen=True, slots=True)
class RunList:
    runs: Sequence[Run]
    """Newest first."""


@dataclass(frozen=True, slots=True)
class Unfinished:
    """The rows that a running run still wants, and the number of batches that they make."""

    run_id: int
    operation: str
    marketplace: str
    rows: int
    """Source items; of an update, listings."""
    batches: int
