"""What the brake keeps, and letting it go."""

from dataclasses import dataclass

from mercarich_platform.clock import Clock
from mercarich_web import ports
from mercarich_web.domain.refusals import NotFound
from mercarich_web.domain.reports import (
    HoldList,
    Released,
)
from mercarich_web.ports_people import Actor


@dataclass(frozen=True, slots=True)
class ListHolds:
    holds: ports.Holds

    def __call__(self, *, every: bool) -> HoldList:
        return HoldList(self.holds.latest(200) if every else self.holds.open())


@dataclass(frozen=True, slots=True)
class ReleaseHold:
    """Let a hold's withdrawals go; the checker's workers apply it within seconds. Raises `NotFound`."""

    holds: ports.Holds
    now: Clock

    def __call__(self, hold_id: int, by: Actor) -> Released:
        changed = self.holds.release(hold_id, by, self.now())
        hold = self.holds.get(hold_id)
        if hold is None:
            raise NotFound(f"there is no hold {hold_id}; `mercarich hold list` shows the open ones")
        return Released(hold, changed)
