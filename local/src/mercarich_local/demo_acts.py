"""The acts of the demo in order, and what each adds to the report."""

import time
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime

from rich.console import Console

from mercarich_local import demo_report
from mercarich_local.demo_check import MARKETPLACES, Check
from mercarich_local.demo_progress import ProgressBar
from mercarich_local.demo_stage import Problem, Stage
from mercarich_local.demo_state import DemoState, Line, Progress, Withdrawal
from mercarich_local.demo_way import expiry, freezing, listing, loss_stop, lost_token, ordering, reviving
from mercarich_local.demo_way.cast import Cast, choose
from mercarich_local.outage import Outage

Act = Callable[[Stage, Cast], dict[str, object]]
"""Plays an act and returns its part of the report. Raises `Problem` and `Stopped`."""
AFTER_THE_CHECK: Mapping[str, Act] = {
    "revive": reviving.play,
    "freeze": freezing.play,
    "token": lost_token.play,
    "order": ordering.play,
    "stop": loss_stop.play,
    "expire": expiry.play,
}


class Acts:
    """`play` runs the acts of a scenario once: `outage` is the check alone."""

    def __init__(self, stage: Stage, scenario: str) -> None:
        self._stage = stage
        self._scenario = scenario
        self._outage = Outage(stage.simulator) if scenario == "outage" else None
        self._state = DemoState(stage.engine, MARKETPLACES)
        self.started = datetime.now(UTC)
        """Everything that had sold by this time must be withdrawn in the end."""
        self.lines: Sequence[Line] = []
        self.withdrawals: Sequence[Withdrawal] = []
        self.progress: Progress = self._state.progress()
        self.done: dict[str, dict[str, object]] = {}

    def play(self, console: Console, listings: int) -> None:
        """Play the acts. Raises `Problem` and `Stopped`; the results so far are kept."""
        if self._outage:
            self._check(console, listings)
            self._outage_must_have_struck(self._outage)
            return
        cast = choose(self._stage.engine)
        self._act("list", listing.play, cast)
        self._stage.title("Check, withdraw, push: every source is looked at, what is gone is taken down at Amazon")
        self._check(console, listings)
        for name, act in AFTER_THE_CHECK.items():
            self._act(name, act, cast)

    def _act(self, name: str, act: Act, cast: Cast) -> None:
        began = time.monotonic()
        self.done[name] = {**act(self._stage, cast), "seconds": round(time.monotonic() - began, 1)}

    def _check(self, console: Console, listings: int) -> None:
        self.started = datetime.now(UTC)
        try:
            with ProgressBar(console, listings) as bar:
                Check(self._stage, self._state, self._outage, bar).run()
        finally:
            self.progress = self._state.progress()
            self.lines, self.withdrawals = self._state.lines(), self._state.withdrawals()
        demo_report.show_check(self.lines, self.withdrawals, self._stage.screen, self._stage.simulator)

    def _outage_must_have_struck(self, outage: Outage) -> None:
        problem = outage.problem(self.progress)
        if problem:
            raise Problem(problem)
