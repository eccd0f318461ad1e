"""What actions on many listings need. Every method raises `DatabaseAway`; the seller is part of each."""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from mercarich_web.domain.actions import BulkAction
from mercarich_web.domain.bulk import Applied, Choice, Preview, WantedLooks


class Bulk(Protocol):
    def preview(self, user_id: int, action: BulkAction, choice: Choice, now: datetime) -> Preview: ...

    def apply(self, user_id: int, action: BulkAction, choice: Choice, by: str, now: datetime) -> Applied:
        """All that fit, as many as a preview says, in one transaction."""

    def undo(self, user_id: int, at: datetime, by: str, now: datetime) -> int:
        """Take back what was applied then, in one transaction: those that nobody has changed since; how many."""


class Feed(Protocol):
    def wake(self, user_id: int) -> None:
        """Withdrawals of this seller wait. Never raises: the sweep finds them anyway."""


class Looks(Protocol):
    def ask(self, wanted: Sequence[WantedLooks]) -> None:
        """Tell the checkers. Never raises: their run, or the next, takes what they are not told."""
