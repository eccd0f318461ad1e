"""A namespace on the fake API, or on the cluster of KUBECONFIG, and a running operator in it."""

import os
import threading
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr
from sqlalchemy import Connection, Engine
from tests.integration.operator.lab import Lab, fake_lab, real_lab, remove

from mercarich_db import settings_store
from mercarich_db.engine import create, run_tx
from mercarich_operator.bootstrap import Process, build
from mercarich_operator.settings import OperatorSettings
from mercarich_platform.settings import SharedSettings

REAL = bool(os.environ.get("KUBECONFIG"))
FOLLOWS_SECONDS = 30.0
"""Seconds within which a change must be visible in Kubernetes."""


class Operator:
    """The operator on a thread of this process."""

    def __init__(self, database_url: str, bootstrap: str, lab: Lab, **own: Any) -> None:
        shared = SharedSettings(database_url=SecretStr(database_url), kafka_bootstrap=bootstrap)
        self.process: Process = build(
            shared, OperatorSettings(**{"interval_seconds": 2, **own}, namespace=lab.namespace)
        )
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self.process.run, args=[self._stop])

    def start(self) -> "Operator":
        self._thread.start()
        return self

    def stop(self) -> None:
        self._stop.set()
        if self._thread.is_alive():
            self._thread.join(timeout=20)
        assert not self._thread.is_alive()

    def rounds(self, count: int = 2) -> None:
        """Wait for whole rounds from now on."""
        aim = self.process.loop.rounds + count
        until(lambda: self.process.loop.rounds >= aim)


def until(holds: Callable[[], Any], seconds: float = FOLLOWS_SECONDS) -> Any:
    """Wait until the result is true, and return it."""
    deadline = time.monotonic() + seconds
    while not (found := holds()):
        assert time.monotonic() < deadline, f"did not come to hold within {seconds} s"
        time.sleep(0.05)
    return found


@pytest.fixture
def lab(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Lab]:
    made = real_lab(tmp_path) if REAL else fake_lab(tmp_path)
    monkeypatch.setenv("KUBECONFIG", str(made.kubeconfig))
    yield made
    remove(made)


@pytest.fixture
def engine(database_url: str, to_head: Callable[[Engine], None]) -> Iterator[Engine]:
    engine = create(database_url)
    to_head(engine)
    yield engine
    engine.dispose()


@pytest.fixture
def set_to(engine: Engine) -> Callable[..., None]:
    """Write settings as people do: `set_to(INVCHK_YAHOO_WORKER=6)`."""

    def write(**values: object) -> None:
        def all_of_them(connection: Connection) -> None:
            for key, value in values.items():
                settings_store.write(connection, key, str(value), by="test", at=datetime.now(UTC))

        run_tx(engine, all_of_them)

    return write


@pytest.fixture
def new_operator(
    lab: Lab, engine: Engine, database_url: str, kafka_bootstrap: str
) -> Iterator[Callable[..., Operator]]:
    """Create operators on this test's database; all end with it."""
    made: list[Operator] = []

    def make(*, bootstrap: str = kafka_bootstrap, **own: Any) -> Operator:
        made.append(Operator(database_url, bootstrap, lab, **own))
        return made[-1].start()

    yield make
    for each in made:
        each.stop()


@pytest.fixture
def operator(new_operator: Callable[..., Operator]) -> Operator:
    return new_operator()
