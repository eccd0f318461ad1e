"""What was under way when an operator shut the account is refused: a request proves the old password, the account is
shut, and then the request changes something."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

import httpx
import pytest
from fastapi import FastAPI
from sqlalchemy import Engine, event, func, select, update
from tests.integration.web.clocks import Clock
from tests.integration.web.rows import Rows
from tests.integration.web.site import PASSWORD, PASSWORDS, Browser, Served, let_sign_in, served
from tests.integration.web.test_second_step import code_of, secret_on, set_up

from mercarich_contracts.audit import Actor
from mercarich_db import tables
from mercarich_db.engine import reading, run_tx
from mercarich_platform.settings import SharedSettings
from mercarich_web.accounts.wiring import lost_password
from mercarich_web.bootstrap import build_pages
from mercarich_web.identity.passwords import Argon2Passwords
from mercarich_web.identity.people import NO_PASSWORD
from mercarich_web.identity.server_key import ServerKey
from mercarich_web.identity.wiring import server_key
from mercarich_web.notices.choosing import proof
from mercarich_web.settings import PagesSettings

WEAKER = Argon2Passwords(memory_kib=32)


class Interrupted(Argon2Passwords):
    """`meanwhile` happens once, when a password has matched."""

    meanwhile: Callable[[], None] | None = None

    def matches(self, password_hash: str | None, password: str) -> bool:
        does = super().matches(password_hash, password)
        if does and self.meanwhile is not None:
            meanwhile, self.meanwhile = self.meanwhile, None
            meanwhile()
        return does


@contextmanager
def at_query(fragment: str, meanwhile: Callable[[], None]) -> Iterator[None]:
    """`meanwhile` happens once, when a query with this fragment is about to run."""
    waiting = [meanwhile]

    def look(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        if waiting and statement.startswith("SELECT") and fragment in statement:
            waiting.pop()()

    event.listen(Engine, "before_cursor_execute", look)
    try:
        yield
    finally:
        event.remove(Engine, "before_cursor_execute", look)
    assert not waiting


class Interrupting(Clock):
    """`meanwhile` happens once, when somebody asks for the time."""

    meanwhile: Callable[[], None] | None = None

    def __call__(self) -> datetime:
        if self.meanwhile is not None:
            meanwhile, self.meanwhile = self.meanwhile, None
            meanwhile()
        return super().__call__()


@pytest.fixture
def clock() -> Interrupting:
    return Interrupting()


@pytest.fixture
def passwords() -> Interrupted:
    return Interrupted(memory_kib=64)


@pytest.fixture
def shut(engine: Engine) -> Callable[[], None]:
    def shut() -> None:
        lost_password(engine).stolen("ann", Actor("olga"))

    return shut


@pytest.fixture
def shared(database_url: str, tmp_path: Path) -> SharedSettings:
    return SharedSettings.model_validate({"database_url": database_url, "data_dir": tmp_path})


@pytest.fixture
def key(engine: Engine, shared: SharedSettings, clock: Clock) -> ServerKey:
    own = PagesSettings()
    return server_key(engine, shared, own.key, own.old_key, clock)


@pytest.fixture
def app(shared: SharedSettings, engine: Engine, clock: Clock, passwords: Interrupted) -> FastAPI:
    return build_pages(shared, PagesSettings(), now=clock, passwords=passwords)


@pytest.fixture
def site(engine: Engine, rows: Rows, app: FastAPI) -> Iterator[Served]:
    let_sign_in(engine, rows.user("ann"), language="en")
    with served(app) as one:
        yield one


@pytest.fixture
def ann(site: Served) -> Browser:
    one = site.browser()
    one.sign_in("ann")
    return one


def left(engine: Engine) -> tuple[str, int, int]:
    """The hash of the password, and how many sessions and keys there are."""
    with reading(engine) as connection:
        password_hash = connection.execute(select(tables.logins.c.password_hash)).scalar_one()
        several = (tables.sessions, tables.api_keys)
        counts = [connection.execute(select(func.count()).select_from(one)).scalar_one() for one in several]
    return password_hash, *counts


NOTHING = (NO_PASSWORD, 0, 0)


def test_a_sign_in(site: Served, passwords: Interrupted, engine: Engine, shut: Callable[[], None]) -> None:
    passwords.meanwhile = shut
    answer = site.browser().post("/sign-in", username="ann", password=PASSWORD)

    assert (answer.status_code, left(engine)) == (401, NOTHING)


def test_a_sign_in_with_the_password_alone_while_a_second_step_is_switched_on(
    site: Served, ann: Browser, passwords: Interrupted, engine: Engine, clock: Interrupting
) -> None:
    passwords.meanwhile = lambda: set_up(ann, clock)
    thief = site.browser()
    answer = thief.post("/sign-in", username="ann", password=PASSWORD)

    assert answer.status_code == 401
    assert thief.get("/account").status_code == 303
    assert ann.get("/account").status_code == 200
    assert left(engine)[1] == 1


def test_a_sign_in_whose_hash_is_outdated(
    site: Served, passwords: Interrupted, engine: Engine, shut: Callable[[], None]
) -> None:
    weaker = update(tables.logins).values(password_hash=WEAKER.hash(PASSWORD))
    run_tx(engine, lambda connection: connection.execute(weaker))
    passwords.meanwhile = shut
    answer = site.browser().post("/sign-in", username="ann", password=PASSWORD)

    assert (answer.status_code, left(engine)) == (401, NOTHING)


def test_an_outdated_hash_is_renewed_otherwise(site: Served, engine: Engine) -> None:
    weaker = update(tables.logins).values(password_hash=WEAKER.hash(PASSWORD))
    run_tx(engine, lambda connection: connection.execute(weaker))
    answer = site.browser().post("/sign-in", username="ann", password=PASSWORD)

    assert answer.status_code == 303
    assert not PASSWORDS.is_outdated(left(engine)[0])


def test_a_second_step(site: Served, ann: Browser, engine: Engine, clock: Clock, shut: Callable[[], None]) -> None:
    secret, _ = set_up(ann, clock)
    clock.move(seconds=60)
    half = site.browser()
    half.post("/sign-in", username="ann", password=PASSWORD)
    with at_query("codes_salt", shut):
        answer = half.post("/sign-in/code", code=code_of(secret, clock))

    assert (answer.status_code, left(engine)) == (401, NOTHING)


def test_a_change_of_the_password(
    ann: Browser, passwords: Interrupted, engine: Engine, shut: Callable[[], None]
) -> None:
    passwords.meanwhile = shut
    answer = ann.post("/account/password", old=PASSWORD, new="a better one, longer")

    assert (answer.status_code, left(engine)) == (422, NOTHING)


def test_a_key(ann: Browser, engine: Engine, shut: Callable[[], None]) -> None:
    with at_query("FROM api_keys", shut):
        answer = ann.post("/account/keys", name="a program", scope="listings:read")

    assert (answer.status_code, left(engine)) == (303, NOTHING)
    assert answer.headers["location"].startswith("/sign-in")


@pytest.fixture
def shut_at_the_next_change(app: FastAPI, shut: Callable[[], None]) -> Callable[[], None]:
    """Return what has the account shut once, when the session of the next unsafe request was found."""

    def wait() -> None:
        def meanwhile(_user_id: int) -> None:
            app.state.changes = lambda _user_id: None
            shut()

        app.state.changes = meanwhile

    return wait


def opened(engine: Engine) -> tuple[Any, ...]:
    """What somebody could have left behind: the addresses of notices, and the second step with its recovery codes."""
    ways, logins = tables.notice_ways.c, tables.logins.c
    with reading(engine) as connection:
        step = connection.execute(select(logins.codes_since.is_not(None), logins.codes_salt.is_not(None))).one()
        codes = connection.execute(select(tables.recovery_codes.c.code_hash)).scalars().all()
        notices = connection.execute(select(ways.mail_address, ways.mail_proven_at, ways.webhook_url)).all()
    return tuple(step), sorted(codes), [tuple(row) for row in notices]


def leads_to_sign_in(answer: httpx.Response) -> bool:
    return answer.status_code == 303 and answer.headers["location"].startswith("/sign-in")


def test_a_webhook(ann: Browser, engine: Engine, shut_at_the_next_change: Callable[[], None]) -> None:
    shut_at_the_next_change()
    answer = ann.post("/account/notices", mail="thief@shop.example", webhook="https://thief.example/take")

    assert leads_to_sign_in(answer)
    assert opened(engine) == ((0, 0), [], [])
    assert left(engine) == NOTHING


def test_a_mail_address_that_is_confirmed_brings_no_webhook_back(
    ann: Browser, engine: Engine, key: ServerKey, shut: Callable[[], None]
) -> None:
    ann.post("/account/notices", mail="ann@shop.example", webhook="https://thief.example/take")
    with reading(engine) as connection:
        user_id = connection.execute(select(tables.logins.c.user_id)).scalar_one()
        sending_id = connection.execute(select(tables.notice_sendings.c.id)).scalar_one()
    with at_query("FROM notice_sendings", shut):  # after the ways of before were read
        answer = ann.post(f"/account/notices/prove/{proof(key, user_id, 'ann@shop.example', sending_id)}")

    assert leads_to_sign_in(answer)
    assert opened(engine) == ((0, 0), [], [("ann@shop.example", None, None)])


def test_an_address_that_is_confirmed_while_another_one_is_chosen(
    site: Served, ann: Browser, engine: Engine, key: ServerKey, clock: Interrupting
) -> None:
    ann.post("/account/notices", mail="ann@shop.example")
    other = site.browser()
    other.sign_in("ann")
    with reading(engine) as connection:
        user_id = connection.execute(select(tables.logins.c.user_id)).scalar_one()
        sending_id = connection.execute(select(tables.notice_sendings.c.id)).scalar_one()

    def choose() -> None:
        other.post("/account/notices", mail="new@shop.example", webhook="https://shop.example/take")

    def when_the_link_is_known() -> None:
        clock.meanwhile = choose

    with at_query("FROM notice_sendings", when_the_link_is_known):
        answer = ann.post(f"/account/notices/prove/{proof(key, user_id, 'ann@shop.example', sending_id)}")

    assert answer.status_code == 404
    assert opened(engine)[2] == [("new@shop.example", None, "https://shop.example/take")]


def test_a_second_step_that_is_set_up(
    ann: Browser, engine: Engine, clock: Interrupting, shut: Callable[[], None]
) -> None:
    secret = secret_on(ann.get("/account/second-step").text)

    def when_its_secret_is_known() -> None:
        clock.meanwhile = shut

    with at_query("codes_salt", when_its_secret_is_known):
        answer = ann.post("/account/second-step", code=code_of(secret, clock))

    assert leads_to_sign_in(answer)
    assert opened(engine) == ((0, 0), [], [])


@pytest.mark.parametrize("change", ["/account/second-step/end", "/account/second-step/recovery-codes"])
def test_a_change_of_the_second_step(
    ann: Browser, engine: Engine, clock: Clock, shut_at_the_next_change: Callable[[], None], change: str
) -> None:
    set_up(ann, clock)
    before = opened(engine)
    shut_at_the_next_change()
    answer = ann.post(change)

    assert leads_to_sign_in(answer)
    assert opened(engine) == before
