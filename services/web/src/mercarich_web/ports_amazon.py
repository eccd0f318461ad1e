"""What the page about Amazon needs. Every method raises `DatabaseAway`; the seller is part of every question."""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from mercarich_web.domain.amazon import Feed, Linked


class AmazonBook(Protocol):
    def account(self, user_id: int) -> Linked | None: ...

    def feeds(self, user_id: int, limit: int) -> Sequence[Feed]:
        """Open ones first, then newest first."""

    def sent(self, user_id: int, state_hash: str, session_hash: str, now: datetime, until: datetime) -> None:
        """Take note that the seller's browser, with this session, is on its way to the consent page."""
