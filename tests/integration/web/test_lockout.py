"""Nobody locks a named person out: guesses from elsewhere slow down whoever makes them, and nobody else."""

import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import httpx
import pytest
from sqlalchemy import Engine
from tests.integration.web.clocks import Clock
from tests.integration.web.rows import Rows
from tests.integration.web.site import PASSWORD, PASSWORDS, Browser, Served, let_sign_in, served
from tests.integration.web.test_second_step import code_of, set_up

from mercarich_platform.settings import SharedSettings
from mercarich_web.bootstrap import build_pages
from mercarich_web.identity.sql.sessions import SqlTries
from mercarich_web.identity.tries import FREE_TRIES, of_stranger, wait_after
from mercarich_web.settings import PagesSettings

GUESSER, NEIGHBOUR, ELSEWHERE = "198.51.100.7", "198.51.100.8", "203.0.113.9"
"""The neighbour is in the guesser's network."""


@pytest.fixture
def site(database_url: str, engine: Engine, rows: Rows, clock: Clock, tmp_path: Path) -> Iterator[Served]:
    """The pages behind a proxy, so that browsers come from other addresses."""
    for name in ("ann", "bob"):
        let_sign_in(engine, rows.user(name))
    shared = SharedSettings.model_validate({"database_url": database_url, "data_dir": tmp_path})
    app = build_pages(shared, PagesSettings(), now=clock, passwords=PASSWORDS)
    with served(app, trusted_proxies="127.0.0.1") as one:
        yield one


def browser(site: Served, address: str) -> Browser:
    one = site.browser()
    one.client.headers.update({"X-Forwarded-For": address, "Accept-Language": "en"})
    return one


def known(site: Served, address: str) -> Browser:
    """A browser in which Ann has signed in and out."""
    one = browser(site, address)
    one.sign_in("ann")
    one.post("/sign-out")
    return one


def sign_in(one: Browser, password: str = PASSWORD) -> httpx.Response:
    return one.post("/sign-in", username="ann", password=password)


def guess(site: Served, clock: Clock, times: int) -> None:
    """Guess from as many networks."""
    for number in range(times):
        sign_in(browser(site, f"198.18.{number}.1"), "not her password")


def test_a_guesser_without_rest_keeps_nobody_out(site: Served, clock: Clock) -> None:
    """The guesser asks again in the second in which the wait ends, for most of a day."""
    device, inside = known(site, NEIGHBOUR), browser(site, NEIGHBOUR)
    inside.sign_in("ann")
    guesser = browser(site, GUESSER)
    guesses, answers = 0, set()
    end, next_guess, next_look = clock.at + timedelta(hours=20), clock.at, clock.at + timedelta(seconds=31)
    while clock.at < end:
        clock.at = min(next_guess, next_look)
        if clock.at == next_guess:
            told = sign_in(guesser, "not her password")
            guesses += told.status_code == 401
            found = re.search(r"Wait ([0-9]+) seconds", told.text)
            next_guess += timedelta(seconds=int(found[1]) if found else 1)
            continue
        next_look += timedelta(minutes=23)
        answers.add(("known browser", sign_in(device).status_code))
        inside.get("/account")
        answers.add(("session", inside.post("/confirm", password=PASSWORD, next="/account").status_code))
        answers.add(("elsewhere", sign_in(browser(site, ELSEWHERE)).status_code))

    assert 50 < guesses < 200, "the guesser is slow, and never pauses for longer than it must"
    assert answers == {("known browser", 303), ("session", 303), ("elsewhere", 303)}


def test_a_try_that_is_counted_after_a_later_one_does_not_wait_and_the_later_ones_time_stays(
    site: Served, engine: Engine, clock: Clock
) -> None:
    tries, counters, earlier = SqlTries(engine), of_stranger("ann", GUESSER), clock()
    clock.move(seconds=40)
    assert tries.begin(counters, clock()) == 0
    assert tries.begin(counters, earlier) == 0
    for _ in range(FREE_TRIES - 2):
        assert tries.begin(counters, earlier) == 0

    assert tries.begin(counters, clock()) == wait_after(FREE_TRIES).total_seconds()


def test_a_crowd_of_guessers_makes_a_stranger_wait_a_quarter_of_an_hour_at_most(site: Served, clock: Clock) -> None:
    guess(site, clock, 60)
    stranger = browser(site, ELSEWHERE)
    typed_wrong = sign_in(stranger, "a slip of the finger").status_code
    at_once = sign_in(stranger).status_code
    clock.move(minutes=15)
    guess(site, clock, 60)

    assert (typed_wrong, at_once) == (401, 429)
    assert sign_in(stranger).status_code == 303


def test_guesses_in_a_known_browser_or_a_session_slow_down_by_themselves(site: Served, clock: Clock) -> None:
    device, other, inside = known(site, ELSEWHERE), known(site, ELSEWHERE), browser(site, ELSEWHERE)
    inside.sign_in("ann")
    in_device = [sign_in(device, f"guess number {n}").status_code for n in range(7)]
    in_session = [inside.post("/confirm", password=f"guess number {n}").status_code for n in range(7)]
    changing = inside.post("/account/password", old=PASSWORD, new="a better one, longer").status_code

    assert in_device == in_session == [401] * 5 + [429] * 2
    assert changing == 429, "one counter for all that asks for the password in a session"
    assert sign_in(other).status_code == 303


def test_a_browser_is_known_to_its_user_alone_and_for_a_year(site: Served, clock: Clock) -> None:
    device = known(site, ELSEWHERE)
    [cookie] = [one for one in device.client.cookies.jar if "-device-" in one.name]
    assert cookie.value is not None
    bobs, forged = browser(site, NEIGHBOUR), browser(site, NEIGHBOUR)
    bobs.client.cookies.set(cookie.name.replace("-1", "-2"), cookie.value)
    forged.client.cookies.set(cookie.name, cookie.value[:-1] + ("0" if cookie.value[-1] != "0" else "1"))
    for n in range(6):
        bobs.post("/sign-in", username="bob", password=f"guess number {n}")
        sign_in(forged, f"guess number {n}")
    refused = [
        bobs.post("/sign-in", username="bob", password=PASSWORD).status_code,
        sign_in(forged).status_code,
    ]
    waits = [sign_in(browser(site, NEIGHBOUR)).status_code, sign_in(device).status_code]
    clock.move(days=366)
    for n in range(6):
        sign_in(browser(site, ELSEWHERE), f"guess number {n}")

    assert refused == [429, 429]
    assert waits == [429, 303]
    device.client.cookies.set(cookie.name, cookie.value)
    assert sign_in(device).status_code == 429, "a stranger again"


def test_codes_that_others_guess_do_not_hold_up_a_known_browser(site: Served, clock: Clock) -> None:
    """The guesser knows the password."""
    device = browser(site, NEIGHBOUR)
    device.sign_in("ann")
    device.get("/account")
    secret, _ = set_up(device, clock)
    guesser = browser(site, GUESSER)
    sign_in(guesser)
    guesses = [guesser.post("/sign-in/code", code=f"{n:06d}").status_code for n in range(7)]
    clock.move(seconds=30)
    guesses.append(guesser.post("/sign-in/code", code="000000").status_code)
    sign_in(device)
    entered = device.post("/sign-in/code", code=code_of(secret, clock)).status_code
    stranger = browser(site, ELSEWHERE)
    sign_in(stranger)

    assert guesses == [401] * 5 + [429] * 2 + [401]
    assert entered == 303
    assert stranger.post("/sign-in/code", code="000000").status_code == 429


def test_the_cookie_of_a_known_browser_lets_nobody_in(site: Served) -> None:
    device = known(site, ELSEWHERE)

    assert device.get("/account").status_code == 303
    assert sign_in(device, "not her password").status_code == 401
