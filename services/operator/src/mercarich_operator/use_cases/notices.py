"""Kubernetes Events on a Deployment, for people: each change at once, a lasting problem every ten minutes at most."""

import logging
from typing import Literal

from mercarich_operator import ports
from mercarich_operator.domain.pools import Deployment
from mercarich_platform.clock import Monotonic

log = logging.getLogger(__name__)

AGAIN_SECONDS = 600.0


class Notices:
    """Posts Events. One that cannot be posted is only logged: nothing may depend on it."""

    def __init__(self, cluster: ports.Cluster, monotonic: Monotonic) -> None:
        self._cluster = cluster
        self._monotonic = monotonic
        self._posted: dict[tuple[str, str], tuple[float, str]] = {}

    def once(self, deployment: Deployment, reason: str, text: str) -> None:
        """Post a change now."""
        self._post(deployment, "Normal", reason, text)

    def again(self, deployment: Deployment, reason: str, text: str) -> None:
        """Post a lasting problem: when it begins or its text changes, then every `AGAIN_SECONDS`.

        Failures of another system (`BoundsStand`) have many texts, so that all these count as one.
        """
        now = self._monotonic()
        last = self._posted.get((deployment.uid, reason))
        if last is not None and now - last[0] < AGAIN_SECONDS and (last[1] == text or reason == "BoundsStand"):
            return
        self._posted[deployment.uid, reason] = (now, text)
        log.warning("a pool has a problem", extra={"deployment": deployment.name, "reason": reason, "why": text})
        self._post(deployment, "Warning", reason, text)

    def _post(self, deployment: Deployment, kind: Literal["Normal", "Warning"], reason: str, text: str) -> None:
        try:
            self._cluster.tell(deployment, kind, reason, text)
        except ports.ClusterAway as away:
            log.warning("an event could not be posted", extra={"deployment": deployment.name, "why": str(away)})
