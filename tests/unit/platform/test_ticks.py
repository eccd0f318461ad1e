"""Which ticks a worker runs: its own always, and those that one member runs for the whole group only while it leads."""

import threading
import time

from mercarich_platform.ticks import Tick, Ticks


def test_a_tick_that_is_run_alone_rests_until_its_worker_leads() -> None:
    turns: list[str] = []
    ran = threading.Event()

    def alone() -> None:
        turns.append("alone")
        ran.set()

    def failed(what: str, error: BaseException) -> None:
        raise AssertionError(what) from error

    ticks = Ticks([Tick("alone", 60, alone, alone=True), Tick("each", 0, lambda: turns.append("each"))], fail=failed)
    deadline = time.monotonic() + 10
    while turns.count("each") < 3:
        ticks.step(leads=False)
        assert time.monotonic() < deadline
    assert "alone" not in turns
    ticks.step(leads=True)
    assert ran.wait(10)
    ticks.stop()


def test_no_tick_waits_for_one_that_takes_long() -> None:
    """A released hold does not wait until all listings are counted."""
    begun, counted, turns = threading.Event(), threading.Event(), list[str]()

    def count() -> None:
        begun.set()
        assert counted.wait(10)

    def failed(what: str, error: BaseException) -> None:
        raise AssertionError(what) from error

    ticks = Ticks(
        [Tick("count", 60, count, takes_long=True), Tick("each", 0, lambda: turns.append("each"))], fail=failed
    )
    deadline = time.monotonic() + 10
    while not begun.is_set() or len(turns) < 3:
        ticks.step(leads=True)
        assert time.monotonic() < deadline
    assert not counted.is_set()
    counted.set()
    ticks.stop()
