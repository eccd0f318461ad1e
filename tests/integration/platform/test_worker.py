"""The worker loop on a real broker: records handled once and committed in order, dead letters, waits, long handlers,
the end."""

import threading
import time
from collections import Counter
from collections.abc import Callable

import httpx
import pytest
from kafka import KafkaConsumer, TopicPartition

from mercarich_platform import worker_loop
from mercarich_platform.kafka import Publisher, Record, group_states
from mercarich_platform.kafka import consumer as consumer_module
from mercarich_platform.outages import BrokerAway
from mercarich_platform.worker import NotNow, Rejected, Stopped, Tick, Undecodable


def publish(publisher: Publisher, topic: str, *values: bytes, key: bytes | None = None) -> None:
    for value in values:
        publisher.publish(topic, value, key=key)
    publisher.flush(10)


def lag(bootstrap: str, name: str) -> int:
    return group_states(bootstrap, [(name, name)])[0].lag


def dead_letters(bootstrap: str, name: str, wanted: int) -> list[tuple[bytes | None, bytes, dict[str, bytes]]]:
    """Return the first records of the dead letter topic as (key, value, headers); fewer when no more arrive in time."""
    reader = KafkaConsumer(bootstrap_servers=bootstrap, enable_auto_commit=False, fetch_max_wait_ms=50)
    try:
        reader.assign([TopicPartition(f"dlq.{name}", 0)])
        reader.seek_to_beginning()
        found: list[tuple[bytes | None, bytes, dict[str, bytes]]] = []
        deadline = time.monotonic() + 60
        while len(found) < wanted and time.monotonic() < deadline:
            for batch in reader.poll(timeout_ms=200).values():
                found += [(raw.key, raw.value, dict(raw.headers)) for raw in batch]
        return found
    finally:
        reader.close(timeout_ms=1000)


def test_every_record_is_handled_once_and_committed(
    start_worker, publisher: Publisher, kafka_bootstrap: str, unique: str, eventually
) -> None:
    wanted = [b"%d" % number for number in range(300)]
    publish(publisher, unique, *wanted)
    running = start_worker()
    eventually(lambda: len(running.records) >= 300)
    eventually(lambda: lag(kafka_bootstrap, unique) == 0)
    assert sorted(running.values()) == sorted(wanted)
    assert running.end() == 0


def test_a_second_worker_begins_where_the_first_ended(
    start_worker, publisher: Publisher, unique: str, eventually
) -> None:
    publish(publisher, unique, b"1", b"2", b"3")
    first = start_worker()
    eventually(lambda: len(first.records) == 3)
    first.end()
    second = start_worker()
    publish(publisher, unique, b"4")
    eventually(lambda: second.records)
    assert second.values() == [b"4"]


def test_an_offset_is_not_committed_before_the_ones_before_it(
    start_worker, publisher: Publisher, unique: str, kafka_bootstrap: str, eventually
) -> None:
    release = threading.Event()

    def slow_first(record: Record, stop: threading.Event) -> None:
        if record.value == b"slow":
            release.wait(15)

    publish(publisher, unique, b"slow", b"a", b"b", b"c", key=b"same partition")
    running = start_worker(slow_first)
    eventually(lambda: len(running.records) == 4)
    time.sleep(2 * worker_loop.COMMIT_SECONDS)  # By now a commit could have happened.
    assert lag(kafka_bootstrap, unique) == 4
    release.set()
    eventually(lambda: lag(kafka_bootstrap, unique) == 0)


def test_a_rejected_record_becomes_a_dead_letter_with_its_bytes_and_its_reason(
    start_worker, publisher: Publisher, unique: str, kafka_bootstrap: str, eventually
) -> None:
    def reject(record: Record, stop: threading.Event) -> None:
        if record.value == b"\xff bad":
            raise Rejected("not readable, password=hunter2 " + "x" * 1000) from ValueError("inside")

    publish(publisher, unique, b"\xff bad", b"good", key=b"k")
    running = start_worker(reject)
    eventually(lambda: b"good" in running.values() and lag(kafka_bootstrap, unique) == 0)
    [(key, value, headers)] = dead_letters(kafka_bootstrap, unique, 1)
    assert (key, value) == (b"k", b"\xff bad")
    assert headers["src_topic"] == unique.encode()
    assert headers["src_offset"] == b"0"
    assert headers["group"] == unique.encode()
    assert headers["error_class"] == b"ValueError"
    assert headers["dlq_v"] == b"1"
    assert len(headers["error_msg"]) == 500
    assert b"hunter2" not in headers["error_msg"]
    assert {"src_partition", "src_ts", "first_seen"} <= set(headers)


def test_a_dead_letter_that_is_not_acknowledged_is_tried_again_and_blocks_nobody_else(
    start_worker, publisher: Publisher, unique: str, kafka_bootstrap: str, eventually, monkeypatch: pytest.MonkeyPatch
) -> None:
    attempts: list[bytes] = []
    put = worker_loop.DeadLetters.put

    def fail_twice(self: worker_loop.DeadLetters, record: Record, rejected: Rejected) -> None:
        attempts.append(record.value)
        if len(attempts) < 3:
            raise BrokerAway("the dead letter topic is away")
        put(self, record, rejected)

    monkeypatch.setattr(worker_loop.DeadLetters, "put", fail_twice)
    monkeypatch.setattr(worker_loop, "DEAD_LETTER_RETRY_SECONDS", 0.5)

    def reject(record: Record, stop: threading.Event) -> None:
        if record.value == b"bad":
            raise Rejected("no")

    publish(publisher, unique, b"bad", key=b"k")
    publish(publisher, unique, *[b"%d" % number for number in range(50)])
    running = start_worker(reject)
    eventually(lambda: len(running.records) == 51 and lag(kafka_bootstrap, unique) == 0)
    assert attempts == [b"bad"] * 3
    assert len(dead_letters(kafka_bootstrap, unique, 1)) == 1


def test_a_row_of_rejections_stops_the_partition_and_readiness(
    start_worker, publisher: Publisher, unique: str, kafka_bootstrap: str, eventually, port: int
) -> None:
    def reject_all(record: Record, stop: threading.Event) -> None:
        raise Rejected("a bad deploy")

    publish(publisher, unique, *[b"%d" % number for number in range(60)], key=b"same partition")
    start_worker(reject_all, slots=1, health_host="127.0.0.1", health_port=port)
    ready = f"http://127.0.0.1:{port}/readyz"

    def stopped() -> bool:
        try:
            return "too many rejections" in httpx.get(ready, trust_env=False).text
        except httpx.TransportError:
            return False

    eventually(stopped)
    eventually(lambda: lag(kafka_bootstrap, unique) == 40)
    assert httpx.get(f"http://127.0.0.1:{port}/healthz", trust_env=False).status_code == 200
    assert len(dead_letters(kafka_bootstrap, unique, 20)) == 20


def test_a_new_worker_that_rejects_its_first_records_is_not_ready_until_it_handles_one(
    start_worker, publisher: Publisher, unique: str, eventually, port: int
) -> None:
    """A rollout goes by it, and must stop at this worker long before a partition stops."""

    def reject_bad(record: Record, stop: threading.Event) -> None:
        if record.value == b"bad":
            raise Rejected("a bad deploy")

    def ready() -> str:
        try:
            return httpx.get(f"http://127.0.0.1:{port}/readyz", trust_env=False).text
        except httpx.TransportError:
            return "no answer"

    running = start_worker(reject_bad, slots=1, health_host="127.0.0.1", health_port=port)
    publish(publisher, unique, b"bad", b"bad")
    eventually(lambda: len(running.records) == 2 and ready() == "ok")
    publish(publisher, unique, b"bad")
    eventually(lambda: ready() == "it has rejected every record so far")
    publish(publisher, unique, b"good")
    eventually(lambda: ready() == "ok")
    publish(publisher, unique, *[b"bad"] * 3)
    eventually(lambda: len(running.records) == 7)
    assert ready() == "ok"


def test_garbage_goes_to_the_dead_letters_and_stops_nothing(
    start_worker, publisher: Publisher, unique: str, kafka_bootstrap: str, eventually, port: int
) -> None:
    def decode(record: Record, stop: threading.Event) -> None:
        if record.value == b"garbage":
            raise Undecodable("not a message")

    publish(publisher, unique, *[b"garbage"] * 60, key=b"same partition")
    running = start_worker(decode, slots=1, health_host="127.0.0.1", health_port=port)
    eventually(lambda: lag(kafka_bootstrap, unique) == 0)
    told = httpx.get(f"http://127.0.0.1:{port}/readyz", trust_env=False)
    assert (told.status_code, "no record that can be decoded" in told.text) == (503, True)
    publish(publisher, unique, b"good", key=b"same partition")
    eventually(lambda: b"good" in running.values() and lag(kafka_bootstrap, unique) == 0)
    assert httpx.get(f"http://127.0.0.1:{port}/readyz", trust_env=False).text == "ok"
    assert len(dead_letters(kafka_bootstrap, unique, 60)) == 60


def test_a_record_that_has_to_wait_comes_again_after_its_delay(
    start_worker, publisher: Publisher, unique: str, kafka_bootstrap: str, eventually
) -> None:
    calls: list[float] = []

    def away_twice(record: Record, stop: threading.Event) -> None:
        calls.append(time.monotonic())
        if len(calls) < 3:
            raise NotNow("the proxy is away", 0.5)

    publish(publisher, unique, b"1")
    start_worker(away_twice)
    eventually(lambda: len(calls) == 3 and lag(kafka_bootstrap, unique) == 0)
    assert calls[1] - calls[0] >= 0.5


def test_a_handler_may_take_longer_than_the_poll_interval(
    start_worker, publisher: Publisher, unique: str, kafka_bootstrap: str, eventually, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(consumer_module, "MAX_POLL_INTERVAL_MS", 2_000)

    def slow(record: Record, stop: threading.Event) -> None:
        stop.wait(6)

    publish(publisher, unique, *[b"%d" % number for number in range(5)], key=b"same partition")
    running = start_worker(slow, slots=1)
    eventually(lambda: len(running.records) == 2)
    eventually(lambda: lag(kafka_bootstrap, unique) <= 4)
    assert Counter(running.values()).most_common(1)[0][1] == 1


def test_a_handler_that_fails_ends_the_process_and_its_record_is_read_again(
    start_worker, publisher: Publisher, unique: str, eventually
) -> None:
    def broken(record: Record, stop: threading.Event) -> None:
        raise ZeroDivisionError

    publish(publisher, unique, b"1")
    first = start_worker(broken)
    eventually(lambda: first.code is not None)
    assert first.code == 1
    second = start_worker()
    eventually(lambda: second.values() == [b"1"])


def test_a_handler_that_is_told_to_stop_leaves_its_record_for_the_next(
    start_worker, publisher: Publisher, unique: str, eventually
) -> None:
    def until_stop(record: Record, stop: threading.Event) -> None:
        stop.wait(30)
        raise Stopped

    publish(publisher, unique, b"1")
    first = start_worker(until_stop)
    eventually(lambda: first.records)
    began = time.monotonic()
    assert first.end() == 0
    assert time.monotonic() - began < 3
    second = start_worker()
    eventually(lambda: second.values() == [b"1"])


def test_two_workers_share_a_topic_and_nothing_is_lost_when_one_leaves(
    start_worker: Callable, publisher: Publisher, unique: str, kafka_bootstrap: str, eventually
) -> None:
    def short(record: Record, stop: threading.Event) -> None:
        time.sleep(0.01)

    first = start_worker(short)
    second = start_worker(short)
    wanted = {b"%d" % number for number in range(1500)}
    for value in wanted:
        publisher.publish(unique, value)
    publisher.flush(10)
    eventually(lambda: first.records and second.records)
    first.end()
    eventually(lambda: lag(kafka_bootstrap, unique) == 0, 60)
    assert set(first.values()) | set(second.values()) == wanted


def test_ticks_run_beside_the_records_and_a_failing_one_ends_the_process(start_worker, eventually) -> None:
    calls: list[float] = []

    def tick() -> None:
        calls.append(time.monotonic())
        if len(calls) == 1:
            raise NotNow("the database is away", 0)
        if len(calls) == 3:
            raise ZeroDivisionError

    running = start_worker(ticks=[Tick("test", 0.3, tick)])
    eventually(lambda: running.code is not None)
    assert running.code == 1
    assert len(calls) == 3
    assert calls[1] - calls[0] >= 0.3


def test_a_tick_that_is_run_alone_is_run_by_the_worker_with_the_first_partition(start_worker, eventually) -> None:
    turns: list[str] = []
    alone = Tick("alone", 0.1, lambda: turns.append("alone"), alone=True)
    running = start_worker(ticks=[alone, Tick("each", 0.1, lambda: turns.append("each"))])
    eventually(lambda: "alone" in turns)
    assert turns[0] == "each", "before it is in its group nobody leads"
    running.end()
