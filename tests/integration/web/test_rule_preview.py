"""A seller tries rules on the last searches before saving them."""

from collections.abc import Iterator

import pytest
from sqlalchemy import Engine, select, update
from tests.integration.web.rows import Rows, ago
from tests.integration.web.shops import signed_in
from tests.integration.web.site import Browser

from mercarich_db import tables
from mercarich_db.engine import reading
from mercarich_db.setting_definitions import SELLERS_OWN
from mercarich_reasons.candidates import PriceAboveLimit


@pytest.fixture
def ann(database_url: str, engine: Engine, ann_id: int) -> Iterator[Browser]:
    with signed_in(database_url, engine, ann_id) as browser:
        browser.get("/rules")
        yield browser


def searched(rows: Rows, user_id: int, sku: str, **seen: object) -> None:
    """A listing whose last search judged one candidate, which all current rules accept."""
    source = rows.source(f"x{sku}", state="sold", title="ソニー MX-100", condition_code=3, price_jpy=1000)
    wanted = {"quantity": 0, "searching": True, "searched_at": ago(hours=1), "withdrawn_at": ago(hours=2)}
    listing = rows.listing(user_id, source, sku, **wanted)
    alike = {"share_forth": 0.6, "share_back": 0.6, "inliers": 300, "colour_distance": 1.0}
    facts = {"page_seen": True, "rating_good": 85, "rating_bad": 15, "condition_code": 3, "quick_correlation": 0.9}
    facts["shipping_payer"] = "seller"
    item = {
        "marketplace": "yahoo",
        "item_id": f"y{sku}",
        "url": "https://x",
        "title": "ソニー MX-100",
        "price_jpy": 900,
    }
    found = {**item, "price_jpy": 900, **facts, **alike, "changed_share": 0.0, "odd_share": 0.0, **seen}
    rows.add(tables.revival_candidates, listing_id=listing, searched_at=ago(hours=1), **found)


def test_typed_rules_are_tried_on_the_last_searches_and_not_saved(
    ann: Browser, rows: Rows, engine: Engine, ann_id: int
) -> None:
    searched(rows, ann_id, "A-1")
    searched(rows, rows.user("bob"), "B-1")
    page = ann.post("/rules/preview", REVIVAL_LEAST_RATING="90").text

    assert "0 candidates would be taken" in page
    assert "now 1; 1 would be refused; for 0 it is not known." in page
    assert "A-1" in page
    assert "85" in page
    assert "B-1" not in page
    assert 'value="90"' in page
    with reading(engine) as connection:
        assert connection.execute(select(tables.seller_settings)).all() == []


def test_a_threshold_of_the_pictures_is_tried_too(ann: Browser, rows: Rows, ann_id: int) -> None:
    searched(rows, ann_id, "A-1")
    page = ann.post("/rules/preview", REVIVAL_LEAST_INLIERS="301").text

    assert "now 1; 1 would be refused" in page
    assert "301" in page


def test_another_number_of_checks_is_tried_and_not_saved(ann: Browser, rows: Rows, engine: Engine, ann_id: int) -> None:
    for number in range(3):
        rows.listing(ann_id, rows.source(f"z{number}"), f"Z-{number}")
    with engine.begin() as connection:
        connection.execute(update(tables.users).where(tables.users.c.id == ann_id).values(plan=4))
    page = ann.post("/rules/preview", CHECKS_A_DAY="2").text

    assert "Each source is looked at every 12 hours, now every 6." in page
    assert "3 listings on sale are concerned." in page
    assert "as now" in ann.post("/rules/preview", CHECKS_A_DAY="4").text
    assert "expected one of 2, 4 checks a day" in ann.post("/rules/preview", CHECKS_A_DAY="3").text
    with reading(engine) as connection:
        assert connection.execute(select(tables.users.c.checks_a_day)).scalars().all() == [None]


def test_what_was_not_looked_at_is_not_promised(ann: Browser, rows: Rows, ann_id: int) -> None:
    unseen = {"share_forth": None, "refused_by": "price", "reason": PriceAboveLimit(1900, 1000)}
    searched(rows, ann_id, "A-1", price_jpy=1900, **unseen)
    page = ann.post("/rules/preview", REVIVAL_PRICE_FACTOR="2").text

    assert "now 0; 0 would be refused; for 1 it is not known." in page
    assert "More of it would have to be fetched." in page


def test_m7_the_break_even_is_tried_with_the_offers_own_price(
    ann: Browser, rows: Rows, ann_id: int, engine: Engine
) -> None:
    searched(rows, ann_id, "A-1", price_jpy=1700)
    rows.change(tables.listings.update().values(offer_price_jpy=2000))
    page = ann.post("/rules/preview", REVIVAL_PRICE_RULE="break_even").text

    assert "1 candidate would be taken" in page


def test_what_is_counted_for_an_unknown_postage_is_tried(ann: Browser, rows: Rows, ann_id: int) -> None:
    searched(rows, ann_id, "A-1", shipping_payer="buyer")
    searched(rows, ann_id, "A-2", shipping_payer="buyer", shipping_cost_jpy=101)
    searched(rows, ann_id, "A-3", shipping_payer="buyer", shipping_cost_jpy=100)

    assert "now 1; 2 would be refused" in ann.post("/rules/preview", REVIVAL_UNKNOWN_POSTAGE_JPY="101").text
    assert "now 1; 1 would be refused" in ann.post("/rules/preview", REVIVAL_UNKNOWN_POSTAGE_JPY="100").text


def test_a_value_that_cannot_be_used_is_said_in_the_preview(ann: Browser) -> None:
    page = ann.post("/rules/preview", REVIVAL_LEAST_RATING="200")

    assert page.status_code == 200
    assert "This value cannot be used." in page.text


def test_each_rule_shows_its_default(ann: Browser) -> None:
    page = ann.get("/rules").text

    assert page.count("Default: ") == len(SELLERS_OWN) + 1
    assert "Default: 80 %" in page
    assert "Default: strict" in page
