"""A member that leaves its group, at whatever moment, leaves the group usable."""

import time
from collections.abc import Iterator

import pytest

from mercarich_contracts.topics import DeadLetters
from mercarich_platform.in_flight import InFlight
from mercarich_platform.kafka import Consumer, ensure_topics

JOIN_SECONDS = 30.0
"""Seconds for the embedded broker: a session until it forgets the members that left, and two joins."""


@pytest.fixture
def topic(kafka_bootstrap: str, unique: str) -> Iterator[str]:
    ensure_topics(kafka_bootstrap, [DeadLetters(unique, partitions=2)])
    return unique


def test_a_group_that_a_member_left_while_it_joined_takes_the_next_one(kafka_bootstrap: str, topic: str) -> None:
    first = member(kafka_bootstrap, topic)
    deadline = time.monotonic() + JOIN_SECONDS
    while not first._driver._coordinator.rebalance_in_progress() and not first.assignment:
        assert time.monotonic() < deadline
        first.poll(0.05, 1)
    first.close()
    second = member(kafka_bootstrap, topic)
    until_assigned(second, "the group takes nobody any more")
    second.close()


def test_a_group_that_a_member_left_while_another_one_joined_goes_on_with_that_one(
    kafka_bootstrap: str, topic: str
) -> None:
    first, second = member(kafka_bootstrap, topic), member(kafka_bootstrap, topic)
    until_assigned(first, "the only member gets nothing")
    deadline = time.monotonic() + JOIN_SECONDS
    while not second._driver._coordinator.rebalance_in_progress():
        assert time.monotonic() < deadline
        second.poll(0.05, 1)
    first.close()
    until_assigned(second, "the group takes nobody any more")
    second.close()


def until_assigned(one: Consumer, else_: str) -> None:
    """Both partitions of the topic."""
    deadline = time.monotonic() + JOIN_SECONDS
    while len(one.assignment) < 2:
        assert time.monotonic() < deadline, else_
        one.poll(0.25, 1)


def member(bootstrap: str, topic: str) -> Consumer:
    return Consumer(bootstrap, client_id=topic, group=topic, topics=[topic], offsets=InFlight(span_limit=10))
