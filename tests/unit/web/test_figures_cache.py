"""The cache of figures: fetched once, returned while they are refreshed, fetched again after a change."""

import threading

import pytest

from mercarich_web.listings.figures_cache import FRESH_SECONDS, KEPT_SECONDS, STALE_SECONDS, FiguresCache


class Book:
    """Counts up with each fetch, and signals when one is done."""

    def __init__(self) -> None:
        self.asked: list[int] = []
        self.done = threading.Semaphore(0)
        self.may_fetch = threading.Event()
        self.may_fetch.set()
        self.at = 0.0
        self.takes = 0.0
        self.figures = FiguresCache(self._fetch, lambda: self.at)

    def _fetch(self, user_id: int) -> tuple[int, int]:
        assert self.may_fetch.wait(10)
        self.asked.append(user_id)
        self.at += self.takes
        count = len(self.asked)
        self.done.release()
        return user_id, count


def test_a_fresh_value_is_not_fetched_again() -> None:
    book = Book()

    assert [book.figures(7), book.figures(7), book.figures(8)] == [(7, 1), (7, 1), (8, 2)]


def test_an_older_value_is_told_at_once_and_renewed_for_the_next() -> None:
    book = Book()
    book.figures(7)
    book.at = FRESH_SECONDS + 1
    told = book.figures(7)
    book.done.acquire()
    assert book.done.acquire(timeout=10)
    book.figures.close()

    assert told == (7, 1)
    assert book.figures(7) == (7, 2)


@pytest.mark.parametrize(("takes", "fresh"), [(0.01, FRESH_SECONDS), (0.03, 30.0), (5.0, STALE_SECONDS)])
def test_what_took_long_is_renewed_less_often(takes: float, fresh: float) -> None:
    book = Book()
    book.takes = takes
    book.figures(7)
    assert book.done.acquire(timeout=10)
    counted = book.at
    book.at = counted + fresh
    book.figures(7)
    book.at = counted + fresh + 0.1
    book.figures(7)
    assert book.done.acquire(timeout=10)
    book.figures.close()

    assert book.asked == [7, 7]


def test_a_value_is_renewed_once_however_often_it_is_asked_for_meanwhile() -> None:
    book = Book()
    book.figures(7)
    book.figures(8)
    book.at = FRESH_SECONDS + 1
    book.may_fetch.clear()
    for user_id in (7, 7, 7, 8):
        book.figures(user_id)
    book.may_fetch.set()
    assert all(book.done.acquire(timeout=10) for _ in range(4))
    book.figures.close()

    assert book.asked == [7, 8, 7, 8]


def test_a_value_that_is_too_old_is_not_told() -> None:
    book = Book()
    book.figures(7)
    book.at = KEPT_SECONDS + 1

    assert book.figures(7) == (7, 2)


def test_what_would_be_fetched_first_is_not_known() -> None:
    book = Book()

    assert book.figures.known(7) is None
    book.figures(7)
    assert book.figures.known(7) == (7, 1)
    book.at = KEPT_SECONDS + 1
    assert book.figures.known(7) is None
    assert book.asked == [7]


def test_after_a_change_the_next_look_fetches() -> None:
    book = Book()
    book.figures(7)
    book.figures.forget(7)

    assert book.figures(7) == (7, 2)
