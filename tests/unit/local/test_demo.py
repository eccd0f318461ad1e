"""The demo's verdict: what makes it clean, when its outage begins, and the content of its report."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from mercarich_local.demo_report import FAULTS, Result, spread
from mercarich_local.demo_state import Progress, Withdrawal
from mercarich_local.outage import STAGES, Outage

COMMITTED = datetime(2026, 11, 25, 3, 0, tzinfo=UTC)
CLEAN_LEDGER: dict[str, Any] = {
    "wrong_withdrawals": 0,
    "missed_withdrawals": 0,
    "double_pushes": 0,
    "wrong_restores": 0,
    "stale_overwrites": 0,
    "fields_lost": 0,
    "sold_twice": 0,
    "fought": 0,
    "exposed_item_seconds": 12.5,
    "upstream": {"yahoo": {"requests": 7}},
    "details": [],
    "cases": {name: [] for name in FAULTS},
}


class FakeSimulator:
    def __init__(self) -> None:
        self.faults: list[dict[str, object]] = []

    def set_fault(self, **fault: object) -> None:
        self.faults.append(fault)


def progress(checked: int = 0, *, held: bool = False, held_seconds: float = 0.0) -> Progress:
    return Progress(
        planned={"yahoo": 100},
        checked={"yahoo": checked},
        held={"yahoo": "canaries"} if held else {},
        held_seconds={"yahoo": held_seconds},
        outcomes={"yahoo": "running"},
        withdrawn=0,
        waiting=0,
        pushed=0,
    )


def withdrawal(sku: str) -> Withdrawal:
    return Withdrawal(
        "A1", sku, "yahoo", "x1", "http://m/x1", 200, "sold", "won", "status=closed", "p/1", COMMITTED, COMMITTED
    )


def result(ledger: dict[str, Any] | None = None, problem: str | None = None) -> Result:
    withdrawals = [withdrawal("S1"), withdrawal("S2")]
    return Result("normal", 2, 1, 3.0, [], withdrawals, progress(), CLEAN_LEDGER | (ledger or {}), problem)


def test_a_ledger_without_faults_is_clean() -> None:
    assert result().clean


@pytest.mark.parametrize("fault", FAULTS)
def test_one_fault_in_the_ledger_is_not_clean(fault: str) -> None:
    assert not result({fault: 1}).clean
    assert result({fault: 1}).report()[fault] == 1
    case = {"seller_id": "A1", "sku": "S1"}
    assert result({fault: 1, "cases": {fault: [case]}}).report()["cases"] == {fault: [case]}


def test_a_problem_is_not_clean_whatever_the_ledger_says() -> None:
    assert not result(problem="a run did not end").clean


def test_the_report_keeps_what_the_acts_did() -> None:
    assert replace(result(), acts={"expire": {"listings": 3}}).report()["acts"] == {"expire": {"listings": 3}}


def test_latency_is_from_the_commit_to_the_newest_zero_that_amazon_took() -> None:
    at = COMMITTED + timedelta(seconds=2)
    row = {"seller_id": "A1", "sku": "S1", "changes": [{"at": at.timestamp(), "quantity": 0}]}
    assert result({"details": [row]}).report()["commit_to_accepted_seconds"] == {"p50": 2.0, "p99": 2.0}


def test_the_spread_is_by_nearest_rank() -> None:
    assert spread([float(number) for number in range(1, 201)]) == {"p50": 100.0, "p99": 198.0}
    assert spread([]) == {"p50": None, "p99": None}


def test_the_outage_strikes_once_when_half_is_checked_and_its_stages_follow_each_other() -> None:
    simulator = FakeSimulator()
    outage = Outage(simulator)
    outage.look(progress(49))
    assert simulator.faults == []
    outage.look(progress(50))
    outage.look(progress(60))
    assert [fault["kind"] for fault in simulator.faults] == list(STAGES)
    assert [fault["from_seconds"] for fault in simulator.faults] == [0.0, 4.0, 8.0]


def test_a_run_that_was_never_held_is_a_problem() -> None:
    outage = Outage(FakeSimulator())
    assert outage.problem(progress(100)) == "the outage of yahoo never came: its run was over before"
    outage.look(progress(50))
    assert outage.problem(progress(100)) == "the run of yahoo was not held during the outage"


@pytest.mark.parametrize("seen", [progress(55, held=True), progress(55)])
def test_a_run_that_was_held_and_finished_is_none(seen: Progress) -> None:
    outage = Outage(FakeSimulator())
    outage.look(progress(50))
    outage.look(seen)
    assert outage.problem(progress(100, held_seconds=0.0 if seen.held else 3.0)) is None
