"""`mercarich-simulator serve`: one process that plays both marketplaces and Amazon."""

import argparse
import logging
import sys
from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path

from mercarich_simulator.bootstrap import build
from mercarich_simulator.clock import MODES
from mercarich_simulator.server import run
from mercarich_simulator.settings import MARKETS, SimulatorSettings
from mercarich_simulator.shelf import SOURCE_SELLERS
from mercarich_simulator.state_file import ForeignState

BAD_CONFIGURATION = 78


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command; return the exit code: 0 after SIGTERM, 2 for wrong arguments, 78 for a foreign state file."""
    arguments = _parser().parse_args(argv)
    logging.basicConfig(
        stream=sys.stderr,
        level=arguments.log_level.upper(),
        format="%(asctime)s %(levelname)s %(name)s %(message)s",
    )
    settings = SimulatorSettings(
        **{name: value for name, value in vars(arguments).items() if name in SimulatorSettings.__slots__}
    )
    try:
        application = build(settings)
    except ForeignState as error:
        logging.getLogger(__name__).critical("%s; start with another --state, or remove it", error)
        return BAD_CONFIGURATION
    run(application, arguments.host, arguments.port)
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="mercarich-simulator", description=__doc__)
    serve = parser.add_subparsers(required=True, metavar="COMMAND").add_parser("serve", help="serve until SIGTERM")
    default = SimulatorSettings()
    serve.add_argument("--host", default="127.0.0.1")
    serve.add_argument("--port", type=int, default=8100)
    serve.add_argument("--log-level", default="info", choices=("debug", "info", "warning", "error"))
    serve.add_argument("--seed", type=int, default=default.seed)
    serve.add_argument("--sellers", type=_counting_from(1), default=default.sellers)
    counts = ("listings", "restores", "yahoo-page-bytes")
    shares = (
        *("already-sold", "spare-pieces", "churn-per-hour"),
        *("orders-per-hour", "eager-orders", "regretted-orders", "forbidden", "late-issues"),
        *("restricted", "ignored-creations"),
    )
    numbers = (
        "feed-queue-seconds",
        "feed-process-seconds",
        "report-queue-seconds",
        "report-process-seconds",
        "lag-seconds",
        "order-lag-seconds",
        "quota-factor",
        "sigma",
        "demand-power",
        "listed-a-day",
    )
    for names, read in ((counts, _counting_from(0)), (shares, _share), (numbers, float)):
        for name in names:
            serve.add_argument(f"--{name}", type=read, default=getattr(default, name.replace("-", "_")))
    serve.add_argument("--market", choices=MARKETS, default=default.market)
    serve.add_argument("--source-sellers", choices=tuple(SOURCE_SELLERS), default=default.source_sellers)
    serve.add_argument("--gzip-reports", action="store_true")
    serve.add_argument("--start-at", type=_moment, help="ISO 8601 with a time zone; default: now")
    serve.add_argument("--clock", dest="clock_mode", choices=MODES, default=default.clock_mode)
    serve.add_argument("--speed", type=float, default=default.speed)
    serve.add_argument("--state", dest="state_file", type=Path, help="file in which the market survives a restart")
    return parser


def _counting_from(lowest: int) -> Callable[[str], int]:
    def count(text: str) -> int:
        number = int(text)
        if number < lowest:
            raise argparse.ArgumentTypeError(f"must be {lowest} or more")
        return number

    return count


def _share(text: str) -> float:
    share = float(text)
    if not 0 <= share <= 1:
        raise argparse.ArgumentTypeError("must be between 0 and 1")
    return share


def _moment(text: str) -> float:
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        raise argparse.ArgumentTypeError("needs a time zone, as in 2026-11-01T00:00:00+09:00")
    return moment.timestamp()


if __name__ == "__main__":
    sys.exit(main())
