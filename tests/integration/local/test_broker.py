"""The embedded broker: it reports a used port in one sentence, creates the topics, and never outlives its parent."""

import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator

import psutil
import pytest

from mercarich_contracts.topics import DEAD_LETTERS, TOPICS
from mercarich_local.broker import EmbeddedBroker
from mercarich_platform.kafka import Topics
from mercarich_platform.settings import BadConfiguration

SERVE = "import sys; from mercarich_local.broker import serve; sys.exit(serve('127.0.0.1', int(sys.argv[1])))"

EMBED = (
    "import sys; from mercarich_local.broker import EmbeddedBroker; EmbeddedBroker(int(sys.argv[1])).start(); input()"
)


@pytest.fixture
def served(port: int) -> Iterator[subprocess.Popen[bytes]]:
    process = subprocess.Popen([sys.executable, "-W", "ignore", "-c", SERVE, str(port)])
    try:
        wait_until(lambda: accepts(port))
        yield process
    finally:
        process.kill()
        process.wait()


def accepts(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def wait_until(condition: object, seconds: float = 20) -> None:
    assert callable(condition)
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.05)


def test_a_port_in_use_is_one_sentence(port: int) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", port))
        other.listen()
        with pytest.raises(BadConfiguration, match=f"cannot listen on 127.0.0.1:{port}"):
            EmbeddedBroker(port).start()


def test_the_served_broker_has_all_topics_and_their_dead_letters(served: subprocess.Popen[bytes], port: int) -> None:
    names = [topic.name for topic in (*TOPICS, *DEAD_LETTERS)]
    with Topics(f"127.0.0.1:{port}") as topics:
        wait_until(lambda: set(topics.ids(names)) == set(names))


@pytest.mark.parametrize("ending", [signal.SIGTERM, signal.SIGINT, signal.SIGKILL])
def test_the_process_becomes_the_broker_and_ends_as_one(
    served: subprocess.Popen[bytes], port: int, ending: signal.Signals
) -> None:
    wait_until(lambda: psutil.Process(served.pid).name() == "tansu")
    wait_until(lambda: not psutil.Process(served.pid).children())
    served.send_signal(ending)
    assert served.wait(10) == (-signal.SIGKILL if ending is signal.SIGKILL else 0)
    assert not accepts(port)


def test_a_broker_in_a_test_ends_with_the_process_that_started_it(port: int) -> None:
    starter = subprocess.Popen([sys.executable, "-W", "ignore", "-c", EMBED, str(port)], stdin=subprocess.PIPE)
    wait_until(lambda: accepts(port))
    [broker] = psutil.Process(starter.pid).children()
    starter.kill()
    starter.communicate()
    wait_until(lambda: not broker.is_running())
    assert not accepts(port)
