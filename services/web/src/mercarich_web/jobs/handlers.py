"""Handler of `jobs.<kind>`: it wakes the threads that work on jobs."""

import threading
from collections.abc import Callable
from dataclasses import dataclass

from mercarich_contracts.messages import JobWaiting, Unreadable
from mercarich_platform.kafka import Record
from mercarich_platform.worker import Undecodable


@dataclass(frozen=True, slots=True)
class JobWaitingHandler:
    """Wake the threads. The table decides which job is next; the record is only a hint that there is one."""

    wake: Callable[[], None]

    def __call__(self, record: Record, _stop: threading.Event) -> None:
        try:
            JobWaiting.decode(record.value)
        except Unreadable as error:
            raise Undecodable(str(error)) from error
        self.wake()
