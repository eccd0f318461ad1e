"""Hints over Kafka that a job waits."""

import logging
from concurrent.futures import ThreadPoolExecutor

from mercarich_contracts.messages import JobWaiting
from mercarich_contracts.topics import JOBS
from mercarich_platform.kafka import AnyPublisher
from mercarich_platform.outages import BrokerAway
from mercarich_web.jobs.jobs import Kind

log = logging.getLogger(__name__)

ACKNOWLEDGED_WITHIN = 3.0


class KafkaHints:
    def __init__(self, publisher: AnyPublisher) -> None:
        self._publisher = publisher

    def waiting(self, kind: Kind, job_id: int) -> None:
        try:
            self._publisher.publish(JOBS[kind].name, JobWaiting(job_id=job_id).encode(), key=b"%d" % job_id)
            self._publisher.flush(ACKNOWLEDGED_WITHIN)
        except BrokerAway as error:
            log.info("no worker was woken; workers poll the table", extra={"why": str(error)})


class HintsMeanwhile:
    """The same hints, sent without waiting for the broker: a thread that serves a page has no seconds to spare."""

    def __init__(self, hints: KafkaHints) -> None:
        self._hints = hints
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="hints")

    def waiting(self, kind: Kind, job_id: int) -> None:
        self._thread.submit(self._hints.waiting, kind, job_id)

    def close(self) -> None:
        """Stop sending; unsent hints are dropped."""
        self._thread.shutdown(wait=True, cancel_futures=True)
