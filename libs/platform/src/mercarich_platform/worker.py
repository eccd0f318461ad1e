"""The loop of every worker: records from Kafka through a handler, at least once, and out in time.

A handler takes a record and an event that is set when the process is to end. Returning means handled;
`Rejected`, `NotNow` and `Stopped` say otherwise; any other exception ends the process with nothing committed
for that record, so that it is read again.
"""

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from mercarich_platform.kafka import AnyTopic, Record
from mercarich_platform.outcomes import NotNow, Rejected, Stopped
from mercarich_platform.shutdown import install_signals

__all__ = ["Handler", "NotNow", "Rejected", "Stopped", "Tick", "Worker", "install_signals"]

Handler = Callable[[Record, threading.Event], None]
"""Called in one of `slots` threads."""


class Tick(NamedTuple):
    """Something to do every so often, first at the start, one at a time; `NotNow` is logged, else the process ends."""

    name: str
    every_seconds: float
    run: Callable[[], None]


@dataclass(frozen=True, kw_only=True)
class Worker:
    """Drains topics through a handler. `run` once, in the main thread, after `install_signals`."""

    bootstrap: str
    group: str
    topics: Sequence[str]
    handle: Handler
    slots: int
    """Records handled side by side; at most twice as many are taken from Kafka and unfinished."""
    dead_letters: Callable[[str], str]
    """The dead letter topic of a topic."""
    ensure: Sequence[AnyTopic] = ()
    """Topics that are made to exist at the start and again when the broker lost them: the consumed ones, their dead
    letters, and those that the handler publishes to."""
    ticks: Sequence[Tick] = ()
    client_id: str = "mercarich"
    health_host: str = "0.0.0.0"
    health_port: int | None = None
    """/metrics, /healthz and /readyz; None turns them off, 0 picks a free port."""

    def run(self, stop: threading.Event) -> int:
        """Work until `stop` is set; answers the exit code."""
        raise NotImplementedError
