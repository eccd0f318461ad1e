"""Passkeys: made, used after the password, removed; and each response that proves nothing."""

import json
import re
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from sqlalchemy import Engine, select, update
from tests.integration.web.authenticator import Authenticator
from tests.integration.web.clocks import Clock
from tests.integration.web.conftest import Mercarich
from tests.integration.web.rows import Rows
from tests.integration.web.site import PASSWORD, PASSWORDS, Browser, Served, let_sign_in, served
from tests.integration.web.test_second_step import code_of, secret_on, set_up

from mercarich_db import tables
from mercarich_db.engine import reading, run_tx
from mercarich_platform.settings import SharedSettings
from mercarich_web.bootstrap import build_pages
from mercarich_web.settings import PagesSettings

PAGE = "/account/second-step"
MADE = f"{PAGE}/passkeys"
USED = "/sign-in/code/passkey"
CODE = re.compile(r"<code>([a-z2-7-]{29})</code>")


@pytest.fixture
def shared(database_url: str, tmp_path: Path) -> SharedSettings:
    return SharedSettings.model_validate({"database_url": database_url, "data_dir": tmp_path})


@pytest.fixture
def site(shared: SharedSettings, engine: Engine, rows: Rows, clock: Clock) -> Iterator[Served]:
    """Sellers may have a second step, operators must."""
    for name in ("ann", "bob"):
        let_sign_in(engine, rows.user(name), language="en")
    olga = rows.user("olga")
    rows.change(update(tables.users).where(tables.users.c.id == olga).values(is_staff=True))
    let_sign_in(engine, olga, language="en")
    own = PagesSettings(codes_for_operators=True)
    with served(build_pages(shared, own, now=clock, passwords=PASSWORDS)) as one:
        one.origin = one.origin.replace("127.0.0.1", "localhost")
        yield one


def signed(site: Served, username: str) -> Browser:
    one = site.browser()
    one.sign_in(username)
    one.get(PAGE)
    return one


@pytest.fixture
def ann(site: Served) -> Browser:
    return signed(site, "ann")


def options(browser: Browser, path: str) -> dict[str, Any]:
    answer = browser.post(f"{path}/options")
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


def add(browser: Browser, name: str = "Laptop", key: Authenticator | None = None) -> tuple[Authenticator, list[str]]:
    """Add a passkey, and return it with the recovery codes that were shown."""
    key = key or Authenticator()
    shown = browser.post(MADE, name=name, credential=key.make(options(browser, MADE), browser.origin))
    assert shown.status_code in (200, 303), shown.text
    browser.get(PAGE)
    return key, CODE.findall(shown.text)


def half(site: Served, username: str = "ann") -> Browser:
    """A browser in which the password was given."""
    one = site.browser()
    one.client.headers["Accept-Language"] = "en"
    led = one.post("/sign-in", username=username, password=PASSWORD)
    assert led.headers["location"].startswith("/sign-in/code")
    return one


def enter(browser: Browser, key: Authenticator) -> httpx.Response:
    return browser.post(USED, credential=key.use(options(browser, USED), browser.origin))


def is_in(browser: Browser) -> bool:
    return browser.get("/account").status_code == 200


def stored(engine: Engine) -> list[tuple[str, int]]:
    keys = tables.passkeys.c
    with reading(engine) as connection:
        return [tuple(row) for row in connection.execute(select(keys.name, keys.sign_count).order_by(keys.id))]


def deeds(engine: Engine) -> list[tuple[str, str, str | None]]:
    log = tables.audit_log.c
    with reading(engine) as connection:
        query = select(log.actor, log.action, log.detail).where(log.action != "sign_in").order_by(log.id)
        return [tuple(row) for row in connection.execute(query)]


def test_a_passkey_is_the_second_step_with_recovery_codes_beside_it(
    site: Served, ann: Browser, clock: Clock, engine: Engine
) -> None:
    asked = options(ann, MADE)
    key, codes = add(ann)
    one = half(site)
    page = one.get("/sign-in/code").text
    before = is_in(one)
    entered = one.post(USED, credential=key.use(options(one, USED), one.origin), next="/account?x=1")
    clock.move(minutes=3)
    listed = ann.get(PAGE).text
    by_code = half(site).post("/sign-in/code", code=codes[0]).status_code

    assert (asked["rp"], asked["attestation"]) == ({"name": "Mercarich", "id": "localhost"}, "none")
    assert asked["authenticatorSelection"]["userVerification"] == "preferred"
    assert len(set(codes)) == 10
    assert "Use your passkey" in page
    assert not before
    assert (entered.status_code, entered.headers["location"], is_in(one)) == (303, "/account?x=1", True)
    assert "Laptop" in listed
    assert "3 min ago" in listed
    assert by_code == 303
    assert deeds(engine) == [("ann", "passkey_added", "Laptop")]


def test_several_passkeys_stand_beside_an_authenticator_and_are_removed_one_by_one(
    site: Served, ann: Browser, clock: Clock, engine: Engine
) -> None:
    secret, codes = set_up(ann, clock)
    (laptop, none), (phone, _) = add(ann, "Laptop"), add(ann, "Phone")
    asked = options(half(site), USED)
    removed = ann.post(f"{MADE}/1/end").headers["location"]
    refused, taken = enter(half(site), laptop), enter(half(site), phone)
    clock.move(seconds=60)
    by_code = [half(site).post("/sign-in/code", code=code).status_code for code in (code_of(secret, clock), codes[0])]

    assert none == [], "the recovery codes from before stay good"
    assert len(asked["allowCredentials"]) == 2
    assert removed == PAGE
    assert (refused.status_code, taken.status_code, by_code) == (401, 303, [303, 303])
    assert [name for name, _ in stored(engine)] == ["Phone"]


def test_the_last_passkey_ends_the_second_step(site: Served, ann: Browser, engine: Engine) -> None:
    add(ann)
    gone = ann.post(f"{MADE}/1/end").headers["location"]

    assert gone == "/account"
    assert site.browser().sign_in("ann").headers["location"] == "/"
    assert [action for _, action, _ in deeds(engine)] == ["passkey_added", "passkey_removed", "second_step_ended"]


def test_switching_it_off_ends_every_passkey(site: Served, ann: Browser, engine: Engine, clock: Clock) -> None:
    set_up(ann, clock)
    add(ann)
    ann.post(f"{PAGE}/end")

    assert stored(engine) == []
    assert site.browser().sign_in("ann").headers["location"] == "/"


def test_without_its_app_a_passkey_is_enough(site: Served, ann: Browser, clock: Clock) -> None:
    secret, codes = set_up(ann, clock)
    key, _ = add(ann)
    ended = ann.post(f"{PAGE}/authenticator/end").headers["location"]
    clock.move(seconds=60)
    code = half(site).post("/sign-in/code", code=code_of(secret, clock)).status_code

    assert (ended, code, enter(half(site), key).status_code) == (PAGE, 401, 303)
    assert half(site).post("/sign-in/code", code=codes[0]).status_code == 303


def test_an_app_is_replaced_and_the_one_before_is_good_until_then(site: Served, ann: Browser, clock: Clock) -> None:
    old, codes = set_up(ann, clock)
    new = secret_on(ann.get(f"{PAGE}/authenticator").text)
    clock.move(seconds=60)
    before = [half(site).post("/sign-in/code", code=code_of(secret, clock)).status_code for secret in (new, old)]
    clock.move(seconds=60)
    proven = ann.post(PAGE, code=code_of(new, clock)).headers["location"]
    clock.move(seconds=60)
    after = [half(site).post("/sign-in/code", code=code_of(secret, clock)).status_code for secret in (old, new)]

    assert old != new
    assert (before, proven, after) == ([401, 303], PAGE, [401, 303])
    assert half(site).post("/sign-in/code", code=codes[0]).status_code == 303


def test_who_must_have_a_second_step_keeps_the_last_one(site: Served, engine: Engine, clock: Clock) -> None:
    olga = signed(site, "olga")
    key, _ = add(olga)
    refused = [olga.post(path).status_code for path in (f"{MADE}/1/end", f"{PAGE}/end", f"{PAGE}/authenticator/end")]
    page = olga.get(PAGE).text
    olga.post(PAGE, code=code_of(secret_on(olga.get(f"{PAGE}/authenticator").text), clock))
    olga.get(PAGE)
    with_another = olga.post(f"{MADE}/1/end").headers["location"]
    last = olga.post(f"{PAGE}/authenticator/end").status_code

    assert refused == [409, 409, 404]
    assert "Your only second step" in page
    assert (with_another, last) == (PAGE, 409)
    assert enter(half(site, "olga"), key).status_code == 401


def test_the_owner_hears_by_mail_of_each_change(ann: Browser, engine: Engine, rows: Rows, clock: Clock) -> None:
    ways = {"mail_address": "ann@shop.example", "kinds_by_mail": "", "kinds_by_webhook": ""}
    rows.add(tables.notice_ways, user_id=1, **ways, mail_proven_at=clock.at)
    add(ann)
    add(ann, "Phone")
    ann.post(f"{MADE}/1/end")
    ann.post(f"{MADE}/2/end")
    sendings = tables.notice_sendings.c
    with reading(engine) as connection:
        told = connection.execute(select(sendings.reason).where(sendings.what == "account").order_by(sendings.id))
        reasons = [type(reason).__name__ for reason in told.scalars()]

    assert reasons == ["PasskeyAdded", "PasskeyAdded", "PasskeyRemoved", "SecondStepOff"]


def test_adding_and_removing_ends_the_other_sessions(site: Served, ann: Browser) -> None:
    other = signed(site, "ann")
    key, _ = add(ann)
    after_adding = is_in(other)
    again = half(site)
    enter(again, key)
    add(ann, "Phone")
    after_another = is_in(again)
    again = half(site)
    enter(again, key)
    ann.post(f"{MADE}/2/end")

    assert (after_adding, after_another, is_in(again), is_in(ann)) == (False, False, False, True)


def test_adding_and_removing_ends_a_copy_of_the_session(site: Served, ann: Browser) -> None:
    tokens = [ann.client.cookies["mercarich"]]
    add(ann)
    tokens.append(ann.client.cookies["mercarich"])
    add(ann, "Phone")
    tokens.append(ann.client.cookies["mercarich"])
    ann.post(f"{MADE}/2/end")
    tokens.append(ann.client.cookies["mercarich"])
    ann.post(f"{MADE}/1/end")
    copies = []
    for token in tokens:
        copies.append(site.browser())
        copies[-1].client.cookies.set("mercarich", token)

    assert [is_in(one) for one in copies] == [False] * 4
    assert is_in(ann)


def test_a_passkey_asks_for_the_password_of_the_last_minutes(ann: Browser, clock: Clock, engine: Engine) -> None:
    add(ann)
    clock.move(minutes=16)
    asked = [ann.post(path) for path in (MADE, f"{MADE}/options", f"{MADE}/1/end", f"{PAGE}/authenticator/end")]

    assert {answer.headers["location"] for answer in asked} == {"/confirm"}
    assert len(stored(engine)) == 1


Misuse = Callable[[Browser, Authenticator], str]


def another_origin(one: Browser, key: Authenticator) -> str:
    return key.use(options(one, USED), "http://localhost.example")


def another_site(one: Browser, key: Authenticator) -> str:
    return key.use(options(one, USED) | {"rpId": "example.com"}, one.origin)


def another_challenge(one: Browser, key: Authenticator) -> str:
    return key.use(options(one, USED) | {"challenge": "AAAA"}, one.origin)


def an_earlier_challenge(one: Browser, key: Authenticator) -> str:
    earlier = options(one, USED)
    options(one, USED)
    return key.use(earlier, one.origin)


def a_challenge_nobody_asked_for(one: Browser, key: Authenticator) -> str:
    return key.use({"rpId": "localhost", "challenge": ""}, one.origin)


def an_unknown_passkey(one: Browser, key: Authenticator) -> str:
    return Authenticator().use(options(one, USED), one.origin)


def another_key_under_its_id(one: Browser, key: Authenticator) -> str:
    return Authenticator(id=key.id, count=key.count).use(options(one, USED), one.origin)


def a_lower_count(one: Browser, key: Authenticator) -> str:
    key.count -= 2
    return key.use(options(one, USED), one.origin)


def no_json(one: Browser, key: Authenticator) -> str:
    options(one, USED)
    return "[" * 10_000


def half_of_it(one: Browser, key: Authenticator) -> str:
    return key.use(options(one, USED), one.origin)[:200]


def no_bytes(one: Browser, key: Authenticator) -> str:
    answer = json.loads(key.use(options(one, USED), one.origin))
    answer["response"]["authenticatorData"] = "AA"
    return json.dumps(answer)


def the_answer_to_making(one: Browser, key: Authenticator) -> str:
    asked = options(one, USED)
    return key.make({"rp": {"id": "localhost"}, "challenge": asked["challenge"]}, one.origin)


@pytest.mark.parametrize(
    "misuse",
    [
        *(another_origin, another_site, another_challenge, an_earlier_challenge, a_challenge_nobody_asked_for),
        *(an_unknown_passkey, another_key_under_its_id, a_lower_count),
        *(no_json, half_of_it, no_bytes, the_answer_to_making),
    ],
)
def test_what_proves_nothing_opens_nothing(site: Served, ann: Browser, engine: Engine, misuse: Misuse) -> None:
    key, _ = add(ann)
    enter(half(site), key)
    enter(half(site), key)
    one = half(site)
    answer = one.post(USED, credential=misuse(one, key))

    assert (answer.status_code, is_in(one)) == (401, False)
    assert "This passkey was refused" in answer.text
    assert stored(engine) == [("Laptop", 2)]
    assert deeds(engine)[-1] == ("ann", "sign_in_failed", "passkey")


def test_a_right_answer_opens_with_a_higher_count(site: Served, ann: Browser, engine: Engine) -> None:
    """What the refusals above are compared with."""
    key, _ = add(ann)
    key.count = 6
    one = half(site)

    assert (enter(one, key).status_code, is_in(one), stored(engine)) == (303, True, [("Laptop", 7)])


def test_an_authenticator_that_does_not_count_opens_again_and_again(site: Served, ann: Browser) -> None:
    key, _ = add(ann)
    opened = []
    for _ in range(2):
        key.count = -1
        opened.append(enter(half(site), key).status_code)

    assert opened == [303, 303]


def test_an_answer_is_taken_once(site: Served, ann: Browser) -> None:
    """Whoever has read a response, and knows the password."""
    key, _ = add(ann)
    one, thief = half(site), half(site)
    cookies = dict(one.client.cookies)
    answer = key.use(options(one, USED), one.origin)
    first = one.post(USED, credential=answer).status_code
    of_another_half = thief.post(USED, credential=answer).status_code
    copy = site.browser()
    copy.client.cookies.update(cookies)
    of_the_same = copy.post(USED, credential=answer)

    assert (first, of_another_half, of_the_same.headers["location"]) == (303, 401, "/sign-in")


def test_a_refused_answer_takes_the_challenge_with_it(site: Served, ann: Browser) -> None:
    key, _ = add(ann)
    one = half(site)
    asked = options(one, USED)
    tries = [one.post(USED, credential=key.use(asked, origin)).status_code for origin in ("http://x", one.origin)]

    assert tries == [401, 401]


def test_the_answer_comes_within_minutes(site: Served, ann: Browser, clock: Clock, engine: Engine) -> None:
    key, _ = add(ann)
    asked = options(ann, MADE)
    clock.move(minutes=5, seconds=1)
    late = ann.post(MADE, name="Phone", credential=Authenticator().make(asked, ann.origin))
    one = half(site)
    answer = key.use(options(one, USED), one.origin)
    clock.move(minutes=5, seconds=1)

    assert (late.status_code, "came too late" in late.text, len(stored(engine))) == (422, True, 1)
    assert one.post(USED, credential=answer).headers["location"] == "/sign-in"


def test_a_challenge_is_void_before_its_half_session(site: Served, ann: Browser, clock: Clock, engine: Engine) -> None:
    """Were half sessions to last longer one day."""
    key, _ = add(ann)
    one = half(site)
    answer = key.use(options(one, USED), one.origin)
    older = update(tables.sessions).values(challenge_at=clock.at - timedelta(minutes=5, seconds=1))
    run_tx(engine, lambda connection: connection.execute(older))

    assert one.post(USED, credential=answer).status_code == 401


def test_the_passkey_of_another_account_opens_nothing(site: Served, ann: Browser) -> None:
    """Bob knows Ann's password, and has a passkey of his own."""
    add(ann)
    bobs, _ = add(signed(site, "bob"))
    one = half(site)

    assert (enter(one, bobs).status_code, is_in(one)) == (401, False)


def test_nobody_removes_the_passkey_of_another(site: Served, ann: Browser, engine: Engine) -> None:
    add(ann)
    bob = signed(site, "bob")

    assert bob.post(f"{MADE}/1/end").status_code == 404
    assert len(stored(engine)) == 1


def test_a_passkey_that_was_removed_opens_nothing(site: Served, ann: Browser) -> None:
    key, _ = add(ann)
    add(ann, "Phone")
    one = half(site)
    answer = key.use(options(one, USED), one.origin)
    ann.post(f"{MADE}/1/end")
    another = half(site)

    assert one.post(USED, credential=answer).headers["location"] == "/sign-in", "its half session was ended, too"
    assert enter(another, key).status_code == 401


def test_a_passkey_is_stored_once(ann: Browser, site: Served, engine: Engine) -> None:
    key, _ = add(ann)
    known = options(ann, MADE)["excludeCredentials"]
    again = ann.post(MADE, name="Twice", credential=key.make(options(ann, MADE), ann.origin))
    bob = signed(site, "bob")
    of_bob = bob.post(MADE, name="Mine", credential=key.make(options(bob, MADE), bob.origin))

    assert len(known) == 1
    assert [answer.status_code for answer in (again, of_bob)] == [422, 422]
    assert "stored already" in again.text
    assert stored(engine) == [("Laptop", 0)]


@pytest.mark.parametrize("origin", ["https://shop.example", "http://localhost"])
def test_a_passkey_made_elsewhere_is_not_stored(ann: Browser, engine: Engine, origin: str) -> None:
    answer = ann.post(MADE, name="Laptop", credential=Authenticator().make(options(ann, MADE), origin))

    assert (answer.status_code, stored(engine)) == (422, [])
    assert "could not be verified" in answer.text


def test_there_are_ten_at_most_and_each_has_a_name(ann: Browser, engine: Engine) -> None:
    unnamed = ann.post(MADE, name=" ", credential=Authenticator().make(options(ann, MADE), ann.origin))
    for n in range(9):
        add(ann, f"No. {n}")
    add(ann, "No. 9")
    more = ann.post(f"{MADE}/options").status_code

    assert (unnamed.status_code, "needs a name" in unnamed.text) == (422, True)
    assert (more, len(stored(engine))) == (409, 10)


def test_guessing_codes_does_not_hold_a_passkey_up(site: Served, ann: Browser) -> None:
    key, _ = add(ann)
    guesser = half(site)
    guesses = [guesser.post("/sign-in/code", code=f"{n:06d}").status_code for n in range(6)]

    assert guesses == [401] * 5 + [429]
    assert enter(half(site), key).status_code == 303


def test_answers_that_prove_nothing_slow_down(site: Served, ann: Browser) -> None:
    add(ann)
    one = half(site)

    assert [enter(one, Authenticator()).status_code for _ in range(6)] == [401] * 5 + [429]


def test_a_reset_of_the_second_step_ends_passkeys_and_a_new_password_does_not(
    site: Served, ann: Browser, mercarich: Mercarich, engine: Engine
) -> None:
    key, _ = add(ann)
    link = mercarich.json("user", "reset-password", "ann")["link"]
    one = site.browser()
    joined = one.post("/join/" + link.rpartition("/")[2], password="another one, and long").headers["location"]
    entered = enter(one, key).status_code
    done = mercarich.json("user", "reset-second-step", "ann")

    assert (joined, entered, done["changed"], stored(engine)) == ("/sign-in/code", 303, True, [])
    assert not is_in(one)


def test_a_shut_account_names_the_passkeys_that_may_be_the_thiefs(
    site: Served, ann: Browser, mercarich: Mercarich, engine: Engine
) -> None:
    add(ann, "Thief's phone")
    one = half(site)
    asked = options(one, USED)
    page = mercarich.page("user", "stolen", "ann")
    told = mercarich.json("user", "stolen", "ann")

    assert "Thief's phone" in page
    assert (told["asks_for_code"], told["passkeys"]) == (True, ["Thief's phone"])
    assert one.post(USED, credential=json.dumps(asked)).headers["location"] == "/sign-in"
    assert [name for name, _ in stored(engine)] == ["Thief's phone"], "as an authenticator, it stays until it is reset"


def test_a_command_shows_the_second_step(site: Served, ann: Browser, clock: Clock, mercarich: Mercarich) -> None:
    off = mercarich.page("user", "second-step", "ann")
    key, codes = add(ann)
    half(site).post("/sign-in/code", code=codes[0])
    enter(half(site), key)
    add(ann, "Phone")
    shown, page = mercarich.json("user", "second-step", "ann"), mercarich.page("user", "second-step", "ann")

    assert "the password is enough" in off
    assert [(one["name"], one["used_at"] is None) for one in shown["passkeys"]] == [("Laptop", False), ("Phone", True)]
    assert (shown["authenticator"], shown["recovery_codes"]) == (False, 9)
    assert "never used" in page
    assert "no user 'nobody'" in mercarich("user", "second-step", "nobody").stderr


def test_where_browsers_allow_none_it_says_so(shared: SharedSettings, engine: Engine, rows: Rows, clock: Clock) -> None:
    let_sign_in(engine, rows.user("ann"), language="en")
    with served(build_pages(shared, PagesSettings(), now=clock, passwords=PASSWORDS)) as site:
        ann = signed(site, "ann")
        page = ann.get(PAGE).text
        asked = ann.post(f"{MADE}/options").status_code

    assert "only at https, or at http://localhost" in page
    assert asked == 409


def test_the_tables_hold_no_way_in(ann: Browser, engine: Engine) -> None:
    """A public key proves signatures and makes none."""
    key, codes = add(ann)
    private = key.key.private_numbers().private_value.to_bytes(32, "big").hex()
    with reading(engine) as connection:
        rows = str(connection.execute(select(tables.passkeys)).all() + connection.execute(select(tables.logins)).all())

    assert not [told for told in (private, *codes) if told in rows]


def test_what_a_release_without_passkeys_has_left_is_no_second_step(
    site: Served, ann: Browser, engine: Engine, rows: Rows
) -> None:
    left_behind, _ = add(ann)
    off = {"codes_since": None, "codes_salt": "an unproven one", "codes_used": None}
    rows.change(update(tables.logins).values(off))
    before = ann.get(PAGE).text
    key, codes = add(ann, "Mine")

    assert "Laptop" not in before
    assert codes
    assert [name for name, _ in stored(engine)] == ["Mine"]
    assert enter(half(site), left_behind).status_code == 401
    assert enter(half(site), key).status_code == 303
