"""What all services use in this world, and their processes: started, killed, frozen, restarted."""

import random
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache, partial
from pathlib import Path

from pydantic import SecretStr
from sqlalchemy import Engine
from tests.soak.broker import SESSION_SECONDS, Broker, QueuePublisher
from tests.soak.darkroom import Darkroom
from tests.soak.database import Database
from tests.soak.kernel import Kernel, Process, VirtualEvent
from tests.soak.market import Market
from tests.soak.proxies import Proxies

from mercarich_contracts.audit import Actor
from mercarich_platform.kafka import Record
from mercarich_platform.outages import DatabaseAway
from mercarich_platform.settings import SharedSettings
from mercarich_platform.worker import NotNow, Rejected, Tick
from mercarich_web.console.asking import Opened

RESTART_SECONDS = 20.0
"""Seconds until a process that ended is restarted."""

SOMEBODY = Actor("the week")
"""The name under which settings are changed."""
Handle = Callable[[Record, threading.Event], None]


@dataclass(frozen=True, slots=True)
class Plant:
    kernel: Kernel
    market: Market
    proxies: Proxies
    database: Database
    broker: Broker
    darkroom: Darkroom
    pictures: Path
    """The folder of the listings' pictures."""
    amazon_chance: random.Random

    @property
    def shared(self) -> SharedSettings:
        """Every process's settings."""
        return _shared(self.database.url, self.pictures)

    @property
    def publisher(self) -> QueuePublisher:
        return QueuePublisher(self.broker)

    def opened(self, engine: Engine) -> Opened:
        """What people's commands work on: the database, or the books."""
        return Opened(engine, self.shared, self.kernel.utc, self.kernel.sleep)

    def consume(self, process: Process, topic: str, slots: int, handle: Handle) -> None:
        """The worker loop: records through a handler, at least once."""
        stop = VirtualEvent(self.kernel)
        for number in range(slots):
            self.kernel.spawn(f"{process.name}/{number}", lambda: self._slot(topic, handle, stop), process)

    def tick(self, process: Process, ticks: Mapping[Tick, str | None]) -> None:
        """Each tick at its interval, one at a time but for those that take long, and only while its query (if any)
        finds a row. The query is equivalent to the tick's own, at a twentieth of the cost."""
        shared = {tick: query for tick, query in ticks.items() if not tick.takes_long}
        alone = [{tick: query} for tick, query in ticks.items() if tick.takes_long]
        for some in (shared, *alone):
            names = "ticks" if some is shared else f"tick {next(iter(some)).name}"
            self.kernel.spawn(f"{process.name}/{names}", partial(self._take_turns, some), process)

    def _take_turns(self, ticks: Mapping[Tick, str | None]) -> None:
        due = dict.fromkeys(ticks, 0.0)
        while True:
            for tick, query in ticks.items():
                if due[tick] <= self.kernel.now:
                    due[tick] = self.kernel.now + tick.every_seconds
                    if query is None or self.database.has(query):
                        self._tick(tick)
            self.kernel.sleep(max(0.1, min(due.values()) - self.kernel.now))

    def _tick(self, tick: Tick) -> None:
        try:
            tick.run()
        except NotNow:
            return

    def _slot(self, topic: str, handle: Handle, stop: threading.Event) -> None:
        broker = self.broker
        while True:
            record = broker.take(topic)
            back: float | None = SESSION_SECONDS  # A worker that ends in the middle of it has not handled it.
            try:
                handle(record, stop)
                back = None
            except NotNow as later:
                back = later.delay_seconds
            except Rejected as error:
                broker.dead_letters.append((record, str(error)))
                back = None
            finally:
                if back is not None:
                    broker.give_back(record, back)


@cache  # Commands start by the thousand.
def _shared(database_url: str, pictures: Path) -> SharedSettings:
    """Nothing listens at Kafka's address."""
    return SharedSettings(
        database_url=SecretStr(database_url), pictures=pictures, kafka_bootstrap="nobody.invalid:9092"
    )


class Services:
    """The processes by name; every start makes a new one."""

    def __init__(self, kernel: Kernel, makers: dict[str, Callable[[Process], None]]) -> None:
        self._kernel = kernel
        self._makers = makers
        self.running: dict[str, Process] = {}
        self.ended: dict[str, int] = dict.fromkeys(makers, 0)
        for name in makers:
            self._start(name)

    @property
    def names(self) -> list[str]:
        return sorted(self._makers)

    def kill(self, name: str, away_seconds: float = RESTART_SECONDS) -> None:
        """Kill as SIGKILL does; the process restarts after a while. One that is down already stays as it is."""
        process = self.running.pop(name, None)
        if process is None:
            return
        self.ended[name] += 1
        self._kernel.kill(process)
        self._kernel.spawn(f"start {name}", lambda: self._start(name), Process("starter"), after=away_seconds)

    def freeze(self, name: str, seconds: float) -> None:
        """Freeze as SIGSTOP does, and later continue as SIGCONT does."""
        if name in self.running:
            self.running[name].frozen_until = self._kernel.now + seconds

    def _start(self, name: str) -> None:
        if name in self.running:
            return
        process = self.running[name] = Process(name)
        try:
            self._makers[name](process)
        except DatabaseAway:  # It ends with `TRY_AGAIN`.
            self.kill(name)
