"""The CronJobs are the schedule table's rows whose command is there, and nothing else."""

import subprocess
import sys

import pytest
from tests.chart.rendering import CASES, ON, ROOT, Object, objects, of_kind

from mercarich_contracts.schedule import SCHEDULE, TIME_ZONE, ScheduleRow
from mercarich_contracts.sites import SITES, Site
from mercarich_operator.adapters.cluster_jobs import BY_HAND
from mercarich_platform.front import installed

PREFIX = {"full": "stock"}


def test_the_generated_files_are_what_the_code_says() -> None:
    script = (
        "import sys; sys.path.insert(0, 'charts'); import generate\n"
        "print([str(p) for p, t in generate.files().items() if not p.exists() or p.read_text() != t])"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=True, timeout=60
    )

    assert done.stdout.strip() == "[]", "run `make chart`"


@pytest.mark.parametrize("case", CASES)
def test_each_row_with_a_command_is_a_cronjob_of_its_time_and_words(case: str) -> None:
    rows = {f"{PREFIX.get(case, 'rel-mercarich')}-{row.name}": row for row in SCHEDULE if _exists(row) and _is_on(row)}
    found = {each["metadata"]["name"]: each for each in of_kind(case, "CronJob")}
    assert set(found) == set(rows)
    assert len(rows) >= 6
    for name, row in rows.items():
        spec = found[name]["spec"]
        container = _container(found[name])
        assert container["command"] == ["mercarich", *row.command]
        assert f"mercarich-{row.component}:" in container["image"]
        assert 10 <= spec["startingDeadlineSeconds"] <= row.deadline_seconds
        if case != "full":
            assert (spec["schedule"], spec["timeZone"]) == (row.cron, TIME_ZONE)
            assert spec["jobTemplate"]["spec"]["activeDeadlineSeconds"] == row.deadline_seconds
            assert spec["suspend"] is (case == "minimal")


@pytest.mark.parametrize("case", CASES)
def test_a_run_survives_eviction_ends_on_bad_configuration_and_keeps_its_key(case: str) -> None:
    for each in of_kind(case, "CronJob"):
        job = each["spec"]["jobTemplate"]["spec"]
        ignore, fail = job["podFailurePolicy"]["rules"]
        assert ignore == {"action": "Ignore", "onPodConditions": [{"type": "DisruptionTarget", "status": "True"}]}
        assert fail["action"] == "FailJob"
        assert fail["onExitCodes"]["containerName"] == _container(each)["name"]
        assert fail["onExitCodes"]["values"] == [2, 78]
        assert job["backoffLimit"] == 2
        assert job["template"]["spec"]["restartPolicy"] == "Never"
        assert each["spec"]["concurrencyPolicy"] in ("Allow", "Forbid")
        assert each["spec"]["successfulJobsHistoryLimit"] >= 1
        assert each["spec"]["failedJobsHistoryLimit"] >= 1
        assert each["metadata"]["labels"]["mercarich.dev/schedule"] in {row.name for row in SCHEDULE}
        (by_hand,) = [one for one in _container(each)["env"] if one["name"] == "MERCARICH_BY_HAND"]
        assert f"metadata.annotations['{BY_HAND}']" == by_hand["valueFrom"]["fieldRef"]["fieldPath"]
        (key,) = [one for one in _container(each)["env"] if one["name"] == "MERCARICH_REQUEST_KEY"]
        assert key["valueFrom"] == {"fieldRef": {"fieldPath": "metadata.labels['batch.kubernetes.io/controller-uid']"}}


def test_only_runs_that_supersede_each_other_may_overlap() -> None:
    policies = {each["metadata"]["name"]: each["spec"]["concurrencyPolicy"] for each in of_kind("dev", "CronJob")}

    assert {name for name, policy in policies.items() if policy == "Allow"} == {
        name for name in policies if "-check-item-" in name or "-update-item-" in name
    }


def test_schedule_suspension_and_deadlines_of_one_cronjob_can_be_changed() -> None:
    found = {each["metadata"]["name"]: each["spec"] for each in of_kind("full", "CronJob")}

    changed = found["stock-check-item-yahoo"]
    assert (changed["schedule"], changed["timeZone"]) == ("15 1,13 * * *", "Asia/Seoul")
    assert changed["startingDeadlineSeconds"] == 60
    assert changed["jobTemplate"]["spec"]["activeDeadlineSeconds"] == 1800
    assert {name for name, spec in found.items() if spec["suspend"]} == {"stock-update-feed-mercari"}


def test_one_cronjob_stays_suspended_when_it_alone_is() -> None:
    more = ("--set", "schedules.items.update-feed-yahoo.suspend=true")
    found = [each for each in objects("dev", *more) if each["kind"] == "CronJob" and each["spec"]["suspend"]]

    assert [each["metadata"]["name"] for each in found] == ["rel-mercarich-update-feed-yahoo"]


@pytest.mark.parametrize("site", SITES.values(), ids=str)
def test_a_marketplace_that_is_off_has_no_object_and_no_variable(site: Site) -> None:
    off = objects("default-needed", "--set", f"marketplaces.{site}.enabled=false")
    on = objects("default-needed", "--set", f"marketplaces.{site}.enabled=true,marketplaces.{site}.acceptTerms=yes")
    its = {f"rel-mercarich-{name}" for name in (site.proxy, f"checker-{site}", f"updater-{site}", f"watch-{site}")}
    its |= {f"rel-mercarich-{row.name}" for row in SCHEDULE if row.marketplace is site.marketplace}

    assert {each["metadata"]["name"] for each in on} - {each["metadata"]["name"] for each in off} == its
    assert f"{site.upper}_PROXY" not in str(off)


def test_terms_of_a_marketplace_that_is_off_need_no_word() -> None:
    more = ("--set", "marketplaces.yahoo.enabled=false,marketplaces.yahoo.acceptTerms=")

    assert objects("default-needed", *more)


def _exists(row: ScheduleRow) -> bool:
    """Its command is there, in the service that the row names."""
    found = installed().get(row.command[0])
    return found is not None and found.entry.dist is not None and found.entry.dist.name == f"mercarich-{row.component}"


def _is_on(row: ScheduleRow) -> bool:
    return row.marketplace in (None, *(site.marketplace for site in ON))


def _container(cronjob: Object) -> Object:
    (container,) = cronjob["spec"]["jobTemplate"]["spec"]["template"]["spec"]["containers"]
    found: Object = container
    return found
