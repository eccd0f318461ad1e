"""Take over runs whose planner gives no sign of life: a Job goes on with each under its request key.

Kubernetes itself starts the pod of a Job again when its process ends. It waits for minutes when a node is lost, and it
knows nothing of a run that a person has started in the toolbox pod.
"""

import logging
from dataclasses import dataclass, field

from mercarich_operator.ports import ClusterAway
from mercarich_operator.ports_starts import CannotStart, LostRun, StartBook, Starter
from mercarich_platform.outages import DatabaseAway

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class TakeOver:
    book: StartBook
    starter: Starter
    logged: dict[str, str] = field(default_factory=dict)
    """Request key -> why its run cannot be taken over, so that each reason is logged once."""

    def __call__(self) -> None:
        """Do nothing while the database is away; the round before has logged that."""
        try:
            for lost in self.book.lost_runs():
                self._take_over(lost)
        except DatabaseAway:
            return

    def _take_over(self, lost: LostRun) -> None:
        try:
            job = self.starter.take_over(lost)
        except (CannotStart, ClusterAway) as error:
            if self.logged.get(lost.request_key) != str(error):
                log.warning("a run cannot be taken over", extra={"request_key": lost.request_key, "why": str(error)})
                self.logged[lost.request_key] = str(error)
            return
        self.logged.pop(lost.request_key, None)
        if job is not None:
            log.warning("a run without a planner is taken over", extra={"request_key": lost.request_key, "job": job})
