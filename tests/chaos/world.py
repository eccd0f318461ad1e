"""The broker and the database of a scenario, embedded or real, and how each is made unavailable."""

import signal
import sqlite3
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Protocol

from tests.chaos.rig import Rig
from tests.services.kafka import start_kafka
from tests.services.mariadb import MariaDb
from tests.services.process import Service, free_port

LOCKED_SECONDS = 12.0
"""Longer than the 10 s that SQLite itself waits for a lock."""
FROZEN_SECONDS = 4.0


class World(Protocol):
    def environment(self) -> Mapping[str, str]:
        """Return variables that point the product at broker and database; each call is for another installation."""

    def lose_broker(self, rig: Rig) -> None:
        """Kill the broker with all its data, and start an empty one at its address."""

    @contextmanager
    def without_database(self, rig: Rig) -> Iterator[None]:
        """Make the database unavailable until the end of the block."""
        ...

    def close(self) -> None: ...


class EmbeddedWorld:
    """SQLite and the embedded broker, which loses its data when it ends."""

    def environment(self) -> Mapping[str, str]:
        return {}

    def lose_broker(self, rig: Rig) -> None:
        rig.replace("broker")

    @contextmanager
    def without_database(self, rig: Rig) -> Iterator[None]:
        """Block all other writers for `LOCKED_SECONDS`."""
        connection = sqlite3.connect(str(rig.engine.url.database), isolation_level=None)
        connection.execute("BEGIN EXCLUSIVE")
        try:
            yield
            threading.Event().wait(LOCKED_SECONDS)
        finally:
            connection.execute("ROLLBACK")
            connection.close()

    def close(self) -> None: ...


class RealWorld:
    """Apache Kafka and MariaDB for this folder; other folders' tests have their own."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._port = free_port()
        self._number = self._installations = 0
        (folder / "mariadb").mkdir(parents=True)
        self._database = MariaDb(folder / "mariadb", durable=True)
        self._kafka = self._start_kafka()

    def environment(self) -> Mapping[str, str]:
        self._installations += 1
        return {
            "MERCARICH_KAFKA_BOOTSTRAP": f"127.0.0.1:{self._port}",
            # Several run at once, and without prefixes each would take the others' records.
            "MERCARICH_KAFKA_PREFIX": f"installation-{self._installations}.",
            "MERCARICH_DATABASE_URL": self._database.create_database(),
        }

    def lose_broker(self, rig: Rig) -> None:
        self._kafka.kill()
        self._kafka = self._start_kafka()

    @contextmanager
    def without_database(self, rig: Rig) -> Iterator[None]:
        """The database hangs, is killed, and then restarts with everything that was committed."""
        self._database.signal(signal.SIGSTOP)
        yield
        threading.Event().wait(FROZEN_SECONDS)
        self._database.kill()
        self._database.start()

    def close(self) -> None:
        self._kafka.stop()
        self._database.stop()

    def _start_kafka(self) -> Service:
        self._number += 1
        folder = self._folder / f"kafka-{self._number}"
        folder.mkdir()
        return start_kafka(folder, port=self._port)
