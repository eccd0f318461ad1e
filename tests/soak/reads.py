"""How long it takes to read every offer of a large seller at Amazon, and how many requests a day the reads take.

    .venv/bin/python -m tests.soak.reads [--listings 50000] [--deleted 5000] [--latency 0.15] [--hours 24]

Feed runs as in the simulated week, on a clock that jumps, against the simulator's Amazon with its real quotas. Nothing
happens to the offers meanwhile: the requests are those of reads alone.
"""

import argparse
import logging
import random
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

from rich.console import Console
from sqlalchemy import Connection, delete, func, select, update
from tests.services.memory import folder_in_memory
from tests.soak import beginning
from tests.soak.broker import Broker
from tests.soak.database import Database
from tests.soak.kernel import Kernel, Process, VirtualEvent
from tests.soak.lanes import SHORT, STRETCHED, VirtualLane
from tests.soak.loop import VirtualLoop
from tests.soak.market import AmazonTransport, Market
from tests.soak.plant import Plant
from tests.soak.proxies import Proxies
from tests.soak.week import START
from tests.soak.wiring import GATES, feed_dependencies, feed_settings

from mercarich_db.conditions import among
from mercarich_db.engine import reading, run_tx
from mercarich_db.tables import listing_pictures, listings
from mercarich_feed import bootstrap
from mercarich_feed.adapters.http import Http
from mercarich_feed.bootstrap_commands import build_reconcile
from mercarich_feed.dependencies import Dependencies
from mercarich_listings import store
from mercarich_simulator.settings import SimulatorSettings
from mercarich_simulator.web import Reply, Request

Work = Callable[[int, set[Any]], float | None]
SEARCHED = "/spapi/listings/2021-08-01/items/SELLER"
SPREAD = (0.5, 1.5)
"""Least and longest time of a request, as factors of the typical one."""


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.soak.reads", description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--listings", type=int, default=50_000)
    parser.add_argument("--deleted", type=int, default=5_000, help="offers that were deleted just before")
    parser.add_argument("--latency", type=float, default=0.15, help="typical seconds of a request to Amazon")
    parser.add_argument("--hours", type=float, default=24.0, help="how long requests are counted")
    given = parser.parse_args()
    logging.disable(logging.CRITICAL)
    with folder_in_memory("mercarich-reads-") as folder:
        _measure(_plant(Path(folder), given.listings + given.deleted), given.deleted, given.latency, given.hours)


def _measure(plant: Plant, deleted: int, latency: float, hours: float) -> None:
    counts = Counter[str]()
    plant.market.on_amazon.append(lambda request, reply: counts.update([_kind(request, reply)]))
    kernel, given = plant.kernel, _dependencies(plant, latency)
    _delete(plant, deleted)
    _feed(plant, given)
    reconcile, _ = build_reconcile(plant.shared, feed_settings(plant), given)
    began = kernel.now
    done = reconcile([], [], lambda _left, _asked: None)
    console = Console(highlight=False, soft_wrap=True)
    console.print(
        f"{done.asked:,} offers reconciled in {(kernel.now - began) / 60:.1f} min: {_told(counts)}; {done.left} left"
    )
    counts.clear()
    kernel.sleep(hours * 3600)
    console.print(f"in the {hours:g} h after it, with {_down(plant):,} offers down: {_told(counts)}")
    kernel.end()


def _plant(folder: Path, offers: int) -> Plant:
    kernel = Kernel(START)
    market = Market(
        SimulatorSettings(sellers=1, listings=offers, churn_per_hour=0.0, start_at=kernel.unix(), clock_mode="manual"),
        kernel,
    )
    (folder / "pictures").mkdir()
    proxies = Proxies(market, VirtualLoop(kernel, "proxies"), 1, 1.0)
    database, broker, chance = Database(folder), Broker(kernel, 1), random.Random("reads")
    plant = Plant(kernel, market, proxies, database, broker, market.darkroom, folder / "pictures", chance)
    beginning.begin(plant, 1)
    return plant


def _delete(plant: Plant, number: int) -> None:
    """Delete offers here and at Amazon."""
    query = select(listings.c.id, listings.c.sku).where(listings.c.quantity > 0)
    [seller], now = plant.market.world.catalogue.sellers, plant.kernel.unix()

    def write(connection: Connection) -> None:
        rows = connection.execute(query.order_by(listings.c.id.desc()).limit(number)).all()
        ids = [row.id for row in rows]
        for row in rows:
            plant.market.world.offers.delete(seller.seller_id, row.sku, now, at_once=True)
        connection.execute(update(listings).where(among(listings.c.id, ids)).values(verified_at=plant.kernel.utc()))
        connection.execute(delete(listing_pictures).where(among(listing_pictures.c.listing_id, ids)))
        store.remove(connection, ids, plant.kernel.utc())

    run_tx(plant.database.books, write)


def _feed(plant: Plant, given: Dependencies) -> None:
    """Start feed as in production: its ticks at their own intervals, its lanes at the times that they ask for."""
    process = Process("feed")

    def lane(name: str, threads: int, work: Work) -> VirtualLane[Any]:
        return VirtualLane(plant.kernel, process, name, threads, lambda *turn: _unstretched(work(*turn)))

    stop, given = VirtualEvent(plant.kernel), replace(given, lane=lane)
    built = bootstrap.build_worker(plant.shared, feed_settings(plant), stop, given)
    built.lanes.start()
    plant.tick(process, {tick: GATES[tick.name] for tick in built.worker.ticks if tick.name != "gauges"})


def _unstretched(again: float | None) -> float | None:
    """Return the wait that the week's lane stretches to this one."""
    return again / STRETCHED if again is not None and again < SHORT * STRETCHED else again


def _dependencies(plant: Plant, latency: float) -> Dependencies:
    def transport() -> AmazonTransport:
        return AmazonTransport(plant.market, plant.amazon_chance, (latency * SPREAD[0], latency * SPREAD[1]))

    return replace(feed_dependencies(plant), http=Http(feed_settings(plant).call_seconds, transport))


def _kind(request: Request, reply: Reply) -> str:
    single = request.path.count("/") > SEARCHED.count("/")
    name = f"{request.method} of one offer" if single else "searches of up to 20"
    return name if reply.status in (200, 404) else f"{name}, answered {reply.status}"


def _down(plant: Plant) -> int:
    with reading(plant.database.books) as connection:
        return connection.execute(select(func.count()).where(listings.c.quantity == 0)).scalar_one()


def _told(counts: Counter[str]) -> str:
    return ", ".join(f"{count:,} {kind}" for kind, count in counts.most_common()) or "no request"


if __name__ == "__main__":
    main()
