"""A member whose join becomes needless while it is under way is in its group afterwards; a member that has lost its
group ends its process."""

import time
from collections.abc import Iterator

import pytest
from tests.integration.platform.conftest import Eventually, StartWorker
from tests.integration.platform.test_leaving import JOIN_SECONDS, member, until_assigned

from mercarich_contracts.topics import DeadLetters
from mercarich_platform import silence, worker_loop
from mercarich_platform.exit_codes import STUCK
from mercarich_platform.kafka import ensure_topics
from mercarich_platform.kafka.consumer import Consumer


@pytest.fixture
def topic(kafka_bootstrap: str, unique: str) -> Iterator[str]:
    ensure_topics(kafka_bootstrap, [DeadLetters(unique, partitions=2)])
    return unique


def test_a_leader_whose_topics_are_gone_for_a_moment_is_in_its_group_again(kafka_bootstrap: str, topic: str) -> None:
    one = member(kafka_bootstrap, topic)
    until_assigned(one, "the only member gets nothing")
    coordinator = one._driver._coordinator
    known = coordinator._metadata_snapshot

    coordinator._metadata_snapshot = {}  # what it makes of the metadata of a broker that came back empty
    one.poll(0.001, 1)
    assert coordinator.rejoining, "the join is over before its topics are back"
    coordinator._metadata_snapshot = known
    until_assigned(one, "the member has forgotten its join")

    deadline = time.monotonic() + JOIN_SECONDS
    while not coordinator.stable():
        assert time.monotonic() < deadline, "the member has no heartbeat"
        one.poll(0.1, 1)
    began = time.monotonic()
    while coordinator.heartbeat.last_receive < began:
        assert time.monotonic() < began + JOIN_SECONDS, "the member sends no heartbeat"
        one.poll(0.1, 1)
    one.close()


def test_a_worker_that_has_lost_its_group_ends_with_70(
    start_worker: StartWorker, eventually: Eventually, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its driver has no coordinator that it would ask, although the broker answers."""
    monkeypatch.setattr(silence, "LOOK_SECONDS", 0.3)
    monkeypatch.setattr(worker_loop, "MOST_UNHEARD_SECONDS", 1.0)
    running = start_worker()
    monkeypatch.setattr(Consumer, "unheard_seconds", property(lambda self: 2.0))
    monkeypatch.setattr(Consumer, "assignment", property(lambda self: set()))

    eventually(lambda: running.code is not None)
    assert running.end() == STUCK
