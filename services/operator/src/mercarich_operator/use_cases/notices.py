"""What people are told on a Deployment: changes at once, what lasts at most every ten minutes."""

import logging
from typing import Literal

from mercarich_operator import ports
from mercarich_operator.domain.pools import Deployment
from mercarich_platform.clock import Monotonic

log = logging.getLogger(__name__)

AGAIN_SECONDS = 600.0


class Notices:
    """An Event that cannot be posted is only logged: nothing may depend on it."""

    def __init__(self, cluster: ports.Cluster, monotonic: Monotonic) -> None:
        self._cluster = cluster
        self._monotonic = monotonic
        self._told: dict[tuple[str, str], tuple[float, str]] = {}

    def once(self, deployment: Deployment, reason: str, text: str) -> None:
        """A change, said now."""
        self._post(deployment, "Normal", reason, text)

    def again(self, deployment: Deployment, reason: str, text: str) -> None:
        """Something wrong that lasts: said when it begins or reads otherwise, then every `AGAIN_SECONDS`.

        A fault of a system has many texts, so that these count as one.
        """
        now = self._monotonic()
        last = self._told.get((deployment.uid, reason))
        if last is not None and now - last[0] < AGAIN_SECONDS and (last[1] == text or reason == "BoundsStand"):
            return
        self._told[deployment.uid, reason] = (now, text)
        log.warning(text, extra={"deployment": deployment.name})
        self._post(deployment, "Warning", reason, text)

    def _post(self, deployment: Deployment, kind: Literal["Normal", "Warning"], reason: str, text: str) -> None:
        try:
            self._cluster.tell(deployment, kind, reason, text)
        except ports.ClusterAway as away:
            log.warning("an event could not be posted", extra={"deployment": deployment.name, "why": str(away)})
