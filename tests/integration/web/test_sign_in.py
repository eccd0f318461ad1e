"""Signing in and its protection: sessions, form tokens, origins, throttling, invitations, fresh logins."""

import re
from collections.abc import Iterator
from datetime import timedelta
from importlib.resources import files
from pathlib import Path

import pytest
from sqlalchemy import Engine, select
from tests.integration.web.clocks import Clock
from tests.integration.web.conftest import Deeds
from tests.integration.web.rows import Rows
from tests.integration.web.site import PASSWORD, PASSWORDS, Browser, Served, let_sign_in, served

from mercarich_contracts.audit import Actor
from mercarich_db import tables
from mercarich_db.engine import reading
from mercarich_platform.clock import utc_now
from mercarich_platform.settings import SharedSettings
from mercarich_web.accounts.wiring import invitations
from mercarich_web.bootstrap import build_pages
from mercarich_web.identity.people import Kept, Role
from mercarich_web.identity.sql.sessions import SqlSessions
from mercarich_web.settings import PagesSettings
from mercarich_web.site.visits import ASKED_BY_PAGES


@pytest.fixture
def site(database_url: str, engine: Engine, rows: Rows, clock: Clock) -> Iterator[Served]:
    """The pages, in which `ann` can sign in."""
    let_sign_in(engine, rows.user("ann"))
    shared = SharedSettings.model_validate({"database_url": database_url})
    with served(build_pages(shared, PagesSettings(), now=clock, passwords=PASSWORDS)) as one:
        yield one


@pytest.fixture
def visitor(site: Served) -> Browser:
    """A browser that is not signed in."""
    return site.browser()


def test_who_is_not_signed_in_is_asked_to_and_comes_back(visitor: Browser) -> None:
    asked = visitor.get("/account?x=1")
    form = visitor.get(asked.headers["location"])
    answer = visitor.post("/sign-in", username="ann", password=PASSWORD, next="/account?x=1")

    assert (asked.status_code, asked.headers["location"]) == (303, "/sign-in?next=/account%3Fx%3D1")
    assert form.status_code == 200
    assert (answer.status_code, answer.headers["location"]) == (303, "/account?x=1")
    assert visitor.get("/account").status_code == 200


def test_a_part_of_a_page_that_finds_the_session_over_leads_back_to_the_page(visitor: Browser) -> None:
    told = visitor.get("/creations/part", hx_request="true", referer=f"{visitor.origin}/creations?x=1")

    assert (told.status_code, told.headers["hx-redirect"]) == (204, "/sign-in?next=/creations%3Fx%3D1")


@pytest.mark.parametrize("elsewhere", ["//evil.example", "https://evil.example", "/\\evil.example", "javascript:x"])
def test_signing_in_leads_to_no_other_site(visitor: Browser, elsewhere: str) -> None:
    answer = visitor.post("/sign-in", username="ann", password=PASSWORD, next=elsewhere)

    assert answer.headers["location"] == "/"


def test_a_wrong_password_and_an_unknown_name_are_told_alike(visitor: Browser) -> None:
    wrong = visitor.post("/sign-in", username="ann", password="not her password")
    unknown = visitor.post("/sign-in", username="nobody", password="not her password")

    assert wrong.status_code == unknown.status_code == 401
    assert wrong.text.replace("ann", "") == unknown.text.replace("nobody", "")
    assert "set-cookie" not in wrong.headers


def test_a_password_of_a_megabyte_is_refused_before_it_is_hashed(visitor: Browser) -> None:
    assert visitor.post("/sign-in", username="ann", password="x" * 900_000).status_code == 422


def test_a_body_over_the_limit_is_refused(visitor: Browser) -> None:
    assert visitor.post("/sign-in", username="ann", password="x" * 1_100_000).status_code == 413


def test_guessing_slows_down_and_a_pause_lets_the_owner_in(visitor: Browser, clock: Clock) -> None:
    tries = [visitor.post("/sign-in", username="ann", password=f"guess number {n}").status_code for n in range(6)]
    waiting = visitor.post("/sign-in", username="ann", password=PASSWORD)
    clock.move(seconds=3)

    assert tries == [401] * 5 + [429]
    assert waiting.status_code == 429
    assert visitor.post("/sign-in", username="ann", password=PASSWORD).status_code == 303


def test_a_thousand_guesses_take_a_quarter_of_an_hour_and_more(visitor: Browser, clock: Clock) -> None:
    began, refused = clock.at, 0
    for number in range(60):
        if visitor.post("/sign-in", username="ann", password=f"guess number {number}").status_code == 429:
            refused += 1
            clock.move(seconds=60)

    assert refused > 30
    assert clock.at - began > timedelta(minutes=15)


def test_who_must_wait_adds_no_row_for_names_that_are_made_up(visitor: Browser, engine: Engine) -> None:
    for number in range(60):
        visitor.post("/sign-in", username=f"nobody{number}", password="some password")
    with reading(engine) as connection:
        rows = connection.execute(select(tables.sign_in_failures)).all()

    assert len(rows) == 61  # Thirty names, each by itself and from this network, and the network.


def test_a_session_ends_when_it_rests_and_at_the_end_of_its_day(visitor: Browser, clock: Clock) -> None:
    visitor.sign_in("ann")
    clock.move(minutes=119)
    rested = visitor.get("/account").status_code
    for _ in range(13):
        clock.move(minutes=110)
        visitor.get("/account")
    after_a_day = visitor.get("/account").status_code
    visitor.sign_in("ann")
    clock.move(minutes=121)

    assert (rested, after_a_day) == (200, 303)
    assert visitor.get("/account").status_code == 303


def test_a_session_that_was_signed_out_is_over_for_a_copy_of_its_cookie(site: Served, visitor: Browser) -> None:
    visitor.sign_in("ann")
    cookie = visitor.client.cookies["mercarich"]
    visitor.post("/sign-out")

    copy = site.browser()
    copy.client.cookies.set("mercarich", cookie)
    assert copy.get("/account").status_code == 303


def test_the_database_holds_no_token_that_lets_anybody_in(visitor: Browser, engine: Engine) -> None:
    visitor.sign_in("ann")
    with reading(engine) as connection:
        stored = connection.execute(select(tables.sessions)).one()

    assert visitor.client.cookies["mercarich"] not in str(stored)


def test_a_new_password_ends_the_other_sessions(site: Served, visitor: Browser) -> None:
    visitor.sign_in("ann")
    other = site.browser()
    other.sign_in("ann")
    changed = visitor.post("/account/password", old=PASSWORD, new="a better one, longer")

    assert other.get("/account").status_code == 303
    assert changed.status_code == 303
    assert visitor.get("/account").status_code == 200


@pytest.mark.parametrize("weak", ["short", "111111111111", "password1234", "I am ann, hello", "x" * 129])
def test_a_weak_password_is_refused_with_its_reason(visitor: Browser, weak: str) -> None:
    visitor.sign_in("ann")
    answer = visitor.post("/account/password", old=PASSWORD, new=weak)

    assert answer.status_code == 422
    assert 'class="wrong"' in answer.text


def test_a_form_without_the_sessions_token_is_refused(visitor: Browser) -> None:
    visitor.sign_in("ann")
    for token in ("", "0" * 16 + "." + "0" * 32, "x"):
        visitor.token = token
        assert visitor.post("/account/sessions/end-others").status_code == 403


def test_a_refused_form_names_the_way_back_to_its_page_and_to_no_other_site(visitor: Browser) -> None:
    visitor.sign_in("ann")
    headers, data = {"Origin": visitor.origin}, {"form_token": "old.one"}
    at_home, elsewhere = (
        visitor.client.post(
            "/account/sessions/end-others", data=data, headers=headers | {"Referer": f"{origin}/account?x=1"}
        )
        for origin in (visitor.origin, "https://evil.example")
    )

    assert 'href="/account?x=1"' in at_home.text
    assert "evil.example" not in elsewhere.text
    assert 'href="/account?x=1"' not in elsewhere.text


def test_a_form_token_of_another_session_is_refused(site: Served, visitor: Browser, clock: Clock) -> None:
    """Also of the same person's; two sessions never begin in the same microsecond."""
    visitor.sign_in("ann")
    clock.move(microseconds=1)
    other = site.browser()
    other.sign_in("ann")
    visitor.token = other.token

    assert visitor.post("/account/sessions/end-others").status_code == 403


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        *({"Sec-Fetch-Site": site} for site in ("cross-site", "same-site", "none")),
    ],
)
def test_a_form_of_another_sites_page_is_refused(visitor: Browser, headers: dict[str, str]) -> None:
    visitor.sign_in("ann")
    data = {"form_token": visitor.token}

    assert visitor.client.post("/account/sessions/end-others", data=data, headers=headers).status_code == 403
    assert visitor.client.post("/sign-in", data=data, headers=headers).status_code == 403


def test_with_a_public_address_cookies_are_for_https_and_forms_from_there(database_url: str, engine: Engine) -> None:
    shared = SharedSettings.model_validate({"database_url": database_url})
    app = build_pages(shared, PagesSettings(public_url="https://shop.example"), passwords=PASSWORDS)
    invited = invitations(engine, passwords=PASSWORDS).invite("bob", 2, Role.SELLER, Actor("test"))
    with served(app) as site:
        one = site.browser()
        path, form = f"/join/{invited.token}", {"password": "longer than twelve"}
        here = one.client.post(path, data=form, headers={"Origin": site.origin})
        there = one.client.post(path, data=form, headers={"Origin": "https://shop.example"})

    cookie = there.headers["set-cookie"]
    assert here.status_code == 403
    assert cookie.startswith("__Host-mercarich=")
    assert all(word in cookie for word in ("Secure", "HttpOnly", "SameSite=lax", "Path=/"))
    assert "Domain" not in cookie
    assert there.headers["strict-transport-security"].startswith("max-age=31536000")


@pytest.mark.parametrize("path", ["/listings/", "/account/?x=1", "/listings/?q=a%20b", "/api/v1/jobs/"])
def test_a_slash_too_much_leads_to_no_other_host(visitor: Browser, path: str) -> None:
    answer = visitor.get(path, Host="evil.example", X_Forwarded_Host="evil.example")

    assert answer.status_code == 307
    assert answer.headers["location"] == path.replace("/?", "?").removesuffix("/")


@pytest.mark.parametrize("path", ["//evil.example/", "//evil.example/jobs/", "/nothing/", "/assets/", "/listings/x/y/"])
def test_a_slash_too_much_of_no_page_leads_nowhere(visitor: Browser, path: str) -> None:
    assert visitor.get(visitor.origin + path).status_code == 404


def test_an_invitation_lets_one_person_in_once(engine: Engine, visitor: Browser) -> None:
    invited = invitations(engine, passwords=PASSWORDS).invite("bob", 4, Role.SELLER, Actor("test"))
    path = f"/join/{invited.token}"
    form = visitor.get(path)
    weak = visitor.post(path, password="short")
    joined = visitor.post(path, password="longer than twelve")

    assert (form.status_code, weak.status_code, joined.status_code) == (200, 422, 303)
    assert "bob" in form.text
    assert visitor.get("/account").status_code == 200
    assert visitor.get(path).status_code == 404
    assert visitor.post(path, password="longer than twelve").status_code == 404
    with reading(engine) as connection:
        log = tables.audit_log.c
        deeds = select(log.action, log.actor, log.address, log.agent).order_by(log.id)
        told = {action: tuple(deed) for action, *deed in connection.execute(deeds)}
    assert told["invited"] == ("test", None, None), "by a command"
    assert told["joined"] == ("bob", "127.0.0.1", visitor.client.headers["User-Agent"])


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        (b"Safari/1 \xe9 <b>", "Safari/1 é <b>"),
        (b"Safari/1\t\x85\x9b31m\xad" + 500 * b"x", "Safari/131m" + 189 * "x"),
        (b"\x85", None),
        (b"", None),
    ],
    ids=["as it is", "without what steers a screen, at most 200", "nothing seen", "none"],
)
def test_the_audit_log_keeps_what_can_be_seen_of_a_browsers_name(
    engine: Engine, visitor: Browser, sent: bytes, kept: str | None
) -> None:
    visitor.client.headers.update([(b"User-Agent", sent)])
    visitor.post("/sign-in", username="ann", password="a wrong password")
    visitor.sign_in("ann")

    with reading(engine) as connection:
        log = tables.audit_log.c
        deeds = [tuple(row) for row in connection.execute(select(log.action, log.agent).order_by(log.id))]
    assert deeds == [("sign_in_failed", kept), ("sign_in", kept)]


def test_an_invitation_ends_after_a_week(engine: Engine, visitor: Browser, clock: Clock) -> None:
    invited = invitations(engine, now=clock, passwords=PASSWORDS).invite("bob", 4, Role.SELLER, Actor("test"))
    clock.move(days=7, seconds=1)

    assert visitor.get(f"/join/{invited.token}").status_code == 404


def test_what_needs_a_fresh_login_is_possible_after_the_password_only(visitor: Browser, clock: Clock) -> None:
    visitor.sign_in("ann")
    clock.move(minutes=16)
    wrong = visitor.post("/confirm", password="not her password", next="/account")
    right = visitor.post("/confirm", password=PASSWORD, next="/account")

    assert (wrong.status_code, right.status_code) == (401, 303)
    assert right.headers["location"] == "/account"


def test_giving_the_password_again_gives_another_token_and_ends_the_one_before(site: Served, visitor: Browser) -> None:
    copies = []
    for path in ("/sign-in", "/sign-in", "/confirm"):
        visitor.post(path, username="ann", password=PASSWORD)
        visitor.get("/account")
        copies.append(site.browser())
        copies[-1].client.cookies.set("mercarich", visitor.client.cookies["mercarich"])

    assert [one.get("/account").status_code for one in copies] == [303, 303, 200]
    assert visitor.get("/account").status_code == 200


def test_ending_all_others_ends_a_copy_of_the_session_that_asks_for_it(
    site: Served, visitor: Browser, engine: Engine, clock: Clock, deeds: Deeds
) -> None:
    """The copy is no session of its own: nothing but another token tells the two apart."""
    visitor.sign_in("ann")
    clock.move(minutes=10)
    copy, late = site.browser(), site.browser()
    for one in (copy, late):
        one.client.cookies.set("mercarich", visitor.client.cookies["mercarich"])
        one.get("/account")
    page = visitor.get("/account").text
    ended = visitor.post("/account/sessions/end-others")
    again = late.post("/account/sessions/end-others")
    with reading(engine) as connection:
        [row] = connection.execute(select(tables.sessions.c.created_at, tables.sessions.c.confirmed_at)).all()

    assert 'action="/account/sessions/end-others"' in page, "also where no other session is known"
    assert (ended.status_code, ended.headers["location"]) == (303, "/account")
    assert again.headers["location"].startswith("/sign-in")
    assert copy.get("/account").status_code == 303
    assert row.confirmed_at == row.created_at, "it is no proof of the password"
    assert deeds() == [("sessions_ended", "ann", "ann", None)]
    assert visitor.post("/account/language", language="ja").headers["location"] == "/account", "an open form stays good"
    assert visitor.get("/account").status_code == 200


def test_a_session_that_has_moved_meanwhile_ends_with_all_others(visitor: Browser, engine: Engine) -> None:
    """Whoever moved it, by a copy at the same moment, is not known to be its owner."""
    visitor.sign_in("ann")
    ended = SqlSessions(engine).end_others(1, Kept("0" * 64, None), "f" * 64, utc_now())

    assert not ended
    assert visitor.get("/account").status_code == 303


def test_signing_in_as_somebody_else_ends_the_session_before(
    site: Served, visitor: Browser, engine: Engine, rows: Rows
) -> None:
    let_sign_in(engine, rows.user("bob"))
    visitor.sign_in("ann")
    copy = site.browser()
    copy.client.cookies.set("mercarich", visitor.client.cookies["mercarich"])
    visitor.sign_in("bob")

    assert copy.get("/account").status_code == 303
    assert "bob" in visitor.get("/account").text


def test_the_language_follows_browser_account_and_choice(visitor: Browser) -> None:
    assert 'lang="ja"' in visitor.get("/sign-in").text
    assert '<html lang="en"' in visitor.get("/sign-in", Accept_Language="en-GB").text
    visitor.sign_in("ann")
    visitor.post("/account/language", language="ja")
    assert '<html lang="ja"' in visitor.get("/account", Accept_Language="en-GB").text
    visitor.post("/look", language="en", next="/account")
    assert '<html lang="en"' in visitor.get("/account").text


@pytest.mark.parametrize(("path", "headers"), [("/running", {}), ("/account", {"X_By_Itself": "true"})])
def test_an_open_page_that_asks_by_itself_keeps_no_session(
    visitor: Browser, clock: Clock, path: str, headers: dict[str, str]
) -> None:
    """The visitor has left; the open page keeps making requests."""
    visitor.sign_in("ann")
    for _ in range(9):
        clock.move(seconds=15 * 60)
        asked = visitor.get(path, **headers).status_code

    assert asked == 303
    visitor.sign_in("ann")
    for _ in range(9):
        clock.move(seconds=15 * 60)
        assert visitor.get("/account").status_code == 200, "who clicks stays"


def test_what_pages_ask_by_themselves_is_known() -> None:
    folder = Path(str(files("mercarich_web"))) / "templates"
    text = "".join(file.read_text(encoding="utf-8") for file in folder.rglob("*.html"))
    asked = re.findall(r'hx-get="([^"]+)" hx-trigger="[^"]*every', text) + re.findall(r'data-stream="([^"]+)"', text)

    assert len(asked) >= 5
    assert {re.sub(r"\{+[^}]*\}+", "X", one.partition("?")[0]) for one in asked} <= {
        re.sub(r"\{[^}]*\}", "X", one) for one in ASKED_BY_PAGES
    }
