"""Point 3: schedules fire in Asia/Tokyo, and of simultaneous starts one run survives."""

import itertools
import subprocess
from collections.abc import Iterator
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from tests.cluster.conftest import Keep
from tests.cluster.kube import Object, until
from tests.cluster.release import Release
from tests.cluster.runs import STORED, CheckRun, create_job, ended

TOKYO = ZoneInfo("Asia/Tokyo")
CRON_JOB = "check-item-yahoo"
TAKE_OVER_SECONDS = 5.0


@pytest.fixture
def due(release: Release) -> Iterator[datetime]:
    """The next minute in Tokyo, at which the schedule is set to fire."""
    name = release.name(CRON_JOB)
    before = release.space.get("cronjob", name)["spec"]["schedule"]
    now = datetime.now(TOKYO)
    minute = (now + timedelta(minutes=1 if now.second < 50 else 2)).replace(second=0, microsecond=0)
    release.sell("yahoo", 0.03)
    _patch(release, f'{{"spec":{{"suspend":false,"schedule":"{minute.minute} {minute.hour} * * *"}}}}')
    yield minute
    _patch(release, f'{{"spec":{{"suspend":true,"schedule":"{before}"}}}}')


def test_a_schedule_in_tokyo_fires_on_time_and_of_three_starts_within_a_second_one_survives(
    release: Release, due: datetime, keep: Keep
) -> None:
    scheduled = until(lambda: _scheduled(release, due), 140, f"a Job of the schedule at {due:%H:%M}")
    created = datetime.fromisoformat(scheduled["metadata"]["creationTimestamp"])
    late = (created - due).total_seconds()
    assert 0 <= late <= 5, f"{created} for {due}"
    worker = f"deploy/{release.name('checker-mercari')}"
    by_hand, in_pod = (f"{word}-{due:%H%M}" for word in ("by-hand", "in-a-pod"))
    words = [
        "mercarich",
        "check_item_yahoo",
        "2",
        "4",
        "--max-workers",
        "14",
        "--beside-watch",
        "--request-key",
        in_pod,
    ]
    in_a_pod = subprocess.Popen(["kubectl", "-n", release.space.name, "exec", worker, "--", *words])
    keys = [scheduled["metadata"]["uid"], create_job(release, by_hand), in_pod]
    for name in (scheduled["metadata"]["name"], by_hand):
        assert ended(release, name) == "Complete", name
    assert in_a_pod.wait(240) == 0
    outcomes, take_overs = _fates(release, keys)
    figures = {"seconds_late": late, "outcomes": outcomes, "take_over_seconds": take_overs}
    keep("3-starts", figures)
    assert sorted(outcomes.values()) == ["finished", "superseded", "superseded"], figures
    assert max(take_overs) <= TAKE_OVER_SECONDS, figures
    winner = next(key for key, outcome in outcomes.items() if outcome == "finished")
    CheckRun(release, job=winner, key=winner, sold_before=due.timestamp() - 60).must_be_clean()


def _patch(release: Release, patch: str) -> None:
    release.space.kubectl("patch", "cronjob", release.name(CRON_JOB), "-p", patch)


def _scheduled(release: Release, due: datetime) -> Object | None:
    """Return the Job that the CronJob itself created; Jobs created by hand have an annotation that says so."""
    for job in release.space.all("jobs"):
        owners = [owner["name"] for owner in job["metadata"].get("ownerReferences", [])]
        by_hand = "cronjob.kubernetes.io/instantiate" in job["metadata"].get("annotations", {})
        late_enough = datetime.fromisoformat(job["metadata"]["creationTimestamp"]) >= due
        if release.name(CRON_JOB) in owners and late_enough and not by_hand:
            return job
    return None


def _fates(release: Release, keys: list[str]) -> tuple[dict[str, str], list[float]]:
    """Return the outcome by request key and, for each superseded run, the time from the start of its successor to its
    own end."""
    names = ", ".join(f"'{STORED}{key}'" for key in keys)
    columns = "request_key, outcome, UNIX_TIMESTAMP(started_at), UNIX_TIMESTAMP(ended_at)"
    rows = release.sql(f"SELECT {columns} FROM runs WHERE request_key IN ({names}) ORDER BY generation")
    take_overs = [round(float(old[3]) - float(new[2]), 3) for old, new in itertools.pairwise(rows)]
    return {row[0].removeprefix(STORED): row[1] for row in rows}, take_overs
