"""What the operator's pages need beyond the commands. Every method raises `ports.DatabaseAway`."""

from collections.abc import Sequence
from typing import Protocol

from mercarich_web.domain.reports import Hold, Run
from mercarich_web.domain.steering import HeldListing, Paged


class RunShelf(Protocol):
    def heads(self) -> Sequence[Run]:
        """The newest run of each operation and marketplace."""

    def page(self, operation: str | None, marketplace: str | None, below: int | None, limit: int) -> Paged[Run]:
        """Newest first, those with an id below."""


class HoldShelf(Protocol):
    def closed(self, below: int | None, limit: int) -> Paged[Hold]:
        """Those that are applied, newest first."""

    def listings(self, hold_id: int, limit: int) -> Sequence[HeldListing]:
        """Some of those that wait for it."""
