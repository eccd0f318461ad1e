"""The demo's check: every source is looked at while the market sells, fallen offers are withdrawn, and Amazon is
updated."""

import time
from collections.abc import Mapping, Sequence

from mercarich_contracts.sites import SITES
from mercarich_local.demo_progress import ProgressBar
from mercarich_local.demo_stage import Problem, Stage
from mercarich_local.demo_state import DemoState, Progress
from mercarich_local.outage import Outage

MARKETPLACES = tuple(name.value for name in SITES)
CHECK: Mapping[str, Sequence[str]] = {
    name: (f"check_item_{name}", "2", "4", "--max-workers", "14") for name in MARKETPLACES
}
SWEEP: Mapping[str, Sequence[str]] = {name: (f"update_feed_{name}",) for name in MARKETPLACES}
BOUND_SECONDS = 170.0
SALES_AT = (0.2, 0.5, 0.8)
"""Shares of a run's progress at which more items of its marketplace sell."""
SALE_SHARE = 0.003
FEED_SECONDS = 2.0
"""Seconds that the market's Amazon queues a feed, and processes it."""
LAG_SECONDS = 0.3
"""Seconds until the market's Amazon typically shows what it has accepted; at most thirty."""
SWEEP_SECONDS = 5.0
"""Seconds between sweeps, otherwise ten minutes: a seller has one open feed at a time, for one marketplace."""


class Check:
    """Run the commands in order, while the market changes. `run` raises `Problem` and `Stopped`."""

    def __init__(self, stage: Stage, state: DemoState, outage: Outage | None, bar: ProgressBar) -> None:
        self._stage = stage
        self._state = state
        self._outage = outage
        self._bar = bar
        self._sales = {name: list(SALES_AT) for name in MARKETPLACES}

    def run(self) -> None:
        self._stage.simulator.set_feed_delays(FEED_SECONDS)
        self._stage.simulator.set_lag(LAG_SECONDS)
        deadline = time.monotonic() + BOUND_SECONDS
        self._commands(CHECK)
        while self._look().waiting:
            if time.monotonic() > deadline:
                raise Problem(f"Amazon has not accepted every change within {BOUND_SECONDS:.0f} s")
            self._commands(SWEEP)
            self._watch(SWEEP_SECONDS)

    def _watch(self, seconds: float) -> None:
        """Wait for this time, or until nothing is pending any more."""
        end = time.monotonic() + seconds
        self._stage.until(lambda: not self._look().waiting or time.monotonic() > end, "the pushes", 2 * seconds)

    def _commands(self, commands: Mapping[str, Sequence[str]]) -> None:
        self._stage.run(*commands.values(), look=self._look, seconds=BOUND_SECONDS)

    def _look(self) -> Progress:
        progress = self._state.progress()
        for name, planned in progress.planned.items():
            if planned and self._sales[name] and progress.checked[name] >= planned * self._sales[name][0]:
                self._sales[name].pop(0)
                self._stage.simulator.sell(name, SALE_SHARE)
        if self._outage:
            self._outage.look(progress)
        self._bar.show(progress)
        return progress
