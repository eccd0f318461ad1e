"""`mercarich-operator run`: keeps the worker pools within the bounds of the settings."""

import argparse
import logging as log_lines
import sys
import threading
from collections.abc import Sequence

from mercarich_operator.settings import OperatorSettings
from mercarich_platform import front, logging
from mercarich_platform.settings import SharedSettings, load
from mercarich_platform.shutdown import install_signals


def main() -> None:
    sys.exit(front.run(operator, sys.argv[1:]))


def operator(argv: Sequence[str]) -> int:
    """Keep the worker pools within the bounds of the settings until stopped."""
    parser = argparse.ArgumentParser(prog="mercarich-operator", description=operator.__doc__)
    parser.add_argument("process", choices=["run"])
    parser.parse_args(argv)
    from mercarich_operator.bootstrap import build  # drivers: not for a help page

    shared, own = load(SharedSettings), load(OperatorSettings)
    logging.configure("operator", level=shared.log_level, style=shared.log_format)
    stop = threading.Event()
    install_signals(stop)
    process = build(shared, own)
    log_lines.getLogger(__name__).info("operator started", extra={"interval_seconds": own.interval_seconds})
    process.run(stop)
    return 0


if __name__ == "__main__":
    main()
