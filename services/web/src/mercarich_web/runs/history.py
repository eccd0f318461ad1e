"""The newest run of each kind, and all of them by pages."""

from collections.abc import Sequence
from dataclasses import dataclass

from mercarich_web.paging import Paged
from mercarich_web.refusals import NotFound
from mercarich_web.runs.runs import Run
from mercarich_web.runs.sql.history import SqlRunHistory

SHOWN = 30


@dataclass(frozen=True, slots=True)
class BrowseRuns:
    history: SqlRunHistory

    def heads(self) -> Sequence[Run]:
        """The newest run of each operation and marketplace."""
        return self.history.heads()

    def one(self, run_id: int) -> Run:
        """How far it is. Raises `NotFound`."""
        run = self.history.one(run_id)
        if run is None:
            raise NotFound(f"there is no run {run_id}")
        return run

    def page(self, operation: str | None, marketplace: str | None, below: int | None) -> Paged[Run]:
        """Newest first."""
        return self.history.page(operation, marketplace, below, SHOWN)
