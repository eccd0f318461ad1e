"""A database with something for each command to act on, the market and workers around it, and the results."""

import json
import re
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, select, update
from tests.integration.feed.conftest import Amazon, settings_for, start_amazon
from tests.integration.feed.shop import Shop
from tests.integration.web.conftest import Done, Mercarich
from tests.integration.web.rows import Rows, ago
from tests.integration.web.workers import Proxies, checking, on_sale, pushing, reviving, served
from tests.integration.web.workshop import Workshop
from tests.services.process import free_port

from mercarich_contracts.market import Marketplace
from mercarich_contracts.topics import DEAD_LETTERS, TOPICS
from mercarich_db import tables
from mercarich_db.engine import reading
from mercarich_feed.adapters.token_cipher import new_key
from mercarich_local.broker import EmbeddedBroker
from mercarich_platform.kafka import ensure_topics
from mercarich_platform.settings import SharedSettings
from mercarich_web.jobs.jobs import Kind

FIXTURES = (start_amazon,)
"""A test module that uses `place` imports it and these."""
YAHOO, MERCARI = Marketplace.YAHOO, Marketplace.MERCARI
BOTH = {"plans": [2, 4], "max_workers": 14}
DOWN = (0, True)


@dataclass
class Place:
    """A database with sellers of both plans, and what a command line needs around it until the test ends."""

    engine: Engine
    mercarich: Mercarich
    rows: Rows
    shared: SharedSettings
    amazon: Callable[..., Amazon]
    around: ExitStack
    proxies: Proxies
    shop: Shop | None = None
    """The Amazon of command lines that use it."""
    levers: Amazon | None = None

    def run_of(self, operation: str, marketplace: str) -> tuple[Any, dict[str, Any]]:
        with reading(self.engine) as connection:
            newest = select(tables.runs).order_by(tables.runs.c.id.desc()).limit(1)
            row = connection.execute(newest).one()
        assert (row.operation, row.marketplace, row.outcome) == (operation, marketplace, "finished")
        return row, json.loads(row.arguments)

    def setting(self, key: str) -> str:
        value: str = self.mercarich.json("settings", "get", key)["value"]
        return value

    def listings(self) -> dict[str, Any]:
        with reading(self.engine) as connection:
            return {row.sku: row for row in connection.execute(select(tables.listings))}

    def changed(self) -> dict[str, tuple[int, bool]]:
        """By SKU: (quantity, whether it needs a replacement), of the changed listings."""
        found = {sku: (row.quantity, row.searching) for sku, row in self.listings().items()}
        return {sku: state for sku, state in found.items() if state != (1, False)}

    def sellers(self) -> list[int]:
        """taro with two checks a day, hanako with four."""
        ids = [self.rows.user(username) for username in ("taro", "hanako")]
        for user_id, plan in zip(ids, (2, 4), strict=True):
            self.rows.change(update(tables.users).where(tables.users.c.id == user_id).values(plan=plan))
            account = {"marketplace_id": "A1VC38T7YXB528", "refresh_token": "x", "token_verdict": "valid"}
            self.rows.add(tables.amazon_accounts, user_id=user_id, seller_id=f"S{user_id}", **account)
        return ids


Arrange = Callable[[Place], None]
Check = Callable[[Place, Done], None]


def nothing(_place: Place) -> None:
    """The command line needs no other process."""


def offers(marketplace: Marketplace) -> Arrange:
    """Each seller has one offer whose source is gone, and one whose source is on sale; a checker works."""

    def arrange(place: Place) -> None:
        letters = {YAHOO: ("YA", "x"), MERCARI: ("ME", "m")}[marketplace]
        for number, user_id in enumerate(place.sellers()):
            for offer in range(1, 4):
                item_id = f"{letters[1]}{number}{offer}"
                source = place.rows.source(item_id, marketplace=marketplace.value)
                sku = f"{letters[0]}-{number * 3 + offer}"
                place.rows.listing(user_id, source, sku, marketplace=marketplace.value)
                if offer != 2:
                    place.proxies.gone.add(item_id)
        place.around.enter_context(checking(marketplace, place.shared, place.proxies))

    return arrange


def lost(marketplace: Marketplace) -> Arrange:
    """Each seller has an offer without a source; the market has a suitable one; an updater works."""

    def arrange(place: Place) -> None:
        for number, user_id in enumerate(place.sellers(), 1):
            gone = on_sale(marketplace, f"gone{number}")
            source = place.rows.source(
                gone.item_id,
                marketplace=marketplace.value,
                state="sold",
                title=gone.title,
                condition_code=3,
                price_jpy=1000,
                image_url=gone.images[0],
            )
            down = {"quantity": 0, "pushed_quantity": 0, "searching": True, "withdrawn_at": ago(hours=2)}
            place.rows.listing(
                user_id, source, f"LOST-{number}", marketplace=marketplace.value, first_price_jpy=1000, **down
            )
        place.proxies.for_sale = [on_sale(marketplace, "new1")]
        place.around.enter_context(reviving(marketplace, place.shared, place.proxies))

    return arrange


def at_amazon(place: Place) -> None:
    """Three sellers as the simulated Amazon has them, some of whose withdrawals and restores are waiting."""
    place.levers = place.amazon("--sellers", "3", "--listings", "30", "--restores", "6")
    place.shop = Shop(place.engine)
    place.shop.fill(place.levers.get("/_sim/seed"), place.levers.rows())
    place.shop.set("FEED_POLL_SECONDS", "1")
    place.shop.withdraw([row.id for row in place.shop.rows(1) if row.quantity > 0 and row.revision == 0][:4])
    own = settings_for(place.levers, place.shop)
    place.mercarich.environment |= {
        "FEED_LWA_URL": own.lwa_url,
        "FEED_SPAPI_URL": own.spapi_url,
        "FEED_LWA_CLIENT_ID": own.lwa_client_id,
        "FEED_LWA_CLIENT_SECRET": own.lwa_client_secret.get_secret_value(),
        "FEED_ENCRYPTION_KEY": place.shop.key,
        "FEED_TOKEN_GAP_SECONDS": "0",
    }


def with_feed(place: Place) -> None:
    """As `at_amazon`, with a feed worker that handles requests."""
    at_amazon(place)
    assert place.levers
    assert place.shop
    place.around.enter_context(pushing(place.shared, settings_for(place.levers, place.shop)))


def one_token_lost(place: Place) -> None:
    at_amazon(place)
    assert place.levers
    assert place.shop
    place.levers.fault("lwa", "invalid_grant", only=[place.shop.account(1).seller_id])


def withdrawn_long_ago(place: Place) -> None:
    source = place.rows.source("x1", state="sold")
    down = {"quantity": 0, "pushed_quantity": 0, "searching": False}
    for user_id, sku, at in zip(place.sellers(), ("YA-old", "YA-young"), (ago(days=9), ago(days=5)), strict=True):
        place.rows.listing(user_id, source, sku, withdrawn_at=at, verified_at=at, **down)


def one_job_frozen(place: Place) -> None:
    """A worker has had taro's search for twenty minutes without progress; hanako's is waiting."""
    place.sellers()
    shop = Workshop(place.engine)
    shop.now.at = ago(minutes=20)
    shop.search("taro", "cup")
    assert shop.claim(Kind.SEARCH, "frozen") is not None
    shop.search("hanako", "cup")


def checked(marketplace: Marketplace, changed: dict[str, tuple[int, bool]], looked_at: int, **arguments: Any) -> Check:
    def check(place: Place, _done: Done) -> None:
        run, given = place.run_of("check", marketplace.value)
        assert {key: given[key] for key in arguments} == arguments
        assert run.checked == looked_at
        assert place.changed() == changed
        pending = {sku for sku, row in place.listings().items() if row.push_pending}
        assert pending == {sku for sku, (quantity, _) in changed.items() if quantity == 0}

    return check


def revived(marketplace: Marketplace) -> Check:
    """One item can serve each seller: another seller may buy it, too."""

    def check(place: Place, _done: Done) -> None:
        run, given = place.run_of("update", marketplace.value)
        assert (given["plans"], given["max_workers"]) == ([2, 4], 14)
        assert run.revived >= 1, "what another test's withdrawal has woken, by the same ids, is revived without the run"
        with reading(place.engine) as connection:
            query = select(tables.source_items.c.id).where(tables.source_items.c.item_id == "new1")
            found = connection.execute(query).scalar_one()
        for row in place.listings().values():
            assert (row.source_item_id, row.quantity, row.searching, row.push_pending) == (found, 1, False, 1)

    return check


def pushed(marketplace: Marketplace) -> Check:
    """Amazon shows the withdrawals as zeros, and the restores arrive after them."""

    def check(place: Place, done: Done) -> None:
        assert place.shop
        assert place.levers
        offers = [row for row in place.shop.rows() if row.marketplace == marketplace]
        down = [row for row in offers if row.quantity == 0 and row.revision == 1]
        assert down
        asked = re.search(rf"{marketplace}: asked for (\d+) withdrawals and (\d+) restores\n", done.stdout)
        assert asked is not None, done.stdout
        assert int(asked[1]) == len(down)
        up = [row for row in offers if row.quantity > 0 and row.revision == 1]
        assert int(asked[2]) == len(up) > 0
        assert {place.levers.shown(row.seller_id, row.sku) for row in down} == {0}
        until = time.monotonic() + 60
        while any(place.levers.shown(row.seller_id, row.sku) != row.quantity for row in up):
            assert time.monotonic() < until, "the restores are not at Amazon"
            time.sleep(0.1)

    return check


def says(*words: str) -> Check:
    def check(_place: Place, done: Done) -> None:
        for word in words:
            assert word in done.stdout

    return check


def deleted(place: Place, done: Done) -> None:
    assert "1 deleted" in done.stdout
    assert list(place.listings()) == ["YA-young"]


def taken_over(place: Place, done: Done) -> None:
    assert "taken from a worker that does not move: 1;" in done.stdout
    with reading(place.engine) as connection:
        frozen, waiting = connection.execute(select(tables.jobs).order_by(tables.jobs.c.id)).all()
    assert (frozen.claim, frozen.fence, frozen.ended_at) == (None, 2, None)
    assert (waiting.claim, waiting.fence) == (None, 0)


def tokens_judged(place: Place, done: Done) -> None:
    assert place.shop
    with reading(place.engine) as connection:
        assert connection.execute(select(tables.token_checks)).one().ended_at is not None
    assert "tokens: 2 valid, 1 invalid, 0 unknown; 4 offers exposed" in done.stdout
    assert [place.shop.account(number).token_verdict for number in (1, 2, 3)] == ["invalid", "valid", "valid"]


@pytest.fixture
def place(
    engine: Engine,
    mercarich: Mercarich,
    rows: Rows,
    database_url: str,
    tmp_path: Path,
    start_amazon: Callable[..., Amazon],
) -> Iterator[Place]:
    """With an embedded broker of its own: the first run of another test's database has the same id, and records of that
    run in a shared topic would be taken for this one's."""
    with (
        EmbeddedBroker(free_port(), tmp_path / "broker.log") as broker,
        ExitStack() as around,
        served(Proxies()) as proxies,
    ):
        ensure_topics(broker.bootstrap, (*TOPICS, *DEAD_LETTERS))
        shared = SharedSettings.model_validate(
            {"database_url": database_url, "kafka_bootstrap": broker.bootstrap, "pictures": tmp_path / "pictures"}
        )
        place = Place(engine, mercarich, rows, shared, start_amazon, around, proxies)
        mercarich.environment |= {
            "MERCARICH_KAFKA_BOOTSTRAP": broker.bootstrap,
            "FEED_ENCRYPTION_KEY": new_key(),
            "MERCARICH_PICTURES": str(tmp_path / "pictures"),
            "PATH": f"{Path(sys.executable).parent}:{mercarich.environment.get('PATH', '')}",
        }
        mercarich.environment |= {
            f"{service}_{marketplace.upper()}_PROXY_URL": proxies.of(marketplace)
            for service in ("CHECKER", "UPDATER")
            for marketplace in Marketplace
        }
        yield place
