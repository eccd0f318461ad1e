"""An offer that was deleted here: what Amazon has shown of it since, and what was done about it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from mercarich_reasons.reason import Reason
from mercarich_web.listings.offers import Event


@dataclass(frozen=True, slots=True)
class DeletedOffer:
    """A row of `removed_offers`, with the history of its listing: newest first, 50 events at most."""

    sku: str
    username: str
    removed_at: datetime
    shown: int | None
    """The quantity that Amazon shows; null: it has no such offer, or was not read since."""
    read_at: datetime | None
    next_read_at: datetime
    returns: int
    """How often Amazon showed the offer again."""
    came_back_at: datetime | None
    zeroed_at: datetime | None
    """When feed last sent a zero."""
    zero_shown_at: datetime | None
    """When Amazon was first seen to show it; null: it was not yet."""
    reason: Reason | None
    """What was made of the last return."""
    events: Sequence[Event]
