"""How many calls of the API a key and a seller may make."""

from mercarich_web.identity.allowances import MOST, Allowances


class Seconds:
    def __init__(self) -> None:
        self.at = 1_000.0

    def __call__(self) -> float:
        return self.at


def test_a_minutes_calls_may_come_at_once_and_then_one_by_one() -> None:
    seconds = Seconds()
    allowances = Allowances(60, seconds)
    at_once = [allowances.take("key", 1) for _ in range(60)]
    waits = allowances.take("key", 1), allowances.spent("key")
    seconds.at += 1
    later = [allowances.take("key", 1), allowances.take("key", 1)]

    assert at_once == [0] * 60
    assert waits == (1, 1)
    assert later == [0, 1]


def test_what_is_refused_is_not_counted() -> None:
    seconds = Seconds()
    allowances = Allowances(1, seconds)
    waits = [allowances.take("key", 1) for _ in range(3)]
    seconds.at += 60

    assert waits == [0, 60, 60]
    assert allowances.take("key", 1) == 0


def test_more_keys_do_not_give_a_seller_more_than_twice_the_calls() -> None:
    allowances = Allowances(10, Seconds())
    taken = [allowances.take(f"key {number}", 1) for number in range(50)]

    assert taken.count(0) == 20
    assert allowances.spent("key 49") == 0, "the key itself has not called"
    assert allowances.take("another", 2) == 0


def test_a_key_nobody_has_used_waits_for_nothing() -> None:
    assert Allowances(1, Seconds()).spent("key") == 0


def test_names_that_owe_nothing_are_forgotten() -> None:
    seconds = Seconds()
    allowances = Allowances(60, seconds)
    for number in range(MOST // 2):
        allowances.take(f"key {number}", number)
    seconds.at += 120
    allowances.take("key", 1)

    assert len(allowances._free_at) == 2
