"""The process of notices says whether it works: it is ready while it reaches the database."""

import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import cast

import httpx

from mercarich_platform.outages import DatabaseAway
from mercarich_platform.settings import SharedSettings
from mercarich_web.notices.keeping import KeepNotices, SendNotices
from mercarich_web.notices.worker import NoticeWorker

AWAY = "the database does not answer"


@dataclass
class Work:
    """What a turn does: nothing, on a database that may be away."""

    away: threading.Event = field(default_factory=threading.Event)

    def __call__(self) -> int:
        if self.away.is_set():
            raise DatabaseAway(AWAY)
        return 0

    def sweep(self) -> None:
        self()


def test_it_is_ready_while_it_reaches_the_database(port: int) -> None:
    work, stop = Work(), threading.Event()
    keep = cast(KeepNotices, work)
    shared = SharedSettings(metrics_host="127.0.0.1", metrics_port=port)
    worker = NoticeWorker(keep, keep, keep, keep, cast(SendNotices, work), shared, close=lambda: None)
    work.away.set()
    with ThreadPoolExecutor(1) as pool:
        done = pool.submit(worker.run, stop)
        try:
            until(lambda: ask(port, "/readyz") == (503, AWAY))
            work.away.clear()
            until(lambda: ask(port, "/readyz") == (200, "ok"))
            work.away.set()
            until(lambda: ask(port, "/readyz") == (503, AWAY))
            assert ask(port, "/healthz") == (200, "ok"), "a restart would not help"
        finally:
            stop.set()
        assert done.result(60) == 0


def ask(port: int, path: str) -> tuple[int, str] | None:
    try:
        response = httpx.get(f"http://127.0.0.1:{port}{path}", trust_env=False, timeout=30)
    except httpx.TransportError:
        return None
    return response.status_code, response.text


def until(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < deadline, "the condition did not come true"
        time.sleep(0.05)
