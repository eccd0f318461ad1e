"""Bulk searches: items that are found become drafts, page by page; skip and stop work whatever the worker does."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import Engine
from tests.integration.web.rows import Rows
from tests.integration.web.workshop import Workshop

from mercarich_contracts.market import Marketplace
from mercarich_db import settings_store, tables
from mercarich_db.engine import run_tx
from mercarich_db.tables.revivals import EVERYONE
from mercarich_reasons.jobs import MarketplaceAway, MarketplacePaused, SearchesFailed, SearchStopped, SearchUnusable
from mercarich_web.jobs.found import MOST_OPEN
from mercarich_web.jobs.jobs import Kind
from mercarich_web.jobs.search_queries import MarketAway, Unusable
from mercarich_web.refusals import NotFound, Refused

BUSY = MarketplaceAway(Marketplace.YAHOO, "breaker_open: not now")
NO_ROWS = SearchUnusable(Marketplace.YAHOO, "unparsable: no rows")


@pytest.fixture
def shop(engine: Engine, rows: Rows) -> Workshop:
    rows.user("hanako")
    rows.user("jiro")
    return Workshop(engine)


def test_o8_candidates_of_several_searches_become_drafts_once(shop: Workshop, rows: Rows) -> None:
    rows.listing(1, rows.source("x100000001"), "MINE-1")
    shop.shops.pages = {"watch": [["x100000001", "x100000002"], ["x100000003"]], "old watch": [["x100000003"]]}
    started = shop.search("hanako", "watch", "https://auctions.yahoo.co.jp/search/search?p=old+watch&min=500")

    shop.work(Kind.SEARCH)

    job = shop.job(started.id)
    assert (job.state, job.made, job.left_out, job.done, job.total, job.progress) == ("finished", 2, 2, 2, 2, 100)
    assert shop.skus(1) == ["MINE-1", "Y-x100000002", "Y-x100000003"]
    draft = shop.listing("Y-x100000002")
    assert (draft.listed, draft.push_pending, draft.title) == (False, 0, "item x100000002")
    assert draft.first_price_jpy == 1500, "what a replacement may cost"
    assert shop.shops.asked == [("yahoo", "watch", 0), ("yahoo", "watch", 1), ("yahoo", "old watch", 0)]


def test_sources_on_sale_that_a_page_shows_open_before_their_end_are_glimpsed(shop: Workshop, rows: Rows) -> None:
    checked_at = shop.now() - timedelta(hours=3)
    for item_id, look_class in (("x100000001", 40), ("x100000002", None), ("x100000003", 40)):
        source = rows.source(item_id, checked_at=checked_at, look_class=look_class)
        rows.listing(2, source, f"S-{item_id}")
    shop.shops.pages = {"watch": [["x100000001", "x100000002", "x100000004"]]}
    shop.shops.end_at = shop.now() + timedelta(days=1)
    shop.search("hanako", "watch")

    shop.work(Kind.SEARCH)

    seen = {row.item_id: row.glimpsed_at for row in rows.read("source_items", "item_id", "glimpsed_at")}
    shown_at = datetime(2026, 11, 25, tzinfo=UTC)
    assert seen == dict.fromkeys(("x100000002", "x100000003", "x100000004")) | {"x100000001": shown_at}
    assert {row.checked_at for row in rows.read("source_items", "checked_at")} == {checked_at, None}


def test_what_a_seller_excludes_is_left_out_for_that_seller_alone_and_what_all_do_for_each(
    shop: Workshop, rows: Rows
) -> None:
    rows.add(tables.excluded_words, user_id=EVERYONE, word="item x100000004")
    rows.add(tables.excluded_words, user_id=1, word="ITEM X100000001")
    rows.add(tables.excluded_sellers, user_id=1, marketplace="yahoo", seller_id="seller-of-x100000002")
    shop.shops.pages = {"cup": [["x100000001", "x100000002", "x100000003", "x100000004"]]}
    started = shop.search("hanako", "cup")
    shop.search("jiro", "cup")

    shop.work(Kind.SEARCH)

    assert shop.skus(1) == ["Y-x100000003"]
    assert (shop.job(started.id).made, shop.job(started.id).left_out) == (1, 3)
    assert len(shop.skus(2)) == 3


def test_a_keyword_is_searched_on_both_marketplaces_if_asked_for(shop: Workshop) -> None:
    shop.shops.pages = {"cup": [["m10000000001"]]}
    started = shop.search("hanako", "cup", marketplaces=(Marketplace.YAHOO, Marketplace.MERCARI))

    shop.work(Kind.SEARCH)

    assert [each[0] for each in shop.shops.asked] == ["yahoo", "mercari"]
    assert [query.marketplace for query in shop.book.queries(started.id)] == ["yahoo", "mercari"]


def test_no_more_pages_than_wanted_are_read(shop: Workshop) -> None:
    shop.shops.pages = {"cup": [[f"x10000000{page}"] for page in range(9)]}
    shop.search("hanako", "cup", pages=4)

    shop.work(Kind.SEARCH)

    assert [page for *_, page in shop.shops.asked] == [0, 1, 2, 3]


def test_a_search_goes_on_from_its_page_after_its_worker_was_killed(shop: Workshop) -> None:
    shop.shops.pages = {"cup": [["x100000001"], ["x100000002"], ["x100000003"]]}
    started = shop.search("hanako", "cup")
    claim = shop.claim(Kind.SEARCH, "killed")
    assert claim is not None
    assert shop.steps[Kind.SEARCH](claim) is not None
    shop.work(Kind.SEARCH)
    assert shop.job(started.id).made == 1, "its lease still runs"

    shop.now.go(seconds=121)
    shop.work(Kind.SEARCH)

    assert (shop.job(started.id).state, shop.job(started.id).made) == ("finished", 3)
    assert [page for *_, page in shop.shops.asked] == [0, 1, 2]


def test_a_marketplace_that_is_away_is_waited_for_and_the_seller_is_told(shop: Workshop) -> None:
    shop.shops.pages = {"cup": [MarketAway(BUSY, 40)]}
    started = shop.search("hanako", "cup")
    shop.work(Kind.SEARCH)
    waiting = shop.job(started.id)
    shop.shops.pages = {"cup": [["x100000001"]]}
    shop.now.go(seconds=39)
    assert shop.slice(Kind.SEARCH) is False

    shop.now.go(seconds=2)
    shop.work(Kind.SEARCH)

    assert (waiting.state, waiting.message, waiting.claim) == ("running", BUSY, None)
    job = shop.job(started.id)
    assert (job.state, job.made, job.message) == ("finished", 1, None)


def test_a_paused_marketplace_is_not_searched_and_the_other_one_is(shop: Workshop, engine: Engine) -> None:
    shop.shops.pages = {"cup": [["x100000001"]], "mug": [["m10000000001"]]}
    _set(engine, shop, "MARKETPLACE_YAHOO", "paused")
    started = shop.search("hanako", "cup", "mug", marketplaces=(Marketplace.YAHOO, Marketplace.MERCARI))

    shop.work(Kind.SEARCH)

    waiting = shop.job(started.id)
    assert {marketplace for marketplace, *_ in shop.shops.asked} == {"mercari"}
    assert (waiting.state, waiting.done, waiting.claim) == ("running", 2, None)
    assert waiting.message == MarketplacePaused(Marketplace.YAHOO)
    shop.now.go(seconds=16)
    _set(engine, shop, "MARKETPLACE_YAHOO", "on")
    shop.work(Kind.SEARCH)
    job = shop.job(started.id)
    assert (job.state, job.done, job.message) == ("finished", 4, None)


def test_an_answer_that_cannot_be_used_is_asked_for_three_times_and_then_left(shop: Workshop) -> None:
    shop.shops.pages = {"cup": [Unusable(NO_ROWS)], "pen": [["x100000001"]]}
    started = shop.search("hanako", "cup", "pen")

    shop.work(Kind.SEARCH)

    job = shop.job(started.id)
    assert (job.state, job.made, job.message) == ("finished", 1, SearchesFailed(1, 2))
    first, second = shop.book.queries(started.id)
    assert (first.state, first.problem, second.state) == ("failed", NO_ROWS, "done")
    assert [keyword for _, keyword, _ in shop.shops.asked] == ["cup", "cup", "cup", "pen"]


def test_z3_a_skip_request_counts_from_the_next_page_on_also_while_its_worker_is_frozen(shop: Workshop) -> None:
    shop.shops.pages = {"cup": [["x100000001"], ["x100000002"]], "pen": [["x100000003"]]}
    started = shop.search("hanako", "cup", "pen")
    claim = shop.claim(Kind.SEARCH, "frozen")
    assert claim is not None
    claim = shop.steps[Kind.SEARCH](claim)

    assert shop.skip(started.id, 1).changed is True
    assert shop.skip(started.id, 1).changed is False
    shop.now.go(seconds=121)
    shop.work(Kind.SEARCH)

    assert shop.skus(1) == ["Y-x100000001", "Y-x100000003"]
    assert [query.state for query in shop.book.queries(started.id)] == ["skipped", "done"]
    with pytest.raises(NotFound, match=f"job {started.id} has no search 3"):
        shop.skip(started.id, 3)


def test_z3_a_stop_request_ends_a_search_at_once_also_while_its_worker_is_frozen(shop: Workshop) -> None:
    shop.shops.pages = {"cup": [["x100000001"], ["x100000002"]]}
    started = shop.search("hanako", "cup")
    stopped = []
    shop.shops.during = lambda: stopped.append(shop.stop(started.id, "hanako").changed) if not stopped else None

    shop.work(Kind.SEARCH)

    assert (stopped, shop.outcomes) == ([True], ["overtaken"])
    job = shop.job(started.id)
    assert (job.state, job.message) == ("stopped", SearchStopped("hanako"))
    assert shop.skus(1) == [], "the page that was under way is not written"


def test_only_a_seller_who_exists_and_has_few_open_jobs_may_start_one(shop: Workshop) -> None:
    with pytest.raises(NotFound, match="there is no seller 'nobody'"):
        shop.search("nobody", "cup")
    for _ in range(MOST_OPEN):
        shop.search("hanako", "cup")
    with pytest.raises(Refused, match="hanako has 50 open jobs"):
        shop.search("hanako", "cup")
    shop.search("jiro", "cup")


def _set(engine: Engine, shop: Workshop, key: str, value: str) -> None:
    run_tx(engine, lambda connection: settings_store.write(connection, key, value, by="taro", at=shop.now()))
