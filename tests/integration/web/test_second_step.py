"""The second step of signing in: setting up, asking, replay, recovery codes, operators who must have it."""

import base64
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine, select, update
from tests.integration.web.clocks import Clock
from tests.integration.web.conftest import Deeds, Mercarich
from tests.integration.web.rows import Rows
from tests.integration.web.site import PASSWORD, PASSWORDS, Browser, Served, let_sign_in, served

from mercarich_db import tables
from mercarich_db.engine import reading
from mercarich_platform.settings import SharedSettings
from mercarich_web.bootstrap import build_pages
from mercarich_web.identity.codes import code_at
from mercarich_web.settings import PagesSettings

PAGE = "/account/second-step"


@pytest.fixture
def shared(database_url: str, tmp_path: Path) -> SharedSettings:
    return SharedSettings.model_validate({"database_url": database_url, "data_dir": tmp_path})


@pytest.fixture
def site(shared: SharedSettings, engine: Engine, rows: Rows, clock: Clock) -> Iterator[Served]:
    let_sign_in(engine, rows.user("ann"))
    with served(build_pages(shared, PagesSettings(), now=clock, passwords=PASSWORDS)) as one:
        yield one


@pytest.fixture
def ann(site: Served) -> Browser:
    one = site.browser()
    one.sign_in("ann")
    return one


def secret_on(page: str) -> bytes:
    found = re.search(r'class="key">([A-Z2-7]+)<', page)
    assert found is not None
    return base64.b32decode(found[1])


def set_up(browser: Browser, clock: Clock) -> tuple[bytes, list[str]]:
    """Return the secret and the recovery codes."""
    secret = secret_on(browser.get(PAGE).text)
    shown = browser.post(PAGE, code=code_of(secret, clock))
    return secret, re.findall(r"<code>([a-z2-7-]{29})</code>", shown.text)


def code_of(secret: bytes, clock: Clock) -> str:
    return code_at(secret, int(clock.at.timestamp()) // 30)


def enter(site: Served, code: str) -> tuple[Browser, int]:
    """Sign in with the password and this code in another browser."""
    one = site.browser()
    led = one.post("/sign-in", username="ann", password=PASSWORD, next="/account?x=1")
    assert led.headers["location"] == "/sign-in/code?next=%2Faccount%3Fx%3D1"
    return one, one.post("/sign-in/code", code=code, next="/account?x=1").status_code


def test_setting_up_counts_when_a_code_has_proved_it(site: Served, ann: Browser, clock: Clock) -> None:
    page = ann.get(PAGE).text
    wrong = ann.post(PAGE, code="000000")
    password_is_enough = site.browser().sign_in("ann").headers["location"]
    secret, codes = set_up(ann, clock)

    assert "<svg" in page
    assert wrong.status_code == 422
    assert secret_on(wrong.text) == secret, "the picture that was taken stays good"
    assert password_is_enough == "/"
    assert len(set(codes)) == 10


def test_then_a_password_alone_opens_no_page(site: Served, ann: Browser, clock: Clock) -> None:
    secret, _ = set_up(ann, clock)
    one = site.browser()
    one.post("/sign-in", username="ann", password=PASSWORD)
    before = [one.get(path).status_code for path in ("/account", "/", PAGE)]
    asked = one.get("/sign-in/code")
    clock.move(seconds=30)
    entered = one.post("/sign-in/code", code=code_of(secret, clock))

    assert before == [303, 303, 303]
    assert asked.status_code == 200
    assert entered.status_code == 303
    assert one.get("/account").status_code == 200


def test_a_code_is_not_taken_after_a_newer_one(site: Served, ann: Browser, clock: Clock) -> None:
    secret, _ = set_up(ann, clock)
    clock.move(seconds=30)
    older = code_of(secret, clock)
    clock.move(seconds=30)
    _, newer = enter(site, code_of(secret, clock))

    assert newer == 303
    assert enter(site, older)[1] == 401


def test_the_code_comes_within_minutes_of_the_password(site: Served, ann: Browser, clock: Clock) -> None:
    secret, _ = set_up(ann, clock)
    one = site.browser()
    one.post("/sign-in", username="ann", password=PASSWORD)
    clock.move(minutes=6)

    assert one.get("/sign-in/code").headers["location"] == "/sign-in"
    assert one.post("/sign-in/code", code=code_of(secret, clock)).headers["location"] == "/sign-in"
    assert one.get("/account").status_code == 303


def test_a_code_is_taken_once(site: Served, ann: Browser, clock: Clock) -> None:
    secret, _ = set_up(ann, clock)
    proving = code_of(secret, clock)
    clock.move(seconds=30)
    code = code_of(secret, clock)

    assert enter(site, proving)[1] == 401, "the code that proved the setting up"
    assert enter(site, code)[1] == 303
    assert enter(site, code)[1] == 401


def test_a_code_from_before_the_newest_one_is_not_taken(site: Served, ann: Browser, clock: Clock) -> None:
    """Both are within the time in which codes are taken: one was read over a shoulder and not used."""
    secret, _ = set_up(ann, clock)
    clock.move(seconds=30)
    seen = code_of(secret, clock)
    clock.move(seconds=30)

    assert enter(site, code_of(secret, clock))[1] == 303
    assert enter(site, seen)[1] == 401


def test_a_recovery_code_is_taken_once_and_new_ones_void_the_old(site: Served, ann: Browser, clock: Clock) -> None:
    _, codes = set_up(ann, clock)
    first = [enter(site, codes[0].upper().replace("-", " "))[1], enter(site, codes[0])[1]]
    left = ann.get(PAGE).text
    ann.post(f"{PAGE}/recovery-codes")

    assert first == [303, 401]
    assert "9" in left
    assert enter(site, codes[1])[1] == 401


def test_guessing_codes_slows_down(site: Served, ann: Browser, clock: Clock) -> None:
    set_up(ann, clock)
    one = site.browser()
    one.post("/sign-in", username="ann", password=PASSWORD)
    tries = [one.post("/sign-in/code", code=f"{n:06d}").status_code for n in range(7)]

    assert tries == [401] * 5 + [429] * 2


def test_switching_it_on_or_off_ends_the_other_sessions(site: Served, ann: Browser, clock: Clock) -> None:
    other = site.browser()
    other.sign_in("ann")
    set_up(ann, clock)
    ended = other.get("/account").status_code
    ann.post(f"{PAGE}/end")

    assert ended == 303
    assert site.browser().sign_in("ann").headers["location"] == "/"
    assert ann.get("/account").status_code == 200


def test_switching_it_on_or_off_ends_a_copy_of_the_session(site: Served, ann: Browser, clock: Clock) -> None:
    copies = [copy_of(site, ann)]
    set_up(ann, clock)
    copies.append(copy_of(site, ann))
    ann.post(f"{PAGE}/end")

    assert [one.get("/account").status_code for one in copies] == [303, 303]
    assert ann.get("/account").status_code == 200


def copy_of(site: Served, one: Browser) -> Browser:
    copy = site.browser()
    copy.client.cookies.set("mercarich", one.client.cookies["mercarich"])
    return copy


def test_an_old_login_is_asked_for_the_password_first(ann: Browser, clock: Clock) -> None:
    clock.move(minutes=16)

    assert ann.get(PAGE).headers["location"] == f"/confirm?next={PAGE}"
    assert ann.post(f"{PAGE}/end").headers["location"] == "/confirm"


def test_an_operators_command_ends_a_lost_authenticator_with_every_session(
    site: Served, ann: Browser, clock: Clock, mercarich: Mercarich, engine: Engine
) -> None:
    _, codes = set_up(ann, clock)
    half = site.browser()
    half.post("/sign-in", username="ann", password=PASSWORD)
    done = mercarich.json("user", "reset-second-step", "ann", "--by", "olga")
    again = mercarich.json("user", "reset-second-step", "ann")
    with reading(engine) as connection:
        log = tables.audit_log.c
        told = connection.execute(select(log.actor, log.subject).where(log.action == "second_step_reset")).all()

    assert (done, again) == ({"username": "ann", "changed": True}, {"username": "ann", "changed": False})
    assert ann.get("/account").status_code == 303
    assert half.post("/sign-in/code", code=codes[0]).headers["location"] == "/sign-in"
    assert [tuple(row) for row in told] == [("olga", "ann")]
    assert site.browser().sign_in("ann").headers["location"] == "/"


def test_a_forgotten_password_is_reset_by_an_operator_and_the_second_step_stays(
    site: Served, ann: Browser, clock: Clock, mercarich: Mercarich, engine: Engine
) -> None:
    _, codes = set_up(ann, clock)
    older, link = (mercarich.json("user", "reset-password", "ann", "--by", "olga") for _ in range(2))
    path, replaced = ("/join/" + one["link"].rpartition("/")[2] for one in (link, older))
    ended = ann.get("/account").status_code
    old = [site.browser().sign_in("ann", password).status_code for password in (PASSWORD, "", "nobody's")]
    one = site.browser()
    lost = one.post(replaced, password="of whoever has the older link").status_code
    one.get(path)
    joined = one.post(path, password="another one, and long")
    half = one.get("/account").status_code
    inside = one.post("/sign-in/code", code=codes[0]).headers["location"]
    again = site.browser().post(path, password="a third one, and long").status_code
    with reading(engine) as connection:
        log = tables.audit_log.c
        told = connection.execute(select(log.actor, log.subject).where(log.action == "password_reset")).all()

    assert (ended, old, again, lost) == (303, [401, 401, 401], 404, 404)
    assert (joined.headers["location"], half, inside) == ("/sign-in/code", 303, "/")
    assert [tuple(row) for row in told] == [("olga", "ann")] * 2
    assert (link["username"], link["role"]) == ("ann", "seller")


def test_the_tables_hold_neither_secret_nor_codes(ann: Browser, engine: Engine, clock: Clock) -> None:
    secret, codes = set_up(ann, clock)
    with reading(engine) as connection:
        stored = str(connection.execute(select(tables.logins)).all())
        stored += str(connection.execute(select(tables.recovery_codes)).all())

    for told in (secret.hex(), base64.b32encode(secret).decode(), *codes, *(code.replace("-", "") for code in codes)):
        assert told not in stored


@pytest.mark.parametrize("role", ["operator", "seller"])
def test_who_must_set_it_up_sees_nothing_else_before(
    role: str, shared: SharedSettings, engine: Engine, rows: Rows, clock: Clock
) -> None:
    for name, is_staff in (("olga", role == "operator"), ("otto", role != "operator")):
        user_id = rows.user(name)
        rows.change(update(tables.users).where(tables.users.c.id == user_id).values(is_staff=is_staff))
        let_sign_in(engine, user_id)
    own = PagesSettings(codes_for_operators=role == "operator", codes_for_sellers=role == "seller")
    with served(build_pages(shared, own, now=clock, passwords=PASSWORDS)) as site:
        olga, otto = site.browser(), site.browser()
        olga.sign_in("olga")
        otto.sign_in("otto")
        before = olga.get("/account")
        set_up(olga, clock)
        after = olga.get("/account")
        others = otto.get("/account")

    assert before.headers["location"] == PAGE
    assert (after.status_code, others.status_code) == (200, 200)


def test_operators_must_set_it_up_where_nothing_else_is_said(
    shared: SharedSettings, engine: Engine, rows: Rows, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("PAGES_CODES_FOR_OPERATORS")
    operator = rows.user("olga")
    rows.change(update(tables.users).where(tables.users.c.id == operator).values(is_staff=True))
    for user_id in (operator, rows.user("otto")):
        let_sign_in(engine, user_id)
    with served(build_pages(shared, PagesSettings(), passwords=PASSWORDS)) as site:
        olga, otto = site.browser(), site.browser()
        olga.sign_in("olga")
        otto.sign_in("otto")

        assert olga.get("/runs").headers["location"] == PAGE
        assert otto.get("/listings").status_code == 200


def test_a_session_is_ended_by_its_name_and_by_nobody_else(
    site: Served, ann: Browser, engine: Engine, rows: Rows, deeds: Deeds
) -> None:
    let_sign_in(engine, rows.user("bob"))
    bob, other = site.browser(), site.browser()
    bob.sign_in("bob")
    other.client.headers["User-Agent"] = "Mozilla/5.0 (iPhone) Version/18.0 Safari/604.1"
    other.sign_in("ann")
    page = ann.get("/account").text
    [name] = re.findall(r"/account/sessions/([0-9a-f]{16})/end", page)
    foreign = [bob.post(f"/account/sessions/{one}/end").status_code for one in (name, "%", name[:8] + "%")]
    still = other.get("/account").status_code
    ended = ann.post(f"/account/sessions/{name}/end").status_code

    assert "Safari, iPhone" in page
    assert foreign == [404, 404, 404]
    assert (still, ended) == (200, 303)
    assert deeds() == [("session_ended", "ann", "ann", None)]
    assert other.get("/account").status_code == 303


def test_the_secret_that_one_session_was_shown_is_not_that_of_another(site: Served, ann: Browser, clock: Clock) -> None:
    thief = site.browser()
    clock.move(seconds=1)
    thief.sign_in("ann")
    seen = secret_on(thief.get(PAGE).text)
    shown_twice = {secret_on(ann.get(PAGE).text) for _ in range(2)}
    set_up(ann, clock)
    clock.move(seconds=30)
    another = secret_on(ann.get(f"{PAGE}/authenticator").text)

    assert len(shown_twice) == 1
    assert len({seen, another} | shown_twice) == 3
    assert enter(site, code_of(seen, clock))[1] == 401
    assert enter(site, code_of(shown_twice.pop(), clock))[1] == 303
