"""Notices in Slack, Discord, Chatwork and LINE: from the page to doubles that know what each vendor documents."""

import logging
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import Engine, delete, select, update
from tests.integration.web.chat_vendors import (
    DISCORD,
    ENTRIES,
    LINE_TO,
    LINE_TOKEN,
    PUBLIC,
    SECRETS,
    Routed,
    Said,
    Vendors,
)
from tests.integration.web.clocks import Clock
from tests.integration.web.conftest import Mercarich
from tests.integration.web.rows import Rows, ago
from tests.integration.web.site import PASSWORDS, Browser, Served, let_sign_in, served
from tests.integration.web.test_notices import ann, ann_id

from mercarich_db import tables
from mercarich_db.engine import reading
from mercarich_platform.redaction import redact
from mercarich_platform.settings import SharedSettings
from mercarich_reasons.chats import (
    ChatAway,
    ChatBusy,
    ChatChannelClosed,
    ChatForbidden,
    ChatGivenUp,
    ChatPlaceRefused,
    ChatQuotaUsed,
    ChatRefused,
    ChatTokenRefused,
    ChatWebhookGone,
)
from mercarich_reasons.jobs import RowsWrong
from mercarich_reasons.reason import Reason
from mercarich_web.bootstrap import build_pages
from mercarich_web.notices.calls_http import Calls
from mercarich_web.notices.chats import sending_http
from mercarich_web.notices.notices import Way, What
from mercarich_web.notices.sending import MOST_TRIES
from mercarich_web.notices.sql.outbox import SqlOutbox
from mercarich_web.notices.sql.ways import a_sending
from mercarich_web.notices.worker import NoticeWorker, build_notices
from mercarich_web.settings import NoticesSettings, PagesSettings

PAGES = PagesSettings(codes_for_operators=False)
OWN = PAGES.model_copy(update={"public_url": "https://shop.example"})
NAMES = {"slack": "Slack", "discord": "Discord", "chatwork": "Chatwork", "line": "LINE"}
CHATS = list(ENTRIES)
__all__ = ["ann", "ann_id"]

every_chat = pytest.mark.parametrize("way", CHATS)


@pytest.fixture
def site(shared: SharedSettings, clock: Clock, ann_id: int) -> Iterator[Served]:
    with served(build_pages(shared, PAGES, now=clock, passwords=PASSWORDS)) as one:
        yield one


@pytest.fixture
def vendors() -> Iterator[Vendors]:
    with Vendors() as one:
        yield one


@pytest.fixture
def worker(shared: SharedSettings, site: Served, vendors: Vendors, clock: Clock) -> Iterator[NoticeWorker]:
    calls = Calls(resolve=lambda *_: [PUBLIC], transport=Routed(vendors.port))
    one = build_notices(shared, OWN, NoticesSettings(), clock, calls)
    yield one
    one.close()


def choose(browser: Browser, way: str, **more: Any) -> int:
    return browser.post(
        f"/account/notices/chats/{way}", **{"kinds": ["token", "job_failed"], **ENTRIES[way], **more}
    ).status_code


def turn(worker: NoticeWorker) -> None:
    worker.keep()
    while worker.send():
        pass


def token(rows: Rows, verdict: str) -> None:
    rows.change(update(tables.amazon_accounts).values(token_verdict=verdict, token_reason="invalid_grant"))


def sendings(engine: Engine) -> list[Any]:
    with reading(engine) as connection:
        return list(connection.execute(select(tables.notice_sendings).order_by(tables.notice_sendings.c.id)))


def rows_of(engine: Engine, name: str) -> list[str]:
    with reading(engine) as connection:
        return [str(row) for row in connection.execute(select(tables.metadata.tables[name]))]


@every_chat
def test_a_notice_reaches_the_chat_and_that_it_is_over_too(
    way: str, worker: NoticeWorker, ann: Browser, rows: Rows, vendors: Vendors, engine: Engine
) -> None:
    assert choose(ann, way) == 303
    token(rows, "invalid")
    turn(worker)
    token(rows, "valid")
    turn(worker)

    opened, closed = vendors.taken
    assert vendors.wrong == []
    assert opened.host == way
    assert "Mercarich: ann" in opened.text.replace("\\", "")
    assert "Amazon refuses your token" in opened.text
    assert "https://shop.example/amazon" in opened.text
    assert "Settled: Amazon refuses your token" in closed.text.replace("\\", "")
    assert [(row.way, row.state, row.attempts, row.problem) for row in sendings(engine)] == [(way, "sent", 1, None)] * 2


def test_each_chat_has_kinds_of_its_own(worker: NoticeWorker, ann: Browser, rows: Rows, vendors: Vendors) -> None:
    for way in CHATS:
        choose(ann, way, kinds=["token"] if way in ("slack", "line") else ["held"])
    token(rows, "invalid")
    turn(worker)

    assert sorted(taken.host for taken in vendors.taken) == ["line", "slack"]


@every_chat
def test_what_other_people_wrote_calls_nobody(
    way: str, worker: NoticeWorker, ann: Browser, rows: Rows, vendors: Vendors, ann_id: int
) -> None:
    choose(ann, way)
    numbers = dict.fromkeys(("done", "made", "left_out", "wrong", "turn", "fence", "attempts"), 0)
    words = {"kind": "import", "state": "failed", "phase": "ended", "cursor": "{}", "created_by": "ann"}
    times = {"created_at": ago(hours=1), "heartbeat_at": ago(hours=1), "ended_at": ago(minutes=9)}
    name = "<!here> <@U1> [To:1] [toall] [x](https://evil.example) @everyone & a.csv"
    arguments = f'{{"file": "{name}"}}'
    rows.add(tables.jobs, user_id=ann_id, arguments=arguments, message=RowsWrong(3), **numbers, **words, **times)
    turn(worker)

    [taken] = vendors.taken
    assert vendors.wrong == [], "the double knows what calls somebody"
    assert "everyone" in taken.text
    if way == "discord":
        assert "\\[x\\]\\(https\\://evil" in taken.text
        assert "\\<\\@U1\\>" in taken.text
    if way == "slack":
        assert "&lt;!here&gt; &lt;@U1&gt;" in taken.text


@every_chat
def test_a_long_text_fits(
    way: str, worker: NoticeWorker, ann: Browser, rows: Rows, vendors: Vendors, ann_id: int
) -> None:
    choose(ann, way, kinds=["order_unsourced", "token"])
    rows.change(update(tables.amazon_accounts).values(token_verdict="invalid", token_reason="<&>*" * 60))
    turn(worker)

    assert vendors.wrong == []
    assert len(vendors.taken) == 1


BUSY = {
    "slack": Said(429, b"rate_limited", {"Retry-After": "300"}),
    "discord": Said(429, b'{"message": "You are being rate limited.", "retry_after": 299.7, "global": false}'),
    "chatwork": Said(429, b'{"errors": ["Rate limit exceeded"]}'),
    "line": Said(429, b'{"message": "The API rate limit has been exceeded. Try again later."}'),
}
WAITS = {"slack": 300, "discord": 299.7, "chatwork": 240, "line": 30}


@every_chat
def test_a_busy_chat_is_tried_again_when_it_said_to(
    way: str, worker: NoticeWorker, ann: Browser, rows: Rows, vendors: Vendors, engine: Engine, clock: Clock
) -> None:
    choose(ann, way)
    token(rows, "invalid")
    busy = BUSY[way]
    if way == "chatwork":
        busy = Said(busy.status, busy.body, {"x-ratelimit-reset": str(int(clock.at.timestamp()) + 240)})
    vendors.next = [busy]
    turn(worker)
    [before] = sendings(engine)
    clock.move(seconds=WAITS[way] - 2)
    turn(worker)
    early = len(vendors.taken)
    clock.move(seconds=4)
    turn(worker)
    [after] = sendings(engine)

    assert (before.state, before.refusal) == ("waiting", ChatBusy(NAMES[way]))
    assert (early, len(vendors.taken)) == (1, 2)
    assert (after.state, after.attempts, after.refusal, after.problem) == ("sent", 2, None, None)


@every_chat
@pytest.mark.parametrize(
    "said", [Said(500), Said(503, b"<html>", {"Retry-After": "x"}), Said(cut=True), Said(slow=2.0)]
)
def test_a_chat_that_fails_is_tried_again(
    way: str,
    said: Said,
    worker: NoticeWorker,
    ann: Browser,
    rows: Rows,
    vendors: Vendors,
    engine: Engine,
    clock: Clock,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(sending_http, "SECONDS", 1.0)
    choose(ann, way)
    token(rows, "invalid")
    vendors.next = [said]
    turn(worker)
    [before] = sendings(engine)
    clock.move(minutes=1)
    turn(worker)
    [after] = sendings(engine)

    assert before.state == "waiting"
    assert before.refusal == ChatAway(NAMES[way], said.status if said.status >= 500 else None)
    assert (after.state, after.attempts) == ("sent", 2)
    if way == "line":
        assert len(vendors.shown) == 1, "a message whose reply was lost comes once"


def test_a_chat_that_hangs_holds_up_no_other_way(
    worker: NoticeWorker,
    site: Served,
    ann: Browser,
    ann_id: int,
    rows: Rows,
    vendors: Vendors,
    engine: Engine,
    clock: Clock,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(sending_http, "SECONDS", 0.5)
    bob_id = rows.user("bob")
    let_sign_in(engine, bob_id, language="en")
    bob = site.browser()
    bob.sign_in("bob")
    for browser, way in ((ann, "slack"), (ann, "line"), (bob, "slack")):
        assert choose(browser, way) == 303
    for user, to in ((ann_id, Way.SLACK), (ann_id, Way.SLACK), (bob_id, Way.SLACK), (ann_id, Way.LINE)):
        rows.add(tables.notice_sendings, **a_sending(user, to, What.TRIAL, clock.at, None))
    vendors.next = [Said(slow=2.0), Said()]
    turn(worker)
    before = sendings(engine)
    called = [taken.host for taken in vendors.taken]
    clock.move(seconds=31)
    turn(worker)
    after = sendings(engine)

    assert called == ["slack", "line"], "Slack is called once, and LINE does not wait for it"
    waits = [("waiting", 1), ("waiting", 0), ("waiting", 0)]
    assert [(row.state, row.attempts) for row in before] == [*waits, ("sent", 1)]
    assert [(row.state, row.attempts) for row in after] == [("sent", 2), ("sent", 1), ("sent", 1), ("sent", 1)]


def test_mails_go_before_chats(ann_id: int, rows: Rows, engine: Engine, clock: Clock) -> None:
    bob = rows.user("bob")
    old = clock.at - timedelta(minutes=5)
    for user, way, at in (
        (ann_id, Way.LINE, old),
        (ann_id, Way.MAIL, clock.at),
        (bob, Way.SLACK, old),
        (bob, Way.MAIL, clock.at),
    ):
        rows.add(tables.notice_sendings, **a_sending(user, way, What.TRIAL, at, None))
    outbox = SqlOutbox(engine)
    first, then, last = (outbox.take(clock.at, 1) for _ in range(3))
    rest = outbox.take(clock.at, 10)

    assert [one.way for taken in (first, then, last) for one in taken] == [Way.MAIL, Way.MAIL, Way.LINE]
    assert [one.way for one in rest] == [Way.SLACK]


@every_chat
def test_the_last_try_says_that_the_message_was_not_delivered(
    way: str, worker: NoticeWorker, ann: Browser, vendors: Vendors, engine: Engine, clock: Clock
) -> None:
    choose(ann, way)
    ann.post("/account/notices/trial", way=way)
    vendors.next = [Said(503), Said(429)] * (MOST_TRIES // 2)
    for _ in range(MOST_TRIES + 1):
        turn(worker)
        clock.move(hours=2)
    [row] = sendings(engine)
    ann.sign_in("ann")
    page = ann.get("/account/notices").text

    assert (row.state, row.attempts, row.refusal) == ("failed", MOST_TRIES, ChatGivenUp(NAMES[way], MOST_TRIES))
    assert len(vendors.taken) == MOST_TRIES
    assert "This message was not delivered, and is not sent again" in page
    assert "by ourselves" not in page


def test_a_pause_of_more_than_a_day_is_a_day(
    worker: NoticeWorker, ann: Browser, vendors: Vendors, engine: Engine, clock: Clock
) -> None:
    choose(ann, "slack")
    ann.post("/account/notices/trial", way="slack")
    vendors.next = [Said(429, b"", {"Retry-After": "100000"})]
    turn(worker)
    [row] = sendings(engine)

    assert row.not_before == clock.at + timedelta(hours=24)


def test_a_restored_database_loses_no_message_at_line(
    worker: NoticeWorker, ann: Browser, rows: Rows, vendors: Vendors, engine: Engine, clock: Clock
) -> None:
    choose(ann, "line")
    ann.post("/account/notices/trial", way="line")
    turn(worker)
    [first] = sendings(engine)
    rows.change(delete(tables.notice_sendings))
    clock.move(hours=1)
    token(rows, "invalid")
    worker.keep()
    rows.change(update(tables.notice_sendings).values(id=first.id))
    turn(worker)

    assert [row.state for row in sendings(engine)] == ["sent"]
    assert len(vendors.shown) == 2
    assert "Amazon refuses your token" in vendors.shown[-1], "an id of before the restore is another message"


FOR_GOOD: list[tuple[str, Said, Reason, str]] = [
    ("slack", Said(404, b"no_service"), ChatWebhookGone("Slack"), "Make a new one there"),
    ("slack", Said(403, b"invalid_token"), ChatWebhookGone("Slack"), "Make a new one there"),
    ("slack", Said(410, b"channel_is_archived"), ChatChannelClosed("Slack"), "archived or deleted"),
    ("slack", Said(404, b"channel_not_found"), ChatChannelClosed("Slack"), "archived or deleted"),
    ("slack", Said(403, b"action_prohibited"), ChatForbidden("Slack"), "Ask who administers it"),
    ("slack", Said(400, b"invalid_payload"), ChatRefused("Slack", 400), "status 400"),
    ("slack", Said(302, b"", {"Location": "https://evil.example/"}), ChatRefused("Slack", 302), "status 302"),
    ("discord", Said(404, b'{"code": 10015}'), ChatWebhookGone("Discord"), "Make a new one there"),
    ("discord", Said(401, b'{"code": 50027}'), ChatWebhookGone("Discord"), "Make a new one there"),
    ("discord", Said(403, b'{"code": 50013}'), ChatForbidden("Discord"), "Ask who administers it"),
    ("chatwork", Said(401, b'{"errors":["Invalid API token"]}'), ChatTokenRefused("Chatwork"), "Make a new one there"),
    ("chatwork", Said(403), ChatPlaceRefused("Chatwork", "272790963"), "write to 272790963"),
    ("line", Said(401, b'{"message":"Authentication failed"}'), ChatTokenRefused("LINE"), "Make a new one there"),
    (
        "line",
        Said(400, b'{"message":"The property, \'to\', in the request body is invalid"}'),
        ChatPlaceRefused("LINE", ENTRIES["line"]["place"]),
        "is a member there",
    ),
    (
        "line",
        Said(429, b'{"message":"You have reached your monthly limit."}'),
        ChatQuotaUsed("LINE"),
        "not sent, and is not sent later",
    ),
]


@pytest.mark.parametrize(("way", "said", "reason", "told"), FOR_GOOD)
def test_what_will_never_arrive_is_left_and_the_page_says_what_to_do(
    way: str,
    said: Said,
    reason: Reason,
    told: str,
    worker: NoticeWorker,
    ann: Browser,
    vendors: Vendors,
    engine: Engine,
    clock: Clock,
) -> None:
    choose(ann, way)
    vendors.next = [said]
    assert ann.post("/account/notices/trial", way=way).status_code == 303
    turn(worker)
    clock.move(hours=2)
    turn(worker)
    [row] = sendings(engine)
    ann.sign_in("ann")

    assert (row.state, row.attempts, row.refusal) == ("failed", 1, reason)
    assert len(vendors.taken) == 1
    assert told in ann.get("/account/notices").text


@every_chat
def test_a_trial_says_so(way: str, worker: NoticeWorker, ann: Browser, vendors: Vendors) -> None:
    nothing = ann.post("/account/notices/trial", way=way).status_code
    choose(ann, way)
    ann.post("/account/notices/trial", way=way)
    turn(worker)

    assert nothing == 422
    assert ["Messages from Mercarich reach you here" in one.text for one in vendors.taken] == [True]


def test_no_secret_is_shown_again_or_kept_in_plain_text(
    worker: NoticeWorker,
    ann: Browser,
    rows: Rows,
    vendors: Vendors,
    engine: Engine,
    caplog: pytest.LogCaptureFixture,
    clock: Clock,
) -> None:
    caplog.set_level(logging.DEBUG)
    caplog.set_level(logging.DEBUG, logger="httpx")
    for way in CHATS:
        choose(ann, way)
        refused = ann.post(f"/account/notices/chats/{way}", place="x", secret=ENTRIES[way]["secret"] + "/?")
        assert refused.status_code == 422
        assert not any(secret in refused.text for secret in SECRETS)
    token(rows, "invalid")
    vendors.next = [Said(500), Said(404, b"no_service"), Said(401), Said(cut=True)]
    turn(worker)
    page = ann.get("/account/notices").text
    stored = "\n".join(row for name in tables.metadata.tables for row in rows_of(engine, name))
    told = "\n".join(redact(record.getMessage()) for record in caplog.records)

    assert len(vendors.taken) == 4
    assert f"https://{PUBLIC}/services/[redacted]" in told, "the HTTP client logs whole addresses"
    assert "T024BE7LD/B4Z1X2C3V" in page, "which webhook it is"
    for secret in SECRETS:
        assert secret not in page
        assert secret not in stored
        assert secret not in told.replace("%2F", "/")


def test_a_secret_is_of_its_user_and_chat(ann: Browser, worker: NoticeWorker, engine: Engine, rows: Rows) -> None:
    choose(ann, "slack")
    choose(ann, "chatwork")
    chats = tables.notice_chats.c
    with reading(engine) as connection:
        sealed = connection.execute(select(chats.sealed).where(chats.way == "chatwork")).scalar_one()
    rows.change(update(tables.notice_chats).where(chats.way == "slack").values(sealed=sealed))
    ann.post("/account/notices/trial", way="slack")
    turn(worker)

    assert "cannot be decrypted" in ann.get("/account/notices").text


def test_an_empty_secret_leaves_the_one_of_before(ann: Browser, worker: NoticeWorker, vendors: Vendors) -> None:
    for way in CHATS:
        choose(ann, way)
        assert choose(ann, way, secret="", kinds=["token"]) == 303
        ann.post("/account/notices/trial", way=way)
    turn(worker)

    assert len(vendors.taken) == 4
    assert vendors.wrong == []


@every_chat
def test_a_removed_chat_hears_no_more(
    way: str, ann: Browser, worker: NoticeWorker, vendors: Vendors, engine: Engine
) -> None:
    choose(ann, way)
    ann.post("/account/notices/trial", way=way)
    removed = ann.post(f"/account/notices/chats/{way}/remove").status_code
    again = ann.post(f"/account/notices/chats/{way}/remove").status_code
    turn(worker)

    assert (removed, again) == (303, 404)
    assert vendors.taken == []
    assert [(row.state, row.problem) for row in sendings(engine)] == [("failed", "this chat was removed")]
    assert rows_of(engine, "notice_chats") == []


@pytest.mark.parametrize(
    ("way", "entry"),
    [
        ("slack", {"secret": ""}),
        ("slack", {"secret": "http://hooks.slack.com/services/T024BE7LD/B4Z1X2C3V/c5Gs3cr3tOfSlack"}),
        ("slack", {"secret": "https://hooks.slack.com.evil.example/services/T024BE7LD/B4Z1X2C3V/c5Gs3cr3tOfSlack"}),
        ("slack", {"secret": "https://evil.example/services/T024BE7LD/B4Z1X2C3V/c5Gs3cr3tOfSlack"}),
        ("slack", {"secret": "https://hooks.slack.com:8443/services/T024BE7LD/B4Z1X2C3V/c5Gs3cr3tOfSlack"}),
        ("slack", {"secret": "https://a@hooks.slack.com/services/T024BE7LD/B4Z1X2C3V/c5Gs3cr3tOfSlack"}),
        ("slack", {"secret": "https://hooks.slack.com/services/T024BE7LD/../c5Gs3cr3tOfSlack"}),
        ("discord", {"secret": "https://discord.com.evil.example/api/webhooks/1122334455667788990/" + "a" * 60}),
        ("discord", {"secret": "https://discord.com/api/webhooks/1122334455667788990/" + "a" * 60 + "?thread_id=1"}),
        ("discord", {"secret": "https://discord.com/api/webhooks/../users/1122334455667788990/" + "a" * 60}),
        ("chatwork", {"place": "1/../../me", "secret": "a" * 32}),
        ("chatwork", {"place": "272790963", "secret": "a b"}),
        ("chatwork", {"place": "272790963", "secret": "a" * 32 + "\r\nHost: x"}),
        ("chatwork", {"place": "27279\u0660963", "secret": "a" * 32}),
        ("discord", {"secret": "https://discord.com/api/webhooks/112233445566778899\u0660/" + "a" * 60}),
        ("discord", {"secret": "https://evil.discord.com/api/webhooks/1122334455667788990/" + "a" * 60}),
        ("line", {"place": "ann", "secret": "a" * 172}),
        ("line", {"place": ENTRIES["line"]["place"], "secret": ""}),
    ],
)
def test_what_is_no_address_of_the_chat_is_refused(
    way: str, entry: dict[str, str], ann: Browser, engine: Engine
) -> None:
    refused = ann.post(f"/account/notices/chats/{way}", **entry)

    assert refused.status_code == 422
    assert f"This is no address, id or token of {NAMES[way]}" in refused.text
    assert rows_of(engine, "notice_chats") == []


def test_a_number_may_be_typed_in_full_width(ann: Browser, worker: NoticeWorker, vendors: Vendors) -> None:
    assert choose(ann, "chatwork", place=" ２７２７９０９６３ ") == 303
    ann.post("/account/notices/trial", way="chatwork")
    turn(worker)

    assert vendors.wrong == []
    assert len(vendors.taken) == 1


@pytest.mark.parametrize("host", ["ptb.discord.com", "canary.discord.com", "discordapp.com"])
def test_an_address_of_discords_other_clients_is_taken(
    host: str, ann: Browser, worker: NoticeWorker, vendors: Vendors
) -> None:
    assert choose(ann, "discord", secret=DISCORD.replace("discord.com", host)) == 303
    ann.post("/account/notices/trial", way="discord")
    turn(worker)

    assert vendors.wrong == []
    assert [taken.host for taken in vendors.taken] == ["discord"]


def test_a_token_in_the_field_of_the_place_is_not_shown_again(ann: Browser) -> None:
    swapped = ann.post("/account/notices/chats/line", place=LINE_TOKEN, secret=LINE_TO)
    mistyped = ann.post("/account/notices/chats/line", place=LINE_TO, secret="x")

    assert (swapped.status_code, mistyped.status_code) == (422, 422)
    assert LINE_TOKEN not in swapped.text.replace("&#43;", "+")
    assert LINE_TOKEN[:20] not in swapped.text
    assert f'value="{LINE_TO}"' in mistyped.text, "what is an id stays"
    for way in CHATS:
        assert f'id="secret-{way}" name="secret" type="password"' in mistyped.text


def test_mail_and_webhook_are_no_chats(ann: Browser) -> None:
    assert [ann.post(f"/account/notices/chats/{way}", secret="x").status_code for way in ("mail", "webhook")] == [
        404
    ] * 2
    assert ann.post("/account/notices/chats/teams", secret="x").status_code == 422


def test_a_new_place_asks_for_the_password_again(ann: Browser, clock: Clock, engine: Engine) -> None:
    clock.move(minutes=16)
    asked = ann.post("/account/notices/chats/slack", **ENTRIES["slack"])

    assert (asked.status_code, asked.headers["location"].partition("?")[0]) == (303, "/confirm")
    assert SECRETS[0] not in asked.text, "a form with a secret is not kept"
    assert rows_of(engine, "notice_chats") == []


def test_an_account_that_was_stolen_tells_no_chat_any_more(
    ann: Browser, worker: NoticeWorker, rows: Rows, vendors: Vendors, mercarich: Mercarich, engine: Engine
) -> None:
    for way in CHATS:
        choose(ann, way)
    told = mercarich.page("user", "stolen", "ann")
    token(rows, "invalid")
    turn(worker)

    assert vendors.taken == []
    assert rows_of(engine, "notice_chats") == []
    assert all(way in told for way in CHATS)


@every_chat
def test_a_vendor_that_leads_inside_is_not_called(
    way: str, shared: SharedSettings, ann: Browser, vendors: Vendors, clock: Clock, engine: Engine
) -> None:
    choose(ann, way)
    ann.post("/account/notices/trial", way=way)
    calls = Calls(resolve=lambda *_: [PUBLIC, "169.254.169.254"], transport=Routed(vendors.port))
    worker = build_notices(shared, OWN, NoticesSettings(), clock, calls)
    turn(worker)
    worker.close()
    [row] = sendings(engine)

    assert vendors.taken == []
    assert row.state == "failed"
    assert row.problem == "its name leads to an address that is not public"


def test_the_page_says_it_in_japanese(
    ann: Browser, worker: NoticeWorker, vendors: Vendors, rows: Rows, engine: Engine
) -> None:
    choose(ann, "discord")
    rows.change(update(tables.logins).values(language="ja"))
    ann.post("/account/notices/trial", way="discord")
    vendors.next = [Said(404)]
    turn(worker)

    assert "このWebhookはDiscordに存在しません" in ann.get("/account/notices").text
    assert "Mercarichからのメッセージ" in vendors.taken[0].text
