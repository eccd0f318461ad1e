"""`mercarich-local broker` and `mercarich-local scheduler`: the two processes of this package."""

import argparse
import sys
from collections.abc import Sequence

from mercarich_platform import front, logging
from mercarich_platform.settings import SharedSettings, load


def main(argv: Sequence[str] | None = None) -> int:
    """Run one process until SIGTERM and return its exit code."""
    return front.run(_run, list(sys.argv[1:] if argv is None else argv))


def _run(argv: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(prog="mercarich-local", description=__doc__)
    processes = parser.add_subparsers(dest="process", required=True)
    embedded = processes.add_parser("broker", help="the embedded Kafka broker: in memory, for development")
    embedded.add_argument("--host", default="127.0.0.1")
    embedded.add_argument("--port", type=int, default=9092)
    processes.add_parser("scheduler", help="start the commands of the schedule table at their times")
    arguments = parser.parse_args(argv)
    settings = load(SharedSettings)
    logging.configure(arguments.process, level=settings.log_level, style=settings.log_format)
    if arguments.process == "broker":
        from mercarich_local import broker  # Imported here: the drivers are slow to load, and a help page needs none.

        return broker.serve(arguments.host, arguments.port)
    from mercarich_local import schedule_process

    return schedule_process.run(settings)


if __name__ == "__main__":
    sys.exit(main())
