"""`mercarich-updater worker`: the process of the pools updater-yahoo and updater-mercari."""

import argparse
import logging as log_lines
import sys
import threading
from collections.abc import Sequence

from mercarich_contracts.market import Marketplace
from mercarich_platform import front, logging
from mercarich_platform.settings import SharedSettings, load
from mercarich_platform.shutdown import install_signals
from mercarich_updater.settings import UpdaterSettings


def main() -> None:
    sys.exit(front.run(worker, sys.argv[1:]))


def worker(argv: Sequence[str]) -> int:
    """Search for replacements until told to end."""
    parser = argparse.ArgumentParser(prog="mercarich-updater", description=worker.__doc__)
    parser.add_argument("process", choices=["worker"])
    parser.add_argument("--marketplace", type=Marketplace, choices=list(Marketplace), required=True)
    arguments = parser.parse_args(argv)
    from mercarich_db.wait import wait_for_schema
    from mercarich_updater.bootstrap import build_worker  # drivers: not for a help page

    shared, own = load(SharedSettings), load(UpdaterSettings)
    logging.configure(f"updater-{arguments.marketplace}", level=shared.log_level, style=shared.log_format)
    stop = threading.Event()
    install_signals(stop)
    if not wait_for_schema(shared.database, stop):
        return 0
    log_lines.getLogger(__name__).info("worker starts", extra={"slots": own.slots})
    return build_worker(arguments.marketplace, shared, own).run(stop)


if __name__ == "__main__":
    main()
