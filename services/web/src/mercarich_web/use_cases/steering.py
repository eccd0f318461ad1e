"""What operators look at beyond the commands: heads of runs and pages of them, holds with what waits for them."""

from collections.abc import Sequence
from dataclasses import dataclass

from mercarich_web import ports
from mercarich_web.domain.refusals import NotFound
from mercarich_web.domain.reports import Hold, Run
from mercarich_web.domain.steering import AuditEntry, HeldListing, Paged
from mercarich_web.ports_steering import AuditShelf, HoldShelf, RunShelf

RUNS_SHOWN = 30
HOLDS_SHOWN = 30
OPEN_SHOWN = 50
LISTINGS_SHOWN = 50
ENTRIES_SHOWN = 50


@dataclass(frozen=True, slots=True)
class BrowseRuns:
    shelf: RunShelf

    def heads(self) -> Sequence[Run]:
        """The newest run of each operation and marketplace."""
        return self.shelf.heads()

    def one(self, run_id: int) -> Run:
        """How far it is. Raises `NotFound`."""
        run = self.shelf.one(run_id)
        if run is None:
            raise NotFound(f"there is no run {run_id}")
        return run

    def page(self, operation: str | None, marketplace: str | None, below: int | None) -> Paged[Run]:
        """Newest first."""
        return self.shelf.page(operation, marketplace, below, RUNS_SHOWN)


@dataclass(frozen=True, slots=True)
class BrowseHolds:
    holds: ports.Holds
    shelf: HoldShelf

    def open(self) -> Paged[Hold]:
        """Those that are not applied yet, the newest."""
        return self.shelf.open(OPEN_SHOWN)

    def closed(self, below: int | None) -> Paged[Hold]:
        return self.shelf.closed(below, HOLDS_SHOWN)

    def one(self, hold_id: int) -> tuple[Hold, Sequence[HeldListing]]:
        """With some of the listings that wait for it. Raises `NotFound`."""
        hold = self.holds.get(hold_id)
        if hold is None:
            raise NotFound(f"there is no hold {hold_id}")
        return hold, self.shelf.listings(hold_id, LISTINGS_SHOWN)


@dataclass(frozen=True, slots=True)
class BrowseAudit:
    shelf: AuditShelf

    def __call__(self, actor: str | None, action: str | None, below: int | None) -> Paged[AuditEntry]:
        """Newest first."""
        return self.shelf.page(actor, action, below, ENTRIES_SHOWN)
