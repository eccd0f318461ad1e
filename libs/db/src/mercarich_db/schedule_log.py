"""Wraps a command that a CronJob started: respects a pause, and records the start and the end.

On Kubernetes the command must do this itself, since the CronJob controller knows neither our pauses nor our table. On
one machine the scheduler does it, and does not set `MERCARICH_SCHEDULE`.
"""

import logging
import os
import sys
from collections.abc import Callable
from datetime import datetime
from typing import TypeVar

from sqlalchemy import Connection, delete, select, update

from mercarich_db import engine as engines
from mercarich_db.bulk import insert_missing
from mercarich_db.tables import schedule_pauses, schedule_runs, schedule_wishes
from mercarich_platform.clock import utc_now
from mercarich_platform.exit_codes import BAD_CONFIGURATION, DONE, FAILED, TRY_AGAIN
from mercarich_platform.front import SCHEDULE, TryAgain
from mercarich_platform.outages import DatabaseAway
from mercarich_platform.settings import BadConfiguration, SharedSettings, load

log = logging.getLogger(__name__)
BY_HAND = "MERCARICH_BY_HAND"
"""Set where a person wanted this start in the pages: it runs although its row is paused.

Why: the schedule's own starts keep a pause.
Empty: a paused row does not run.
"""
Result = TypeVar("Result")


def scheduled(run: Callable[[], int]) -> int:
    """Run the command, unless the schedule's row is paused and nobody requested this start in the pages.

    If the database is away, the command runs and reports that itself. An exception of the command is recorded by the
    exit code that it leads to, and raised again.
    """
    name = os.environ.get(SCHEDULE, "")
    if not name:
        return run()
    paused_by = _tried(lambda connection: _paused_by(connection, name))
    if paused_by is not None and not os.environ.get(BY_HAND):
        sys.stdout.write(f"{name} is paused; `mercarich schedule resume {name}` lets it start again\n")
        return DONE
    at = utc_now()  # the database's: it has just been asked
    slot = at.replace(second=0, microsecond=0)
    _tried(lambda connection: _begin(connection, name, slot, at))
    code = FAILED
    try:
        code = run()
    except TryAgain:
        code = TRY_AGAIN
        raise
    except BadConfiguration:
        code = BAD_CONFIGURATION
        raise
    finally:
        _tried(lambda connection: _end(connection, name, slot, code))
    return code


def _paused_by(connection: Connection, name: str) -> str | None:
    return connection.execute(select(schedule_pauses.c.paused_by).where(schedule_pauses.c.name == name)).scalar()


def _begin(connection: Connection, name: str, slot: datetime, at: datetime) -> None:
    """Record a start, and delete the request for it, if there is one."""
    insert_missing(connection, schedule_runs, [{"name": name, "slot": slot, "started_at": at}])
    connection.execute(delete(schedule_wishes).where(schedule_wishes.c.name == name))


def _end(connection: Connection, name: str, slot: datetime, code: int) -> None:
    which = (schedule_runs.c.name == name, schedule_runs.c.slot == slot)
    connection.execute(update(schedule_runs).where(*which).values(ended_at=utc_now(), exit_code=code))


def _tried(fn: Callable[[Connection], Result]) -> Result | None:
    engine = engines.create(load(SharedSettings).database)
    try:
        return engines.run_tx(engine, fn)
    except DatabaseAway as error:
        log.warning("a start or end of the schedule could not be recorded", extra={"why": str(error)})
        return None
    finally:
        engine.dispose()
