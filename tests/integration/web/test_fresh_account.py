"""Which routes of sellers and accounts ask for a password of the last quarter of an hour: these, and no others."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine, select
from tests.integration.web.clocks import Clock
from tests.integration.web.rows import Rows
from tests.integration.web.site import PASSWORD, PASSWORDS, Browser, Served, let_sign_in, served
from tests.integration.web.test_tenants import ROUTES, For

from mercarich_db import tables
from mercarich_db.engine import reading
from mercarich_platform.settings import SharedSettings
from mercarich_web.bootstrap import build_pages
from mercarich_web.settings import PagesSettings

FRESH = {
    ("post", "/account/sessions/end-others"),
    ("post", "/account/sessions/{name}/end"),
    ("get", "/account/second-step"),
    ("post", "/account/second-step"),
    ("post", "/account/second-step/recovery-codes"),
    ("post", "/account/second-step/end"),
    ("get", "/account/second-step/authenticator"),
    ("post", "/account/second-step/authenticator/end"),
    ("get", "/account/second-step/passkeys"),
    ("post", "/account/second-step/passkeys"),
    ("post", "/account/second-step/passkeys/options"),
    ("post", "/account/second-step/passkeys/{passkey_id}/end"),
    ("get", "/account/notices"),
    ("post", "/account/notices"),
    ("post", "/account/notices/chats/{way}"),
    ("post", "/account/notices/chats/{way}/remove"),
    ("post", "/account/notices/links"),
    ("post", "/account/notices/browsers"),
    ("post", "/account/notices/browsers/{browser_id}/kinds"),
    ("post", "/account/notices/browsers/{browser_id}/remove"),
    ("post", "/account/notices/browsers/{browser_id}/trial"),
    ("post", "/account/notices/trial"),
    ("post", "/account/keys"),
    ("post", "/amazon/link"),
}
"""Besides these, deletions of listings, which share their routes with other actions and ask in their preview."""
OURS = (For.SIGNED, For.SELLER, For.OWNER)
IDS = {
    "listing": 1,
    "job": 1,
    "key": 1,
    "notice": 1,
    "browser": 1,
    "order": 1,
    "passkey": 1,
    "draft": 1,
    "search": 1,
    "replacement": 1,
    "instead": 1,
}


@pytest.fixture
def site(database_url: str, engine: Engine, rows: Rows, clock: Clock, tmp_path: Path) -> Iterator[Served]:
    let_sign_in(engine, rows.user("ann"))
    told = {"database_url": database_url, "data_dir": tmp_path, "kafka_bootstrap": "127.0.0.1:9"}
    shared = SharedSettings.model_validate(told)
    with served(build_pages(shared, PagesSettings(), now=clock, passwords=PASSWORDS)) as one:
        yield one


@pytest.fixture
def ann(site: Served, clock: Clock) -> Browser:
    """Signed in 16 minutes ago."""
    one = site.browser()
    one.sign_in("ann")
    clock.move(minutes=16)
    return one


def test_every_route_of_sellers_and_accounts_asks_for_the_password_or_does_not(ann: Browser, engine: Engine) -> None:
    asked, before = set(), _changeable(engine)
    for (method, path), row in ROUTES.items():
        if row.whom in OURS and path not in ("/sign-out", "/confirm"):
            url = (row.url or path).format(**IDS)
            answer = ann.get(url) if method == "get" else ann.post(url, **row.fields)
            kept = answer.status_code == 403 and 'action="/confirm"' in answer.text
            if kept or answer.headers.get("location", "").startswith("/confirm"):
                asked.add((method, path))

    assert asked == FRESH
    assert _changeable(engine) == before


@pytest.mark.parametrize("step", ["preview", "apply"])
def test_deleting_listings_asks_for_the_password_first_and_keeps_the_choice(
    ann: Browser, rows: Rows, engine: Engine, step: str
) -> None:
    source = rows.source("x1")
    ticked = [rows.listing(1, source, sku, listed=False) for sku in ("A-1", "A-2")]
    rows.listing(1, source, "A-3", listed=False)
    stale = ann.post(f"/listings/{step}", action="delete", listing=ticked)
    wrong = ann.post("/listings/confirm", **_fields(stale.text), password="a wrong one, surely")
    still = len(_changeable(engine)["listings"])
    confirmed = ann.post("/listings/confirm", **_fields(wrong.text), password=PASSWORD)
    preview = _fields(confirmed.text)
    done = ann.post("/listings/apply", **preview)

    assert [answer.status_code for answer in (wrong, confirmed, done)] == [401, 200, 303]
    assert ("password" in stale.text, 'type="password"' in confirmed.text) == (True, False)
    assert (still, len(_changeable(engine)["listings"])) == (3, 1)
    assert preview["listing"] == [str(one) for one in ticked]


def _fields(page: str) -> dict[str, list[str]]:
    """The hidden fields of a page's form, but for the form token."""
    fields: dict[str, list[str]] = {}
    for name, value in re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)">', page):
        if name in ("action", "back", "listing"):
            fields.setdefault(name, []).append(value)
    return fields


def _changeable(engine: Engine) -> dict[str, list[str]]:
    """What the routes that ask can change."""
    names = (
        "sessions",
        "logins",
        "passkeys",
        "recovery_codes",
        "notice_ways",
        "notice_chats",
        "notice_sendings",
        "push_subscriptions",
        "api_keys",
        "amazon_links",
    )
    with reading(engine) as connection:
        found = {
            name: [str(row) for row in connection.execute(select(tables.metadata.tables[name]))]
            for name in (*names, "listings")
        }
    found["sessions"] = [str(len(found["sessions"]))]
    return found
