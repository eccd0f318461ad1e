"""Exposure computed from the history: when it begins, what ends it, and what the home page shows of it."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import Engine
from tests.integration.web.rows import NOW, Rows, ago
from tests.integration.web.site import Browser

from mercarich_contracts.market import Reason, State
from mercarich_db import tables
from mercarich_reasons.stock import ByHand, SourceSeen
from mercarich_web.listings.exposure import Span
from mercarich_web.listings.sql.book import SqlListingBook
from mercarich_web.listings.sql.exposure import SqlExposures
from mercarich_web.runs.holds import KINDS_BY_PRICE

SINCE = ago(days=14)


def minutes(engine: Engine, user_id: int) -> list[float]:
    return sorted((span.ends - span.begins) / timedelta(minutes=1) for span in spans_of(engine, user_id))


def spans_of(engine: Engine, user_id: int) -> Sequence[Span]:
    return SqlExposures(engine).spans(user_id, SINCE, NOW, SqlListingBook(engine).shop(user_id).exposed)


def down(rows: Rows, user_id: int, sku: str, **values: object) -> int:
    """Withdrawn, and Amazon has accepted the 0."""
    source = rows.source(f"x{sku}", state="sold", reason="won")
    return rows.listing(user_id, source, sku, **{"quantity": 0, "pushed_quantity": 0} | values)


def test_it_begins_where_it_is_seen_and_ends_with_the_zero_at_amazon(engine: Engine, rows: Rows, ann_id: int) -> None:
    listing = down(rows, ann_id, "A-1")
    rows.event(listing, "held", user_id=ann_id, at=ago(minutes=100))
    rows.event(listing, "withdrawn", user_id=ann_id, at=ago(minutes=70), reason=SourceSeen(State.SOLD, Reason.WON))
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
    rows.event(listing, "withdrawn", user_id=ann_id, at=ago(minutes=50), reason=SourceSeen(State.SOLD, Reason.WON))
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
    rows.event(listing, "withdrawn", user_id=ann_id, at=ago(minutes=50), reason=ByHand("ann"))
    rows.event(listing, "push_accepted", user_id=ann_id, at=ago(minutes=40), quantity_after=0)

    assert minutes(engine, ann_id) == []


def test_what_is_still_exposed_counts_until_now_however_long_ago_it_began(
    engine: Engine, rows: Rows, ann_id: int
) -> None:
    waits = down(rows, ann_id, "A-1", pushed_quantity=1)
    rows.event(waits, "withdrawn", user_id=ann_id, at=ago(minutes=5), reason=SourceSeen(State.SOLD, Reason.WON))
    down(rows, ann_id, "A-2", pushed_quantity=1, withdrawn_at=ago(days=40), changed_at=ago(days=40))
    ended_unseen = down(rows, ann_id, "A-3")
    rows.event(ended_unseen, "withdrawn", user_id=ann_id, at=ago(minutes=9), reason=SourceSeen(State.SOLD, Reason.WON))

    assert minutes(engine, ann_id) == [5, 40 * 24 * 60]


def test_what_has_ended_since_somebody_looked_at_what_is_exposed_counts_once(
    engine: Engine, rows: Rows, ann_id: int
) -> None:
    listing = down(rows, ann_id, "A-1")
    rows.event(listing, "withdrawn", user_id=ann_id, at=ago(minutes=9), reason=SourceSeen(State.SOLD, Reason.WON))
    rows.event(listing, "push_accepted", user_id=ann_id, at=ago(minutes=2), quantity_after=0)
    seen_before = {listing: ago(minutes=9)}

    assert SqlExposures(engine).spans(ann_id, SINCE, NOW, seen_before) == [Span(ago(minutes=9), ago(minutes=2))]


def test_nobody_elses_offers_count(engine: Engine, rows: Rows, ann_id: int) -> None:
    bob = rows.user("bob")
    listing = down(rows, bob, "B-1", pushed_quantity=1, withdrawn_at=ago(hours=1))
    rows.event(listing, "withdrawn", user_id=bob, at=ago(minutes=5), reason=SourceSeen(State.SOLD, Reason.WON))

    assert spans_of(engine, ann_id) == []
    assert spans_of(engine, bob) == [Span(ago(minutes=5), NOW)]


def test_home_tells_the_expected_cancellations_and_says_when_they_are_not_known(
    ann: Browser, rows: Rows, ann_id: int
) -> None:
    rows.listing(ann_id, rows.source("x1"), "UP-1")
    listing = down(rows, ann_id, "A-1")
    rows.event(listing, "withdrawn", user_id=ann_id, at=ago(hours=26), reason=SourceSeen(State.SOLD, Reason.WON))
    rows.event(listing, "push_accepted", user_id=ann_id, at=ago(hours=25), quantity_after=0)
    unknown = ann.get("/fortnight").text

    assert "Not known yet: this needs a day of looks" in unknown
    assert "60 item-minutes" in unknown


def six_unseen_hours_of_sixty(rows: Rows, user_id: int) -> int:
    """Add a seller's only offer, two looks, and how long the second one says that it was exposed. Return the offer's
    id."""
    up = rows.listing(user_id, rows.source("x1"), "UP-1")
    for operation, hours, fallen in (("check", 60, 0), ("watch", 48, 1)):
        run = rows.run(hours, operation=operation, started_at=datetime.now(UTC) - timedelta(hours=hours))
        own = {"planned": 2, "checked": 2, "fallen": fallen, "unseen_seconds": fallen * 6 * 3600}
        rows.add(tables.run_sellers, run_id=run, user_id=user_id, **own)
    return up


def test_home_holds_expected_cancellations_against_amazons_limit(ann: Browser, rows: Rows, ann_id: int) -> None:
    six_unseen_hours_of_sixty(rows, ann_id)
    page = ann.get("/fortnight").text
    assert "10 %" in page
    assert "This is above the limit" in page
    assert "about 360 item-minutes" in page


def test_home_holds_exposed_time_against_what_was_on_sale_then(ann: Browser, rows: Rows, ann_id: int) -> None:
    """One offer is up, and was not in the first half of the 60 hours; three were up in that half alone. A draft that is
    edited was never up."""
    up = six_unseen_hours_of_sixty(rows, ann_id)
    halfway = datetime.now(UTC) - timedelta(hours=30)
    for number in range(3):
        listing = down(rows, ann_id, f"A-{number}", withdrawn_at=halfway)
        change = {"user_id": ann_id, "at": halfway, "quantity_before": 1, "quantity_after": 0}
        rows.event(listing, "withdrawn", **change, reason=ByHand("ann"))
    rows.event(up, "listed", user_id=ann_id, at=halfway, quantity_before=1, quantity_after=1)
    rows.event(up, "edited", user_id=ann_id, at=halfway, quantity_before=0, quantity_after=1)

    assert "5 %" in ann.get("/fortnight").text  # six of 120 hours


def test_home_moves_the_expected_cancellations_by_what_became_of_orders(ann: Browser, rows: Rows, ann_id: int) -> None:
    """Of what was to be expected a quarter was cancelled, over many orders."""
    six_unseen_hours_of_sixty(rows, ann_id)
    counts = {"orders": 9_000_000, "counted_at": NOW}
    rows.add(tables.forecast_outcomes, marketplace="yahoo", expected=1e5, cancelled=25_000, **counts)
    rows.add(tables.forecast_outcomes, marketplace="mercari", expected=0.0, cancelled=0, orders=0, counted_at=NOW)

    page = ann.get("/fortnight").text

    assert "2.5 %" in page  # a quarter of 10 %
    assert "by what became of real orders, exposed time counts 0.25 times" in page
    assert page.count("by what became of real orders") == 1
    assert "9,000,000" not in page, "how many orders others have is nobody's business"


def test_home_adds_the_orders_whose_source_goes_after_them(ann: Browser, rows: Rows, ann_id: int) -> None:
    """Of many orders 4 % were cancelled for that, and exposed time is 10 %, of which a quarter comes true."""
    six_unseen_hours_of_sixty(rows, ann_id)
    counts = {"orders": 10**6, "cancelled": 65_000, "cancelled_later": 40_000, "counted_at": NOW}
    rows.add(tables.forecast_outcomes, marketplace="yahoo", expected=1e5, **counts)

    page = ann.get("/fortnight").text

    assert "6.5 %" in page
    assert "about 4 % of the orders of your offers there are expected to be cancelled although their source" in page


def test_a_false_alarm_that_the_brake_kept_back_is_no_exposure(engine: Engine, rows: Rows, ann_id: int) -> None:
    listing = rows.listing(ann_id, rows.source("x1"), "A-1")
    run = rows.run(2, started_at=ago(hours=12))
    rows.run(1, started_at=ago(hours=24))
    hold = rows.hold(run, user_id=ann_id)
    for number, fallen in ((1, 3), (2, 0)):
        rows.add(tables.run_sellers, run_id=number, user_id=ann_id, planned=9, checked=9, fallen=fallen)
    rows.event(listing, "held", user_id=ann_id, at=ago(hours=11), hold_id=hold)
    rows.event(listing, "hold_cleared", user_id=ann_id, at=ago(hours=1), hold_id=hold)

    assert minutes(engine, ann_id) == []
    fallen = {(look.fallen, look.cleared) for look in SqlExposures(engine).looks(ann_id, SINCE)}
    assert fallen == {(3, 1), (0, 0)}, "of three that fell, one was there all the time"


@pytest.mark.parametrize("kind", KINDS_BY_PRICE)
def test_what_was_held_for_its_price_is_no_false_alarm(engine: Engine, rows: Rows, ann_id: int, kind: str) -> None:
    run = rows.run(1, started_at=ago(hours=12))
    hold = rows.hold(run, user_id=ann_id, kind=kind)
    rows.add(tables.run_sellers, run_id=run, user_id=ann_id, planned=9, checked=9, fallen=3)
    listing = rows.listing(ann_id, rows.source("x1"), "A-1")
    rows.event(listing, "hold_cleared", user_id=ann_id, at=ago(hours=1), hold_id=hold)

    assert [(look.fallen, look.cleared) for look in SqlExposures(engine).looks(ann_id, SINCE)] == [(3, 0)]


def test_what_goes_down_by_hand_and_is_not_at_amazon_yet_is_not_gone(engine: Engine, rows: Rows, ann_id: int) -> None:
    source = rows.source("x1")
    listing = rows.listing(ann_id, source, "A-1", quantity=0, pushed_quantity=1, withdrawn_at=ago(hours=9))
    rows.event(listing, "withdrawn", user_id=ann_id, at=ago(hours=9), reason=ByHand("ann"))

    assert minutes(engine, ann_id) == []


def test_nobody_was_exposed_before_the_offer_was_made(engine: Engine, rows: Rows, ann_id: int) -> None:
    """An import of a source that had gone three weeks before."""
    source = rows.source("x1", state="sold", reason="won", observed_at=ago(days=21))
    rows.listing(ann_id, source, "A-1", changed_at=ago(minutes=30))

    assert minutes(engine, ann_id) == [30]
