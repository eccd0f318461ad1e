"""An invitation goes by mail, and who joins by the link in it has confirmed the address."""

import re
from collections.abc import Iterator

import pytest
from sqlalchemy import Engine, select, update
from tests.integration.web.clocks import Clock
from tests.integration.web.receivers import Letter, Mailbox
from tests.integration.web.rows import Rows
from tests.integration.web.site import PASSWORDS, Browser, Served, let_sign_in, served

from mercarich_db import tables
from mercarich_db.engine import reading
from mercarich_platform.settings import SharedSettings
from mercarich_web.bootstrap import build_pages
from mercarich_web.notices.notices import IMPORTANT, ON_BY_DEFAULT, Kind
from mercarich_web.notices.sql.kinds import kinds_of
from mercarich_web.notices.worker import NoticeWorker, build_notices
from mercarich_web.settings import PagesSettings

PASSWORD = "longer than twelve"
DESK = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36"
PHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) Version/18.0 Mobile/15E148 Safari/604.1"
PAGES = PagesSettings(codes_for_operators=False)


@pytest.fixture
def site(shared: SharedSettings, engine: Engine, rows: Rows, clock: Clock) -> Iterator[Served]:
    let_sign_in(engine, rows.user("ohta"), language="en")
    rows.change(update(tables.users).values(is_staff=True))
    with served(build_pages(shared, PAGES, mails=True, now=clock, passwords=PASSWORDS)) as one:
        yield one


@pytest.fixture
def operator(site: Served) -> Browser:
    one = site.browser()
    one.sign_in("ohta")
    return one


@pytest.fixture
def worker(shared: SharedSettings, site: Served, mailbox: Mailbox, clock: Clock) -> Iterator[NoticeWorker]:
    own = PAGES.model_copy(update={"public_url": "https://shop.example"})
    one = build_notices(shared, own, mailbox.settings, clock)
    yield one
    one.close()


def invite(operator: Browser, mail: str = "eve@shop.example", **more: str) -> str:
    """Invite eve. Return the path of the link that is shown."""
    page = operator.post("/sellers/invite", username="eve", mail=mail, **more)
    assert page.status_code == 200, page.text
    found = re.search(r'value="http[^"]*(/join/[^"]+)"', page.text)
    assert found is not None
    return found[1]


def turn(worker: NoticeWorker) -> None:
    assert worker.invite is not None
    while worker.invite() + worker.send():
        pass


def link_in(letter: Letter) -> str:
    found = re.search(r"https://shop\.example(/\S+)", letter.text)
    assert found is not None
    return found[1]


def mailed(operator: Browser, worker: NoticeWorker, mailbox: Mailbox, **more: str) -> str:
    """Invite eve by mail. Return the path of the link in it."""
    invite(operator, **more)
    turn(worker)
    return link_in(mailbox.letters()[-1])


def ways(engine: Engine) -> dict[str, object] | None:
    """Return where notices go: of eve, the only one who has chosen."""
    with reading(engine) as connection:
        row = connection.execute(select(tables.notice_ways)).one_or_none()
    return None if row is None else dict(row._mapping)


def all_mails(engine: Engine) -> list[dict[str, object]]:
    with reading(engine) as connection:
        found = connection.execute(select(tables.invitation_mails).order_by(tables.invitation_mails.c.id))
        return [dict(row._mapping) for row in found]


def test_the_mailed_link_is_another_than_the_shown_and_who_joins_by_it_has_confirmed_the_address(
    site: Served, operator: Browser, worker: NoticeWorker, mailbox: Mailbox, engine: Engine
) -> None:
    shown = invite(operator)
    turn(worker)
    [letter] = mailbox.letters()
    path = link_in(letter)
    eve = site.browser()
    form = eve.get(path)
    joined = eve.post(path, password=PASSWORD)

    assert (letter.to, path != shown, form.status_code, joined.status_code) == ("eve@shop.example", True, 200, 303)
    assert 'value="eve@shop.example"' in form.text
    own = ways(engine)
    assert own is not None
    assert (own["mail_address"], own["mail_proven_at"] is not None) == ("eve@shop.example", True)
    assert kinds_of(str(own["kinds_by_mail"])) == set(IMPORTANT)
    assert eve.get("/account").status_code == 200
    assert [site.browser().get(link).status_code for link in (path, shown)] == [404, 404], "both are good once"


def test_who_joins_by_the_shown_link_has_confirmed_nothing_and_gets_a_mail_to_do_so(
    site: Served, operator: Browser, worker: NoticeWorker, mailbox: Mailbox, engine: Engine
) -> None:
    shown = invite(operator)
    eve = site.browser()
    eve.post(shown, password=PASSWORD)
    turn(worker)
    before = ways(engine)
    [letter] = mailbox.letters()
    eve.get(link_in(letter))
    eve.post(link_in(letter))
    own = ways(engine)

    assert before is not None
    assert own is not None
    assert "/account/notices/prove/" in letter.text
    assert (before["mail_proven_at"], own["mail_proven_at"] is not None) == (None, True)


def test_whoever_joins_may_name_another_address_or_none_and_other_kinds(
    site: Served, operator: Browser, worker: NoticeWorker, mailbox: Mailbox, engine: Engine
) -> None:
    path = mailed(operator, worker, mailbox)
    eve = site.browser()
    wrong = eve.post(path, password=PASSWORD, chosen="true", mail="=?utf-8?q?=0d=0aBcc=3ax?=@shop.example")
    eve.post(path, password=PASSWORD, chosen="true", mail="eve@home.example", by_mail=["token", "nothing"])
    own = ways(engine)

    assert wrong.status_code == 422
    assert own is not None
    assert (own["mail_address"], own["mail_proven_at"]) == ("eve@home.example", None)
    assert kinds_of(str(own["kinds_by_mail"])) == {Kind.TOKEN}


def test_whoever_joins_with_an_empty_address_has_none(
    site: Served, operator: Browser, worker: NoticeWorker, mailbox: Mailbox, engine: Engine
) -> None:
    site.browser().post(mailed(operator, worker, mailbox), password=PASSWORD, chosen="true", mail="")

    assert ways(engine) is None


def test_an_account_that_has_chosen_before_keeps_its_choice(
    site: Served, operator: Browser, worker: NoticeWorker, mailbox: Mailbox, engine: Engine, rows: Rows
) -> None:
    chosen = {"mail_address": "old@shop.example", "mail_proven_at": None, "kinds_by_mail": "", "kinds_by_webhook": ""}
    rows.add(tables.notice_ways, user_id=rows.user("eve"), **chosen)
    path = mailed(operator, worker, mailbox)
    form = site.browser().get(path)
    site.browser().post(path, password=PASSWORD, chosen="true", mail="eve@shop.example")
    own = ways(engine)

    assert own is not None
    assert 'name="mail"' not in form.text
    assert (own["mail_address"], own["mail_proven_at"]) == ("old@shop.example", None)


@pytest.mark.parametrize(("language", "words"), [("en", "ohta invites you"), ("ja", "ohtaさんからMercarichへの招待")])
def test_the_mail_tells_who_invites_until_when_and_what_to_do_else_in_the_language_of_choice(
    language: str, words: str, operator: Browser, worker: NoticeWorker, mailbox: Mailbox, clock: Clock
) -> None:
    mailed(operator, worker, mailbox, language=language)
    [letter] = mailbox.letters()

    assert words in letter.subject
    assert "JST" in letter.text
    assert {"en": "ignore this mail", "ja": "無視してください"}[language] in letter.text


def test_no_table_and_no_log_has_the_mailed_link(
    operator: Browser, worker: NoticeWorker, mailbox: Mailbox, engine: Engine, caplog: pytest.LogCaptureFixture
) -> None:
    token = mailed(operator, worker, mailbox).removeprefix("/join/")

    assert token not in str(all_mails(engine))
    assert token not in caplog.text


def test_an_address_gets_five_mails_a_day_however_it_is_spelt_and_whoever_is_invited(
    operator: Browser, worker: NoticeWorker, mailbox: Mailbox, clock: Clock
) -> None:
    invite(operator, "Eve@shop.example")
    again = [operator.post("/sellers/invite/again", username="eve").status_code for _ in range(3)]
    fifth = operator.post("/sellers/invite", username="adam", mail="eve@SHOP.example").status_code
    sixth = operator.post("/sellers/invite", username="abel", mail="eve@shop.example")
    nobody = operator.post("/sellers/invite", username="abel").status_code
    again_today = operator.post("/sellers/invite/again", username="adam").status_code
    turn(worker)
    sent_that_day = len(mailbox.letters())
    clock.move(days=1, seconds=1)
    operator.sign_in("ohta")
    tomorrow = operator.post("/sellers/invite/again", username="adam").status_code

    assert (again, fifth, sixth.status_code, nobody, again_today) == ([303] * 3, 200, 422, 200, 422)
    assert "5 invitations today" in sixth.text
    assert (sent_that_day, tomorrow) == (5, 303)


def test_a_revoked_invitation_ends_both_links_and_what_waits_is_not_sent(
    site: Served, operator: Browser, worker: NoticeWorker, mailbox: Mailbox, engine: Engine
) -> None:
    shown = invite(operator)
    turn(worker)
    path = link_in(mailbox.letters()[0])
    operator.post("/sellers/invite/again", username="eve")
    listed = operator.get("/sellers/invite").text
    revoked = operator.post("/sellers/invite/revoke", username="eve").status_code
    turn(worker)

    assert "eve@shop.example" in listed
    assert revoked == 303
    assert [site.browser().get(link).status_code for link in (shown, path)] == [404, 404]
    assert [row["state"] for row in all_mails(engine)] == ["sent", "failed"]
    assert len(mailbox.letters()) == 1
    assert operator.post("/sellers/invite/revoke", username="eve").status_code == 404
    assert operator.post("/sellers/invite/again", username="eve").status_code == 404
    assert "eve@shop.example" not in operator.get("/sellers/invite").text


def test_each_mail_of_an_invitation_leads_in_and_an_invitation_anew_voids_them(
    site: Served, operator: Browser, worker: NoticeWorker, mailbox: Mailbox
) -> None:
    first = mailed(operator, worker, mailbox)
    operator.post("/sellers/invite/again", username="eve")
    turn(worker)
    second = link_in(mailbox.letters()[-1])
    good = [site.browser().get(link).status_code for link in (first, second)]
    invite(operator)

    assert (first != second, good) == (True, [200, 200])
    assert [site.browser().get(link).status_code for link in (first, second)] == [404, 404]


def test_a_mail_server_that_is_away_is_tried_again_with_the_same_link_and_the_page_tells(
    operator: Browser, worker: NoticeWorker, mailbox: Mailbox, clock: Clock, engine: Engine
) -> None:
    invite(operator)
    mailbox.stop()
    turn(worker)
    once = all_mails(engine)
    clock.move(minutes=2)
    turn(worker)
    twice = all_mails(engine)

    assert [(row["state"], row["attempts"]) for row in (*once, *twice)] == [("waiting", 1), ("waiting", 2)]
    assert once[0]["token_hash"] == twice[0]["token_hash"]
    assert "the mail server cannot be used" in operator.get("/sellers/invite").text


@pytest.mark.parametrize(
    "mail", ["eve", "=?utf-8?q?=0d=0aBcc=3ax?=@shop.example", "a@b.example,c@d.example", "店@b.example"]
)
def test_what_is_no_mail_address_is_refused_and_nobody_is_invited(mail: str, operator: Browser, engine: Engine) -> None:
    assert operator.post("/sellers/invite", username="eve", mail=mail).status_code == 422
    with reading(engine) as connection:
        assert connection.execute(select(tables.invitations)).first() is None


def test_a_mail_that_cannot_go_fails_alone(
    operator: Browser, worker: NoticeWorker, mailbox: Mailbox, rows: Rows, engine: Engine
) -> None:
    invite(operator)
    rows.change(update(tables.invitations).values(mail_address="a@b.example\r\nBcc: c@d.example"))
    operator.post("/sellers/invite", username="adam", mail="adam@shop.example")
    turn(worker)

    assert [letter.to for letter in mailbox.letters()] == ["adam@shop.example"]
    assert [row["state"] for row in all_mails(engine)] == ["failed", "sent"]


def test_without_a_mail_server_the_page_says_so_and_shows_the_link(
    shared: SharedSettings, engine: Engine, rows: Rows
) -> None:
    let_sign_in(engine, rows.user("ohta"), language="en")
    rows.change(update(tables.users).values(is_staff=True))
    with served(build_pages(shared, PAGES, passwords=PASSWORDS)) as site:
        operator = site.browser()
        operator.sign_in("ohta")
        form = operator.get("/sellers/invite").text
        shown = invite(operator)
        page = site.browser().get(shown)

    assert "No mail server is set up here" in form
    assert 'name="mail"' not in form
    assert page.status_code == 200
    assert all_mails(engine) == []


def test_the_audit_log_has_who_invited_mailed_and_joined_from_where_and_with_what(
    site: Served, operator: Browser, worker: NoticeWorker, mailbox: Mailbox, engine: Engine
) -> None:
    operator.client.headers["User-Agent"] = DESK
    path = mailed(operator, worker, mailbox)
    operator.post("/sellers/invite/again", username="eve")
    eve = site.browser()
    eve.client.headers["User-Agent"] = PHONE
    eve.post(path, password=PASSWORD)
    operator.post("/sellers/invite", username="adam")
    operator.post("/sellers/invite/revoke", username="adam")
    log = tables.audit_log.c
    entry = (log.action, log.actor, log.subject, log.detail, log.address, log.agent)
    with reading(engine) as connection:
        told = connection.execute(select(*entry).order_by(log.id)).all()
    deeds = [tuple(row) for row in told if row.action != "sign_in"]

    assert deeds == [
        ("invited", "ohta", "eve", "seller, eve@shop.example", "127.0.0.1", DESK),
        ("invitation_mailed_again", "ohta", "eve", "eve@shop.example", "127.0.0.1", DESK),
        ("joined", "eve", "eve", "by the mail to eve@shop.example", "127.0.0.1", PHONE),
        ("invited", "ohta", "adam", "seller", "127.0.0.1", DESK),
        ("invitation_revoked", "ohta", "adam", None, "127.0.0.1", DESK),
    ]
    page = operator.get("/audit?actor=eve").text
    assert page.count("Safari, iPhone") == page.count(f'title="{PHONE}"') == 2, "joined and signed in"


def test_the_queue_forgets_mails_after_a_month(
    operator: Browser, worker: NoticeWorker, mailbox: Mailbox, clock: Clock, engine: Engine
) -> None:
    mailed(operator, worker, mailbox)
    clock.move(days=31)
    assert worker.invite is not None
    worker.invite.sweep()

    assert all_mails(engine) == []


def test_what_is_on_for_everybody_is_important_and_so_is_what_may_cost_the_account() -> None:
    assert set(IMPORTANT) >= ON_BY_DEFAULT
    assert {Kind.ORDER_UNSOURCED, Kind.OUTAGE, Kind.HELD, Kind.TOKEN, Kind.STUCK, Kind.DIFFERS} <= set(IMPORTANT)
    assert not {Kind.PROPOSED, Kind.EARNINGS, Kind.JOB_FAILED} & set(IMPORTANT)
