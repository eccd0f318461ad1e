"""A job's progress, and the threads that take its slices."""

import threading
from typing import Any

import pytest

from mercarich_contracts.messages import JobWaiting
from mercarich_platform.kafka import Record
from mercarich_platform.outages import DatabaseAway
from mercarich_platform.worker import Undecodable
from mercarich_web.jobs.handlers import JobWaitingHandler
from mercarich_web.jobs.jobs import progress
from mercarich_web.jobs.slice_threads import SliceThreads


@pytest.mark.parametrize(
    ("state", "phase", "done", "total", "cursor", "percent"),
    [
        ("waiting", "reading", 0, None, {"offset": 0, "size": 1000}, 0),
        ("running", "reading", 9, None, {"offset": 500, "size": 1000}, 30),
        ("running", "comparing", 9, 100, {"number": 50}, 75),
        ("running", "sources", 9, 100, {"number": 100}, 98),
        ("running", "applying", 9, 100, {"number": 0}, 98),
        ("finished", "ended", 9, 100, {}, 100),
        ("failed", "ended", 9, 100, {}, 0),
        ("running", "searching", 1, 4, {"pages": 4, "page": 2}, 37),
        ("running", "searching", 4, 4, {"pages": 4, "page": 0}, 99),
        ("waiting", "reading", 0, None, {"offset": 0, "size": 0}, 0),
    ],
)
def test_progress_grows_and_is_100_only_at_the_end(
    state: str, phase: str, done: int, total: int | None, cursor: dict[str, Any], percent: int
) -> None:
    assert progress(state, phase, done, total, cursor) == percent


def test_slices_are_taken_until_nobody_waits_and_again_when_woken() -> None:
    stop, idle, again = threading.Event(), threading.Event(), threading.Event()
    work = [True, True, False]

    def a_slice(_stop: threading.Event) -> bool:
        if work:
            return work.pop(0)
        (again if idle.is_set() else idle).set()
        return False

    threads = SliceThreads(a_slice, 1, stop)
    threads.start()
    assert idle.wait(5)
    threads.wake()
    assert again.wait(5)
    threads.check()
    stop.set()
    threads.close()


def test_a_database_that_is_away_is_waited_for_and_a_fault_of_ours_ends_the_process() -> None:
    stop, ended = threading.Event(), threading.Event()
    answers: list[Exception] = [ValueError("a fault of ours")]

    def a_slice(_stop: threading.Event) -> bool:
        ended.set()
        raise answers.pop()

    threads = SliceThreads(a_slice, 1, stop)
    threads.start()
    assert ended.wait(5)
    stop.set()
    threads.close()
    with pytest.raises(ValueError, match="a fault of ours"):
        threads.check()

    patient = SliceThreads(_away(stop), 1, stop)
    stop.clear()
    patient.start()
    patient.close()
    patient.check()


def test_a_record_wakes_and_one_that_cannot_be_read_is_told_as_undecodable() -> None:
    woken: list[int] = []
    handle = JobWaitingHandler(lambda: woken.append(1))

    handle(_record(JobWaiting(job_id=7).encode()), threading.Event())
    with pytest.raises(Undecodable):
        handle(_record(b"{}"), threading.Event())

    assert woken == [1]


def _away(stop: threading.Event) -> Any:
    def a_slice(_stop: threading.Event) -> bool:
        stop.set()
        raise DatabaseAway("away")

    return a_slice


def _record(value: bytes) -> Record:
    return Record(topic="jobs.search", partition=0, offset=0, timestamp_ms=0, key=None, value=value, headers=())
