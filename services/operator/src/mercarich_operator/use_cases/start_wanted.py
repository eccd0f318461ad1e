"""Starts requested in the pages: one Job each. The pages' own pods have no access to the API server."""

import logging
from dataclasses import dataclass

from mercarich_operator.ports import ClusterAway
from mercarich_operator.ports_starts import CannotStart, StartBook, Starter, Wanted
from mercarich_platform.outages import DatabaseAway

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class StartWanted:
    book: StartBook
    starter: Starter

    def __call__(self) -> None:
        """Do nothing while the database is away; the round before has logged that."""
        try:
            for wanted in self.book.open():
                self._start(wanted)
        except DatabaseAway:
            return

    def _start(self, wanted: Wanted) -> None:
        """Create the Job before the row: after a crash in between, the same name prevents a second Job."""
        try:
            job = self.starter.start(wanted)
        except (CannotStart, ClusterAway) as error:
            problem = str(error)[:255]
            if problem != wanted.problem:
                log.warning("a start by hand has to wait", extra={"schedule": wanted.name, "why": problem})
                self.book.put_off(wanted, problem)
            return
        log.info("started by hand", extra={"schedule": wanted.name, "job": job, "by": wanted.by})
        self.book.started(wanted, job)
