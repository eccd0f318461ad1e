"""A worker in a thread, with its records and exit code, and waiting for a condition."""

import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest

from mercarich_platform.kafka import Publisher, Record, TopicSpec
from mercarich_platform.worker import Worker

Eventually = Callable[[Callable[[], object], float], None]


def specs(name: str, partitions: int = 3) -> list[TopicSpec]:
    return [TopicSpec(name, partitions, 3_600_000), TopicSpec(f"dlq.{name}", 1, 3_600_000)]


@dataclass
class Running:
    """A worker that runs in a thread until `end`."""

    worker: Worker
    records: list[Record] = field(default_factory=list)
    stop: threading.Event = field(default_factory=threading.Event)
    code: int | None = None

    def start(self) -> "Running":
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()
        return self

    def end(self, seconds: float = 40) -> int | None:
        self.stop.set()
        self._thread.join(seconds)
        assert not self._thread.is_alive(), "the worker did not end in time"
        return self.code

    def values(self) -> list[bytes]:
        return [record.value for record in self.records]

    def _run(self) -> None:
        self.code = self.worker.run(self.stop)


StartWorker = Callable[..., Running]


@pytest.fixture
def start_worker(kafka_bootstrap: str, unique: str) -> Iterator[StartWorker]:
    """Start workers of one topic and group, named like the test's `unique`; end them all afterwards."""
    started: list[Running] = []

    def start(handle: Callable[[Record, threading.Event], None] | None = None, **changes: Any) -> Running:
        records: list[Record] = []

        def handled(record: Record, stop: threading.Event) -> None:
            records.append(record)
            if handle is not None:
                handle(record, stop)

        settings: dict[str, Any] = {
            "broker": kafka_bootstrap,
            "group": unique,
            "topics": [unique],
            "slots": 2,
            "dead_letters": lambda topic: f"dlq.{topic}",
            "ensure": specs(unique),
        }
        worker = Worker(handle=handled, **{**settings, **changes})
        running = Running(worker, records).start()
        started.append(running)
        return running

    yield start
    for running in started:
        running.end()


@pytest.fixture
def publisher(kafka_bootstrap: str, unique: str) -> Iterator[Publisher]:
    publisher = Publisher(kafka_bootstrap, client_id="test", topics=specs(unique))
    yield publisher
    publisher.close()


@pytest.fixture
def eventually() -> Eventually:
    """Wait until the condition is true, or fail."""

    def wait(condition: Callable[[], object], seconds: float = 40) -> None:
        deadline = time.monotonic() + seconds
        while not condition():
            assert time.monotonic() < deadline, "it did not happen in time"
            time.sleep(0.02)

    return wait
