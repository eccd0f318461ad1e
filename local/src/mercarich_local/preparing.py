"""Prepare what the system needs before it runs, in a process of its own: key, schema, sample data.

The runner lives as long as the system. Drivers and migrations, which only this needs, would stay in its memory.
"""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from mercarich_local.system import System
from mercarich_platform import front
from mercarich_platform.exit_codes import BAD_CONFIGURATION, DONE, TRY_AGAIN
from mercarich_platform.front import TryAgain
from mercarich_platform.outages import DatabaseAway
from mercarich_platform.settings import BadConfiguration

PUSH_KEY = "PAGES_PUSH_KEY"
_PREFIX = "mercarich: "


class Prepared(NamedTuple):
    """The result of the preparation."""

    note: str
    """A sentence for people; empty without a market."""
    logins: Sequence[str]
    """Lines about the logins to the pages; empty without a market or without pages."""
    variables: Mapping[str, str]
    """Environment variables that follow from the market and the data folder, with secrets."""


def prepare_apart(system: System, environment: Mapping[str, str], names: Sequence[str]) -> Prepared:
    """`names` are the processes that will run. Raises `BadConfiguration` and `TryAgain`."""
    what = json.dumps({"data": str(system.data), "ports": dict(system.ports), "names": names})
    done = _run([sys.executable, "-m", __name__, what], environment)
    if done.returncode == -signal.SIGINT:  # Ctrl-C arrived before the process had a group of its own.
        done = _run([sys.executable, "-m", __name__, what], environment)
    said = done.stderr.strip().removeprefix(_PREFIX)
    if done.returncode == TRY_AGAIN:
        raise TryAgain(said)
    if done.returncode == BAD_CONFIGURATION:
        raise BadConfiguration(said)
    if done.returncode != DONE:
        raise RuntimeError(f"preparing ended with {done.returncode}: {said}")
    return Prepared(**json.loads(done.stdout))


def _run(command: Sequence[str], environment: Mapping[str, str]) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        command,
        env=dict(environment),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        process_group=0,  # Ctrl-C must reach the runner only, which ends once this process has ended.
    )


def main(argv: Sequence[str]) -> int:
    what = json.loads(argv[0])
    prepared = prepare(System(Path(what["data"]), what["ports"]), os.environ, what["names"])
    sys.stdout.write(json.dumps(prepared._asdict()))
    return DONE


def prepare(system: System, environment: Mapping[str, str], names: Sequence[str]) -> Prepared:
    """Create the keys, bring the schema up to date, and create sample data and logins if there are none.

    Raises `BadConfiguration` and `TryAgain`.
    """
    import httpx

    from mercarich_db import engine as engines
    from mercarich_db import schedule_starts, schema
    from mercarich_feed.adapters.token_cipher import BadKey
    from mercarich_local import first_logins, sample_data
    from mercarich_local.data_folder import ensure_key, kept_push_key
    from mercarich_local.market import Simulator

    engine = engines.create(system.database_url(environment))
    try:
        ensure_key(system.key_file)
        schema.upgrade(engine)
        engines.run_tx(engine, schedule_starts.know)
        push = {PUSH_KEY: kept_push_key(system.push_key_file)}
        if "simulator" not in names:
            return Prepared("", (), push)
        with Simulator(system.url("simulator")) as simulator:
            market = simulator.market()
        note = sample_data.seed(engine, market, sample_data.token_encryption(system.key_file))
        logins = first_logins.ensure(engine, system.data / "logins.txt") if "web" in names else ()
        return Prepared(note, logins, {**market.credentials(), **push})
    except BadKey as error:
        raise BadConfiguration(f"{system.key_file}: {error}") from None
    except OSError as error:
        raise TryAgain(f"{system.data} cannot be written: {error.strerror}") from error
    except (DatabaseAway, httpx.HTTPError) as error:
        raise TryAgain(str(error) or type(error).__name__) from error
    finally:
        engine.dispose()


if __name__ == "__main__":
    sys.exit(front.run(main, sys.argv[1:]))
