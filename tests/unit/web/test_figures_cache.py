"""The cache of figures: fetched once, returned while they are refreshed, fetched again after a change."""

import threading

from mercarich_web.listings.figures_cache import FRESH_SECONDS, KEPT_SECONDS, FiguresCache


class Book:
    """Counts up with each fetch, and signals when one is done."""

    def __init__(self) -> None:
        self.fetched = 0
        self.done = threading.Semaphore(0)
        self.at = 0.0
        self.figures = FiguresCache(self._fetch, lambda: self.at)

    def _fetch(self, user_id: int) -> tuple[int, int]:
        self.fetched += 1
        self.done.release()
        return user_id, self.fetched


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
    assert book.fetched == 1


def test_after_a_change_the_next_look_fetches() -> None:
    book = Book()
    book.figures(7)
    book.figures.forget(7)

    assert book.figures(7) == (7, 2)
