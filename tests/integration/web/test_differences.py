"""The page of what Amazon shows otherwise than the books say."""

import re
from collections.abc import Iterator
from datetime import timedelta
from typing import Any
from urllib.parse import quote

import httpx
import pytest
from sqlalchemy import Engine, update
from tests.integration.web.conftest import Deeds
from tests.integration.web.rows import Rows, ago
from tests.integration.web.shops import signed_in
from tests.integration.web.site import Browser, let_sign_in

from mercarich_db import tables
from mercarich_platform.clock import utc_now
from mercarich_reasons.push import (
    AmazonRefused,
    CameBack,
    CameBackAgain,
    ChangedAtAmazon,
    ComesBack,
    NotForSale,
    NotShown,
    UnknownSku,
)
from mercarich_web.differences import asking

ANN, BOB, OPERATOR = 1, 2, 3


@pytest.fixture
def ann(database_url: str, engine: Engine, rows: Rows) -> Iterator[Browser]:
    """Ann's browser, in English; Bob is another seller."""
    for name in ("ann", "bob"):
        account(rows, rows.user(name))
    rows.source("x1")
    with signed_in(database_url, engine, ANN) as browser:
        yield browser


@pytest.fixture
def operator(engine: Engine, rows: Rows, ann: Browser) -> Iterator[Browser]:
    rows.add(tables.users, username="operator", plan=2, active=True, is_staff=True, created_at=ago(days=1))
    let_sign_in(engine, OPERATOR, language="en")
    browser = Browser(ann.origin)
    browser.sign_in("operator")
    yield browser
    browser.client.close()


def account(rows: Rows, user_id: int) -> None:
    known = {"user_id": user_id, "seller_id": f"A{user_id}", "marketplace_id": "A1VC38T7YXB528"}
    rows.add(tables.amazon_accounts, **known, refresh_token="v1.sealed", token_verdict="valid")


def above(rows: Rows, sku: str, user_id: int = ANN, **values: Any) -> int:
    down = {"quantity": 0, "pushed_quantity": 3, "pushed_revision": 0, "push_problem": NotShown(3)}
    return differing(rows, sku, user_id, **down | values)


def differing(rows: Rows, sku: str, user_id: int = ANN, **values: Any) -> int:
    return rows.listing(user_id, 1, sku, **{"push_failed_revision": 1, "differs_since": ago(hours=2)} | values)


def each_kind(rows: Rows) -> None:
    differing(rows, "A-UNKNOWN", orphan=True, push_problem=UnknownSku("SKU not found", "13013"))
    differing(rows, "A-NOT-SOLD", push_problem=NotForSale("検索対象外です", "18320"))
    differing(rows, "A-OTHER", quantity=4, pushed_quantity=0, push_problem=NotShown(0), pushed_revision=0)
    above(rows, "A-ABOVE", push_not_before=ago(minutes=-7))


def cells(page: str) -> list[list[str]]:
    """Return the texts of the cells of each row."""
    body = page.partition("<tbody>")[2].partition("</tbody>")[0]
    found = [re.findall(r"<td.*?</td>", row, re.DOTALL) for row in body.split("</tr>")[:-1]]
    return [[" ".join(re.sub(r"<[^>]+>", " ", cell).split()) for cell in row] for row in found]


def test_each_difference_is_told_with_both_quantities_and_what_is_next(ann: Browser, rows: Rows) -> None:
    each_kind(rows)
    rows.listing(ANN, 1, "A-CALM")

    told = cells(ann.get("/differences").text)

    assert [row[:4] for row in told] == [
        ["A-ABOVE A-ABOVE", "Above the books", "0", "3"],
        ["A-OTHER A-OTHER", "Another quantity", "4", "0"],
        ["A-NOT-SOLD A-NOT-SOLD", "Not for sale", "1", "1"],
        ["A-UNKNOWN A-UNKNOWN", "Not at Amazon", "1", "–"],
    ]
    assert re.fullmatch(r"The quantity is sent again at .+\.", told[0][5])
    assert told[1][5] == "The quantity is sent again now."
    assert "Seller Central" in told[2][5]
    assert "検索対象外です (code 18320)" in told[2][5]
    assert "SKU not found (code 13013)" in told[3][5]
    assert {row[4] for row in told} == {"2.0 h ago"}


def test_a_zero_that_came_back_is_told_while_it_is_seen_whether_it_stays(ann: Browser, rows: Rows) -> None:
    known = {"pushed_revision": 1, "pushed_quantity": 0, "verified_at": ago(minutes=3)}
    above(rows, "A-BACK", push_problem=ComesBack(0), **known)
    above(rows, "A-ONCE", push_problem=None, **known)

    [back] = cells(ann.get("/differences").text)

    assert back[:4] == ["A-BACK A-BACK", "Above the books", "0", "0"]
    assert back[5].startswith("It came back after its zero.")


def test_what_amazon_took_again_is_read_and_a_refusal_is_told_in_its_words(ann: Browser, rows: Rows) -> None:
    above(rows, "A-TAKEN", pushed_revision=1, pushed_quantity=0)
    above(rows, "A-REFUSED", push_problem=AmazonRefused("the price is too low", "90244"))

    taken, refused = cells(ann.get("/differences").text)

    assert (taken[3], taken[5]) == ("3", "Amazon took the quantity and is read again until it shows it.")
    assert (refused[1], refused[3]) == ("Above the books", "3")
    assert "the price is too low" in refused[5]


def test_a_kind_can_be_chosen_and_each_is_counted(ann: Browser, rows: Rows) -> None:
    each_kind(rows)
    above(rows, "A-ABOVE-2", differs_since=ago(hours=3))

    page = ann.get("/differences?kind=above").text

    assert [row[0].split()[0] for row in cells(page)] == ["A-ABOVE-2", "A-ABOVE"]
    chips = re.findall(r'class="chip" href="([^"]*)"[^>]*>([^<]+)<b>(\d+)</b>', page)
    assert [(href, int(count)) for href, _, count in chips] == [
        ("/differences", 5),
        ("/differences?kind=above", 2),
        ("/differences?kind=other", 1),
        ("/differences?kind=not_for_sale", 1),
        ("/differences?kind=unknown", 1),
        ("/differences?kind=came_back", 0),
        ("/differences?kind=followed", 0),
    ]
    assert "Nothing of this kind differs" not in page


def removed(rows: Rows, sku: str, user_id: int = ANN, shown: int | None = 2, **values: Any) -> None:
    at = {"created_at": ago(days=9), "removed_at": ago(days=2), "next_read_at": ago(hours=-1), "read_at": ago(hours=1)}
    found = {"shown": shown, "returns": 1, "came_back_at": ago(hours=3), "attempts": 0, "reason": CameBack(2)}
    rows.add(tables.removed_offers, user_id=user_id, sku=sku, listing_id=900, **at | found | values)


def test_deleted_offers_that_came_back_are_told_to_their_seller_and_to_operators(
    ann: Browser, operator: Browser, rows: Rows
) -> None:
    for number in range(51):
        removed(rows, f"GONE-{number:03}")
    removed(rows, "GONE-DOWN", shown=0)
    removed(rows, "BOB-BACK", BOB, reason=CameBackAgain(2))

    assert "51 deleted offers are at Amazon again." in ann.get("/differences").text
    page = ann.get("/differences?kind=came_back").text
    told = cells(page)
    assert len(told) == 50
    assert told[0] == ["GONE-000", "2", "3.0 h ago", "deleted here, but Amazon shows 2: it is set to 0"]
    following = re.search(r'href="([^"]+)" rel="next"', page)
    assert following is not None
    assert [row[0] for row in cells(ann.get(following[1].replace("&amp;", "&")).text)] == ["GONE-050"]
    assert "BOB-BACK" in operator.get("/differences?kind=came_back&seller=2").text
    assert len(cells(operator.get("/differences?kind=came_back&after=x").text)) == 50


def test_asking_amazon_tells_of_deleted_offers_too(ann: Browser, rows: Rows) -> None:
    removed(rows, "GONE-1")
    ann.get("/differences")

    where = asked(ann.post("/differences/ask"))
    rows.change(update(tables.removed_offers).values(next_read_at=ago(hours=-1)))
    page = ann.get(where).text

    part = page[page.index('id="asked"') - 40 :]
    assert 'class="answer warn" id="asked"' in part
    assert "1 deleted offer is at Amazon again." in part.partition("</section>")[0]


@pytest.mark.parametrize("at", ["0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00", "2001-01-01T00:00:00Z"])
def test_a_time_at_which_nobody_asked_tells_nothing(ann: Browser, rows: Rows, at: str) -> None:
    rows.listing(ANN, 1, "A-1")
    assert 'id="asked"' not in ann.get(f"/differences?asked={quote(at)}&of=3").text
    assert ann.get(f"/differences/asked?at={quote(at)}&of=3").status_code == 404


@pytest.mark.parametrize("after", ["x", "MHwxfA", "OTl8MXwyMDI2LTExLTI4"])
def test_a_place_that_is_none_leads_to_the_first_page(ann: Browser, rows: Rows, after: str) -> None:
    each_kind(rows)

    assert len(cells(ann.get(f"/differences?after={after}").text)) == 4


def test_pages_follow_each_other_without_a_gap(ann: Browser, rows: Rows) -> None:
    for number in range(60):
        above(rows, f"A-{number:03}")
        differing(rows, f"B-{number:03}", push_problem=NotForSale("x"))

    seen, path, pages = [], "/differences", 0
    while path:
        page = ann.get(path).text
        seen += [row[0].split()[0] for row in cells(page)]
        following = re.search(r'href="([^"]+)" rel="next"', page)
        path, pages = following[1].replace("&amp;", "&") if following else "", pages + 1

    assert (pages, len(seen), len(set(seen))) == (3, 120, 120)
    assert [sku[0] for sku in seen] == ["A"] * 60 + ["B"] * 60


def test_when_nothing_differs_it_tells_how_old_that_is(ann: Browser, rows: Rows) -> None:
    rows.listing(ANN, 1, "A-1", verified_at=ago(hours=3), next_read_at=ago(hours=-20))
    rows.listing(ANN, 1, "A-2", verified_at=ago(hours=1), next_read_at=ago(hours=-22))

    page = ann.get("/differences").text

    assert "Amazon shows what the books say" in page
    assert "was read 3.0 h ago" in page
    assert "Reads are late" not in page
    rows.listing(ANN, 1, "A-3", next_read_at=ago(hours=5))
    page = ann.get("/differences").text
    assert "Reads are late: the oldest has waited for 5.0 h" in page
    assert "1 offer was not read yet" in page


@pytest.mark.parametrize("verdict", [None, "invalid"])
def test_without_a_usable_account_nothing_is_claimed(ann: Browser, rows: Rows, verdict: str | None) -> None:
    change = tables.amazon_accounts.delete() if verdict is None else update(tables.amazon_accounts)
    rows.change(change if verdict is None else change.values(token_verdict=verdict))

    page = ann.get("/differences").text

    assert "Amazon cannot be read" in page
    assert "Amazon shows what the books say" not in page


def test_what_the_books_followed_lately_is_told_apart(ann: Browser, rows: Rows) -> None:
    sold = rows.listing(ANN, 1, "A-SOLD", quantity=0)
    seen = {"user_id": ANN, "quantity_before": 2, "quantity_after": 0, "reason": ChangedAtAmazon(0)}
    rows.event(sold, "changed_at_amazon", at=ago(hours=3), **seen)
    rows.event(sold, "changed_at_amazon", at=ago(hours=30), **seen)

    page = ann.get("/differences?kind=followed").text

    assert cells(page) == [["A-SOLD A-SOLD", "2", "0", "3.0 h ago"]]
    assert "the books took its quantity over" in page
    assert "Followed in the last 24 hours <b>1</b>" in page


def test_an_operator_is_led_to_what_is_sold_though_withdrawn_once_feed_had_its_time(
    operator: Browser, rows: Rows
) -> None:
    above(rows, "A-1", differs_since=ago(minutes=29))
    assert "still for sale" not in operator.get("/").text

    above(rows, "A-2", differs_since=ago(minutes=32))

    assert "2 withdrawn offers are still for sale at Amazon" in operator.get("/").text


def test_nobody_sees_anothers_differences_but_an_operator_does(ann: Browser, operator: Browser, rows: Rows) -> None:
    above(rows, "A-1")
    above(rows, "B-1", BOB)

    assert [row[0] for row in cells(ann.get(f"/differences?seller={BOB}").text)] == ["A-1 A-1"]
    everybody = operator.get("/differences?kind=followed").text
    assert [row[0] for row in cells(everybody)] == ["ann A-1", "bob B-1"]
    assert "Followed" not in everybody
    of_bob = operator.get(f"/differences?seller={BOB}&kind=above").text
    assert [row[0] for row in cells(of_bob)] == ["bob B-1"]
    assert "Only bob" in of_bob
    assert operator.get("/differences?seller=99").status_code == 404


def asked(answer: httpx.Response) -> str:
    """Return where a browser is led after it asked, with the part that tells how far the reads are."""
    assert answer.status_code == 303, answer.text
    return answer.headers["location"]


def test_a_seller_has_all_offers_read_and_sees_how_far_that_is(ann: Browser, rows: Rows, deeds: Deeds) -> None:
    first = rows.listing(ANN, 1, "A-1", next_read_at=ago(hours=-20), verified_at=ago(hours=4))
    down = rows.listing(ANN, 1, "A-2", quantity=0, next_read_at=ago(hours=-1), verified_at=ago(minutes=30))
    rows.listing(ANN, 1, "A-PENDING", revision=2)
    of_bob = rows.listing(BOB, 1, "B-1", next_read_at=ago(hours=-20))
    ann.get("/differences")

    page = ann.get(asked(ann.post("/differences/ask"))).text

    due = dict(rows.read("listings", "id", "next_read_at"))
    assert due[first] < due[down] <= utc_now()
    assert due[of_bob] > utc_now()
    assert "0 of 2 read" in page
    assert 'hx-trigger="every 3s"' in page
    assert ("amazon_asked", "ann", "ann", "2 offers") in deeds()
    part = re.search(r'hx-get="(/differences/asked[^"]+)"', page)[1].replace("&amp;", "&")
    later = {"verified_at": utc_now(), "next_read_at": utc_now() + timedelta(hours=1)}
    rows.change(update(tables.listings).where(tables.listings.c.id == down).values(later))
    assert "1 of 2 read" in ann.get(part).text
    rows.change(update(tables.listings).where(tables.listings.c.id == first).values(later | {"quantity": 0}))
    rows.event(first, "changed_at_amazon", user_id=ANN, at=utc_now(), reason=ChangedAtAmazon(0))
    rows.event(of_bob, "changed_at_amazon", user_id=BOB, at=utc_now(), reason=ChangedAtAmazon(0))
    done = ann.get(part).text
    assert "Read: 2. Differing now: 0." in done
    assert "Sold or changed at Amazon: <b>1</b>" in done
    assert "hx-get" not in done


def test_one_listing_is_asked_for_on_its_page(ann: Browser, rows: Rows) -> None:
    one = differing(rows, "A-1", next_read_at=ago(hours=-20), push_problem=NotForSale("検索対象外です"))
    rows.listing(ANN, 1, "A-2", next_read_at=ago(hours=-20))
    page = ann.get(f"/listings/{one}").text
    assert "Ask Amazon now" in page

    page = ann.get(asked(ann.post("/differences/ask", listing=one, back=f"/listings/{one}"))).text

    part = re.search(r'hx-get="(/differences/asked[^"]+)"', page)[1].replace("&amp;", "&")
    assert "0 of 1 read" in ann.get(part).text
    assert [sku for sku, at in rows.read("listings", "sku", "next_read_at") if at < utc_now()] == ["A-1"]
    rows.change(update(tables.listings).values(next_read_at=ago(hours=-1)))
    assert "Read: 1. Differing now: 1." in ann.get(part).text


def test_what_is_not_read_is_not_told_as_read(ann: Browser, rows: Rows) -> None:
    one = differing(rows, "A-1", orphan=True, push_problem=UnknownSku())
    ann.get(f"/listings/{one}")

    page = ann.get(asked(ann.post("/differences/ask", listing=one, back=f"/listings/{one}"))).text

    part = re.search(r'hx-get="(/differences/asked[^"]+)"', page)[1].replace("&amp;", "&")
    assert "There is nothing to read" in ann.get(part).text


def test_nobody_has_anothers_listing_read(ann: Browser, operator: Browser, rows: Rows) -> None:
    of_bob = rows.listing(BOB, 1, "B-1", next_read_at=ago(hours=-20))
    ann.get("/differences")
    assert ann.post("/differences/ask", listing=of_bob).status_code == 404
    assert ann.post(f"/differences/ask/{BOB}").status_code == 404

    where = asked(operator.post(f"/differences/ask/{BOB}"))

    assert "0 of 1 read" in operator.get(where).text
    assert operator.post("/differences/ask/99").status_code == 404


def test_amazon_is_not_asked_where_it_does_not_answer_or_was_asked_just_now(
    ann: Browser, rows: Rows, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(asking, "MOST_WAITING", 2)
    for number in range(2):
        rows.listing(ANN, 1, f"A-{number}", next_read_at=ago(hours=-20))
    ann.get("/differences")
    asked(ann.post("/differences/ask"))

    again = ann.post("/differences/ask")
    rows.change(update(tables.amazon_accounts).values(token_verdict="invalid"))
    refused = ann.post("/differences/ask")

    assert (again.status_code, refused.status_code) == (409, 409)
    assert "2 offers wait to be read" in again.text
    assert "Amazon cannot be read" in refused.text


def test_a_feed_that_reads_nothing_is_told(ann: Browser, rows: Rows) -> None:
    rows.listing(ANN, 1, "A-1", next_read_at=ago(minutes=3))
    at = quote(ago(minutes=3).isoformat())

    assert "Nothing was read for two minutes" in ann.get(f"/differences/asked?at={at}&of=1").text
    assert "Nothing was read" not in ann.get(f"/differences/asked?at={at}&of=2").text


def test_programs_see_the_same_and_ask_too(ann: Browser, rows: Rows, engine: Engine) -> None:
    each_kind(rows)
    above(rows, "B-1", BOB)
    ann.get("/account/keys")
    made = ann.post("/account/keys", name="mine", scope=["listings:read", "listings:write"])
    key = {"Authorization": f"Bearer {re.search(r'mk_[A-Za-z0-9_-]+', made.text)[0]}"}

    told = ann.client.get("/api/v1/differences", headers=key).json()
    chosen = ann.client.get("/api/v1/differences?kind=not_for_sale", headers=key).json()["differences"]
    rows.listing(ANN, 1, "A-CALM", next_read_at=ago(hours=-20))
    asked_for = ann.client.post("/api/v1/differences/ask", json={}, headers=key)

    shown = [(one["sku"], one["kind"], one["quantity"], one["amazon_quantity"]) for one in told["differences"]]
    assert shown == [
        ("A-ABOVE", "above", 0, 3),
        ("A-OTHER", "other", 4, 0),
        ("A-NOT-SOLD", "not_for_sale", 1, 1),
        ("A-UNKNOWN", "unknown", 1, None),
    ]
    assert told["next"] is None
    [one] = chosen
    assert (one["reason_code"], one["reason_values"]["issue"]) == ("not_for_sale", "18320")
    assert "Seller Central" in one["next"]
    assert (asked_for.status_code, asked_for.json()["offers"]) == (202, 2)
    removed(rows, "A-GONE")
    removed(rows, "B-GONE", BOB)
    gone = ann.client.get("/api/v1/differences/deleted", headers=key).json()
    assert [(one["sku"], one["amazon_quantity"], one["reason_code"]) for one in gone["deleted"]] == [
        ("A-GONE", 2, "came_back")
    ]
    assert gone["next"] is None
    of_bob = next(id_ for id_, user_id in rows.read("listings", "id", "user_id") if user_id == BOB)
    assert ann.client.post("/api/v1/differences/ask", json={"listing": of_bob}, headers=key).status_code == 404
