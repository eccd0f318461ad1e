"""An update run that covers less than an older one takes its listings alone, and what the older finds is not stored."""

import threading
from datetime import timedelta

import pytest
from sqlalchemy import select
from tests.integration.updater.shop import Inline, Market, RevivalShop, item, planner

from mercarich_contracts.market import Marketplace
from mercarich_contracts.messages import RevivalWanted
from mercarich_contracts.proxy_api import SearchRequest, SearchResult
from mercarich_db import engine as engines
from mercarich_db.tables import listings, revivals
from mercarich_platform.clock import utc_now
from mercarich_runs.adapters.runs_sql import SqlRuns
from mercarich_runs.ports import Operation, Outcome, Request, Run
from mercarich_updater.adapters.plan_sql import SqlPlan
from mercarich_updater.ports import Batch
from mercarich_updater.use_cases.revive import BatchOutcome
from mercarich_updater.use_cases.search import FindReplacement


def _request(plans: tuple[int, ...] = (2, 4), **more: object) -> Request:
    return Request(marketplace=Marketplace.YAHOO, plans=plans, **more)  # type: ignore[arg-type]


def _start(shop: RevivalShop, asked: Request) -> Run:
    run = SqlRuns(shop.engine, Operation.UPDATE).start(asked, None, utc_now())
    plan = SqlPlan(shop.engine, shop.rules, utc_now)
    list(plan.mark(run, asked, plan.sellers(asked)))
    return run


def _of(shop: RevivalShop, run: Run) -> set[int]:
    with engines.reading(shop.engine) as connection:
        return set(connection.execute(select(listings.c.id).where(listings.c.update_run == run.id)).scalars())


def _batch(run: Run, *listing_ids: int) -> Batch:
    message = RevivalWanted(
        marketplace=Marketplace.YAHOO, run_id=run.id, generation=run.generation, listing_ids=listing_ids
    )
    return Batch(message)


def test_a_narrower_run_takes_its_listings_and_both_go_on(shop: RevivalShop, market: Market) -> None:
    two, four = shop.seller("two", plan=2), shop.seller("four", plan=4)
    own, taken = shop.gone(two, "old1"), shop.gone(four, "old2")
    wide = _start(shop, _request())

    narrow = planner(shop, Inline(shop))(_request((4,)), None, threading.Event())

    assert narrow.outcome is Outcome.FINISHED
    assert (shop.run(wide.id).outcome, _of(shop, wide)) == ("running", {own})
    assert (shop.run(wide.id).planned, shop.run(narrow.id).checked) == (1, 1)
    assert shop.offer(taken).updated_run == narrow.id
    assert shop.worker()(_batch(wide, own, taken), threading.Event()) is BatchOutcome.SEARCHED
    assert (shop.offer(own).updated_run, shop.offer(taken).updated_run) == (wide.id, narrow.id)


def test_a_run_for_nobody_leaves_every_listing_to_the_older_one(shop: RevivalShop) -> None:
    listing = shop.gone(shop.seller("a", plan=2), "old1")
    wide = _start(shop, _request())
    _start(shop, _request(usernames=("nobody",)))
    assert (shop.run(wide.id).outcome, _of(shop, wide)) == ("running", {listing})


@pytest.mark.parametrize("ask_first", ["off", "on"])
@pytest.mark.parametrize("found", ["a replacement", "nothing", "unsearchable"])
def test_what_is_found_for_a_listing_that_another_run_has_taken_is_not_stored(
    shop: RevivalShop, market: Market, found: str, ask_first: str
) -> None:
    user = shop.seller("a", plan=4)
    listing = shop.gone(user, "old1")
    shop.own(user, "REVIVAL_ASK_FIRST", ask_first)
    wide = _start(shop, _request())
    market.for_sale = [item("new1")] if found == "a replacement" else []
    market.unsearchable = "blocked" if found == "unsearchable" else ""
    narrow: list[Run] = []

    def taken_meanwhile(marketplace: Marketplace, request: SearchRequest) -> SearchResult:
        if not narrow:
            narrow.append(_start(shop, _request((4,))))
        return market.search(marketplace, request)

    shop.find = FindReplacement(taken_meanwhile, market.look, market)
    shop.worker()(_batch(wide, listing), threading.Event())

    left = shop.offer(listing)
    assert (left.searching, left.update_run, left.update_unknowns, left.updated_run) == (True, narrow[0].id, 0, None)
    assert (shop.count(revivals), shop.candidates(listing)) == (0, {})
    assert (shop.run(wide.id).checked, shop.run(wide.id).unknown) == (0, 0)


def test_a_claim_of_the_older_run_does_not_renew_the_newer_ones(shop: RevivalShop) -> None:
    listing = shop.gone(shop.seller("a", plan=4), "old1")
    wide = _start(shop, _request())
    [wanted] = shop.listings_port.claim(_batch(wide, listing), "wide", utc_now() + timedelta(seconds=30), utc_now())
    narrow = _start(shop, _request((4,)))
    until = utc_now() + timedelta(seconds=40)
    shop.listings_port.claim(_batch(narrow, listing), "narrow", until, utc_now())

    shop.listings_port.renew(_batch(wide, listing), "wide", wanted, until + timedelta(hours=1))

    assert shop.offer(listing).update_not_before == until
