"""Notices in browsers (web push): from the page to a double of a push service that checks and decrypts each message."""

import base64
import json
import re
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Engine, insert, select, update
from tests.integration.web.chat_vendors import PUBLIC, Routed, Said
from tests.integration.web.clocks import Clock
from tests.integration.web.conftest import Mercarich
from tests.integration.web.push_service import PushBrowser, PushService
from tests.integration.web.rows import Rows, ago
from tests.integration.web.site import PASSWORD, PASSWORDS, Browser, Served, let_sign_in, served
from tests.integration.web.test_notices import ann, ann_id

from mercarich_contracts.audit import Actor
from mercarich_db import tables
from mercarich_db.engine import reading
from mercarich_platform.settings import BadConfiguration, SharedSettings
from mercarich_reasons.account_changes import PasswordChanged
from mercarich_reasons.browsers import (
    BrowserAway,
    BrowserBusy,
    BrowserGivenUp,
    BrowserGone,
    BrowserKeyRefused,
    BrowserMessageTooLarge,
    BrowserOfBackup,
    BrowserOfStopped,
    BrowserRefused,
    BrowserRemoved,
    BrowserRenewed,
    BrowserShutOut,
    BrowserSignedOut,
    BrowserTakenOver,
)
from mercarich_reasons.jobs import RowsWrong
from mercarich_reasons.reason import Reason
from mercarich_web.bootstrap import build_pages
from mercarich_web.identity.people import Kept, Proven
from mercarich_web.identity.sql.people import SqlPeople
from mercarich_web.notices.browsers.own_key import signer_of
from mercarich_web.notices.calls_http import Calls
from mercarich_web.notices.sending import MOST_TRIES
from mercarich_web.notices.worker import NoticeWorker, build_notices
from mercarich_web.recovery.sql import SqlRecovery
from mercarich_web.sellers.sql.accounts import SqlSellerAccounts
from mercarich_web.settings import NoticesSettings, PagesSettings

KEY = base64.b64encode(bytes(range(1, 33))).decode()
PAGES = PagesSettings(codes_for_operators=False, push_key=KEY)
OWN = PAGES.model_copy(update={"public_url": "https://shop.example"})
BY = Actor("ohta")
AGENT = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0 Safari/537.36"
__all__ = ["ann", "ann_id"]


@pytest.fixture
def site(shared: SharedSettings, clock: Clock, ann_id: int, rows: Rows, engine: Engine) -> Iterator[Served]:
    let_sign_in(engine, rows.user("bob"), language="en")
    with served(build_pages(shared, PAGES, now=clock, passwords=PASSWORDS)) as one:
        yield one


@pytest.fixture
def push(clock: Clock) -> Iterator[PushService]:
    signer = signer_of(KEY, None)
    assert signer is not None
    with PushService(clock, signer.public_key) as one:
        yield one


@pytest.fixture
def worker(shared: SharedSettings, site: Served, push: PushService, clock: Clock) -> Iterator[NoticeWorker]:
    calls = Calls(resolve=lambda *_: [PUBLIC], transport=Routed(push.port))
    one = build_notices(shared, OWN, NoticesSettings(), clock, calls)
    yield one
    one.close()


def turn_on(browser: Browser, subscribed: PushBrowser, **more: str) -> int:
    browser.client.headers["User-Agent"] = AGENT
    return browser.post("/account/notices/browsers", **{**subscribed.fields, **more}).status_code


def rows_of(engine: Engine) -> list[Any]:
    with reading(engine) as connection:
        return list(connection.execute(select(tables.push_subscriptions).order_by(tables.push_subscriptions.c.id)))


def ends(engine: Engine) -> list[Reason | None]:
    return [row.end_reason for row in rows_of(engine)]


def sendings(engine: Engine) -> list[Any]:
    with reading(engine) as connection:
        return list(connection.execute(select(tables.notice_sendings).order_by(tables.notice_sendings.c.id)))


def trial(browser: Browser, engine: Engine, which: int = -1) -> int:
    return browser.post(f"/account/notices/browsers/{rows_of(engine)[which].id}/trial").status_code


def turn(worker: NoticeWorker) -> None:
    worker.keep()
    while worker.send():
        pass


def token(rows: Rows, verdict: str) -> None:
    rows.change(update(tables.amazon_accounts).values(token_verdict=verdict, token_reason="invalid_grant"))


def every_kind(browser: Browser, engine: Engine, which: int = -1) -> None:
    row = rows_of(engine)[which]
    assert browser.post(f"/account/notices/browsers/{row.id}/kinds", kinds=["token", "job_failed"]).status_code == 303


def test_a_notice_reaches_the_browser_and_that_it_is_over_takes_its_place(
    worker: NoticeWorker, ann: Browser, rows: Rows, push: PushService, engine: Engine
) -> None:
    assert turn_on(ann, push.browser()) == 303
    every_kind(ann, engine)
    token(rows, "invalid")
    turn(worker)
    token(rows, "valid")
    turn(worker)

    opened, closed = push.taken
    assert push.wrong == []
    assert opened.told["title"] == "Mercarich"
    assert opened.told["body"].startswith("Amazon refuses your token")
    assert (opened.told["path"], opened.told["lang"]) == ("/amazon", "en")
    assert closed.told["body"].startswith("Settled: Amazon refuses your token")
    assert opened.told["tag"] == closed.told["tag"] == opened.headers["topic"] == closed.headers["topic"]
    assert (opened.headers["urgency"], closed.headers["urgency"]) == ("high", "normal")
    assert opened.headers["ttl"] == "86400"
    assert opened.claims["sub"] == "https://shop.example"
    assert [(row.way, row.state, row.attempts) for row in sendings(engine)] == [("browser", "sent", 1)] * 2
    assert rows_of(engine)[0].sent_at is not None


def test_each_browser_has_sendings_and_kinds_of_its_own(
    worker: NoticeWorker, site: Served, ann: Browser, rows: Rows, push: PushService, engine: Engine
) -> None:
    phone = site.browser()
    phone.sign_in("ann")
    first, second = push.browser(), push.browser("web.push.example")
    turn_on(ann, first)
    every_kind(ann, engine)
    turn_on(phone, second)
    token(rows, "invalid")
    turn(worker)
    only_first = [one.browser for one in push.taken]
    every_kind(phone, engine)
    push.next = [Said(500)]
    rows.add(tables.notices, user_id=1, kind="stuck", cause="", count=1, about="", opened_at=ago(days=9))
    trial(ann, engine, 0)
    trial(phone, engine, 1)
    turn(worker)

    assert only_first == [first]
    assert [row.state for row in sendings(engine)[1:]] == ["waiting", "sent"]


def test_what_other_people_wrote_fits_a_message(
    worker: NoticeWorker, ann: Browser, rows: Rows, push: PushService, engine: Engine, ann_id: int
) -> None:
    turn_on(ann, push.browser())
    every_kind(ann, engine)
    words = {"user_id": ann_id, "kind": "import", "state": "failed", "phase": "ended", "cursor": "{}"}
    numbers = dict.fromkeys(("done", "made", "left_out", "wrong", "turn", "fence", "attempts"), 0)
    times = {"created_at": ago(hours=1), "heartbeat_at": ago(hours=1), "ended_at": ago(minutes=9)}
    name = "\x01" * 250
    arguments = json.dumps({"file": name})
    rows.add(tables.jobs, **words, **numbers, **times, created_by="ann", arguments=arguments, message=RowsWrong(1))
    turn(worker)

    assert push.wrong == []
    assert len(push.taken) == 1


@pytest.mark.parametrize("status", [404, 410])
def test_a_subscription_that_is_no_more_ends_with_the_reason(
    worker: NoticeWorker, ann: Browser, push: PushService, engine: Engine, status: int
) -> None:
    turn_on(ann, push.browser())
    trial(ann, engine)
    push.next = [Said(status)]
    turn(worker)
    [row] = rows_of(engine)
    again = trial(ann, engine)
    page = ann.get("/account/notices").text

    assert (row.endpoint_hash, row.sealed, row.end_reason) == (None, None, BrowserGone())
    assert again == 404
    assert "takes no notifications any more" in page
    assert [(one.state, one.refusal) for one in sendings(engine)] == [("failed", BrowserGone())]


@pytest.mark.parametrize(
    ("status", "reason"),
    [
        (400, BrowserRefused("push.example", 400)),
        (301, BrowserRefused("push.example", 301)),
        (401, BrowserKeyRefused("push.example")),
        (403, BrowserKeyRefused("push.example")),
        (413, BrowserMessageTooLarge("push.example")),
    ],
)
def test_other_refusals_are_told_and_the_browser_stays(
    worker: NoticeWorker, ann: Browser, push: PushService, engine: Engine, status: int, reason: Reason
) -> None:
    turn_on(ann, push.browser())
    trial(ann, engine)
    push.next = [Said(status)]
    turn(worker)

    assert [(one.state, one.refusal) for one in sendings(engine)] == [("failed", reason)]
    assert ends(engine) == [None]


@pytest.mark.parametrize(
    ("said", "pause", "reason"),
    [
        (Said(429, headers={"Retry-After": "600"}), timedelta(minutes=10), BrowserBusy("push.example")),
        (Said(429), timedelta(seconds=30), BrowserBusy("push.example")),
        (Said(503, headers={"Retry-After": "1"}), timedelta(seconds=30), BrowserAway("push.example", 503)),
    ],
)
def test_a_busy_push_service_is_asked_again_when_it_said_to(
    worker: NoticeWorker,
    ann: Browser,
    push: PushService,
    engine: Engine,
    clock: Clock,
    said: Said,
    pause: timedelta,
    reason: Reason,
) -> None:
    turn_on(ann, push.browser())
    trial(ann, engine)
    push.next = [said]
    turn(worker)
    [waits] = sendings(engine)
    clock.at = clock.at + pause - timedelta(seconds=1)
    turn(worker)
    before = len(push.taken)
    clock.move(seconds=2)
    turn(worker)

    assert (waits.state, waits.refusal) == ("waiting", reason)
    assert waits.not_before - waits.created_at >= pause
    assert (before, len(push.taken)) == (1, 2)
    assert sendings(engine)[0].state == "sent"


def test_after_the_last_try_no_further_one_is_promised(
    worker: NoticeWorker, ann: Browser, push: PushService, engine: Engine, rows: Rows
) -> None:
    turn_on(ann, push.browser())
    trial(ann, engine)
    rows.change(update(tables.notice_sendings).values(attempts=MOST_TRIES - 1))
    push.next = [Said(503)]
    turn(worker)

    [row] = sendings(engine)
    assert (row.state, row.refusal) == ("failed", BrowserGivenUp("push.example", MOST_TRIES))


def test_a_push_service_that_is_away_holds_up_no_other(
    worker: NoticeWorker, site: Served, ann: Browser, push: PushService, engine: Engine, clock: Clock
) -> None:
    bob = site.browser()
    bob.sign_in("bob")
    turn_on(ann, push.browser("slow.example"))
    turn_on(bob, push.browser("push.example"))
    trial(ann, engine, 0)
    trial(ann, engine, 0)
    trial(bob, engine, 1)
    push.next = [Said(503)]
    worker.send()
    states = [(row.state, row.attempts) for row in sendings(engine)]
    worker.send()

    assert states == [("waiting", 1), ("waiting", 0), ("sent", 1)]
    assert len(push.taken) == 2, "what is due for the one that is away waits with it"


@pytest.mark.parametrize(
    "entry",
    [
        {"endpoint": "http://push.example/wpush/1"},
        {"endpoint": "https://push.example:8443/wpush/1"},
        {"endpoint": "https://ann@push.example/wpush/1"},
        {"endpoint": "https://127.0.0.1/wpush/1"},
        {"endpoint": "https://[::1]/wpush/1"},
        {"endpoint": "https://169.254.169.254/latest"},
        {"endpoint": "https://push.example/#x"},
        {"endpoint": "https://push.example/\u3042"},
        {"endpoint": "https://push.example/" + "a" * 1000},
        {"endpoint": "https:///wpush"},
        {"endpoint": ""},
        {"p256dh": "AAAA"},
        {"auth": "AAAA"},
    ],
)
def test_what_is_no_subscription_is_refused(
    ann: Browser, push: PushService, engine: Engine, entry: dict[str, str]
) -> None:
    assert turn_on(ann, push.browser(), **entry) == 409
    assert rows_of(engine) == []


def test_a_name_that_leads_inside_is_not_called(
    shared: SharedSettings, ann: Browser, push: PushService, clock: Clock, engine: Engine
) -> None:
    turn_on(ann, push.browser())
    trial(ann, engine)
    calls = Calls(resolve=lambda *_: [PUBLIC, "10.0.0.1"], transport=Routed(push.port))
    worker = build_notices(shared, OWN, NoticesSettings(), clock, calls)
    turn(worker)
    worker.close()

    assert push.taken == []
    assert sendings(engine)[0].state == "failed"


def test_no_table_and_no_page_holds_the_address_of_a_browser(
    worker: NoticeWorker, ann: Browser, push: PushService, engine: Engine
) -> None:
    browser = push.browser()
    turn_on(ann, browser)
    trial(ann, engine)
    push.next = [Said(400)]
    turn(worker)
    page = ann.get("/account/notices").text
    stored = "".join(str(row) for row in [*rows_of(engine), *sendings(engine)])

    assert "Chrome, Linux" in page
    for part in (browser.path, browser.fields["auth"], browser.fields["p256dh"]):
        assert part not in page
        assert part not in stored


def test_a_subscription_of_another_row_is_not_opened(
    worker: NoticeWorker, site: Served, ann: Browser, push: PushService, engine: Engine, rows: Rows
) -> None:
    bob = site.browser()
    bob.sign_in("bob")
    turn_on(ann, push.browser())
    turn_on(bob, push.browser())
    [of_ann, of_bob] = rows_of(engine)
    mine = tables.push_subscriptions.c.id == of_bob.id
    rows.change(update(tables.push_subscriptions).where(mine).values(sealed=of_ann.sealed))
    trial(bob, engine, 1)
    turn(worker)

    assert push.taken == []
    assert "cannot be decrypted" in bob.get("/account/notices").text


def test_signing_out_ends_what_this_browser_shows_and_no_other(
    site: Served, worker: NoticeWorker, ann: Browser, push: PushService, engine: Engine
) -> None:
    phone = site.browser()
    phone.sign_in("ann")
    turn_on(ann, push.browser())
    turn_on(phone, push.browser())
    trial(ann, engine, 0)
    ann.post("/sign-out")
    turn(worker)

    assert ends(engine) == [BrowserSignedOut(), None]
    assert push.taken == []
    assert [row.problem for row in sendings(engine)] == ["this browser shows no notices any more"]


def test_who_signs_out_after_the_session_is_over_ends_it_too(
    ann: Browser, push: PushService, engine: Engine, clock: Clock
) -> None:
    turn_on(ann, push.browser())
    clock.move(hours=3)
    still = ends(engine)
    out = ann.post("/sign-out")

    assert still == [None], "a session that is over by itself ends no notices"
    assert (out.status_code, out.headers["location"]) == (303, "/sign-in")
    assert ends(engine) == [BrowserSignedOut()]


def test_the_same_person_goes_on_after_signing_in_again(
    site: Served, ann: Browser, push: PushService, engine: Engine, clock: Clock
) -> None:
    turn_on(ann, push.browser())
    clock.move(hours=3)
    ann.sign_in("ann")
    page = ann.get("/account/notices").text

    assert ends(engine) == [None]
    assert 'data-on="yes"' in page


def test_somebody_else_who_signs_in_there_gets_nothing_of_it(
    site: Served, worker: NoticeWorker, ann: Browser, push: PushService, engine: Engine, clock: Clock
) -> None:
    turn_on(ann, push.browser())
    trial(ann, engine)
    clock.move(hours=3)
    ann.sign_in("bob")
    turn(worker)

    assert ends(engine) == [BrowserTakenOver()]
    assert push.taken == []


def test_somebody_else_who_signs_in_over_a_session_ends_it_without_the_cookie_too(
    ann: Browser, push: PushService, engine: Engine
) -> None:
    turn_on(ann, push.browser())
    ann.client.cookies.delete("browser")
    ann.sign_in("bob")

    assert ends(engine) == [BrowserTakenOver()]


def test_somebody_else_with_the_same_subscription_takes_it(
    site: Served, worker: NoticeWorker, ann: Browser, push: PushService, engine: Engine
) -> None:
    browser = push.browser()
    bob = site.browser()
    bob.sign_in("bob")
    turn_on(ann, browser)
    turn_on(bob, browser)
    trial(bob, engine, 1)
    turn(worker)

    assert ends(engine) == [BrowserTakenOver(), None]
    assert len(push.taken) == 1


def test_a_browser_that_is_set_up_again_keeps_its_kinds(
    ann: Browser, push: PushService, engine: Engine, worker: NoticeWorker, rows: Rows
) -> None:
    turn_on(ann, push.browser())
    every_kind(ann, engine)
    again = push.browser()
    turn_on(ann, again)
    token(rows, "invalid")
    turn(worker)

    assert ends(engine) == [BrowserRenewed(), None]
    assert [one.browser for one in push.taken] == [again]


def test_a_removed_browser_hears_no_more(ann: Browser, push: PushService, engine: Engine, worker: NoticeWorker) -> None:
    turn_on(ann, push.browser())
    trial(ann, engine)
    [row] = rows_of(engine)
    paths = [f"/account/notices/browsers/{row.id}/{what}" for what in ("remove", "remove", "kinds", "trial")]
    told = [ann.post(path).status_code for path in paths]
    turn(worker)

    assert told == [303, 404, 404, 404]
    assert push.taken == []
    assert ends(engine) == [BrowserRemoved()]


def test_ending_other_sessions_ends_what_other_browsers_show(
    site: Served, ann: Browser, push: PushService, engine: Engine, clock: Clock
) -> None:
    phone = site.browser()
    phone.sign_in("ann")
    turn_on(phone, push.browser())
    turn_on(ann, push.browser())
    ann.post("/account/sessions/end-others")

    assert ends(engine) == [BrowserShutOut(), None]


def test_ending_one_session_ends_what_its_browser_shows(
    site: Served, ann: Browser, push: PushService, engine: Engine
) -> None:
    phone, tablet = site.browser(), site.browser()
    for one in (phone, tablet):
        one.sign_in("ann")
        turn_on(one, push.browser())
    name = rows_of(engine)[0].session_hash[:16]
    ann.post(f"/account/sessions/{name}/end")

    assert ends(engine) == [BrowserShutOut(), None]


def test_a_new_password_ends_it_everywhere_but_here(
    site: Served, ann: Browser, push: PushService, engine: Engine, clock: Clock
) -> None:
    phone = site.browser()
    phone.sign_in("ann")
    turn_on(phone, push.browser())
    turn_on(ann, push.browser())
    clock.move(minutes=16)
    ann.post("/confirm", password=PASSWORD)
    ann.get("/account")
    ann.post("/account/password", old=PASSWORD, new="a better one, longer")

    assert ends(engine) == [BrowserShutOut(), None]
    assert 'data-on="yes"' in ann.get("/account/notices").text


@pytest.mark.parametrize("way", ["password", "others"])
def test_a_browser_that_a_copied_session_switched_on_ends_with_all_trust(
    site: Served, ann: Browser, worker: NoticeWorker, push: PushService, engine: Engine, rows: Rows, way: str
) -> None:
    """The session is the owner's own, so that nothing but the browser's own cookie tells the two apart."""
    turn_on(ann, push.browser())
    every_kind(ann, engine)
    thief = site.browser()
    thief.client.cookies.update({name: ann.client.cookies[name] for name in ann.client.cookies if name != "browser"})
    thief.get("/account")
    copied = push.browser("thief.example")
    assert turn_on(thief, copied) == 303
    every_kind(thief, engine)
    told = {
        "password": lambda: ann.post("/account/password", old=PASSWORD, new="a better one, longer"),
        "others": lambda: ann.post("/account/sessions/end-others"),
    }[way]()
    page = ann.get(told.headers["location"]).text
    token(rows, "invalid")
    turn(worker)

    assert ends(engine) == [None, BrowserShutOut()]
    assert [one.browser.host for one in push.taken] == ["push.example"]
    assert "Other browsers show no notices until you switch them on there again." in page


def test_a_browser_that_is_not_known_any_more_is_switched_on_again_after_a_new_password(
    ann: Browser, push: PushService, engine: Engine
) -> None:
    turn_on(ann, push.browser())
    ann.client.cookies.delete("browser")
    ann.post("/account/password", old=PASSWORD, new="a better one, longer")
    page = ann.get("/account/notices").text

    assert ends(engine) == [BrowserShutOut()]
    assert "Switch notifications on again in it, if it is yours." in page


def test_a_new_password_leaves_no_moment_to_a_copy_of_the_session(
    ann: Browser, push: PushService, engine: Engine
) -> None:
    """The session goes on under its other token from the same transaction on."""
    people = SqlPeople(engine)
    with reading(engine) as connection:
        before = connection.execute(select(tables.sessions.c.token_hash)).scalar_one()
        known = connection.execute(select(tables.logins.c.password_hash).where(tables.logins.c.user_id == 1)).scalar()
    proven = Proven(str(known), Kept(before, None), "f" * 64)
    people.replace_password(1, "another", ago(), PasswordChanged("192.0.2.1"), proven=proven, programs=False)

    with reading(engine) as connection:
        assert connection.execute(select(tables.sessions.c.token_hash)).scalars().all() == ["f" * 64]


def test_a_stolen_account_shows_nothing_any_more(
    ann: Browser, push: PushService, engine: Engine, mercarich: Mercarich
) -> None:
    turn_on(ann, push.browser())
    told = mercarich.page("user", "stolen", "ann")

    assert ends(engine) == [BrowserShutOut()]
    assert re.search(r"ended browsers\s+1", told)


def test_a_lost_second_step_ends_it(
    ann: Browser, push: PushService, engine: Engine, mercarich: Mercarich, rows: Rows
) -> None:
    turn_on(ann, push.browser())
    rows.change(update(tables.logins).values(codes_since=ago(hours=1)))
    mercarich.page("user", "reset-second-step", "ann")

    assert ends(engine) == [BrowserShutOut()]


def test_stopping_a_seller_ends_it_and_starting_again_revives_nothing(
    ann: Browser, worker: NoticeWorker, push: PushService, engine: Engine, ann_id: int, clock: Clock, rows: Rows
) -> None:
    turn_on(ann, push.browser())
    every_kind(ann, engine)
    ann.post("/sign-out")
    ann.sign_in("ann")
    turn_on(ann, push.browser())
    every_kind(ann, engine)
    accounts = SqlSellerAccounts(engine)
    accounts.set_active(ann_id, False, BY, clock())
    accounts.set_active(ann_id, True, BY, clock())
    token(rows, "invalid")
    turn(worker)

    assert ends(engine) == [BrowserSignedOut(), BrowserOfStopped()]
    assert push.taken == []


def test_a_restored_backup_revives_no_browser_that_had_ended(
    ann: Browser, worker: NoticeWorker, push: PushService, engine: Engine, clock: Clock, rows: Rows
) -> None:
    turn_on(ann, push.browser())
    every_kind(ann, engine)
    trial(ann, engine)
    backup = rows_of(engine)[0]
    ann.post("/sign-out")
    rows.change(tables.push_subscriptions.delete())
    rows.change(insert(tables.push_subscriptions).values(backup._asdict()))
    SqlRecovery(engine).mark(BY, clock())
    token(rows, "invalid")
    turn(worker)

    assert ends(engine) == [BrowserOfBackup()]
    assert push.taken == []


def test_there_are_at_most_ten_browsers(site: Served, ann: Browser, push: PushService, engine: Engine) -> None:
    codes = []
    for _ in range(11):
        one = site.browser()
        one.sign_in("ann")
        codes.append(turn_on(one, push.browser()))

    assert codes == [303] * 10 + [409]
    assert len(rows_of(engine)) == 10


def test_trials_have_a_limit(ann: Browser, push: PushService, engine: Engine) -> None:
    turn_on(ann, push.browser())

    assert [trial(ann, engine) for _ in range(11)] == [303] * 10 + [409]


def test_the_owner_hears_of_a_new_browser_by_mail(ann: Browser, push: PushService, engine: Engine, rows: Rows) -> None:
    proven = {"mail_address": "ann@shop.example", "mail_proven_at": ago(days=9)}
    rows.add(tables.notice_ways, user_id=1, kinds_by_mail="", kinds_by_webhook="", **proven)
    turn_on(ann, push.browser())

    [mail] = sendings(engine)
    assert (mail.way, mail.what, mail.reason.code) == ("mail", "account", "notices_to_browser")


def test_a_new_browser_asks_for_the_password_again(
    ann: Browser, push: PushService, engine: Engine, clock: Clock
) -> None:
    clock.move(minutes=16)
    browser = push.browser()
    asked = ann.post("/account/notices/browsers", **browser.fields)

    assert asked.status_code == 303
    assert browser.path not in asked.text, "a form with a secret is not kept"
    assert rows_of(engine) == []


def test_ended_browsers_are_forgotten_after_thirty_days(
    ann: Browser, push: PushService, engine: Engine, worker: NoticeWorker, clock: Clock
) -> None:
    turn_on(ann, push.browser())
    ann.post("/sign-out")
    clock.move(hours=24 * 29)
    worker.send.sweep()
    before = len(rows_of(engine))
    clock.move(hours=48)
    worker.send.sweep()

    assert (before, len(rows_of(engine))) == (1, 0)


def test_without_a_key_the_page_says_that_it_is_not_set_up(
    shared: SharedSettings, clock: Clock, push: PushService, engine: Engine, ann_id: int
) -> None:
    bare = PAGES.model_copy(update={"push_key": PagesSettings().push_key})
    with served(build_pages(shared, bare, now=clock, passwords=PASSWORDS)) as site:
        ann = site.browser()
        ann.sign_in("ann")
        page = ann.get("/account/notices").text
        refused = turn_on(ann, push.browser())

    assert "not set up on this system" in page
    assert "data-push" not in page
    assert refused == 409
    assert rows_of(engine) == []


def test_without_a_key_a_sending_says_so(
    shared: SharedSettings, clock: Clock, ann: Browser, push: PushService, engine: Engine
) -> None:
    turn_on(ann, push.browser())
    trial(ann, engine)
    bare = OWN.model_copy(update={"push_key": PagesSettings().push_key})
    worker = build_notices(shared, bare, NoticesSettings(), clock, Calls())
    turn(worker)
    worker.close()

    assert [row.problem for row in sendings(engine)] == ["web push is not set up here"]


@pytest.mark.parametrize("key", ["abc", base64.b64encode(bytes(32)).decode(), base64.b64encode(b"a" * 31).decode()])
def test_another_key_ends_the_start(shared: SharedSettings, clock: Clock, key: str) -> None:
    wrong = PagesSettings(push_key=key)

    with pytest.raises(BadConfiguration, match="PAGES_PUSH_KEY"):
        build_pages(shared, wrong, now=clock, passwords=PASSWORDS)


def test_the_script_is_served_at_the_root_under_the_policy(site: Served) -> None:
    stranger = site.browser()
    worker, manifest = stranger.get("/push-worker.js"), stranger.get("/manifest.webmanifest")

    assert worker.headers["content-type"].startswith("text/javascript")
    assert (worker.headers["cache-control"], manifest.headers["cache-control"]) == ("no-cache", "no-cache")
    assert "worker-src 'self'" in worker.headers["content-security-policy"]
    assert manifest.json()["display"] == "standalone"
    icon = manifest.json()["icons"][0]["src"]
    assert stranger.get(icon).status_code == 200


def test_the_command_prints_a_key_that_the_pages_take(mercarich: Mercarich, shared: SharedSettings) -> None:
    made = mercarich.json("push-key")["key"]

    assert made != mercarich.page("push-key").strip()
    assert signer_of(made, None) is not None


def test_a_time_is_never_later_than_now(ann: Browser, push: PushService, engine: Engine, clock: Clock) -> None:
    turn_on(ann, push.browser())
    created: datetime = rows_of(engine)[0].created_at

    assert created <= clock()
