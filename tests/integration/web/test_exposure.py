"""Exposure out of the history: when it begins, what ends it, and what the home page tells of it."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import Engine
from tests.integration.web.rows import NOW, Rows, ago
from tests.integration.web.site import PASSWORDS, Browser, let_sign_in, served

from mercarich_db import tables
from mercarich_platform.settings import SharedSettings
from mercarich_web.adapters.exposure_sql import SqlExposures
from mercarich_web.bootstrap_pages import build_pages
from mercarich_web.domain.exposure import Span
from mercarich_web.settings import PagesSettings

SINCE = ago(days=14)


@pytest.fixture
def ann_id(engine: Engine, rows: Rows) -> int:
    user_id = rows.user("ann")
    let_sign_in(engine, user_id, language="en")
    return user_id


@pytest.fixture
def ann(database_url: str, ann_id: int) -> Iterator[Browser]:
    shared = SharedSettings.model_validate({"database_url": database_url, "kafka_bootstrap": "127.0.0.1:9"})
    with served(build_pages(shared, PagesSettings(), passwords=PASSWORDS)) as site:
        browser = site.browser()
        browser.sign_in("ann")
        yield browser


def minutes(engine: Engine, user_id: int) -> list[float]:
    spans = SqlExposures(engine).spans(user_id, SINCE, NOW)
    return sorted((span.ends - span.begins) / timedelta(minutes=1) for span in spans)


def down(rows: Rows, user_id: int, sku: str, **values: object) -> int:
    """Withdrawn, and Amazon has taken the 0."""
    source = rows.source(f"x{sku}", state="sold", reason="won")
    return rows.listing(user_id, source, sku, **{"quantity": 0, "pushed_quantity": 0} | values)


def test_it_begins_where_it_is_seen_and_ends_with_the_zero_at_amazon(engine: Engine, rows: Rows, ann_id: int) -> None:
    listing = down(rows, ann_id, "A-1")
    rows.event(listing, "held", user_id=ann_id, at=ago(minutes=100))
    rows.event(listing, "withdrawn", user_id=ann_id, at=ago(minutes=70), reason="sold: won")
    rows.event(listing, "push_accepted", user_id=ann_id, at=ago(minutes=60), quantity_after=0)

    assert minutes(engine, ann_id) == [10, 30]


@pytest.mark.parametrize("end", ["swapped", "restored", "resumed", "hold_cleared"])
def test_another_source_or_the_old_one_ends_it_too(engine: Engine, rows: Rows, ann_id: int, end: str) -> None:
    listing = rows.listing(ann_id, rows.source("x1"), "A-1")
    rows.event(listing, "searching", user_id=ann_id, at=ago(minutes=50))
    rows.event(listing, end, user_id=ann_id, at=ago(minutes=20), quantity_after=1)

    assert minutes(engine, ann_id) == [30]


def test_a_search_that_is_resumed_ends_nothing(engine: Engine, rows: Rows, ann_id: int) -> None:
    """The zero is not at Amazon yet."""
    listing = down(rows, ann_id, "A-1")
    rows.event(listing, "withdrawn", user_id=ann_id, at=ago(minutes=50), reason="sold: won")
    rows.event(listing, "resumed", user_id=ann_id, at=ago(minutes=40), quantity_after=0)
    rows.event(listing, "push_accepted", user_id=ann_id, at=ago(minutes=20), quantity_after=0)

    assert minutes(engine, ann_id) == [30]


def test_a_zero_that_amazon_does_not_show_begins_it_again(engine: Engine, rows: Rows, ann_id: int) -> None:
    listing = down(rows, ann_id, "A-1")
    for kind, at in (("withdrawn", 50), ("push_accepted", 49), ("readback_mismatch", 40), ("push_accepted", 38)):
        rows.event(listing, kind, user_id=ann_id, at=ago(minutes=at), quantity_after=0)

    assert minutes(engine, ann_id) == [1, 2]


def test_what_the_seller_takes_down_is_not_gone(engine: Engine, rows: Rows, ann_id: int) -> None:
    listing = down(rows, ann_id, "A-1")
    rows.event(listing, "withdrawn", user_id=ann_id, at=ago(minutes=50), reason="by hand, ann")
    rows.event(listing, "push_accepted", user_id=ann_id, at=ago(minutes=40), quantity_after=0)

    assert minutes(engine, ann_id) == []


def test_what_is_still_exposed_counts_until_now_however_long_ago_it_began(
    engine: Engine, rows: Rows, ann_id: int
) -> None:
    waits = down(rows, ann_id, "A-1", pushed_quantity=1)
    rows.event(waits, "withdrawn", user_id=ann_id, at=ago(minutes=5), reason="sold: won")
    down(rows, ann_id, "A-2", pushed_quantity=1, withdrawn_at=ago(days=40))
    ended_unseen = down(rows, ann_id, "A-3")
    rows.event(ended_unseen, "withdrawn", user_id=ann_id, at=ago(minutes=9), reason="sold: won")

    assert minutes(engine, ann_id) == [5, 40 * 24 * 60]


def test_nobody_elses_offers_count(engine: Engine, rows: Rows, ann_id: int) -> None:
    bob = rows.user("bob")
    listing = down(rows, bob, "B-1", pushed_quantity=1, withdrawn_at=ago(hours=1))
    rows.event(listing, "withdrawn", user_id=bob, at=ago(minutes=5), reason="sold: won")

    assert SqlExposures(engine).spans(ann_id, SINCE, NOW) == []
    assert SqlExposures(engine).spans(bob, SINCE, NOW) == [Span(ago(minutes=5), NOW)]


def test_home_tells_the_expected_cancellations_and_says_when_they_are_not_known(
    ann: Browser, rows: Rows, ann_id: int
) -> None:
    rows.listing(ann_id, rows.source("x1"), "UP-1")
    listing = down(rows, ann_id, "A-1")
    rows.event(listing, "withdrawn", user_id=ann_id, at=ago(hours=26), reason="sold: won")
    rows.event(listing, "push_accepted", user_id=ann_id, at=ago(hours=25), quantity_after=0)
    unknown = ann.get("/").text

    assert "Not known yet: that takes two checks" in unknown
    assert "60 item-minutes" in unknown


def test_home_holds_expected_cancellations_against_amazons_limit(ann: Browser, rows: Rows, ann_id: int) -> None:
    rows.listing(ann_id, rows.source("x1"), "UP-1")
    for generation, (hours, fallen) in enumerate(((60, 0), (48, 1)), start=10):
        run = rows.run(generation, started_at=datetime.now(UTC) - timedelta(hours=hours))
        rows.add(tables.run_sellers, run_id=run, user_id=ann_id, planned=2, checked=2, fallen=fallen)
    page = ann.get("/").text
    assert "10 %" in page  # six hours unseen of the sixty since the first check, of one offer
    assert "That is above the limit" in page
    assert "about 360 item-minutes" in page
