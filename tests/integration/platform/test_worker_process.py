"""Workers as processes: killed, asked to end, with a broker that is unavailable or loses everything."""

import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from mercarich_local.broker import EmbeddedBroker
from mercarich_platform.kafka import Publisher, TopicSpec
from mercarich_platform.outages import BrokerAway

SCRIPT = Path(__file__).with_name("worker_process.py")
Start = Callable[..., subprocess.Popen[bytes]]


@pytest.fixture
def start_process(tmp_path: Path) -> Iterator[Start]:
    started: list[subprocess.Popen[bytes]] = []

    def start(bootstrap: str, name: str, seconds: float, log: str = "log") -> subprocess.Popen[bytes]:
        command = [sys.executable, "-W", "ignore", str(SCRIPT), bootstrap, name, str(seconds)]
        with (tmp_path / log).open("ab") as out:
            started.append(subprocess.Popen(command, stdout=out, stderr=out))
        return started[-1]

    yield start
    for process in started:
        process.kill()
        process.wait()


def handled(tmp_path: Path, log: str = "log") -> list[str]:
    return (tmp_path / log).read_text().split()


def publish_until_taken(publisher: Publisher, topic: str, value: bytes) -> None:
    """A publisher whose broker lost its data raises once, and reconnects at the next call."""
    deadline = time.monotonic() + 20
    while True:
        try:
            publisher.publish(topic, value)
            publisher.flush(5)
        except BrokerAway:
            assert time.monotonic() < deadline
            time.sleep(0.1)
        else:
            return


def test_the_records_of_a_killed_worker_are_handled_by_the_next(
    start_process: Start, kafka_bootstrap: str, unique: str, publisher: Publisher, tmp_path: Path, eventually
) -> None:
    publisher.publish(unique, b"one")
    publisher.flush(10)
    first = start_process(kafka_bootstrap, unique, 60)
    eventually(lambda: handled(tmp_path) == ["one"])
    first.kill()
    start_process(kafka_bootstrap, unique, 0, "second")
    eventually(lambda: handled(tmp_path, "second") == ["one"], 40)


def test_an_idle_worker_ends_at_once_on_sigterm(
    start_process: Start, kafka_bootstrap: str, unique: str, publisher: Publisher, tmp_path: Path, eventually
) -> None:
    publisher.publish(unique, b"one")
    publisher.flush(10)
    process = start_process(kafka_bootstrap, unique, 0)
    eventually(lambda: handled(tmp_path) == ["one"])
    process.send_signal(signal.SIGTERM)
    assert process.wait(3) == 0


def test_a_handler_that_hangs_cannot_outlive_the_budget(
    start_process: Start, kafka_bootstrap: str, unique: str, publisher: Publisher, tmp_path: Path, eventually
) -> None:
    publisher.publish(unique, b"one")
    publisher.flush(10)
    process = start_process(kafka_bootstrap, unique, 60)
    eventually(lambda: handled(tmp_path) == ["one"])
    process.send_signal(signal.SIGTERM)
    assert process.wait(6) == 75


def test_a_second_sigterm_ends_it_now(
    start_process: Start, kafka_bootstrap: str, unique: str, publisher: Publisher, tmp_path: Path, eventually
) -> None:
    publisher.publish(unique, b"one")
    publisher.flush(10)
    process = start_process(kafka_bootstrap, unique, 60)
    eventually(lambda: handled(tmp_path) == ["one"])
    process.send_signal(signal.SIGTERM)
    time.sleep(0.5)
    process.send_signal(signal.SIGTERM)
    assert process.wait(1) == 75


def test_a_worker_waits_for_a_broker_that_is_away_and_ends_promptly_without_it(
    start_process: Start, port: int, unique: str, tmp_path: Path, eventually
) -> None:
    bootstrap = f"127.0.0.1:{port}"
    process = start_process(bootstrap, unique, 0)
    time.sleep(3)
    assert process.poll() is None
    with EmbeddedBroker(port):
        publisher = Publisher(bootstrap, client_id="test", topics=[TopicSpec(unique, 3, 3_600_000)])
        publish_until_taken(publisher, unique, b"one")
        eventually(lambda: "one" in handled(tmp_path))
        publisher.close()
    process.send_signal(signal.SIGTERM)
    assert process.wait(10) == 0


def test_a_broker_that_lost_everything_is_used_again_by_itself(
    start_process: Start, port: int, unique: str, tmp_path: Path, eventually
) -> None:
    bootstrap = f"127.0.0.1:{port}"
    topics = [TopicSpec(unique, 3, 3_600_000)]
    with EmbeddedBroker(port) as broker:
        publisher = Publisher(bootstrap, client_id="test", topics=topics)
        process = start_process(bootstrap, unique, 0)
        for number in range(20):
            publish_until_taken(publisher, unique, b"before-%d" % number)
        eventually(lambda: len(handled(tmp_path)) == 20)
        broker.kill()
        time.sleep(1)
        broker.start()
        for number in range(3):
            publish_until_taken(publisher, unique, b"after-%d" % number)
        eventually(lambda: {"after-0", "after-1", "after-2"} <= set(handled(tmp_path)))
        publisher.close()
        assert process.poll() is None


def test_publishing_without_a_broker_says_where_it_should_be(port: int) -> None:
    publisher = Publisher(f"127.0.0.1:{port}", client_id="test")
    began = time.monotonic()
    with pytest.raises(BrokerAway, match=f"127.0.0.1:{port}"):
        publisher.publish("topic", b"value")
    assert time.monotonic() - began < 6
    publisher.close()


def test_closing_a_publisher_is_bounded_when_the_broker_is_frozen(port: int) -> None:
    with EmbeddedBroker(port) as broker:
        publisher = Publisher(broker.bootstrap, client_id="test", topics=[TopicSpec("topic", 1, 3_600_000)])
        publisher.publish("topic", b"1")
        publisher.flush(5)
        broker.signal(signal.SIGSTOP)
        publisher.publish("topic", b"2")
        with pytest.raises(BrokerAway, match="did not acknowledge"):
            publisher.flush(1)
        began = time.monotonic()
        publisher.close(2)
        assert time.monotonic() - began < 3
        broker.signal(signal.SIGCONT)
