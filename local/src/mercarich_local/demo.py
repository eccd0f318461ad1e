"""`mercarich demo`: the system on a market of its own, one check run of each marketplace, and the ledger's verdict."""

import os
import shutil
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from rich.console import Console
from sqlalchemy import Connection, Engine

from mercarich_db import engine as engines
from mercarich_db import settings_store
from mercarich_db.engine import run_tx
from mercarich_local import demo_report, runner
from mercarich_local.child import how_it_ended
from mercarich_local.data_folder import locked
from mercarich_local.demo_progress import ProgressBar
from mercarich_local.demo_report import Result
from mercarich_local.demo_state import DemoState, Progress
from mercarich_local.machine import Machine
from mercarich_local.market import Simulator
from mercarich_local.outage import Outage
from mercarich_local.procfile import Process
from mercarich_local.screen import Screen
from mercarich_local.supervisor import NotReady
from mercarich_local.system import System, on_free_ports
from mercarich_platform.exit_codes import DONE, FAILED

MARKETPLACES = ("yahoo", "mercari")
CHECK = {name: ("mercarich", f"check_item_{name}", "2", "4", "--max-workers", "14") for name in MARKETPLACES}
SWEEP = {name: ("mercarich", f"update_feed_{name}") for name in MARKETPLACES}
WE_START = ("scheduler", "updater-yahoo", "updater-mercari")
"""Processes that the demo does not leave to run: the commands are started here, in their order."""
LOOK_SECONDS = 0.25
BOUND_SECONDS = 170.0
SALES_AT = (0.2, 0.5, 0.8)
"""The shares of a run at which more of its marketplace sells."""
SALE_SHARE = 0.003
FEED_SECONDS = 2.0
"""How long the market's Amazon queues a feed, and how long it works on it."""
SWEEP_SECONDS = 5.0
"""The sweeps are every ten minutes otherwise: a seller has one open feed at a time, for one marketplace."""
SHORT_WAITS = {
    "CANARY_EVERY_SECONDS": "3",
    "CANARY_RETRY_SECONDS": "2",
    "CHECK_RETRY_SECONDS": "2",
    "CHECK_REPUBLISH_SECONDS": "15",
    "BRAKE_CONFIRM_SECONDS": "5",
    "FEED_POLL_SECONDS": "1",
}
"""A demo is not to wait the minutes that are right for real marketplaces."""
PROXY = {
    "CONCURRENCY": "64",
    "DEADLINE_SECONDS": "2",
    "BREAKER_OPEN_SECONDS": "1",
    "BREAKER_MAX_OPEN_SECONDS": "2",
}
"""Of both proxies, for the same reason."""
CALLS: Mapping[str, float] = {"yahoo": 1.0, "mercari": 0.25}
"""Calls for each look: one call answers for many items of a Mercari seller."""
RUN_SECONDS = 30.0
"""At the proxies' rate, which follows from it, all listings of a market of any size could be looked at in this time;
each marketplace has half of them."""
OURS = ("MERCARICH_", "MERCARI_PROXY_", "YAHOO_PROXY_", "CHECKER_", "UPDATER_", "FEED_", "SIMULATOR_")
"""A demo is the same whatever points the product elsewhere: these variables are not handed on."""


class _Stopped(Exception):
    """Somebody wants the demo to end."""


@dataclass(frozen=True, slots=True)
class Demo:
    """One demo. `run` answers the exit code: 0 only when the ledger is clean."""

    data: Path
    processes: Sequence[Process]
    scenario: str
    sellers: int
    listings: int

    def run(self, console: Console, stop: threading.Event) -> int:
        """Raises `TryAgain` when another demo runs."""
        began = time.monotonic()
        system = on_free_ports(self.data)
        _empty(self.data)
        processes = [process for process in self.processes if process.name not in WE_START]
        screen = Screen(console, [process.name for process in processes], verbose=False)
        environment = system.environment(_given(self.sellers, self.listings))
        screen.note(f"{self.listings:,} listings of {self.sellers} sellers, scenario {self.scenario}; in {self.data}")
        with Machine(system, processes, environment, screen) as machine:
            try:
                machine.bring_up(stop, lambda: self._prepare(system, processes, environment, screen))
            except NotReady as error:
                screen.note(f"mercarich: {error}")
                return FAILED
            keeper = threading.Thread(target=machine.keep, args=(stop,), name="keeper")
            keeper.start()
            try:
                return self._act(_Stage(system, machine, screen, environment, stop), console, began)
            except _Stopped:
                return FAILED
            finally:
                stop.set()
                keeper.join()

    def _prepare(
        self, system: System, processes: Sequence[Process], environment: Mapping[str, str], screen: Screen
    ) -> Mapping[str, str]:
        more = runner.prepare(system, processes, environment, screen)
        batch = min(50, max(5, self.listings // 200))
        values = {**SHORT_WAITS, "CHECK_BATCH_ITEMS": str(batch)}
        _write_settings(engines.create(system.database_url(environment)), values)
        return more

    def _act(self, stage: "_Stage", console: Console, began: float) -> int:
        started = datetime.now(UTC)
        state = DemoState(engines.create(stage.system.database_url(stage.environment)), MARKETPLACES)
        with Simulator(stage.system.url("simulator")) as simulator:
            outage = Outage(simulator) if self.scenario == "outage" else None
            with ProgressBar(console, self.listings) as bar:
                problem = _Play(stage, state, simulator, outage, bar).run()
            progress = state.progress()
            result = Result(
                scenario=self.scenario,
                listings=self.listings,
                sellers=self.sellers,
                seconds=time.monotonic() - began,
                lines=state.lines(),
                withdrawals=state.withdrawals(),
                progress=progress,
                ledger=simulator.ledger(gone_before=started.timestamp()),
                problem=problem or (outage.problem(progress) if outage else None),
            )
            demo_report.show(result, stage.screen, simulator)
        report = self.data / "report.json"
        demo_report.write(result, report)
        stage.screen.note(f"{result.seconds:.0f} s. Report: {report}    Logs: {stage.system.logs}/")
        return DONE if result.clean else FAILED


@dataclass(frozen=True, slots=True)
class _Stage:
    system: System
    machine: Machine
    screen: Screen
    environment: Mapping[str, str]
    stop: threading.Event


class _Play:
    """The commands in their order, and what happens in the market meanwhile."""

    def __init__(
        self, stage: _Stage, state: DemoState, simulator: Simulator, outage: Outage | None, bar: ProgressBar
    ) -> None:
        self._stage = stage
        self._state = state
        self._simulator = simulator
        self._outage = outage
        self._bar = bar
        self._sales = {name: list(SALES_AT) for name in MARKETPLACES}
        self._deadline = time.monotonic() + BOUND_SECONDS

    def run(self) -> str | None:
        """Answers what went wrong, in a sentence, or None."""
        self._simulator.set_feed_delays(FEED_SECONDS)
        problem = self._commands(CHECK) or self._commands(SWEEP)
        next_sweep = time.monotonic() + SWEEP_SECONDS
        while problem is None and self._look().waiting:
            problem = self._pause("Amazon has not accepted every change")
            if problem is None and time.monotonic() > next_sweep:
                problem = self._commands(SWEEP)
                next_sweep = time.monotonic() + SWEEP_SECONDS
        return problem

    def _commands(self, commands: Mapping[str, Sequence[str]]) -> str | None:
        children = [self._stage.machine.command(words[1], words) for words in commands.values()]
        while any(child.poll() is None for child in children):
            self._look()
            problem = self._pause(f"{', '.join(child.name for child in children)} did not end")
            if problem:
                return problem
        codes = {child.name: child.poll() or 0 for child in children}
        failed = [f"{name} ended with {how_it_ended(code)}" for name, code in codes.items() if code]
        return f"{failed[0]}; its log is in {self._stage.system.logs}" if failed else None

    def _look(self) -> Progress:
        progress = self._state.progress()
        for name, planned in progress.planned.items():
            if planned and self._sales[name] and progress.checked[name] >= planned * self._sales[name][0]:
                self._sales[name].pop(0)
                self._simulator.sell(name, SALE_SHARE)
        if self._outage:
            self._outage.look(progress)
        self._bar.show(progress)
        return progress

    def _pause(self, what: str) -> str | None:
        if self._stage.stop.wait(LOOK_SECONDS):
            raise _Stopped
        late = time.monotonic() > self._deadline
        return f"{what} within {BOUND_SECONDS:.0f} s; the logs are in {self._stage.system.logs}" if late else None


def _empty(data: Path) -> None:
    """Remove what the last demo left, unless one is under way."""
    with locked(data):
        for path in data.iterdir():
            if path.is_dir():
                shutil.rmtree(path)
            elif path.name != "lock":
                path.unlink()


def _given(sellers: int, listings: int) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith(OURS)}
    rates = {name: {"RATE_PER_SECOND": str(max(5.0, listings * CALLS[name] / RUN_SECONDS))} for name in MARKETPLACES}
    proxies = {
        f"{name.upper()}_PROXY_{key}": value for name in MARKETPLACES for key, value in {**PROXY, **rates[name]}.items()
    }
    market = {
        "SIMULATOR_SELLERS": str(sellers),
        "SIMULATOR_LISTINGS": str(listings),
        "SIMULATOR_RESTORES": str(listings // 100),
    }
    return {**kept, **proxies, **market}


def _write_settings(engine: Engine, values: Mapping[str, str]) -> None:
    def write(connection: Connection) -> None:
        for key, value in values.items():
            settings_store.write(connection, key, value, by="demo", at=datetime.now(UTC))

    run_tx(engine, write)
