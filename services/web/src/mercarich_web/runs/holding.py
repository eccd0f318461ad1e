"""What the brake keeps, and letting it go."""

from collections.abc import Sequence
from dataclasses import dataclass

from mercarich_contracts.audit import Actor
from mercarich_platform.clock import Clock
from mercarich_web.paging import Paged
from mercarich_web.refusals import NotFound
from mercarich_web.runs.holds import HeldListing, Hold, HoldList, Released
from mercarich_web.runs.sql.hold_history import SqlHoldHistory
from mercarich_web.runs.sql.holds import SqlHolds

OPEN_SHOWN = 50
CLOSED_SHOWN = 30
LISTINGS_SHOWN = 50


@dataclass(frozen=True, slots=True)
class ListHolds:
    holds: SqlHolds

    def __call__(self, *, every: bool) -> HoldList:
        return HoldList(self.holds.latest(200) if every else self.holds.open())


@dataclass(frozen=True, slots=True)
class ReleaseHold:
    """Let a hold's withdrawals go; the checker's workers apply it within seconds. Raises `NotFound`."""

    holds: SqlHolds
    now: Clock

    def __call__(self, hold_id: int, by: Actor) -> Released:
        changed = self.holds.release(hold_id, by, self.now())
        hold = self.holds.get(hold_id)
        if hold is None:
            raise NotFound(f"there is no hold {hold_id}; `mercarich hold list` shows the open ones")
        return Released(hold, changed)


@dataclass(frozen=True, slots=True)
class BrowseHolds:
    holds: SqlHolds
    history: SqlHoldHistory

    def open(self) -> Paged[Hold]:
        """Those that are not applied yet, the newest."""
        return self.history.open(OPEN_SHOWN)

    def closed(self, below: int | None) -> Paged[Hold]:
        return self.history.closed(below, CLOSED_SHOWN)

    def one(self, hold_id: int) -> tuple[Hold, Sequence[HeldListing]]:
        """With some of the listings that wait for it. Raises `NotFound`."""
        hold = self.holds.get(hold_id)
        if hold is None:
            raise NotFound(f"there is no hold {hold_id}")
        return hold, self.history.listings(hold_id, LISTINGS_SHOWN)
