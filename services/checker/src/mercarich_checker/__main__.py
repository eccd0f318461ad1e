"""`mercarich-checker worker`: the process of the pools checker-yahoo and checker-mercari; `watch`: see `use_cases`."""

import argparse
import sys
from collections.abc import Sequence

from mercarich_checker.settings import CheckerSettings
from mercarich_contracts.market import Marketplace
from mercarich_platform import front
from mercarich_platform.settings import SharedSettings, load


def main() -> None:
    sys.exit(front.run(worker, sys.argv[1:]))


def worker(argv: Sequence[str]) -> int:
    """Check source items (worker), or have the most valuable ones checked all day (watch), until the process is
    stopped."""
    parser = argparse.ArgumentParser(prog="mercarich-checker", description=worker.__doc__)
    parser.add_argument("process", choices=["worker", "watch"])
    parser.add_argument("--marketplace", type=Marketplace, choices=list(Marketplace), required=True)
    arguments = parser.parse_args(argv)
    market, shared = arguments.marketplace, load(SharedSettings)
    return _watch(market, shared) if arguments.process == "watch" else _work(market, shared)


def _work(market: Marketplace, shared: SharedSettings) -> int:
    from mercarich_checker.bootstrap import build_worker  # drivers: not for a help page
    from mercarich_db import worker_process

    own = load(CheckerSettings)
    return worker_process.run(
        f"checker-{market}", shared, lambda stop: build_worker(market, shared, own, stop).run, slots=own.slots
    )


def _watch(market: Marketplace, shared: SharedSettings) -> int:
    from mercarich_checker.bootstrap import build_watch  # drivers: not for a help page
    from mercarich_db import worker_process

    return worker_process.run(f"watch-{market}", shared, lambda _: build_watch(market, shared).run)


if __name__ == "__main__":
    main()
