"""`mercarich up` and `mercarich demo`: what the front calls."""

import argparse
import os
import threading
from collections.abc import Sequence
from pathlib import Path

from mercarich_local import procfile, runner
from mercarich_local.demo import Demo
from mercarich_local.screen import Screen, open_console
from mercarich_local.system import from_environment
from mercarich_platform.settings import SharedSettings, load
from mercarich_platform.shutdown import install_signals

END_SECONDS = 60.0
"""After Ctrl-C: longer than the processes get to end."""


def up(argv: Sequence[str]) -> int:
    """Run everything on this machine, offline, until Ctrl-C; its data stays in the data folder."""
    parser = argparse.ArgumentParser(prog="mercarich up", description=up.__doc__)
    parser.add_argument("--verbose", action="store_true", help="show every line of every process")
    parser.add_argument("--procfile", type=Path, default=Path("Procfile"), help="default: %(default)s")
    arguments = parser.parse_args(argv)
    system = from_environment(load(SharedSettings).data_dir, os.environ)
    processes = procfile.read(arguments.procfile)
    screen = Screen(open_console(), [process.name for process in processes], verbose=arguments.verbose)
    stop = threading.Event()
    install_signals(stop, budget_seconds=END_SECONDS)
    return runner.run(system, processes, os.environ, screen, stop)


def demo(argv: Sequence[str]) -> int:
    """Run the whole system on a market of its own, and let the market's ledger judge every decision."""
    parser = argparse.ArgumentParser(prog="mercarich demo", description=demo.__doc__)
    parser.add_argument("--scenario", choices=["normal", "outage"], default="normal")
    parser.add_argument("--sellers", type=int, default=20)
    parser.add_argument("--listings", type=int, default=10_000)
    parser.add_argument("--procfile", type=Path, default=Path("Procfile"), help="default: %(default)s")
    arguments = parser.parse_args(argv)
    stop = threading.Event()
    install_signals(stop, budget_seconds=END_SECONDS)
    return Demo(
        data=load(SharedSettings).data_dir / "demo",
        processes=procfile.read(arguments.procfile),
        scenario=arguments.scenario,
        sellers=arguments.sellers,
        listings=arguments.listings,
    ).run(open_console(), stop)
