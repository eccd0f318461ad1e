"""The public API: keys with scopes, keyset pages, listing histories, jobs, problem+json, and its document."""

import json
import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from itertools import count
from pathlib import Path
from urllib.parse import quote

import pytest
from fastapi import FastAPI
from httpx import Response
from sqlalchemy import Engine, select, update
from tests.integration.web.operating.test_sellers_and_tokens import link_amazon
from tests.integration.web.orders import ordered
from tests.integration.web.rows import Rows, ago
from tests.integration.web.site import PASSWORDS, Browser, Served, let_sign_in, served
from tests.integration.web.workshop import Workshop

from mercarich_db import tables
from mercarich_db.engine import reading
from mercarich_platform.clock import utc_now
from mercarich_platform.settings import SharedSettings
from mercarich_web.bootstrap import build_pages
from mercarich_web.jobs.jobs import Kind
from mercarich_web.openapi import document
from mercarich_web.settings import PagesSettings

DOCUMENT = Path(__file__).parents[3] / "docs/openapi.json"
ALL = ["listings:read", "listings:write", "jobs:read", "jobs:write"]


def build(database_url: str, own: PagesSettings | None = None) -> FastAPI:
    shared = SharedSettings.model_validate({"database_url": database_url, "kafka_bootstrap": "127.0.0.1:9"})
    return build_pages(shared, own or PagesSettings(), passwords=PASSWORDS)


@pytest.fixture
def site(database_url: str, engine: Engine, rows: Rows) -> Iterator[Served]:
    """Ann has 60 listings, one of them with a history."""
    ann = rows.user("ann")
    let_sign_in(engine, ann)
    source = rows.source("x1", state="sold", reason="won")
    proof = rows.evidence(source)
    for number in range(60):
        rows.listing(ann, source, f"A-{number:02}", title=f"Lens {number}", changed_at=ago(hours=1, minutes=number))
    told = rows.listing(ann, source, "B-1", quantity=0, title='=HYPERLINK("x")')
    rows.event(told, "withdrawn", user_id=ann, reason="won", evidence_id=proof, quantity_before=1, quantity_after=0)
    with served(build(database_url)) as one:
        yield one


@pytest.fixture
def ann(site: Served) -> Browser:
    one = site.browser()
    one.sign_in("ann")
    return one


_NUMBERS = count(1)


def key_of(ann: Browser, *scopes: str) -> str:
    page = ann.post("/account/keys", name=f"program {next(_NUMBERS)}", scope=scopes)
    found = re.search(r"<code class=\"once\">(mk_[\w-]{43})</code>", page.text)
    assert found is not None
    return found[1]


@pytest.fixture
def program(site: Served, ann: Browser) -> Browser:
    """A program and not a browser: it has a key and no cookie."""
    one = site.browser()
    one.client.headers["Authorization"] = f"Bearer {key_of(ann, *ALL)}"
    return one


def test_a_key_is_shown_once_and_kept_as_a_hash(ann: Browser, engine: Engine) -> None:
    key = key_of(ann, "listings:read")
    with reading(engine) as connection:
        stored = str(connection.execute(select(tables.api_keys)).all())
        audited = str(connection.execute(select(tables.audit_log)).all())

    assert key not in ann.get("/account/keys").text
    assert key not in stored + audited
    assert "key_made" in audited


def test_who_reloads_the_page_of_a_new_key_or_clicks_twice_gets_no_second_one(ann: Browser, engine: Engine) -> None:
    def make(name: str) -> Response:
        return ann.post("/account/keys", name=name, scope="listings:read")

    with ThreadPoolExecutor(2) as pool:
        clicks = sorted(one.status_code for one in pool.map(make, ["the books"] * 2))
    reloaded = make("the books")
    with reading(engine) as connection:
        stored = connection.execute(select(tables.api_keys.c.name)).scalars().all()
        audited = connection.execute(select(tables.audit_log.c.action)).scalars().all()
    [key_id] = re.findall(r"/account/keys/(\d+)/revoke", reloaded.text)
    ann.post(f"/account/keys/{key_id}/revoke")

    assert (clicks, reloaded.status_code) == ([200, 422], 422)
    assert "「the books」という名前のキーがすでにあります" in reloaded.text
    assert (stored, audited.count("key_made")) == (["the books"], 1)
    assert make("the books").status_code == 200, "a name is free once its key is revoked"


def test_without_a_key_or_with_a_wrong_one_nothing_is_told(site: Served, ann: Browser) -> None:
    one = site.browser()
    answers = [
        one.client.get("/api/v1/listings", headers=headers)
        for headers in (
            {},
            {"Authorization": "Bearer mk_wrong"},
            {"Authorization": "Basic eDp4"},
            {"Authorization": "Bearer"},
        )
    ]

    assert {answer.status_code for answer in answers} == {401}
    assert {answer.headers["content-type"] for answer in answers} == {"application/problem+json"}
    assert answers[0].headers["www-authenticate"] == "Bearer"
    assert ann.get("/api/v1/listings").status_code == 401, "a cookie is no key"


def test_a_key_does_what_its_scopes_say_and_nothing_once_it_is_revoked(site: Served, ann: Browser) -> None:
    one = site.browser()
    one.client.headers["Authorization"] = f"Bearer {key_of(ann, 'jobs:read')}"
    read, listings = one.client.get("/api/v1/jobs"), one.client.get("/api/v1/listings")
    started = one.client.post("/api/v1/jobs/searches", json={"given": ["lens"]})
    [key_id] = re.findall(r"/account/keys/(\d+)/revoke", ann.get("/account/keys").text)
    ann.post(f"/account/keys/{key_id}/revoke")

    assert (read.status_code, listings.status_code, started.status_code) == (200, 403, 403)
    assert "insufficient_scope" in listings.headers["www-authenticate"]
    assert one.client.get("/api/v1/jobs").status_code == 401


def test_a_key_of_somebody_who_was_shut_out_opens_nothing(program: Browser, rows: Rows) -> None:
    before = program.get("/api/v1/jobs").status_code
    rows.change(update(tables.users).values(active=False))

    assert (before, program.get("/api/v1/jobs").status_code) == (200, 401)


def test_a_key_that_calls_too_often_waits_and_others_do_not(
    site: Served, ann: Browser, rows: Rows, engine: Engine, database_url: str
) -> None:
    let_sign_in(engine, rows.user("bob"))
    keys = [key_of(ann, "jobs:read") for _ in range(3)]
    with served(build(database_url, PagesSettings(api_calls_a_minute=2))) as busy:
        bob = busy.browser()
        bob.sign_in("bob")
        calls = [keys[0]] * 3 + [keys[1]] * 2 + [keys[2], key_of(bob, "jobs:read")]
        one = busy.browser()
        answers = [one.client.get("/api/v1/jobs", headers={"Authorization": f"Bearer {key}"}) for key in calls]

    assert [answer.status_code for answer in answers] == [200, 200, 429, 200, 200, 429, 200]
    assert answers[2].headers["content-type"] == "application/problem+json"
    assert 1 <= int(answers[2].headers["retry-after"]) <= 30, "of the key"
    assert 1 <= int(answers[5].headers["retry-after"]) <= 15, "of the seller"


def test_pages_lead_through_all_listings_once(program: Browser) -> None:
    found, after = [], ""
    for _ in range(3):
        page = program.get(f"/api/v1/listings?sort=sku&after={after}").json()
        found += [one["sku"] for one in page["listings"]]
        after = page["next"]
        if after is None:
            break

    assert found == [f"A-{number:02}" for number in range(60)] + ["B-1"]


def test_filters_are_those_of_the_pages(program: Browser) -> None:
    assert [one["sku"] for one in program.get("/api/v1/listings?q=lens+7").json()["listings"]] == ["A-07"]
    assert [one["sku"] for one in program.get("/api/v1/listings?view=withdrawn").json()["listings"]] == ["B-1"]
    assert program.get("/api/v1/listings?market=mercari").json() == {"listings": [], "next": None}
    assert program.get("/api/v1/listings?view=nothing").status_code == 422


def test_the_address_of_a_source_finds_its_listing_and_that_of_another_item_nothing(
    program: Browser, rows: Rows
) -> None:
    shared = (
        "https://jp.mercari.com/en/item/m77777777777?source_location=share&utm_source=ios&utm_medium=share&x="
        + "y" * 90
    )
    source = rows.source("m77777777777", marketplace="mercari")
    rows.listing(1, source, "SHARED-1", marketplace="mercari", title="ソニー ヘッドホン m88888888888")

    def found(words: str) -> list[str]:
        answer = program.get(f"/api/v1/listings?q={quote(words)}")
        return [one["sku"] for one in answer.json()["listings"]]

    assert found(shared) == ["SHARED-1"]
    assert found("https://jp.mercari.com/item/m88888888888") == []
    assert found("ｿﾆｰ ﾍｯﾄﾞﾎﾝ") == ["SHARED-1"]


def test_one_listing_comes_with_its_story_and_evidence(program: Browser) -> None:
    [row] = program.get("/api/v1/listings?q=B-1").json()["listings"]
    told = program.get(f"/api/v1/listings/{row['id']}").json()
    [withdrawn] = [entry for entry in told["timeline"] if entry["kind"] == "withdrawn"]

    assert (told["stage"], told["quantity"]) == ("withdrawn", 0)
    assert told["why"]
    assert withdrawn["evidence"]["url"] == "https://auctions.example/x1"
    assert told["next_look"] == {
        "reason_code": "look_not_wanted",
        "reason_values": {},
        "text": "none, since the offer is not on sale",
    }


def test_a_listing_tells_when_its_source_was_seen_and_is_looked_at_next(program: Browser, rows: Rows) -> None:
    [row] = program.get("/api/v1/listings?q=A-07").json()["listings"]
    link_amazon(rows, 1, "valid")
    seen = ago(hours=1)
    rows.change(tables.source_items.update().values(checked_at=seen, observed_at=seen))
    told = program.get(f"/api/v1/listings/{row['id']}").json()

    assert datetime.fromisoformat(told["last_seen_at"]) == seen
    next_look = told["next_look"]
    assert (next_look["reason_code"], next_look["reason_values"]["hours"]) == ("look_by_plan", 12)
    assert datetime.fromisoformat(next_look["reason_values"]["by"]) == seen + timedelta(hours=12)
    assert next_look["text"].startswith("by 20")


def test_the_export_is_the_csv_of_the_pages(program: Browser) -> None:
    text = program.get("/api/v1/listings/export.csv").text

    assert len(text.splitlines()) == 62
    assert "'=HYPERLINK" in text


def test_listings_are_withdrawn_one_and_many_and_only_ones_own(program: Browser, rows: Rows, engine: Engine) -> None:
    foreign = rows.listing(rows.user("bob"), 1, "B-9")
    found = {one["sku"]: one["id"] for one in program.get("/api/v1/listings?sort=sku").json()["listings"]}
    one = program.client.post(f"/api/v1/listings/{found['A-00']}/withdraw")
    again = program.client.post(f"/api/v1/listings/{found['A-00']}/withdraw")
    wish = {"action": "withdraw", "listings": [found["A-01"], found["A-02"], foreign, 999_999]}
    many = program.client.post("/api/v1/listings/actions", json=wish)
    nobodys = program.client.post("/api/v1/listings/actions", json={"action": "withdraw", "listings": [foreign]})
    with reading(engine) as connection:
        down = connection.execute(select(tables.listings.c.sku).where(tables.listings.c.quantity == 0)).scalars()
        skus = sorted(down)
        actors = set(connection.execute(select(tables.audit_log.c.actor)).scalars())

    counts = [(answer.json()["chosen"], answer.json()["changed"]) for answer in (one, again, many)]
    assert counts == [(1, 1), (1, 0), (2, 2)]
    assert again.json()["undo"] is None
    assert nobodys.status_code == 404
    assert skus == ["A-00", "A-01", "A-02", "B-1"]
    assert "ann (API)" in actors


@pytest.mark.parametrize(("word", "state"), [("approve", "approved"), ("refuse", "undone")])
def test_the_word_on_a_replacement_is_about_the_one_that_is_meant(
    program: Browser, rows: Rows, engine: Engine, word: str, state: str
) -> None:
    [told] = program.get("/api/v1/listings?q=B-1").json()["listings"]
    wanted = update(tables.listings).where(tables.listings.c.id == told["id"])
    rows.change(wanted.values(searching=True, withdrawn_at=ago(hours=1)))
    found = {"marketplace": "yahoo", "item_id": "x999", "url": "https://auctions.example/x999", "title": "Lens"}
    of = {"listing_id": told["id"], "user_id": 1, "old_source_item_id": 1}
    rows.add(tables.revivals, **found, **of, state="proposed", at=ago(minutes=5))
    [shown] = program.get("/api/v1/replacements").json()["replacements"]
    meant = {name: shown[name] for name in ("marketplace", "item_id")}
    url = f"/api/v1/replacements/{told['id']}/{word}"

    none, another, this = (program.client.post(url, json=one) for one in ({}, {**meant, "item_id": "x998"}, meant))

    assert (none.status_code, another.status_code, this.status_code) == (422, 409, 204)
    with reading(engine) as connection:
        assert connection.execute(select(tables.revivals.c.state)).scalar_one() == state


def test_a_withdrawal_is_taken_back_by_what_it_answered(program: Browser, rows: Rows) -> None:
    rows.change(update(tables.source_items).values(state="available"))
    found = {one["sku"]: one["id"] for one in program.get("/api/v1/listings?sort=sku").json()["listings"]}
    withdrawn = program.client.post(f"/api/v1/listings/{found['A-00']}/withdraw").json()
    answers = [program.client.post("/api/v1/listings/undo", json={"undo": withdrawn["undo"]}) for _ in range(2)]

    assert [answer.json() for answer in answers] == [{"changed": 1}, {"changed": 0}]
    assert program.get(f"/api/v1/listings/{found['A-00']}").json()["quantity"] == 1


def test_listings_are_looked_at_stopped_and_resumed(program: Browser, rows: Rows) -> None:
    account = {"seller_id": "A1", "marketplace_id": "M", "refresh_token": "x", "token_verdict": "valid"}
    rows.add(tables.amazon_accounts, user_id=1, **account)
    rows.change(update(tables.source_items).values(state="available"))
    head = (tables.run_heads.c.operation == "check", tables.run_heads.c.marketplace == "yahoo")
    rows.change(update(tables.run_heads).where(*head).values(generation=3, run_id=rows.run(3)))
    found = {one["sku"]: one["id"] for one in program.get("/api/v1/listings?sort=sku").json()["listings"]}
    told = []
    for action in ("check", "check", "stop_watching", "resume_watching"):
        changed = program.client.post(f"/api/v1/listings/{found['A-00']}/{action}").json()["changed"]
        told.append((action, changed, program.get(f"/api/v1/listings/{found['A-00']}").json()["stage"]))

    assert told == [
        ("check", 1, "on_sale"),
        ("check", 0, "on_sale"),
        ("stop_watching", 1, "stopped"),
        ("resume_watching", 1, "on_sale"),
    ]


def test_jobs_are_started_shown_and_stopped(program: Browser) -> None:
    search = program.client.post("/api/v1/jobs/searches", json={"given": ["nikkor 50mm"], "marketplaces": ["yahoo"]})
    file = {"file": ("my.csv", b"sku,marketplace,source_id\r\nC-1,yahoo,x9\r\n", "text/csv")}
    started = program.client.post("/api/v1/jobs/imports", files=file)
    stopped = program.client.post(f"/api/v1/jobs/{started.json()['id']}/stop")
    shown = program.get(f"/api/v1/jobs/{started.json()['id']}").json()

    assert (search.status_code, started.status_code, stopped.status_code) == (201, 201, 200)
    assert (search.json()["kind"], search.json()["state"]) == ("search", "waiting")
    assert (shown["job"]["state"], shown["problems"]) == ("stopped", [])
    assert len(program.get("/api/v1/jobs").json()["jobs"]) == 2


def test_an_import_takes_the_names_of_a_files_columns_and_its_right_rows(program: Browser, engine: Engine) -> None:
    lines = "番号,どこ,メモ\nN-1,https://jp.mercari.com/item/m12345678901,x\nN-2,https://merc.li/x,y\n"
    file = {"file": ("出品.csv", lines.encode("cp932"), "text/csv")}
    named = {"column": ["番号=sku", "どこ=source_id"], "leave_out_others": "true"}
    started = program.client.post("/api/v1/jobs/imports", files=file, data=named)
    strange = program.client.post("/api/v1/jobs/imports", files=file, data={"column": ["番号=sku", "ない=source_id"]})
    no_name = program.client.post("/api/v1/jobs/imports", files=file, data={"column": ["sku"]})
    shop = Workshop(engine)
    shop.now.at = utc_now()
    shop.work(Kind.IMPORT)
    right = program.client.post(f"/api/v1/jobs/{started.json()['id']}/right-ones")
    shop.work(Kind.IMPORT)
    shown = program.get(f"/api/v1/jobs/{right.json()['id']}").json()

    assert [one.status_code for one in (started, strange, no_name, right)] == [201, 409, 422, 201]
    assert program.get(f"/api/v1/jobs/{started.json()['id']}").json()["job"]["state"] == "failed"
    assert (shown["job"]["state"], shown["job"]["made"], shown["job"]["left_out"]) == ("finished", 1, 1)
    assert [one["column"] for one in shown["problems"]] == ["source_id"]


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"given": []}, 422),
        ({"given": ["x"], "user_id": 2}, 422),
        ({"given": ["x"], "price_min": 9, "price_max": 1}, 409),
        ("[" * 100_000, 400),
    ],
)
def test_what_cannot_be_done_is_a_problem_with_its_reason(program: Browser, body: object, status: int) -> None:
    content = body if isinstance(body, str) else json.dumps(body)
    answer = program.client.post("/api/v1/jobs/searches", content=content, headers={"Content-Type": "application/json"})

    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["detail"]


def test_the_document_in_the_repository_is_that_of_the_code(database_url: str) -> None:
    told = document(build(database_url).state.api)

    assert json.loads(DOCUMENT.read_text()) == json.loads(json.dumps(told)), "run python -m tools.openapi"


def test_docs_are_there_where_a_setting_says_so(database_url: str, engine: Engine, ann: Browser) -> None:
    with served(build(database_url, PagesSettings(docs=True))) as site:
        one = site.browser()
        page, told = one.get("/docs"), one.get("/openapi.json")

    assert (page.status_code, told.status_code) == (200, 200)
    assert "/api/v1/jobs/searches" in page.text
    assert [ann.get(path).status_code for path in ("/docs", "/openapi.json", "/redoc")] == [404, 404, 404]


def test_a_listing_tells_of_the_look_for_its_own_order_and_for_no_other_sellers(program: Browser, rows: Rows) -> None:
    [row] = program.get("/api/v1/listings?q=A-07").json()["listings"]
    [source_id] = [source for id, source in rows.read("listings", "id", "source_item_id") if id == row["id"]]
    other = rows.user("another")
    for user_id in (1, other):
        link_amazon(rows, user_id, "valid")
    stores = dict(rows.read("amazon_accounts", "user_id", "seller_id"))
    rows.run(90, operation="watch", outcome="running", heartbeat_at=utc_now())
    looked = {"checked_at": ago(minutes=1), "observed_at": ago(minutes=1), "due_at": utc_now() + timedelta(minutes=9)}
    rows.change(update(tables.source_items).values(**looked))
    told = []
    for user_id in (other, 1):
        ordered(rows, user_id, str(user_id), seller_id=stores[user_id], source_item_id=source_id)
        told.append(program.get(f"/api/v1/listings/{row['id']}").json()["next_look"]["reason_code"])
    assert told == ["look_after_end", "look_for_order"]
