"""`mercarich-web worker --jobs search|import`: the process of the pools jobs-search and jobs-import."""

import argparse
import sys
from collections.abc import Sequence

from mercarich_platform import front
from mercarich_platform.settings import SharedSettings, load
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
    from mercarich_db import worker_process  # drivers: not for a help page
    from mercarich_web.bootstrap_jobs import build_worker

    shared, own = load(SharedSettings), load(WebSettings)
    kind = arguments.jobs
    return worker_process.run(
        f"jobs-{kind}", shared, lambda stop: build_worker(kind, shared, own, stop).run, slots=own.job_slots
    )


if __name__ == "__main__":
    main()
