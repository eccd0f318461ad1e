"""A seller has offers created at Amazon: the form, many at once, the search of the catalogue, and the progress."""

from collections.abc import Iterator
from typing import Any

import orjson
import pytest
from sqlalchemy import Engine, select, update
from tests.integration.web.rows import NOW, Rows
from tests.integration.web.shops import by_sku, events, signed_in
from tests.integration.web.site import Browser

from mercarich_db import tables
from mercarich_db.engine import reading, run_tx
from mercarich_reasons.creations import (
    AsinMissing,
    CreationAsked,
    ExcludedWordInOffer,
    SoldAsNothing,
)


def creations(engine: Engine) -> dict[int, Any]:
    with reading(engine) as connection:
        return {row.listing_id: row for row in connection.execute(select(tables.listing_creations))}


@pytest.fixture
def ann(database_url: str, engine: Engine, rows: Rows) -> Iterator[Browser]:
    """Signed in; three drafts, of which one has no ASIN and one an excluded word, and a fee of 15 %."""
    user_id = rows.user("ann")
    known = {"price_jpy": 1_000, "postage_jpy": 700, "condition_code": 3}
    rows.listing(user_id, rows.source("x111111", **known), "DRAFT-1", listed=False, asin="B0EXAMPLE1", title="ソニー")
    rows.listing(user_id, rows.source("x222222", **known), "DRAFT-2", listed=False, title="任天堂")
    rows.listing(
        user_id, rows.source("x333333", **known), "DRAFT-3", listed=False, asin="B0EXAMPLE3", title="GUCCI 財布"
    )
    rows.listing(user_id, rows.source("x444444", **known), "UP-1")
    rows.add(tables.excluded_words, user_id=user_id, word="gucci")
    with signed_in(database_url, engine, user_id) as browser:
        yield browser


def test_many_drafts_at_once_are_asked_for_or_told_why_not(ann: Browser, engine: Engine) -> None:
    answer = ann.post("/listings/apply", action="create", everything="true")

    found, made = by_sku(engine), creations(engine)
    assert answer.headers["location"] == "/creations"
    asked = made[found["DRAFT-1"].id]
    assert (asked.state, asked.asin, asked.condition_type, asked.price_jpy) == (
        "waiting",
        "B0EXAMPLE1",
        "used_very_good",
        2_270,
    )
    assert (asked.handling_days, asked.quantity, asked.attempts) == (4, 1, 0)
    assert found["DRAFT-1"].offer_price_jpy == 2_270
    assert made[found["DRAFT-2"].id].problem == AsinMissing()
    assert made[found["DRAFT-3"].id].problem == ExcludedWordInOffer("gucci")
    assert {made[found[sku].id].state for sku in ("DRAFT-2", "DRAFT-3")} == {"refused"}
    assert found["UP-1"].id not in made
    assert sorted(event.kind for event in events(engine)) == ["not_registered", "not_registered", "registering"]
    assert not any(found[sku].listed for sku in ("DRAFT-1", "DRAFT-2", "DRAFT-3"))


def test_the_page_says_that_it_is_being_registered_and_never_on_sale(ann: Browser, engine: Engine) -> None:
    ann.post("/listings/apply", action="create", everything="true")
    found = by_sku(engine)

    page = ann.get(f"/listings/{found['DRAFT-1'].id}").text
    assert "Being registered" in page
    assert "On sale" not in page
    assert "the title or note has the excluded word “gucci”" in ann.get(f"/listings/{found['DRAFT-3'].id}").text
    table = ann.get("/listings?view=registering").text
    assert "DRAFT-1" in table
    assert "DRAFT-2" not in table


def test_progress_is_shown_until_all_is_done(ann: Browser, engine: Engine) -> None:
    ann.post("/listings/apply", action="create", everything="true")
    page = ann.get("/creations").text

    assert 'hx-get="/creations/part"' in page
    assert "no product of Amazon is chosen" in page
    table = tables.listing_creations
    ended = update(table).values(state="created", ended_at=NOW, problem=None)
    run_tx(engine, lambda connection: connection.execute(ended))
    assert "hx-get" not in ann.get("/creations/part").text


def test_the_form_has_the_price_by_the_rules_and_takes_what_the_seller_chooses(ann: Browser, engine: Engine) -> None:
    draft = by_sku(engine)["DRAFT-2"].id
    form = ann.get(f"/creations/{draft}").text
    assert 'value="2270"' in form

    chosen = {"asin": "https://www.amazon.co.jp/dp/B0EXAMPLE9", "condition": "used_good", "price_jpy": "3000"}
    answer = ann.post(f"/creations/{draft}", **chosen, note="箱なし", handling_days="6")
    assert answer.headers["location"] == "/creations"
    asked = creations(engine)[draft]
    assert (asked.asin, asked.condition_type, asked.condition_note) == ("B0EXAMPLE9", "used_good", "箱なし")
    assert (asked.price_jpy, asked.handling_days) == (3_000, 6)
    [event] = events(engine)
    assert event.reason == CreationAsked("B0EXAMPLE9", asked.condition_type, 3_000, "ann")
    with reading(engine) as connection:
        deeds = connection.execute(select(tables.audit_log.c.action)).scalars().all()
    assert "listings_create" in deeds


@pytest.mark.parametrize(
    ("chosen", "told"),
    [
        ({"asin": "x"}, "“x” is no ASIN"),
        ({"price_jpy": "100"}, "would be a loss"),
        ({"note": "Gucci風"}, "excluded word"),
    ],
)
def test_what_cannot_be_is_told_on_the_form_and_nothing_is_asked(
    ann: Browser, engine: Engine, chosen: dict[str, str], told: str
) -> None:
    draft = by_sku(engine)["DRAFT-1"].id
    given = {"asin": "B0EXAMPLE1", "condition": "used_good", "price_jpy": "3000", "handling_days": "4"}
    answer = ann.post(f"/creations/{draft}", **{**given, **chosen})

    assert answer.status_code == 409
    assert told in answer.text
    assert draft not in creations(engine) or creations(engine)[draft].state == "refused"


def test_a_listing_that_is_being_registered_can_be_asked_for_no_second_time(ann: Browser, engine: Engine) -> None:
    draft = by_sku(engine)["DRAFT-1"].id
    ann.post("/listings/apply", action="create", listing=[draft])
    ann.post("/listings/apply", action="create", listing=[draft])
    ann.post("/listings/apply", action="list", listing=[draft])
    ann.post("/listings/apply", action="delete", listing=[draft])

    assert ann.get(f"/creations/{draft}").status_code == 404
    assert [event.kind for event in events(engine)] == ["registering"]


def test_a_refused_draft_can_be_asked_for_again(ann: Browser, engine: Engine) -> None:
    draft = by_sku(engine)["DRAFT-2"].id
    ann.post("/listings/apply", action="create", listing=[draft])
    ann.post(f"/creations/{draft}", asin="B0EXAMPLE2", condition="used_good", price_jpy="3000", handling_days="4")

    assert creations(engine)[draft].state == "waiting"
    assert [event.kind for event in events(engine)] == ["not_registered", "registering"]


def test_the_catalogue_is_searched_by_feed_and_what_it_found_is_chosen(ann: Browser, engine: Engine) -> None:
    draft = by_sku(engine)["DRAFT-2"].id
    answer = ann.post(f"/creations/{draft}/search", query="4901234567894")
    page = ann.get(answer.headers["location"]).text
    assert "Searching Amazon" in page

    table = tables.catalog_searches
    with reading(engine) as connection:
        asked = connection.execute(select(table)).one()
    assert (asked.query, asked.is_code) == ("4901234567894", True)
    product = {"asin": "B0FOUND001", "title": "任天堂 <b>", "brand": "任天堂", "picture_url": None}
    done = update(table).values(done_at=NOW, found=orjson.dumps([product]).decode())
    run_tx(engine, lambda connection: connection.execute(done))
    part = ann.get(f"/creations/{draft}/found?search={asked.id}").text
    assert f"/creations/{draft}?search={asked.id}&amp;asin=B0FOUND001" in part
    assert "<b>" not in part
    assert 'value="B0FOUND001"' in ann.get(f"/creations/{draft}?search={asked.id}&asin=B0FOUND001").text


def test_a_condition_that_is_not_known_is_chosen_by_a_person(ann: Browser, engine: Engine, rows: Rows) -> None:
    source = rows.source("x555555", price_jpy=1_000, postage_jpy=0)
    rows.listing(1, source, "DRAFT-9", listed=False, asin="B0EXAMPLE9")
    ann.post("/listings/apply", action="create", everything="true", q="DRAFT-9")

    assert creations(engine)[by_sku(engine)["DRAFT-9"].id].problem == SoldAsNothing()
