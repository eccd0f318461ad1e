"""`mercarich explain SKU`: the whole history of one offer."""

import re
from datetime import datetime, timedelta

import pytest
from tests.integration.web.conftest import Mercarich
from tests.integration.web.operating.test_sellers_and_tokens import link_amazon
from tests.integration.web.rows import Rows, ago

from mercarich_contracts.events import EventKind
from mercarich_db import tables
from mercarich_reasons.push import CameBackAgain, NotShown, UnknownSku
from mercarich_web.listings.terminal import TOLD


def test_an_offer_that_was_not_read_at_amazon_is_not_said_to_be_on_sale(mercarich: Mercarich, rows: Rows) -> None:
    rows.listing(rows.user("yuki"), rows.source("x1", state="unknown"), "TOLD-1", pushed_quantity=None)

    told = mercarich("explain", "TOLD-1")

    assert "what Amazon shows of it is still to be read" in " ".join(told.stdout.split())
    assert "on sale" not in told.stdout.lower()


def test_a_withdrawn_offer_is_explained_by_its_evidence(mercarich: Mercarich, rows: Rows) -> None:
    listing = _withdrawn(rows)

    told = mercarich.json("explain", "SKU-1")

    assert told["why"] == "It is withdrawn: its source was seen as sold (won)."
    assert told["next"].startswith("Another source is searched for until ")
    assert told["evidence"] | {"id": 0, "fetched_at": ""} == {
        "id": 0,
        "state": "sold",
        "reason": "won",
        "url": "https://auctions.example/x1",
        "http_status": 200,
        "extract": "status=closed winner=yes",
        "parser_version": "yahoo-1",
        "fetched_at": "",
        "body_sha256": "ab" * 32,
    }
    assert [event["kind"] for event in told["events"]] == ["a_kind_of_tomorrow", "push_accepted", "withdrawn"]
    assert [(push["lane"], push["result"], push["revision"]) for push in told["pushes"]] == [("patch", "accepted", 2)]
    assert (told["offer"]["id"], told["offer"]["pushed_quantity"]) == (listing, 0)
    assert told["hold"] is None


def test_the_page_has_the_evidence_and_times_of_tokyo(mercarich: Mercarich, rows: Rows) -> None:
    _withdrawn(rows)

    rows.change(tables.listings.update().values(first_price_jpy=1200))
    page = mercarich.page("explain", "SKU-1")

    assert "first source's price  ¥1,200" in page
    assert re.search(r"in our books since +\d{4}-\d\d-\d\d", page)
    for part in ("https://auctions.example/x1", "status=closed winner=yes", "yahoo-1", "ab" * 32, "1 → 0"):
        assert part in page
    assert re.search(r"fetched +\d{4}-\d\d-\d\d \d\d:\d\d:\d\d JST", page)


def test_a_page_that_is_not_on_a_terminal_is_plain_and_what_a_marketplace_wrote_cannot_steer_one(
    mercarich: Mercarich, rows: Rows
) -> None:
    source = rows.source("x1", title="\x1b[31m[bold]新品\x1b]0;owned\x07")
    rows.listing(rows.user("hanako"), source, "SKU-1")

    page = mercarich.page("explain", "SKU-1")

    assert "[bold]新品" in page
    assert "\x1b" not in page
    assert "\x07" not in page


def test_what_amazon_said_is_told_in_a_sentence(mercarich: Mercarich, rows: Rows) -> None:
    failed = {"push_problem": NotShown(1), "push_attempts": 2, "push_failed_revision": 2}
    listing = rows.listing(rows.user("hanako"), rows.source("x1"), "SKU-1", quantity=0, revision=2, **failed)
    rows.event(listing, EventKind.READBACK_MISMATCH, reason=NotShown(1))
    carried = {"submission_id": 1, "listing_id": listing, "revision": 2, "quantity": 0, "result": "rejected"}
    feed = {"user_id": 1, "lane": "feed", "items": 1, "accepted": 0, "rejected": 1, "created_at": ago(minutes=9)}
    rows.add(tables.submissions, **feed, id=1, state="done")
    rows.add(tables.submission_items, **carried, issue=UnknownSku("no such SKU", "13013"))

    told, page = mercarich.json("explain", "SKU-1"), mercarich.page("explain", "SKU-1")

    assert told["offer"]["push_problem"] == told["events"][0]["reason"] == "accepted, but Amazon shows 1"
    assert told["pushes"][0]["issue"] == "Amazon does not know this SKU: no such SKU (code 13013)"
    assert "accepted, but Amazon shows 1 (tries: 2)" in page
    assert "no such SKU" in page


def test_an_offer_that_is_held_says_what_lets_it_go(mercarich: Mercarich, rows: Rows) -> None:
    hold = rows.hold(rows.run(1))
    source = rows.source("x1", state="sold", reason="won")
    rows.listing(rows.user("hanako"), source, "SKU-1", hold_id=hold)

    told = mercarich.json("explain", "SKU-1")

    assert told["why"] == f"Its source was seen as sold (won), but hold {hold} keeps the offer up: 30 of 60 fell"
    assert f"`mercarich hold release {hold}`" in told["next"]
    assert told["hold"]["listings"] == 1


def test_an_offer_without_a_decision_shows_what_was_last_seen(mercarich: Mercarich, rows: Rows) -> None:
    source = rows.source("x1")
    seen = rows.evidence(source, state="available", reason=None)
    rows.change(tables.source_items.update().values(evidence_id=seen))
    rows.listing(rows.user("hanako"), source, "SKU-1")

    told = mercarich.json("explain", "SKU-1")

    assert told["evidence"]["id"] == seen
    assert told["why"] == "It is on sale: its source was seen as available."


def test_a_sku_of_two_sellers_wants_a_username(mercarich: Mercarich, rows: Rows) -> None:
    for name in ("taro", "hanako"):
        rows.listing(rows.user(name), rows.source(f"x-{name}"), "SKU-1")

    refused = mercarich("explain", "SKU-1")
    told = mercarich.json("explain", "SKU-1", "--username", "taro")

    assert refused.returncode == 2
    assert refused.stderr == "mercarich: 2 sellers have the SKU SKU-1: hanako, taro; add --username NAME\n"
    assert told["offer"]["username"] == "taro"
    assert told["source"]["item_id"] == "x-taro"


def test_an_unknown_sku_is_a_sentence(mercarich: Mercarich, rows: Rows) -> None:
    rows.listing(rows.user("hanako"), rows.source("x1"), "SKU-1")

    other_case = mercarich("explain", "sku-1")
    other_seller = mercarich("explain", "SKU-1", "--username", "taro")

    assert (other_case.returncode, other_case.stderr) == (1, "mercarich: there is no listing with the SKU sku-1\n")
    assert other_seller.stderr == "mercarich: there is no listing of taro with the SKU SKU-1\n"


@pytest.mark.parametrize("kind", list(EventKind))
def test_each_kind_of_event_is_told_in_words(mercarich: Mercarich, rows: Rows, kind: EventKind) -> None:
    listing = rows.listing(rows.user("hanako"), rows.source("x1"), "SKU-1")
    rows.event(listing, kind, reason="because")

    page = mercarich.page("explain", "SKU-1")

    assert TOLD[kind] in page
    assert "because" in page
    assert mercarich.json("explain", "SKU-1")["events"][0]["kind"] == kind


def test_the_search_for_another_source_and_what_it_refused_and_found_are_shown(
    mercarich: Mercarich, rows: Rows
) -> None:
    listing = _withdrawn(rows)
    judged = {"listing_id": listing, "searched_at": ago(minutes=5), "marketplace": "yahoo", "url": "https://a.example"}
    for number, refused_by in enumerate(["price", "rating", "price", None]):
        rows.add(tables.revival_candidates, **judged, item_id=f"n{number}", refused_by=refused_by, reason="because")
    found = {"listing_id": listing, "user_id": 1, "marketplace": "yahoo", "url": "https://a.example"}
    proposed = {"item_id": "n3", "state": "proposed", "price_jpy": 900, "old_source_item_id": 1, "at": ago(minutes=5)}
    rows.add(tables.revivals, **found, **proposed)
    own = {"user_id": 1, "key": "REVIVAL_DAYS", "value": "5", "updated_at": ago(days=1), "updated_by": "hanako"}
    rows.add(tables.seller_settings, **own)
    rows.change(tables.listings.update().values(searched_at=ago(minutes=5)))

    told = mercarich.json("explain", "SKU-1")
    page = mercarich.page("explain", "SKU-1")

    assert told["next"] == "A replacement waits for a person: `mercarich revival approve SKU-1`."
    assert told["search"]["refusals"] == [{"by": "price", "candidates": 2}, {"by": "rating", "candidates": 1}]
    assert [(each["item_id"], each["state"]) for each in told["search"]["found"]] == [("n3", "proposed")]
    assert datetime.fromisoformat(told["search"]["until"]) == ago(minutes=8) + timedelta(days=5)
    assert "price 2, rating 1" in page
    assert "yahoo n3" in page


def test_a_deleted_offer_tells_what_amazon_shows_and_what_was_done_about_it(mercarich: Mercarich, rows: Rows) -> None:
    times = {"created_at": ago(days=3), "removed_at": ago(days=1), "next_read_at": ago(hours=-1), "attempts": 0}
    back = {
        "shown": 2,
        "read_at": ago(minutes=2),
        "returns": 2,
        "came_back_at": ago(hours=2),
        "zeroed_at": ago(hours=5),
        "zero_shown_at": ago(hours=4),
    }
    user = rows.user("hanako")
    rows.add(tables.removed_offers, user_id=user, sku="SKU-1", listing_id=7, **times, **back, reason=CameBackAgain(2))
    for at in (ago(days=5), ago(days=2), ago(hours=3)):  # The first and the last are of other listings with this id.
        rows.add(tables.listing_events, listing_id=7, user_id=user, at=at, kind=EventKind.DELETED)

    told, page = mercarich.json("explain", "SKU-1"), mercarich.page("explain", "SKU-1")

    assert (told["shown"], told["returns"], told["reason_code"]) == (2, 2, "came_back_again")
    assert [datetime.fromisoformat(event["at"]) for event in told["events"]] == [ago(days=2)]
    assert "SKU-1 of hanako: deleted" in page
    assert "deleted here and set to 0, but Amazon shows 2 again" in page
    assert re.search(r"came back +2 times", page)
    assert datetime.fromisoformat(told["zero_shown_at"]) == ago(hours=4)
    assert re.search(r"0 sent +\S.*\n.*0 seen there +\S", page)


def test_a_draft_with_the_sku_of_a_deleted_offer_is_told_as_that_until_it_is_an_offer(
    mercarich: Mercarich, rows: Rows
) -> None:
    user, times = (
        rows.user("hanako"),
        {"created_at": ago(days=3), "removed_at": ago(days=1), "next_read_at": ago(hours=-1)},
    )
    listing = rows.listing(user, rows.source("x1"), "SKU-1", listed=False)
    rows.add(tables.removed_offers, user_id=user, sku="SKU-1", listing_id=listing, **times, returns=0, attempts=0)
    assert mercarich.json("explain", "SKU-1")["returns"] == 0
    rows.change(tables.listings.update().values(listed=True))
    assert mercarich.json("explain", "SKU-1")["offer"]["id"] == listing


def test_a_deleted_sku_of_two_sellers_wants_a_username(mercarich: Mercarich, rows: Rows) -> None:
    times = {"created_at": ago(days=3), "removed_at": ago(days=1), "next_read_at": ago(hours=-1)}
    for name in ("taro", "hanako"):
        key = {"user_id": rows.user(name), "sku": "SKU-1", "listing_id": 7}
        rows.add(tables.removed_offers, **key, **times, returns=0, attempts=0)

    assert "2 sellers have the SKU SKU-1: hanako, taro" in mercarich("explain", "SKU-1").stderr
    assert mercarich.json("explain", "SKU-1", "--username", "taro")["username"] == "taro"


def test_a_push_that_waits_for_a_refused_token_says_so(mercarich: Mercarich, rows: Rows) -> None:
    source = rows.source("x1", state="sold", reason="won")
    user = rows.user("hanako")
    rows.listing(user, source, "SKU-1", quantity=0, revision=2, withdrawn_at=ago(minutes=8), searching=True)
    token = {"token_verdict": "invalid", "token_reason": "invalid_grant", "token_checked_at": ago(minutes=3)}
    rows.add(tables.amazon_accounts, user_id=user, seller_id="A1", marketplace_id="A1VC", refresh_token="x", **token)

    told = mercarich.json("explain", "SKU-1")

    assert "Amazon refuses the token (invalid_grant)" in told["next"]
    assert told["account"]["verdict"] == "invalid"
    assert "refused (invalid_grant)" in mercarich.page("explain", "SKU-1")


def _withdrawn(rows: Rows) -> int:
    source = rows.source("x1", state="sold", reason="won", checked_at=ago(minutes=9))
    evidence = rows.evidence(source)
    values = {"quantity": 0, "revision": 2, "pushed_revision": 2, "pushed_quantity": 0, "withdrawn_at": ago(minutes=8)}
    listing = rows.listing(rows.user("hanako"), source, "SKU-1", searching=True, **values)
    change = {"quantity_before": 1, "quantity_after": 0, "revision": 2}
    rows.event(listing, "withdrawn", evidence_id=evidence, reason="sold: won", **change)
    rows.event(listing, "push_accepted")
    rows.event(listing, "a_kind_of_tomorrow")
    counts = {"items": 1, "accepted": 1, "rejected": 0, "created_at": ago(minutes=8), "ended_at": ago(minutes=8)}
    push = rows.add(tables.submissions, user_id=1, lane="patch", state="done", **counts)
    item = {"listing_id": listing, "revision": 2, "quantity": 0, "result": "accepted"}
    rows.add(tables.submission_items, submission_id=push, **item)
    return listing


@pytest.mark.parametrize(
    ("source", "begins"),
    [
        ({}, "by 20"),
        ({"checked_at": ago(hours=13)}, "late: the plan wanted it by 20"),
        ({"due_at": ago(minutes=-5), "end_at": ago(minutes=-4)}, "at 20"),
        ({"check_run": 1}, "run 1 is to look at it now"),
        ({"check_run": 1, "check_not_before": ago(hours=-1), "check_problem": "blocked"}, "run 1: again at 20"),
        ({"check_run": 2}, "by 20"),
    ],
)
def test_when_its_source_is_looked_at_next_is_told(
    mercarich: Mercarich, rows: Rows, source: dict[str, object], begins: str
) -> None:
    seller = rows.user("hanako")
    link_amazon(rows, seller, "valid")
    for number, outcome in enumerate(("running", "finished"), start=1):
        assert rows.run(number, outcome=outcome) == number
    rows.run(0, operation="watch", outcome="running")
    seen = {"checked_at": ago(hours=1), "observed_at": ago(hours=1)}
    rows.listing(seller, rows.source("x1", **seen | source), "SKU-1", quantity=1)

    assert mercarich.json("explain", "SKU-1")["next_look"].startswith(begins)
    assert re.search(rf"next look +{begins}", mercarich.page("explain", "SKU-1"))


def test_a_stopped_seller_and_a_paused_marketplace_have_no_next_look(mercarich: Mercarich, rows: Rows) -> None:
    seller = rows.user("hanako")
    link_amazon(rows, seller, "valid")
    rows.listing(seller, rows.source("x1"), "SKU-1", quantity=1)
    paused = {"value": "paused", "updated_at": ago(days=1), "updated_by": "taro"}
    rows.add(tables.settings, key="MARKETPLACE_YAHOO", **paused)
    assert mercarich.json("explain", "SKU-1")["next_look"] == "none while Yahoo! Auctions is paused"

    rows.change(tables.users.update().values(active=False))
    assert mercarich.json("explain", "SKU-1")["next_look"].startswith("none, since the seller is stopped")
