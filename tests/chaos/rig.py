"""The whole system as real processes on free ports, each of which can be killed, frozen, ended and restarted."""

import io
import os
import signal
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

import httpx
from rich.console import Console
from sqlalchemy import Connection, Engine, update
from tests.chaos.books import Books, RunRow
from tests.services.locks import frozen

from mercarich_db import engine as engines
from mercarich_db import settings_store
from mercarich_db.engine import run_tx
from mercarich_db.tables import listings
from mercarich_local import procfile, runner
from mercarich_local.child import Child, spawn
from mercarich_local.data_folder import locked
from mercarich_local.guardian import Guardian, signal_group
from mercarich_local.market import Simulator
from mercarich_local.screen import Screen
from mercarich_local.supervisor import Service
from mercarich_local.system import FOUNDATION, on_free_ports

ROOT = Path(__file__).parents[2]
MARKETPLACES = ("yahoo", "mercari")
REVIVERS = {"updater-yahoo", "updater-mercari"}
UNUSED = {"scheduler", "web", "notices", "oauth"}
"""Processes that no scenario needs (pages, scheduler); each takes seconds to start."""
READY_SECONDS = 45.0
OURS = ("MERCARICH_", "MERCARI_PROXY_", "YAHOO_PROXY_", "CHECKER_", "UPDATER_", "FEED_", "WEB_", "SIMULATOR_")


@dataclass(frozen=True, kw_only=True)
class Plant:
    """Size of the market, rates of the proxies, and settings that differ from the product's defaults."""

    sellers: int = 4
    listings: int = 800
    restores: int = 24
    yahoo_per_second: float = 40
    mercari_per_second: float = 8
    """Slower, because one call returns all items of a source's seller."""
    revives: bool = False
    """Search for replacements. Then every source has a spare piece, and the ledger must be told what was replaced."""
    pages: bool = False
    """Serve the pages, too."""
    settings: Mapping[str, str] = field(default_factory=dict)
    """Settings on top of `SHORT_WAITS`."""
    environment: Mapping[str, str] = field(default_factory=dict)


SHORT_WAITS = {
    "CHECK_BATCH_ITEMS": "20",
    "INV_QUEUE_ENOUGH_JOB_COUNT": "8",
    "CHECK_REPUBLISH_SECONDS": "5",
    "CHECK_RETRY_SECONDS": "1",
    "CANARY_RETRY_SECONDS": "1",
    "FEED_POLL_SECONDS": "1",
    "WATCH_SHARE": "0",  # a scene is about its own runs and one marketplace
}


class NotInTime(AssertionError):
    """A condition did not become true in time."""


def until(holds: Callable[[], object], seconds: float, what: str) -> None:
    """Wait for a condition. `seconds` are those of a machine that does nothing else. Raises `NotInTime`."""
    began = time.monotonic()
    while not holds():
        bound = seconds * slowness()
        if time.monotonic() - began > bound:
            raise NotInTime(f"not within {bound:.0f} s: {what}")
        time.sleep(0.05)


def slowness() -> float:
    """Return how many processes share a core now: each takes so much longer."""
    return max(1.0, os.getloadavg()[0] / (os.cpu_count() or 1))


class Rig:
    """Processes by their names in the Procfile; commands run beside them under any name.

    `environment` may name an external broker and database (`MERCARICH_KAFKA_BOOTSTRAP`, `MERCARICH_DATABASE_URL`);
    otherwise the embedded broker and SQLite are used.
    """

    def __init__(self, data: Path, plant: Plant, guardian: Guardian) -> None:
        self.system = on_free_ports(data)
        self.plant = plant
        self._guardian = guardian
        self._children: dict[str, Child] = {}
        kept = {name: value for name, value in os.environ.items() if not name.startswith(OURS)}
        self.environment = self.system.environment({**kept, **_knobs(plant), **plant.environment})
        own_broker = "MERCARICH_KAFKA_BOOTSTRAP" in plant.environment
        left_out = UNUSED - ({"web"} if plant.pages else set())
        left_out |= ({"broker"} if own_broker else set()) | (set() if plant.revives else REVIVERS)
        self._processes = [one for one in procfile.read(ROOT / "Procfile") if one.name not in left_out]
        self._services: dict[str, Service] = {}
        self.engine = engines.create(self.system.database_url(self.environment))
        self.books = Books(self.engine)
        self.simulator = Simulator(self.system.url("simulator"))

    def bring_up(self) -> None:
        """Start everything with a database filled from the simulated market. Return when all processes are ready."""
        self.system.logs.mkdir(parents=True, exist_ok=True)
        foundation = [process for process in self._processes if process.name in FOUNDATION]
        rest = [process for process in self._processes if process.name not in FOUNDATION]
        self._run(foundation, self.environment)
        screen = Screen(Console(file=io.StringIO()), [], verbose=False)
        more = runner.prepare(self.system, self._processes, self.environment, screen)
        _write_settings(self.engine, {**SHORT_WAITS, **self.plant.settings})
        self._service_environment = {**more, **self.environment}
        self._run(rest, self._service_environment)

    @property
    def names(self) -> list[str]:
        return list(self._services)

    def set(self, key: str, value: str) -> None:
        """Change a setting; running processes follow within seconds."""
        _write_settings(self.engine, {key: value})

    def start(self, name: str) -> None:
        """Start a process of the Procfile without waiting for it."""
        service = self._services[name]
        self._spawn(name, service.arguments, service.environment)

    def wait_ready(self, *names: str) -> None:
        for name in names:
            self._wait_ready(self._services[name], self._children[name])

    def _wait_ready(self, service: Service, child: Child) -> None:
        def ready() -> bool:
            assert child.poll() is None, (
                f"{service.name} ended with {child.poll()}; its log is {self.log(service.name)}"
            )
            return service.ready()

        until(ready, READY_SECONDS, f"{service.name} ready; its log is {self.log(service.name)}")

    def command(self, name: str, *words: str, **environment: str) -> Child:
        """Start `mercarich …` beside the system."""
        return self._spawn(name, ("mercarich", *words), {**self._service_environment, **environment})

    def check(self, marketplace: str, key: str) -> Child:
        """Start a planner under this request key; its name is the key."""
        words = (f"check_item_{marketplace}", "2", "4", "--max-workers", "14", "--request-key", key)
        return self.command(key, *words)

    def see_through(self, marketplace: str, key: str, seconds: float) -> RunRow:
        """Start the planner again under its key, as a Job does, until its run has ended. Return the run."""

        def ended() -> bool:
            if not self.runs(key):
                run = self.books.run(key)
                if run is not None and run.outcome != "running":
                    return True
                self.check(marketplace, key)
            return False

        until(ended, seconds, f"the run {key} ended ({self.books.run(key)}); the planner's log is {self.log(key)}")
        run = self.books.run(key)
        assert run is not None
        return run

    def let_push_claims_lapse(self) -> None:
        """Let the lease of a killed feed worker's listings, 90 s, expire at once."""
        lapsed = update(listings).where(listings.c.push_claim.is_not(None)).values(push_claim_until=datetime.now(UTC))
        run_tx(self.engine, lambda connection: connection.execute(lapsed))

    def lever(self, name: str, **body: object) -> None:
        """Call one of the simulator's controls, `/_sim/<name>`."""
        url = f"{self.system.url('simulator')}/_sim/{name}"
        httpx.post(url, json=body, timeout=30, trust_env=False).raise_for_status()

    def second(self, name: str) -> str:
        """Start another process of the same pool. Return its name."""
        service, other = self._services[name], f"{name}-2"
        environment = {**service.environment, "MERCARICH_METRICS_PORT": "0"}
        self._spawn(other, service.arguments, environment)
        return other

    def sweep(self, marketplace: str) -> Child:
        return self.command(f"sweep-{marketplace}", f"update_feed_{marketplace}")

    def send(self, name: str, number: signal.Signals) -> None:
        """Send a signal to the process and its children."""
        signal_group(self._children[name].pid, number)

    def freeze(self, name: str) -> None:
        """SIGSTOP outside of a transaction: a process frozen while it holds SQLite's only write lock would block all
        others."""

        pid = self._children[name].pid
        send = partial(self.send, name)
        until(lambda: frozen(pid, send, self.books.locked), 30, f"{name} frozen outside of a transaction")

    def kill(self, name: str) -> None:
        """SIGKILL the process and wait for its end."""
        child = self._children[name]
        child.kill()
        child.poll()

    def replace(self, name: str) -> None:
        """SIGKILL the process and start it again."""
        self.kill(name)
        self.start(name)

    def ended(self, name: str, seconds: float) -> int:
        """Wait for the end and return the exit code."""
        child = self._children[name]
        until(lambda: child.poll() is not None, seconds, f"{name} ended; its log is {self.log(name)}")
        code = child.poll()
        assert code is not None
        return code

    def runs(self, name: str) -> bool:
        return name in self._children and self._children[name].poll() is None

    def pid(self, name: str) -> int:
        return self._children[name].pid

    def log(self, name: str) -> Path:
        return self.system.logs / f"{name}.log"

    def close(self) -> None:
        """Kill everything that is left. A scenario that needs an orderly end makes it itself."""
        for child in self._children.values():
            if child.poll() is None:
                child.kill()
                child.poll()
        self.simulator.__exit__(None, None, None)
        self.engine.dispose()

    def _run(self, processes: list[procfile.Process], environment: Mapping[str, str]) -> None:
        for service in self.system.services(processes, environment):
            self._services[service.name] = service
            self.start(service.name)
        self.wait_ready(*(process.name for process in processes))

    def _spawn(self, name: str, arguments: Sequence[str], environment: Mapping[str, str]) -> Child:
        self._children[name] = Child(
            name,
            spawn(arguments, environment),
            log_file=self.log(name),
            lines=lambda _name, _line: None,
            guardian=self._guardian,
        )
        return self._children[name]


@contextmanager
def running(data: Path, plant: Plant) -> Iterator[Rig]:
    """Run the system, started and ready. None of its processes is left afterwards, however this process ends."""
    with ExitStack() as end:
        guardian = Guardian(keep_open=end.enter_context(locked(data)))
        end.callback(guardian.close)
        rig = Rig(data, plant, guardian)
        end.callback(rig.close)
        rig.bring_up()
        yield rig


def _knobs(plant: Plant) -> dict[str, str]:
    knobs = {
        "SIMULATOR_SELLERS": str(plant.sellers),
        "SIMULATOR_LISTINGS": str(plant.listings),
        "SIMULATOR_RESTORES": str(plant.restores),
        "SIMULATOR_SPARE_PIECES": "1.0" if plant.revives else "0",
        "YAHOO_PROXY_RATE_PER_SECOND": str(plant.yahoo_per_second),
        "MERCARI_PROXY_RATE_PER_SECOND": str(plant.mercari_per_second),
        "CHECKER_LEASE_SECONDS": "4",
        "CHECKER_PROXY_SILENCE_SECONDS": "5",
        "CHECKER_SLOTS": "4",
        "FEED_TOKEN_RETRY_SECONDS": "1",
    }
    for prefix in ("YAHOO_PROXY_", "MERCARI_PROXY_"):
        knobs |= {f"{prefix}CACHE_SECONDS": "0", f"{prefix}DEADLINE_SECONDS": "3"}
        knobs |= {f"{prefix}BREAKER_OPEN_SECONDS": "1", f"{prefix}BREAKER_MAX_OPEN_SECONDS": "2"}
    return knobs


def _write_settings(engine: Engine, values: Mapping[str, str]) -> None:
    def write(connection: Connection) -> None:
        for key, value in values.items():
            settings_store.write(connection, key, value, by="chaos", at=datetime.now(UTC))

    run_tx(engine, write)
