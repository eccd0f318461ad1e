"""Links in messages that approve or refuse a replacement without signing in."""

import json
import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from urllib.parse import unquote_plus

import pytest
from sqlalchemy import Engine, select, update
from tests.integration.web.clocks import Clock
from tests.integration.web.receivers import Mailbox, Receiver
from tests.integration.web.rows import Rows
from tests.integration.web.site import PASSWORD, PASSWORDS, Browser, Served, let_sign_in, served
from tests.integration.web.test_found_pictures import JPEG, waiting

from mercarich_contracts.audit import Actor
from mercarich_db import tables
from mercarich_db.engine import reading
from mercarich_db.types import AnyRow
from mercarich_platform.clock import utc_now
from mercarich_platform.redaction import redact
from mercarich_platform.settings import SharedSettings
from mercarich_reasons.account_changes import SecondStepReset
from mercarich_web.accounts.wiring import lost_password
from mercarich_web.bootstrap import build_pages
from mercarich_web.identity.sign_in import hashed
from mercarich_web.identity.sql.second_steps import SqlSecondSteps
from mercarich_web.notices.chats.vendor import LONGEST_LABEL, LONGEST_WITH_LINKS, Address, Message, Vendor
from mercarich_web.notices.chats.vendors import VENDORS
from mercarich_web.notices.offering import MOST_IN_CHAT
from mercarich_web.notices.sql.links import SqlLinks
from mercarich_web.notices.sql.outbox import SqlOutbox
from mercarich_web.notices.worker import NoticeWorker, build_notices
from mercarich_web.recovery.sql import SqlRecovery
from mercarich_web.sellers.sql.accounts import SqlSellerAccounts
from mercarich_web.settings import PagesSettings

OWN = PagesSettings(webhooks_anywhere=True, codes_for_operators=False)
LINK = re.compile(r"https://shop\.example(/decide/[\w-]{43,})")
FIELD = re.compile(r'name="(form_token|shown)" value="([^"]+)"')


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
def worker(shared: SharedSettings, site: Served, mailbox: Mailbox, clock: Clock) -> Iterator[NoticeWorker]:
    one = build_notices(shared, OWN.model_copy(update={"public_url": "https://shop.example"}), mailbox.settings, clock)
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
    assert deed.agent == anybody.client.headers["User-Agent"]
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


def test_a_form_that_is_not_of_the_page_is_refused(anybody: Browser, link: str, engine: Engine) -> None:
    form = form_of(anybody.get(link).text)
    ours = {"Origin": anybody.origin}

    def post(headers: dict[str, str], **fields: str) -> int:
        return anybody.client.post(f"{link}/approve", data=form | fields, headers=headers).status_code

    refused = [
        post({"Origin": "https://elsewhere.example"}),
        post({"Origin": "null", "Sec-Fetch-Site": "cross-site"}),
        post(ours, form_token=""),
        post(ours, form_token="0" * 16 + "." + "0" * 32),
        post(ours, shown="0" * 64),
    ]

    assert refused == [403] * 5
    assert states(engine) == ["proposed"]
    assert post({"Origin": "null"}) == 303, "an older browser, from a page without referrer"


def test_another_links_form_decides_nothing(
    ann: Browser, anybody: Browser, worker: NoticeWorker, receiver: Receiver, rows: Rows, engine: Engine, ann_id: int
) -> None:
    waiting(rows, ann_id)
    waiting(rows, ann_id, "DOWN-2")
    hooked(ann, receiver)
    turn(worker)
    one, other = (LINK.fullmatch(each["link"]) for each in receiver.calls[-1].json["replacements"])
    assert one is not None
    assert other is not None

    assert press(anybody, one[1], "approve", **form_of(anybody.get(other[1]).text)) == 403
    assert states(engine) == ["proposed", "proposed"]


@pytest.mark.parametrize(
    ("table", "change"),
    [
        ("revivals", {"price_jpy": 4_001}),
        ("listings", {"offer_price_jpy": 8_000}),
        ("listings", {"title": "Another title"}),
    ],
)
def test_what_has_changed_since_it_was_shown_is_not_decided(
    anybody: Browser, link: str, engine: Engine, rows: Rows, table: str, change: dict[str, object]
) -> None:
    form = form_of(anybody.get(link).text)
    rows.change(update(tables.metadata.tables[table]).values(change))

    answer = anybody.client.post(f"{link}/approve", data=form, headers={"Origin": anybody.origin})

    assert answer.status_code == 409
    assert "DOWN-1 has changed since you saw it" in answer.text
    assert states(engine) == ["proposed"]
    form = form_of(answer.text)
    answer = anybody.client.post(f"{link}/approve", data=form, headers={"Origin": anybody.origin})
    assert (answer.status_code, states(engine)) == (303, ["approved"]), "the page shows how it is now"


def test_another_replacement_is_not_decided_by_the_link_of_the_one_before(
    anybody: Browser, link: str, engine: Engine, rows: Rows, offered: tuple[int, int]
) -> None:
    form = form_of(anybody.get(link).text)
    with reading(engine) as connection:
        first = dict(connection.execute(select(tables.revivals)).one()._mapping)
    rows.change(update(tables.revivals).values(state="lapsed"))
    rows.add(tables.revivals, **{**first, "id": first["id"] + 1, "price_jpy": 4_500})

    answer = anybody.client.post(f"{link}/approve", data=form, headers={"Origin": anybody.origin})

    assert answer.status_code == 409
    assert "a newer replacement was found" in answer.text
    assert "a newer replacement was found" in anybody.get(link).text
    assert anybody.get(f"{link}/pictures/new").status_code == 404
    assert states(engine) == ["lapsed", "proposed"]


def test_who_decided_before_is_told(
    ann: Browser, anybody: Browser, link: str, engine: Engine, offered: tuple[int, int]
) -> None:
    form = form_of(anybody.get(link).text)
    ann.post(f"/replacements/{offered[0]}/refuse", waiting="true")

    answer = anybody.client.post(f"{link}/approve", data=form, headers={"Origin": anybody.origin})

    assert answer.status_code == 409
    assert "ann refused new-DOWN-1" in answer.text
    assert states(engine) == ["undone"]


def test_a_link_is_good_for_two_days(anybody: Browser, link: str, engine: Engine, clock: Clock) -> None:
    clock.move(hours=47, minutes=59)
    form = form_of(anybody.get(link).text)
    clock.move(minutes=2)

    assert anybody.get(link).status_code == 410
    assert "this link was good until" in anybody.get(link).text
    assert "DOWN-1" not in anybody.get(link).text
    answer = anybody.client.post(f"{link}/approve", data=form, headers={"Origin": anybody.origin})
    assert answer.status_code == 409
    assert anybody.get(f"{link}/pictures/new").status_code == 404
    assert states(engine) == ["proposed"]


def _off(ann: Browser, engine: Engine, rows: Rows) -> None:
    ann.post("/account/notices/links", on="false")


def _password(ann: Browser, engine: Engine, rows: Rows) -> None:
    answer = ann.post("/account/password", old=PASSWORD, new="another horse battery")
    assert answer.status_code == 303


def _others(ann: Browser, engine: Engine, rows: Rows) -> None:
    assert ann.post("/account/sessions/end-others").status_code == 303


def _another_webhook(ann: Browser, engine: Engine, rows: Rows) -> None:
    assert ann.post("/account/notices", webhook="http://127.0.0.1:9/other").status_code == 303


def _stopped(ann: Browser, engine: Engine, rows: Rows) -> None:
    SqlSellerAccounts(engine).set_active(1, False, Actor("ohta"), utc_now())


def _step_reset(ann: Browser, engine: Engine, rows: Rows) -> None:
    SqlSecondSteps(engine).end(1, utc_now(), SecondStepReset(), None)


def _stolen(ann: Browser, engine: Engine, rows: Rows) -> None:
    lost_password(engine).stolen("ann", Actor("ohta"))


def _restored(ann: Browser, engine: Engine, rows: Rows) -> None:
    SqlRecovery(engine).mark(Actor("ohta"), utc_now())


ENDS = {
    "off": _off,
    "password": _password,
    "sessions": _others,
    "way": _another_webhook,
    "stopped": _stopped,
    "step": _step_reset,
    "stolen": _stolen,
    "restored": _restored,
}


def _as_before(engine: Engine, rows: Rows) -> None:
    """Undo all that an end has changed, except the end itself."""
    rows.change(update(tables.users).values(active=True))
    rows.change(update(tables.notice_ways).values(deciding_links=True))
    rows.change(update(tables.listings).values(searching=True))


@pytest.mark.parametrize("why", ENDS)
def test_what_ends_trust_ends_the_links_for_good(
    ann: Browser, anybody: Browser, link: str, engine: Engine, rows: Rows, why: str
) -> None:
    form = form_of(anybody.get(link).text)

    ENDS[why](ann, engine, rows)
    answers = [anybody.get(link)]
    _as_before(engine, rows)
    answers.append(anybody.get(link))
    posted = anybody.client.post(f"{link}/approve", data=form, headers={"Origin": anybody.origin})

    ended = 404 if why == "restored" else 410
    assert [answer.status_code for answer in answers] == [ended, ended]
    assert all("DOWN-1" not in answer.text for answer in answers)
    assert posted.status_code == (404 if why == "restored" else 409)
    assert states(engine) == ["proposed"]


@pytest.mark.parametrize("why", ["stolen", "restored"])
def test_after_what_a_thief_or_a_backup_may_have_chosen_no_message_has_links(
    ann: Browser, link: str, engine: Engine, rows: Rows, why: str
) -> None:
    ENDS[why](ann, engine, rows)

    with reading(engine) as connection:
        assert connection.execute(select(tables.notice_ways.c.deciding_links)).scalars().all() == [False]


def test_other_kinds_for_the_same_place_end_no_link(ann: Browser, anybody: Browser, link: str, engine: Engine) -> None:
    with reading(engine) as connection:
        url = connection.execute(select(tables.notice_ways.c.webhook_url)).scalar()

    ann.post("/account/notices", webhook=url, by_webhook=["proposed", "token"])
    ann.post("/account/notices", webhook=url, mail="ann@shop.example", by_webhook=["proposed"])

    assert anybody.get(link).status_code == 200


def test_a_chat_that_is_removed_or_another_one_ends_its_links(
    ann: Browser, link: str, engine: Engine, rows: Rows
) -> None:
    hook = "https://hooks.slack.com/services/T024BE7LD/B4Z1X2C3V/c5Gs3cr3tOfSlack"
    for secret in (hook, hook + "2", ""):
        rows.change(update(tables.decision_links).values(way="slack", ended_at=None, ended_by=None))
        if secret:
            ann.post("/account/notices/chats/slack", secret=secret, kinds=["proposed"])
        else:
            ann.post("/account/notices/chats/slack/remove")
        assert [one.ended_by for one in links(engine)] == ["way"]
    rows.change(update(tables.decision_links).values(way="slack", ended_at=None, ended_by=None))
    ann.post("/account/notices/chats/slack", secret=hook, kinds=["proposed"])
    rows.change(update(tables.decision_links).values(ended_at=None, ended_by=None))
    ann.post("/account/notices/chats/slack", secret="", kinds=["proposed", "token"])
    assert [one.ended_by for one in links(engine)] == [None], "the same place, other kinds"


def test_links_that_do_not_exist_are_counted_by_the_network(
    site: Served, anybody: Browser, link: str, engine: Engine, clock: Clock
) -> None:
    stranger = site.browser("127.9.0.1")

    tried = [stranger.get(f"/decide/{number:043}").status_code for number in range(31)]

    assert tried == [404] * 30 + [429]
    assert stranger.get(link).status_code == 429, "it is told nothing while it waits"
    assert press(stranger, link, "approve") == 429
    assert anybody.get(link).status_code == 200, "of another network"
    clock.move(minutes=16)
    assert stranger.get(link).status_code == 200


def test_a_mail_has_ten_links_at_most_and_a_way_to_the_page(
    ann: Browser, anybody: Browser, worker: NoticeWorker, mailbox: Mailbox, rows: Rows, engine: Engine, ann_id: int
) -> None:
    for number in range(12):
        waiting(rows, ann_id, f"DOWN-{number}")
    rows.add(
        tables.notice_ways,
        user_id=ann_id,
        mail_address="ann@shop.example",
        mail_proven_at=utc_now(),
        kinds_by_mail="proposed",
        kinds_by_webhook="",
        deciding_links=True,
    )

    turn(worker)

    [letter] = mailbox.letters()
    found = LINK.findall(letter.text)
    assert len(set(found)) == 10
    assert "https://shop.example/replacements" in letter.text
    assert letter.text.count("DOWN-") == 10
    assert {one.way for one in links(engine)} == {"mail"}
    assert press(anybody, found[9], "approve") == 303


def test_no_link_goes_where_messages_do_not_go_any_more(
    ann: Browser, worker: NoticeWorker, receiver: Receiver, rows: Rows, engine: Engine, ann_id: int
) -> None:
    waiting(rows, ann_id)
    hooked(ann, receiver)
    worker.keep()
    outbox = SqlOutbox(engine)
    [sending] = outbox.take(utc_now() + timedelta(days=1), 10)
    book = SqlLinks(engine, utc_now)

    rows.change(update(tables.notice_ways).values(webhook_url="https://elsewhere.example/hook"))
    elsewhere = book.offer(sending, 10)
    rows.change(update(tables.notice_ways).values(webhook_url=sending.ways.webhook_url, deciding_links=False))
    unwanted = book.offer(sending, 10)
    rows.change(update(tables.notice_ways).values(deciding_links=True))
    rows.change(update(tables.users).values(active=False))
    stopped = book.offer(sending, 10)
    rows.change(update(tables.users).values(active=True))

    assert [list(one) for one in (elsewhere, unwanted, stopped)] == [[], [], []]
    assert len(book.offer(sending, 10)) == 1
    assert len(links(engine)) == 1


def test_the_owner_hears_of_it_and_the_audit_log_has_it(ann: Browser, engine: Engine, rows: Rows, ann_id: int) -> None:
    known = {"mail_address": "ann@shop.example", "mail_proven_at": utc_now()}
    rows.add(tables.notice_ways, user_id=ann_id, kinds_by_mail="", kinds_by_webhook="", **known)

    for on in ("true", "true", "false"):
        ann.post("/account/notices/links", on=on)

    with reading(engine) as connection:
        reasons = connection.execute(select(tables.notice_sendings.c.reason)).scalars().all()
    assert [type(reason).__name__ for reason in reasons if reason is not None][-1:] == ["DecidingByLinks"]
    details = [one.detail for one in deeds(engine) if one.action == "notice_ways_changed"]
    assert details == ["links that decide on", "links that decide off"]


def test_the_log_has_no_link(anybody: Browser, link: str, caplog: pytest.LogCaptureFixture) -> None:
    anybody.get(f"/decide/{'x' * 43}")
    anybody.client.post(f"{link}/approve", data={}, headers={"Origin": anybody.origin})
    anybody.client.post(f"{link}/approve", data={}, headers={"Origin": "https://elsewhere.example"})

    told = [f"{record.getMessage()} {record.__dict__}" for record in caplog.records if record.name.startswith("merc")]
    assert len(told) >= 3
    assert [line for line in told if link.removeprefix("/decide/") in line or "x" * 43 in line] == []
    assert redact(f"GET https://shop.example{link}/approve") == "GET https://shop.example/decide/[redacted]/approve"


@pytest.mark.parametrize("vendor", VENDORS.values(), ids=lambda vendor: vendor.name)
def test_a_chat_takes_the_longest_message_with_links(vendor: Vendor) -> None:
    links = tuple(("*" * LONGEST_LABEL, f"https://{'x' * 60}.example/decide/{'t' * 43}") for _ in range(MOST_IN_CHAT))
    message = Message("Mercarich: " + "_" * 64, "[" * LONGEST_WITH_LINKS, "https://shop.example/replacements", links)

    body = vendor.post(Address("1", "s"), message, "key").body.decode()

    assert all(link in unquote_plus(body) for _, link in links)
    text = max(re.findall(r'"(?:content|text)":"((?:[^"\\]|\\.)*)"', body), key=len, default="")
    assert len(json.loads(f'"{text}"')) <= 2_000


def test_a_message_offers_its_sellers_replacements_alone(
    ann: Browser, worker: NoticeWorker, receiver: Receiver, rows: Rows, engine: Engine, ann_id: int
) -> None:
    waiting(rows, rows.user("bob"), "BOB-1")
    waiting(rows, ann_id)
    hooked(ann, receiver)

    turn(worker)

    assert [one["sku"] for one in receiver.calls[-1].json["replacements"]] == ["DOWN-1"]
    assert [one.user_id for one in links(engine)] == [ann_id]


def test_of_two_who_press_at_once_one_decides(site: Served, link: str, engine: Engine) -> None:
    visitors = {"approve": site.browser(), "refuse": site.browser()}
    forms = {word: form_of(one.get(link).text) for word, one in visitors.items()}

    def push(word: str) -> int:
        headers = {"Origin": site.origin}
        return visitors[word].client.post(f"{link}/{word}", data=forms[word], headers=headers).status_code

    with ThreadPoolExecutor(2) as pool:
        answers = dict(zip(visitors, pool.map(push, visitors), strict=True))

    assert sorted(answers.values()) == [303, 409]
    [decided] = [word for word, status in answers.items() if status == 303]
    assert states(engine) == [{"approve": "approved", "refuse": "undone"}[decided]]
    assert len([one for one in deeds(engine) if one.action.endswith("_by_link")]) == 1
