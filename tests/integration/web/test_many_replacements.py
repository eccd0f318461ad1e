"""Hundreds of replacements that wait: their pages, filters and orders, and one decision on all that match."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from html import unescape

import pytest
from sqlalchemy import Engine, event, insert, select, update
from tests.integration.web.conftest import Deeds
from tests.integration.web.rows import Rows, ago
from tests.integration.web.shops import signed_in
from tests.integration.web.site import Browser
from tests.integration.web.test_api import ALL, key_of
from tests.integration.web.test_page_costs import counted

from mercarich_contracts.events import EventKind
from mercarich_db import tables
from mercarich_db.engine import reading
from mercarich_platform.outages import DatabaseAway
from mercarich_reasons.stock import ReplacementApproved, ReplacementRefused
from mercarich_web.replacements.views import ROWS

WAITING = 548


def wait_for_a_word(rows: Rows, seller: int, number: int, *, first: int = 0) -> None:
    """Propose an item for that many listings. What was seen of them repeats every 10th; of the last it is not known."""
    source = rows.source(f"gone{first}", state="sold", reason="won")
    ids = range(first + 1, first + number + 1)
    offer = {"user_id": seller, "source_item_id": source, "marketplace": "yahoo", "listed": True, "listing_quantity": 1}
    offer |= {"created_at": ago(days=8), "changed_at": ago(hours=2), "quantity": 0, "revision": 2, "searching": True}
    offer |= {"pushed_revision": 2, "pushed_quantity": 0, "push_attempts": 0, "orphan": False, "first_price_jpy": 1_000}
    rows.change(insert(tables.listings).values([{"id": id, "sku": f"D-{id:04}", **offer} for id in ids]))
    found = {"user_id": seller, "state": "proposed", "old_source_item_id": source, "at": ago(hours=1)}
    rows.change(
        insert(tables.revivals).values(
            [{"listing_id": id, **_item(id), "price_jpy": _price(id), **found} for id in ids]
        )
    )
    seen = [{"listing_id": id, **_item(id), "searched_at": ago(hours=1), **_seen(id)} for id in ids if id % 10]
    rows.change(insert(tables.revival_candidates).values(seen))


def _item(id: int) -> dict[str, str]:
    market = "mercari" if id % 10 in (1, 2) else "yahoo"
    return {"marketplace": market, "item_id": f"n{id}", "url": f"https://items.example/n{id}"}


def _price(id: int) -> int:
    return 800 + 50 * (id % 10)


def _seen(id: int) -> dict[str, object]:
    """The tenth part is alike by 10 % more each, and has one bad rating of a hundred more each."""
    tenth = id % 10
    alike = {"share_forth": tenth / 10, "share_back": 0.99, "inliers": 40}
    rating = {"rating_good": 100 - tenth, "rating_bad": tenth} if tenth != 9 else {"rating_good": 3, "rating_bad": 0}
    return alike | rating | {"shipping_payer": "buyer", "shipping_cost_jpy": 100}


@pytest.fixture
def busy(rows: Rows, ann_id: int) -> int:
    wait_for_a_word(rows, ann_id, WAITING)
    return ann_id


def skus(text: str) -> list[str]:
    return re.findall(r'class="card pick" aria-label="([^"]+)"', text)


def next_page(text: str) -> str | None:
    found = re.search(r'href="([^"]+)" rel="next"', text)
    return unescape(found[1]) if found else None


def all_pages(ann: Browser, path: str | None) -> list[str]:
    seen: list[str] = []
    while path is not None:
        text = ann.get(path).text
        seen += skus(text)
        path = next_page(text)
    return seen


def states(engine: Engine) -> dict[str, int]:
    with reading(engine) as connection:
        found = connection.execute(select(tables.revivals.c.state)).scalars().all()
    return {state: found.count(state) for state in sorted(set(found))}


def events_of(engine: Engine, kind: EventKind) -> list[object]:
    events = tables.listing_events.c
    with reading(engine) as connection:
        query = select(events.listing_id, events.reason).where(events.kind == kind).order_by(events.listing_id)
        return [tuple(row) for row in connection.execute(query)]


def sent(preview: str) -> dict[str, str]:
    """Return the fields of the preview's form."""
    form = preview.partition('action="/replacements/all"')[2].partition("</form>")[0]
    return {name: unescape(value) for name, value in re.findall(r'name="(\w+)" value="([^"]*)"', form)}


@pytest.mark.parametrize("sort", ["oldest", "alike", "dearer", "rating", "cost"])
def test_pages_show_each_one_that_waits_once(ann: Browser, busy: int, sort: str) -> None:
    seen = all_pages(ann, f"/replacements?sort={sort}")

    assert len(seen) == len(set(seen)) == WAITING


@pytest.mark.parametrize(
    ("sort", "tenths"),
    [("alike", "987654321"), ("dearer", "123456789"), ("rating", "912345678"), ("cost", "123456789")],
)
def test_the_order_is_by_what_is_known_and_what_is_not_comes_last(
    ann: Browser, rows: Rows, ann_id: int, sort: str, tenths: str
) -> None:
    wait_for_a_word(rows, ann_id, 10)

    assert "".join(sku[-1] for sku in all_pages(ann, f"/replacements?sort={sort}")) == tenths + "0"


@pytest.mark.parametrize(
    ("query", "tenths"),
    [
        ("alike=30", "3456789"),
        ("alike=0", "123456789"),
        ("dearer=0", "12"),
        ("dearer=-20", "1"),
        ("dearer=100", "1234"),
        ("good=98", "129"),
        ("good=98&ratings=10", "12"),
        ("market=mercari", "12"),
        ("market=yahoo&dearer=100", "34"),
        ("alike=30&dearer=&good=&ratings=&market=&sort=oldest", "3456789"),
    ],
)
def test_filters_narrow_the_page_exactly_and_what_is_not_known_never_matches(
    ann: Browser, rows: Rows, ann_id: int, query: str, tenths: str
) -> None:
    wait_for_a_word(rows, ann_id, 100)
    page = ann.get(f"/replacements?{query}").text
    seen = all_pages(ann, f"/replacements?{query}")

    assert f"{10 * len(tenths)} of 100 match" in page
    assert sorted({sku[-1] for sku in seen}) == sorted(tenths)
    assert len(seen) == 10 * len(tenths)


def test_the_total_is_told_and_a_decision_leads_back_to_the_page_it_was_made_on(ann: Browser, busy: int) -> None:
    whole = ann.get("/replacements").text
    first = ann.get("/replacements?alike=30&sort=alike").text
    second = ann.get(next_page(first) or "").text
    action = unescape(re.search(r'action="(/replacements/\d+/approve[^"]*)"', second)[1])  # type: ignore[index]
    item = unescape(second.partition('name="item" value="')[2].partition('"')[0])
    back = ann.post(action, item=item).headers["location"]

    assert "548 replacements wait for you" in whole
    assert back == next_page(first)
    assert skus(ann.get(back).text)[:-1] == skus(second)[1:]
    assert len(skus(first)) == ROWS


def test_all_that_match_are_approved_as_the_preview_has_shown_them(
    ann: Browser, engine: Engine, busy: int, deeds: Deeds
) -> None:
    page = ann.get("/replacements?alike=30").text
    preview = ann.get("/replacements/all?alike=30&decision=approve").text
    with counted() as costs:
        done = ann.post("/replacements/all", **sent(preview))
    matching = [id for id in range(1, WAITING + 1) if id % 10 >= 3]

    assert "/replacements/all?alike=30&amp;decision=approve" in page
    assert f'<b class="num">{len(matching)}</b> replacements are approved.' in preview
    assert preview.count('class="whole"><div><a href') == 10
    assert (done.status_code, done.headers["location"]) == (303, "/replacements?alike=30")
    assert f"{len(matching)} replacements are approved." in ann.get("/replacements").text
    assert states(engine) == {"approved": len(matching), "proposed": WAITING - len(matching)}
    assert events_of(engine, EventKind.APPROVED) == [(id, ReplacementApproved(f"n{id}", "ann")) for id in matching]
    portions = [100, 100, 100, len(matching) - 300]
    assert deeds() == [("replacements_approved", "ann", f"{number} replacements", None) for number in portions]
    assert costs.connections <= 1 + len(portions), "one transaction each, and the session"
    assert len(costs.statements) <= 2 + 8 * len(portions), [statement[:80] for statement, _ in costs.statements]


def test_all_548_are_refused(ann: Browser, engine: Engine, busy: int, deeds: Deeds) -> None:
    preview = ann.get("/replacements/all?decision=refuse").text
    ann.post("/replacements/all", **sent(preview))

    assert "No filter is set: these are all that wait." in preview
    assert states(engine) == {"undone": WAITING}
    assert events_of(engine, EventKind.UNDONE)[0] == (1, ReplacementRefused("n1", "ann"))
    assert len(events_of(engine, EventKind.UNDONE)) == WAITING
    portions = [100] * 5 + [48]
    assert deeds() == [("replacements_refused", "ann", f"{number} replacements", None) for number in portions]
    assert "Nothing waits for you" in ann.get("/replacements").text


@contextmanager
def the_database_goes_away(before: int) -> Iterator[None]:
    """In the block, let it go away before that many-th portion is decided (1: the first)."""
    updates: list[str] = []

    def executed(_conn: object, _cursor: object, statement: str, *_: object) -> None:
        if statement.startswith("UPDATE revivals"):
            updates.append(statement)
            if len(updates) >= before:
                raise DatabaseAway("connection refused")

    event.listen(Engine, "before_cursor_execute", executed)
    try:
        yield
    finally:
        event.remove(Engine, "before_cursor_execute", executed)


@pytest.mark.parametrize(
    ("decision", "state", "word"), [("approve", "approved", "approved"), ("refuse", "undone", "refused")]
)
def test_what_was_decided_before_the_database_went_away_is_in_the_audit_log_and_told(
    ann: Browser, engine: Engine, busy: int, deeds: Deeds, decision: str, state: str, word: str
) -> None:
    form = sent(ann.get(f"/replacements/all?decision={decision}").text)
    with the_database_goes_away(before=3):
        done = ann.post("/replacements/all", **form)
    told = ann.get("/replacements").text

    assert states(engine) == {state: 200, "proposed": WAITING - 200}
    assert deeds() == [(f"replacements_{word}", "ann", "100 replacements", None)] * 2
    assert (done.status_code, done.headers["location"]) == (303, "/replacements")
    assert f"At least 200 replacements are {word}; then the database could not be reached." in told

    ann.post("/replacements/all", **form)
    assert states(engine) == {state: WAITING}


def test_nothing_is_told_as_decided_when_the_database_is_away(
    ann: Browser, engine: Engine, busy: int, deeds: Deeds
) -> None:
    form = sent(ann.get("/replacements/all").text)
    with the_database_goes_away(before=1):
        done = ann.post("/replacements/all", **form)

    assert done.status_code == 503
    assert states(engine) == {"proposed": WAITING}
    assert deeds() == []


def test_what_was_decided_or_changed_since_the_preview_is_left_and_told(
    ann: Browser, rows: Rows, engine: Engine, busy: int
) -> None:
    """In another tab one is refused; a search finds another item; a postage and a listing change; one comes anew."""
    form = sent(ann.get("/replacements/all?alike=10&decision=approve").text)
    matching = len(form["ids"].split("."))
    ann.post("/replacements/1/refuse", item="mercari n1", waiting="true")
    its = tables.revivals.c
    rows.change(update(tables.revivals).where(its.listing_id == 2).values(state="lapsed"))
    other = {"marketplace": "yahoo", "item_id": "other", "url": "https://items.example/other"}
    [(source,)] = set(rows.read("listings", "source_item_id"))
    of = {"user_id": busy, "old_source_item_id": source, "at": ago(minutes=1), "state": "proposed"}
    rows.add(tables.revivals, listing_id=2, **other, **of)
    seen = tables.revival_candidates
    rows.change(update(seen).where(seen.c.listing_id == 3).values(share_forth=0.01))
    rows.change(update(tables.listings).where(tables.listings.c.id == 4).values(searching=False))
    wait_for_a_word(rows, busy, 9, first=600)
    done = ann.post("/replacements/all", **form)
    told = ann.get(done.headers["location"]).text

    assert f"{matching - 4} replacements are approved." in told
    assert "4 were decided or changed meanwhile, and stay as they are." in told
    assert states(engine)["approved"] == matching - 4
    with reading(engine) as connection:
        left = connection.execute(select(its.listing_id, its.state).where(its.listing_id.in_((1, 2, 3, 4, 601))))
        found = sorted(map(tuple, left))
    assert found == [(1, "undone"), (2, "lapsed"), (2, "proposed"), (3, "proposed"), (4, "proposed"), (601, "proposed")]


def test_a_second_confirmation_changes_nothing_more(ann: Browser, rows: Rows, engine: Engine, ann_id: int) -> None:
    wait_for_a_word(rows, ann_id, 9)
    form = sent(ann.get("/replacements/all").text)
    for _ in range(2):
        done = ann.post("/replacements/all", **form)

    assert "0 replacements are approved." in ann.get(done.headers["location"]).text
    assert len(events_of(engine, EventKind.APPROVED)) == 9


def test_nobody_decides_on_what_is_another_sellers(
    rows: Rows, database_url: str, engine: Engine, busy: int, deeds: Deeds
) -> None:
    with signed_in(database_url, engine, rows.user("bob"), "bob") as bob:
        preview = bob.get("/replacements/all").text
        bob.post("/replacements/all", decision="approve", ids="1.2.3")
        bob.post("/replacements/all", decision="refuse", ids="4.5.6")

    assert "ids" not in sent(preview)
    assert states(engine) == {"proposed": WAITING}
    assert deeds() == []


@pytest.mark.parametrize("ids", ["", "x", "1,2", "1..2", "-1", "9" * 20])
def test_ids_that_no_preview_has_given_are_refused(ann: Browser, engine: Engine, busy: int, ids: str) -> None:
    ann.get("/replacements/all")

    assert ann.post("/replacements/all", decision="approve", ids=ids).status_code == 422
    assert states(engine) == {"proposed": WAITING}


@pytest.mark.parametrize("query", ["alike=101", "good=-1", "ratings=x", "dearer=1e9", "market=ebay", "sort=best"])
def test_filters_that_are_none_are_refused(ann: Browser, query: str) -> None:
    assert ann.get(f"/replacements?{query}").status_code == 422


@pytest.mark.parametrize(
    ("then", "told"),
    [
        ({"state": "approved", "decided_by": "hanako"}, "hanako approved n1 on "),
        ({"state": "undone", "decided_by": "hanako"}, "hanako refused n1 on "),
        ({"state": "applied", "decided_by": "hanako"}, "hanako approved n1 on "),
        ({"state": "applied"}, "n1 went up by itself on "),
        ({"state": "lapsed"}, "D-0001 has no replacement that waits for approval"),
    ],
)
@pytest.mark.parametrize("word", ["approve", "refuse", "refuse-seller"])
def test_an_outdated_tab_is_told_what_happened(
    ann: Browser, rows: Rows, engine: Engine, ann_id: int, word: str, then: dict[str, str], told: str
) -> None:
    wait_for_a_word(rows, ann_id, 1)
    ann.get("/replacements")
    when = {"decided_at": ago(minutes=2)} if "decided_by" in then else {}
    rows.change(update(tables.revivals).values(then | when))
    refused = ann.post(f"/replacements/1/{word}", item="mercari n1", waiting="true")

    assert refused.status_code == 409
    assert re.search(r"data-why>[^<]*" + re.escape(told), refused.text), refused.text
    assert states(engine) == {then["state"]: 1}
    assert rows.read("excluded_sellers", "seller_id") == []


def card(text: str, word: str) -> dict[str, str]:
    """Return the fields of a form on the listing's card of what waits."""
    form = text.partition('id="proposed"')[2].partition(f"/{word}?back=")[2].partition("</form>")[0]
    fields = {name: unescape(value) for name, value in re.findall(r'name="(\w+)" value="([^"]*)"', form)}
    assert fields.pop("form_token")
    return fields


def goes_up_elsewhere(rows: Rows) -> None:
    """Hanako approves the item for listing 1 in another tab, and a worker applies it."""
    new = rows.source("n1", marketplace="mercari")
    offers, its = tables.listings, tables.revivals
    up = {"source_item_id": new, "quantity": 1, "searching": False, "revision": 3}
    rows.change(update(offers).where(offers.c.id == 1).values(up))
    decided = {"state": "applied", "decided_by": "hanako", "decided_at": ago(minutes=2)}
    rows.change(update(its).where(its.c.listing_id == 1).values(decided))


def offer_of(rows: Rows) -> tuple[int, bool]:
    [(quantity, searching)] = rows.read("listings", "quantity", "searching")
    return quantity, searching


def test_refuse_on_an_outdated_card_of_a_listing_takes_no_offer_down(ann: Browser, rows: Rows, ann_id: int) -> None:
    wait_for_a_word(rows, ann_id, 1)
    fields = card(ann.get("/listings/1").text, "refuse")
    goes_up_elsewhere(rows)
    refused = ann.post("/replacements/1/refuse", **fields)

    assert refused.status_code == 409
    assert "hanako approved n1 on " in refused.text
    assert offer_of(rows) == (1, False)


def test_undo_it_on_the_page_of_a_listing_takes_the_offer_down(ann: Browser, rows: Rows, ann_id: int) -> None:
    wait_for_a_word(rows, ann_id, 1)
    goes_up_elsewhere(rows)
    page = ann.get("/listings/1").text
    form = page.partition("/replacements/1/refuse?back=")[2].partition("</form>")[0]
    fields = {name: unescape(value) for name, value in re.findall(r'name="(\w+)" value="([^"]*)"', form)}
    taken_back = ann.post("/replacements/1/refuse", **fields)

    assert "waiting" not in fields
    assert taken_back.status_code == 303
    assert offer_of(rows) == (0, True)


@pytest.mark.parametrize(
    ("waiting", "status", "offer"),
    [({"waiting": True}, 409, (1, False)), ({"waiting": False}, 204, (0, True)), ({}, 204, (0, True))],
)
def test_a_program_refuses_only_what_waits_if_it_says_so(
    ann: Browser, rows: Rows, ann_id: int, waiting: dict[str, bool], status: int, offer: tuple[int, bool]
) -> None:
    wait_for_a_word(rows, ann_id, 1)
    goes_up_elsewhere(rows)
    ann.get("/account/keys")
    program = {"Authorization": f"Bearer {key_of(ann, *ALL)}"}
    meant = {"marketplace": "mercari", "item_id": "n1"} | waiting
    refused = ann.client.post("/api/v1/replacements/1/refuse", json=meant, headers=program)

    assert refused.status_code == status, refused.text
    assert offer_of(rows) == offer


def test_the_api_has_the_same_filters_and_pages(ann: Browser, rows: Rows, ann_id: int) -> None:
    wait_for_a_word(rows, ann_id, 100)
    ann.get("/account/keys")
    program = {"Authorization": f"Bearer {key_of(ann, *ALL)}"}
    seen: list[str] = []
    after: str | None = ""
    while after is not None:
        query = f"alike=30&dearer=200&sort=cost&after={after}"
        told = ann.client.get(f"/api/v1/replacements?{query}", headers=program).json()
        seen += [one["sku"] for one in told["replacements"]]
        after = told["next"]

    assert (told["matching"], told["waiting"]) == (40, 100)
    assert len(seen) == len(set(seen)) == 40
    assert [sku[-1] for sku in seen] == sorted(sku[-1] for sku in seen)
    assert ann.client.get("/api/v1/replacements?alike=101", headers=program).status_code == 422
