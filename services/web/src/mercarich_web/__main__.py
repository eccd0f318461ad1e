"""`mercarich-web worker --jobs search|import`: the process of the pools jobs-search and jobs-import."""

import argparse
import logging as log_lines
import sys
import threading
from collections.abc import Sequence

from mercarich_platform import front, logging
from mercarich_platform.settings import SharedSettings, load
from mercarich_platform.shutdown import install_signals
from mercarich_web.domain.jobs import Kind
from mercarich_web.settings import WebSettings


def main() -> None:
    sys.exit(front.run(worker, sys.argv[1:]))


def worker(argv: Sequence[str]) -> int:
    """Work on sellers' jobs until told to end."""
    parser = argparse.ArgumentParser(prog="mercarich-web", description=worker.__doc__)
    parser.add_argument("process", choices=["worker"])
    parser.add_argument("--jobs", type=Kind, choices=list(Kind), required=True)
    arguments = parser.parse_args(argv)
    from mercarich_db.wait import wait_for_schema  # drivers: not for a help page
    from mercarich_web.bootstrap_jobs import build_worker

    shared, own = load(SharedSettings), load(WebSettings)
    logging.configure(f"jobs-{arguments.jobs}", level=shared.log_level, style=shared.log_format)
    stop = threading.Event()
    install_signals(stop)
    if not wait_for_schema(shared.database, stop):
        return 0
    log_lines.getLogger(__name__).info("worker starts", extra={"slots": own.job_slots})
    return build_worker(arguments.jobs, shared, own, stop).run(stop)


if __name__ == "__main__":
    main()
