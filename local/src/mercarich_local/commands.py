"""`mercarich up`, `mercarich demo` and `mercarich sample_data`: the entry points of the command line."""

import argparse
import os
import threading
from collections.abc import Sequence
from pathlib import Path

from mercarich_local import procfile
from mercarich_local.screen import Screen, open_console
from mercarich_local.system import from_environment
from mercarich_platform.exit_codes import DONE
from mercarich_platform.front import TryAgain
from mercarich_platform.outages import DatabaseAway
from mercarich_platform.settings import BadConfiguration, SharedSettings, load
from mercarich_platform.shutdown import install_signals

END_SECONDS = 60.0
"""Seconds after Ctrl-C before the runner gives up: more than the processes get to end."""
SCENARIOS = ("normal", "outage")
LISTINGS = 10_000
"""Listings of a demo's market."""
LEAST_SELLERS, LEAST_OF_EACH = 3, 10
"""Fewest sellers of a demo: something different happens to each of three."""


def up(argv: Sequence[str]) -> int:
    """Run everything on this machine, offline, until Ctrl-C; its data stays in the data folder."""
    parser = argparse.ArgumentParser(prog="mercarich up", description=up.__doc__)
    parser.add_argument("--verbose", action="store_true", help="show every line of every process")
    parser.add_argument("--procfile", type=Path, default=Path("Procfile"), help="default: %(default)s")
    arguments = parser.parse_args(argv)
    from mercarich_local import runner  # Imported here: the drivers are slow to load, and a help page needs none.

    system = from_environment(load(SharedSettings).data_dir, os.environ)
    processes = procfile.read(arguments.procfile)
    screen = Screen(open_console(), [process.name for process in processes], verbose=arguments.verbose)
    stop = threading.Event()
    install_signals(stop, budget_seconds=END_SECONDS)
    return runner.run(system, processes, os.environ, screen, stop)


def demo(argv: Sequence[str]) -> int:
    """Run the whole system on a market of its own, and let the market's ledger judge every decision."""
    parser = argparse.ArgumentParser(prog="mercarich demo", description=demo.__doc__)
    parser.add_argument("--scenario", choices=SCENARIOS, default=SCENARIOS[0])
    parser.add_argument("--sellers", type=int, default=20)
    parser.add_argument("--listings", type=int, default=LISTINGS)
    parser.add_argument("--procfile", type=Path, default=Path("Procfile"), help="default: %(default)s")
    arguments = parser.parse_args(argv)
    if arguments.sellers < LEAST_SELLERS or arguments.listings < LEAST_OF_EACH * arguments.sellers:
        parser.error(f"the demo needs at least {LEAST_SELLERS} sellers and {LEAST_OF_EACH} listings of each")
    from mercarich_local.demo import Demo  # Imported here: the drivers are slow to load, and a help page needs none.

    stop = threading.Event()
    install_signals(stop, budget_seconds=END_SECONDS)
    return Demo(
        data=load(SharedSettings).data_dir / "demo",
        processes=procfile.read(arguments.procfile),
        scenario=arguments.scenario,
        sellers=arguments.sellers,
        listings=arguments.listings,
    ).run(open_console(), stop)


def sample(argv: Sequence[str]) -> int:
    """Write a running simulator's sellers and listings into a database without users (`sample_data`)."""
    parser = argparse.ArgumentParser(prog="mercarich sample_data", description=sample.__doc__)
    parser.add_argument("--simulator", required=True, help="the simulator's address, such as http://simulator:8100")
    url = parser.parse_args(argv).simulator
    import httpx  # Imported here: the drivers are slow to load, and a help page needs none.

    from mercarich_db import engine as engines
    from mercarich_db import schema
    from mercarich_feed.adapters.token_cipher import BadKey
    from mercarich_feed.settings import FeedSettings
    from mercarich_local import sample_data
    from mercarich_local.market import Simulator

    own = load(FeedSettings)
    engine = engines.create(load(SharedSettings).database)
    try:
        encrypt = sample_data.token_encryption(own.encryption_key_file, own.encryption_key.get_secret_value())
        schema.require(engine)
        with Simulator(url) as simulator:
            print(sample_data.seed(engine, simulator.market(), encrypt))  # noqa: T201
    except BadKey as error:
        raise BadConfiguration(str(error)) from None
    except (DatabaseAway, httpx.HTTPError) as error:
        raise TryAgain(str(error) or type(error).__name__) from error
    finally:
        engine.dispose()
    return DONE
