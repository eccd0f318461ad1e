"""A shop to check: rows of sellers, sources and listings, a market with given responses, and a worker in threads."""

import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from queue import Empty, Queue
from typing import Any

from sqlalchemy import Engine, func, insert, select

from mercarich_checker.adapters.observations_sql import SqlObservations
from mercarich_checker.adapters.plan_sql import SqlPlan
from mercarich_checker.adapters.runs_sql import SqlRuns
from mercarich_checker.domain.canaries import Canary, Expected
from mercarich_checker.use_cases.check_batch import BatchOutcome, CheckBatchItems
from mercarich_checker.use_cases.rounds import RunSettings
from mercarich_checker.use_cases.run_check import RunCheck
from mercarich_checker.use_cases.trust import Trust
from mercarich_contracts.market import Marketplace, Reason, RouteName, State
from mercarich_contracts.messages import BatchItem, CheckBatch
from mercarich_contracts.proxy_api import Evidence, Item
from mercarich_contracts.sites import SITES
from mercarich_db import engine as engines
from mercarich_db import settings_store
from mercarich_db.settings_cache import settings_cache
from mercarich_db.tables import amazon_accounts, listing_events, listings, run_heads, runs, source_items, users
from mercarich_platform.clock import monotonic, utc_now
from mercarich_platform.outages import DatabaseAway
from mercarich_runs.adapters.settings_sql import brake_settings
from mercarich_runs.ports import ProxyAway, Request, Run
from mercarich_runs.use_cases.publish import PublishSettings

LONG_AGO = datetime(2026, 1, 1, tzinfo=UTC)
VOUCHES = Canary("alive", Expected.ON_SALE, RouteName.YAHOO_ITEM)
"""A canary of the only route, which a market has on sale: with it a run believes what is missing."""


@dataclass
class Shop:
    """Writes rows and reads them back."""

    engine: Engine

    def seller(
        self,
        name: str,
        *,
        plan: int = 2,
        checks: int | None = None,
        active: bool = True,
        staff: bool = False,
        account: bool = True,
    ) -> int:
        def write(connection: Any) -> int:
            row = {"username": name, "plan": plan, "checks_a_day": checks}
            row |= {"active": active, "is_staff": staff, "created_at": LONG_AGO}
            user_id: int = connection.execute(insert(users).values(**row).returning(users.c.id)).scalar_one()
            if account:
                row = {"user_id": user_id, "seller_id": f"A{user_id}", "marketplace_id": "A1VC38T7YXB528"}
                connection.execute(
                    insert(amazon_accounts).values(**row, refresh_token="sealed", token_verdict="unknown")
                )
            return user_id

        return engines.run_tx(self.engine, write)

    def listing(self, user_id: int, item_id: str, **more: Any) -> int:
        """Add one listing, and its source if it is new. Return the listing's id. Keyword `source` sets columns of the
        source, the others columns of the listing."""
        source = {
            "marketplace": "yahoo",
            "state": "unknown",
            "check_rank": 0,
            "check_attempts": 0,
            "check_unknowns": 0,
            **more.pop("source", {}),
        }
        values = {
            "sku": f"S-{user_id}-{item_id}",
            "listed": True,
            "listing_quantity": 1,
            "created_at": LONG_AGO,
            "quantity": 1,
            "revision": 1,
            "searching": False,
            "changed_at": LONG_AGO,
            "pushed_revision": 1,
            "push_attempts": 0,
            "orphan": False,
            **more,
        }

        def write(connection: Any) -> int:
            same = select(source_items.c.id).where(
                source_items.c.item_id == item_id, source_items.c.marketplace == source["marketplace"]
            )
            source_id = connection.execute(same).scalar()
            if source_id is None:
                new = insert(source_items).values(item_id=item_id, **source).returning(source_items.c.id)
                source_id = connection.execute(new).scalar_one()
            row = {"user_id": user_id, "source_item_id": source_id, "marketplace": source["marketplace"], **values}
            listing_id: int = connection.execute(insert(listings).values(**row).returning(listings.c.id)).scalar_one()
            return listing_id

        return engines.run_tx(self.engine, write)

    def setting(self, key: str, value: object) -> None:
        engines.run_tx(self.engine, lambda c: settings_store.write(c, key, str(value), by="test", at=utc_now()))

    def source(self, item_id: str) -> Any:
        return self._one(select(source_items).where(source_items.c.item_id == item_id))

    def offer(self, listing_id: int) -> Any:
        return self._one(select(listings).where(listings.c.id == listing_id))

    def run(self, run_id: int) -> Any:
        return self._one(select(runs).where(runs.c.id == run_id))

    def head(self, marketplace: str = "yahoo") -> Any:
        return self._one(
            select(run_heads).where(run_heads.c.marketplace == marketplace, run_heads.c.operation == "check")
        )

    def events(self, listing_id: int) -> list[str]:
        with engines.reading(self.engine) as connection:
            kinds = select(listing_events.c.kind).where(listing_events.c.listing_id == listing_id)
            return list(connection.execute(kinds.order_by(listing_events.c.id)).scalars())

    def count(self, table: Any, *conditions: Any) -> int:
        with engines.reading(self.engine) as connection:
            return connection.execute(select(func.count()).select_from(table).where(*conditions)).scalar_one()

    def _one(self, query: Any) -> Any:
        with engines.reading(self.engine) as connection:
            return connection.execute(query).one()


@dataclass
class Market:
    """`ports.Sources`: every item is on sale unless a test says otherwise. It counts looks; `blocked` marketplaces
    return no result."""

    states: dict[str, State] = field(default_factory=dict)
    reasons: dict[str, Reason] = field(default_factory=dict)
    prices: dict[str, int | None] = field(default_factory=dict)
    looks: list[str] = field(default_factory=list)
    asked: list[tuple[int, int]] = field(default_factory=list)
    """(items, concurrency) of each batch."""
    background: list[float | None] = field(default_factory=list)
    urgent: list[bool] = field(default_factory=list)
    looked_afresh: list[str] = field(default_factory=list)
    blocked: bool = False
    left_out: set[str] = field(default_factory=set)
    """Ids without an answer: instead, the answer names another item."""
    away: bool = False
    kills: set[str] = field(default_factory=set)
    at_once: int = 10
    gate: threading.Event | None = None
    lock: threading.Lock = field(default_factory=threading.Lock)

    def look(
        self,
        items: Sequence[BatchItem],
        concurrency: int,
        stop: threading.Event,
        *,
        fresh: bool = False,
        background: float | None = None,
        urgent: bool = False,
    ) -> Iterator[Sequence[Item]]:
        if self.away:
            raise ProxyAway("the proxy is away")
        with self.lock:
            self.asked.append((len(items), concurrency))
            self.background.append(background)
            self.urgent.append(urgent)
            if fresh:
                self.looked_afresh.extend(item.item_id for item in items)
        for start in range(0, len(items), self.at_once):
            some = items[start : start + self.at_once]
            if self.gate is not None and not self.gate.wait(10):
                raise AssertionError("the gate was never opened")
            if self.kills & {item.item_id for item in some}:
                raise Killed
            with self.lock:
                self.looks.extend(item.item_id for item in some)
            yield [self.item("another" if item.item_id in self.left_out else item.item_id) for item in some]
            if stop.is_set():
                return

    def item(self, item_id: str) -> Item:
        state = State.UNKNOWN if self.blocked else self.states.get(item_id, State.AVAILABLE)
        usual = {State.SOLD: Reason.WON, State.ENDED: Reason.CLOSED, State.UNKNOWN: Reason.BLOCKED}
        reason = Reason.BLOCKED if self.blocked else self.reasons.get(item_id, usual.get(state))
        return Item(
            marketplace=Marketplace.YAHOO,
            item_id=item_id,
            state=state,
            reason=reason,
            price_jpy=self.prices.get(item_id, 1000),
            evidence=Evidence(
                url=f"http://market/{item_id}",
                http_status=200,
                body_sha256="0" * 64,
                parser_version="test/1",
                extract=f"status={state}",
                fetched_at=utc_now(),
            ),
        )


class Killed(BaseException):
    """The worker dies here, as by kill -9: nothing is written and nothing given back."""


@dataclass
class Woken:
    """`ports.Events`."""

    sellers: list[int] = field(default_factory=list)

    def withdrawn(self, marketplace: Marketplace, run_id: int | None, listings: Mapping[int, Sequence[int]]) -> None:
        self.sellers.extend(listings)

    def changed(self, listings: Mapping[int, Sequence[int]]) -> None:
        self.sellers.extend(listings)


@dataclass
class Workers:
    """`ports.Batches`: batches go through real workers in threads; a killed worker disappears silently."""

    engine: Engine
    market: Market
    threads: int = 4
    lease: timedelta = timedelta(seconds=1)
    lose: int = 0
    """Number of messages to lose on the way."""
    twice: bool = False
    woken: Woken = field(default_factory=Woken)
    batches: list[CheckBatch] = field(default_factory=list)
    outcomes: list[BatchOutcome] = field(default_factory=list)
    most_unfinished: int = 0
    stop: threading.Event = field(default_factory=threading.Event)
    queue: Queue[CheckBatch] = field(default_factory=Queue)

    def publish(self, *batches: CheckBatch) -> None:
        for batch in batches:
            self.batches.append(batch)
            if self.lose > 0:
                self.lose -= 1
                continue
            for _ in range(2 if self.twice else 1):
                self.queue.put(batch)

    def __enter__(self) -> "Workers":
        self._pool = ThreadPoolExecutor(self.threads)
        for _ in range(self.threads):
            self._pool.submit(self._work)
        return self

    def __exit__(self, *_: object) -> None:
        self.stop.set()
        self._pool.shutdown()

    def use_case(self) -> CheckBatchItems:
        observations = SqlObservations(self.engine, settings_cache(self.engine, brake_settings))
        return CheckBatchItems(observations, self.market, self.woken, utc_now, self.lease)

    def _work(self) -> None:
        check = self.use_case()
        while not self.stop.is_set():
            try:
                batch = self.queue.get(timeout=0.05)
            except Empty:
                continue
            try:
                self.outcomes.append(check(batch, self.stop))
            except Killed:
                continue
            except (ProxyAway, DatabaseAway):
                self.queue.put(batch)


def request(plans: tuple[int, ...] = (2, 4), **more: Any) -> Request:
    return Request(marketplace=Marketplace.YAHOO, plans=plans, **more)


def planner(engine: Engine, workers: Any, *, canaries: Sequence[Canary] = (), **more: Any) -> RunCheck:
    """A real planner with short waits; keywords replace fields of its publishing settings."""
    confirm = more.pop("confirm_after", timedelta(seconds=1))
    retry = more.pop("canary_retry", timedelta(seconds=0.2))
    deadline = more.pop("deadline", timedelta(seconds=60))
    every, site = more.pop("canary_every", timedelta(seconds=300)), SITES[more.pop("marketplace", Marketplace.YAHOO)]
    publish = {"batch_items": 50, "unfinished_batches": 20, "republish_after": timedelta(seconds=2), "attempts": 3}
    market = workers.market
    return RunCheck(
        runs=SqlRuns(engine),
        plan=SqlPlan(engine),
        batches=workers,
        trust=Trust(market, lambda: canaries, site, every=every, retry=retry, monotonic=monotonic),
        settings=RunSettings(
            publish=PublishSettings(**{**publish, **more}),
            unparsable_share=0.10,
            confirm_after=confirm,
            deadline=deadline,
        ),
        now=utc_now,
        monotonic=monotonic,
        report=lambda phase, counts: None,
    )


def check(engine: Engine, market: Market, req: Request | None = None, **more: Any) -> Run:
    """Run one whole check run."""
    with Workers(engine, market) as workers:
        return planner(engine, workers, **more)(req or request(), None, threading.Event())


def until(condition: Callable[[], object], seconds: float = 60) -> None:
    """Wait until it holds, for a limited time."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "the condition did not come true"
        time.sleep(0.02)
