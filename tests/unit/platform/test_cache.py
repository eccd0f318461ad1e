"""The cache: values for some seconds, a limited number, fetched as rarely as possible, by any thread."""

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from mercarich_platform.cache import Cache, LoadingCache


class Hand:
    """A clock that a test moves."""

    def __init__(self) -> None:
        self.time = 0.0

    def __call__(self) -> float:
        return self.time


def test_a_value_is_given_again_until_its_time_is_over() -> None:
    clock = Hand()
    cache = Cache[str, int](10, now=clock)
    cache.put("a", 1)
    clock.time = 9.9
    assert cache.get("a") == 1
    clock.time = 10.0
    assert cache.get("a") is None


def test_the_cache_stays_within_its_size() -> None:
    cache = Cache[int, int](10, size=3, now=Hand())
    for number in range(10):
        cache.put(number, number)

    assert len(cache) == 3
    assert cache.get(9) == 9
    assert cache.get(0) is None


def test_what_is_too_old_is_dropped_when_something_comes() -> None:
    clock = Hand()
    cache = Cache[int, int](10, size=1000, now=clock)
    for number in range(100):
        clock.time = float(number)
        cache.put(number, number)

    assert len(cache) == 10


def test_a_cache_of_no_seconds_keeps_nothing() -> None:
    cache = Cache[str, int](0, size=3, now=Hand())
    cache.put("a", 1)

    assert cache.get("a") is None
    assert len(cache) == 0


def test_a_function_is_called_again_when_its_value_is_too_old() -> None:
    clock, fetched = Hand(), iter(range(10))
    value = LoadingCache(lambda: next(fetched), 5.0, now=clock)
    assert [value(), value()] == [0, 0]
    clock.time = 5.0

    assert value() == 1


def test_a_function_is_called_once_for_equal_arguments() -> None:
    fetched: list[tuple[int, str]] = []

    def fetch(number: int, text: str) -> str:
        fetched.append((number, text))
        return text * number

    value = LoadingCache(fetch, 5.0, now=Hand())

    assert [value(2, "a"), value(2, "b"), value(2, "a")] == ["aa", "bb", "aa"]
    assert fetched == [(2, "a"), (2, "b")]


def test_what_could_not_be_fetched_is_asked_for_again() -> None:
    answers: Iterator[int | Exception] = iter([ZeroDivisionError(), 7])

    def fetch() -> int:
        answer = next(answers)
        if isinstance(answer, Exception):
            raise answer
        return answer

    value = LoadingCache(fetch, 5.0, now=Hand())
    with pytest.raises(ZeroDivisionError):
        value()

    assert value() == 7


def test_what_was_being_fetched_when_its_key_was_forgotten_is_not_kept() -> None:
    cache, fetching, forgotten = Cache[str, str](10, now=Hand()), threading.Event(), threading.Event()

    def fetch() -> str:
        fetching.set()
        assert forgotten.wait(10)
        return "from before"

    with ThreadPoolExecutor(1) as threads:
        fetched = threads.submit(cache.load, "a", fetch)
        assert fetching.wait(10)
        cache.forget("a")
        forgotten.set()
        assert fetched.result(10) == "from before"

    assert cache.get("a") is None


def test_forgetting_one_key_keeps_what_is_loaded_for_another() -> None:
    cache = Cache[str, int](60)

    def fetch() -> int:
        cache.forget("b")
        return 1

    assert cache.load("a", fetch) == 1
    assert cache.get("a") == 1


def test_a_load_that_fails_leaves_nothing_behind() -> None:
    cache = Cache[str, int](60)

    def fetch() -> int:
        raise LookupError

    with pytest.raises(LookupError):
        cache.load("a", fetch)
    assert cache.load("a", lambda: 2) == 2
    assert cache.get("a") == 2


def test_threads_may_use_it_at_once() -> None:
    cache = Cache[int, int](10, size=50)

    def work(start: int) -> bool:
        for number in range(start, start + 3_000):
            cache.put(number % 200, number % 200)
            if number % 7 == 0:
                cache.forget(number % 200)
        return all(cache.get(key) in (None, key) for key in range(200))

    with ThreadPoolExecutor(8) as threads:
        assert all(threads.map(work, range(8)))
    assert len(cache) <= 50
