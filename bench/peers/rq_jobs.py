"""rq: `produce`, or a worker of the named class, with everything imported before it forks.

python -m bench.peers.rq_jobs produce | worker Worker | worker SimpleWorker
"""

import sys

from bench.peers import work
from redis import Redis
from rq import Queue, SimpleWorker, Worker

QUEUE = "check"
CHUNK = 1_000
"""Jobs per pipeline."""


def main() -> None:
    redis = Redis.from_url(work.REDIS)
    if sys.argv[1] == "produce":
        produce(Queue(QUEUE, connection=redis))
    else:
        kind = {"Worker": Worker, "SimpleWorker": SimpleWorker}[sys.argv[2]]
        kind([QUEUE], connection=redis).work(logging_level="WARNING")


def produce(queue: Queue) -> None:
    prepared = [Queue.prepare_data(work.check, (items,), result_ttl=0, timeout=300) for items in work.jobs()]
    for first in range(0, len(prepared), CHUNK):
        queue.enqueue_many(prepared[first : first + CHUNK])


if __name__ == "__main__":
    main()
