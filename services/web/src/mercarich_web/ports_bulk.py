"""What actions on many listings need. Every method raises `ports.DatabaseAway`; the seller is part of each."""

from datetime import datetime
from typing import Protocol

from mercarich_web.domain.bulk import BulkAction, Choice, Preview


class Bulk(Protocol):
    def preview(self, user_id: int, action: BulkAction, choice: Choice) -> Preview: ...

    def apply(self, user_id: int, action: BulkAction, choice: Choice, by: str, now: datetime) -> int:
        """All that fit, `MOST` at most, in one transaction; answers how many."""


class Feed(Protocol):
    def wake(self, user_id: int) -> None:
        """Withdrawals of this seller wait. Never raises: the sweep finds them anyway."""
