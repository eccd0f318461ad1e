"""A driver that has lost a partition: its worker ends with 70, so that a new one reads the partition. No other worker
ends."""

import signal
import threading
import time
from collections.abc import Iterator

import pytest
from tests.integration.platform.conftest import Eventually, StartWorker
from tests.integration.platform.test_leaving import member, until_assigned
from tests.services.process import free_port

from mercarich_contracts.topics import DeadLetters
from mercarich_local.broker import EmbeddedBroker
from mercarich_platform import silence
from mercarich_platform.exit_codes import DONE, STUCK
from mercarich_platform.kafka import Publisher, Record, ensure_topics
from mercarich_platform.kafka.consumer import Consumer

LOOK_SECONDS = 0.3


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(silence, "LOOK_SECONDS", LOOK_SECONDS)


def publish(publisher: Publisher, topic: str, count: int) -> None:
    for number in range(count):
        publisher.publish(topic, b"%d" % number, key=b"one partition")
    publisher.flush(10)


def test_a_worker_whose_driver_is_silent_about_records_ends_with_70(
    start_worker: StartWorker,
    publisher: Publisher,
    unique: str,
    eventually: Eventually,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    reading, is_deaf, polled = Consumer.poll, threading.Event(), threading.Event()

    def poll(self: Consumer, timeout_seconds: float, max_records: int) -> list[Record]:
        """No records arrive, as with records that the driver has fetched and does not deliver."""
        if is_deaf.is_set():
            self._driver.pause(*self._driver.assignment())
            polled.set()
        return reading(self, min(timeout_seconds, 0.1), max_records)

    monkeypatch.setattr(Consumer, "poll", poll)
    publish(publisher, unique, 1)
    running = start_worker()
    eventually(lambda: len(running.records) == 1)
    is_deaf.set()
    assert polled.wait(20)
    publish(publisher, unique, 1)

    eventually(lambda: running.code is not None)
    assert running.end() == STUCK
    assert len(running.records) == 1


@pytest.mark.parametrize("work", ["none", "slow"])
def test_a_worker_with_nothing_to_read_or_too_much_to_do_goes_on(
    work: str, start_worker: StartWorker, publisher: Publisher, unique: str, eventually: Eventually
) -> None:
    def slowly(record: Record, stop: threading.Event) -> None:
        time.sleep(2 * LOOK_SECONDS)  # This is the case under test: longer than the interval between two looks.

    running = start_worker(slowly, slots=1)
    if work == "slow":
        publish(publisher, unique, 2 + 2 * silence.LOOKS)
        eventually(lambda: len(running.records) == 2 + 2 * silence.LOOKS)
    else:
        time.sleep(3 * silence.LOOKS * LOOK_SECONDS)  # This is the case under test: no records for long.

    assert running.code is None
    assert running.end() == DONE


@pytest.fixture
def broker() -> Iterator[EmbeddedBroker]:
    with EmbeddedBroker(free_port()) as broker:
        yield broker
        broker.signal(signal.SIGCONT)


def test_a_member_knows_since_when_its_group_has_not_answered(broker: EmbeddedBroker, eventually: Eventually) -> None:
    ensure_topics(broker.bootstrap, [DeadLetters("topic", partitions=2)])
    one = member(broker.bootstrap, "topic")
    until_assigned(one, "the only member gets nothing")
    before = one.unheard_seconds

    broker.signal(signal.SIGSTOP)

    eventually(lambda: one.unheard_seconds > 4)
    broker.signal(signal.SIGCONT)
    eventually(lambda: one.poll(0.1, 1) == [] and one.unheard_seconds < 2)
    one.close()
    assert before < 4
