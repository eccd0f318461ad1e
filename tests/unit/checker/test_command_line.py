"""Rows C1, C2, C4, C5: the original's command line unchanged, one sentence for an error, and how a run's end is
reported."""

import logging
import signal
import threading
from collections.abc import Iterator
from dataclasses import replace

import pytest

from mercarich_checker.commands import CHECK_ITEM
from mercarich_contracts.market import Marketplace
from mercarich_platform import front
from mercarich_platform.outages import DatabaseAway
from mercarich_runs.commands import Planner
from mercarich_runs.ports import CoversNothing, NamesNobody, Outcome, Request, Run
from mercarich_runs.use_cases.patience import Interrupted


def test_c1_the_seeds_command_line_is_accepted_verbatim() -> None:
    request, _ = CHECK_ITEM.parse(Marketplace.YAHOO, ["2", "4", "--max-workers", "14"])
    assert (request.plans, request.max_workers) == ((2, 4), 14)


def test_c1_defaults() -> None:
    request, key = CHECK_ITEM.parse(Marketplace.MERCARI, ["2"])
    assert (request.max_workers, request.group_lower, request.begin_with, request.usernames, request.skus) == (
        4,
        None,
        0,
        (),
        (),
    )
    assert (request.without_update, request.dual_boot, key) == (False, False, None)


def test_c4_every_option_is_read() -> None:
    line = "4 --group-lower 100 --beginwith 5 --usernames a b --skus s1 s2 --without-update --request-key job-1"
    request, key = CHECK_ITEM.parse(Marketplace.YAHOO, line.split())
    assert (request.group_lower, request.begin_with, request.usernames, request.skus, request.without_update, key) == (
        100,
        5,
        ("a", "b"),
        ("s1", "s2"),
        True,
        "job-1",
    )


@pytest.mark.parametrize(
    ("line", "sentence"),
    [
        ("3", "a plan is 2 or 4 checks a day, not '3'"),
        ("two", "a plan is 2 or 4 checks a day, not 'two'"),
        ("", "the following arguments are required: check_times"),
        ("2 --max-workers 0", "expected a whole number from 1 to 1,000, not '0'"),
        ("2 --max-workers 10000", "expected a whole number from 1 to 1,000, not '10000'"),
        ("2 --max-workers many", "expected a whole number from 1 to 1,000, not 'many'"),
        ("2 --group-lower 0", "expected a whole number from 1 to 5,000, not '0'"),
        ("2 --dual-boot", "add --yes to confirm"),
    ],
)
def test_c2_a_wrong_argument_is_named_with_what_was_expected(
    line: str, sentence: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        CHECK_ITEM.parse(Marketplace.YAHOO, line.split())
    assert ended.value.code == 2
    assert sentence in capsys.readouterr().err


def test_l7_dual_boot_needs_yes() -> None:
    request, _ = CHECK_ITEM.parse(Marketplace.YAHOO, ["2", "--dual-boot", "--yes"])
    assert request.dual_boot


@pytest.fixture
def process() -> Iterator[None]:
    """Restore what a command sets up for its process."""
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    signals = {number: signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGINT)}
    yield
    root.handlers[:], root.level = handlers, level
    for number, handler in signals.items():
        signal.signal(number, handler)


@pytest.mark.parametrize(
    ("ends", "code"),
    [
        (Outcome.FINISHED, 0),
        # Row C5 has exit code 3. A CronJob would count that as a failure, so the code is 0 (docs/architecture.md).
        (Outcome.SUPERSEDED, 0),
        (Outcome.FAILED, 1),
        (Interrupted(), 75),
        (DatabaseAway("the database is away"), 75),
    ],
    ids=["finished", "superseded", "failed", "told to end", "database away"],
)
@pytest.mark.usefixtures("process")
def test_c5_the_exit_code_tells_how_the_run_ended(ends: Outcome | Exception, code: int) -> None:
    def run(request: Request, _key: str | None, _stop: threading.Event) -> Run:
        if isinstance(ends, Exception):
            raise ends
        return Run(1, request.marketplace, 1, ends)

    assert _code_of(run, "2 4") == code


@pytest.mark.parametrize(
    ("line", "named"), [("2 4", "--request-key by-hand-"), ("4 --request-key j", "--request-key j ")]
)
@pytest.mark.usefixtures("process")
def test_an_interrupted_start_says_what_is_left_and_how_it_goes_on(
    line: str, named: str, capsys: pytest.CaptureFixture[str]
) -> None:
    def run(_request: Request, _key: str | None, _stop: threading.Event) -> Run:
        raise Interrupted("run 15 stops with 2,251 left")

    assert _code_of(run, line) == 75
    said = capsys.readouterr().err
    assert "run 15 stops with 2,251 left; it goes on by itself within two minutes" in said
    assert "and at once by the same command with " + named in said.replace("\n", " ")


@pytest.mark.parametrize(
    ("line", "mistake", "code"),
    [
        ("4", CoversNothing("no seller"), 2),
        ("4 --request-key check-item-yahoo-4-29", CoversNothing("no seller"), 0),  # a row of the schedule
        ("4 --usernames a --request-key job", CoversNothing("no seller"), 2),
        ("4 --skus S --request-key job", CoversNothing("no such SKU"), 2),
        ("4 --usernames x --request-key job", NamesNobody("no seller 'x'"), 2),
    ],
)
@pytest.mark.usefixtures("process")
def test_a_start_that_covers_nothing_says_so(
    line: str, mistake: Exception, code: int, capsys: pytest.CaptureFixture[str]
) -> None:
    def run(_request: Request, _key: str | None, _stop: threading.Event) -> Run:
        raise mistake

    assert _code_of(run, line) == code
    said = capsys.readouterr()
    assert str(mistake) in said.err + said.out


@pytest.mark.usefixtures("process")
def test_a_planner_that_cannot_be_built_yet_waits_for_the_database() -> None:
    tries = []

    def build(*_: object) -> Planner:
        tries.append(1)
        if len(tries) == 1:
            raise DatabaseAway("it is away")
        return lambda request, _key, _stop: Run(1, request.marketplace, 1, Outcome.FINISHED)

    command = replace(CHECK_ITEM, build=build)
    assert front.run(lambda argv: command(Marketplace.YAHOO, argv), ["2", "4"]) == 0
    assert len(tries) == 2


def _code_of(run: Planner, line: str) -> int:
    command = replace(CHECK_ITEM, build=lambda *_: run)
    return front.run(lambda argv: command(Marketplace.YAHOO, argv), line.split())
