"""What the home page needs. Every method raises `DatabaseAway`; the seller is part of every question."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Protocol

from mercarich_web.domain.exposure import Look, Span
from mercarich_web.domain.home import Day, Happened, OwnRun
from mercarich_web.domain.offers import Account


class SellersDesk(Protocol):
    def account(self, user_id: int) -> Account | None:
        """At Amazon."""

    def proposed(self, user_id: int) -> int:
        """Replacements that wait for the seller's word."""

    def failed_imports(self, user_id: int, since: datetime) -> int: ...

    def runs(self, user_id: int) -> Sequence[OwnRun]:
        """The newest of each kind, those under way first."""

    def happened(self, user_id: int, limit: int) -> Sequence[Happened]:
        """Newest first."""

    def days(self, user_id: int, midnights: Sequence[datetime]) -> Sequence[Day]:
        """One for each midnight but the last, which ends the last day."""


class Exposures(Protocol):
    def spans(
        self, user_id: int, since: datetime, now: datetime, exposed: Mapping[int, datetime | None]
    ) -> Sequence[Span]:
        """Those that have not ended before `since`; what goes on ends now. `exposed`: what is exposed now, as of
        `domain.listings.Shop`."""

    def looks(self, user_id: int, since: datetime) -> Sequence[Look]:
        """Check runs that have looked at something of the seller."""
