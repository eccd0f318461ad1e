"""The pages: visitors use their Service, whichever replica responds, and start a schedule by hand."""

import json
import time
from datetime import UTC, datetime, timedelta
from math import ceil

import pytest
from tests.cluster.conftest import Keep
from tests.cluster.kube import until
from tests.cluster.release import Release
from tests.cluster.runs import ended
from tests.cluster.visitor import Visitor

SELLER, OPERATOR = "tier-seller", "tier-operator"
ROW = "env-update"
INTERVAL, TOO_LATE = timedelta(minutes=3), timedelta(seconds=30)
"""Between two slots, and of the start of one: enough of the interval is left for the operator to find it missed."""


@pytest.fixture(autouse=True)
def _standing(release: Release) -> None:
    release.wait_ready()


def test_a_seller_joins_signs_in_and_out_through_the_service(visitor: Visitor) -> None:
    base = visitor.service
    assert visitor.get(base, "/")["location"] == "/sign-in"
    visitor.invited(SELLER)

    cookie = visitor.sign_in(base, SELLER)

    assert visitor.get(base, "/", cookie)["status"] == 200
    assert SELLER in visitor.get(base, "/account", cookie)["text"]
    assert visitor.post(base, "/sign-out", cookie)["status"] == 303
    assert visitor.get(base, "/", cookie)["location"] == "/sign-in"


def test_a_session_of_one_replica_works_at_the_other_and_ends_at_both(visitor: Visitor, keep: Keep) -> None:
    until(lambda: len(visitor.replicas()) == 2, 60, "two replicas are ready")
    first, second = visitor.replicas()
    cookie = visitor.sign_in(first, SELLER)

    seen = [visitor.get(base, "/account", cookie)["status"] for base in (second, first)]
    form = visitor.post(second, "/look", cookie, theme="dark")["status"]
    out = visitor.post(second, "/sign-out", cookie)["status"]
    after = [visitor.get(base, "/account", cookie)["location"] for base in (first, second)]

    keep("6-pages", {"replicas": [first, second], "seen": seen, "form": form, "out": out, "after": after})
    assert (seen, form, out) == ([200, 200], 303, 303)
    assert all(location.startswith("/sign-in") for location in after)


def test_start_now_makes_one_job_that_runs_to_its_end(visitor: Visitor, release: Release, keep: Keep) -> None:
    began = time.monotonic()
    cookie = visitor.invited(OPERATOR, operator=True)
    pause, start = (visitor.post(visitor.service, f"/schedule/{ROW}/{deed}", cookie) for deed in ("pause", "start"))
    assert (pause["status"], start["status"]) == (303, 303)

    jobs = until(lambda: _jobs(release), 60, "the operator has made the Job")
    assert ended(release, jobs[0]) == "Complete"

    seconds = round(time.monotonic() - began, 1)
    [[code]] = release.sql(f"SELECT exit_code FROM schedule_runs WHERE name = '{ROW}'")
    deeds = release.sql(f"SELECT actor, action FROM audit_log WHERE subject = '{ROW}' ORDER BY id")
    keep("6-start-now", {"seconds": seconds, "jobs": _jobs(release), "exit_code": code, "deeds": deeds})
    assert code == "0", "paused or not"
    assert deeds == [[OPERATOR, f"schedule_{deed}"] for deed in ("paused", "wanted", "started")]
    assert release.sql("SELECT * FROM schedule_wishes") == []
    assert len(_jobs(release)) == 1


def test_t11_a_start_that_was_missed_is_made_up_for(release: Release, keep: Keep) -> None:
    """Make the row look as if nothing had been there to start it for two days, and let a slot of it pass unused.

    A CronJob has missed nothing from before it was made: so the slot is one that comes while it is suspended.
    """
    before, began = set(_jobs(release)), time.monotonic()
    release.sql("DELETE FROM schedule_pauses")
    earlier = "started_at = started_at - INTERVAL 2 DAY, slot = slot - INTERVAL 2 DAY"
    release.sql(f"UPDATE schedule_runs SET {earlier} WHERE name = '{ROW}'")
    _set(release, {"suspend": True, "schedule": "*/3 * * * *", "startingDeadlineSeconds": TOO_LATE.seconds})
    passed = _missed_at(release)
    until(lambda: datetime.now(UTC) > passed, 600, "Kubernetes does not start the slot itself any more")
    try:
        _set(release, {"suspend": False})
        [job] = until(lambda: set(_jobs(release)) - before, 90, "the operator has made the Job")
    finally:
        _set(release, {"suspend": True})
    assert ended(release, job) == "Complete"

    started = release.sql(f"SELECT actor, action FROM audit_log WHERE subject = '{ROW}' ORDER BY id DESC LIMIT 1")
    keep("6-catch-up", {"seconds": round(time.monotonic() - began, 1), "job": job, "deed": started})
    assert started == [["catch-up", "schedule_started"]]
    assert release.sql("SELECT * FROM schedule_wishes") == []
    assert set(_jobs(release)) - before == {job}


def _missed_at(release: Release) -> datetime:
    """Return when a slot is missed whose CronJob was there a whole interval, and a tenth, before."""
    cron = release.space.get("cronjob", release.name(ROW))
    made_at = datetime.fromisoformat(cron["metadata"]["creationTimestamp"])
    earliest, interval = max(datetime.now(UTC), made_at + 2 * INTERVAL), INTERVAL.total_seconds()
    slot = datetime.fromtimestamp(ceil(earliest.timestamp() / interval) * interval, UTC)
    return slot + TOO_LATE + timedelta(seconds=5)


def _set(release: Release, spec: dict[str, object]) -> None:
    release.space.kubectl("patch", "cronjob", release.name(ROW), "--type=merge", "-p", json.dumps({"spec": spec}))


def _jobs(release: Release) -> list[str]:
    found = release.space.all("jobs", f"app.kubernetes.io/component={ROW}")
    return [job["metadata"]["name"] for job in found]
