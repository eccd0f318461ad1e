"""`ports.Cluster` over the API server: reads Deployments, applies autoscalers, scales replicas, posts Events."""

import hashlib
from collections.abc import Mapping, Sequence
from typing import Any, Literal

from mercarich_contracts.pools import HpaPlan
from mercarich_operator.adapters.api_server import APPLY_PATCH, MERGE_PATCH, ApiServer, Exists, selector
from mercarich_operator.adapters.autoscaler import MANAGED_BY, differs, load_known, manifest
from mercarich_operator.domain.pools import NAME, POOL_LABEL, Deployment, Pool, labels_of
from mercarich_platform.clock import Clock

EVENT_TEXT = 1024
"""Maximum length of an Event's text in the API."""


class KubernetesCluster:
    def __init__(self, server: ApiServer, namespace: str, release: str, now: Clock) -> None:
        self._server = server
        self._namespace = namespace
        self._release = labels_of(release)
        self._now = now
        self._deployments = f"/apis/apps/v1/namespaces/{namespace}/deployments"
        self._autoscalers = f"/apis/autoscaling/v2/namespaces/{namespace}/horizontalpodautoscalers"
        self._events = f"/api/v1/namespaces/{namespace}/events"

    def deployments(self) -> Sequence[Deployment]:
        self._server.renew()
        found = self._server.call("GET", self._deployments, query=selector(POOL_LABEL, self._release))["items"]
        ours = self._server.call("GET", self._autoscalers, query={"labelSelector": f"{MANAGED_BY}={NAME}"})["items"]
        autoscalers = {each["metadata"]["name"]: each for each in ours}
        return [
            self._deployment(each, autoscalers.get(each["metadata"]["name"]))
            for each in sorted(found, key=lambda each: str(each["metadata"]["name"]))
            if "deletionTimestamp" not in each["metadata"]
        ]

    def set_bounds(self, pool: Pool, plan: HpaPlan, why: str) -> bool:
        wanted = manifest(pool, plan, why, self._release)
        if not differs(wanted, pool.deployment.autoscaler):
            return False
        path = f"{self._autoscalers}/{pool.deployment.name}"
        self._server.call("PATCH", path, wanted, kind=APPLY_PATCH, query={"fieldManager": NAME, "force": "true"})
        return True

    def scale(self, pool: Pool, replicas: int) -> None:
        path = f"{self._deployments}/{pool.deployment.name}/scale"
        body = {"spec": {"replicas": replicas}}
        self._server.call("PATCH", path, body, kind=MERGE_PATCH, query={"fieldManager": NAME})

    def tell(self, deployment: Deployment, kind: Literal["Normal", "Warning"], reason: str, text: str) -> None:
        """Post an Event. The same text again updates the time of the existing one."""
        digest = hashlib.sha256(f"{deployment.uid} {reason} {text}".encode()).hexdigest()[:16]
        name = f"{deployment.name[:200]}.{digest}"
        at = f"{self._now():%Y-%m-%dT%H:%M:%SZ}"
        event = {
            "apiVersion": "v1",
            "kind": "Event",
            "metadata": {"name": name, "namespace": self._namespace},
            "involvedObject": {
                "apiVersion": "apps/v1",
                "kind": "Deployment",
                "namespace": self._namespace,
                "name": deployment.name,
                "uid": deployment.uid,
            },
            "type": kind,
            "reason": reason,
            "message": text[:EVENT_TEXT],
            "source": {"component": NAME},
            "firstTimestamp": at,
            "lastTimestamp": at,
            "count": 1,
        }
        try:
            self._server.call("POST", self._events, event)
        except Exists:
            self._server.call("PATCH", f"{self._events}/{name}", {"lastTimestamp": at}, kind=MERGE_PATCH)

    def _deployment(self, found: Mapping[str, Any], autoscaler: Mapping[str, Any] | None) -> Deployment:
        metadata, status = found["metadata"], found.get("status", {})
        return Deployment(
            name=metadata["name"],
            pool=metadata["labels"][POOL_LABEL],
            uid=metadata["uid"],
            annotations=metadata.get("annotations") or {},
            wanted=found["spec"].get("replicas", 1),
            current=status.get("replicas", 0),
            ready=status.get("readyReplicas", 0),
            autoscaler=autoscaler,
            load_known=load_known(autoscaler, self._now()),
        )
