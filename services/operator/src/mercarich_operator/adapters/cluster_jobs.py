"""`ports_starts.Starter` and `CronJobs` over the API server: Jobs made as `kubectl create job --from` makes them."""

import hashlib
from collections.abc import Mapping, Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Any

from mercarich_contracts.schedule import BESIDE_WATCH
from mercarich_operator.adapters.api_server import ApiServer, Exists, selector
from mercarich_operator.domain.missed import CATCH_UP, Cron
from mercarich_operator.domain.pools import PREFIX, labels_of
from mercarich_operator.ports_starts import CannotStart, LostRun, Wanted
from mercarich_platform.front import SCHEDULE as STARTED_ROW

SCHEDULE_LABEL = f"{PREFIX}schedule"
"""Label of a CronJob: its row of the schedule."""
BY_HAND = f"{PREFIX}by-hand"
"""Label of a pod that was started by a person, so that a pause does not stop it."""


class KubernetesJobs:
    def __init__(self, server: ApiServer, namespace: str, release: str) -> None:
        self._server = server
        self._release = labels_of(release)
        self._cron_jobs = f"/apis/batch/v1/namespaces/{namespace}/cronjobs"
        self._jobs = f"/apis/batch/v1/namespaces/{namespace}/jobs"

    def start(self, wanted: Wanted) -> str:
        cron_job = self._cron_job(wanted.name)
        asked = f"{wanted.name} {wanted.at.isoformat()}"
        if wanted.by == CATCH_UP:
            job = job_of(cron_job, asked)
        else:
            job = job_of(cron_job, asked, annotations={BY_HAND: "yes"}, without=BESIDE_WATCH)
        if cron_job["spec"].get("concurrencyPolicy") == "Forbid" and self._runs(cron_job, job):
            raise CannotStart("its last start has not ended, and two must not run at the same time")
        with suppress(Exists):  # made before for the same request, which its name says
            self._server.call("POST", self._jobs, job)
        return str(job["metadata"]["name"])

    def take_over(self, lost: LostRun) -> str | None:
        asked = f"{lost.name} {lost.request_key} {lost.heard_at.isoformat()}"
        job = job_of(self._cron_job(lost.name), asked, arguments=("--request-key", lost.request_key))
        try:
            self._server.call("POST", self._jobs, job)
        except Exists:
            return None
        return str(job["metadata"]["name"])

    def cron(self, name: str) -> Cron:
        return _cron(self._cron_job(name))

    def crons(self) -> Mapping[str, Cron]:
        found = self._server.call("GET", self._cron_jobs, query=selector(SCHEDULE_LABEL, self._release))["items"]
        return {each["metadata"]["labels"][SCHEDULE_LABEL]: _cron(each) for each in found}

    def _cron_job(self, name: str) -> Mapping[str, Any]:
        found = self._server.call("GET", self._cron_jobs, query=selector(f"{SCHEDULE_LABEL}={name}", self._release))[
            "items"
        ]
        if len(found) != 1:
            raise CannotStart(f"there are {len(found)} CronJobs of {name} in this installation, not one")
        cron_job: Mapping[str, Any] = found[0]
        return cron_job

    def _runs(self, cron_job: Mapping[str, Any], new: Mapping[str, Any]) -> bool:
        """Return whether another Job of it has not ended. The CronJob's status lists only its controller's Jobs."""
        if cron_job.get("status", {}).get("active"):
            return True
        uid, own_name = cron_job["metadata"]["uid"], new["metadata"]["name"]
        return any(
            not _has_ended(job) and job["metadata"]["name"] != own_name
            for job in self._server.call("GET", self._jobs)["items"]
            if uid in {owner["uid"] for owner in job["metadata"].get("ownerReferences", ())}
        )


def _cron(cron_job: Mapping[str, Any]) -> Cron:
    spec = cron_job["spec"]
    return Cron(
        expression=spec["schedule"],
        time_zone=spec.get("timeZone") or "UTC",
        suspended=bool(spec.get("suspend")),
        active=bool(cron_job.get("status", {}).get("active")),
        deadline=timedelta(seconds=spec.get("startingDeadlineSeconds") or 0),
        made_at=datetime.fromisoformat(cron_job["metadata"]["creationTimestamp"]),
    )


def _has_ended(job: Mapping[str, Any]) -> bool:
    conditions = job.get("status", {}).get("conditions") or ()
    return any(one["type"] in ("Complete", "Failed") and one["status"] == "True" for one in conditions)


def job_of(
    cron_job: Mapping[str, Any],
    asked: str,
    *,
    annotations: Mapping[str, str] = {},
    arguments: Sequence[str] = (),
    without: str = "",
) -> dict[str, Any]:
    """Return a Job of the CronJob's template, with these annotations of its pod and `without` an option of its command.

    With further arguments of its command, it does not count as a start of the row. Its name is derived from what was
    asked for, so that no request gets two Jobs.
    """
    owner, template = cron_job["metadata"], cron_job["spec"]["jobTemplate"]
    metadata, spec = template.get("metadata", {}), template["spec"]
    digest = hashlib.sha256(asked.encode()).hexdigest()[:10]
    pod = spec["template"].get("metadata", {})
    containers = spec["template"]["spec"]["containers"]
    if arguments:
        containers = [_with(one, arguments) for one in containers]
    if without:
        containers = [
            {**one, "command": [word for word in one.get("command", ()) if word != without]} for one in containers
        ]
    marks = {"cronjob.kubernetes.io/instantiate": "manual"}
    return {
        "apiVersion": "batch/v1",
        "kind": "Job",
        "metadata": {
            "name": f"{owner['name'][:52]}-{digest}",
            "labels": metadata.get("labels") or {},
            "annotations": {**(metadata.get("annotations") or {}), **marks},
            "ownerReferences": [
                {
                    "apiVersion": "batch/v1",
                    "kind": "CronJob",
                    "name": owner["name"],
                    "uid": owner["uid"],
                    "controller": True,
                }
            ],
        },
        "spec": {
            **spec,
            "template": {
                "metadata": {**pod, "annotations": {**(pod.get("annotations") or {}), **annotations}},
                "spec": {**spec["template"]["spec"], "containers": containers},
            },
        },
    }


def _with(container: Mapping[str, Any], arguments: Sequence[str]) -> dict[str, Any]:
    env = [one for one in container.get("env", ()) if one["name"] != STARTED_ROW]
    return {**container, "command": [*container["command"], *arguments], "env": env}
