"""Notifications of changed orders: in time mostly, and some lost, twice, or late and so behind newer ones."""

from mercarich_simulator.amazon.notifications import KEPT, Notifications

NUMBER = 4_000


def test_most_come_within_seconds_some_never_some_twice_and_some_late() -> None:
    sent = Notifications(7)
    for number in range(NUMBER):
        sent.tell(number, 1_000.0 + number)
    taken = sent.take(1e9)

    numbers = [one.number for one in taken]
    lost, twice = NUMBER - len(set(numbers)), len(numbers) - len(set(numbers))
    late = sum(one.due_at - one.changed_at > 3 for one in taken)
    assert 0.02 < lost / NUMBER < 0.04
    assert 0.06 < twice / NUMBER < 0.10
    assert 0.06 < late / len(taken) < 0.10
    assert [one.due_at for one in taken] == sorted(one.due_at for one in taken)
    assert numbers != sorted(numbers)


def test_each_is_given_once_when_it_is_due() -> None:
    sent = Notifications(7)
    sent.chances = (0.0, 0.0, 0.0)
    sent.tell(1, 100.0)
    assert sent.take(100.0) == []
    assert [one.number for one in sent.take(103.0)] == [1]
    assert sent.take(1e9) == []


def test_what_nobody_fetches_does_not_grow_without_bound() -> None:
    sent = Notifications(7)
    sent.chances = (0.0, 0.0, 0.0)
    for number in range(KEPT + 500):
        sent.tell(number, float(number))
    assert len(sent.take(1e9)) == KEPT
