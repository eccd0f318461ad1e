"""Two sellers on every route: what belongs to the other seller does not exist, and is never changed."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import Enum
from typing import Any

import pytest
from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from sqlalchemy import Engine, select
from tests.integration.web.orders import decide, found, link, ordered
from tests.integration.web.rows import Rows, ago
from tests.integration.web.site import PASSWORDS, Browser, Served, let_sign_in, served

from mercarich_contracts.orders import OrderDecision
from mercarich_db import tables
from mercarich_db.engine import reading
from mercarich_platform.settings import SharedSettings
from mercarich_web.bootstrap import build_pages
from mercarich_web.identity.sign_in import hashed
from mercarich_web.settings import PagesSettings


class For(Enum):
    """Whom a route serves."""

    ANYBODY = "anybody"
    SIGNED = "signed"
    """Any signed-in visitor; the address does not name an owner."""
    SELLER = "seller"
    """The same, sellers only."""
    OWNER = "owner"
    """The seller who owns the thing in the address."""
    OPERATOR = "operator"
    KEY = "key"
    """The API: the seller who owns the key."""


@dataclass(frozen=True)
class Row:
    whom: For
    url: str = ""
    """Values of the path's parameters: `{listing}`, … are Ann's."""
    fields: dict[str, str] = field(default_factory=dict)
    json: dict[str, str] | None = None


PROPOSED = {"marketplace": "yahoo", "item_id": "x999999"}
ROUTES: dict[tuple[str, str], Row] = {
    ("get", "/healthz"): Row(For.ANYBODY),
    ("get", "/readyz"): Row(For.ANYBODY),
    ("get", "/assets/{name}"): Row(For.ANYBODY, "/assets/x.css"),
    ("get", "/sign-in"): Row(For.ANYBODY),
    ("post", "/sign-in"): Row(For.ANYBODY),
    ("get", "/sign-in/code"): Row(For.ANYBODY),
    ("post", "/sign-in/code"): Row(For.ANYBODY),
    ("get", "/sign-in/code/passkey"): Row(For.ANYBODY),
    ("post", "/sign-in/code/passkey"): Row(For.ANYBODY),
    ("post", "/sign-in/code/passkey/options"): Row(For.ANYBODY),
    ("get", "/join/{token}"): Row(For.ANYBODY, "/join/x"),
    ("post", "/join/{token}"): Row(For.ANYBODY, "/join/x"),
    ("get", "/decide/{token}"): Row(For.ANYBODY, "/decide/x"),
    ("post", "/decide/{token}/{decision}"): Row(For.ANYBODY, "/decide/x/approve"),
    ("get", "/decide/{token}/pictures/{which}"): Row(For.ANYBODY, "/decide/x/pictures/new"),
    ("post", "/look"): Row(For.ANYBODY),
    ("post", "/sign-out"): Row(For.SIGNED),
    ("get", "/confirm"): Row(For.SIGNED),
    ("post", "/confirm"): Row(For.SIGNED),
    ("get", "/account"): Row(For.SIGNED),
    ("post", "/account/password"): Row(For.SIGNED),
    ("post", "/account/language"): Row(For.SIGNED),
    ("post", "/account/sessions/end-others"): Row(For.SIGNED),
    ("post", "/account/sessions/{name}/end"): Row(For.SIGNED, "/account/sessions/x/end"),
    ("get", "/account/second-step"): Row(For.SIGNED),
    ("post", "/account/second-step"): Row(For.SIGNED),
    ("post", "/account/second-step/recovery-codes"): Row(For.SIGNED),
    ("post", "/account/second-step/end"): Row(For.SIGNED),
    ("get", "/account/second-step/authenticator"): Row(For.SIGNED),
    ("post", "/account/second-step/authenticator/end"): Row(For.SIGNED),
    ("get", "/account/second-step/passkeys"): Row(For.SIGNED),
    ("post", "/account/second-step/passkeys"): Row(For.SIGNED),
    ("post", "/account/second-step/passkeys/options"): Row(For.SIGNED),
    ("post", "/account/second-step/passkeys/{passkey_id}/end"): Row(
        For.OWNER, "/account/second-step/passkeys/{passkey}/end"
    ),
    ("get", "/running"): Row(For.SELLER),
    ("get", "/fortnight"): Row(For.SELLER),
    ("get", "/amazon"): Row(For.SELLER),
    ("post", "/amazon/link"): Row(For.SELLER),
    ("get", "/differences"): Row(For.SIGNED),
    ("get", "/differences/asked"): Row(
        For.SIGNED, f"/differences/asked?at={ago(minutes=1):%Y-%m-%dT%H:%M:%SZ}&seller=1"
    ),
    ("post", "/differences/ask"): Row(For.SELLER),
    ("post", "/differences/ask/{user_id}"): Row(For.OPERATOR, "/differences/ask/1"),
    ("get", "/amazon/offers"): Row(For.SELLER),
    ("get", "/amazon/offers/progress"): Row(For.SELLER),
    ("get", "/amazon/offers/left.csv"): Row(For.SELLER),
    ("post", "/amazon/offers/read"): Row(For.SELLER),
    ("post", "/amazon/offers/source"): Row(For.SELLER, fields={"sku": "A-1"}),
    ("post", "/amazon/offers/sources"): Row(For.SELLER),
    ("post", "/amazon/offers/take-over"): Row(For.SELLER),
    ("get", "/creations"): Row(For.SELLER),
    ("get", "/creations/part"): Row(For.SELLER),
    ("get", "/creations/{listing_id}"): Row(For.OWNER, "/creations/{draft}"),
    ("get", "/creations/{listing_id}/found"): Row(For.OWNER, "/creations/{draft}/found?search={search}"),
    ("post", "/creations/{listing_id}/search"): Row(For.OWNER, "/creations/{draft}/search", {"query": "MX-1"}),
    ("post", "/creations/{listing_id}"): Row(
        For.OWNER, "/creations/{draft}", {"asin": "B0EXAMPLE1", "condition": "used_good", "price_jpy": "9000"}
    ),
    ("get", "/orders"): Row(For.SELLER),
    ("get", "/orders/profit"): Row(For.SELLER),
    ("get", "/orders/profit.csv"): Row(For.SELLER),
    ("post", "/orders/{item_id}/decision"): Row(
        For.OWNER, "/orders/{order}/decision", {"decision": "bought", "shown": "1"}
    ),
    ("get", "/orders/{item_id}/pictures/{source_id}"): Row(For.OWNER, "/orders/{order}/pictures/{instead}"),
    ("get", "/orders/{item_id}/cancellation.txt"): Row(For.OWNER, "/orders/{order}/cancellation.txt"),
    ("get", "/notices"): Row(For.SIGNED),
    ("get", "/troubles"): Row(For.SIGNED),
    ("post", "/notices/read"): Row(For.SIGNED),
    ("post", "/notices/{notice_id}/read"): Row(For.OWNER, "/notices/{notice}/read"),
    ("get", "/account/notices"): Row(For.SIGNED),
    ("post", "/account/notices"): Row(For.SIGNED),
    ("post", "/account/notices/chats/{way}"): Row(
        For.SIGNED,
        "/account/notices/chats/slack",
        fields={"secret": "https://hooks.slack.com/services/T024BE7LD/B4Z1X2C3V/c5Gs3cr3tOfSlack"},
    ),
    ("post", "/account/notices/chats/{way}/remove"): Row(For.OWNER, "/account/notices/chats/line/remove"),
    ("post", "/account/notices/links"): Row(For.SELLER, fields={"on": "true"}),
    ("post", "/account/notices/browsers"): Row(For.SIGNED),
    ("post", "/account/notices/browsers/{browser_id}/kinds"): Row(
        For.OWNER, "/account/notices/browsers/{browser}/kinds"
    ),
    ("post", "/account/notices/browsers/{browser_id}/remove"): Row(
        For.OWNER, "/account/notices/browsers/{browser}/remove"
    ),
    ("post", "/account/notices/browsers/{browser_id}/trial"): Row(
        For.OWNER, "/account/notices/browsers/{browser}/trial"
    ),
    ("get", "/push-worker.js"): Row(For.ANYBODY),
    ("get", "/manifest.webmanifest"): Row(For.ANYBODY),
    ("post", "/account/notices/trial"): Row(For.SIGNED, fields={"way": "mail"}),
    ("get", "/account/notices/prove/{token}"): Row(For.SIGNED, "/account/notices/prove/x"),
    ("post", "/account/notices/prove/{token}"): Row(For.OWNER, "/account/notices/prove/x"),
    ("get", "/account/keys"): Row(For.SELLER),
    ("post", "/account/keys"): Row(For.SELLER),
    ("post", "/account/keys/{key_id}/revoke"): Row(For.OWNER, "/account/keys/{key}/revoke"),
    ("get", "/api/v1/status"): Row(For.KEY),
    ("get", "/api/v1/listings"): Row(For.KEY),
    ("get", "/api/v1/listings/export.csv"): Row(For.KEY),
    ("get", "/api/v1/listings/{listing_id}"): Row(For.KEY, "/api/v1/listings/{listing}"),
    ("post", "/api/v1/listings/actions"): Row(For.KEY),
    ("post", "/api/v1/listings/undo"): Row(For.KEY),
    ("post", "/api/v1/listings/{listing_id}/prices"): Row(
        For.KEY, "/api/v1/listings/{listing}/prices", json={"least_price_jpy": 900, "most_price_jpy": 1200}
    ),
    ("post", "/api/v1/listings/{listing_id}/prices/{action}"): Row(For.KEY, "/api/v1/listings/{listing}/prices/stop"),
    ("post", "/api/v1/listings/{listing_id}/source/look"): Row(
        For.KEY, "/api/v1/listings/{listing}/source/look", json={"source": "https://jp.mercari.com/item/m12345678901"}
    ),
    ("post", "/api/v1/listings/{listing_id}/source"): Row(
        For.KEY,
        "/api/v1/listings/{listing}/source",
        json={
            "marketplace": "yahoo",
            "item_id": "x999999",
            "revision": "1",
            "source_item_id": "1",
            "effect": "stays_up",
            "cost_jpy": "800",
        },
    ),
    ("post", "/api/v1/listings/{listing_id}/edit"): Row(
        For.KEY, "/api/v1/listings/{listing}/edit", json={"title": "Another title"}
    ),
    ("post", "/api/v1/listings/{listing_id}/limit"): Row(
        For.KEY, "/api/v1/listings/{listing}/limit", json={"least_profit_jpy": "-100"}
    ),
    ("post", "/api/v1/listings/{listing_id}/{action}"): Row(For.KEY, "/api/v1/listings/{listing}/withdraw"),
    ("get", "/api/v1/differences"): Row(For.KEY),
    ("get", "/api/v1/differences/deleted"): Row(For.KEY),
    ("post", "/api/v1/differences/ask"): Row(For.KEY),
    ("get", "/api/v1/offers"): Row(For.KEY),
    ("get", "/api/v1/offers/left.csv"): Row(For.KEY),
    ("post", "/api/v1/offers/read"): Row(For.KEY),
    ("post", "/api/v1/offers/source"): Row(For.KEY),
    ("post", "/api/v1/offers/sources"): Row(For.KEY),
    ("post", "/api/v1/offers/take-over"): Row(For.KEY),
    ("get", "/api/v1/creations"): Row(For.KEY),
    ("post", "/api/v1/creations"): Row(For.KEY, json={"listing": "1"}),
    ("post", "/api/v1/creations/catalogue"): Row(For.KEY, json={"query": "MX-1"}),
    ("get", "/api/v1/creations/catalogue/{search_id}"): Row(For.KEY, "/api/v1/creations/catalogue/{search}"),
    ("get", "/api/v1/orders"): Row(For.KEY),
    ("get", "/api/v1/orders/profit"): Row(For.KEY),
    ("post", "/api/v1/orders/{item_id}/decision"): Row(
        For.KEY, "/api/v1/orders/{order}/decision", json={"decision": "bought", "shown": "1"}
    ),
    ("get", "/api/v1/replacements"): Row(For.KEY),
    ("post", "/api/v1/replacements/{listing_id}/approve"): Row(
        For.KEY, "/api/v1/replacements/{listing}/approve", json=PROPOSED
    ),
    ("post", "/api/v1/replacements/{listing_id}/refuse"): Row(
        For.KEY, "/api/v1/replacements/{listing}/refuse", json=PROPOSED
    ),
    ("get", "/api/v1/jobs"): Row(For.KEY),
    ("get", "/api/v1/jobs/{job_id}"): Row(For.KEY, "/api/v1/jobs/{job}"),
    ("get", "/api/v1/jobs/{job_id}/to-mend.csv"): Row(For.KEY, "/api/v1/jobs/{job}/to-mend.csv"),
    ("post", "/api/v1/jobs/{job_id}/stop"): Row(For.KEY, "/api/v1/jobs/{job}/stop"),
    ("post", "/api/v1/jobs/{job_id}/accept"): Row(For.KEY, "/api/v1/jobs/{job}/accept"),
    ("post", "/api/v1/jobs/{job_id}/right-ones"): Row(For.KEY, "/api/v1/jobs/{job}/right-ones"),
    ("post", "/api/v1/jobs/searches"): Row(For.KEY),
    ("post", "/api/v1/jobs/imports"): Row(For.KEY),
    ("get", "/"): Row(For.SIGNED),
    ("get", "/listings"): Row(For.SELLER),
    ("get", "/listings/export.csv"): Row(For.SELLER),
    ("get", "/listings/{listing_id}"): Row(For.OWNER, "/listings/{listing}"),
    ("get", "/listings/{listing_id}/pictures/{slot}"): Row(For.OWNER, "/listings/{listing}/pictures/0"),
    ("post", "/listings/{listing_id}/prices"): Row(
        For.OWNER, "/listings/{listing}/prices", fields={"least_price_jpy": "900", "most_price_jpy": "1200"}
    ),
    ("post", "/listings/{listing_id}/prices/end"): Row(For.OWNER, "/listings/{listing}/prices/end"),
    ("post", "/listings/{listing_id}/prices/{action}"): Row(For.OWNER, "/listings/{listing}/prices/stop"),
    ("post", "/listings/{listing_id}/limit"): Row(
        For.OWNER, "/listings/{listing}/limit", fields={"least_profit_jpy": "-100"}
    ),
    ("post", "/listings/{listing_id}/limit/end"): Row(For.OWNER, "/listings/{listing}/limit/end"),
    ("get", "/listings/changes"): Row(For.SELLER, "/listings/changes?at=2026-11-25T10:00:00Z"),
    ("get", "/listings/changes/part"): Row(For.SELLER, "/listings/changes/part?at=2026-11-25T10:00:00Z"),
    ("get", "/listings/{listing_id}/edit"): Row(For.OWNER, "/listings/{listing}/edit"),
    ("post", "/listings/{listing_id}/edit"): Row(
        For.OWNER,
        "/listings/{listing}/edit",
        fields={
            "title": "Another title",
            "shown": '{"title": null, "asin": null, "listing_quantity": 1, "offer_price_jpy": null}',
        },
    ),
    ("get", "/listings/{listing_id}/source"): Row(For.OWNER, "/listings/{listing}/source"),
    ("get", "/listings/{listing_id}/source/part"): Row(
        For.OWNER, "/listings/{listing}/source/part?market=yahoo&item=x999999"
    ),
    ("post", "/listings/{listing_id}/source/look"): Row(
        For.OWNER, "/listings/{listing}/source/look", fields={"source": "https://jp.mercari.com/item/m12345678901"}
    ),
    ("post", "/listings/{listing_id}/source"): Row(
        For.OWNER,
        "/listings/{listing}/source",
        fields={
            "market": "yahoo",
            "item": "x999999",
            "revision": "1",
            "source_item_id": "1",
            "effect": "stays_up",
            "cost_jpy": "800",
        },
    ),
    ("post", "/listings/preview"): Row(For.SELLER, fields={"action": "withdraw", "everything": "true"}),
    ("post", "/listings/confirm"): Row(For.SELLER, fields={"action": "withdraw", "everything": "true"}),
    ("post", "/listings/apply"): Row(For.SELLER, fields={"action": "withdraw", "everything": "true"}),
    ("post", "/listings/undo"): Row(For.SELLER, fields={"at": "2026-11-25T10:00:00+00:00"}),
    ("get", "/replacements"): Row(For.SELLER),
    ("get", "/replacements/all"): Row(For.SELLER),
    ("post", "/replacements/all"): Row(For.SELLER, fields={"ids": "1", "decision": "approve"}),
    ("get", "/replacements/{listing_id}/pictures/{revival_id}"): Row(
        For.OWNER, "/replacements/{listing}/pictures/{replacement}"
    ),
    ("post", "/replacements/{listing_id}/approve"): Row(For.OWNER, "/replacements/{listing}/approve"),
    ("post", "/replacements/{listing_id}/refuse"): Row(For.OWNER, "/replacements/{listing}/refuse"),
    ("post", "/replacements/{listing_id}/refuse-seller"): Row(For.OWNER, "/replacements/{listing}/refuse-seller"),
    ("get", "/jobs"): Row(For.SELLER),
    ("post", "/jobs/import"): Row(For.SELLER),
    ("get", "/jobs/template.csv"): Row(For.SELLER),
    ("get", "/jobs/item"): Row(For.SELLER),
    ("post", "/jobs/item"): Row(For.SELLER),
    ("post", "/jobs/{job_id}/columns"): Row(For.OWNER, "/jobs/{job}/columns"),
    ("post", "/jobs/{job_id}/right-ones"): Row(For.OWNER, "/jobs/{job}/right-ones"),
    ("post", "/jobs/search"): Row(For.SELLER),
    ("get", "/jobs/{job_id}"): Row(For.OWNER, "/jobs/{job}"),
    ("get", "/jobs/{job_id}/progress"): Row(For.OWNER, "/jobs/{job}/progress"),
    ("get", "/jobs/{job_id}/problems.csv"): Row(For.OWNER, "/jobs/{job}/problems.csv"),
    ("get", "/jobs/{job_id}/to-mend.csv"): Row(For.OWNER, "/jobs/{job}/to-mend.csv"),
    ("post", "/jobs/{job_id}/stop"): Row(For.OWNER, "/jobs/{job}/stop"),
    ("post", "/jobs/{job_id}/accept"): Row(For.OWNER, "/jobs/{job}/accept"),
    ("post", "/jobs/{job_id}/skip/{number}"): Row(For.OWNER, "/jobs/{job}/skip/1"),
    ("get", "/overview/pushes"): Row(For.OPERATOR),
    ("get", "/overview/day"): Row(For.OPERATOR),
    ("get", "/runs"): Row(For.OPERATOR),
    ("get", "/runs/heads"): Row(For.OPERATOR),
    ("get", "/runs/{run_id}"): Row(For.OPERATOR, "/runs/1"),
    ("get", "/runs/{run_id}/progress"): Row(For.OPERATOR, "/runs/1/progress"),
    ("get", "/holds"): Row(For.OPERATOR),
    ("get", "/holds/{hold_id}"): Row(For.OPERATOR, "/holds/1"),
    ("post", "/holds/{hold_id}/release"): Row(For.OPERATOR, "/holds/1/release"),
    ("post", "/holds/{hold_id}/release-listings"): Row(For.OPERATOR, "/holds/1/release-listings", {"listing": "1"}),
    ("get", "/rules"): Row(For.SELLER),
    ("post", "/rules"): Row(For.SELLER),
    ("post", "/rules/exclusions"): Row(For.SELLER),
    ("post", "/rules/exclusions/remove"): Row(For.SELLER),
    ("post", "/rules/preview"): Row(For.SELLER),
    ("get", "/schedule"): Row(For.OPERATOR),
    ("post", "/schedule/{name}/start"): Row(For.OPERATOR, "/schedule/env-update/start"),
    ("post", "/schedule/{name}/pause"): Row(For.OPERATOR, "/schedule/env-update/pause"),
    ("post", "/schedule/{name}/resume"): Row(For.OPERATOR, "/schedule/env-update/resume"),
    ("get", "/markets"): Row(For.OPERATOR),
    ("get", "/markets/{name}/state"): Row(For.OPERATOR, "/markets/yahoo/state"),
    ("get", "/markets/{name}/proxy"): Row(For.OPERATOR, "/markets/yahoo/proxy"),
    ("post", "/markets/{name}/pause"): Row(For.OPERATOR, "/markets/yahoo/pause"),
    ("post", "/markets/{name}/resume"): Row(For.OPERATOR, "/markets/yahoo/resume"),
    ("get", "/settings"): Row(For.OPERATOR),
    ("get", "/settings/{key}"): Row(For.OPERATOR, "/settings/BRAKE_SHARE"),
    ("post", "/settings/{key}"): Row(For.OPERATOR, "/settings/BRAKE_SHARE", {"value": "0.5"}),
    ("get", "/sellers"): Row(For.OPERATOR),
    ("get", "/sellers/invite"): Row(For.OPERATOR),
    ("post", "/sellers/invite"): Row(For.OPERATOR, "/sellers/invite", {"username": "eve"}),
    ("post", "/sellers/invite/again"): Row(For.OPERATOR, "/sellers/invite/again", {"username": "eve"}),
    ("post", "/sellers/invite/revoke"): Row(For.OPERATOR, "/sellers/invite/revoke", {"username": "eve"}),
    ("get", "/sellers/{user_id}"): Row(For.OPERATOR, "/sellers/1"),
    ("get", "/sellers/{user_id}/listings"): Row(For.OPERATOR, "/sellers/1/listings?sku=ANN-1"),
    ("get", "/sellers/{user_id}/listings/{listing_id}"): Row(For.OPERATOR, "/sellers/1/listings/1"),
    ("post", "/sellers/{user_id}/plan"): Row(For.OPERATOR, "/sellers/1/plan", {"plan": "4"}),
    ("post", "/sellers/{user_id}/stop"): Row(For.OPERATOR, "/sellers/1/stop"),
    ("post", "/sellers/{user_id}/start"): Row(For.OPERATOR, "/sellers/1/start"),
    ("get", "/tokens"): Row(For.OPERATOR),
    ("get", "/dead-letters"): Row(For.OPERATOR),
    ("get", "/dead-letters/show"): Row(For.OPERATOR, "/dead-letters/show?id=x"),
    ("post", "/dead-letters/replay"): Row(For.OPERATOR, "/dead-letters/replay", {"id": "x"}),
    ("post", "/dead-letters/replay-all"): Row(For.OPERATOR, "/dead-letters/replay-all", {"topic": "check.yahoo"}),
    ("get", "/audit"): Row(For.OPERATOR),
    ("get", "/pools"): Row(For.OPERATOR),
    ("get", "/pools/queues"): Row(For.OPERATOR),
    ("get", "/pools/{key}"): Row(For.OPERATOR, "/pools/FEED_WORKER"),
    ("get", "/pools/{key}/preview"): Row(For.OPERATOR, "/pools/FEED_WORKER/preview"),
    ("post", "/pools/{key}"): Row(For.OPERATOR, "/pools/FEED_WORKER"),
}
"""Every route; a route that is missing here fails the first test."""

SECRET = "an offer of Ann alone"
KEY = "mk_of_user_"
ID = re.compile(r"{(\w+_id|slot|number)}")


@dataclass(frozen=True)
class Shop:
    """The application, and the ids of Ann's things."""

    app: FastAPI
    site: Served
    ids: dict[str, int]


@pytest.fixture
def shop(database_url: str, engine: Engine, rows: Rows) -> Iterator[Shop]:
    """Ann has some of everything, Bob and the operator nothing; all three can sign in."""
    ann, bob = rows.user("ann"), rows.user("bob")
    operator = rows.add(tables.users, username="operator", plan=2, active=True, is_staff=True, created_at=ago(days=1))
    for user_id in (ann, bob, operator):
        let_sign_in(engine, user_id)
    source = rows.source("x123456", state="sold", reason="won")
    proof = rows.evidence(source)
    listing = rows.listing(ann, source, "ANN-1", title=SECRET, quantity=0, searching=True, withdrawn_at=ago(hours=2))
    rows.event(listing, "withdrawn", user_id=ann, reason="won", evidence_id=proof)
    proposed = {**PROPOSED, "url": "https://auctions.example/x999999", "title": SECRET}
    replacement = rows.add(
        tables.revivals,
        **proposed,
        listing_id=listing,
        user_id=ann,
        state="proposed",
        old_source_item_id=source,
        at=ago(hours=1),
    )
    rows.add(tables.revival_pictures, listing_id=listing, revival_id=replacement, jpeg=SECRET.encode())
    job, key = _job(rows, ann), _key(rows, ann)
    _key(rows, bob)
    about = {"cause": str(job), "count": 1, "about": SECRET, "opened_at": ago(hours=1)}
    rows.add(tables.notice_chats, user_id=ann, way="line", place=SECRET, sealed=SECRET, kinds="")
    notice = rows.add(tables.notices, user_id=ann, kind="job_failed", **about)
    shows = {"host": "push.example", "agent": SECRET, "kinds": "", "created_at": ago(days=1), "sealed": SECRET}
    hashes = {"endpoint_hash": "a" * 64, "browser_hash": "b" * 64, "session_hash": "c" * 64}
    browser = rows.add(tables.push_subscriptions, user_id=ann, **shows, **hashes)
    link(rows, ann)
    order = ordered(rows, ann, "250-1", sku="ANN-1", listing_id=listing, source_item_id=source)
    decide(rows, ann, "250-1", OrderDecision.CANNOT_BE_SOURCED, note=SECRET)
    found(rows, order, "x777777", 1_000, 0, SECRET, jpeg=SECRET.encode())
    [(instead,)] = rows.read("order_replacements", "source_item_id")
    draft = rows.listing(ann, rows.source("x654321"), "ANN-2", title=SECRET, listed=False)
    times = {"asked_at": ago(minutes=1), "not_before": ago(minutes=1), "attempts": 0}
    search = rows.add(tables.catalog_searches, user_id=ann, query=SECRET, is_code=False, **times)
    words = dict.fromkeys(("credential_hash", "credential_id", "public_key", "transports", "name"), "x")
    passkey = rows.add(tables.passkeys, user_id=ann, **words, sign_count=0, created_at=ago(hours=1))
    shared = SharedSettings.model_validate({"database_url": database_url, "kafka_bootstrap": "127.0.0.1:9"})
    app = build_pages(shared, PagesSettings(), passwords=PASSWORDS)
    with served(app) as site:
        ids = {"listing": listing, "job": job, "key": key, "notice": notice, "passkey": passkey, "order": order}
        ids |= {"draft": draft, "search": search, "replacement": replacement, "browser": browser}
        ids |= {"instead": instead}
        yield Shop(app, site, ids)


def test_every_route_is_in_the_table(shop: Shop) -> None:
    paths = get_openapi(title="", version="", routes=shop.app.routes)["paths"]
    routes = {(method, path) for path, methods in paths.items() for method in methods}

    assert routes - set(ROUTES) == set(), "tell in ROUTES whom they serve"
    assert set(ROUTES) - routes == set()


def test_who_is_not_signed_in_gets_no_further_than_the_form(shop: Shop, engine: Engine) -> None:
    before = _everything(engine)
    visitor = shop.site.browser()
    for (method, path), row in ROUTES.items():
        if row.whom is not For.ANYBODY:
            answer = _ask(visitor, shop, method, path, row)
            expected = (401, "") if row.whom is For.KEY else (303, "/sign-in")
            assert (answer.status_code, answer.headers.get("location", "")[:8]) == expected, path
    assert _everything(engine) == before


@pytest.mark.parametrize("username", ["bob", "operator"])
def test_what_is_anns_is_not_there_for_others_and_stays_as_it_is(shop: Shop, engine: Engine, username: str) -> None:
    visitor = shop.site.browser()
    visitor.sign_in(username)
    before = _everything(engine)
    for (method, path), row in ROUTES.items():
        if row.whom is For.OWNER:
            answer = _ask(visitor, shop, method, path, row)
            assert answer.status_code == 404, path
            assert SECRET not in answer.text, path
    assert _everything(engine) == before


def test_a_key_opens_its_owners_things_only(shop: Shop, engine: Engine) -> None:
    visitor = shop.site.browser()
    with_key = {}
    for user_id in (2, 1):  # Bob comes first: what Bob could change would be missing from Ann's responses.
        visitor.client.headers["Authorization"] = f"Bearer {KEY}{user_id}"
        for (method, path), row in ROUTES.items():
            if row.whom is For.KEY and (method == "get" or row.url):
                answer = _ask(visitor, shop, method, path, row)
                with_key[user_id, path] = (answer.status_code, SECRET in answer.text)

    assert {answer for (user_id, path), answer in with_key.items() if user_id == 2 and "{" in path} == {(404, False)}
    assert {answer for (user_id, path), answer in with_key.items() if user_id == 2 and "{" not in path} == {
        (200, False)
    }
    assert with_key[1, "/api/v1/listings/{listing_id}"] == (200, True)


def test_bobs_own_pages_show_nothing_of_ann(shop: Shop) -> None:
    visitor = shop.site.browser()
    visitor.sign_in("bob")
    for (method, path), row in ROUTES.items():
        if row.whom in (For.SELLER, For.SIGNED) and method == "get":
            answer = _ask(visitor, shop, method, path, row)
            assert answer.status_code == 200, path
            assert SECRET not in answer.text, path
            assert "ANN-1" not in answer.text, path


def test_ann_sees_what_is_hers(shop: Shop) -> None:
    visitor = shop.site.browser()
    visitor.sign_in("ann")

    pages = ("/", "/orders", "/listings", "/listings/{listing}", "/replacements", "/jobs/{job}")
    pictures = ("/replacements/{listing}/pictures/{replacement}", "/orders/{order}/pictures/{instead}")
    for path in (*pages, "/listings/export.csv", *pictures):
        assert SECRET in visitor.get(path.format(**shop.ids)).text, path


@pytest.mark.parametrize(("username", "whom"), [("bob", For.OPERATOR), ("operator", For.SELLER)])
def test_the_pages_of_the_other_role_are_not_there(shop: Shop, engine: Engine, username: str, whom: For) -> None:
    visitor = shop.site.browser()
    visitor.sign_in(username)
    before = _everything(engine)
    for (method, path), row in ROUTES.items():
        if row.whom is whom:
            assert _ask(visitor, shop, method, path, row).status_code == 404, path
    assert _everything(engine) == before


def test_an_id_that_no_database_can_hold_is_refused(shop: Shop) -> None:
    visitors = {username: shop.site.browser() for username in ("ann", "operator", "program")}
    visitors["ann"].sign_in("ann")
    visitors["operator"].sign_in("operator")
    visitors["program"].client.headers["Authorization"] = f"Bearer {KEY}1"
    whose = {For.OWNER: "ann", For.OPERATOR: "operator", For.KEY: "program"}
    answers = {}
    for (method, path), row in ROUTES.items():
        url = ID.sub(str(2**63), path).replace("{action}", "withdraw")
        if url != path:
            answers[method, path] = _ask(visitors[whose[row.whom]], shop, method, path, Row(row.whom, url, row.fields))

    assert len(answers) > 20
    assert {path: answer.status_code for path, answer in answers.items() if answer.status_code != 422} == {}


def test_no_get_changes_anything(shop: Shop, engine: Engine) -> None:
    for username in ("ann", "operator"):
        visitor = shop.site.browser()
        visitor.sign_in(username)
        before = _everything(engine)
        for (method, path), row in ROUTES.items():
            if method == "get":
                _ask(visitor, shop, method, path, row)
        assert _everything(engine) == before


def _job(rows: Rows, user_id: int) -> int:
    """An ended search of this seller with a query."""
    numbers = dict.fromkeys(("done", "made", "left_out", "wrong", "turn", "fence", "attempts"), 0)
    job = rows.add(
        tables.jobs,
        **numbers,
        user_id=user_id,
        kind="search",
        state="finished",
        phase="ended",
        arguments="{}",
        cursor="{}",
        created_by="ann",
        created_at=ago(hours=1),
        heartbeat_at=ago(hours=1),
        ended_at=ago(minutes=50),
    )
    query = {"job_id": job, "number": 1, "given": SECRET, "marketplace": "yahoo", "keyword": "x", "conditions": ""}
    rows.add(tables.job_queries, **query, state="done", page=1, made=0, tries=0)
    return job


def _key(rows: Rows, user_id: int) -> int:
    """Ann is the first user, Bob the second."""
    scopes = "jobs:read jobs:write listings:read listings:write"
    return rows.add(
        tables.api_keys,
        user_id=user_id,
        key_hash=hashed(f"{KEY}{user_id}"),
        name="a program",
        scopes=scopes,
        created_at=ago(hours=1),
        used_at=ago(seconds=-600),
    )


def _ask(visitor: Browser, shop: Shop, method: str, path: str, row: Row) -> Any:
    url = (row.url or path).format(**shop.ids)
    if row.json is not None:
        return visitor.client.post(url, json=row.json)
    return visitor.get(url) if method == "get" else visitor.post(url, **row.fields)


def _everything(engine: Engine) -> dict[str, list[str]]:
    """Every row of every table, except failed tries."""
    with reading(engine) as connection:
        return {
            table.name: sorted(str(row) for row in connection.execute(select(table)))
            for table in tables.metadata.sorted_tables
            if table.name not in ("sign_in_failures", "audit_log")
        }
