"""A seller edits one listing on its page, as an import of its row would."""

import json
import re
from html import unescape
from typing import Any

import httpx
import pytest
from sqlalchemy import Engine, select, update
from tests.integration.web.conftest import Mercarich
from tests.integration.web.rows import Rows, ago
from tests.integration.web.shops import events
from tests.integration.web.site import Browser
from tests.integration.web.test_api import ALL, key_of

from mercarich_db import tables
from mercarich_db.engine import reading
from mercarich_reasons.edits import ListingEdited
from mercarich_web.site.plain import plain

WITHDRAWN: dict[str, Any] = {"quantity": 0, "withdrawn_at": ago(hours=1)}
FORM = {"title": "A camera", "asin": "B00TEST123", "quantity": "1", "price": "3000"}


def listing(rows: Rows, user_id: int, sku: str = "A-1", **values: Any) -> int:
    its = {"title": "A camera", "asin": "B00TEST123", "offer_price_jpy": 3000, "least_price_jpy": 2000}
    return rows.listing(user_id, rows.source(f"x{sku}", price_jpy=500, postage_jpy=0), sku, **its | values)


def save(ann: Browser, listing_id: int, shown: str = "", **typed: str) -> httpx.Response:
    """Post the form as it is shown, with what is `typed` in place of its fields. `shown`: of an older form."""
    page = ann.get(f"/listings/{listing_id}/edit").text
    return ann.post(f"/listings/{listing_id}/edit", **FORM | typed, shown=shown or hidden(page))


def hidden(page: str) -> str:
    found = re.search(r'name="shown" value="([^"]*)"', page)
    assert found is not None, page
    return unescape(found[1])


def values(page: str) -> dict[str, str]:
    return {name: unescape(re.search(rf'name="{name}" type="text" value="([^"]*)"', page)[1]) for name in FORM}  # type: ignore[index]


def row(engine: Engine, listing_id: int) -> Any:
    with reading(engine) as connection:
        return connection.execute(select(tables.listings).where(tables.listings.c.id == listing_id)).one()


def audit(engine: Engine) -> list[tuple[Any, ...]]:
    done = tables.audit_log.c
    with reading(engine) as connection:
        found = connection.execute(select(done.subject, done.detail).where(done.action == "listing_edited"))
        return [tuple(one) for one in found]


def test_the_form_has_what_the_listing_has_and_the_page_leads_to_it(ann: Browser, ann_id: int, rows: Rows) -> None:
    listing_id = listing(rows, ann_id)

    assert f'href="/listings/{listing_id}/edit"' in ann.get(f"/listings/{listing_id}").text
    assert values(ann.get(f"/listings/{listing_id}/edit").text) == FORM


def test_what_is_typed_is_the_listings_and_its_history_names_the_person(
    ann: Browser, ann_id: int, rows: Rows, engine: Engine
) -> None:
    listing_id = listing(rows, ann_id)
    before = row(engine, listing_id)

    sent = save(ann, listing_id, title="Another camera", asin="B00OTHER99", quantity="３", price="¥4,500")

    assert (sent.status_code, sent.headers["location"]) == (303, f"/listings/{listing_id}")
    after = row(engine, listing_id)
    assert (after.title, after.asin, after.listing_quantity, after.offer_price_jpy) == (
        *("Another camera", "B00OTHER99", 3, 4500),
    )
    for name in ("quantity", "revision", "pushed_revision", "changed_at", "restored_at", "least_price_jpy"):
        assert getattr(after, name) == getattr(before, name), "nothing is pushed"
    [told] = events(engine)
    assert (told.kind, told.reason.person, told.reason.title, told.reason.old_title) == (
        *("edited", "ann", "Another camera", "A camera"),
    )
    page = ann.get(f"/listings/{listing_id}").text
    assert "Another camera, before: A camera" in page
    assert "quantity when listed: 3, before: 1" in page
    assert "price at Amazon: 4,500 yen, before: 3,000 yen" in page
    [(subject, detail)] = audit(engine)
    assert (subject, "title 'A camera' to 'Another camera'" in detail, "3000 to 4500" in detail) == ("A-1", True, True)


@pytest.mark.parametrize(("values", "quantity"), [({}, 1), (WITHDRAWN, 0), ({"listed": False}, 5)])
def test_only_a_drafts_quantity_is_what_it_is_to_be_listed_with(
    ann: Browser, ann_id: int, rows: Rows, engine: Engine, values: dict[str, Any], quantity: int
) -> None:
    listing_id = listing(rows, ann_id, **values)

    assert save(ann, listing_id, quantity="5").status_code == 303

    after = row(engine, listing_id)
    assert (after.listing_quantity, after.quantity, after.revision) == (5, quantity, 1)
    assert after.edited_quantity == (5 if not values else None), "of what is up it is kept over a pause"
    [told] = events(engine)
    assert (told.quantity_after, told.reason.listing_quantity, told.reason.title) == (quantity, 5, None)


@pytest.mark.parametrize(
    ("typed", "says"),
    [
        ({"title": "x" * 256}, "256 characters; at most 255 are allowed"),
        ({"title": "a\x07b"}, "contains a control character"),
        ({"title": "#N/A"}, "has an error of the spreadsheet"),
        ({"asin": "b00test123"}, "expected ten capital letters and digits, not &#39;b00test123&#39;"),
        ({"quantity": "0"}, "expected a whole number from 1 to 999, not &#39;0&#39;"),
        ({"quantity": "1000"}, "expected a whole number from 1 to 999"),
        ({"quantity": "two"}, "expected a whole number from 1 to 999, not &#39;two&#39;"),
        ({"price": "-1"}, "expected a whole number from 1 to 100,000,000"),
    ],
)
def test_what_an_import_refuses_is_refused_in_its_words_and_stays_in_the_form(
    ann: Browser, ann_id: int, rows: Rows, engine: Engine, typed: dict[str, str], says: str
) -> None:
    listing_id = listing(rows, ann_id)
    before = row(engine, listing_id)

    refused = save(ann, listing_id, **{"title": "A new one"} | typed)

    assert refused.status_code == 422
    assert says in refused.text
    assert values(refused.text) == FORM | {"title": "A new one"} | {name: plain(text) for name, text in typed.items()}
    assert refused.text.count('aria-invalid="true"') == 1
    assert (row(engine, listing_id), events(engine), audit(engine)) == (before, [], [])


def test_what_is_empty_or_as_it_was_stays_and_nothing_is_told(
    ann: Browser, ann_id: int, rows: Rows, engine: Engine
) -> None:
    listing_id = listing(rows, ann_id)
    before = row(engine, listing_id)

    assert save(ann, listing_id, title=" ", asin="", price="").status_code == 303

    assert "nothing was changed" in ann.get(f"/listings/{listing_id}").text
    assert (row(engine, listing_id), events(engine), audit(engine)) == (before, [], [])


def test_a_title_with_what_no_field_shows_is_not_touched_by_the_form(
    ann: Browser, ann_id: int, rows: Rows, engine: Engine
) -> None:
    """A browser sends no line break of a field, and pages show no invisible characters; imports allow both."""
    title = "A camera\nwith\u202e a　case"
    listing_id = listing(rows, ann_id, title=title)
    typed = values(ann.get(f"/listings/{listing_id}/edit").text)

    assert typed["title"] == "A camera with a　case"
    assert save(ann, listing_id, **typed | {"price": "4000"}).status_code == 303

    after = row(engine, listing_id)
    assert (after.title, after.offer_price_jpy) == (title, 4000)


def test_a_second_tab_is_told_what_changed_and_keeps_what_was_typed(
    ann: Browser, ann_id: int, rows: Rows, engine: Engine
) -> None:
    listing_id = listing(rows, ann_id)
    opened = hidden(ann.get(f"/listings/{listing_id}/edit").text)
    save(ann, listing_id, title="Of the first tab", quantity="4")

    refused = save(ann, listing_id, opened, price="5000")

    assert refused.status_code == 409
    assert "A-1 has changed since you opened the page; its title is now Of the first tab" in refused.text
    assert "; its quantity when listed is now 4" in refused.text
    assert "its price" not in refused.text.partition("</form>")[0].partition("save again")[0]
    assert values(refused.text) == FORM | {"title": "Of the first tab", "quantity": "4", "price": "5000"}
    assert (row(engine, listing_id).offer_price_jpy, len(events(engine))) == (3000, 1)

    again = ann.post(f"/listings/{listing_id}/edit", **values(refused.text), shown=hidden(refused.text))

    after = row(engine, listing_id)
    assert (again.status_code, after.title, after.listing_quantity, after.offer_price_jpy) == (
        *(303, "Of the first tab", 4, 5000),
    )


def test_a_form_that_is_sent_twice_changes_once(ann: Browser, ann_id: int, rows: Rows, engine: Engine) -> None:
    listing_id = listing(rows, ann_id)
    opened = hidden(ann.get(f"/listings/{listing_id}/edit").text)

    sent = [save(ann, listing_id, opened, title="Twice").status_code for _ in range(2)]

    assert (sent, len(events(engine)), len(audit(engine))) == ([303, 303], 1, 1)


def test_a_sale_in_between_is_no_piece_lost(ann: Browser, ann_id: int, rows: Rows, engine: Engine) -> None:
    """A paused offer of which a piece was ordered has fewer to come back with: that is told, not overwritten."""
    listing_id = listing(rows, ann_id, **WITHDRAWN | {"listing_quantity": 3, "paused_at": ago(hours=1)})
    opened = hidden(ann.get(f"/listings/{listing_id}/edit").text)
    rows.change(update(tables.listings).where(tables.listings.c.id == listing_id).values(listing_quantity=2))

    refused = save(ann, listing_id, opened, quantity="5")

    assert (refused.status_code, "its quantity when listed is now 2" in refused.text) == (409, True)
    assert row(engine, listing_id).listing_quantity == 2


@pytest.mark.parametrize("what", ["registering", "leaving"])
def test_what_is_being_registered_or_deleted_is_not_edited(
    ann: Browser, ann_id: int, rows: Rows, engine: Engine, what: str
) -> None:
    listing_id = listing(rows, ann_id, listed=False)
    opened = hidden(ann.get(f"/listings/{listing_id}/edit").text)
    its = {"listing_id": listing_id, "user_id": ann_id, "attempts": 0}
    if what == "leaving":
        rows.add(tables.listing_removals, **its, wanted_at=ago(hours=1))
        rows.add(tables.listing_events, listing_id=listing_id, user_id=ann_id, at=ago(hours=1), kind="leaving")
    else:
        creation = {"way": "create", "quantity": 1, "state": "waiting", "asked_at": ago(hours=1)}
        rows.add(tables.listing_creations, **its, **creation)

    page = ann.get(f"/listings/{listing_id}/edit").text
    refused = ann.post(f"/listings/{listing_id}/edit", **FORM | {"title": "Other"}, shown=opened)

    said = "being deleted" if what == "leaving" else "being registered"
    assert (said in page, "<button" in page.partition("<main")[2].partition("</main")[0]) == (True, False)
    assert (refused.status_code, said in refused.text) == (409, True)
    assert row(engine, listing_id).title == "A camera"
    assert "edited" not in {one.kind for one in events(engine)}
    assert f'href="/listings/{listing_id}/edit"' not in ann.get(f"/listings/{listing_id}").text


def test_a_form_without_its_token_or_with_a_broken_fence_changes_nothing(
    ann: Browser, ann_id: int, rows: Rows, engine: Engine
) -> None:
    listing_id = listing(rows, ann_id)
    opened = hidden(ann.get(f"/listings/{listing_id}/edit").text)

    forged = ann.client.post(f"/listings/{listing_id}/edit", data=FORM | {"title": "Forged", "shown": opened})
    broken = [
        save(ann, listing_id, text, title="Broken") for text in ("{", "[]", json.dumps({"title": "x"}), "9" * 5000)
    ]

    assert forged.status_code == 403
    assert {one.status_code for one in broken} == {422}
    assert row(engine, listing_id).title == "A camera"


def test_programs_change_what_they_name(ann: Browser, ann_id: int, rows: Rows, engine: Engine) -> None:
    listing_id = listing(rows, ann_id)
    key = {"Authorization": f"Bearer {key_of(ann, *ALL)}"}
    path = f"/api/v1/listings/{listing_id}/edit"

    done = ann.client.post(path, json={"listing_quantity": 7, "title": "By a program"}, headers=key)
    again = ann.client.post(path, json={"listing_quantity": 7}, headers=key)
    wrong = ann.client.post(path, json={"asin": "short"}, headers=key)
    unknown = ann.client.post(path, json={"quantity": 7}, headers=key)

    after = {"title": "By a program", "asin": "B00TEST123", "listing_quantity": 7, "offer_price_jpy": 3000}
    after |= {"note": None, "handling_days": None}
    assert done.json() == {"sku": "A-1", "changed": ["title", "listing_quantity"], **after}
    assert (again.status_code, again.json()["changed"]) == (200, [])
    assert (wrong.status_code, wrong.json()["reason_code"]) == (409, "no_asin")
    assert unknown.status_code == 422
    assert [one.reason.person for one in events(engine)] == ["ann (API)"]


def test_a_program_changes_only_what_it_has_read(ann: Browser, ann_id: int, rows: Rows, engine: Engine) -> None:
    """An edit by another one, and what Amazon is to show, make the tag an old one; a look at the source does not."""
    listing_id = listing(rows, ann_id)
    key = {"Authorization": f"Bearer {key_of(ann, *ALL)}"}
    path = f"/api/v1/listings/{listing_id}"

    def edit(tag: str, title: str) -> httpx.Response:
        return ann.client.post(f"{path}/edit", json={"title": title}, headers=key | {"If-Match": tag})

    read = ann.client.get(path, headers=key).headers["ETag"]
    save(ann, listing_id, price="4000")
    late = edit(read, "Late")
    between = row(engine, listing_id).title
    now = ann.client.get(path, headers=key).headers["ETag"]
    done = edit(f'"other", {now}', "In time")
    next_one = edit(done.headers["ETag"], "At once")
    rows.change(update(tables.listings).where(tables.listings.c.id == listing_id).values(revision=9))
    pushed = edit(next_one.headers["ETag"], "After a push")

    assert (late.status_code, late.headers["content-type"]) == (412, "application/problem+json")
    assert (late.json()["title"], late.json()["reason_code"]) == ("Precondition Failed", "listing_read_before")
    assert "Read the listing again" in late.json()["detail"]
    assert between == "A camera"
    assert (done.status_code, next_one.status_code, pushed.status_code) == (200, 200, 412)
    assert row(engine, listing_id).title == "At once"
    assert [edit(tag, "Any").status_code for tag in ("*", f"W/{now}", "nonsense", "")] == [200, 412, 412, 412]
    assert ann.client.post(f"{path}/edit", json={"title": "Unfenced"}, headers=key).status_code == 200


def note_of(ann: Browser, listing_id: int) -> str:
    found = re.search(
        r'<textarea[^>]*name="note"[^>]*>\n([^<]*)</textarea>', ann.get(f"/listings/{listing_id}/edit").text
    )
    assert found is not None
    return unescape(found[1])


def test_a_note_is_on_the_page_in_the_search_and_in_the_export_and_in_no_log(
    ann: Browser, ann_id: int, rows: Rows, engine: Engine
) -> None:
    listing_id = listing(rows, ann_id)
    listing(rows, ann_id, "B-2", title="A lens")
    note = "ask for <the> box\nbefore Friday"

    assert save(ann, listing_id, note=note.replace("\n", "\r\n")).status_code == 303

    assert (row(engine, listing_id).note, note_of(ann, listing_id)) == (note, note)
    assert "ask for &lt;the&gt; box<br>before Friday" in ann.get(f"/listings/{listing_id}").text
    found = ann.get("/listings?q=the%3E+box").text
    assert ("A-1" in found, "B-2" in found) == (True, False)
    assert "before Friday" in ann.get("/listings/export.csv").text
    [told] = events(engine)
    assert told.reason == ListingEdited("ann", note_length=len(note))
    assert audit(engine) == [("A-1", f"note of {len(note)} characters")]
    assert save(ann, listing_id, note=note).status_code == 303, "the same once more"
    assert len(events(engine)) == 1

    assert save(ann, listing_id, note="").status_code == 303
    assert (row(engine, listing_id).note, note_of(ann, listing_id)) == (None, "")
    assert [one.reason.note_length for one in events(engine)] == [len(note), 0]


def test_a_note_that_is_too_long_is_refused_and_stays_in_the_form(
    ann: Browser, ann_id: int, rows: Rows, engine: Engine
) -> None:
    listing_id = listing(rows, ann_id)

    assert save(ann, listing_id, note="メ" * 1_000).status_code == 303
    refused = save(ann, listing_id, note="メ" * 1_001)

    assert refused.status_code == 422
    assert "1,001 characters; at most 1,000 are allowed" in refused.text
    assert "メ" * 1_001 in refused.text
    assert row(engine, listing_id).note == "メ" * 1_000


def test_a_form_without_a_note_is_taken(ann: Browser, ann_id: int, rows: Rows, engine: Engine) -> None:
    """A page of an earlier release, opened before the upgrade, has none, and no handling days."""
    listing_id = listing(rows, ann_id)
    shown = json.dumps({"title": "A camera", "asin": "B00TEST123", "listing_quantity": 1, "offer_price_jpy": 3000})

    assert save(ann, listing_id, shown, title="Another").status_code == 303

    after = row(engine, listing_id)
    assert (after.title, after.note, after.handling_days) == ("Another", None, None)
    rows.change(update(tables.listings).values(handling_days=3))
    assert save(ann, listing_id, shown, title="Once more").status_code == 409, (
        "it does not remove what it has not shown"
    )
    assert row(engine, listing_id).handling_days == 3


def test_a_second_tab_is_told_that_the_note_is_another_one(
    ann: Browser, ann_id: int, rows: Rows, engine: Engine
) -> None:
    listing_id = listing(rows, ann_id, note="mine")
    opened = hidden(ann.get(f"/listings/{listing_id}/edit").text)
    save(ann, listing_id, note="theirs")

    late = save(ann, listing_id, opened, note="my new one")

    assert late.status_code == 409
    assert "your note has 6 characters now" in late.text
    assert row(engine, listing_id).note == "theirs"


def test_programs_read_and_change_a_note(ann: Browser, ann_id: int, rows: Rows, engine: Engine) -> None:
    listing_id = listing(rows, ann_id)
    key = {"Authorization": f"Bearer {key_of(ann, *ALL)}"}

    for note, has in (("mine", "mine"), (None, "mine"), ("", None)):
        sent = ann.client.post(f"/api/v1/listings/{listing_id}/edit", headers=key, json={"note": note})
        assert (sent.status_code, sent.json()["note"]) == (200, has)
        told = ann.client.get(f"/api/v1/listings/{listing_id}", headers=key).json()
        assert told["note"] == has
    too_long = {"note": "x" * 1_001}
    assert ann.client.post(f"/api/v1/listings/{listing_id}/edit", headers=key, json=too_long).status_code == 422


def days_of(ann: Browser, listing_id: int) -> str:
    found = re.search(r'name="handling_days"[^>]* value="([^"]*)"', ann.get(f"/listings/{listing_id}/edit").text)
    assert found is not None
    return found[1]


def lead_time_of(ann: Browser, listing_id: int) -> str:
    page = ann.get(f"/listings/{listing_id}").text
    found = re.search(r"<dt>Handling days</dt><dd[^>]*>([^<]*)</dd>", page)
    assert found is not None, page
    return unescape(found[1])


SEEN: dict[str, Any] = {"verified_at": ago(hours=1), "pushed_at": ago(hours=2)}


def test_handling_days_of_what_is_up_go_to_amazon_with_the_quantity_that_it_shows(
    ann: Browser, ann_id: int, rows: Rows, engine: Engine
) -> None:
    listing_id = listing(rows, ann_id, lead_time_days=5, restored_at=ago(days=2), **SEEN)
    before = row(engine, listing_id)
    assert (days_of(ann, listing_id), lead_time_of(ann, listing_id)) == ("", "5 days, as long as its source takes")

    assert save(ann, listing_id, handling_days="９").status_code == 303

    after = row(engine, listing_id)
    assert (after.handling_days, after.quantity, after.restored_at) == (9, 1, before.restored_at)
    assert (after.revision, after.pushed_revision, after.changed_at > before.changed_at) == (2, 1, True)
    [told] = events(engine)
    assert (told.reason, told.revision) == (ListingEdited("ann", handling_days=9), 2)
    assert days_of(ann, listing_id) == "9"
    assert lead_time_of(ann, listing_id) == "9 days, set for this listing; its source takes 5"
    assert audit(engine) == [("A-1", "handling_days None to 9")]
    assert "handling_days" in ann.get("/listings/export.csv").text.partition("\n")[0]

    rows.change(update(tables.listings).values(pushed_revision=2))
    assert save(ann, listing_id, handling_days="3").status_code == 303
    assert row(engine, listing_id).revision == 3, "Amazon had 9, and gets those of its source"
    assert lead_time_of(ann, listing_id) == "5 days, as long as its source takes; set for this listing: 3"
    rows.change(update(tables.listings).values(pushed_revision=3))
    assert save(ann, listing_id, handling_days="").status_code == 303
    assert (row(engine, listing_id).handling_days, row(engine, listing_id).revision) == (None, 3)
    assert "handling days: 0, before: 3" in ann.get(f"/listings/{listing_id}").text


@pytest.mark.parametrize(
    "values",
    [
        pytest.param(SEEN | WITHDRAWN | {"pushed_quantity": 0}, id="it is down"),
        pytest.param({"listed": False}, id="a draft"),
        pytest.param(SEEN | {"lead_time_days": 20}, id="its source takes longer"),
        pytest.param({}, id="Amazon was not read yet"),
        pytest.param({"pushed_at": ago(minutes=1)}, id="Amazon does not show the quantity yet"),
        pytest.param(SEEN | {"revision": 2}, id="the quantity is still to be sent, with these days"),
        pytest.param(SEEN | {"push_claim": "x", "push_claim_until": ago(hours=-1)}, id="it is being sent"),
    ],
)
def test_handling_days_alone_are_not_pushed_where_there_is_nothing_to_tell_or_a_piece_may_be_sold(
    ann: Browser, ann_id: int, rows: Rows, engine: Engine, values: dict[str, Any]
) -> None:
    listing_id = listing(rows, ann_id, **values)
    before = row(engine, listing_id)

    assert save(ann, listing_id, handling_days="12").status_code == 303

    after = row(engine, listing_id)
    assert (after.handling_days, after.revision, after.quantity) == (12, before.revision, before.quantity)
    if after.listed:
        assert after.changed_at == before.changed_at


@pytest.mark.parametrize("days", ["31", "-1", "two", "1.5"])
def test_handling_days_have_the_bounds_of_a_new_offer(
    ann: Browser, ann_id: int, rows: Rows, engine: Engine, days: str
) -> None:
    listing_id = listing(rows, ann_id, **SEEN)

    refused = save(ann, listing_id, handling_days=days)

    assert (refused.status_code, "expected a whole number from 0 to 30" in refused.text) == (422, True)
    assert (row(engine, listing_id).handling_days, events(engine)) == (None, [])


def test_a_second_tab_is_told_of_other_handling_days(ann: Browser, ann_id: int, rows: Rows) -> None:
    listing_id = listing(rows, ann_id, **SEEN)
    opened = hidden(ann.get(f"/listings/{listing_id}/edit").text)
    save(ann, listing_id, handling_days="6")

    late = save(ann, listing_id, opened, title="Late")

    assert (late.status_code, "its handling days are now 6" in late.text) == (409, True)


def test_programs_read_and_change_handling_days(ann: Browser, ann_id: int, rows: Rows, engine: Engine) -> None:
    listing_id = listing(rows, ann_id, **SEEN)
    key = {"Authorization": f"Bearer {key_of(ann, *ALL)}"}
    path = f"/api/v1/listings/{listing_id}"

    def sent(days: int | None) -> httpx.Response:
        return ann.client.post(f"{path}/edit", headers=key, json={"handling_days": days})

    first = sent(8)
    read = ann.client.get(path, headers=key)
    assert (first.status_code, first.json()["changed"], first.json()["handling_days"]) == (200, ["handling_days"], 8)
    assert (read.headers["ETag"], read.json()["handling_days"]) == (first.headers["ETag"], 8)
    told = {"days": 8, "text": "8 days, set for this listing", "reason_code": "lead_time_of_listing"}
    assert read.json()["lead_time"] == told | {"reason_values": {"days": 8}}
    assert row(engine, listing_id).revision == 2
    assert [sent(days).status_code for days in (31, -1)] == [422, 422]
    assert (sent(None).json()["changed"], sent(0).json()["handling_days"]) == ([], None)
    lead = ann.client.get(path, headers=key).json()["lead_time"]
    assert (lead["days"], lead["reason_code"]) == (None, "lead_time_of_amazon")


def test_explain_tells_which_days_amazon_gets_and_why(mercarich: Mercarich, ann_id: int, rows: Rows) -> None:
    listing(rows, ann_id, handling_days=3, lead_time_days=5)

    [told] = mercarich.json("explain", "A-1")["lead_time"]

    assert told["text"] == "5 days, as long as its source takes; set for this listing: 3"
    assert told["text"] in " ".join(mercarich.page("explain", "A-1").split())
