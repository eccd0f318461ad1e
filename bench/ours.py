"""The product as a side of a comparison: planner, checkers and proxies as processes, with every feature on.

Nothing is special to the benchmark except values of documented settings: a budget for outgoing calls that is never
reached, the number of calls and batches in progress at once, and the address of the marketplace.
"""

import os
import sys
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import httpx
from bench.harness import cpu
from bench.harness.measured import Measured, Moment
from bench.harness.parts import Market, Parts
from bench.harness.processes import Processes, processes
from bench.harness.result import NotExact
from bench.source_pages import CANARIES_FROM, PRICE, SELLER_BASE, SOLD_EVERY, mercari_id, yahoo_id
from sqlalchemy import Connection, Engine, text
from tests.services.process import free_port

from mercarich_db import engine as engines
from mercarich_db import schema, settings_store
from mercarich_db.engine import reading, run_tx
from mercarich_local.child import search_path

SELLERS = 20
"""Sellers at Amazon, each with the same number of listings; one in 20 of each one's sources has sold."""
RUN_SECONDS = 240.0
CANARIES = 10


@dataclass(frozen=True, kw_only=True)
class Setup:
    """How the product runs."""

    marketplace: str
    pairs: int = 1
    """Number of checkers, each with a proxy of its own."""
    calls: int = 256
    """Calls in progress at the market, per proxy (`…_PROXY_CONCURRENCY`)."""
    batch_items: int = 200
    """`CHECK_BATCH_ITEMS`, and the planner's `--max-workers`."""
    batches: int = 4
    """Calls in progress at the proxy, per checker (`CHECKER_SLOTS`)."""
    items_a_seller: int = 1
    """Items at Mercari that one call returns."""


class Product:
    """One database for all runs of a benchmark; each run has new processes, as for a peer."""

    def __init__(self, parts: Parts, setup: Setup) -> None:
        self._parts = parts
        self._setup = setup
        self.engine = engines.create(parts.mariadb.create_database())
        self._url = self.engine.url.render_as_string(hide_password=False)
        self._logs = parts.folder / f"ours-{setup.marketplace}-{id(self)}"
        schema.upgrade(self.engine)
        run_tx(self.engine, self._write_settings)

    def run(self, market: Market, items: int) -> Measured:
        """Check this many items once. Raises `NotExact`, and `Failed` when a process does not do its part."""
        setup = self._setup
        self.fill(items)
        with processes(self._logs) as started:
            ports = [free_port() for _ in range(setup.pairs)]
            environments = [self.environment(market, port) for port in ports]
            workers = self.start_workers(started, environments, ports)
            market.reset()
            before = Moment.now(self._books(workers, market))
            producer = started.see_through("planner", self.planner(), environments[0], RUN_SECONDS)
            after = Moment.now(self._books(workers, market))
            memory = cpu.memory_megabytes(cpu.descendants(started.pids))
        seen = market.figures()
        self._verify(seen, items)
        used = after.since(before)
        return Measured(
            items=items,
            seconds=used.seconds,
            rate=seen["middle_rate"],
            side={**{name: used.cpu[name] for name in workers}, "producer": producer},
            parts={name: used.cpu[name] for name in used.cpu if name not in workers},
            requests=int(seen["requests"]),
            memory_mb=memory,
        )

    def fill(self, items: int) -> None:
        """Return a database with this many items as an earlier run left them, each listed once."""
        run_tx(self.engine, lambda connection: _fill(connection, self._setup, items))

    def start_workers(
        self, started: Processes, environments: Sequence[Mapping[str, str]], ports: Sequence[int]
    ) -> dict[str, list[int]]:
        """Start a proxy on each port and a checker that calls it. Return process ids by role; all processes are
        ready."""
        marketplace = self._setup.marketplace
        pids: dict[str, list[int]] = {"proxy": [], "checker": []}
        listening = list(ports)
        for number, (environment, port) in enumerate(zip(environments, ports, strict=True)):
            serve = (f"mercarich-{marketplace}-proxy", "serve", "--port", str(port))
            pids["proxy"].append(started.start(f"proxy-{number}", serve, environment).pid)
            listening.append(free_port())
            own = {**environment, "MERCARICH_METRICS_PORT": str(listening[-1])}
            pids["checker"].append(started.start(f"checker-{number}", self.checker(), own).pid)
        started.wait(lambda: all(map(is_ready, listening)), "proxies and checkers ready")
        return pids

    def _books(self, workers: Mapping[str, list[int]], market: Market) -> dict[str, list[int]]:
        parts = self._parts
        return {**workers, "kafka": [parts.kafka.pid], "mariadb": [parts.mariadb.pid], "source": [market.pid]}

    def checker(self) -> tuple[str, ...]:
        return ("mercarich-checker", "worker", "--marketplace", self._setup.marketplace)

    def planner(self) -> tuple[str, ...]:
        plans = ("2", "4")
        workers = ("--max-workers", str(self._setup.batch_items))
        return ("mercarich", f"check_item_{self._setup.marketplace}", *plans, *workers)

    def environment(self, market: Market, proxy_port: int) -> dict[str, str]:
        prefix = f"{self._setup.marketplace.upper()}_PROXY_"
        return {
            "PATH": search_path(os.environ, Path(sys.executable).parent),
            "MERCARICH_DATABASE_URL": self._url,
            "MERCARICH_KAFKA_BOOTSTRAP": f"127.0.0.1:{self._parts.kafka.port}",
            "MERCARICH_METRICS_HOST": "127.0.0.1",
            f"CHECKER_{self._setup.marketplace.upper()}_PROXY_URL": f"http://127.0.0.1:{proxy_port}",
            "CHECKER_SLOTS": str(self._setup.batches),
            f"{prefix}UPSTREAM": "web",
            f"{prefix}UPSTREAM_URL": market.url,
            f"{prefix}ACCEPT_TERMS": "yes",
            f"{prefix}RATE_PER_SECOND": "10000",
            f"{prefix}CONCURRENCY": str(self._setup.calls),
        }

    def _write_settings(self, connection: Connection) -> None:
        setup = self._setup
        item_id = {"mercari": mercari_id, "yahoo": yahoo_id}[setup.marketplace]
        numbers = range(CANARIES_FROM, CANARIES_FROM + SOLD_EVERY * CANARIES, SOLD_EVERY // 2)[:CANARIES]
        canaries = [f"{item_id(number)}={'on_sale' if number % SOLD_EVERY else 'gone'}" for number in numbers]
        values = {
            "CHECK_BATCH_ITEMS": str(setup.batch_items),
            "INV_QUEUE_ENOUGH_JOB_COUNT": str(4 * setup.pairs * setup.batches),
            f"CANARY_ITEMS_{setup.marketplace.upper()}": " ".join(canaries),
        }
        for key, value in values.items():
            settings_store.write(connection, key, value, by="bench", at=datetime.now(UTC))

    def _verify(self, seen: Mapping[str, float], items: int) -> None:
        """Check that each item was requested once and is checked, and that each sold one is withdrawn once, with its
        evidence."""
        found = {name: _count(self.engine, query) for name, query in _COUNTS.items()}
        sold = items // SOLD_EVERY
        wanted = {"checked": items, "sold": sold, "withdrawn": sold, "events": sold, "evidence": items + sold}
        asked = {"items": seen["items"], "most": seen["most"]}
        if found != wanted or asked != {"items": items, "most": 1}:
            raise NotExact(f"ours: {found} where {wanted} was wanted; the market saw {asked}")


def is_ready(port: int) -> bool:
    with suppress(httpx.TransportError):
        return httpx.get(f"http://127.0.0.1:{port}/readyz", trust_env=False).status_code == httpx.codes.OK
    return False


def _count(engine: Engine, query: str) -> int:
    with reading(engine) as connection:
        return int(connection.execute(text(query)).scalar_one())


_LAST_RUN = "(SELECT max(id) FROM runs)"
_COUNTS = {
    "checked": f"SELECT count(*) FROM source_items WHERE check_run IS NULL AND checked_run = {_LAST_RUN}",
    "sold": "SELECT count(*) FROM source_items WHERE state = 'sold'",
    "withdrawn": "SELECT count(*) FROM listings WHERE quantity = 0 AND revision = 2",
    "events": "SELECT count(*) FROM listing_events WHERE kind = 'withdrawn' AND evidence_id IS NOT NULL",
    "evidence": "SELECT count(*) FROM evidence",
}


def _fill(connection: Connection, setup: Setup, items: int) -> None:
    """Insert this many items as an earlier run left them: seen available at their price, with evidence, each listed
    once."""
    connection.execute(text("SET foreign_key_checks = 0"))
    for table in ("source_items", "listings", "evidence", "listing_events", "amazon_accounts", "users"):
        connection.execute(text(f"TRUNCATE TABLE {table}"))
    connection.execute(text("SET foreign_key_checks = 1"))
    width, letter = {"mercari": (11, "m"), "yahoo": (10, "x")}[setup.marketplace]
    values = {
        "items": items,
        "sellers": SELLERS,
        "block": SOLD_EVERY,
        "marketplace": setup.marketplace,
        "letter": letter,
        "width": width,
        "seller_base": SELLER_BASE,
        "items_a_seller": setup.items_a_seller,
        "price": PRICE,
    }
    for statement in _FILLING:
        connection.execute(text(statement), values)
    connection.execute(text("ANALYZE TABLE source_items, listings")).close()


_FILLING = (
    """INSERT INTO users (id, username, plan, active, is_staff, created_at)
    SELECT seq, concat('seller', seq), 2, 1, 0, utc_timestamp(6) FROM seq_1_to_20""",
    """INSERT INTO amazon_accounts (user_id, seller_id, marketplace_id, refresh_token, token_verdict)
    SELECT seq, concat('A', seq), 'A1VC38T7YXB528', '', 'valid' FROM seq_1_to_20""",
    """INSERT INTO source_items (id, marketplace, item_id, seller_id, state, price_jpy, observed_at, evidence_id,
    checked_at, check_rank, check_attempts, check_unknowns)
    SELECT seq, :marketplace, concat(:letter, lpad(seq, :width, '0')), :seller_base + (seq - 1) DIV :items_a_seller,
    'available', :price, utc_timestamp(6) - INTERVAL 12 HOUR, seq, utc_timestamp(6) - INTERVAL 12 HOUR, 0, 0, 0
    FROM seq_1_to_1000000 WHERE seq <= :items""",
    """INSERT INTO evidence (id, source_item_id, state, url, http_status, parser_version, extract, fetched_at)
    SELECT id, id, 'available', '', 200, 'before', '', observed_at FROM source_items""",
    """INSERT INTO listings (id, user_id, sku, marketplace, source_item_id, listed, listing_quantity, created_at,
    quantity, revision, searching, changed_at, pushed_revision, pushed_quantity, push_attempts, orphan)
    SELECT id, (id - 1) DIV :block MOD :sellers + 1, concat('S', id), marketplace, id, 1, 1, observed_at,
    1, 1, 0, observed_at, 1, 1, 0, 0 FROM source_items""",
)
"""Rows generated by the database with its sequence tables; the number determines user and source's seller."""
