"""The rule that approves replacements by itself, on its pages: the last month tried before it is saved, the filter."""

import re
from datetime import datetime, timedelta

import pytest
from sqlalchemy import Engine, insert, update
from tests.integration.web.rows import Rows, ago
from tests.integration.web.site import Browser
from tests.integration.web.test_api import ALL, key_of
from tests.integration.web.test_many_replacements import sent, skus, states

from mercarich_db import tables
from mercarich_web.site.formats import moment

FACTS = {"proposed": True, "alike_parts": 5_000, "postage_jpy": 0, "rating_good": 100, "rating_bad": 0}
FACTS |= {"condition_code": 3, "first_price_jpy": 1_000, "first_condition_code": 3, "price_jpy": 900}


def found(rows: Rows, seller: int, id: int, *, searching: bool = True, **more: object) -> None:
    """Propose an item for a listing of its own; the keywords change the replacement."""
    source = rows.source(f"gone{id}", state="sold", reason="won", condition_code=3)
    offer = {"user_id": seller, "source_item_id": source, "marketplace": "yahoo", "listed": True, "listing_quantity": 1}
    offer |= {"created_at": ago(days=90), "changed_at": ago(hours=2), "quantity": 0, "revision": 2}
    offer |= {"searching": searching, "pushed_revision": 2, "pushed_quantity": 0, "push_attempts": 0, "orphan": False}
    rows.change(insert(tables.listings).values(id=id, sku=f"A-{id}", first_price_jpy=1_000, **offer))
    values = {"listing_id": id, "user_id": seller, "state": "proposed", "marketplace": "yahoo", "item_id": f"n{id}"}
    values |= {"url": f"https://items.example/n{id}", "old_source_item_id": source, "at": ago(hours=1)}
    rows.change(insert(tables.revivals).values(**values | FACTS | more))


@pytest.fixture
def month(rows: Rows, ann_id: int) -> int:
    """What the general rule approves by its facts, with each outcome; and what it leaves, or cannot know."""
    decided = {"decided_at": ago(days=2), "decided_by": "ann", "at": ago(days=3)}
    found(rows, ann_id, 1)
    found(rows, ann_id, 2, state="applied", **decided)
    found(rows, ann_id, 3, state="lapsed", **decided)  # approved, and gone when it was looked at once more
    found(rows, ann_id, 4, state="undone", **decided)
    found(rows, ann_id, 5, state="lapsed", at=ago(days=4))
    found(rows, ann_id, 6, searching=False, at=ago(days=5))
    found(rows, ann_id, 7, state="applied", at=ago(days=6), decided_at=ago(days=6), rule_approved_at=ago(days=6))
    found(rows, ann_id, 8, price_jpy=1_001)
    found(rows, ann_id, 9, at=ago(days=31))
    found(rows, ann_id, 10, state="applied", proposed=False)  # went up at once
    found(rows, ann_id, 11, **dict.fromkeys(FACTS), state="undone", decided_at=ago(days=2), decided_by="ann")
    return ann_id


def tried(ann: Browser, **values: str) -> str:
    """Return the preview of the rule, with words only."""
    text = ann.post("/rules/preview", **({"REVIVAL_APPROVE": "on"} | values)).text
    part = text.partition('id="approvals"')[2].partition("By what was known")[0]
    return " ".join(re.sub(r"<[^>]+>", " ", part).split())


def test_the_preview_tells_what_the_rule_would_have_approved_and_what_became_of_it(ann: Browser, month: int) -> None:
    told = tried(ann)

    assert "7 replacements would have been approved by themselves of 9 that waited for you." in told
    assert "For 1 it is not known: an earlier release found it" in told
    for outcome in ("approved by hand 2", "declined by hand 1", "nobody decided in time 2", "approved by the rule 1"):
        assert outcome in told
    assert "waits for you 1" in told
    assert re.findall(r"A-\d+", told) == ["A-1", "A-4", "A-3", "A-2", "A-5", "A-6", "A-7"]


def test_the_preview_goes_by_what_is_typed_and_saves_nothing(ann: Browser, month: int) -> None:
    assert "8 replacements would have been" in tried(ann, REVIVAL_APPROVE_ABOVE_JPY="1")
    assert "0 replacements would have been" in tried(ann, REVIVAL_APPROVE_RATINGS="101")
    assert 'id="approvals"' not in ann.post("/rules/preview").text
    assert 'name="REVIVAL_APPROVE_ABOVE_JPY" value="0"' in ann.get("/rules").text


def test_a_preview_of_nothing_that_can_be_used_says_what_was_expected(ann: Browser, month: int) -> None:
    answer = ann.post("/rules/preview", REVIVAL_APPROVE="on", REVIVAL_APPROVE_A_DAY="many")
    assert "This value cannot be used." in answer.text
    assert 'id="approvals"' not in answer.text


def test_the_preview_shows_ten_of_more(ann: Browser, rows: Rows, ann_id: int) -> None:
    for id in range(1, 13):
        found(rows, ann_id, id, at=ago(hours=id))

    told = tried(ann)

    assert "12 replacements would have been" in told
    assert "The first 10 of 12." in told
    assert re.findall(r"A-\d+", told) == [f"A-{id}" for id in range(1, 11)]


def test_another_sellers_replacements_are_in_no_preview(ann: Browser, rows: Rows) -> None:
    found(rows, rows.user("bob"), 1)
    assert "0 replacements would have been" in tried(ann)


def test_the_filter_splits_what_waits_and_all_that_the_rule_would_approve_are_decided_at_once(
    ann: Browser, rows: Rows, ann_id: int, engine: Engine
) -> None:
    """The rule's conditions serve where it is off, too. Excluded sellers are never among them."""
    for id in range(1, 4):
        found(rows, ann_id, id)
    found(rows, ann_id, 4, rating_good=1)
    found(rows, ann_id, 5, seller_id="banned")
    rows.change(insert(tables.excluded_sellers).values(user_id=ann_id, marketplace="yahoo", seller_id="banned"))

    assert skus(ann.get("/replacements?rule=approves").text) == ["A-1", "A-2", "A-3"]
    left = ann.get("/replacements?rule=leaves").text
    assert skus(left) == ["A-4", "A-5"]
    assert "has 1 ratings, fewer than 20" in left

    form = sent(ann.get("/replacements/all?rule=approves").text)
    assert form["rule"] == "approves"
    rows.change(update(tables.revivals).where(tables.revivals.c.listing_id == 2).values(rating_good=None))
    ann.post("/replacements/all", **form)
    assert states(engine) == {"approved": 2, "proposed": 3}


def test_the_cards_say_what_the_rule_misses_once_it_is_on(ann: Browser, rows: Rows, ann_id: int) -> None:
    found(rows, ann_id, 1)
    found(rows, ann_id, 2, postage_jpy=None)
    assert "Your rule leaves it to you" not in ann.get("/replacements").text

    choose(rows, ann_id, REVIVAL_APPROVE="on")

    text = ann.get("/replacements").text
    assert text.count("fulfils your rule") == 1
    assert "Your rule leaves it to you: its price or its postage is not known" in text


def choose(rows: Rows, seller: int, **values: str) -> None:
    stamp = {"updated_at": ago(days=1), "updated_by": "ann"}
    own = [{"user_id": seller, "key": key, "value": value, **stamp} for key, value in values.items()]
    rows.change(insert(tables.seller_settings).values(own))


def approved(rows: Rows, seller: int, id: int, at: datetime) -> None:
    """By the rule, and it is up."""
    found(rows, seller, id, state="applied", searching=False, decided_at=at, rule_approved_at=at)


@pytest.mark.parametrize("language", ["en", "ja"])
def test_the_page_tells_that_the_days_number_is_used_up_and_when_the_rule_goes_on(
    ann: Browser, rows: Rows, ann_id: int, language: str
) -> None:
    """The number was three when three were approved: with two, the rule goes on when the second newest is a day old."""
    choose(rows, ann_id, REVIVAL_APPROVE="on", REVIVAL_APPROVE_A_DAY="2")
    for id, hours in ((1, 23), (2, 20), (3, 5)):
        approved(rows, ann_id, id, ago(hours=hours))
    found(rows, ann_id, 4)
    ann.client.cookies.set("language", language)

    text = ann.get("/replacements").text

    goes_on = moment(ago(hours=20) + timedelta(hours=24), language)
    told = {
        "en": (f"Until {goes_on} it approves nothing", "fulfils your rule, whose number is used up"),
        "ja": (f"{goes_on}までは自動で承認しません", "条件を満たしていますが、件数の上限に達しています"),
    }
    assert all(part in text for part in told[language]), text


def test_the_rule_has_room_once_an_approval_is_a_day_old(ann: Browser, rows: Rows, ann_id: int) -> None:
    choose(rows, ann_id, REVIVAL_APPROVE="on", REVIVAL_APPROVE_A_DAY="1")
    approved(rows, ann_id, 1, ago(hours=24, minutes=1))
    approved(rows, rows.user("bob"), 2, ago(hours=1))
    found(rows, ann_id, 3)

    text = ann.get("/replacements").text

    assert ">fulfils your rule<" in text
    assert "it approves nothing" not in text
    assert "before you or your rule approve it" in text


def test_a_number_of_none_is_told_and_a_rule_that_is_off_tells_of_no_number(
    ann: Browser, rows: Rows, ann_id: int
) -> None:
    choose(rows, ann_id, REVIVAL_APPROVE_A_DAY="0")
    found(rows, ann_id, 1)
    off = ann.get("/replacements?rule=approves").text
    choose(rows, ann_id, REVIVAL_APPROVE="on")
    on = ann.get("/replacements").text

    assert ">fulfils your rule<" in off
    assert "number within 24 hours is 0" not in off
    assert "Your rule approves nothing by itself: its number within 24 hours is 0." in on
    assert "fulfils your rule, whose number is used up" in on


def test_the_api_tells_when_the_rule_goes_on(ann: Browser, rows: Rows, ann_id: int) -> None:
    choose(rows, ann_id, REVIVAL_APPROVE="on", REVIVAL_APPROVE_A_DAY="1")
    found(rows, ann_id, 1)
    ann.get("/account/keys")
    program = {"Authorization": f"Bearer {key_of(ann, *ALL)}"}
    before = ann.client.get("/api/v1/replacements", headers=program).json()
    approved(rows, ann_id, 2, ago(hours=23))
    after = ann.client.get("/api/v1/replacements", headers=program).json()

    assert (before["rule_is_used_up"], before["rule_goes_on_at"]) == (False, None)
    assert after["rule_is_used_up"] is True
    assert datetime.fromisoformat(after["rule_goes_on_at"]) == ago(hours=23) + timedelta(hours=24)


def test_the_api_tells_each_condition_that_is_missed_by_its_code(ann: Browser, rows: Rows, ann_id: int) -> None:
    found(rows, ann_id, 1)
    found(rows, ann_id, 2, price_jpy=1_001, alike_parts=2_999)
    ann.get("/account/keys")
    program = {"Authorization": f"Bearer {key_of(ann, *ALL)}"}
    told = ann.client.get("/api/v1/replacements", headers=program).json()
    approves = ann.client.get("/api/v1/replacements?rule=approves", headers=program).json()

    assert told["rule_is_on"] is False
    assert [one["rule_misses"] for one in told["replacements"]] == [
        [],
        [
            {
                "reason": "29 % of the features are alike, less than 30 %",
                "reason_code": "alike_too_little",
                "reason_values": {"alike_percent": 29, "least_percent": 30},
            },
            {
                "reason": "1,001 yen with postage, more than 1,000 yen (first source: 1,000 yen)",
                "reason_code": "too_far_above_first",
                "reason_values": {"cost_jpy": 1001, "most_jpy": 1000, "first_jpy": 1000},
            },
        ],
    ]
    assert [one["sku"] for one in approves["replacements"]] == ["A-1"]
