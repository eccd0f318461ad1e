"""`mercarich-updater worker`: the process of the pools updater-yahoo and updater-mercari."""

import argparse
import sys
from collections.abc import Sequence

from mercarich_contracts.market import Marketplace
from mercarich_platform import front
from mercarich_platform.settings import SharedSettings, load
from mercarich_updater.settings import UpdaterSettings


def main() -> None:
    sys.exit(front.run(worker, sys.argv[1:]))


def worker(argv: Sequence[str]) -> int:
    """Search for replacements until the process is stopped."""
    parser = argparse.ArgumentParser(prog="mercarich-updater", description=worker.__doc__)
    parser.add_argument("process", choices=["worker"])
    parser.add_argument("--marketplace", type=Marketplace, choices=list(Marketplace), required=True)
    arguments = parser.parse_args(argv)
    from mercarich_db import worker_process
    from mercarich_updater.bootstrap import build_worker  # drivers: not for a help page

    shared, own = load(SharedSettings), load(UpdaterSettings)
    market = arguments.marketplace
    return worker_process.run(
        f"updater-{market}", shared, lambda stop: build_worker(market, shared, own, stop).run, slots=own.slots
    )


if __name__ == "__main__":
    main()
