"""A seller's page about Amazon: the token's state, waiting changes, refused changes; no button without a consent
page."""

from collections.abc import Iterator

import pytest
from sqlalchemy import Engine
from tests.integration.web.rows import Rows, ago
from tests.integration.web.shops import signed_in
from tests.integration.web.site import Browser

from mercarich_db import tables
from mercarich_reasons.push import AmazonRefused, FeedStuck

ANN = 1


@pytest.fixture
def ann(database_url: str, engine: Engine, rows: Rows) -> Iterator[Browser]:
    """Ann's browser, in English."""
    user_id = rows.user("ann")
    with signed_in(database_url, engine, user_id) as browser:
        yield browser


def account(rows: Rows, **values: object) -> None:
    known = {"user_id": ANN, "seller_id": "A1ANN", "marketplace_id": "A1VC38T7YXB528", "refresh_token": "v1.sealed"}
    rows.add(tables.amazon_accounts, **known, **values)


@pytest.mark.parametrize(
    ("verdict", "sentence"),
    [
        ("valid", "Amazon accepts your authorisation"),
        ("unknown", "Not known yet whether"),
        ("invalid", "Link the same Amazon account again"),
    ],
)
def test_the_token_is_told_in_words_with_what_to_do(ann: Browser, rows: Rows, verdict: str, sentence: str) -> None:
    account(rows, token_verdict=verdict, token_checked_at=ago(minutes=5))

    page = ann.get("/amazon").text

    assert sentence in page
    assert "A1ANN" in page
    assert "v1.sealed" not in page


def test_a_refusal_is_told_with_amazons_reason_and_since_when(ann: Browser, rows: Rows) -> None:
    account(rows, token_verdict="invalid", token_reason="LWA invalid_grant <revoked>", token_checked_at=ago(minutes=1))
    notice = {"user_id": ANN, "kind": "token", "cause": "", "count": 1, "about": ""}
    rows.add(tables.notices, **notice, opened_at=ago(days=2))

    page = ann.get("/amazon").text

    assert "LWA invalid_grant &lt;revoked&gt;" in page
    assert "Refused since" in page
    assert f'datetime="{ago(days=2):%Y-%m-%d}' in page


def test_what_waits_and_what_was_refused_is_there_with_its_reason(ann: Browser, rows: Rows) -> None:
    source = rows.source("x1")
    rows.listing(ANN, source, "A-WAITS", quantity=0, revision=2, pushed_quantity=1)
    rows.listing(ANN, source, "A-REFUSED", push_problem=AmazonRefused("the price is too low", "90244"))
    rows.listing(ANN, source, "A-UNKNOWN", orphan=True)
    feed = {"user_id": ANN, "lane": "feed", "items": 12, "accepted": 9, "rejected": 3, "created_at": ago(minutes=9)}
    rows.add(tables.submissions, **feed, state="in_progress", problem=FeedStuck("in_progress"))

    page = ann.get("/amazon").text
    waits, _, refused = page.partition('id="refused"')

    assert "A-WAITS" in waits
    assert "Amazon shows 1 and should show 0" in waits
    assert "Amazon refused it: the price is too low (code 90244)" in refused
    assert "Amazon does not know this SKU" in refused
    assert "at work" in refused
    assert "the feed is stuck as in_progress" in refused


def test_without_a_consent_page_there_is_no_button_and_no_way(ann: Browser) -> None:
    page = ann.get("/amazon?outcome=linked<script>").text

    assert "Linking is not set up here" in page
    assert "<script>" not in page.partition("<main")[2]
    assert 'action="/amazon/link"' not in page
    assert ann.post("/amazon/link").status_code == 409


def test_notices_and_home_lead_to_it(ann: Browser, rows: Rows) -> None:
    assert 'class="todo" href="/amazon"' in ann.get("/").text
    account(rows, token_verdict="invalid", token_reason="LWA invalid_grant")
    about = {"user_id": ANN, "kind": "token", "cause": "", "count": 1, "about": "", "opened_at": ago(hours=1)}
    rows.add(tables.notices, **about)

    assert 'class="todo" href="/amazon"' in ann.get("/").text
    assert 'class="notice-text" href="/amazon"' in ann.get("/notices").text
