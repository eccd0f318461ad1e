"""Links in messages that approve or refuse a replacement without signing in."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine, select, update
from tests.integration.web.clocks import Clock
from tests.integration.web.receivers import Mailbox, Receiver
from tests.integration.web.rows import Rows
from tests.integration.web.site import PASSWORDS, Browser, Served, let_sign_in, served
from tests.integration.web.test_found_pictures import JPEG, waiting

from mercarich_db import tables
from mercarich_db.engine import reading
from mercarich_db.types import AnyRow
from mercarich_platform.settings import SharedSettings
from mercarich_web.bootstrap import build_pages
from mercarich_web.identity.sign_in import hashed
from mercarich_web.notices.worker import NoticeWorker, build_notices
from mercarich_web.settings import NoticesSettings, PagesSettings

OWN = PagesSettings(webhooks_anywhere=True, codes_for_operators=False)
LINK = re.compile(r"https://shop\.example(/decide/[\w-]{43,})")
FIELD = re.compile(r'name="(form_token|shown)" value="([^"]+)"')


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def shared(database_url: str, tmp_path: Path) -> SharedSettings:
    told = {"database_url": database_url, "data_dir": tmp_path, "kafka_bootstrap": "127.0.0.1:9"}
    return SharedSettings.model_validate(told)


@pytest.fixture
def ann_id(engine: Engine, rows: Rows) -> int:
    ann = rows.user("ann")
    let_sign_in(engine, ann, language="en")
    return ann


@pytest.fixture
def site(shared: SharedSettings, clock: Clock, ann_id: int) -> Iterator[Served]:
    with served(build_pages(shared, OWN, now=clock, passwords=PASSWORDS)) as one:
        yield one


@pytest.fixture
def ann(site: Served) -> Browser:
    one = site.browser()
    one.sign_in("ann")
    return one


@pytest.fixture
def anybody(site: Served) -> Browser:
    """Who has the message, and no session."""
    one = site.browser()
    one.client.headers["Accept-Language"] = "en"
    one.client.headers["User-Agent"] = "Mozilla/5.0 (iPhone) Safari/604.1"
    return one


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with Receiver() as one:
        yield one


@pytest.fixture
def mailbox() -> Iterator[Mailbox]:
    with Mailbox() as one:
        yield one


@pytest.fixture
def worker(shared: SharedSettings, site: Served, mailbox: Mailbox, clock: Clock) -> Iterator[NoticeWorker]:
    mail = NoticesSettings(
        smtp_host="127.0.0.1", smtp_port=mailbox.port, smtp_security="none", mail_from="mercarich@shop.example"
    )
    one = build_notices(shared, OWN.model_copy(update={"public_url": "https://shop.example"}), mail, clock)
    yield one
    one.close()


def turn(worker: NoticeWorker) -> None:
    worker.keep()
    while worker.send():
        pass


def hooked(ann: Browser, receiver: Receiver, *, links: bool = True) -> None:
    """Have notices of replacements go to a webhook, with links."""
    ann.post("/account/notices", webhook=f"http://127.0.0.1:{receiver.port}/hook", by_webhook=["proposed"])
    if links:
        assert ann.post("/account/notices/links", on="true").status_code == 303


@pytest.fixture
def offered(ann: Browser, worker: NoticeWorker, receiver: Receiver, rows: Rows, ann_id: int) -> tuple[int, int]:
    """A replacement that waits; its message has gone out. Return the ids of listing and replacement."""
    ids = waiting(rows, ann_id)
    rows.change(update(tables.listings).values(offer_price_jpy=9_000))
    rows.change(update(tables.revivals).values(price_jpy=4_000, title="What was found"))
    hooked(ann, receiver)
    turn(worker)
    return ids


@pytest.fixture
def link(offered: tuple[int, int], receiver: Receiver) -> str:
    [one] = receiver.calls[-1].json["replacements"]
    found = LINK.fullmatch(one["link"])
    assert found is not None
    return found[1]


def form_of(page: str) -> dict[str, str]:
    return dict(FIELD.findall(page))


def press(visitor: Browser, link: str, decision: str, **fields: str) -> int:
    """Press the button as a browser does from a page without referrer; return the status."""
    form = form_of(visitor.get(link).text) | fields
    headers = {"Origin": "null", "Sec-Fetch-Site": "same-origin"}
    return visitor.client.post(f"{link}/{decision}", data=form, headers=headers).status_code


def states(engine: Engine) -> list[str]:
    with reading(engine) as connection:
        return list(connection.execute(select(tables.revivals.c.state).order_by(tables.revivals.c.id)).scalars())


def links(engine: Engine) -> list[AnyRow]:
    with reading(engine) as connection:
        return list(connection.execute(select(tables.decision_links)))


def deeds(engine: Engine) -> list[AnyRow]:
    with reading(engine) as connection:
        return list(connection.execute(select(tables.audit_log).order_by(tables.audit_log.c.id)))


def test_no_message_has_links_until_the_seller_wants_them(
    ann: Browser, worker: NoticeWorker, receiver: Receiver, rows: Rows, engine: Engine, ann_id: int
) -> None:
    waiting(rows, ann_id)
    hooked(ann, receiver, links=False)

    turn(worker)

    assert receiver.calls[-1].json["notice"]["kind"] == "proposed"
    assert "replacements" not in receiver.calls[-1].json
    assert links(engine) == []


def test_the_page_shows_both_and_the_message_decides_once(
    anybody: Browser, link: str, engine: Engine, offered: tuple[int, int]
) -> None:
    page = anybody.get(link)

    assert page.status_code == 200
    assert all(word in page.text for word in ("DOWN-1", "What was found", "4,000", "Profit", "Approve", "Refuse"))
    assert page.headers["referrer-policy"] == "no-referrer"
    assert page.headers["cache-control"] == "no-store"
    assert "noindex" in page.headers["x-robots-tag"]
    assert states(engine) == ["proposed"], "a program that reads the message opens it, too"
    assert press(anybody, link, "approve") == 303
    assert states(engine) == ["approved"]
    told = anybody.get(link)
    assert "ann approved new-DOWN-1" in told.text
    assert form_of(told.text) == {}
    [deed] = [one for one in deeds(engine) if one.action == "replacement_approved_by_link"]
    assert (deed.actor, deed.user_id, deed.subject, deed.address) == ("ann", 1, "DOWN-1", "127.0.0.1")
    assert "Safari, iPhone" in deed.detail
    assert "link by webhook" in deed.detail
    with reading(engine) as connection:
        [event] = connection.execute(select(tables.listing_events).where(tables.listing_events.c.kind == "approved"))
    assert event.reason.person == "ann"


def test_a_refusal_by_link_is_one_of_the_seller(anybody: Browser, link: str, engine: Engine) -> None:
    assert press(anybody, link, "refuse") == 303

    assert states(engine) == ["undone"]
    assert "refused new-DOWN-1" in anybody.get(link).text
    assert [one.ended_by for one in links(engine)] == ["refused"]


def test_the_token_is_stored_as_a_hash_and_nowhere_told(link: str, engine: Engine, anybody: Browser) -> None:
    token = link.removeprefix("/decide/")
    press(anybody, link, "approve")

    with reading(engine) as connection:
        everything = [str(row) for table in tables.metadata.sorted_tables for row in connection.execute(select(table))]
    assert links(engine)[0].token_hash == hashed(token)
    assert [text for text in everything if token in text] == []


def test_both_pictures_come_by_the_link(anybody: Browser, link: str, rows: Rows, engine: Engine) -> None:
    picture = anybody.get(f"{link}/pictures/new")

    assert (picture.status_code, picture.content) == (200, JPEG)
    assert picture.headers["cache-control"] == "no-store"
    assert anybody.get(f"{link}/pictures/old").status_code == 404, "none was saved"
    press(anybody, link, "approve")
    assert anybody.get(f"{link}/pictures/new").status_code == 404
