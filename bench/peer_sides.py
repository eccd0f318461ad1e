"""The peers as sides of a comparison: how each is started and fed, and how its readiness and completion are
recognised."""

import os
from collections.abc import Callable, Mapping
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import pymysql
from bench.harness import cpu
from bench.harness.measured import Measured, Moment
from bench.harness.parts import Market, Parts, Redis
from bench.harness.processes import Processes, processes
from bench.harness.result import FOLDER, ROOT, NotExact
from bench.source_pages import SOLD_EVERY
from sqlalchemy.engine import make_url
from tests.services.process import Missing

RUN_SECONDS = 240.0
PROCESSES, IN_SMOKE = 14, 4
"""The original's number of workers; fewer where only the CPU time per job counts."""

Ready = Callable[[str, Redis, int], bool]
"""Takes the worker's log, Redis and the number of processes."""


@dataclass(frozen=True, kw_only=True)
class Peer:
    venv: str
    worker: tuple[str, ...]
    """`{processes}` stands for the number of processes."""
    producer: tuple[str, ...]
    ready: Ready
    forks: bool = True
    """The command starts all processes itself; otherwise the command is started that many times."""
    batch: int = 1
    """Items per job."""
    threads: int = 1
    items: int
    """Items of a full run: as many as take the peer some ten seconds."""


def _rq(kind: str, batch: int, items: int) -> Peer:
    jobs = ("python", "-m", "bench.peers.rq_jobs")
    return Peer(
        venv="peers",
        worker=(*jobs, "worker", kind),
        producer=(*jobs, "produce"),
        ready=lambda _log, redis, processes: redis.ask("SCARD", "rq:workers") == str(processes),
        forks=False,
        batch=batch,
        items=items,
    )


PEERS: Mapping[str, Peer] = {
    "rq Worker, an item a job": _rq("Worker", 1, 1_000),
    "rq Worker, 50 a job": _rq("Worker", 50, 2_100),
    "rq SimpleWorker, 50 a job": _rq("SimpleWorker", 50, 2_100),
    "celery prefork, an item a task": Peer(
        venv="peers",
        worker=("celery", "-A", "bench.peers.celery_jobs", "worker", "--pool", "prefork", "-c", "{processes}"),
        producer=("python", "-m", "bench.peers.celery_jobs"),
        ready=lambda _log, redis, _: redis.ask("SCARD", "_kombu.binding.celery.pidbox") == "1",
        items=2_100,
    ),
    "dramatiq 2 × 32 threads": Peer(
        venv="peers",
        worker=("dramatiq", "bench.peers.dramatiq_jobs", "--processes", "2", "--threads", "32"),
        producer=("python", "-m", "bench.peers.dramatiq_jobs"),
        ready=lambda log, _redis, _: log.count("ready for action") == 2,
        threads=32,
        items=4_000,
    ),
    "arq 256": Peer(
        venv="arq",
        worker=("arq", "bench.peers.arq_jobs.Worker"),
        producer=("python", "-m", "bench.peers.arq_jobs"),
        ready=lambda log, _redis, _: "Starting worker" in log,
        items=5_000,
    ),
}


class PeerSide:
    """One database for all runs of a benchmark; each run has new processes."""

    def __init__(self, name: str, parts: Parts, marketplace: str, processes: int = PROCESSES) -> None:
        self.peer = PEERS[name]
        self._name = name
        self._parts = parts
        self._marketplace = marketplace
        self._processes = processes
        self._url = make_url(parts.mariadb.create_database())
        self._logs = parts.folder / f"peer-{id(self)}"
        self._bin = FOLDER / self.peer.venv / "bin"
        if not self._bin.is_dir():
            raise Missing(f"the peers are not installed in {self._bin.parent.relative_to(ROOT)}: make bench")
        self._execute(_TABLE)

    def run(self, market: Market, items: int) -> Measured:
        """Check this many items once. Raises `NotExact`, and `Failed` when a process does not do its part."""
        peer, redis = self.peer, self._parts.redis
        redis.ask("FLUSHALL")
        self._execute("TRUNCATE TABLE items")
        self._execute(f"INSERT INTO items SELECT seq, 'on_sale' FROM seq_1_to_{items}")
        environment = self._environment(market, items)
        with processes(self._logs) as started:
            names = [f"worker-{number}" for number in range(1 if peer.forks else self._processes)]
            started.log(names[0]).unlink(missing_ok=True)
            for name in names:
                started.start(name, self._command(peer.worker), environment)
            started.wait(
                lambda: peer.ready(_text(started.log(names[0])), redis, self._processes), f"{self._name} ready"
            )
            market.reset()
            books = self._books(started, market)
            before = Moment.now(books)
            producer = started.see_through("producer", self._command(peer.producer), environment, RUN_SECONDS)
            started.wait(lambda: self._is_done(market, items), f"{self._name} done", RUN_SECONDS)
            after = Moment.now(books)
            memory = cpu.memory_megabytes(cpu.descendants(started.pids))
        seen = market.figures()
        self._verify(seen, items)
        used = after.since(before)
        return Measured(
            items=items,
            seconds=used.seconds,
            rate=seen["middle_rate"],
            side={"workers": used.cpu["workers"], "producer": producer},
            parts={name: used.cpu[name] for name in used.cpu if name != "workers"},
            requests=int(seen["requests"]),
            memory_mb=memory,
        )

    def _books(self, started: Processes, market: Market) -> dict[str, list[int]]:
        parts = self._parts
        servers = {"redis": [parts.redis.pid], "mariadb": [parts.mariadb.pid], "source": [market.pid]}
        return {"workers": started.pids, **servers}

    def _is_done(self, market: Market, items: int) -> bool:
        """The database is queried only after the market has sent every response."""
        return market.figures()["answered"] >= items and self._sold() >= items // SOLD_EVERY

    def _verify(self, seen: Mapping[str, float], items: int) -> None:
        """Check that each item was requested once, and that exactly the sold ones are written as sold."""
        sold = self._sold()
        asked = {"items": seen["items"], "most": seen["most"]}
        if sold != items // SOLD_EVERY or asked != {"items": items, "most": 1}:
            raise NotExact(f"{self._name}: {sold} written as sold of {items} items; the market saw {asked}")

    def _sold(self) -> int:
        """Return -1 when an item is written as sold that is not."""
        right = self._count("state = 'sold_out'")
        wrong = self._count(f"state = 'sold_out' AND id % {SOLD_EVERY} <> 0")
        return -1 if wrong else right

    def _count(self, condition: str) -> int:
        return int(str(self._execute(f"SELECT count(*) FROM items WHERE {condition}")[0][0]))

    def _execute(self, statement: str) -> tuple[tuple[object, ...], ...]:
        url = self._url
        with closing(pymysql.connect(host=url.host, port=url.port, user=url.username, database=url.database)) as open_:
            with open_.cursor() as cursor:
                cursor.execute(statement)
                rows: tuple[tuple[object, ...], ...] = cursor.fetchall()
            open_.commit()
            return rows

    def _command(self, words: tuple[str, ...]) -> list[str]:
        return [str(self._bin / words[0]), *(word.format(processes=self._processes) for word in words[1:])]

    def _environment(self, market: Market, items: int) -> dict[str, str]:
        url = self._url
        for_asyncmy = f"{url.host}|{url.port}|{url.username}|{url.database}"
        return {
            "PATH": os.environ.get("PATH", ""),
            "PYTHONPATH": str(ROOT),
            "BENCH_SOURCE_URL": market.url,
            "BENCH_MARKET": self._marketplace,
            "BENCH_DATABASE_URL": for_asyncmy if self.peer.venv == "arq" else url.render_as_string(False),
            "BENCH_REDIS_URL": self._parts.redis.url,
            "BENCH_ITEMS": str(items),
            "BENCH_BATCH": str(self.peer.batch),
            "BENCH_THREADS": str(self.peer.threads),
        }


def _text(log: Path) -> str:
    return log.read_text(errors="replace") if log.exists() else ""


_TABLE = """CREATE TABLE items (id BIGINT NOT NULL PRIMARY KEY, state VARCHAR(16) NOT NULL, KEY state (state))
ENGINE=InnoDB"""
