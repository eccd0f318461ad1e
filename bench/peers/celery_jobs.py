"""celery, prefork: `celery -A bench.peers.celery_jobs worker --pool prefork`; `python -m bench.peers.celery_jobs`
produces. Results are not kept, messages are taken one ahead a process."""

from bench.peers import work
from celery import Celery

app = Celery("check", broker=work.REDIS)
app.conf.update(
    task_ignore_result=True,
    worker_prefetch_multiplier=4,
    worker_send_task_events=False,
    task_send_sent_event=False,
    broker_connection_retry_on_startup=True,
)


@app.task(name="check")
def check(items: list[work.Known]) -> None:
    work.check(items)


def main() -> None:
    with app.producer_pool.acquire(block=True) as producer:
        for items in work.jobs():
            check.apply_async((items,), producer=producer)


if __name__ == "__main__":
    main()
