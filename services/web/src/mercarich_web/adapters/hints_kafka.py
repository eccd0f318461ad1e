"""`ports_jobs.Hints` over Kafka."""

import logging

from mercarich_contracts.messages import JobWaiting
from mercarich_contracts.topics import JOBS
from mercarich_platform.kafka import BrokerAway, Publisher
from mercarich_web.domain.jobs import Kind

log = logging.getLogger(__name__)

ACKNOWLEDGED_WITHIN = 3.0


class KafkaHints:
    def __init__(self, publisher: Publisher) -> None:
        self._publisher = publisher

    def waiting(self, kind: Kind, job_id: int) -> None:
        try:
            self._publisher.publish(JOBS[kind].name, JobWaiting(job_id=job_id).encode(), key=b"%d" % job_id)
            self._publisher.flush(ACKNOWLEDGED_WITHIN)
        except BrokerAway as error:
            log.info("no worker was woken; they look by themselves", extra={"why": str(error)})
