"""A worker pool, as described by the annotations of its Deployment, which the chart writes."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

PREFIX = "mercarich.dev/"
POOL_LABEL = f"{PREFIX}worker-pool"
RELEASE_LABEL = f"{PREFIX}release"
"""Label of a Deployment or CronJob: the release that installed it. Not `app.kubernetes.io/instance`, which GitOps tools
write over with a name of theirs."""
REASON_ANNOTATION = f"{PREFIX}reason"
NAME = "mercarich-operator"
"""Our name as field manager, in labels and in Events."""


class BadContract(Exception):
    """An annotation is missing or cannot be parsed; the text names it."""


@dataclass(frozen=True, slots=True)
class Contract:
    """The chart's description of a pool."""

    settings_key: str
    low: int
    high: int
    """`low` and `high` are the chart's bounds of the number of replicas."""
    topic: str
    group: str
    per_replica_target: int
    """Units of backlog (records, rows) for each replica."""
    connections: int
    """Maximum number of database connections of one replica."""


@dataclass(frozen=True, slots=True)
class Deployment:
    """A pool's Deployment and its autoscaler, as returned by the API server."""

    name: str
    pool: str
    uid: str
    annotations: Mapping[str, str]
    wanted: int
    """spec.replicas"""
    current: int
    ready: int
    autoscaler: Mapping[str, Any] | None
    load_known: bool = True
    """False once its autoscaler has been without the load metric for minutes."""


@dataclass(frozen=True, slots=True)
class Pool:
    """A Deployment with valid annotations."""

    deployment: Deployment
    contract: Contract

    @property
    def name(self) -> str:
        return self.deployment.pool


def labels_of(release: str) -> Mapping[str, str]:
    """Return the labels by which objects of this release are found; none without a release: all are."""
    return {RELEASE_LABEL: release} if release else {}


def read_contract(annotations: Mapping[str, str]) -> Contract:
    """Parse a Deployment's annotations. Raises `BadContract`."""
    bounds = re.fullmatch(r"(\d{1,4})\.\.(\d{1,4})", _text(annotations, "bounds"))
    if bounds is None or not 1 <= int(bounds[1]) <= int(bounds[2]):
        raise BadContract(f"{PREFIX}bounds: expected low..high with 1 <= low <= high, such as 1..24")
    return Contract(
        settings_key=_text(annotations, "settings-key"),
        low=int(bounds[1]),
        high=int(bounds[2]),
        topic=_text(annotations, "topic"),
        group=_text(annotations, "group"),
        per_replica_target=_count(annotations, "per-replica-target"),
        connections=_count(annotations, "connections"),
    )


def _text(annotations: Mapping[str, str], name: str) -> str:
    value = annotations.get(PREFIX + name, "").strip()
    if not value:
        raise BadContract(f"the annotation {PREFIX}{name} is missing")
    return value


def _count(annotations: Mapping[str, str], name: str) -> int:
    value = _text(annotations, name)
    if not re.fullmatch(r"[1-9]\d{0,6}", value):
        raise BadContract(f"{PREFIX}{name}: expected a whole number from 1, not {value[:40]!r}")
    return int(value)
