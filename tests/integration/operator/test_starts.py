"""Starts requested in the pages: one Job of the CronJob each, or the reason why there is none."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import partial

import pytest
from sqlalchemy import Connection, Engine, insert, select, update
from tests.integration.operator import fake_api
from tests.integration.operator.conftest import Operator, until
from tests.integration.operator.lab import PREFIX, Lab
from tests.integration.operator.test_faults import needs_faults

from mercarich_contracts.market import Marketplace
from mercarich_contracts.schedule import WISH_LASTS
from mercarich_db.engine import reading, run_tx
from mercarich_db.silent_runs import SILENT_AFTER
from mercarich_db.tables import audit_log, schedule_pauses, schedule_wishes
from mercarich_db.types import AnyRow
from mercarich_operator.domain.missed import CATCH_UP
from mercarich_runs.adapters.runs_sql import SqlRuns
from mercarich_runs.ports import Operation, Request

ROW = "env-update"
SELDOM = {"interval_seconds": 60}
Want = Callable[..., None]


@pytest.fixture
def want(engine: Engine) -> Want:
    """Request a start as the pages do; `ago`: how long ago it was requested."""

    def write(ago: timedelta = timedelta(0)) -> None:
        row = {"name": ROW, "wanted_at": datetime.now(UTC) - ago, "wanted_by": "ohta"}
        run_tx(engine, lambda connection: connection.execute(insert(schedule_wishes).values(row)))

    return write


def start_run(engine: Engine, key: str, ago: timedelta, marketplace: str = "yahoo") -> None:
    """Start a run of a SKU of its own that was heard of so long ago."""
    request = Request(Marketplace(marketplace), plans=(2, 4), skus=(key,))
    SqlRuns(engine, Operation.CHECK).start(request, key, datetime.now(UTC) - ago)


def wish(engine: Engine) -> AnyRow:
    with reading(engine) as connection:
        return connection.execute(select(schedule_wishes)).one()


def test_a_wanted_start_becomes_one_job_of_its_cron_job_at_once(
    lab: Lab, new_operator: Callable[..., Operator], engine: Engine, want: Want
) -> None:
    cron_job = lab.cron_job(ROW)
    operator = new_operator(**SELDOM)
    operator.rounds(1)

    want()

    until(lambda: wish(engine).job, 15)
    [job] = lab.jobs()
    template = cron_job["spec"]["jobTemplate"]
    owners = [(one["kind"], one["uid"]) for one in job["metadata"]["ownerReferences"]]
    assert job["metadata"]["name"] == wish(engine).job
    assert job["metadata"]["name"].startswith(f"rel-{ROW}-")
    assert owners == [("CronJob", cron_job["metadata"]["uid"])]
    assert job["metadata"]["labels"].items() >= template["metadata"]["labels"].items()
    assert job["spec"]["activeDeadlineSeconds"] == template["spec"]["activeDeadlineSeconds"]
    assert job["spec"]["template"]["spec"]["containers"] == template["spec"]["template"]["spec"]["containers"]
    assert job["spec"]["template"]["metadata"]["annotations"] == {f"{PREFIX}by-hand": "yes"}
    with reading(engine) as connection:
        deeds = connection.execute(select(audit_log.c.actor, audit_log.c.action, audit_log.c.detail)).all()
    assert deeds == [("ohta", "schedule_started", wish(engine).job)]


@pytest.mark.parametrize(("by", "more"), [("ohta", []), (CATCH_UP, ["--beside-watch"])])
def test_a_check_that_a_person_wants_looks_at_everything_and_one_that_was_missed_does_not(
    lab: Lab, new_operator: Callable[..., Operator], engine: Engine, by: str, more: list[str]
) -> None:
    lab.cron_job("check-item-yahoo")
    new_operator(**SELDOM).rounds(1)
    row = {"name": "check-item-yahoo", "wanted_at": datetime.now(UTC), "wanted_by": by}
    run_tx(engine, lambda connection: connection.execute(insert(schedule_wishes).values(row)))
    until(lambda: wish(engine).job, 15)

    [job] = lab.jobs()
    [container] = job["spec"]["template"]["spec"]["containers"]
    assert container["command"] == ["mercarich", "check_item_yahoo", "2", "4", "--max-workers", "14", *more]


def test_a_run_without_a_sign_of_life_gets_one_job_that_goes_on_with_it(
    lab: Lab, operator: Operator, engine: Engine
) -> None:
    cron_job = lab.cron_job("check-item-yahoo")
    start_run(engine, "the-job-of-a-lost-node", ago=SILENT_AFTER + timedelta(seconds=5))
    start_run(engine, "at-work", ago=timedelta(0))

    [job] = until(lab.jobs, 15)
    operator.rounds(2)

    assert lab.jobs() == [job]
    template = cron_job["spec"]["jobTemplate"]["spec"]["template"]["spec"]
    [container], [first] = job["spec"]["template"]["spec"]["containers"], template["containers"]
    assert container["command"] == [*first["command"], "--request-key", "the-job-of-a-lost-node"]
    assert [one["name"] for one in container.get("env", ())] == [], "it would count as a start of the row"
    assert job["metadata"]["ownerReferences"][0]["uid"] == cron_job["metadata"]["uid"]


def test_a_run_of_a_paused_row_or_of_one_without_a_cron_job_gets_none(
    lab: Lab, operator: Operator, engine: Engine, caplog: pytest.LogCaptureFixture
) -> None:
    lab.cron_job("check-item-mercari")
    lab.cron_job("check-item-mercari-4")
    for row in ("check-item-mercari", "check-item-mercari-4"):
        paused = {"name": row, "paused_at": datetime.now(UTC), "paused_by": "ohta"}
        run_tx(engine, partial(Connection.execute, statement=insert(schedule_pauses).values(paused)))
    for marketplace in ("yahoo", "mercari"):
        start_run(engine, "silent", ago=timedelta(minutes=9), marketplace=marketplace)

    operator.rounds(2)

    assert lab.jobs() == []
    assert [one.message for one in caplog.records].count("a run cannot be taken over") == 1


def test_a_wish_whose_job_was_not_noted_down_makes_no_second_one(
    lab: Lab, operator: Operator, engine: Engine, want: Want
) -> None:
    lab.cron_job(ROW)
    want()
    first = until(lambda: wish(engine).job)

    run_tx(engine, lambda connection: connection.execute(update(schedule_wishes).values(job=None)))

    assert until(lambda: wish(engine).job) == first
    operator.rounds()
    assert [job["metadata"]["name"] for job in lab.jobs()] == [first]


def test_an_expired_wish_starts_nothing(lab: Lab, operator: Operator, engine: Engine, want: Want) -> None:
    lab.cron_job(ROW)
    want(ago=WISH_LASTS)

    operator.rounds(3)

    assert lab.jobs() == []
    assert wish(engine).job is None


def test_a_start_that_cannot_be_says_why_and_comes_when_it_can(
    lab: Lab, operator: Operator, engine: Engine, want: Want
) -> None:
    want()
    until(lambda: wish(engine).problem == f"there are 0 CronJobs of {ROW} in this installation, not one")

    lab.cron_job(ROW)

    until(lambda: wish(engine).job)
    assert wish(engine).problem is None


def test_which_of_two_cron_jobs_of_a_row_is_meant_is_not_guessed(
    lab: Lab, operator: Operator, engine: Engine, want: Want
) -> None:
    lab.cron_job(ROW)
    lab.cron_job(ROW, f"other-{ROW}")

    want()

    until(lambda: "there are 2 CronJobs" in (wish(engine).problem or ""))
    assert lab.jobs() == []


@needs_faults
def test_what_must_not_run_side_by_side_waits_for_the_end_of_the_last_start(
    lab: Lab, operator: Operator, engine: Engine, want: Want
) -> None:
    name = lab.cron_job(ROW)["metadata"]["name"]
    running, ended = ({"status": {"active": found}} for found in ([{"name": "rel-1"}], []))
    lab.call("PATCH", lab.batch("cronjobs", name), running, "application/merge-patch+json")
    want()
    until(lambda: wish(engine).problem == "its last start has not ended, and two must not run at the same time")
    assert lab.jobs() == []

    lab.call("PATCH", lab.batch("cronjobs", name), ended, "application/merge-patch+json")

    until(lambda: wish(engine).job)


@needs_faults
def test_a_start_by_hand_waits_for_the_end_of_one_by_hand(
    lab: Lab, operator: Operator, engine: Engine, want: Want
) -> None:
    """The CronJob's controller does not count a Job that it did not create."""
    lab.cron_job(ROW)
    want()
    first = until(lambda: wish(engine).job)
    again = update(schedule_wishes).values(job=None, wanted_at=datetime.now(UTC))
    run_tx(engine, lambda connection: connection.execute(again))
    until(lambda: wish(engine).problem == "its last start has not ended, and two must not run at the same time")
    assert len(lab.jobs()) == 1

    complete = {"status": {"conditions": [{"type": "Complete", "status": "True"}]}}
    lab.call("PATCH", lab.batch("jobs", first), complete, "application/merge-patch+json")

    until(lambda: wish(engine).job)
    assert len(lab.jobs()) == 2


@needs_faults
def test_without_the_right_to_make_jobs_the_wish_says_so_and_worker_numbers_follow_on(
    lab: Lab, operator: Operator, engine: Engine, want: Want, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(fake_api.ROLE, "jobs", set())
    lab.cron_job(ROW)

    want()

    until(lambda: "403" in (wish(engine).problem or ""))
    pool = lab.pool()
    until(lambda: lab.bounds(pool) == (1, 5))
