"""All offers of a seller are read from the simulated Amazon, by report or by search, and stored once."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import Engine, Row, select, update
from tests.integration.feed.conftest import Amazon, Eventually, Running, running
from tests.integration.feed.shop import Shop, now

from mercarich_db.engine import reading, run_tx
from mercarich_db.tables import amazon_accounts, amazon_offer_reads, amazon_offers_found, listing_events
from mercarich_feed.adapters.offer_reads_sql import SqlOfferReads
from mercarich_feed.domain.pushes import Account
from mercarich_feed.ports_offers import Overtaken
from mercarich_feed.settings import FeedSettings
from mercarich_reasons.offers import OffersForbidden


def found(engine: Engine, user_id: int = 1) -> Sequence[Row[Any]]:
    query = select(amazon_offers_found).where(amazon_offers_found.c.user_id == user_id)
    with reading(engine) as connection:
        return connection.execute(query.order_by(amazon_offers_found.c.sku)).all()


def the_read(engine: Engine, user_id: int = 1) -> Row[Any] | None:
    with reading(engine) as connection:
        query = select(amazon_offer_reads).where(amazon_offer_reads.c.user_id == user_id)
        return connection.execute(query).one_or_none()


def is_done(engine: Engine, user_id: int = 1, number: int = 1) -> bool:
    row = the_read(engine, user_id)
    return row is not None and row.state == "done" and row.number == number


def ask(engine: Engine) -> None:
    """Ask for another read, as the pages do."""
    run_tx(engine, lambda connection: connection.execute(update(amazon_offer_reads).values(asked_at=now())))


def skus(shop: Shop, user_id: int = 1) -> list[str]:
    return sorted(row.sku for row in shop.rows(user_id))


def test_the_offers_of_a_linked_seller_are_found_and_nothing_is_changed(
    feed: Running, shop: Shop, engine: Engine, amazon: Amazon, eventually: Eventually
) -> None:
    for user_id in (1, 2, 3):
        feed.lanes.offers.wake(user_id)
    for user_id in (1, 2, 3):
        eventually(lambda user_id=user_id: is_done(engine, user_id))
        rows = found(engine, user_id)
        assert [row.sku for row in rows] == skus(shop, user_id)
        for row in rows:
            seller_id = shop.account(user_id).seller_id
            assert row.quantity == amazon.shown(seller_id, row.sku)
            assert (row.channel, row.read_number, len(row.asin)) == ("merchant", 1, 10)
            assert row.price_jpy > 0
            assert row.title
            assert "\ufffd" not in row.title
    row = the_read(engine)
    assert (row.found, row.unreadable, row.claim, row.problem) == (10, 0, None, None)
    with reading(engine) as connection:
        assert connection.execute(select(listing_events.c.id)).all() == []


def test_a_note_names_the_source_of_some(
    feed: Running, engine: Engine, amazon: Amazon, shop: Shop, eventually: Eventually
) -> None:
    for user_id in (1, 2, 3):
        feed.lanes.offers.wake(user_id)
        eventually(lambda user_id=user_id: is_done(engine, user_id))
    by_sku = {row["sku"]: (row["marketplace"], row["source_id"]) for row in amazon.rows()}
    rows = [row for user_id in (1, 2, 3) for row in found(engine, user_id)]
    named = [row for row in rows if row.matched_by == "note"]
    assert 0 < len(named) < len(rows)
    assert all((row.marketplace, row.item_id) == by_sku[row.sku] for row in named)


def test_another_read_follows_amazon_and_keeps_what_a_person_named(
    feed: Running, shop: Shop, engine: Engine, amazon: Amazon, eventually: Eventually
) -> None:
    feed.lanes.offers.wake(1)
    eventually(lambda: is_done(engine))
    first, second, third = found(engine)[:3]
    mine = {"marketplace": "mercari", "item_id": "m12345678901", "matched_by": "hand"}
    run_tx(
        engine,
        lambda connection: connection.execute(
            update(amazon_offers_found).where(amazon_offers_found.c.id == first.id).values(**mine)
        ),
    )
    seller_id = shop.account(1).seller_id
    amazon.post("/_sim/offers", offers=[{"seller_id": seller_id, "sku": second.sku, "quantity": 7}])
    amazon.post("/_sim/offers", offers=[{"seller_id": seller_id, "sku": third.sku, "deleted": True}])

    ask(engine)
    feed.lanes.offers.wake(1)
    eventually(lambda: is_done(engine, number=2))

    rows = {row.sku: row for row in found(engine)}
    assert sorted(rows) == [sku for sku in skus(shop) if sku != third.sku]
    assert (rows[first.sku].item_id, rows[first.sku].matched_by) == ("m12345678901", "hand")
    assert (rows[second.sku].quantity, rows[second.sku].id) == (7, second.id)
    assert the_read(engine).found == 9


@pytest.mark.parametrize("kind", ["fatal_report", "stuck_report"])
def test_without_a_report_the_same_offers_are_searched_for(
    kind: str, engine: Engine, settings: FeedSettings, shop: Shop, amazon: Amazon, eventually: Eventually
) -> None:
    amazon.fault("spapi", kind)
    with running(engine, settings) as feed:
        feed.lanes.offers.wake(1)
        eventually(lambda: (row := the_read(engine)) is not None and row.state != "waiting")
        if kind == "stuck_report":
            long_ago = {"requested_at": now() - timedelta(hours=3), "next_at": now()}
            run_tx(engine, lambda connection: connection.execute(update(amazon_offer_reads).values(**long_ago)))
            feed.lanes.offers.wake(1)
        eventually(lambda: is_done(engine))
    rows = found(engine)
    assert [row.sku for row in rows] == skus(shop)
    assert all(row.quantity == amazon.shown(shop.account(1).seller_id, row.sku) for row in rows)
    assert all(row.price_jpy and row.title and row.asin for row in rows)


def test_a_missing_role_is_told_and_ends_the_read(
    engine: Engine, settings: FeedSettings, shop: Shop, amazon: Amazon, eventually: Eventually
) -> None:
    amazon.fault("spapi", "403", only=["createReport"])
    with running(engine, settings) as feed:
        feed.lanes.offers.wake(1)
        eventually(lambda: (row := the_read(engine)) is not None and row.state == "failed")
    assert isinstance(the_read(engine).problem, OffersForbidden)
    assert found(engine) == []


def test_a_process_that_ends_leaves_its_read_to_the_next_one(
    engine: Engine, settings: FeedSettings, shop: Shop, amazon: Amazon, eventually: Eventually
) -> None:
    reads = SqlOfferReads(engine, 60, now)
    account = Account(1, shop.account(1).seller_id, "A1VC38T7YXB528", "x", trusted=True, sealed="x")
    lost = reads.claim(account)
    assert lost is not None
    assert reads.claim(account) is None
    assert 1 not in reads.sellers()
    run_tx(engine, lambda connection: connection.execute(update(amazon_offer_reads).values(next_at=now())))
    assert 1 in reads.sellers()
    with running(engine, settings) as feed:
        feed.lanes.offers.wake(1)
        eventually(lambda: is_done(engine))
    with pytest.raises(Overtaken):
        reads.store(account, lost, [])
    with pytest.raises(Overtaken):
        reads.done(account, lost, 0)
    assert len(found(engine)) == 10


def test_another_store_is_read_anew(engine: Engine, settings: FeedSettings, shop: Shop, eventually: Eventually) -> None:
    with running(engine, settings) as feed:
        feed.lanes.offers.wake(1)
        eventually(lambda: is_done(engine))
    reads = SqlOfferReads(engine, 60, now)
    assert 1 not in reads.sellers()
    other = update(amazon_accounts).where(amazon_accounts.c.user_id == 1).values(seller_id="AOTHER")
    run_tx(engine, lambda connection: connection.execute(other))
    assert 1 in reads.sellers()
    read = reads.claim(Account(1, "AOTHER", "A1VC38T7YXB528", "x", trusted=True, sealed="x"))
    assert read is not None
    assert (read.number, read.state) == (2, "waiting")
    reads.done(Account(1, "AOTHER", "A1VC38T7YXB528", "x", trusted=True, sealed="x"), read, 0)
    assert found(engine) == []
