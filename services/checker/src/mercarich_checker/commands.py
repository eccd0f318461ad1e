"""The seed's command lines: `mercarich check_item_yahoo 2 4 --max-workers 14`, alike for Mercari."""

import argparse
import os
import sys
import threading
import time
from collections.abc import Sequence

from mercarich_checker.bootstrap import build_planner
from mercarich_checker.ports import Counts, DatabaseAway, Outcome, Request, Run
from mercarich_checker.settings import CheckerSettings
from mercarich_checker.use_cases.run_check import Interrupted
from mercarich_contracts.market import Marketplace
from mercarich_db import engine as engines
from mercarich_platform import logging
from mercarich_platform.exit_codes import DONE, FAILED, TRY_AGAIN
from mercarich_platform.front import TryAgain
from mercarich_platform.settings import SharedSettings, load
from mercarich_platform.worker import install_signals

PLANS = (2, 4)
MAX_WORKERS = 1000


def check_item_yahoo(argv: Sequence[str]) -> int:
    """Check the Yahoo! Auctions sources of the sellers with these checks a day (2, 4)."""
    return _check(Marketplace.YAHOO, argv)


def check_item_mercari(argv: Sequence[str]) -> int:
    """Check the Mercari sources of the sellers with these checks a day (2, 4)."""
    return _check(Marketplace.MERCARI, argv)


def parse(marketplace: Marketplace, argv: Sequence[str]) -> tuple[Request, str | None]:
    """The request and its key; ends the process with a sentence and code 2 where an argument is wrong."""
    parser = argparse.ArgumentParser(
        prog=f"mercarich check_item_{marketplace}",
        description=f"Start a check run over {marketplace} sources and see it through. The newest start wins: "
        "an earlier run of this marketplace ends as superseded. Exit codes: 0 done or superseded, 75 try again, "
        "78 bad configuration.",
    )
    parser.add_argument("check_times", type=_plan, nargs="+", help="sellers' plans: checks a day, 2 or 4")
    parser.add_argument("--max-workers", type=_workers, default=4, help="items of a batch under way at once (4)")
    parser.add_argument("--group-lower", type=_positive, help="source items in a batch (setting CHECK_BATCH_ITEMS)")
    parser.add_argument("--beginwith", type=_count, default=0, help="skip so many of each seller's items (0)")
    parser.add_argument("--usernames", nargs="+", default=[], help="only these sellers")
    parser.add_argument("--skus", nargs="+", default=[], help="only these SKUs")
    parser.add_argument("--without-update", action="store_true", help="only mark what is gone; withdraw nothing")
    parser.add_argument("--dual-boot", action="store_true", help="debugging: no control of who is the newest")
    parser.add_argument("--yes", action="store_true", help="confirms --dual-boot")
    parser.add_argument(
        "--request-key",
        default=os.environ.get("MERCARICH_REQUEST_KEY"),
        help="the Job's name: the same key is the same run (MERCARICH_REQUEST_KEY)",
    )
    given = parser.parse_args(argv)
    if given.dual_boot and not given.yes:
        parser.error("--dual-boot lets two runs work at once; add --yes to confirm")
    request = Request(
        marketplace=marketplace,
        plans=tuple(sorted(set(given.check_times))),
        max_workers=given.max_workers,
        group_lower=given.group_lower,
        begin_with=given.beginwith,
        usernames=tuple(given.usernames),
        skus=tuple(given.skus),
        without_update=given.without_update,
        dual_boot=given.dual_boot,
    )
    return request, given.request_key


def _check(marketplace: Marketplace, argv: Sequence[str]) -> int:
    request, request_key = parse(marketplace, argv)
    shared, own = load(SharedSettings), load(CheckerSettings)
    logging.configure(f"planner-{marketplace}", level=shared.log_level, style=shared.log_format)
    stop = threading.Event()
    install_signals(stop)
    try:
        run = build_planner(marketplace, shared, own, _Progress(marketplace))(request, request_key, stop)
    except (DatabaseAway, engines.DatabaseAway) as error:
        raise TryAgain(f"{error}; started again under the same request key, the run goes on") from error
    except Interrupted:
        return TRY_AGAIN
    return _exit_code(run)


def _exit_code(run: Run) -> int:
    return DONE if run.outcome in (Outcome.FINISHED, Outcome.SUPERSEDED) else FAILED


class _Progress:
    """One line on a terminal, written over; nothing elsewhere: the logs and `mercarich run show` have it."""

    def __init__(self, marketplace: Marketplace) -> None:
        self._marketplace = marketplace
        self._shown_at = float("-inf")

    def __call__(self, phase: str, counts: Counts) -> None:
        if not sys.stderr.isatty() or time.monotonic() - self._shown_at < 0.5:
            return
        self._shown_at = time.monotonic()
        share = counts.checked / counts.planned if counts.planned else 0.0
        bar = "#" * int(share * 30)
        line = (
            f"{self._marketplace} {phase:<10} [{bar:<30}] {counts.checked:,}/{counts.planned:,} checked,"
            f" {counts.withdrawn:,} withdrawn, {counts.held:,} held, {counts.unknown:,} unknown"
        )
        sys.stderr.write(f"\r\x1b[K{line}")
        sys.stderr.flush()


def _plan(text: str) -> int:
    if text not in [str(plan) for plan in PLANS]:
        raise argparse.ArgumentTypeError(f"a plan is 2 or 4 checks a day, not {text!r}")
    return int(text)


def _workers(text: str) -> int:
    return _within(text, 1, MAX_WORKERS)


def _positive(text: str) -> int:
    return _within(text, 1, 5_000)


def _count(text: str) -> int:
    return _within(text, 0, 10_000_000)


def _within(text: str, low: int, high: int) -> int:
    if not text.isdecimal() or not low <= int(text) <= high:
        raise argparse.ArgumentTypeError(f"expected a whole number from {low:,} to {high:,}, not {text!r}")
    return int(text)
