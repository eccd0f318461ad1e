"""The services in this world, built by their own composition roots with this world's connections passed in.

HTTP, Kafka and threads are replaced by `proxies`, `market`, `broker` and `lanes`; the clocks are the kernel's. A tick
comes every `ROUND_SECONDS` here instead of every few seconds, and is left out while there is nothing that it could
find.
"""

import base64
import threading
from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import cache

from pydantic import SecretStr
from tests.soak.database import any_of
from tests.soak.kernel import Process, VirtualEvent
from tests.soak.lanes import Inline, LaneMaker
from tests.soak.market import AmazonTransport
from tests.soak.pictures import MarketPictures
from tests.soak.plant import RESTART_SECONDS, Handle, Plant

from mercarich_checker import bootstrap as checker_root
from mercarich_checker.dependencies import Dependencies as CheckerDependencies
from mercarich_checker.settings import CheckerSettings
from mercarich_contracts.market import Marketplace
from mercarich_contracts.messages import RevivalWanted
from mercarich_feed import bootstrap as feed_root
from mercarich_feed.adapters.http import Http
from mercarich_feed.dependencies import Dependencies as FeedDependencies
from mercarich_feed.settings import FeedSettings
from mercarich_platform.kafka import Record
from mercarich_platform.outages import DatabaseAway
from mercarich_platform.worker import Tick, Worker
from mercarich_updater import bootstrap as updater_root
from mercarich_updater.bootstrap import ORDERS_AT_ONCE
from mercarich_updater.dependencies import Dependencies as UpdaterDependencies
from mercarich_updater.settings import UpdaterSettings

KEY = bytes(range(32))
"""Encrypts this world's made-up refresh tokens."""
ROUND_SECONDS = 20.0
READ_SECONDS = 60.0
"""Between two looks for offers that are to be read: a push has its own read, and others are read once an hour."""
GAUGE_SECONDS = 900.0
"""Metrics and counts that nothing reads here."""
SELDOM = {
    **dict.fromkeys(("gauges", "learnt", "capacity"), GAUGE_SECONDS),
    **dict.fromkeys(("reads", "orders"), READ_SECONDS),
}
"""Intervals of ticks that are not at `ROUND_SECONDS`."""
SLOTS = 4
WATCH_STRETCHED = 100.0
"""Factor of the watch's intervals: ten to fifty seconds."""
PUSHERS, FOLLOWERS = 6, 4
UNSOURCED = (
    "SELECT 1 FROM order_items i JOIN source_items s ON s.id = i.source_item_id WHERE s.observed_at > i.seen_at"
    " AND s.state IN ('unbuyable', 'sold', 'ended', 'gone', 'suspended') AND i.cancelled_by IS NULL"
    " AND i.status IN ('pending_availability', 'pending', 'unshipped', 'partially_shipped', 'unknown') AND NOT EXISTS"
    " (SELECT 1 FROM order_decisions d WHERE d.user_id = i.user_id AND d.order_item_id = i.order_item_id"
    " AND d.decision IS NOT NULL) LIMIT 1"
)
"""Finds an open order whose source was seen gone, and about which nobody has decided."""
GATES: Mapping[str, str | None] = {
    "released holds": "SELECT 1 FROM holds WHERE released_at IS NOT NULL AND applied_at IS NULL LIMIT 1",
    "ordered": "SELECT 1 FROM source_items WHERE marketplace IN ('mercari', 'yahoo') AND due_at < '2000-01-02' LIMIT 1",
    "learnt": None,
    "outcomes": "SELECT 1 FROM order_items LIMIT 1",
    "capacity": "SELECT 1 FROM runs LIMIT 1",  # nobody here asks for it before there is a run
    "decisions": "SELECT 1 FROM listings WHERE push_pending = 1 AND quantity > 0"
    " UNION ALL SELECT 1 FROM listing_creations WHERE ended_at IS NULL AND state = 'waiting'"
    " UNION ALL SELECT 1 FROM revivals WHERE state = 'approved' LIMIT 1",
    "approvals": "SELECT 1 FROM revivals JOIN seller_settings AS own ON own.user_id = revivals.user_id"
    " WHERE own.key = 'REVIVAL_APPROVE' AND revivals.state = 'proposed' LIMIT 1",
    "put off": any_of("put_off"),
    **{f"orders {number}": UNSOURCED for number in range(1, ORDERS_AT_ONCE + 1)},
    "rounds": "SELECT 1 FROM listings WHERE push_pending = 1"
    " UNION ALL SELECT 1 FROM submissions WHERE ended_at IS NULL"
    " UNION ALL SELECT 1 FROM listing_removals WHERE accepted_at IS NULL LIMIT 1",
    "reads": None,
    "orders": None,
    "offers": "SELECT 1 FROM amazon_accounts AS a LEFT JOIN amazon_offer_reads AS r ON r.user_id = a.user_id"
    " WHERE r.state IS NULL OR r.state NOT IN ('done', 'failed') LIMIT 1",
    "creations": "SELECT 1 FROM listing_creations WHERE ended_at IS NULL"
    " UNION ALL SELECT 1 FROM catalog_searches WHERE done_at IS NULL"
    " UNION ALL SELECT 1 FROM repricings WHERE ended_at IS NULL LIMIT 1",
    "gauges": None,
    "unverified": "SELECT 1 FROM restorations WHERE verified_at IS NULL LIMIT 1",
    "fees": "SELECT 1 FROM listings WHERE quantity > 0 OR paused_at IS NOT NULL LIMIT 1",
    "fee gauges": "SELECT 1 FROM listings WHERE quantity > 0 OR paused_at IS NOT NULL LIMIT 1",
    "unread": "SELECT 1 FROM removed_offers LIMIT 1",
}
"""Every tick by its name, with a query: when it has no row, the tick would find nothing. None: it always has work."""


def checker(plant: Plant, marketplace: Marketplace) -> Callable[[Process], None]:
    def make(process: Process) -> None:
        given = checker_dependencies(plant, marketplace)
        own, stop = CheckerSettings(slots=SLOTS), VirtualEvent(plant.kernel)
        _work(plant, process, checker_root.build_worker(marketplace, plant.shared, own, stop, given))

    return make


def watch(plant: Plant, marketplace: Marketplace) -> Callable[[Process], None]:
    """Its process ends while the database is away at its start, and is started again."""

    def run() -> None:
        given = checker_dependencies(plant, marketplace)
        while True:
            try:
                built = checker_root.build_watch(marketplace, plant.shared, given)
                built.watch(VirtualEvent(plant.kernel, WATCH_STRETCHED))
            except DatabaseAway:
                plant.kernel.sleep(RESTART_SECONDS)

    def make(process: Process) -> None:
        plant.kernel.spawn(process.name, run, process)

    return make


def updater(plant: Plant, marketplace: Marketplace) -> Callable[[Process], None]:
    def make(process: Process) -> None:
        pictures = MarketPictures(plant.proxies, plant.pictures, plant.darkroom)
        given = replace(updater_dependencies(plant), pictures=pictures)
        stop = VirtualEvent(plant.kernel)
        worker = updater_root.build_worker(marketplace, plant.shared, UpdaterSettings(), stop, given)
        _work(plant, process, replace(worker, handle=one_by_one(worker.handle)))

    return make


def feed(plant: Plant) -> Callable[[Process], None]:
    def make(process: Process) -> None:
        given = replace(feed_dependencies(plant), lane=LaneMaker(plant.kernel, process))
        built = feed_root.build_worker(plant.shared, feed_settings(plant), VirtualEvent(plant.kernel), given)
        built.lanes.start()
        _work(plant, process, replace(built.worker, slots=SLOTS))

    return make


def checker_dependencies(plant: Plant, marketplace: Marketplace) -> CheckerDependencies:
    return CheckerDependencies(
        engine=plant.database.engine,
        publisher=plant.publisher,
        sources=plant.proxies.sources(marketplace),
        budgets=plant.proxies.sources(marketplace),
        now=plant.kernel.utc,
        monotonic=plant.kernel.monotonic,
    )


def updater_dependencies(plant: Plant) -> UpdaterDependencies:
    return UpdaterDependencies(
        engine=plant.database.engine,
        publisher=plant.publisher,
        market=plant.proxies,
        now=plant.kernel.utc,
        monotonic=plant.kernel.monotonic,
    )


def feed_dependencies(plant: Plant) -> FeedDependencies:
    return FeedDependencies(
        engine=plant.database.engine,
        publisher=plant.publisher,
        http=Http(feed_settings(plant).call_seconds, lambda: AmazonTransport(plant.market, plant.amazon_chance)),
        calls=Inline(),
        now=plant.kernel.utc,
        monotonic=plant.kernel.monotonic,
        sleep=plant.kernel.sleep,
    )


def feed_settings(plant: Plant) -> FeedSettings:
    catalogue = plant.market.world.catalogue
    return _feed_settings(catalogue.client_id, catalogue.client_secret)


@cache
def _feed_settings(client_id: str, client_secret: str) -> FeedSettings:
    return FeedSettings(
        lwa_client_id=client_id,
        lwa_client_secret=SecretStr(client_secret),
        encryption_key=SecretStr(base64.b64encode(KEY).decode()),
        pushers=PUSHERS,
        followers=FOLLOWERS,
        restorers=FOLLOWERS,
    )


def one_by_one(handle: Handle) -> Handle:
    """Run the searches of a message one after the other: in parallel they would be threads that the kernel does not
    order."""

    def handled(record: Record, stop: threading.Event) -> None:
        message = RevivalWanted.decode(record.value).model_copy(update={"max_workers": 1})
        handle(replace(record, value=message.encode()), stop)

    return handled


def _work(plant: Plant, process: Process, worker: Worker) -> None:
    """What `Worker.run` does, on the kernel's time."""
    [topic] = worker.topics
    plant.consume(process, topic, worker.slots, worker.handle)
    if unknown := {tick.name for tick in worker.ticks} - GATES.keys():
        raise LookupError(f"write the queries of these ticks into tests.soak.wiring.GATES: {sorted(unknown)}")
    plant.tick(process, {tick._replace(every_seconds=_stretched(tick)): GATES[tick.name] for tick in worker.ticks})


def _stretched(tick: Tick) -> float:
    return SELDOM.get(tick.name, max(tick.every_seconds, ROUND_SECONDS))
