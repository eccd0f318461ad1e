"""`mercarich-checker worker`: the process of the pools checker-yahoo and checker-mercari."""

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
    """Check source items until the process is stopped."""
    parser = argparse.ArgumentParser(prog="mercarich-checker", description=worker.__doc__)
    parser.add_argument("process", choices=["worker"])
    parser.add_argument("--marketplace", type=Marketplace, choices=list(Marketplace), required=True)
    arguments = parser.parse_args(argv)
    from mercarich_checker.bootstrap import build_worker  # drivers: not for a help page
    from mercarich_db import worker_process

    shared, own = load(SharedSettings), load(CheckerSettings)
    market = arguments.marketplace
    return worker_process.run(
        f"checker-{market}", shared, lambda _: build_worker(market, shared, own).run, slots=own.slots
    )


if __name__ == "__main__":
    main()
