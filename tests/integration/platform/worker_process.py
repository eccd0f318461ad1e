"""A worker in a process of its own: BOOTSTRAP NAME SECONDS; prints each record and works on it for SECONDS."""

import sys
import threading

from mercarich_platform.kafka import Record, TopicSpec
from mercarich_platform.worker import Worker, install_signals


def main() -> int:
    bootstrap, name, seconds = sys.argv[1:]

    def handle(record: Record, stop: threading.Event) -> None:
        print(record.value.decode(), flush=True)  # noqa: T201
        threading.Event().wait(float(seconds))

    stop = threading.Event()
    install_signals(stop, budget_seconds=4)
    return Worker(
        broker=bootstrap,
        group=name,
        topics=[name],
        handle=handle,
        slots=1,
        dead_letters=lambda topic: f"dlq.{topic}",
        ensure=[TopicSpec(name, 3, 3_600_000)],
    ).run(stop)


if __name__ == "__main__":
    sys.exit(main())
