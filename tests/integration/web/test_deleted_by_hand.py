"""A seller deletes listings: drafts at once, offers by the rules of `delete_old_items`, through Amazon."""

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from sqlalchemy import Engine, insert, select
from tests.integration.web.rows import NOW, Rows, ago
from tests.integration.web.shops import by_sku, events, signed_in
from tests.integration.web.site import Browser

from mercarich_db import tables
from mercarich_db.engine import reading, run_tx
from mercarich_reasons.stock import ByHand, DeletedByHand
from mercarich_web.housekeeping.expiry import Choice
from mercarich_web.housekeeping.sql.expired import SqlExpiredOffers
from mercarich_web.listings.sql.offers import SqlOffers

DOWN = {"quantity": 0, "revision": 4, "pushed_revision": 4, "pushed_quantity": 0}
SEEN = {**DOWN, "withdrawn_at": ago(hours=1), "verified_at": ago(minutes=50)}


@pytest.fixture
def ann(database_url: str, engine: Engine, rows: Rows, kafka_bootstrap: str) -> Iterator[Browser]:
    """An offer up; three down, of which one's zero is not at Amazon and one is not watched; one that Amazon does not
    know; two drafts, of which one is being deleted at Amazon; and a draft of Bob's."""
    user_id, bob = rows.user("ann"), rows.user("bob")
    source = rows.source("x111111", state="sold")
    rows.listing(user_id, source, "UP-1")
    rows.listing(user_id, source, "DOWN-1", **SEEN)
    rows.listing(user_id, source, "STOPPED-1", **SEEN, stopped_at=ago(hours=1))
    rows.listing(user_id, source, "PENDING-1", **SEEN | {"pushed_revision": 3, "verified_at": None})
    rows.listing(user_id, source, "ORPHAN-1", **SEEN | {"orphan": True, "pushed_revision": 3, "verified_at": None})
    draft = rows.listing(user_id, source, "DRAFT-1", listed=False)
    leaving = rows.listing(user_id, source, "LEAVING-1", listed=False, **SEEN)
    rows.listing(bob, source, "BOB-1", listed=False)
    rows.add(tables.listing_removals, listing_id=leaving, user_id=user_id, wanted_at=NOW, attempts=0)
    rows.add(tables.listing_pictures, listing_id=draft, slot=0, path="1/0/1-0.jpg")
    with signed_in(database_url, engine, user_id, "ann", kafka_bootstrap) as browser:
        yield browser


def removals(engine: Engine) -> set[int]:
    with reading(engine) as connection:
        return set(connection.execute(select(tables.listing_removals.c.listing_id)).scalars())


def test_drafts_go_at_once_and_offers_that_are_down_leave_amazon_first(ann: Browser, engine: Engine) -> None:
    before = by_sku(engine)
    page = ann.post("/listings/preview", action="delete", everything="true").text
    ann.post("/listings/apply", action="delete", everything="true")
    after = by_sku(engine)

    assert '<b class="num">4</b>' in page
    assert set(before) - set(after) == {"DRAFT-1", "ORPHAN-1"}
    assert {sku for sku in after if after[sku] != before[sku]} == {"DOWN-1", "STOPPED-1"}
    assert not after["DOWN-1"].listed
    assert removals(engine) == {after[sku].id for sku in ("DOWN-1", "STOPPED-1", "LEAVING-1")}
    assert sorted(one.kind for one in events(engine)) == ["deleted", "deleted", "leaving", "leaving"]
    with reading(engine) as connection:
        assert connection.execute(select(tables.listing_pictures)).all() == []
        assert connection.execute(select(tables.deletions.c.listings)).scalar_one() == 3, "drafts do not count"


def test_no_more_offers_go_in_a_day_than_the_setting_says_but_all_drafts(ann: Browser, engine: Engine) -> None:
    row = {"key": "DELETE_DAILY_LISTINGS", "value": "1", "updated_at": NOW, "updated_by": "t"}
    run_tx(engine, lambda connection: connection.execute(insert(tables.settings).values(row)))
    page = ann.post("/listings/preview", action="delete", everything="true").text
    for _ in range(2):
        ann.post("/listings/apply", action="delete", everything="true")

    assert '<b class="num">2</b>' in page
    assert set(by_sku(engine)) == {"UP-1", "DOWN-1", "STOPPED-1", "PENDING-1", "ORPHAN-1", "LEAVING-1", "BOB-1"}
    assert len(removals(engine)) == 2


def test_what_leaves_amazon_has_no_buttons_and_goes_with_the_next_housekeeping(ann: Browser, engine: Engine) -> None:
    listing_id = by_sku(engine)["DOWN-1"].id
    buttons = 'name="action" value="delete"'
    before = ann.get(f"/listings/{listing_id}").text
    ann.post("/listings/apply", action="delete", listing=[listing_id])
    after = ann.get(f"/listings/{listing_id}").text

    assert buttons in before
    assert 'name="action"' not in after
    assert "To be deleted at Amazon" in after


def test_what_is_not_watched_is_not_taken_by_age(engine: Engine, rows: Rows) -> None:
    user_id, source = rows.user("carol"), rows.source("x333333")
    old = {**DOWN, "withdrawn_at": ago(days=30), "verified_at": ago(days=30)}
    rows.listing(user_id, source, "OLD-1", **old)
    rows.listing(user_id, source, "OLD-2", **old, stopped_at=ago(days=30))
    choice = Choice(withdrawn_until=ago(days=7), now=NOW, unknown_to_amazon=False)

    assert [one.sku for one in SqlExpiredOffers(engine).find(choice, user_id, 0, 10)] == ["OLD-1"]


def test_what_is_told_of_a_deleted_draft_is_not_told_of_the_listing_that_gets_its_id(
    ann: Browser, engine: Engine, rows: Rows
) -> None:
    """SQLite reuses the highest id."""
    source = rows.source("x999999")
    last = rows.listing(1, source, "LAST-1", listed=False)
    ann.post("/listings/apply", action="delete", listing=[last])
    new = rows.listing(2, source, "NEW-1", id=last, created_at=datetime.now(UTC))
    rows.event(new, "withdrawn", user_id=2, reason=ByHand("told of itself"), at=datetime.now(UTC))

    told = [one.reason for one in SqlOffers(engine).events(new)]
    assert told == [ByHand("told of itself")]
    assert DeletedByHand("LAST-1", "ann") in {one.reason for one in events(engine)}, "it stays on record"
