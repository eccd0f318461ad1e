"""T11: a start that the cluster missed is made up for once, when the cluster is back."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import Engine, insert, select
from tests.integration.operator.conftest import Operator, until
from tests.integration.operator.lab import PREFIX, Lab

from mercarich_contracts.schedule import TIME_ZONE
from mercarich_db.engine import reading, run_tx
from mercarich_db.tables import audit_log, schedule_known, schedule_pauses, schedule_runs, schedule_wishes

ROW = "env-update"
DAY = timedelta(days=1)


@pytest.fixture
def started(engine: Engine) -> Callable[[timedelta], None]:
    """Set the row's last start to this long ago."""

    def write(ago: timedelta) -> None:
        at = datetime.now(UTC) - ago
        row = {"name": ROW, "slot": at.replace(second=0, microsecond=0), "started_at": at, "ended_at": at}
        run_tx(engine, lambda connection: connection.execute(insert(schedule_runs).values(**row, exit_code=0)))

    return write


def daily(suspend: bool = False) -> dict[str, object]:
    """Its last slot was two or three hours ago."""
    hour = (datetime.now(ZoneInfo(TIME_ZONE)) - timedelta(hours=2)).hour
    schedule = {"schedule": f"0 {hour} * * *", "timeZone": TIME_ZONE}
    return {**schedule, "suspend": suspend, "startingDeadlineSeconds": 300, "concurrencyPolicy": "Allow"}


def test_t11_a_missed_start_becomes_one_job_with_its_reason_in_the_audit_log(
    lab: Lab, new_operator: Callable[..., Operator], engine: Engine, started: Callable[[timedelta], None]
) -> None:
    lab.cron_job(ROW, **daily())
    started(1.2 * DAY)
    operator = new_operator()

    [job] = until(lab.jobs)
    operator.rounds(3)

    assert len(lab.jobs()) == 1
    with reading(engine) as connection:
        wish = connection.execute(select(schedule_wishes)).one()
        deeds = connection.execute(select(audit_log.c.actor, audit_log.c.action, audit_log.c.detail)).all()
    assert (wish.name, wish.wanted_by, wish.job) == (ROW, "catch-up", job["metadata"]["name"])
    assert deeds == [("catch-up", "schedule_started", wish.job)]
    assert f"{PREFIX}by-hand" not in job["spec"]["template"]["metadata"].get("annotations", {}), "a pause holds it"


def test_t11_a_row_that_never_started_is_made_up_for_by_how_long_it_is_here(
    lab: Lab, new_operator: Callable[..., Operator], engine: Engine
) -> None:
    lab.cron_job(ROW, **daily())
    known = {"name": ROW, "since": datetime.now(UTC) - 1.2 * DAY}
    run_tx(engine, lambda connection: connection.execute(insert(schedule_known).values(known)))
    new_operator()

    [job] = until(lab.jobs)
    assert job["metadata"]["name"]


@pytest.mark.parametrize("why", ["in time", "switched off", "paused", "suspended", "no CronJob"])
def test_t11_nothing_is_made_up_for_that_nobody_misses(
    why: str,
    lab: Lab,
    new_operator: Callable[..., Operator],
    engine: Engine,
    started: Callable[[timedelta], None],
    set_to: Callable[..., None],
) -> None:
    if why != "no CronJob":
        lab.cron_job(ROW, **daily(suspend=why == "suspended"))
    started((1.05 if why == "in time" else 1.2) * DAY)
    if why == "switched off":
        set_to(SCHEDULE_CATCH_UP="off")
    if why == "paused":
        pause = {"name": ROW, "paused_at": datetime.now(UTC), "paused_by": "ohta"}
        run_tx(engine, lambda connection: connection.execute(insert(schedule_pauses).values(pause)))

    new_operator().rounds(3)

    assert lab.jobs() == []
    with reading(engine) as connection:
        assert connection.execute(select(schedule_wishes)).all() == []
