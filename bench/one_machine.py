"""The whole system of `make up` on this machine: at rest (P10), from its start to the first check, commands (P11).

At rest: all processes below `mercarich up`, nothing due, away from the minutes at which the schedule starts commands.
Warm start: a second start on the data folder of the first, then a check from the command line, until its first item is
written. A command's import time is the duration of `COMMAND --help`, as measured by a shell.
"""

import os
import signal
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from bench.harness import cpu
from bench.harness.processes import Failed
from bench.harness.result import ROOT, Goal, Result, Table
from bench.harness.scale import Scale
from bench.harness.spread import Spread, digits, spread
from bench.harness.turns import steps
from sqlalchemy import select

from mercarich_db import engine as engines
from mercarich_db.engine import reading
from mercarich_db.tables import runs
from mercarich_local.child import search_path
from mercarich_local.system import System, on_free_ports, port_variable
from mercarich_platform import front

SETTLE_SECONDS = 20.0
REST_SECONDS = 60.0
READY_SECONDS = 120.0
CALM_MINUTES = range(1, 8)
"""Minutes of each ten in which to measure: the schedule starts commands at whole tens, and they have ended by the first
of these."""
HELPS = 5
PROCESSES = (
    "mercarich-checker",
    "mercarich-feed",
    "mercarich-local",
    "mercarich-mercari-proxy",
    "mercarich-operator",
    "mercarich-simulator",
    "mercarich-yahoo-proxy",
)


@dataclass(frozen=True, slots=True)
class AtRest:
    share: Mapping[str, float]
    """Percent of a core, by process."""
    megabytes: Mapping[str, float]
    """PSS, by process."""


def run(scale: Scale) -> Result:
    with TemporaryDirectory(prefix="mercarich-bench-") as folder, steps("one machine", 2 + scale.rounds) as step:
        data = Path(folder)
        step("at rest")
        with _up(data) as system:
            rest = at_rest(system.pid, scale.of(REST_SECONDS, 2.0), settle=scale.of(SETTLE_SECONDS, 0.0))
        started = []
        for number in range(scale.rounds):
            step(f"started warm, {number + 1} of {scale.rounds}")
            started.append(_first_check(data))
        step("commands")
        helps = {name: _help_seconds(words, scale.of(HELPS, 1)) for name, words in _commands().items()}
    return _result(rest, spread(started), helps)


def at_rest(root: int, seconds: float, *, settle: float) -> AtRest:
    time.sleep(settle)
    while seconds > 10 and int(time.time()) // 60 % 10 not in CALM_MINUTES:
        time.sleep(1)
    names = {pid: _name(pid) for pid in cpu.descendants([root])}
    before = cpu.books()
    time.sleep(seconds)
    after = cpu.books()
    pids = [pid for pid in names if pid in after]
    share = {pid: (after[pid].own - before[pid].own) / cpu.TICKS / seconds * 100 for pid in pids}
    return AtRest(
        {f"{names[pid]} ({pid})": share[pid] for pid in pids},
        {f"{names[pid]} ({pid})": cpu.memory_megabytes([pid]) for pid in pids},
    )


@dataclass(frozen=True, slots=True)
class _Up:
    pid: int
    system: System
    environment: Mapping[str, str]
    began: float


@contextmanager
def _up(data: Path) -> Iterator[_Up]:
    """Start `mercarich up` and wait until it is ready."""
    system = on_free_ports(data)
    ports = {port_variable(name): str(port) for name, port in system.ports.items()}
    kept = {name: value for name, value in os.environ.items() if not name.startswith("MERCARICH_")}
    path = {"PATH": search_path(os.environ, Path(sys.executable).parent)}
    environment = {**kept, **ports, **path, "MERCARICH_DATA_DIR": str(data), "PYTHONUNBUFFERED": "1"}
    log = data / "up.txt"
    began = time.monotonic()
    with log.open("wb") as output:
        process = subprocess.Popen(
            [_command("mercarich"), "up"], cwd=ROOT, env=environment, stdout=output, stderr=output
        )
    try:
        _until(lambda: "are ready" in log.read_text(), READY_SECONDS, lambda: log.read_text()[-2000:])
        yield _Up(process.pid, system, system.environment(environment), began)
    finally:
        process.send_signal(signal.SIGINT)
        try:
            process.wait(60)
        except subprocess.TimeoutExpired:
            process.kill()


def _first_check(data: Path) -> float:
    """Return the seconds from `mercarich up` until the first item of a check is written."""
    with _up(data) as up:
        engine = engines.create(up.system.database_url(up.environment))

        def checked() -> bool:
            with reading(engine) as connection:
                newest = connection.execute(select(runs.c.checked).order_by(runs.c.id.desc()).limit(1)).scalar()
            return bool(newest)

        with (data / "check.txt").open("wb") as output:
            command = [_command("mercarich"), "check_item_yahoo", "2", "4", "--request-key", str(time.time())]
            planner = subprocess.Popen(command, cwd=ROOT, env=dict(up.environment), stdout=output, stderr=output)
        try:
            _until(checked, 60, lambda: (data / "check.txt").read_text()[-2000:])
            return time.monotonic() - up.began
        finally:
            planner.terminate()
            planner.wait(60)
            engine.dispose()


def _until(holds: Callable[[], bool], seconds: float, tail: Callable[[], str]) -> None:
    deadline = time.monotonic() + seconds
    while not holds():
        if time.monotonic() > deadline:
            raise Failed(f"not within {seconds:g} s\n{tail()}")
        time.sleep(0.02)


def _commands() -> dict[str, Sequence[str]]:
    return {
        "mercarich": [_command("mercarich")],
        **{f"mercarich {name}": [_command("mercarich"), name] for name in front.installed()},
        **{name: [_command(name)] for name in PROCESSES},
    }


def _help_seconds(words: Sequence[str], times: int) -> float:
    taken = []
    for _ in range(times):
        began = time.monotonic()
        subprocess.run([*words, "--help"], check=True, stdout=subprocess.DEVNULL, cwd=ROOT)
        taken.append(time.monotonic() - began)
    return statistics.median(taken)


def _command(name: str) -> str:
    return str(Path(sys.executable).with_name(name))


def _name(pid: int) -> str:
    words = Path(f"/proc/{pid}/cmdline").read_text().replace("\0", " ").split()
    own = [Path(word).name for word in words if word]
    return " ".join([word for word in own if not word.startswith("python") and not word.startswith("--")][:4]) or "?"


def _result(rest: AtRest, started: Spread, helps: Mapping[str, float]) -> Result:
    slowest = max(helps, key=lambda name: helps[name])
    share, megabytes = sum(rest.share.values()), sum(rest.megabytes.values())
    goals = [
        Goal(id="P10", what="`make up` at rest, all processes", unit="% of a core", at_most=5.0, value=spread([share])),
        Goal(id="P11", what="`make up`, warm, to the first item checked", unit="s", at_most=10.0, value=started),
        Goal(
            id="P11",
            what=f"`{slowest} --help`, the slowest of {len(helps)} commands",
            unit="s",
            at_most=0.5,
            value=spread([helps[slowest]]),
        ),
    ]
    rows = [[name, digits(rest.share[name]), digits(rest.megabytes[name])] for name in sorted(rest.share)]
    rows.append(["together", digits(share), digits(megabytes)])
    commands = [[name, digits(seconds)] for name, seconds in sorted(helps.items(), key=lambda one: -one[1])]
    return Result(
        goals=goals,
        tables={
            "rest": Table(["process", "% of a core", "MB"], rows),
            "commands": Table(["command", "s"], commands),
        },
        figures={"share": rest.share, "megabytes": rest.megabytes, "helps": helps},
    )
