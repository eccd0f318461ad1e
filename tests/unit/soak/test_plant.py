"""What the soak's world does with processes and messages: kills, restarts, unhandled records."""

import random
import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, cast

import pytest
from tests.soak.broker import SESSION_SECONDS, Broker
from tests.soak.commands import KILLED, Command
from tests.soak.kernel import Kernel, Process
from tests.soak.plant import Plant, Services

from mercarich_contracts.schedule import SCHEDULE
from mercarich_platform.kafka import Record
from mercarich_platform.worker import NotNow, Rejected, Tick

START = datetime(2026, 1, 1, tzinfo=UTC)
SEED = 1
"""Rates of a broker that loses none of the first messages, and delivers none twice."""


@pytest.fixture
def plant() -> Iterator[Plant]:
    """Only the parts that a waiting message or command needs."""
    kernel = Kernel(START)
    nothing = cast(Any, None)
    yield Plant(kernel, nothing, nothing, nothing, Broker(kernel, SEED), nothing, Path(), random.Random(SEED))
    kernel.end()


class Slow(Command):
    """Works for five minutes."""

    def _work(self) -> int:
        self._plant.kernel.sleep(300)
        return 0


class Broken(Command):
    def _work(self) -> int:
        raise ValueError("broken")


def test_a_command_has_no_exit_code_until_it_ends(plant: Plant) -> None:
    kernel, command = plant.kernel, Slow(plant, SCHEDULE[0], "one")
    kernel.sleep(299)
    assert command.poll() is None
    kernel.sleep(2)
    assert command.poll() == 0


def test_a_command_that_is_killed_or_breaks_ends_with_a_code_of_its_own(plant: Plant) -> None:
    kernel, slow, broken = plant.kernel, Slow(plant, SCHEDULE[0], "one"), Broken(plant, SCHEDULE[0], "two")
    kernel.sleep(10)
    slow.kill()
    kernel.sleep(300)
    assert (slow.poll(), broken.poll()) == (KILLED, 1)
    assert [(name, str(error)) for _, name, error in kernel.crashes] == [("two", "broken")]


def test_a_record_comes_back_until_somebody_has_handled_it(plant: Plant) -> None:
    kernel, broker, worker = plant.kernel, plant.broker, Process("worker")
    heard: list[tuple[float, bytes]] = []

    def handle(record: Record, _stop: threading.Event) -> None:
        heard.append((kernel.now, record.value))
        if len(heard) == 1:
            raise NotNow("later", delay_seconds=30)
        if len(heard) == 2:
            kernel.kill(worker)
            kernel.sleep(1)
        if len(heard) == 3:
            raise Rejected("unreadable")

    plant.consume(worker, "topic", 1, handle)
    broker.publish("topic", b"one", None)
    kernel.sleep(100)
    assert heard == [(0.0, b"one"), (30.0, b"one")]
    plant.consume(Process("another"), "topic", 1, handle)
    kernel.sleep(100)
    assert heard[2:] == [(100.0, b"one")]
    assert [str(why) for _, why in broker.dead_letters] == ["unreadable"]
    assert kernel.crashes == []


def test_a_record_of_a_worker_that_broke_is_given_out_again_after_its_session(plant: Plant) -> None:
    kernel, heard = plant.kernel, list[float]()

    def handle(_record: Record, _stop: threading.Event) -> None:
        heard.append(kernel.now)
        if len(heard) == 1:
            raise ValueError("broken")

    plant.consume(Process("worker"), "topic", 2, handle)
    plant.broker.publish("topic", b"one", None)
    kernel.sleep(100)
    assert heard == [0.0, SESSION_SECONDS]
    assert [str(error) for _, _, error in kernel.crashes] == ["broken"]


def test_a_service_that_is_down_cannot_be_killed_again() -> None:
    kernel, starts = Kernel(START), list[float]()
    services = Services(kernel, {"worker": lambda _: starts.append(kernel.now)})
    services.kill("worker", 60)
    services.kill("worker", 5)
    kernel.sleep(100)
    assert (starts, services.ended) == ([0.0, 60.0], {"worker": 1})


def test_no_tick_waits_for_one_that_takes_long(plant: Plant) -> None:
    """As in a worker: a look at a source that is slow to respond holds up no other tick."""
    taken: list[tuple[str, float]] = []

    def takes(name: str, seconds: float) -> Callable[[], None]:
        def run() -> None:
            taken.append((name, plant.kernel.now))
            plant.kernel.sleep(seconds)

        return run

    ticks = (Tick("long", 20, takes("long", 300), takes_long=True), Tick("short", 20, takes("short", 1)))
    plant.tick(Process("worker"), dict.fromkeys(ticks))
    plant.kernel.sleep(59)

    assert [at for name, at in taken if name == "short"] == [0, 20, 40]
    assert [at for name, at in taken if name == "long"] == [0]
