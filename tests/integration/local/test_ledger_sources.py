"""The simulator's ledger knows the sources that the books have given to offers, from the first day on."""

import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, Engine, insert, select
from tests.services.process import Service

from mercarich_contracts.events import EventKind
from mercarich_contracts.market import Marketplace
from mercarich_db import engine as engines
from mercarich_db.tables import amazon_accounts, listing_events, listings, source_items
from mercarich_local import sample_data, workers
from mercarich_local.ledger_sources import TellLedger, simulator_of
from mercarich_local.market import Simulator
from mercarich_platform.clock import utc_now
from mercarich_reasons.reason import Reason
from mercarich_reasons.stock import ByHand, ReplacedBy, ReplacementTakenBack

BIN = Path(sys.executable).parent


@pytest.fixture
def url(tmp_path: Path, port: int) -> Iterator[str]:
    command = [BIN / "mercarich-simulator", "serve", "--port", port, "--sellers", "3", "--listings", "40"]
    service = Service([str(word) for word in command], tmp_path / "simulator.log", port=port)
    service.wait_until(service.accepts, 30)
    yield f"http://127.0.0.1:{port}"
    service.stop()


@pytest.fixture
def engine(database_url: str, to_head: Callable[[Engine], None], url: str) -> Iterator[Engine]:
    engine = engines.create(database_url)
    to_head(engine)
    with Simulator(url) as simulator:
        sample_data.seed(engine, simulator.market(), lambda _user_id, token: token)
    yield engine
    engine.dispose()


def _listing(connection: Connection, place: int) -> Any:
    columns = (
        listings.c.id,
        listings.c.user_id,
        listings.c.sku,
        listings.c.source_item_id,
        amazon_accounts.c.seller_id,
    )
    return connection.execute(
        select(*columns, source_items.c.item_id, source_items.c.marketplace)
        .join(source_items, source_items.c.id == listings.c.source_item_id)
        .join(amazon_accounts, amazon_accounts.c.user_id == listings.c.user_id)
        .order_by(listings.c.id)
        .offset(place)
    ).first()


def _happened(engine: Engine, listing: Any, kind: EventKind, reason: Reason) -> None:
    row = {"listing_id": listing.id, "user_id": listing.user_id, "at": utc_now(), "kind": kind, "reason": reason}
    engines.run_tx(engine, lambda connection: connection.execute(insert(listing_events), row))


def _is_gone(url: str, offer: Any) -> bool:
    """Return whether the source on which the ledger sees the offer is gone."""
    with Simulator(url) as simulator:
        return simulator.offer(offer.seller_id, offer.sku)["judgement"]["gone_since"] is not None


def test_an_offer_stands_on_its_replacement_and_after_an_undo_on_its_former_source(engine: Engine, url: str) -> None:
    with engines.reading(engine) as connection:
        offer, other = _listing(connection, 0), _listing(connection, 30)
    tell = TellLedger(engine)
    _happened(engine, offer, EventKind.RESTORED, ByHand("yuki"))
    _happened(engine, offer, EventKind.RESTORED, ReplacedBy(Marketplace.YAHOO, "nothing", 0))
    found = ReplacedBy(Marketplace(other.marketplace), other.item_id, other.source_item_id)
    _happened(engine, offer, EventKind.RESTORED, found)
    with Simulator(url) as simulator:
        simulator.sell_items(other.marketplace, [other.item_id])
    assert not _is_gone(url, offer)

    tell(url)
    assert _is_gone(url, offer)

    back = ReplacementTakenBack(other.item_id, "yuki", Marketplace(offer.marketplace), offer.source_item_id)
    _happened(engine, offer, EventKind.UNDONE, back)
    for _ in range(2):
        TellLedger(engine)(url)  # a scheduler that was started again tells everything once more
    assert not _is_gone(url, offer)
    tell("http://127.0.0.1:1")
    tell(url)


def test_only_a_simulator_that_runs_here_and_plays_amazon_is_told(tmp_path: Path) -> None:
    its = {"SIMULATOR_PORT": "8100", "FEED_SPAPI_URL": "http://127.0.0.1:8100/spapi"}
    assert simulator_of(tmp_path, its) is None
    workers.write(tmp_path, workers.RUNNING, {"simulator": 1})

    assert simulator_of(tmp_path, its) == "http://127.0.0.1:8100"
    assert simulator_of(tmp_path, its | {"FEED_SPAPI_URL": "https://sellingpartnerapi-fe.amazon.com"}) is None
    assert simulator_of(tmp_path, {"FEED_SPAPI_URL": its["FEED_SPAPI_URL"]}) is None
