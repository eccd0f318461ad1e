"""Others write while a replacement is searched for: their changes are newer than what the search knows, and are
kept."""

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import event, update
from tests.integration.updater.shop import Market, RevivalShop, days_ago, item, no_longer

from mercarich_contracts.market import Marketplace
from mercarich_db.tables import listings
from mercarich_platform.clock import utc_now
from mercarich_reasons.candidates import JustGone
from mercarich_reasons.push import AmazonUnreachable
from mercarich_reasons.stock import ApprovedItemDearer, ApprovedItemGone
from mercarich_updater.ports import Ageing

SOON = timedelta(seconds=20)


def test_a_replacement_that_was_seen_sold_after_our_look_is_not_taken(shop: RevivalShop, market: Market) -> None:
    sold = {"state": "sold", "observed_at": utc_now() + SOON, "suspected_at": utc_now() + SOON}
    shop.listing(shop.seller("b"), "new1", source=sold)
    listing = shop.gone(shop.seller("a"), "old1")
    market.for_sale = [item("new1"), item("new2")]
    shop.wake(listing)
    assert shop.candidates(listing) == {"new1": "buyable", "new2": None}
    assert shop.seen_of(listing)[0].reason == JustGone()
    assert (shop.source("new1").state, shop.source_of(listing)) == ("sold", "new2")
    assert shop.source("new1").suspected_at is not None


def test_one_that_was_seen_sold_before_our_look_is_back_and_taken(shop: RevivalShop, market: Market) -> None:
    sold = {"state": "sold", "observed_at": days_ago(0.1), "suspected_at": days_ago(0.1)}
    shop.listing(shop.seller("b"), "new1", source=sold)
    listing = shop.gone(shop.seller("a"), "old1")
    market.for_sale = [item("new1")]
    shop.wake(listing)
    source = shop.source("new1")
    assert (source.state, source.suspected_at, shop.source_of(listing)) == ("available", None, "new1")


def test_an_approved_one_that_was_seen_sold_after_our_look_lapses(shop: RevivalShop, market: Market) -> None:
    user = shop.seller("a")
    shop.own(user, "REVIVAL_ASK_FIRST", "on")
    listing = shop.gone(user, "old1", sku="s1")
    market.for_sale = [item("new1")]
    shop.wake(listing)
    shop.desk.approve("s1", None, "yuki")
    shop.listing(shop.seller("b"), "new1", source={"state": "sold", "observed_at": utc_now() + SOON})
    shop.decide()
    assert (shop.states(listing), shop.offer(listing).quantity) == (["lapsed"], 0)
    assert shop.reasons(listing)[-1] == ApprovedItemGone("new1")


BUYER_PAYS: dict[str, Any] = {"shipping_payer": "buyer", "shipping_cost_jpy": 149}
NOT_TOLD: dict[str, Any] = {"shipping_payer": "buyer", "shipping_cost_jpy": None}


@pytest.mark.parametrize(
    ("proposed", "now", "cost"),
    [
        ({"price_jpy": 800}, {"price_jpy": 801}, 801),
        ({"price_jpy": 800}, {"price_jpy": 800, **BUYER_PAYS}, 949),
        ({"price_jpy": 800, **BUYER_PAYS}, {"price_jpy": 801, **NOT_TOLD}, 950),
        ({"price_jpy": 800, **BUYER_PAYS}, {"price_jpy": 800, **NOT_TOLD}, None),
        ({"price_jpy": 800, **BUYER_PAYS}, {"price_jpy": 790, **BUYER_PAYS, "shipping_cost_jpy": 159}, None),
        ({"price_jpy": 800}, {"price_jpy": None}, "none told"),
    ],
)
def test_an_approved_one_that_costs_more_than_was_approved_lapses(
    shop: RevivalShop, market: Market, proposed: dict[str, Any], now: dict[str, Any], cost: int | str | None
) -> None:
    user = shop.seller("a")
    shop.own(user, "REVIVAL_ASK_FIRST", "on")
    listing = shop.gone(user, "old1", sku="s1")
    market.for_sale = [item("new1", **proposed)]
    shop.wake(listing)
    shop.desk.approve("s1", None, "yuki")
    market.for_sale = [item("new1", **now)]
    shop.decide()
    if cost is None:
        assert (shop.states(listing)[-1], shop.offer(listing).quantity) == ("applied", 1)
    else:
        approved = proposed["price_jpy"] + (proposed.get("shipping_cost_jpy") or 0)
        assert (shop.states(listing), shop.offer(listing).quantity) == (["lapsed"], 0)
        told = cost if isinstance(cost, int) else None
        assert shop.reasons(listing)[-1] == ApprovedItemDearer("new1", approved, told)


def test_a_look_at_a_waiting_restores_source_does_not_bring_back_what_sold_since(
    shop: RevivalShop, market: Market
) -> None:
    listing = shop.gone(shop.seller("a"), "old1")
    market.for_sale = [item("new1")]
    shop.wake(listing)
    ageing = Ageing(shop.offer(listing).source_item_id, Marketplace.YAHOO, "new1")
    shop.seen("new1", state="sold", observed_at=utc_now() + SOON, suspected_at=utc_now() + SOON)
    assert shop.decisions.seen_again(ageing, item("new1"), utc_now()) == 0
    assert (shop.source("new1").state, shop.source("new1").suspected_at is None) == ("sold", False)


def test_a_look_that_finds_it_gone_keeps_since_when_that_is_suspected(shop: RevivalShop, market: Market) -> None:
    listing = shop.gone(shop.seller("a"), "old1")
    market.for_sale = [item("new1")]
    shop.wake(listing)
    ageing = Ageing(shop.offer(listing).source_item_id, Marketplace.YAHOO, "new1")
    shop.seen("new1", suspected_at=days_ago(0.1))
    assert shop.decisions.seen_again(ageing, no_longer("new1"), utc_now()) == 1
    assert shop.source("new1").suspected_at is not None


def test_a_waiting_restore_that_the_brake_holds_comes_down_when_its_source_is_seen_gone(
    shop: RevivalShop, market: Market
) -> None:
    """The offer never reached Amazon, so nothing is kept up, and nothing is held any more."""
    listing = shop.gone(shop.seller("a"), "old1")
    market.for_sale = [item("new1")]
    shop.wake(listing)
    shop.hold(listing)
    ageing = Ageing(shop.offer(listing).source_item_id, Marketplace.YAHOO, "new1")
    assert shop.decisions.seen_again(ageing, no_longer("new1"), utc_now()) == 1
    offer = shop.offer(listing)
    assert (offer.quantity, offer.searching, offer.hold_id) == (0, True, None)


def test_a_replacement_that_the_brake_holds_is_taken_back(shop: RevivalShop, market: Market) -> None:
    listing = shop.gone(shop.seller("a"), "old1", sku="s1")
    market.for_sale = [item("new1")]
    shop.wake(listing)
    shop.hold(listing)
    shop.desk.undo("s1", None, "yuki")
    offer = shop.offer(listing)
    assert (offer.quantity, offer.hold_id) == (0, None)


@pytest.mark.parametrize(
    "trace",
    [{"push_problem": AmazonUnreachable("timeout")}, {"push_attempts": 1}, {"push_not_before": utc_now()}],
    ids=["problem", "attempts", "wait"],
)
def test_m8_a_zero_that_may_have_reached_amazon_is_followed_by_a_restore(
    shop: RevivalShop, market: Market, trace: dict[str, Any]
) -> None:
    """Its PATCH was sent, and the response was lost."""
    listing = shop.gone(shop.seller("a"), "old1", pushed_revision=1, pushed_quantity=1, **trace)
    market.for_sale = [item("new1")]
    shop.wake(listing)
    offer = shop.offer(listing)
    assert (offer.quantity, offer.revision, offer.push_pending) == (1, 3, 1)
    assert (shop.events(listing), offer.restored_at is None) == (["restored"], False)


def test_an_undo_counts_on_from_a_change_that_was_under_way(shop: RevivalShop, market: Market) -> None:
    """The search waits for the other one's lock, and no revision is used twice."""
    listing = shop.gone(shop.seller("a"), "old1", sku="s1")
    market.for_sale = [item("new1")]
    shop.wake(listing)
    waits = threading.Event()

    def starts(_connection: Any, _cursor: Any, statement: str, *_more: Any) -> None:
        locks = "FROM listings" in statement and statement.endswith("FOR UPDATE")
        if locks or statement.startswith(("BEGIN IMMEDIATE", "UPDATE listings")):
            waits.set()

    change = update(listings).where(listings.c.id == listing).values(quantity=2, revision=4)
    with ThreadPoolExecutor(1) as pool:
        with shop.engine.connect().execution_options(mercarich_writes=True) as connection, connection.begin():
            connection.execute(change)
            event.listen(shop.engine, "before_cursor_execute", starts)
            undone = pool.submit(shop.desk.undo, "s1", None, "yuki")
            assert waits.wait(10)
        undone.result(10)
    offer = shop.offer(listing)
    assert (offer.quantity, offer.revision, shop.source_of(listing)) == (0, 5, "old1")
