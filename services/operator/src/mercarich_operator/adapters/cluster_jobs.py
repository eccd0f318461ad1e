"""`ports_starts.Starter` and `CronJobs` over the API server: Jobs made as `kubectl create job --from` makes them."""

import hashlib
from collections.abc import Mapping
from contextlib import suppress
from datetime import timedelta
from typing import Any

from mercarich_operator.adapters.api_server import ApiServer, Exists
from mercarich_operator.domain.missed import CATCH_UP, Cron
from mercarich_operator.domain.pools import PREFIX
from mercarich_operator.ports_starts import CannotStart, Wanted

SCHEDULE_LABEL = f"{PREFIX}schedule"
"""Label of a CronJob: its row of the schedule."""
BY_HAND = f"{PREFIX}by-hand"
"""Label of a pod that was started by a person, so that a pause does not stop it."""


class KubernetesJobs:
    def __init__(self, server: ApiServer, namespace: str) -> None:
        self._server = server
        self._cron_jobs = f"/apis/batch/v1/namespaces/{namespace}/cronjobs"
        self._jobs = f"/apis/batch/v1/namespaces/{namespace}/jobs"

    def start(self, wanted: Wanted) -> str:
        cron_job = self._cron_job(wanted.name)
        job = job_of(cron_job, wanted)
        if cron_job["spec"].get("concurrencyPolicy") == "Forbid" and self._runs(cron_job, job):
            raise CannotStart("its last start has not ended, and two must not run at the same time")
        with suppress(Exists):  # made before for the same request, which its name says
            self._server.call("POST", self._jobs, job)
        return str(job["metadata"]["name"])

    def cron(self, name: str) -> Cron:
        cron_job = self._cron_job(name)
        spec = cron_job["spec"]
        return Cron(
            expression=spec["schedule"],
            time_zone=spec.get("timeZone") or "UTC",
            suspended=bool(spec.get("suspend")),
            active=bool(cron_job.get("status", {}).get("active")),
            deadline=timedelta(seconds=spec.get("startingDeadlineSeconds") or 0),
        )

    def _cron_job(self, name: str) -> Mapping[str, Any]:
        found = self._server.call("GET", self._cron_jobs, query={"labelSelector": f"{SCHEDULE_LABEL}={name}"})["items"]
        if len(found) != 1:
            raise CannotStart(f"there are {len(found)} CronJobs of {name} in this namespace, not one")
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


def _has_ended(job: Mapping[str, Any]) -> bool:
    conditions = job.get("status", {}).get("conditions") or ()
    return any(one["type"] in ("Complete", "Failed") and one["status"] == "True" for one in conditions)


def job_of(cron_job: Mapping[str, Any], wanted: Wanted) -> dict[str, Any]:
    """Return a Job of the CronJob's template, with our labels added.

    Its name is derived from the request, so that no request gets two Jobs.
    """
    owner, template = cron_job["metadata"], cron_job["spec"]["jobTemplate"]
    metadata, spec = template.get("metadata", {}), template["spec"]
    digest = hashlib.sha256(f"{wanted.name} {wanted.at.isoformat()}".encode()).hexdigest()[:10]
    pod = spec["template"].get("metadata", {})
    marks = {"cronjob.kubernetes.io/instantiate": "manual"}
    by_hand = {} if wanted.by == CATCH_UP else {BY_HAND: "yes"}
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
                **spec["template"],
                "metadata": {**pod, "annotations": {**(pod.get("annotations") or {}), **by_hand}},
            },
        },
    }
