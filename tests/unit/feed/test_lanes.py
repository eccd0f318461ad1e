"""Lanes: each seller by one thread at a time, no wake lost, several sellers in parallel."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest

from mercarich_feed.adapters.lanes import Lane
from mercarich_platform.outages import DatabaseAway

Work = Callable[[int, set[str]], float | None]


@contextmanager
def lane(work: Work, threads: int = 4) -> Iterator[Lane[str]]:
    made: Lane[str] = Lane("test", threads, work)
    made.start()
    try:
        yield made
    finally:
        made.stop()


def wait_for(holds: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 5
    while not holds():
        assert time.monotonic() < deadline
        time.sleep(0.005)


def test_a_seller_that_is_woken_while_he_is_worked_on_is_worked_on_once_more_and_never_twice_at_once() -> None:
    at_work: list[int] = []
    most: list[int] = []
    begun, go_on = threading.Event(), threading.Event()

    def work(user_id: int, _wishes: set[str]) -> None:
        at_work.append(user_id)
        most.append(len(at_work))
        begun.set()
        assert go_on.wait(5)
        at_work.remove(user_id)

    with lane(work) as made:
        made.wake(1)
        assert begun.wait(5)
        made.wake(1)
        made.wake(1)
        go_on.set()
        wait_for(lambda: len(most) == 2)
    assert most == [1, 1]


def test_sellers_are_worked_on_side_by_side() -> None:
    together = threading.Barrier(4)

    def work(_user_id: int, _wishes: set[str]) -> None:
        together.wait(5)

    with lane(work) as made:
        for user_id in range(4):
            made.wake(user_id)
        wait_for(lambda: made._running == set() and not made._due)
        made.check()


def test_wishes_are_gathered_and_kept_while_the_work_goes_on() -> None:
    seen: list[frozenset[str]] = []

    def work(_user_id: int, wishes: set[str]) -> float | None:
        seen.append(frozenset(wishes))
        return 0.01 if len(seen) < 3 else None

    with lane(work, threads=1) as made:
        made.wake(1, "a", after_seconds=0.05)
        made.wake(1, "b", after_seconds=0.05)
        wait_for(lambda: len(seen) == 3)
    assert seen == [frozenset({"a", "b"})] * 3


def test_a_wish_that_was_done_is_not_wished_again_whatever_happens_after(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("mercarich_feed.adapters.lanes._DATABASE_SECONDS", 0.01)
    seen: list[frozenset[str]] = []

    def work(_user_id: int, wishes: set[str]) -> float | None:
        seen.append(frozenset(wishes))
        wishes.discard("a")
        if len(seen) == 1:
            raise DatabaseAway("away")
        return None

    with lane(work, threads=1) as made:
        made.wake(1, "a", "b")
        wait_for(lambda: len(seen) == 2)
    assert seen == [{"a", "b"}, {"b"}]


def test_a_later_wake_is_not_forgotten_while_another_seller_is_worked_on() -> None:
    done: list[int] = []
    go_on = threading.Event()

    def work(user_id: int, _wishes: set[str]) -> None:
        if user_id == 1:
            assert go_on.wait(5)
        done.append(user_id)

    with lane(work, threads=2) as made:
        made.wake(2, after_seconds=0.1)
        made.wake(1)
        wait_for(lambda: done == [2])
        go_on.set()


def test_a_database_that_is_away_is_tried_again_later(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("mercarich_feed.adapters.lanes._DATABASE_SECONDS", 0.01)
    tries: list[int] = []

    def work(user_id: int, _wishes: set[str]) -> None:
        tries.append(user_id)
        if len(tries) == 1:
            raise DatabaseAway("away")

    with lane(work) as made:
        made.wake(1)
        wait_for(lambda: len(tries) == 2)
        made.check()


def test_a_fault_of_the_program_is_raised_by_the_check() -> None:
    def work(_user_id: int, _wishes: set[str]) -> None:
        raise KeyError("a fault")

    with lane(work, threads=1) as made:
        made.wake(1)
        wait_for(lambda: made._threads[0].done())
        with pytest.raises(KeyError):
            made.check()
