"""A simulated Amazon in a process of its own, a database filled from its seed, and the lanes between them."""

import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import orjson
import pytest
from sqlalchemy import Engine, Row
from tests.integration.feed.shop import Shop
from tests.services.process import free_port

from mercarich_db import engine as engines
from mercarich_feed.bootstrap import Lanes, build_lanes
from mercarich_feed.settings import FeedSettings

Eventually = Callable[..., None]


class Amazon:
    """The controls of a running simulator."""

    def __init__(self, url: str) -> None:
        self.url = url
        self._http = httpx.Client(base_url=url, timeout=30, trust_env=False)

    def get(self, path: str) -> dict:
        return self._http.get(path).raise_for_status().json()

    def post(self, path: str, **body: object) -> dict:
        return self._http.post(path, json=body).raise_for_status().json()

    def fault(self, target: str, kind: str, **more: object) -> None:
        self.post("/_sim/faults", target=target, kind=kind, **more)

    def heal(self) -> None:
        self._http.delete("/_sim/faults").raise_for_status()

    def rows(self) -> list[dict]:
        text = self._http.get("/_sim/seed/listings").raise_for_status().text
        return [orjson.loads(line) for line in text.splitlines()]

    def sell(self, sku: str) -> None:
        """Sell the source of this offer."""
        row = next(row for row in self.rows() if row["sku"] == sku)
        self.post("/_sim/events", marketplace=row["marketplace"], ids=[row["source_id"]], kind="sold")

    def alter(self, offer: Row[Any], **what: object) -> None:
        """Change this offer behind the product's back; an offer is a row with `seller_id` and `sku`."""
        self.post("/_sim/offers", offers=[{"seller_id": offer.seller_id, "sku": offer.sku, **what}])

    def shown(self, seller_id: str, sku: str) -> int:
        return self.get(f"/_sim/offers/{seller_id}/{sku}")["quantity"]

    def offer(self, seller_id: str, sku: str) -> dict:
        return self.get(f"/_sim/offers/{seller_id}/{sku}")

    def close(self) -> None:
        self._http.close()


@pytest.fixture
def eventually() -> Eventually:
    """Wait until something holds, for a limited time."""

    def wait(holds: Callable[[], object], seconds: float = 60) -> None:
        deadline = time.monotonic() + seconds
        while not holds():
            assert time.monotonic() < deadline, "it did not come to hold in time"
            time.sleep(0.05)

    return wait


@pytest.fixture
def start_amazon(tmp_path: Path) -> Iterator[Callable[..., Amazon]]:
    started: list[tuple[subprocess.Popen[bytes], Amazon]] = []

    def start(*arguments: str) -> Amazon:
        port = free_port()
        command = [sys.executable, "-m", "mercarich_simulator", "serve", "--port", str(port), "--churn-per-hour", "0"]
        command += ["--feed-queue-seconds", "0.2", "--feed-process-seconds", "0.3"]
        command += ["--report-queue-seconds", "0.2", "--report-process-seconds", "0.3", *arguments]
        with (tmp_path / "simulator.log").open("ab") as out:
            process = subprocess.Popen(command, stdout=out, stderr=out)
        amazon = Amazon(f"http://127.0.0.1:{port}")
        started.append((process, amazon))
        deadline = time.monotonic() + 20
        while True:
            try:
                amazon.get("/_sim/clock")
                return amazon
            except httpx.TransportError:
                assert process.poll() is None, (tmp_path / "simulator.log").read_text()
                assert time.monotonic() < deadline
                time.sleep(0.05)

    yield start
    for process, amazon in started:
        amazon.close()
        process.kill()
        process.wait()


@pytest.fixture
def amazon(start_amazon: Callable[..., Amazon]) -> Amazon:
    """Three sellers with ten offers each."""
    return start_amazon("--sellers", "3", "--listings", "30", "--restores", "6")


@pytest.fixture
def engine(database_url: str, to_head: Callable[[Engine], None]) -> Iterator[Engine]:
    engine = engines.create(database_url, pool_size=20)
    to_head(engine)
    yield engine
    engine.dispose()


@pytest.fixture
def shop(engine: Engine, amazon: Amazon) -> Shop:
    """The database in the state of the simulator's market, nothing pending except its restores; polls every second."""
    shop = Shop(engine)
    shop.fill(amazon.get("/_sim/seed"), amazon.rows())
    shop.set("FEED_POLL_SECONDS", "1")
    return shop


@pytest.fixture
def settings(amazon: Amazon, shop: Shop) -> FeedSettings:
    return settings_for(amazon, shop)


def settings_for(amazon: Amazon, shop: Shop) -> FeedSettings:
    return FeedSettings(
        lwa_url=f"{amazon.url}/lwa/auth/o2/token",
        spapi_url=f"{amazon.url}/spapi",
        lwa_client_id=shop.client_id,
        lwa_client_secret=shop.client_secret,
        encryption_key=shop.key,
        pushers=8,
        call_seconds=3,
        token_retry_seconds=1,
    )


ROUNDS = frozenset({"rounds", "reads", "orders", "offers", "creations"})
"""Ticks that wake lanes; the others only count."""


class Running:
    """Running lanes, with a round every tenth of a second."""

    def __init__(self, lanes: Lanes, stop: threading.Event) -> None:
        self.lanes = lanes
        self._stop = stop
        self.failure: BaseException | None = None
        self._thread = threading.Thread(target=self._rounds)

    def start(self) -> None:
        self.lanes.start()
        self._thread.start()

    def end(self) -> None:
        self._stop.set()
        self._thread.join(30)
        self.lanes.stop()

    def _rounds(self) -> None:
        while not self._stop.wait(0.1):
            for tick in self.lanes.ticks:
                if tick.name in ROUNDS:
                    tick.run()


@contextmanager
def running(engine: Engine, settings: FeedSettings) -> Iterator[Running]:
    stop = threading.Event()
    run = Running(build_lanes(engine, settings, stop), stop)
    run.start()
    try:
        yield run
    finally:
        run.end()


@pytest.fixture
def feed(engine: Engine, settings: FeedSettings) -> Iterator[Running]:
    with running(engine, settings) as run:
        yield run
        run.lanes.patches.check()
        run.lanes.follow.check()
        run.lanes.orders.check()
