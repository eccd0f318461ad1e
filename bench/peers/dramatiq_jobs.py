"""dramatiq: `dramatiq bench.peers.dramatiq_jobs --processes 2 --threads 32`; `python -m bench.peers.dramatiq_jobs`
produces."""

import dramatiq
from bench.peers import work
from dramatiq.brokers.redis import RedisBroker

dramatiq.set_broker(RedisBroker(url=work.REDIS))


@dramatiq.actor(max_retries=3)
def check(items: list[work.Known]) -> None:
    work.check(items)


if __name__ == "__main__":
    for job in work.jobs():
        check.send(job)
