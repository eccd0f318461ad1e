"""The planner's flow: start a run, mark the items that are due, publish bounded batches, end when all are checked."""

import threading
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial

from mercarich_checker.domain.freshness import works
from mercarich_checker.use_cases.rounds import Checking, Rounds
from mercarich_contracts.messages import BatchItem, CheckBatch
from mercarich_reasons.reason import Reason
from mercarich_reasons.runs import LeftToWatch, SecondLookGoesOn, SecondLookWaits
from mercarich_runs.ports import Counts, Outcome, Request, Run
from mercarich_runs.use_cases.publish import Publishing
from mercarich_runs.use_cases.see_through import SeeThrough

SECOND_LOOKS = 3
"""Rounds of second looks in a run. What is held after them waits for the next run or for a person."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RunCheck(Checking):
    """Take a run from its start to its end; return it with its outcome.

    Raises `Interrupted` and `DatabaseAway`. Started again under the same request key, the run continues.
    """

    def __call__(self, request: Request, request_key: str | None, stop: threading.Event) -> Run:
        through = SeeThrough(self.runs, self.plan, self.settings.deadline, self.now, self.monotonic, self.report)

        def work(run: Run, begun: Request) -> tuple[Outcome, Reason | None]:
            def mark() -> Request:
                beside_watch = begun.beside_watch and works(self.plan.watch(run.marketplace), self.now())
                marked = replace(begun, beside_watch=beside_watch)
                through.mark(run, marked, stop)
                self.runs.enter(run, "canaries")
                return marked

            marked = through.prepare(run, mark, stop)
            publishing = self._publishing(run, marked)
            rounds = _RunRounds(self, run, publishing, stop)
            outcome, note = through.rounds(run, rounds.round, lambda: publishing.pause, stop)
            return outcome, note or (LeftToWatch() if marked.beside_watch else None)

        return through.start_to_end(request, request_key, work, stop)

    def _publishing(self, run: Run, request: Request) -> Publishing[BatchItem, CheckBatch]:
        size = request.group_lower or self.settings.publish.batch_items
        settings = replace(self.settings.publish, batch_items=size)
        return Publishing(self.plan, self.batches, settings, run, partial(make_batch, run, request), self.now)


def make_batch(run: Run, request: Request, items: Sequence[BatchItem], fresh: bool) -> CheckBatch:
    return CheckBatch(
        marketplace=run.marketplace,
        run_id=run.id,
        generation=run.generation,
        items=tuple(items),
        max_workers=request.max_workers,
        without_update=request.without_update,
        fresh=fresh,
    )


class _RunRounds(Rounds):
    """At the end of a run, a second look confirms withdrawals that are held."""

    def __init__(
        self, check: Checking, run: Run, publishing: Publishing[BatchItem, CheckBatch], stop: threading.Event
    ) -> None:
        super().__init__(check, run, publishing, stop)
        self._second_looks = 0

    def done(self, counts: Counts) -> bool:
        """Publish as many batches as there is room for; return whether the run is done."""
        if self._publishing.round() or self._check.plan.anything_left(self._run):
            if self._phase == "confirming":
                self.enter("confirming", SecondLookGoesOn(counts.held))
            else:
                self.enter("checking", self.wrong)
            return False
        youngest = self._check.plan.held_since(self._run)
        if youngest is not None and self._second_looks < SECOND_LOOKS:
            self._confirm(youngest + self._check.settings.confirm_after, counts)
            return False
        if self._check.plan.left_out(self._run):
            self.enter("held", self.wrong)
            return False
        return not self._publishing.look_last()

    def _confirm(self, due_at: datetime, counts: Counts) -> None:
        self.enter("confirming", SecondLookWaits(counts.held, due_at))
        if self._check.now() >= due_at and self.trusted(self._check.trust.look(counts, self.alive)):
            self._check.plan.want_second_look(self._run, self._check.now())
            self._second_looks += 1
            self._publishing.start_over(fresh=True)
