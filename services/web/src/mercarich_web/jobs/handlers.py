"""What wakes the threads that take slices: a record of `jobs.<kind>`, whatever job it names."""

import threading
from collections.abc import Callable
from dataclasses import dataclass

from mercarich_contracts.messages import JobWaiting, Unreadable
from mercarich_platform.kafka import Record
from mercarich_platform.worker import Rejected


@dataclass(frozen=True, slots=True)
class JobWaitingHandler:
    """The table says which job is next; the record only says that it is worth a look."""

    wake: Callable[[], None]

    def __call__(self, record: Record, _stop: threading.Event) -> None:
        try:
            JobWaiting.decode(record.value)
        except Unreadable as error:
            raise Rejected(str(error)) from error
        self.wake()
