"""What the pages about replacements need. Every method raises `DatabaseAway`; the seller is part of each."""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from mercarich_web.domain.proposals import Decided, Proposal


class Proposals(Protocol):
    """Those that decide raise `NotFound` for a listing that is not the seller's, and `Refused`, also where `shown`
    (marketplace and item) is not what would be decided on."""

    def waiting(self, user_id: int, limit: int) -> Sequence[Proposal]:
        """Oldest first."""

    def approve(self, user_id: int, listing_id: int, shown: str | None, by: str, now: datetime) -> Decided: ...

    def undo(self, user_id: int, listing_id: int, shown: str | None, by: str, now: datetime) -> Decided:
        """Refuse a proposal, or take a replacement back."""

    def never_again(self, user_id: int, listing_id: int, shown: str | None, by: str, now: datetime) -> Decided:
        """Refuse a proposal, and whatever else its seller offers."""
