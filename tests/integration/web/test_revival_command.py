"""`mercarich revival`: what waits, why, a person's decision, and a seller's own values; each as a page and as JSON."""

import re
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import Engine, select
from tests.integration.web.conftest import Deeds, Mercarich
from tests.integration.web.rows import Rows, ago

from mercarich_db import tables
from mercarich_db.engine import reading
from mercarich_reasons.candidates import PriceAboveLimit


@pytest.fixture
def listing(rows: Rows) -> int:
    """Withdrawn, with one candidate refused and one proposed."""
    user_id = rows.user("hanako")
    old = rows.source("x222222", state="sold", reason="won", title="ニコン 50mm")
    values = {"quantity": 0, "searching": True, "withdrawn_at": ago(hours=2), "searched_at": ago(hours=1)}
    listing = rows.listing(user_id, old, "SKU-1", first_price_jpy=9_000, **values)
    found = {"marketplace": "yahoo", "title": "ニコン 50mm", "price_jpy": 8_000}
    for item_id, refused in (("x333333", None), ("x444444", "price")):
        seen = {**found, "item_id": item_id, "url": f"https://auctions.example/{item_id}", "searched_at": ago(hours=1)}
        why = {"refused_by": refused, "reason": PriceAboveLimit(12_000, 9_000) if refused else None}
        rows.add(tables.revival_candidates, listing_id=listing, **seen, **why)
    proposal = {**found, "item_id": "x333333", "url": "https://auctions.example/x333333", "at": ago(hours=1)}
    rows.add(tables.revivals, listing_id=listing, user_id=user_id, old_source_item_id=old, state="proposed", **proposal)
    return listing


def states(engine: Engine) -> list[tuple[str, str | None]]:
    with reading(engine) as connection:
        return [tuple(row) for row in connection.execute(select(tables.revivals.c.state, tables.revivals.c.decided_by))]


@pytest.mark.usefixtures("listing")
def test_what_waits_and_why_is_told(mercarich: Mercarich) -> None:
    waiting, told = mercarich.page("revival", "list"), mercarich.page("revival", "explain", "SKU-1")
    [one] = mercarich.json("revival", "list")
    explained = mercarich.json("revival", "explain", "SKU-1", "--username", "hanako")

    assert "SKU-1" in waiting
    assert "x333333" in waiting
    assert "12,000 yen is more than your limit of 9,000 yen" in told
    assert (one["sku"], one["item_id"], one["state"]) == ("SKU-1", "x333333", "proposed")
    assert [candidate["refused_by"] for candidate in explained["candidates"]] == [None, "price"]
    why = explained["candidates"][1]
    assert why["reason"] == "12,000 yen is more than your limit of 9,000 yen"
    assert why["reason_code"] == "price_above_limit"
    assert why["reason_values"] == {"cost_jpy": 12_000, "limit_jpy": 9_000}
    assert explained["searching"] is True


def test_an_undo_tells_when_it_was_made_and_in_the_zone_of_its_readers(mercarich: Mercarich, listing: int) -> None:
    before = datetime.now(ZoneInfo("Asia/Tokyo"))
    undone = mercarich.page("revival", "undo", "SKU-1", "--by", "yuki")
    after = datetime.now(ZoneInfo("Asia/Tokyo"))
    [found, decided] = [
        datetime.strptime(text, "%Y-%m-%d %H:%M:%S").replace(tzinfo=ZoneInfo("Asia/Tokyo"))
        for text in re.findall(r"(?:found|undone by yuki) (\d{4}-\d\d-\d\d \d\d:\d\d:\d\d) JST", undone)
    ]

    assert before.replace(microsecond=0) <= decided <= after
    assert timedelta(minutes=59) < decided - found < timedelta(minutes=61)
    assert "UTC" not in undone + mercarich.page("revival", "explain", "SKU-1")


def test_a_sentence_of_an_earlier_release_is_told_as_it_is(mercarich: Mercarich, rows: Rows, listing: int) -> None:
    seen = {"marketplace": "yahoo", "item_id": "x555555", "url": "https://auctions.example/x5", "searched_at": ago()}
    sentence = "1,900 yen is more than your limit of 1,000 yen"
    rows.add(tables.revival_candidates, listing_id=listing, refused_by="price", reason=sentence, **seen)

    assert f"refused by price: {sentence}" in mercarich.page("revival", "explain", "SKU-1")
    assert mercarich.json("revival", "explain", "SKU-1")["candidates"][2]["reason"] == sentence


@pytest.mark.usefixtures("listing")
@pytest.mark.parametrize(("word", "state"), [("approve", "approved"), ("undo", "undone")])
def test_a_word_is_kept_with_the_name_of_who_gave_it(
    mercarich: Mercarich, engine: Engine, word: str, state: str
) -> None:
    decided = mercarich.json("revival", word, "SKU-1", "--by", "yuki")

    assert (decided["item_id"], decided["state"]) == ("x333333", state)
    assert states(engine) == [(state, "yuki")]
    assert mercarich.json("revival", "list") == []


@pytest.mark.usefixtures("listing")
def test_a_seller_has_values_of_her_own_until_they_are_taken_back(mercarich: Mercarich, deeds: Deeds) -> None:
    changed = mercarich.page("revival", "set", "hanako", "REVIVAL_ASK_FIRST", "on", "--by", "yuki")
    [own] = [one for one in mercarich.json("revival", "settings", "hanako") if one["key"] == "REVIVAL_ASK_FIRST"]
    mercarich.page("revival", "set", "hanako", "REVIVAL_ASK_FIRST")
    [general] = [one for one in mercarich.json("revival", "settings", "hanako") if one["key"] == "REVIVAL_ASK_FIRST"]

    assert "REVIVAL_ASK_FIRST" in changed
    assert (own["own"], general["own"]) == (True, False)
    assert own["value"] != general["value"] == general["general"]
    assert deeds()[0] == ("rule_changed", "yuki", "hanako", "REVIVAL_ASK_FIRST: the general value → on")
    assert [detail for *_, detail in deeds()[1:]] == ["REVIVAL_ASK_FIRST: on → the general value"]
