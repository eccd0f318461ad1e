"""Restores that wait for their push: whose sources are looked at again, how many at once, and when they are not."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import update
from tests.integration.updater.shop import Inline, Market, RevivalShop, days_ago, item

from mercarich_contracts.market import Marketplace, Reason, State
from mercarich_db import engine as engines
from mercarich_db.tables import amazon_accounts, listing_creations
from mercarich_platform.clock import utc_now
from mercarich_runs.adapters.pause_sql import SkipsWhilePaused
from mercarich_updater.handlers import DecisionsTick, PutOffTick
from mercarich_updater.use_cases.decide import LATER, LOOKS, KeepFresh, TakeApproved


def waiting(shop: RevivalShop, user_id: int, item_id: str, **more: Any) -> int:
    """A restore that has not reached Amazon, whose source was seen long ago."""
    source = {"state": "available", "observed_at": days_ago(1)}
    return shop.listing(user_id, item_id, source=source, **{"revision": 2, "restored_at": utc_now(), **more})


def test_a_few_at_once_and_those_that_tell_nothing_keep_no_other_waiting(shop: RevivalShop, market: Market) -> None:
    user, number = shop.seller("a"), 2 * LOOKS + 2
    names = [f"new{each:02}" for each in range(number)]
    for name in names:
        waiting(shop, user, name)
    silent, known = names[: LOOKS + 1], names[LOOKS + 1 :]
    market.for_sale = [item(name) for name in known]
    market.pages = {name: item(name, state=State.UNKNOWN, reason=Reason.BLOCKED) for name in silent}
    now = [utc_now()]
    keep_fresh = KeepFresh(shop.decisions, market.look, lambda: now[0])
    looks = []
    for _ in range(4):
        keep_fresh(Marketplace.YAHOO)
        looks.append(len(market.looks))
    assert looks == [LOOKS, 2 * LOOKS, number, number]
    assert market.looks == names
    now[0] += LATER + timedelta(seconds=1)
    keep_fresh(Marketplace.YAHOO)
    assert market.looks[number:] == silent[:LOOKS]


@pytest.mark.parametrize("more", [{"listed": False}, {"orphan": True}, {"quantity": 0}, {"pushed_revision": 2}])
def test_what_is_not_to_be_pushed_is_not_looked_at(shop: RevivalShop, market: Market, more: dict[str, Any]) -> None:
    waiting(shop, shop.seller("a"), "new1", **more)
    shop.keep_fresh()
    assert market.looks == []


def test_a_seller_whose_account_cannot_be_used_costs_no_look(shop: RevivalShop, market: Market) -> None:
    refused, unlinked = shop.seller("refused"), shop.seller("unlinked", account=False)
    mine = update(amazon_accounts).where(amazon_accounts.c.user_id == refused)
    engines.run_tx(shop.engine, lambda c: c.execute(mine.values(token_verdict="invalid", token_checked_at=utc_now())))
    waiting(shop, refused, "new1")
    waiting(shop, unlinked, "new2")
    shop.keep_fresh()
    assert market.looks == []
    waiting(shop, shop.seller("fine"), "new3")
    shop.keep_fresh()
    assert market.looks == ["new3"]


def test_a_paused_marketplace_is_neither_looked_at_nor_asked_again(shop: RevivalShop, market: Market) -> None:
    user = shop.seller("a")
    waiting(shop, user, "new1")
    shop.gone(user, "old1", update_unknowns=1, update_not_before=days_ago(1))
    market.for_sale = [item("new1")]
    paused, batches = [True], Inline(shop, lose=10)
    take = TakeApproved(shop.decisions, shop.listings_port, market.look, utc_now)
    keep_fresh = KeepFresh(shop.decisions, market.look, utc_now)
    look = DecisionsTick(take, keep_fresh, Marketplace.YAHOO)
    ask = PutOffTick(shop.decisions, batches, Marketplace.YAHOO, utc_now)
    ticks = [SkipsWhilePaused(lambda: paused[0], tick) for tick in (look, ask)]
    for tick in ticks:
        tick()
    assert (market.looks, batches.batches) == ([], [])
    paused[0] = False
    for tick in ticks:
        tick()
    assert (market.looks, len(batches.batches)) == (["new1"], 1)


def test_a_source_whose_look_lies_in_the_future_is_looked_at_again(shop: RevivalShop, market: Market) -> None:
    """A process whose clock was ahead has looked at it: it may be as old as that clock was wrong."""
    user = shop.seller("a")
    for name, ahead in (("new1", timedelta(hours=3)), ("new2", timedelta(seconds=30))):
        source = {"state": "available", "observed_at": utc_now() + ahead}
        shop.listing(user, name, source=source, revision=2, restored_at=utc_now())
    market.for_sale = [item("new1"), item("new2")]
    shop.keep_fresh()
    assert market.looks == ["new1"]
    assert shop.source("new1").observed_at < utc_now() + timedelta(minutes=1)


def creation(shop: RevivalShop, listing_id: int, user_id: int, **more: Any) -> None:
    row = {"listing_id": listing_id, "user_id": user_id, "way": "create", "quantity": 1, "asked_at": utc_now()}
    row |= {"state": "waiting", "attempts": 0} | more
    engines.run_tx(shop.engine, lambda connection: connection.execute(listing_creations.insert().values(row)))


@pytest.mark.parametrize(
    ("more", "looked_at"),
    [
        ({}, True),
        ({"state": "sent", "attempts": 1, "not_before": utc_now() + timedelta(minutes=4)}, True),
        ({"not_before": utc_now() + timedelta(hours=9)}, False),
        ({"way": "take_over"}, False),
        ({"state": "refused", "ended_at": utc_now()}, False),
    ],
)
def test_sources_of_new_offers_are_looked_at_until_amazon_sells_them(
    shop: RevivalShop, market: Market, more: dict[str, Any], looked_at: bool
) -> None:
    """What waits for another day, is taken over, or has ended needs no look."""
    user = shop.seller("a")
    source = {"state": "unknown", "observed_at": None}
    creation(shop, shop.listing(user, "new1", source=source, listed=False), user, **more)
    market.for_sale = [item("new1")]
    shop.keep_fresh()

    assert market.looks == (["new1"] if looked_at else [])
    assert (shop.source("new1").state == "available") == looked_at
