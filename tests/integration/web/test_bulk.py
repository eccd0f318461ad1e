"""A seller's actions on many listings: counted first, applied in one transaction, only where they fit."""

from collections.abc import Iterator

import pytest
from sqlalchemy import Engine, select
from tests.integration.web.rows import Rows
from tests.integration.web.shops import by_sku, events, signed_in
from tests.integration.web.site import Browser

from mercarich_db import tables
from mercarich_db.engine import reading
from mercarich_reasons.creations import TakeOverAsked
from mercarich_reasons.stock import ByHand


@pytest.fixture
def ann(database_url: str, engine: Engine, rows: Rows) -> Iterator[Browser]:
    """Signed in; the seller has two offers up, one down with its source on sale, one down without, one held, one
    draft."""
    user_id = rows.user("ann")
    there, gone = rows.source("x111111"), rows.source("x222222", state="sold", reason="won")
    down = {"quantity": 0, "revision": 4, "pushed_revision": 4, "pushed_quantity": 0}
    rows.listing(user_id, there, "UP-1")
    rows.listing(user_id, there, "UP-2")
    rows.listing(user_id, there, "DOWN-1", **down)
    rows.listing(user_id, gone, "GONE-1", **down)
    rows.listing(user_id, gone, "HELD-1", hold_id=5)
    rows.listing(user_id, there, "DRAFT-1", listed=False)
    bob = rows.user("bob")
    rows.listing(bob, there, "BOB-1")
    with signed_in(database_url, engine, user_id) as browser:
        yield browser


def test_the_preview_counts_and_changes_nothing(ann: Browser, engine: Engine) -> None:
    before = by_sku(engine)
    page = ann.post("/listings/preview", action="withdraw", everything="true")

    assert '<b class="num">3</b>' in page.text  # HELD-1 is up, too.
    assert "3 of those chosen stay as they are" in page.text
    assert by_sku(engine) == before


def test_everything_that_matches_is_withdrawn_with_an_event_for_each(ann: Browser, engine: Engine) -> None:
    answer = ann.post("/listings/apply", action="withdraw", everything="true", q="up-")
    found = by_sku(engine)

    assert answer.status_code == 303
    assert {sku for sku, row in found.items() if row.quantity == 0} == {"UP-1", "UP-2", "DOWN-1", "GONE-1"}
    assert (found["UP-1"].revision, found["UP-1"].searching) == (2, False)
    with reading(engine) as connection:
        told = connection.execute(select(tables.listing_events)).all()
    assert [(event.kind, event.quantity_after, event.reason) for event in told] == [("withdrawn", 0, ByHand("ann"))] * 2


def test_what_was_previewed_otherwise_is_told(ann: Browser, engine: Engine) -> None:
    preview = ann.post("/listings/preview", action="withdraw", everything="true", q="up-").text
    answer = ann.post("/listings/apply", action="withdraw", everything="true", q="up-", previewed="3")
    same = ann.post("/listings/apply", action="put_up", everything="true", q="up-", previewed="2")

    assert '<input type="hidden" name="previewed" value="2">' in preview
    assert "previewed%3D3" in answer.headers["set-cookie"]
    assert "previewed" not in same.headers["set-cookie"]


def test_only_what_has_a_source_on_sale_goes_up_and_waits_for_a_fresh_look(ann: Browser, engine: Engine) -> None:
    before = by_sku(engine)
    ids = [before[sku].id for sku in ("DOWN-1", "GONE-1", "UP-1", "DRAFT-1")]
    ann.post("/listings/apply", action="put_up", listing=ids)
    found = by_sku(engine)

    assert {sku for sku in found if found[sku] != before[sku]} == {"DOWN-1"}
    assert (found["DOWN-1"].quantity, found["DOWN-1"].revision) == (1, 5)
    assert found["DOWN-1"].restored_at is not None


def test_drafts_are_taken_over_once_amazon_was_seen_to_have_them(ann: Browser, engine: Engine) -> None:
    answer = ann.post("/listings/apply", action="list", everything="true", view="draft")

    draft = by_sku(engine)["DRAFT-1"]
    with reading(engine) as connection:
        wanted = connection.execute(select(tables.pictures_wanted.c.listing_id)).scalars().all()
        [asked] = connection.execute(select(tables.listing_creations)).all()
    assert answer.headers["location"] == "/creations"
    assert not draft.listed
    assert (asked.listing_id, asked.way, asked.state) == (draft.id, "take_over", "waiting")
    assert [(event.listing_id, event.kind, event.reason, event.revision) for event in events(engine)] == [
        (draft.id, "taking_over", TakeOverAsked("ann"), 1)
    ]
    assert wanted == [draft.id], "its pictures are saved as an import's are"
    page = ann.get(f"/listings/{draft.id}").text
    assert "Being registered" in page
    assert "On sale" not in page


def test_what_amazon_is_deleting_is_not_listed_again(ann: Browser, engine: Engine, rows: Rows) -> None:
    draft = by_sku(engine)["DRAFT-1"]
    rows.add(
        tables.listing_removals, listing_id=draft.id, user_id=draft.user_id, wanted_at=draft.changed_at, attempts=0
    )
    ann.post("/listings/apply", action="list", everything="true", view="draft")
    ann.post("/listings/apply", action="list", listing=[draft.id])

    assert by_sku(engine)["DRAFT-1"] == draft


def test_listings_of_somebody_else_are_not_among_them(ann: Browser, engine: Engine) -> None:
    before = by_sku(engine)
    ann.post("/listings/apply", action="withdraw", listing=[before["BOB-1"].id])

    assert by_sku(engine)["BOB-1"] == before["BOB-1"]


def test_the_buttons_of_a_listing_are_those_that_make_sense(ann: Browser, engine: Engine) -> None:
    found = by_sku(engine)
    actions = {
        sku: [code for code in ("withdraw", "put_up", "list") if f'name="action" value="{code}"' in page]
        for sku, page in ((sku, ann.get(f"/listings/{found[sku].id}").text) for sku in found if sku != "BOB-1")
    }

    assert actions == {
        "UP-1": ["withdraw"],
        "UP-2": ["withdraw"],
        "DOWN-1": ["put_up"],
        "GONE-1": [],
        "HELD-1": ["withdraw"],
        "DRAFT-1": ["list"],
    }
