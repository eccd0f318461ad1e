"""One clock for all processes: the database's. How far this machine's own is off is measured once a minute.

Two machines agree on leases, freshness and slots only by the same clock. On SQLite it is the machine's own, so that
there is nothing to measure.
"""

import logging
import threading
from datetime import UTC, datetime, timedelta
from typing import Any

from mercarich_db.metrics import CLOCK_OFFSET
from mercarich_platform.clock import Clock, Monotonic, SharedClock, monotonic, utc_now
from mercarich_platform.settings import BadConfiguration

log = logging.getLogger(__name__)

EVERY_SECONDS = 60.0
MOST = timedelta(seconds=5)
"""A process whose machine is further off does not start: what others stamp, such as Amazon's signatures, is wrong."""
JUMP = timedelta(seconds=1)
"""A machine's clock that moves by more against the time that passes was set, by a person or after a sleep."""
_ASK = "SELECT UTC_TIMESTAMP(6)"


class Measuring:
    """Keeps `clock` at the database's time. One a process; its methods may be called in any thread."""

    def __init__(self, clock: SharedClock, machine: Clock, seconds: Monotonic) -> None:
        self._clock = clock
        self._machine = machine
        self._seconds = seconds
        self._lock = threading.Lock()
        self._due = 0.0
        self._machine_began: datetime | None = None
        self._off: timedelta | None = None

    def measure(self, connection: Any) -> None:
        """Ask the database's time by a connection of its driver, if the last measurement is a minute old, or this
        machine's clock was set since.

        The database read its clock between the question and the result, so that half of that time is the error. An
        offset within this error of the one in use leaves it: the clock does not jump with each measurement.
        """
        asked, began = self._machine(), self._seconds()
        machine_began = asked - timedelta(seconds=began)
        with self._lock:
            is_set = self._machine_began is None or abs(machine_began - self._machine_began) > JUMP
            if began < self._due and not is_set:
                return
            self._due, self._machine_began = began + EVERY_SECONDS, machine_began
        with connection.cursor() as cursor:
            cursor.execute(_ASK)
            (told,) = cursor.fetchone()
        error = timedelta(seconds=(self._seconds() - began) / 2)
        measured = told.replace(tzinfo=UTC) - (asked + error)
        if abs(measured - self._clock.offset) > error:
            self._clock.offset = measured
        CLOCK_OFFSET.set(self._clock.offset.total_seconds())
        self._tell(measured if abs(measured) - error > MOST else None)

    def require_right(self) -> None:
        """Raise `BadConfiguration` when this machine's clock was found more than `MOST` off the database's."""
        if self._off is not None:
            raise BadConfiguration(
                f"this machine's clock is {_told(self._off)} the database's: set the clocks of both machines"
                " (`timedatectl set-ntp true`, or chrony), then start this process again"
            )

    def _tell(self, off: timedelta | None) -> None:
        if off is not None and self._off is None:
            log.warning("this machine's clock is off", extra={"is": f"{_told(off)} the database's"})
        elif off is None and self._off is not None:
            log.warning("this machine's clock is right again")
        self._off = off


def _told(off: timedelta) -> str:
    return f"{abs(off.total_seconds()):.1f} s {'behind' if off > timedelta() else 'ahead of'}"


def _machine() -> datetime:
    return datetime.now(UTC)


MEASURING = Measuring(utc_now, _machine, monotonic)


def require_right() -> None:
    """As `Measuring.require_right`, once the process has had a connection to the database."""
    MEASURING.require_right()
