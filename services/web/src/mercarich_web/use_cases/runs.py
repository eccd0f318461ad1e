"""The runs, and one of them whole."""

from dataclasses import dataclass

from mercarich_web import ports
from mercarich_web.domain.refusals import NotFound
from mercarich_web.domain.reports import RunDetails, RunList


@dataclass(frozen=True, slots=True)
class ListRuns:
    runs: ports.Runs

    def __call__(self, limit: int) -> RunList:
        return RunList(self.runs.latest(limit))


@dataclass(frozen=True, slots=True)
class ShowRun:
    """One run in full. Raises `NotFound`."""

    runs: ports.Runs
    holds: ports.Holds

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
