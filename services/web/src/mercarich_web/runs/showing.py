"""The runs, and one of them whole."""

from dataclasses import dataclass

from mercarich_web.refusals import NotFound
from mercarich_web.runs.runs import RunDetails, RunList
from mercarich_web.runs.sql.holds import SqlHolds
from mercarich_web.runs.sql.runs import SqlRuns


@dataclass(frozen=True, slots=True)
class ListRuns:
    runs: SqlRuns

    def __call__(self, limit: int) -> RunList:
        return RunList(self.runs.latest(limit))


@dataclass(frozen=True, slots=True)
class ShowRun:
    """One run in full. Raises `NotFound`."""

    runs: SqlRuns
    holds: SqlHolds

    def __call__(self, run_id: int) -> RunDetails:
        run = self.runs.get(run_id)
        if run is None:
            raise NotFound(f"there is no run {run_id}; `mercarich run list` shows the last ones")
        return RunDetails(
            run=run,
            set_aside_items=self.runs.set_aside_items(run_id) if run.set_aside else [],
            sellers=self.runs.fallen_sellers(run_id),
            holds=self.holds.of_run(run_id),
        )
