"""The Job of a CronJob's template."""

from typing import Any

from mercarich_operator.adapters.cluster_jobs import job_of

CHECK = {"name": "run", "command": ["mercarich", "check_item_yahoo", "2", "--beside-watch"]}
BESIDE = {"name": "beside", "image": "registry.example/beside"}
"""As a webhook of a cluster adds it: the image's own command."""


def _cron_job() -> dict[str, Any]:
    template = {"spec": {"template": {"spec": {"containers": [CHECK, BESIDE]}}}}
    return {"metadata": {"name": "rel-check-item-yahoo", "uid": "1"}, "spec": {"jobTemplate": template}}


def test_an_option_is_left_out_beside_a_container_without_a_command() -> None:
    job = job_of(_cron_job(), "asked", without="--beside-watch")

    check, beside = job["spec"]["template"]["spec"]["containers"]
    assert check["command"] == ["mercarich", "check_item_yahoo", "2"]
    assert beside.get("command", []) == []


def test_without_an_option_to_leave_out_the_containers_are_those_of_the_template() -> None:
    assert job_of(_cron_job(), "asked")["spec"]["template"]["spec"]["containers"] == [CHECK, BESIDE]
