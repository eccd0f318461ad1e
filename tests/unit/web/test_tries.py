"""How failed tries to sign in are counted, and how long the next one waits."""

from datetime import timedelta

import pytest

from mercarich_web.identity.tries import CROWD, LONGEST_WAIT, of_code, of_device, of_session, of_stranger, wait_after


def test_the_wait_doubles_from_two_seconds_to_a_quarter_of_an_hour() -> None:
    waits = [wait_after(failures) / timedelta(seconds=1) for failures in (0, 4, 5, 6, 7, 13, 14, 1_000)]

    assert waits == [0, 0, 2, 4, 8, 512, 900, 900]


def test_a_stranger_is_counted_by_network_by_name_and_by_both() -> None:
    here, neighbour, away = (of_stranger("ann", address) for address in ("192.0.2.1", "192.0.2.9", "198.51.100.1"))
    bob = of_stranger("bob", "192.0.2.1")

    assert here == neighbour
    assert [one == other for one, other in zip(here, away, strict=True)] == [False, True, False]
    assert [one == other for one, other in zip(here, bob, strict=True)] == [True, False, False]


def test_a_crowd_leaves_each_network_one_free_try_and_then_the_longest_wait() -> None:
    _, everywhere, own = of_stranger("ann", "192.0.2.1")

    assert [everywhere.is_crowd(failures) for failures in (CROWD - 1, CROWD)] == [False, True]
    assert everywhere.wait(10_000, crowd=True) == timedelta(0), "the first try from anywhere never waits"
    assert own.wait(0, crowd=True) == timedelta(0)
    assert own.wait(1, crowd=True) == LONGEST_WAIT
    assert own.wait(1, crowd=False) == timedelta(0)


@pytest.mark.parametrize("address", ["", "not an address", "2001:db8::1", "192.0.2.1"])
def test_names_of_counters_fit_their_column_whatever_is_typed(address: str) -> None:
    counters = [*of_stranger("x" * 200, address), *of_code(1, None, address), *of_code(1, "x" * 50, address)]

    assert max(len(one.name) for one in [*counters, *of_device("x" * 50), *of_session("0" * 64)]) <= 80
