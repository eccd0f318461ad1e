"""The operator's pages of sellers, of their tokens, and of dead letters."""

from collections.abc import Callable, Iterator
from urllib.parse import unquote
from uuid import uuid4

import pytest
from sqlalchemy import Engine, Table
from tests.integration.web.conftest import Deeds
from tests.integration.web.operating.conftest import KEY
from tests.integration.web.rows import Rows, ago
from tests.integration.web.site import PASSWORDS, Browser, Served, let_sign_in, served

from mercarich_contracts.topics import DEAD_LETTERS, TOPICS
from mercarich_db import tables
from mercarich_db.types import AnyRow
from mercarich_platform.dead_letters import DeadLetters
from mercarich_platform.kafka import Publisher, Record, ensure_topics
from mercarich_platform.outcomes import Rejected
from mercarich_platform.settings import SharedSettings
from mercarich_web.bootstrap import build_pages
from mercarich_web.settings import PagesSettings

ReadTable = Callable[[Table], list[AnyRow]]


def link_amazon(rows: Rows, user_id: int, verdict: str, reason: str | None = None) -> None:
    rows.add(
        tables.amazon_accounts,
        user_id=user_id,
        seller_id=f"A{user_id}",
        marketplace_id="A1VC38T7YXB528",
        refresh_token="sealed",
        token_verdict=verdict,
        token_reason=reason,
        token_checked_at=ago(hours=1),
    )


def test_tokens_of_all_sellers_are_shown_with_what_is_exposed(operator: Browser, rows: Rows) -> None:
    tom, eve = rows.user("tom"), rows.user("eve")
    link_amazon(rows, tom, "invalid", "invalid_grant: withdrawn")
    link_amazon(rows, eve, "valid")
    rows.listing(tom, rows.source("x1", state="sold"), "TOM-1", quantity=0, revision=2, pushed_revision=1)
    page = operator.get("/tokens").text
    refused = operator.get("/tokens?verdict=invalid").text

    assert page.count("row-link") == 2
    assert refused.count("row-link") == 1
    assert 'bad-text">1</b>' in refused
    assert "invalid_grant" in refused
    assert "sealed" not in page


def test_a_sellers_plan_changes_and_is_audited(operator: Browser, rows: Rows, deeds: Deeds, table: ReadTable) -> None:
    tom = rows.user("tom")
    operator.get(f"/sellers/{tom}")
    odd = operator.post(f"/sellers/{tom}/plan", plan="3")
    answer = operator.post(f"/sellers/{tom}/plan", plan="4")

    assert (odd.status_code, answer.status_code) == (409, 303)
    assert [row.plan for row in table(tables.users) if row.id == tom] == [4]
    assert deeds() == [("plan_changed", "ohta", "tom", "2 → 4")]
    assert "2 → 4" in operator.get(f"/sellers/{tom}").text


def test_a_stopped_seller_is_out_at_once_and_comes_back(
    operator: Browser, seller: Browser, deeds: Deeds, table: ReadTable
) -> None:
    ann = next(row.id for row in table(tables.users) if row.username == "ann")
    operator.get("/sellers")
    operator.post(f"/sellers/{ann}/stop")
    inside = seller.get("/account").status_code
    refused = seller.sign_in("ann").status_code
    operator.post(f"/sellers/{ann}/start")

    assert (inside, refused) == (303, 401)
    assert seller.sign_in("ann").status_code == 303
    assert [deed[0] for deed in deeds() if deed[1] == "ohta"] == ["seller_stopped", "seller_started"]


def test_operators_are_no_sellers(operator: Browser, table: ReadTable) -> None:
    ohta = next(row.id for row in table(tables.users) if row.username == "ohta")
    operator.get("/sellers")

    assert operator.get(f"/sellers/{ohta}").status_code == 404
    assert operator.post(f"/sellers/{ohta}/stop").status_code == 404


def test_sellers_come_by_pages_and_by_the_beginning_of_their_names(operator: Browser, rows: Rows) -> None:
    for number in range(51):
        rows.user(f"shop_{number:02}")

    assert operator.get("/sellers").text.count("row-link") == 50
    assert "above=" in operator.get("/sellers").text
    assert operator.get("/sellers?q=shop_4").text.count("row-link") == 10
    assert operator.get("/sellers?q=%25").text.count("row-link") == 0


def test_somebody_is_invited_by_a_link_that_is_shown_once(operator: Browser, site: Served, deeds: Deeds) -> None:
    operator.get("/sellers/invite")
    page = operator.post("/sellers/invite", username="eve", plan="4", role="seller").text
    link = page.split(f'value="{site.origin}')[1].split('"')[0]
    joined = site.browser().post(link, password="longer than twelve")

    assert joined.status_code == 303
    assert ("invited", "ohta", "eve", "seller") in deeds()
    assert operator.post("/sellers/invite", username="eve").status_code == 422


@pytest.fixture
def letter(kafka_bootstrap: str) -> bytes:
    """A record that a worker could not parse, in the broker that other tests use, too."""
    ensure_topics(kafka_bootstrap, (*TOPICS, *DEAD_LETTERS))
    body = f'{{"v": 99, "mark": "{uuid4().hex}", "refresh_token=Atzr|secret": 1}}'.encode()
    publisher = Publisher(kafka_bootstrap, client_id="test", topics=(*TOPICS, *DEAD_LETTERS))
    letters = DeadLetters(publisher, group="checker-mercari", topic_of=lambda topic: f"mercarich.dlq.{topic}")
    letters.put(Record("check.mercari", 3, 17, b"k", body, (), 1_700_000_000_000), Rejected("of version 99"))
    publisher.close()
    return body


@pytest.fixture
def connected(database_url: str, engine: Engine, rows: Rows, kafka_bootstrap: str) -> Iterator[Browser]:
    """An operator whose pages reach the broker."""
    staff = {"plan": 2, "active": True, "is_staff": True, "created_at": ago(days=9)}
    let_sign_in(engine, rows.add(tables.users, username="ohta", **staff), language="en")
    shared = SharedSettings.model_validate({"database_url": database_url, "kafka_bootstrap": kafka_bootstrap})
    app = build_pages(shared, PagesSettings.model_validate({"key": KEY}), passwords=PASSWORDS)
    with served(app) as site:
        browser = site.browser()
        browser.sign_in("ohta")
        yield browser


def test_a_dead_letter_is_listed_shown_without_secrets_and_replayed(
    connected: Browser, letter: bytes, deeds: Deeds
) -> None:
    listed = connected.get("/dead-letters?topic=check.mercari").text
    addresses = {part.split('"')[0] for part in listed.split('href="/dead-letters/show?id=')[1:]}
    mark = letter.decode().split('"mark": "')[1][:32]
    pages = {address: connected.get(f"/dead-letters/show?id={address}").text for address in addresses}
    [address] = [address for address, page in pages.items() if mark in page]
    letter_id = unquote(address)
    done = connected.post("/dead-letters/replay", id=letter_id)

    assert "secret" not in pages[address].replace("secrets are struck out", "")
    assert done.headers["location"] == "/dead-letters"
    assert deeds() == [("dead_letter_replayed", "ohta", letter_id, None)]


def test_without_a_broker_the_page_of_dead_letters_says_so(operator: Browser) -> None:
    answer = operator.get("/dead-letters")

    assert answer.status_code == 200
    assert "does not answer" in answer.text
    assert operator.get("/dead-letters/show?id=x").status_code == 404


def test_a_sellers_page_tells_how_fresh_the_looks_are(operator: Browser, rows: Rows) -> None:
    tom = rows.user("tom")
    assert "Looks at the sources on sale" not in operator.get(f"/sellers/{tom}").text
    rows.coverage(1_000, 999, user_id=tom, unseen=1)
    page = operator.get(f"/sellers/{tom}").text

    assert (
        "99.9% of 1,000 in time. Half of the sources were seen within 2.5 h, 95% within 9.0 h, the oldest 20.0 h ago"
        in page
    )
    assert "1 was not looked at yet." in page
