"""The real parts that every side uses, each in a process of its own: MariaDB, Apache Kafka, Redis and the market."""

import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import httpx
from bench.harness.result import ROOT
from tests.services.kafka import start_kafka
from tests.services.mariadb import MariaDb
from tests.services.process import Service, free_port, tool


@dataclass(frozen=True, slots=True)
class Redis:
    port: int
    pid: int

    @property
    def url(self) -> str:
        return f"redis://127.0.0.1:{self.port}/0"

    def ask(self, *words: str) -> str:
        """Return the output of `redis-cli`."""
        client = [tool("redis-cli", "redis-server"), "-p", str(self.port), *words]
        return subprocess.run(client, check=True, capture_output=True, text=True).stdout.strip()


class Parts:
    """Start each part when it is first needed. Raises `Missing` when its program is not installed."""

    def __init__(self, folder: Path, end: ExitStack, buffer_pool: str = "128M") -> None:
        self.folder = folder
        self._buffer_pool = buffer_pool
        self._end = end

    @cached_property
    def kafka(self) -> Service:
        kafka = start_kafka(self._folder("kafka"), measured=True)
        self._end.callback(kafka.stop)
        return kafka

    @cached_property
    def mariadb(self) -> MariaDb:
        """`innodb_flush_log_at_trx_commit=1`."""
        database = MariaDb(self._folder("mariadb"), durable=True, buffer_pool=self._buffer_pool)
        self._end.callback(database.stop)
        return database

    @cached_property
    def redis(self) -> Redis:
        """Debian's Redis without snapshots, so that its users pay for the queue only."""
        port, folder = free_port(), self._folder("redis")
        server = [tool("redis-server", "redis-server"), "--port", str(port), "--bind", "127.0.0.1"]
        service = Service([*server, "--dir", str(folder), "--save", ""], folder / "redis.log", port=port)
        self._end.callback(service.stop)
        service.wait_until(service.accepts, 10)
        return Redis(port, service.pid)

    def _folder(self, name: str) -> Path:
        folder = self.folder / name
        folder.mkdir()
        return folder


@contextmanager
def parts(*, buffer_pool: str = "128M") -> Iterator[Parts]:
    """`buffer_pool`: MariaDB's memory for tables. At the end of the block the parts are ended and their data
    removed."""
    with tempfile.TemporaryDirectory(prefix="mercarich-bench-") as folder, ExitStack() as end:
        yield Parts(Path(folder), end, buffer_pool)


class Market:
    """`bench.source` in a process of its own."""

    def __init__(self, process: "subprocess.Popen[str]") -> None:
        assert process.stdout is not None
        self.pid = process.pid
        self.url = process.stdout.readline().strip()
        self._http = httpx.Client(trust_env=False, timeout=10)

    def reset(self) -> None:
        self._http.get(f"{self.url}/_bench/reset").raise_for_status()

    def figures(self) -> dict[str, float]:
        """See `bench.source.Counts.figures`."""
        answer = self._http.get(f"{self.url}/_bench/figures").raise_for_status()
        return {name: float(value) for name, value in answer.json().items()}

    def times(self) -> list[float]:
        """The time of each request, in seconds on a clock of its own."""
        answer: list[float] = self._http.get(f"{self.url}/_bench/times").raise_for_status().json()
        return answer

    def close(self) -> None:
        self._http.close()


@contextmanager
def market(
    *,
    items_a_seller: int = 1,
    mixed_sellers: int | None = None,
    yahoo_bytes: Sequence[int] = (),
    latency: float | None = None,
) -> Iterator[Market]:
    """Run the market until the end of the block, with its own defaults where no values are given."""
    words = ["--items-a-seller", str(items_a_seller)]
    words += ["--mixed-sellers", str(mixed_sellers)] if mixed_sellers else []
    words += ["--yahoo-bytes", *map(str, yahoo_bytes)] if yahoo_bytes else []
    words += ["--latency", str(latency)] if latency is not None else []
    command = [sys.executable, "-m", "bench.source", *words]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        try:
            open_market = Market(process)
            yield open_market
            open_market.close()
        finally:
            process.terminate()
