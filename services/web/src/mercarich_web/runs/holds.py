"""A hold of the brake, and what people are shown of it; `--json` prints these shapes as they are."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from mercarich_reasons.reason import Reason


@dataclass(frozen=True, slots=True)
class Hold:
    """Withdrawals that wait for a second look or a person; `username` is None for a whole marketplace."""

    id: int
    run_id: int
    marketplace: str
    username: str | None
    kind: str | None
    """falls (also null), canaries or unreadable; a second look does not confirm the last."""
    reason: Reason
    opened_at: datetime
    released_at: datetime | None
    released_by: str | None
    """Null with `released_at`: nobody did, a second look settled it."""
    applied_at: datetime | None
    listings: int
    """Listings that wait for it now."""


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


@dataclass(frozen=True, slots=True)
class HoldList:
    holds: Sequence[Hold]
    """Newest first."""


@dataclass(frozen=True, slots=True)
class Released:
    """`changed` is False when somebody, or the second look, had released it before."""

    hold: Hold
    changed: bool
