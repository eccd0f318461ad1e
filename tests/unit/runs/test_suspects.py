"""Rows that died with their worker are tried again by halves; only one that was tried alone is given up."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mercarich_runs.domain.suspects import Abandoned, judge

ATTEMPTS = 3


def _claim(token: str, ids: range, attempts: int = 1) -> list[Abandoned]:
    return [Abandoned(id, token, attempts) for id in ids]


def test_half_of_a_claim_is_tried_next() -> None:
    judged = judge(_claim("a", range(50)), set(), ATTEMPTS)
    assert (judged.given_up, judged.next) == ([], list(range(25)))


def test_a_claim_that_has_failed_less_often_comes_first() -> None:
    dead_again, rest = _claim("b", range(25), attempts=2), _claim("a", range(25, 50))
    assert judge([*dead_again, *rest], set(), ATTEMPTS).next == list(range(25, 38))


def test_however_often_a_claim_failed_only_what_was_tried_alone_is_given_up() -> None:
    together = _claim("a", range(4), attempts=9)
    assert judge(together, set(), ATTEMPTS).given_up == []
    assert judge(together, {2}, ATTEMPTS).given_up == [2]


@pytest.mark.parametrize(("attempts", "given_up"), [(2, []), (3, [7])])
def test_a_row_that_is_alone_has_so_many_tries(attempts: int, given_up: list[int]) -> None:
    judged = judge([Abandoned(7, "a", attempts)], {7}, ATTEMPTS)
    assert judged.given_up == given_up
    assert list(judged.next) == [id for id in [7] if id not in given_up]


def test_nothing_abandoned_nothing_to_do() -> None:
    judged = judge([], {1}, ATTEMPTS)
    assert (list(judged.given_up), list(judged.next)) == ([], [])


@given(st.integers(1, 200), st.sets(st.integers(0, 199), max_size=3))
def test_the_rows_that_end_workers_are_found_in_few_tries(count: int, numbers: set[int]) -> None:
    """Each batch with one of them ends its worker before any row has a result."""
    killers = {number for number in numbers if number < count}
    left = {row.id: row for row in _claim("0", range(count))}
    alone: set[int] = set()
    set_aside: list[int] = []
    tries = 0
    while left:
        judged = judge(sorted(left.values(), key=lambda row: row.id), alone, ATTEMPTS)
        for id in judged.given_up:
            set_aside.append(left.pop(id).id)
        if not judged.next:
            continue
        tries += 1
        if len(judged.next) == 1:
            alone.add(judged.next[0])
        for id in judged.next:
            row = left.pop(id)
            if killers & set(judged.next):
                left[id] = Abandoned(id, str(tries), row.attempts + 1)
    assert sorted(set_aside) == sorted(killers)
    halvings = count.bit_length()
    assert tries <= (1 + len(killers)) * (halvings * (halvings + 3) // 2 + ATTEMPTS)
