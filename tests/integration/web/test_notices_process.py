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


@dataclass
class Flood(Work):
    """A queue that is never empty. Each round takes a second of `at`."""

    at: float = 0.0
    rounds: int = 0
    most: int = 100

    def __call__(self) -> int:
        self.at += 1.0
        self.rounds += 1
        return 1 if self.rounds < self.most else 0


class Pauses(threading.Event):
    """Counts the seconds of pauses instead of waiting; with `ends`, the process is to end in the first one."""

    def __init__(self, *, ends: bool = False) -> None:
        super().__init__()
        self.waited = 0.0
        self._ends = ends

    def wait(self, timeout: float | None = None) -> bool:
        self.waited += timeout or 0.0
        if self._ends:
            self.set()
        return self.is_set()


@dataclass
class Kept(Work):
    """Ends the process when it was called this often."""

    stop: Pauses = field(default_factory=Pauses)
    calls: int = 0
    most: int = 3

    def __call__(self) -> int:
        self.calls += 1
        if self.calls == self.most:
            self.stop.set()
        return 0


def test_notices_are_made_while_the_queue_of_sendings_is_never_empty() -> None:
    flood, kept = Flood(), Kept()
    keep, send = cast(KeepNotices, Work()), cast(SendNotices, flood)
    outages = cast(KeepNotices, kept)
    worker = NoticeWorker(keep, keep, keep, outages, send, SharedSettings(), lambda: None, lambda: flood.at)
    worker.run(kept.stop)

    assert kept.calls == 3
    assert flood.rounds == 20, "ten seconds of sending lie between two looks at outages"
    assert kept.stop.waited == 0, "who has more to send does not wait for it"


@dataclass
class Lost(Work):
    """A queue whose database goes away in the middle."""

    calls: int = 0

    def __call__(self) -> int:
        self.calls += 1
        if self.calls > 1:
            raise DatabaseAway(AWAY)
        return 1


def test_a_database_that_went_away_is_not_asked_without_a_pause() -> None:
    lost, stop = Lost(), Pauses(ends=True)
    keep = cast(KeepNotices, Work())
    worker = NoticeWorker(keep, keep, keep, keep, cast(SendNotices, lost), SharedSettings(), lambda: None)
    worker.run(stop)

    assert lost.calls == 2
    assert stop.waited > 0


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
