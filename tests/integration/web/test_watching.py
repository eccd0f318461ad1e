"""A seller stops watching listings and resumes, and undoes a mistaken action."""

import re
from collections.abc import Iterator
from urllib.parse import unquote

import pytest
from sqlalchemy import Engine, update
from tests.integration.web.rows import Rows
from tests.integration.web.shops import by_sku, events, signed_in
from tests.integration.web.site import Browser

from mercarich_contracts.market import Reason, State
from mercarich_db.tables import listings, source_items
from mercarich_reasons.stock import ByHand, SourceSeen

DOWN = {"quantity": 0, "revision": 4, "pushed_revision": 4, "pushed_quantity": 0}


@pytest.fixture
def ann(database_url: str, engine: Engine, rows: Rows, kafka_bootstrap: str) -> Iterator[Browser]:
    """Two offers up, one that needs a replacement, one down by hand, one held, a draft; Bob has one."""
    user_id, bob = rows.user("ann"), rows.user("bob")
    there, gone = rows.source("x111111"), rows.source("x222222", state="sold", reason="won")
    rows.listing(user_id, there, "UP-1", listing_quantity=2, quantity=2)
    rows.listing(user_id, there, "UP-2")
    rows.listing(user_id, gone, "SOUGHT-1", searching=True, **DOWN)
    rows.listing(user_id, there, "DOWN-1", **DOWN)
    rows.listing(user_id, gone, "HELD-1", hold_id=5)
    rows.listing(user_id, there, "DRAFT-1", listed=False)
    rows.listing(bob, there, "BOB-1")
    with signed_in(database_url, engine, user_id, "ann", kafka_bootstrap) as browser:
        yield browser


def apply(ann: Browser, action: str, **fields: object) -> str:
    """Apply the action. Return the value for its undo, empty when it cannot be undone."""
    answer = ann.post("/listings/apply", action=action, **fields)
    assert answer.status_code == 303
    return unquote(answer.headers["set-cookie"]).partition(" undo=")[2].partition(";")[0].strip('"')


def test_what_is_up_comes_down_when_it_is_no_longer_watched(ann: Browser, engine: Engine) -> None:
    before = by_sku(engine)
    apply(ann, "stop_watching", everything="true")
    after = by_sku(engine)

    assert {sku for sku in after if after[sku] != before[sku]} == {"UP-1", "UP-2", "SOUGHT-1", "HELD-1"}
    for sku in ("UP-1", "UP-2", "HELD-1"):
        row = after[sku]
        assert (row.quantity, row.revision, row.hold_id, row.searching) == (0, 2, None, False), sku
        assert row.withdrawn_at == row.stopped_at is not None
    sought = after["SOUGHT-1"]
    assert (sought.quantity, sought.revision, sought.searching) == (0, 4, False), "nothing is to be pushed"
    assert {event.kind for event in events(engine)} == {"stopped"}


def test_the_preview_says_how_many_come_down(ann: Browser) -> None:
    page = ann.post("/listings/preview", action="stop_watching", everything="true").text

    assert '<b class="num">4</b>' in page
    assert "3 of them are up: Amazon shows quantity 0 first." in page


def test_watched_again_what_has_a_source_goes_up_and_the_rest_is_searched_for(ann: Browser, engine: Engine) -> None:
    apply(ann, "stop_watching", everything="true")
    apply(ann, "resume_watching", everything="true", view="stopped")
    found = by_sku(engine)

    assert (found["UP-1"].quantity, found["UP-1"].revision) == (2, 3)
    assert found["UP-1"].restored_at is not None, "it waits for a fresh look"
    assert (found["HELD-1"].quantity, found["HELD-1"].searching) == (0, True)
    assert [row.stopped_at for row in found.values()] == [None] * 7


def test_a_source_that_is_not_known_is_not_gone(ann: Browser, engine: Engine, rows: Rows) -> None:
    apply(ann, "stop_watching", everything="true")
    rows.change(update(source_items).where(source_items.c.item_id == "x111111").values(state="unknown"))
    apply(ann, "resume_watching", everything="true", view="stopped")
    found = by_sku(engine)["UP-1"]

    assert (found.quantity, found.searching) == (2, False)
    assert found.restored_at is not None, "it waits for a look that tells"


def test_nothing_but_resuming_puts_up_what_is_not_watched(ann: Browser, engine: Engine) -> None:
    apply(ann, "stop_watching", everything="true")
    before = by_sku(engine)
    for action in ("put_up", "withdraw", "check", "stop_watching", "list"):
        apply(ann, action, listing=[before["UP-1"].id])

    assert by_sku(engine)["UP-1"] == before["UP-1"]


def test_pages_tell_that_it_is_not_watched(ann: Browser, engine: Engine) -> None:
    apply(ann, "stop_watching", listing=[by_sku(engine)["UP-1"].id])
    table, page = ann.get("/listings?view=stopped").text, ann.get(f"/listings/{by_sku(engine)['UP-1'].id}").text

    assert "UP-1" in table
    assert "UP-2" not in table
    assert re.search(r'class="badge ">Not watched<', page)
    assert 'value="resume_watching"' in page
    assert "It is not watched" in page


def test_a_withdrawal_is_taken_back_by_the_button_of_its_message(ann: Browser, engine: Engine) -> None:
    before = by_sku(engine)
    apply(ann, "withdraw", listing=[before["UP-1"].id, before["UP-2"].id])
    page = ann.get("/listings").text
    form = page[page.index('action="/listings/undo"') :]
    at = re.search(r'name="at" value="([^"]+)"', form)
    assert at is not None
    ann.post("/listings/undo", at=at[1])
    after = by_sku(engine)

    for sku in ("UP-1", "UP-2"):
        assert after[sku].quantity == before[sku].quantity
        assert after[sku].revision == 3
        assert after[sku].restored_at is None, "it is sourced as well as it was a moment ago"
        assert after[sku].withdrawn_at is None
    assert 'action="/listings/undo"' not in ann.get("/listings").text, "it is offered once"


def test_stopping_is_taken_back_with_what_was_searched_for(ann: Browser, engine: Engine) -> None:
    at = apply(ann, "stop_watching", everything="true")
    ann.post("/listings/undo", at=at)
    found = by_sku(engine)

    assert {sku for sku, row in found.items() if row.searching} == {"SOUGHT-1", "HELD-1"}, "HELD-1 has lost its source"
    assert {sku for sku, row in found.items() if row.quantity} == {"UP-1", "UP-2", "DRAFT-1", "BOB-1"}
    assert {row.stopped_at for row in found.values()} == {None}


def test_only_what_nobody_has_changed_since_is_taken_back(ann: Browser, engine: Engine, rows: Rows) -> None:
    before = by_sku(engine)
    ids = [before["UP-1"].id, before["UP-2"].id]
    at = apply(ann, "withdraw", listing=ids)
    rows.change(update(listings).where(listings.c.id == ids[0]).values(revision=7))
    ann.post("/listings/undo", at=at)
    ann.post("/listings/undo", at=at)
    after = by_sku(engine)

    assert (after["UP-1"].quantity, after["UP-1"].revision) == (0, 7)
    assert (after["UP-2"].quantity, after["UP-2"].revision) == (1, 3), "once"


def test_what_lost_its_source_meanwhile_stays_down(ann: Browser, engine: Engine, rows: Rows) -> None:
    at = apply(ann, "withdraw", listing=[by_sku(engine)["UP-1"].id])
    rows.change(update(source_items).values(state="ended"))
    ann.post("/listings/undo", at=at)

    assert by_sku(engine)["UP-1"].quantity == 0


def test_a_check_s_withdrawal_and_another_seller_s_are_not_taken_back(ann: Browser, engine: Engine, rows: Rows) -> None:
    at = apply(ann, "withdraw", listing=[by_sku(engine)["UP-1"].id])
    found = by_sku(engine)
    when = found["UP-1"].changed_at
    down = {"quantity": 0, "revision": 2}
    for sku in ("UP-2", "BOB-1"):
        rows.change(update(listings).where(listings.c.sku == sku).values(**down))
    event = {"revision": 2, "quantity_before": 1, "quantity_after": 0, "at": when}
    rows.event(
        found["UP-2"].id, "withdrawn", user_id=found["UP-2"].user_id, reason=SourceSeen(State.SOLD, Reason.WON), **event
    )
    rows.event(found["BOB-1"].id, "withdrawn", user_id=found["BOB-1"].user_id, reason=ByHand("bob"), **event)
    ann.post("/listings/undo", at=at)

    assert {sku: row.quantity for sku, row in by_sku(engine).items() if "UP" in sku or "BOB" in sku} == {
        "UP-1": 2,
        "UP-2": 0,
        "BOB-1": 0,
    }


@pytest.mark.parametrize("at", ["", "yesterday", "2026-11-25T10:00:00"])
def test_what_is_no_time_of_an_action_is_refused(ann: Browser, at: str) -> None:
    assert ann.post("/listings/undo", at=at).status_code == 422
