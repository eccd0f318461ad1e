"""Listings that a live update run still wants are the backlog that determines the size of the pools updater-yahoo and
-mercari."""

from datetime import UTC, datetime, timedelta
from functools import partial

from sqlalchemy import Engine, update
from tests.integration.checker.shop import Shop

from mercarich_contracts.market import Marketplace
from mercarich_db.engine import run_tx
from mercarich_db.tables import listings
from mercarich_operator.adapters.signals import LOST_AFTER, KafkaAndRows
from mercarich_operator.domain.pools import Contract, Deployment, Pool
from mercarich_runs.adapters.runs_sql import SqlRuns
from mercarich_runs.ports import Operation, Request

NOW = datetime(2026, 9, 1, 3, 0, tzinfo=UTC)


def test_only_a_living_runs_listings_count(engine: Engine, kafka_bootstrap: str) -> None:
    shop = Shop(engine)
    seller = shop.seller("a")
    wanted = [shop.listing(seller, f"x{number}") for number in range(3)]
    request = Request(marketplace=Marketplace.YAHOO, plans=(2,))
    run = SqlRuns(engine, Operation.UPDATE).start(request, None, NOW)
    marked = update(listings).where(listings.c.id.in_(wanted[:2])).values(update_run=run.id)
    run_tx(engine, lambda connection: connection.execute(marked))

    for now, rows in ((NOW, 2), (NOW + LOST_AFTER + timedelta(seconds=1), 0)):
        signals = KafkaAndRows(kafka_bootstrap, engine, partial(_same, now)).read([_pool("yahoo"), _pool("mercari")])
        found = {name: signal.backlog.rows for name, signal in signals.items()}
        assert found == {"updater-yahoo": rows, "updater-mercari": 0}


def _pool(marketplace: str) -> Pool:
    contract = Contract("INVRES_YAHOO_WORKER", 1, 6, f"update.{marketplace}", f"updater-{marketplace}", 500, 18)
    return Pool(Deployment(f"rel-updater-{marketplace}", f"updater-{marketplace}", "uid", {}, 1, 1, 1, None), contract)


def _same(moment: datetime) -> datetime:
    return moment
