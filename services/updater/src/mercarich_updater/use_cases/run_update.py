"""The planner's flow: start a run, mark listings without a source, publish bounded batches, end after the last."""

import threading
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import partial

from mercarich_contracts.messages import RevivalWanted
from mercarich_platform.clock import Clock, Monotonic
from mercarich_reasons.reason import Reason
from mercarich_runs.ports import Batches, Outcome, Request, Run, Runs
from mercarich_runs.use_cases.publish import Publishing, PublishSettings
from mercarich_runs.use_cases.see_through import Report, SeeThrough
from mercarich_updater.ports import ListingRow, Plan


@dataclass(frozen=True, slots=True)
class RunUpdate:
    """Take a run from its start to its end; return it with its outcome.

    Raises `Interrupted` and `DatabaseAway`. Started again under the same request key, the run continues.
    """

    runs: Runs
    plan: Plan
    batches: Batches[RevivalWanted]
    publish: PublishSettings
    deadline: timedelta
    now: Clock
    monotonic: Monotonic
    report: Report

    def __call__(self, request: Request, request_key: str | None, stop: threading.Event) -> Run:
        through = SeeThrough(self.runs, self.plan, self.deadline, self.now, self.monotonic, self.report)

        def work(run: Run, begun: Request) -> tuple[Outcome, Reason | None]:
            def mark() -> None:
                through.mark(run, begun, stop)
                self.runs.enter(run, "searching")

            through.prepare(run, mark, stop)
            publishing = self._publishing(run, begun)

            def one_round() -> bool:
                self.report("searching", through.alive(run, stop))
                return not publishing.round() and not self.plan.anything_left(run) and not publishing.look_last()

            return through.rounds(run, one_round, lambda: publishing.pause, stop)

        return through.start_to_end(request, request_key, work, stop)

    def _publishing(self, run: Run, request: Request) -> Publishing[ListingRow, RevivalWanted]:
        settings = replace(self.publish, batch_items=request.group_lower or self.publish.batch_items)
        return Publishing(self.plan, self.batches, settings, run, partial(make_batch, run, request), self.now)


def make_batch(run: Run, request: Request, rows: Sequence[ListingRow], _fresh: bool) -> RevivalWanted:
    return RevivalWanted(
        marketplace=run.marketplace,
        run_id=run.id,
        generation=run.generation,
        listing_ids=tuple(row.id for row in rows),
        max_workers=request.max_workers,
    )
