"""Run a command on the environment's database, print its result, and turn each expected failure into an exit code."""

import logging
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

from mercarich_platform.clock import Clock, Sleep, sleep, utc_now
from mercarich_platform.exit_codes import DONE, FAILED, USAGE
from mercarich_platform.front import TryAgain
from mercarich_platform.outages import DatabaseAway
from mercarich_platform.settings import BadConfiguration, SharedSettings, load
from mercarich_web.console.output import Page, show
from mercarich_web.refusals import Ambiguous, NotFound, Refused

if TYPE_CHECKING:
    from sqlalchemy import Engine

Answer = TypeVar("Answer")


@dataclass(frozen=True, slots=True)
class Opened:
    """What a command works on: the environment's database. It connects at the first statement."""

    engine: "Engine"
    shared: SharedSettings
    now: Clock = utc_now
    sleep: Sleep = sleep


def answer(ask: Callable[[Opened], Answer], page: Page[Answer], *, as_json: bool) -> int:
    def asked_and_shown(on: Opened) -> int:
        show(ask(on), page, as_json=as_json)
        return DONE

    return carry_out(asked_and_shown)


def carry_out(do: Callable[[Opened], int]) -> int:
    """Return the exit code that `do` returns, or the one of an expected failure."""
    try:
        with opened() as on:
            return do(on)
    except NotFound as error:
        return _refuse(error, FAILED)
    except (Ambiguous, Refused) as error:
        return _refuse(error, USAGE)
    except DatabaseAway as error:
        raise TryAgain(str(error)) from error


@contextmanager
def opened(*, schema: bool = True) -> Iterator[Opened]:
    """Open the environment's database. `schema` refuses a database that this code cannot read. Raises
    `BadConfiguration`."""
    # Imported here: the drivers are slow to load, and a help page needs none.
    from mercarich_db import engine as engines
    from mercarich_web.database import SqlSchema

    quiet_logs()
    shared = load(SharedSettings)
    engine = engines.create(shared.database)
    try:
        problem = SqlSchema(engine).problem() if schema else None
        if problem is not None:
            raise BadConfiguration(problem)
        yield Opened(engine, shared)
    finally:
        engine.dispose()


def quiet_logs() -> None:
    """Log warnings as sentences. The driver would log a page about a broker that is away."""
    logging.basicConfig(level=logging.WARNING, format="mercarich: %(message)s", stream=sys.stderr)
    logging.getLogger("kafka").setLevel(logging.CRITICAL)


def _refuse(error: Exception, code: int) -> int:
    sys.stderr.write(f"mercarich: {error}\n")
    return code
