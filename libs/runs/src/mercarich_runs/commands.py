"""The seed's command line, the same for all operations: `mercarich check_item_yahoo 2 4 --max-workers 14`."""

import argparse
import os
import sys
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from logging import getLogger
from secrets import token_hex
from typing import Protocol

from mercarich_contracts.market import Marketplace
from mercarich_contracts.schedule import BESIDE_WATCH, PLANS
from mercarich_platform import logging
from mercarich_platform.clock import monotonic, utc_now
from mercarich_platform.exit_codes import DONE, FAILED
from mercarich_platform.front import TryAgain, WrongUse
from mercarich_platform.outages import DatabaseAway
from mercarich_platform.settings import SharedSettings, load
from mercarich_platform.shutdown import install_signals
from mercarich_runs.ports import Counts, CoversNothing, Operation, Outcome, Request, Run
from mercarich_runs.use_cases.patience import Interrupted, patiently
from mercarich_runs.use_cases.see_through import Report
from mercarich_runs.use_cases.standing import Standing

log = getLogger(__name__)

MAX_WORKERS = 1000

REQUEST_KEY = "MERCARICH_REQUEST_KEY"
"""The key of a run's start, on Kubernetes the Job's UID: a start with the same key goes on with the same run.

Why: what a person types is a start of its own.
Empty: a new run under a key of its own, unless `--request-key` says otherwise.
"""

_BY_HAND = "by-hand-"
"""Begins the keys of what a person types."""

EXIT_CODES = "Exit codes: 0 done or superseded, 2 wrong or nothing covered, 75 try again, 78 bad configuration."


class Planner(Protocol):
    def __call__(self, request: Request, request_key: str | None, stop: threading.Event) -> Run:
        """Take a run to its end. Raises `CoversNothing`, `Interrupted` and `DatabaseAway`."""


@dataclass(frozen=True, slots=True)
class RunCommand:
    """The command of one operation. Called with a marketplace and the arguments; returns the exit code."""

    operation: Operation
    description: str
    """The help text, with the placeholder `{marketplace}`."""
    batch_setting: str
    """Key of the setting for the number of rows in a batch."""
    build: Callable[[Marketplace, SharedSettings, Report], Planner]
    """Builds the planner. Raises `DatabaseAway` and `BadConfiguration`."""
    tell: Callable[[Counts], str]
    """Returns the text of a progress line from the counts."""
    marks_only: str | None = None
    """Help text of --without-update; None: the operation does not have this option."""
    beside_watch: str | None = None
    """Help text of --beside-watch; None: the operation does not have this option."""

    def __call__(self, marketplace: Marketplace, argv: Sequence[str]) -> int:
        request, request_key = self.parse(marketplace, argv)
        shared = load(SharedSettings)
        logging.configure(self._process(marketplace), level=shared.log_level, style=shared.log_format)
        stop = threading.Event()
        install_signals(stop)
        progress, standing = _Progress(marketplace, self.tell), Standing(utc_now, monotonic)
        key = request_key or f"{_BY_HAND}{token_hex(4)}"

        def report(phase: str, counts: Counts) -> None:
            standing.moves(phase)
            progress(phase, counts)

        def run() -> Run:
            planner = patiently(lambda: self.build(marketplace, shared, report), stop, monotonic)
            return planner(request, key, stop)

        with standing.watched():
            return exit_code(run, request, key)

    def parse(self, marketplace: Marketplace, argv: Sequence[str]) -> tuple[Request, str | None]:
        """Return the request and its key. For a wrong argument, exit with a message and code 2."""
        parser = argparse.ArgumentParser(
            prog=f"mercarich {self.operation}_item_{marketplace}",
            description=f"{self.description.format(marketplace=marketplace)} {EXIT_CODES}",
        )
        self._add_arguments(parser)
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
            without_update=self.marks_only is not None and given.without_update,
            dual_boot=given.dual_boot,
            beside_watch=self.beside_watch is not None and given.beside_watch,
        )
        return request, given.request_key

    def _add_arguments(self, parser: argparse.ArgumentParser) -> None:
        add = parser.add_argument
        add("check_times", type=_plan, nargs="+", help="sellers with this many checks a day: 2 or 4")
        add("--max-workers", type=_workers, default=4, help="items of a batch processed concurrently (default 4)")
        add("--group-lower", type=_positive, help=f"items in a batch (default: setting {self.batch_setting})")
        add("--beginwith", type=_count, default=0, help="number of each seller's items to skip (default 0)")
        add("--usernames", nargs="+", default=[], help="only these sellers")
        add("--skus", nargs="+", default=[], help="only these SKUs")
        if self.marks_only is not None:
            add("--without-update", action="store_true", help=self.marks_only)
        if self.beside_watch is not None:
            add(BESIDE_WATCH, action="store_true", help=self.beside_watch)
        add(
            "--dual-boot",
            action="store_true",
            help="debugging only: neither supersede other runs nor be superseded",
        )
        add("--yes", action="store_true", help="confirms --dual-boot")
        add(
            "--request-key",
            default=os.environ.get(REQUEST_KEY),
            help="the Job's UID; the same key continues the same run (default: MERCARICH_REQUEST_KEY)",
        )

    def _process(self, marketplace: Marketplace) -> str:
        return f"planner-{'' if self.operation is Operation.CHECK else 'update-'}{marketplace}"


def exit_code(run: Callable[[], Run], request: Request, request_key: str) -> int:
    """Call `run` and return the exit code for its outcome. Raises `WrongUse`, `TryAgain` and `BadConfiguration`."""
    try:
        outcome = run().outcome
    except DatabaseAway as error:
        raise TryAgain(f"{error}; {_goes_on(request_key)}") from error
    except Interrupted as error:
        raise TryAgain(f"{error}; {_goes_on(request_key)}") from error
    except CoversNothing as error:
        if request_key.startswith(_BY_HAND) or request.usernames or request.skus:
            raise WrongUse(str(error)) from error
        log.info("nothing to do: a row of the schedule whose plan nobody has", extra={"why": str(error)})
        return DONE
    return DONE if outcome in (Outcome.FINISHED, Outcome.SUPERSEDED) else FAILED


def _goes_on(request_key: str) -> str:
    return (
        "it goes on by itself within two minutes where `mercarich up` or the operator runs,"
        f" and at once by the same command with --request-key {request_key}"
    )


class _Progress:
    """Shows progress in one line on a terminal. Nothing if there is none: see the logs and `mercarich run show`."""

    def __init__(self, marketplace: Marketplace, tell: Callable[[Counts], str]) -> None:
        self._marketplace = marketplace
        self._tell = tell
        self._shown_at = float("-inf")

    def __call__(self, phase: str, counts: Counts) -> None:
        if not sys.stderr.isatty() or time.monotonic() - self._shown_at < 0.5:
            return
        self._shown_at = time.monotonic()
        share = counts.checked / counts.planned if counts.planned else 0.0
        bar = "#" * int(share * 30)
        line = f"{self._marketplace} {phase:<10} [{bar:<30}] {self._tell(counts)}"
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
