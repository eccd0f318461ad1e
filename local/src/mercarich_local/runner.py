"""`mercarich up`: start the system on the usual ports, say what runs where, and keep it running until Ctrl-C."""

import sys
import threading
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

from mercarich_contracts.sites import SITES
from mercarich_local import market
from mercarich_local.machine import Machine
from mercarich_local.ports import HOST
from mercarich_local.preparing import prepare_apart
from mercarich_local.procfile import Process
from mercarich_local.screen import Screen
from mercarich_local.supervisor import NotReady
from mercarich_local.system import System
from mercarich_platform.environment_file import written
from mercarich_platform.exit_codes import DONE, FAILED
from mercarich_platform.settings import BadConfiguration

_ROLES = {
    "broker": "Kafka protocol, in memory (a development default)",
    "simulator": "plays the marketplaces and Amazon; its levers: /_sim/…",
    **{site.proxy: f"the only way to {site.words.en}: /v1/items/…" for site in SITES.values()},
    **{f"checker-{site}": f"checks {site.words.en} sources: /metrics" for site in SITES.values()},
    **{f"watch-{site}": f"looks at {site.words.en} all day (WATCH_SHARE): /metrics" for site in SITES.values()},
    **{f"updater-{site}": f"replaces {site.words.en} sources that are gone: /metrics" for site in SITES.values()},
    "feed": "pushes to Amazon: /metrics",
    "oauth": "links sellers' Amazon accounts: where they come back from Amazon's consent page",
    "jobs-search": "bulk searches of sellers: /metrics",
    "jobs-import": "CSV imports of sellers: /metrics",
    "web": "the pages of sellers and operators: open it in a browser",
    "notices": "notices of sellers, by mail, chat and webhook: /metrics",
    "scheduler": "starts the commands at their times (Asia/Tokyo)",
}
_OF_PROCESSES = frozenset({"PATH", "MERCARICH_LOG_FORMAT", "MERCARICH_METRICS_HOST"})
"""Variables of the processes of `mercarich up` alone."""
_TRY = (
    ("status", "backlog, lag, workers"),
    ("check_item_yahoo 2 4 --max-workers 14", "check every Yahoo source now"),
    ("run list", "the check runs and their counts"),
    ("queue info", "topics, lag, workers"),
    ("--help", "the rest"),
)


def run(
    system: System, processes: Sequence[Process], given: Mapping[str, str], screen: Screen, stop: threading.Event
) -> int:
    """Run until `stop` is set. Return the exit code. Raises `TryAgain` and `BadConfiguration`."""
    environment = system.environment(given)
    if "MERCARICH_KAFKA_BOOTSTRAP" in given:
        processes = [process for process in processes if process.name != "broker"]
        screen.note("No embedded broker: MERCARICH_KAFKA_BOOTSTRAP names one.")
    elif "MERCARICH_KAFKA_SECURITY" in given:
        raise BadConfiguration(
            "MERCARICH_KAFKA_SECURITY: the embedded broker has neither TLS nor users; name your own by"
            " MERCARICH_KAFKA_BOOTSTRAP, or remove it"
        )
    began = time.monotonic()
    with Machine(system, processes, environment, screen) as machine:
        try:
            machine.bring_up(stop, lambda: prepare(system, processes, environment, screen))
        except NotReady as error:
            screen.note(f"mercarich: {error}")
            return FAILED
        with written(system.data, _found_by_commands(system, machine.environment)):
            if not stop.is_set():
                _tell(system, processes, screen, time.monotonic() - began)
            machine.keep(stop)
        screen.note("\nEnding; a second Ctrl-C does not wait.")
    screen.note(f"All processes have ended; the data is in {system.data}.")
    return DONE


def prepare(
    system: System, processes: Sequence[Process], environment: Mapping[str, str], screen: Screen
) -> Mapping[str, str]:
    """Create the key, bring the schema up to date, and create sample data and logins if there are none.

    Return the variables that follow from the market and the data folder. Raises `BadConfiguration` and `TryAgain`.
    """
    prepared = prepare_apart(system, environment, [process.name for process in processes])
    for line in filter(None, [prepared.note, *prepared.logins]):
        screen.note(line)
    return prepared.variables


def _tell(system: System, processes: Sequence[Process], screen: Screen, seconds: float) -> None:
    names = [process.name for process in processes]
    rows = [
        (name, f"{HOST}:{system.ports[name]}" if name in system.ports else "", _ROLES.get(name, "")) for name in names
    ]
    screen.note(f"\nAll {len(names)} processes are ready after {seconds:.0f} s.\n")
    screen.table("What runs where", rows, "process", "address", "what it does")
    if "web" in names:
        screen.note(f"\nThe pages: {system.url('web')}    Names and passwords: {system.data}/logins.txt", style="bold")
        screen.note("Operators sign in without a second step: only this machine reaches the pages.")
    screen.note("")
    screen.table("Try, in another terminal", [(f"{_command()} {words}", what) for words, what in _TRY], "command", "")
    screen.note(f"\nLogs: {system.logs}/<process>.log    Data: {system.data}    End: Ctrl-C")


def _found_by_commands(system: System, environment: Mapping[str, str]) -> Mapping[str, str]:
    """Return the variables that this machine has made, and a command in another terminal needs."""
    own = system.environment({}).keys() - _OF_PROCESSES | set(market.CREDENTIALS)
    return {name: environment[name] for name in own if name in environment}


def _command() -> str:
    """Return `mercarich` as a person types it in this folder."""
    own = Path(sys.executable).parent / "mercarich"
    try:
        return str(own.relative_to(Path.cwd()))
    except ValueError:
        return str(own)
