"""`mercarich demo`: run the system on a market of its own, from the check to the deletion, and report the ledger's
verdict."""

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

from mercarich_contracts.sites import SITES
from mercarich_db import engine as engines
from mercarich_db import settings_store
from mercarich_db.engine import run_tx
from mercarich_local import demo_report
from mercarich_local.data_folder import locked
from mercarich_local.demo_acts import Acts
from mercarich_local.demo_check import MARKETPLACES
from mercarich_local.demo_report import Result
from mercarich_local.demo_stage import Problem, Stage, Stopped
from mercarich_local.demo_way import freezing
from mercarich_local.machine import Machine
from mercarich_local.market import Simulator
from mercarich_local.preparing import prepare_apart
from mercarich_local.procfile import Process
from mercarich_local.screen import Screen
from mercarich_local.supervisor import NotReady
from mercarich_local.system import System, on_free_ports
from mercarich_platform.exit_codes import DONE, FAILED

LEFT_OUT = (
    "scheduler",
    *(f"{kind}-{name}" for kind in ("updater", "watch") for name in MARKETPLACES),
    "web",
    "notices",
)
"""Processes that the demo does not need, or starts itself at the right moment."""
NEEDED = {"normal": ("web",)}
"""Processes that a scenario needs from the start nevertheless: a seller says there what was bought."""
SHORT_WAITS = {
    "CANARY_EVERY_SECONDS": "3",
    "CANARY_RETRY_SECONDS": "2",
    "CHECK_RETRY_SECONDS": "2",
    "CHECK_REPUBLISH_SECONDS": "15",
    "BRAKE_CONFIRM_SECONDS": "5",
    "FEED_POLL_SECONDS": "1",
    "JOB_FROZEN_SECONDS": str(freezing.FROZEN_SECONDS),
    "REVIVAL_DAYS": "0",
    "REVIVAL_REPUBLISH_SECONDS": "5",
}
"""Shorter waits than are right for real marketplaces, which the demo cannot spend. Only one seller wants
replacements."""
PROXY = {
    "CONCURRENCY": "64",
    "DEADLINE_SECONDS": "2",
    "BREAKER_OPEN_SECONDS": "1",
    "BREAKER_MAX_OPEN_SECONDS": "2",
    "CACHE_SECONDS": "0",
}
"""Shorter intervals of the proxies, for the same reason: the next check must see what sold a moment ago."""
CALLS: Mapping[str, float] = {name: 0.25 if site.lists_sellers else 1.0 for name, site in SITES.items()}
"""Calls per look at an item: at some marketplaces one call returns many items of a seller."""
RUN_SECONDS = 30.0
"""Seconds in which the proxies' rate, which follows from this, allows to look at all listings of a market of any size;
each marketplace has half of the listings."""
OURS = (
    "MERCARICH_",
    *(site.proxy_prefix for site in SITES.values()),
    "CHECKER_",
    "UPDATER_",
    "FEED_",
    "WEB_",
    "PAGES_",
    "SIMULATOR_",
)
"""Environment variables that are not passed on, so that a demo never runs on a system that is configured elsewhere."""


@dataclass(frozen=True, slots=True)
class Demo:
    """One demo. `run` returns the exit code: 0 only when the ledger is clean."""

    data: Path
    processes: Sequence[Process]
    scenario: str
    sellers: int
    listings: int

    def run(self, console: Console, stop: threading.Event) -> int:
        """Lock the demo's folder. Raises `TryAgain` when another demo runs."""
        began = time.monotonic()
        system = on_free_ports(self.data)
        _empty(self.data)
        left_out = [name for name in LEFT_OUT if name not in NEEDED.get(self.scenario, ())]
        processes = [process for process in self.processes if process.name not in left_out]
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
                with Simulator(system.url("simulator")) as simulator:
                    engine = engines.create(system.database_url(environment))
                    return self._act(Stage(system, machine, screen, simulator, engine, stop), console, began)
            except Stopped:
                return FAILED
            finally:
                stop.set()
                keeper.join()

    def _prepare(
        self, system: System, processes: Sequence[Process], environment: Mapping[str, str], screen: Screen
    ) -> Mapping[str, str]:
        prepared = prepare_apart(system, environment, [process.name for process in processes])
        screen.note(prepared.note)  # not its logins: the pages are gone when the demo ends
        batch = min(50, max(5, self.listings // 200))
        values = {**SHORT_WAITS, "CHECK_BATCH_ITEMS": str(batch)}
        _write_settings(engines.create(system.database_url(environment)), values)
        return prepared.variables

    def _act(self, stage: Stage, console: Console, began: float) -> int:
        acts = Acts(stage, self.scenario)
        problem = None
        try:
            acts.play(console, self.listings)
        except Problem as error:
            problem = str(error)
        result = Result(
            scenario=self.scenario,
            listings=self.listings,
            sellers=self.sellers,
            seconds=time.monotonic() - began,
            lines=acts.lines,
            withdrawals=acts.withdrawals,
            progress=acts.progress,
            ledger=stage.simulator.ledger(gone_before=acts.started.timestamp()),
            problem=problem,
            acts=acts.done,
        )
        demo_report.show_verdict(result, stage.screen)
        report = self.data / "report.json"
        demo_report.write(result, report)
        stage.screen.note(f"{result.seconds:.0f} s. Report: {report}    Logs: {stage.system.logs}/")
        return DONE if result.clean else FAILED


def _empty(data: Path) -> None:
    """Remove what the last demo left, unless a demo is running."""
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
        "SIMULATOR_SPARE_PIECES": "1",
    }
    return {**kept, **proxies, **market}


def _write_settings(engine: Engine, values: Mapping[str, str]) -> None:
    def write(connection: Connection) -> None:
        for key, value in values.items():
            settings_store.write(connection, key, value, by="demo", at=datetime.now(UTC))

    run_tx(engine, write)
