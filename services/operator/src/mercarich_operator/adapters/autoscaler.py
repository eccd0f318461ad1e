"""The HorizontalPodAutoscaler (autoscaling/v2) of a pool, and whether the existing one differs from it."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from mercarich_contracts.pools import HpaPlan
from mercarich_operator.domain.pools import NAME, POOL_LABEL, REASON_ANNOTATION, Pool

MANAGED_BY = "app.kubernetes.io/managed-by"
CPU_PERCENT = 75
BLIND_AFTER = timedelta(minutes=5)

_BEHAVIOR: Mapping[str, Any] = {
    "scaleUp": {
        "stabilizationWindowSeconds": 0,
        "selectPolicy": "Max",
        "policies": [
            {"type": "Pods", "value": 4, "periodSeconds": 60},
            {"type": "Percent", "value": 100, "periodSeconds": 60},
        ],
    },
    # Scale down rarely, because each step moves partitions between workers.
    "scaleDown": {
        "stabilizationWindowSeconds": 600,
        "selectPolicy": "Max",
        "policies": [{"type": "Pods", "value": 1, "periodSeconds": 120}],
    },
}


def manifest(pool: Pool, plan: HpaPlan, why: str, release: Mapping[str, str] = {}) -> dict[str, Any]:
    """Return all fields that we own, with the labels of the release among them.

    The load metric lets the number fall when the minimum from the backlog falls.
    """
    deployment = pool.deployment
    return {
        "apiVersion": "autoscaling/v2",
        "kind": "HorizontalPodAutoscaler",
        "metadata": {
            "name": deployment.name,
            "labels": {MANAGED_BY: NAME, "app.kubernetes.io/part-of": "mercarich", POOL_LABEL: pool.name, **release},
            "annotations": {REASON_ANNOTATION: why},
            "ownerReferences": [
                {
                    "apiVersion": "apps/v1",
                    "kind": "Deployment",
                    "name": deployment.name,
                    "uid": deployment.uid,
                    "controller": True,
                }
            ],
        },
        "spec": {
            "scaleTargetRef": {"apiVersion": "apps/v1", "kind": "Deployment", "name": deployment.name},
            "minReplicas": plan.min,
            "maxReplicas": plan.max,
            "metrics": [
                {
                    "type": "Resource",
                    "resource": {"name": "cpu", "target": {"type": "Utilization", "averageUtilization": CPU_PERCENT}},
                }
            ],
            "behavior": _BEHAVIOR,
        },
    }


def load_known(found: Mapping[str, Any] | None, now: datetime) -> bool:
    """Return False when the autoscaler has had no metric for `BLIND_AFTER`; new pods have none for a while, too."""
    conditions = (found or {}).get("status", {}).get("conditions") or ()
    for condition in conditions:
        if (
            condition["type"] == "ScalingActive"
            and condition["status"] == "False"
            and str(condition.get("reason", "")).startswith("FailedGet")
        ):
            return now - datetime.fromisoformat(condition["lastTransitionTime"]) < BLIND_AFTER
    return True


def differs(wanted: Mapping[str, Any], found: Mapping[str, Any] | None) -> bool:
    """Return whether a field that we own has another value. Keys that others added to a mapping are left to them."""
    # Only these two are compared: items of a list have neither kind nor apiVersion.
    return found is None or any(_differs(wanted[part], found.get(part)) for part in ("metadata", "spec"))


def _differs(wanted: Any, found: Any) -> bool:
    if isinstance(wanted, Mapping):
        return not isinstance(found, Mapping) or any(_differs(value, found.get(key)) for key, value in wanted.items())
    if isinstance(wanted, list):
        if not isinstance(found, list) or len(wanted) != len(found):
            return True
        return any(_differs(*pair) for pair in zip(wanted, found, strict=True))
    return bool(wanted != found)
