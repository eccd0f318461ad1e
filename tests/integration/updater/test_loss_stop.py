"""Replacements and restores obey the seller's loss rule: nothing is put up that would be taken down again."""

from collections.abc import Sequence
from typing import Any

import pytest
from sqlalchemy import select
from tests.integration.updater.shop import Market, RevivalShop, item

from mercarich_contracts.market import Marketplace
from mercarich_db import engine as engines
from mercarich_db.tables import holds, listing_events, listings
from mercarich_listings import store
from mercarich_listings.transition import Stage
from mercarich_listings.waiting import restore_waits
from mercarich_platform.clock import utc_now
from mercarich_reasons.candidates import PriceAboveLossLimit
from mercarich_reasons.earnings import EarnsTooLittle
from mercarich_reasons.holds import TooManyLosses
from mercarich_runs.adapters.runs_sql import SqlRuns
from mercarich_runs.ports import Operation, Outcome, Request
from mercarich_updater.ports import Ageing

OFFERED = 1000
"""A fee of 15 per cent leaves 850; the replacement costs 900, and the first source cost 1,000."""


@pytest.fixture
def seller(shop: RevivalShop) -> int:
    seller = shop.seller("a")
    shop.own(seller, "LOSS_RULE", "take_down")
    return seller


@pytest.mark.parametrize(
    ("price", "own", "given"),
    [(900, None, False), (851, None, False), (850, None, True), (900, -50, True), (901, -50, False), (849, 2, False)],
)
def test_a_replacement_that_would_be_down_is_refused(
    shop: RevivalShop, market: Market, seller: int, price: int, own: int | None, given: bool
) -> None:
    listing = shop.gone(seller, "old1", offer_price_jpy=OFFERED, least_profit_jpy=own)
    market.for_sale = [item("new1", price_jpy=price)]

    shop.wake(listing)

    assert (shop.offer(listing).quantity, shop.offer(listing).searching) == ((1, False) if given else (0, True))
    if not given:
        limit = 850 - (own or 0)
        assert shop.seen_of(listing)[-1].reason == PriceAboveLossLimit(price, limit)


def test_one_listings_own_limit_refuses_a_replacement_for_itself_alone(
    shop: RevivalShop, market: Market, seller: int
) -> None:
    """Two listings share the source; the first wants 100 yen."""
    strict = shop.gone(seller, "old1", offer_price_jpy=OFFERED, least_profit_jpy=100)
    other = shop.gone(seller, "old1", offer_price_jpy=OFFERED, sku="OTHER")
    market.for_sale = [item("new1", price_jpy=800)]

    shop.wake(strict, other)

    assert (shop.source_of(strict), shop.source_of(other)) == ("old1", "new1")
    left = shop.offer(strict)
    assert (left.quantity, left.searching, left.searched_at is None) == (0, True, False)
    assert [one.refused_by for one in shop.seen_of(strict)] == ["price"]
    assert [one.refused_by for one in shop.seen_of(other)] == [None]
    market.for_sale = [item("new2", price_jpy=750)]
    shop.wake(strict)
    assert shop.source_of(strict) == "new2"


def test_a_marked_listing_that_a_replacement_is_too_dear_for_is_taken_down(
    shop: RevivalShop, market: Market, seller: int
) -> None:
    up = {"quantity": 1, "withdrawn_at": None, "pushed_quantity": 1}
    strict = shop.gone(seller, "old1", offer_price_jpy=OFFERED, least_profit_jpy=100, **up)
    other = shop.gone(seller, "old1", offer_price_jpy=OFFERED, sku="OTHER", **up)
    market.for_sale = [item("new1", price_jpy=800)]

    shop.wake(strict, other)

    assert [shop.offer(id).quantity for id in (strict, other)] == [0, 1]
    assert shop.events(strict) == ["withdrawn"]


def test_what_is_proposed_is_for_a_listing_that_it_is_not_too_dear_for(
    shop: RevivalShop, market: Market, seller: int
) -> None:
    shop.own(seller, "REVIVAL_ASK_FIRST", "on")
    strict = shop.gone(seller, "old1", offer_price_jpy=OFFERED, least_profit_jpy=100)
    other = shop.gone(seller, "old1", offer_price_jpy=OFFERED, sku="OTHER")
    market.for_sale = [item("new1", price_jpy=800)]

    shop.wake(strict, other)
    shop.desk.approve(shop.offer(other).sku, None, "yuki")
    shop.decide()

    assert (shop.source_of(strict), shop.source_of(other)) == ("old1", "new1")


@pytest.mark.parametrize(("price", "given"), [(920, True), (921, False)])
def test_the_limit_of_a_replacement_is_by_amazons_estimate(
    shop: RevivalShop, market: Market, seller: int, price: int, given: bool
) -> None:
    listing = shop.gone(seller, "old1", offer_price_jpy=OFFERED)
    shop.estimated(listing, fee_jpy=80, fixed_jpy=0, of_price_jpy=OFFERED)
    market.for_sale = [item("new1", price_jpy=price)]

    shop.wake(listing)

    assert shop.offer(listing).quantity == (1 if given else 0)
    if not given:
        assert shop.seen_of(listing)[-1].reason == PriceAboveLossLimit(price, 920)


@pytest.mark.parametrize(("price", "stage"), [(920, Stage.ON_SALE), (921, Stage.PAUSED)])
def test_a_restore_goes_by_amazons_estimate(
    shop: RevivalShop, market: Market, seller: int, price: int, stage: Stage
) -> None:
    listing = shop.gone(seller, "old1", offer_price_jpy=OFFERED)
    shop.estimated(listing, fee_jpy=80, fixed_jpy=0, of_price_jpy=OFFERED)
    market.for_sale = [item("new1", price_jpy=800)]
    shop.wake(listing)
    ageing = Ageing(shop.offer(listing).source_item_id, Marketplace.YAHOO, "new1")

    shop.decisions.seen_again(ageing, item("new1", price_jpy=price), utc_now())

    assert [event.reason.fee_jpy for event in _paused(shop, listing)] == ([80] if stage is Stage.PAUSED else [])
    assert shop.offer(listing).quantity == (0 if stage is Stage.PAUSED else 1)


def test_without_the_rule_a_replacement_at_a_loss_is_given(shop: RevivalShop, market: Market) -> None:
    listing = shop.gone(shop.seller("a"), "old1", offer_price_jpy=OFFERED)
    market.for_sale = [item("new1")]

    shop.wake(listing)

    assert shop.offer(listing).quantity == 1


def test_an_approved_replacement_is_not_put_up_at_a_loss(shop: RevivalShop, market: Market) -> None:
    """The rule is switched on after the search."""
    seller = shop.seller("a")
    shop.own(seller, "REVIVAL_ASK_FIRST", "on")
    listing = shop.gone(seller, "old1", offer_price_jpy=OFFERED)
    market.for_sale = [item("new1")]
    shop.wake(listing)
    shop.desk.approve(shop.offer(listing).sku, None, "yuki")
    shop.own(seller, "LOSS_RULE", "take_down")

    RevivalShop(shop.engine, market).decide()

    assert (shop.states(listing), shop.offer(listing).quantity) == (["lapsed"], 0)
    assert shop.events(listing)[-1] == "lapsed"


@pytest.mark.parametrize(("price", "stage"), [(850, Stage.ON_SALE), (851, Stage.PAUSED)])
def test_a_restore_whose_source_got_dearer_is_paused_before_its_push(
    shop: RevivalShop, market: Market, seller: int, price: int, stage: Stage
) -> None:
    listing = shop.gone(seller, "old1", offer_price_jpy=OFFERED)
    market.for_sale = [item("new1", price_jpy=800)]
    shop.wake(listing)
    ageing = Ageing(shop.offer(listing).source_item_id, Marketplace.YAHOO, "new1")

    taken_back = shop.decisions.seen_again(ageing, item("new1", price_jpy=price), utc_now())

    row = shop.offer(listing)
    assert (taken_back, row.quantity, row.paused_at is None) == (
        (1, 0, False) if stage is Stage.PAUSED else (0, 1, True)
    )
    if stage is Stage.PAUSED:
        [event] = _paused(shop, listing)
        assert event.reason == EarnsTooLittle(OFFERED, price, 150, 0, -1, 0, 0)
        assert event.evidence_id is not None


@pytest.mark.parametrize(("counted", "paused"), [(50, False), (51, True)])
def test_a_restore_is_paused_before_its_push_by_the_postage_that_is_counted(
    shop: RevivalShop, market: Market, seller: int, counted: int, paused: bool
) -> None:
    listing = shop.gone(seller, "old1", offer_price_jpy=OFFERED)
    market.for_sale = [item("new1", price_jpy=700)]
    shop.wake(listing)
    shop.own(seller, "REVIVAL_UNKNOWN_POSTAGE_JPY", counted)
    shop.seen("new1", postage_jpy=None)
    ageing = Ageing(shop.offer(listing).source_item_id, Marketplace.YAHOO, "new1")
    now = item("new1", price_jpy=800, shipping_payer="buyer", shipping_cost_jpy=None)

    assert shop.decisions.seen_again(ageing, now, utc_now()) == paused

    assert (shop.offer(listing).paused_at is not None) == paused


def test_many_restores_that_are_seen_dear_before_their_push_are_held_and_wait(
    shop: RevivalShop, market: Market, seller: int
) -> None:
    """A parser that misreads prices: the brake of checks counts these, too, and holds from the third on."""
    shop.setting("BRAKE_LISTINGS", 3)
    request = Request(Marketplace.YAHOO, plans=(2, 4))
    run = SqlRuns(shop.engine, Operation.CHECK).start(request, None, utc_now())
    listed = [shop.gone(seller, f"old{n}", offer_price_jpy=OFFERED) for n in range(4)]
    for number, listing in enumerate(listed):
        market.for_sale = [item(f"new{number}", price_jpy=800)]
        shop.wake(listing)
    now = utc_now()
    assert _going_up(shop) == set(listed)

    for number, listing in enumerate(listed):
        ageing = Ageing(shop.offer(listing).source_item_id, Marketplace.YAHOO, f"new{number}")
        assert shop.decisions.seen_again(ageing, item(f"new{number}", price_jpy=8000), now) == 1

    assert _stages(shop, listed) == [Stage.PAUSED, Stage.PAUSED, Stage.HELD, Stage.HELD]
    assert _going_up(shop) == set(), "what is held is not pushed"
    with engines.reading(shop.engine) as connection:
        [hold] = connection.execute(select(holds)).all()
    assert (hold.kind, hold.user_id, hold.reason, hold.run_id) == ("losses", seller, TooManyLosses(3), run.id)
    row, source = shop.run(run.id), shop.source("new3")
    assert (row.dearer, row.paused) == (4, 2)
    assert source.due_at is not None, "a second look is due"
    again = Ageing(source.id, Marketplace.YAHOO, "new3")
    assert shop.decisions.seen_again(again, item("new3", price_jpy=8000), now) == 0, "the check confirms, or clears"


def test_what_ended_runs_have_held_counts_for_the_looks_after_them(
    shop: RevivalShop, market: Market, seller: int
) -> None:
    shop.setting("BRAKE_LISTINGS", 2)
    runs = SqlRuns(shop.engine, Operation.CHECK)
    run = runs.start(Request(Marketplace.YAHOO, plans=(2, 4)), None, utc_now())
    runs.end(run, Outcome.FINISHED, utc_now())
    listed = [shop.gone(seller, f"old{n}", offer_price_jpy=OFFERED) for n in range(2)]
    for number, listing in enumerate(listed):
        market.for_sale = [item(f"new{number}", price_jpy=800)]
        shop.wake(listing)
        ageing = Ageing(shop.offer(listing).source_item_id, Marketplace.YAHOO, f"new{number}")
        shop.decisions.seen_again(ageing, item(f"new{number}", price_jpy=8000), utc_now())

    assert _stages(shop, listed) == [Stage.PAUSED, Stage.HELD]


def _going_up(shop: RevivalShop) -> set[int]:
    with engines.reading(shop.engine) as connection:
        return set(connection.execute(select(listings.c.id).where(restore_waits(utc_now()))).scalars())


def _stages(shop: RevivalShop, ids: Sequence[int]) -> list[Stage]:
    with engines.reading(shop.engine) as connection:
        return [one.stage for one in store.read(connection, ids)]


def test_a_marked_restore_does_not_keep_others_of_its_source_from_being_paused(
    shop: RevivalShop, market: Market, seller: int
) -> None:
    """A check that only marks saw the source gone before the push, and a look sees it on sale, and dear."""
    marked = shop.gone(seller, "old1", offer_price_jpy=OFFERED)
    market.for_sale = [item("new1", price_jpy=800)]
    shop.wake(marked)
    shop.change(marked, searching=True)
    other_seller = shop.seller("b")
    shop.own(other_seller, "LOSS_RULE", "take_down")
    other = shop.gone(other_seller, "old2", offer_price_jpy=OFFERED)
    shop.wake(other)
    ageing = Ageing(shop.offer(other).source_item_id, Marketplace.YAHOO, "new1")
    assert shop.offer(marked).source_item_id == shop.offer(other).source_item_id

    assert shop.decisions.seen_again(ageing, item("new1", price_jpy=851), utc_now()) == 1

    assert (shop.offer(marked).searching, shop.offer(marked).quantity) == (True, 1)
    assert (shop.offer(other).paused_at is None, shop.offer(other).quantity) == (False, 0)


def _paused(shop: RevivalShop, listing_id: int) -> Sequence[Any]:
    event = listing_events.c
    query = select(listing_events).where(event.listing_id == listing_id, event.kind == "paused")
    with engines.reading(shop.engine) as connection:
        return connection.execute(query).all()
