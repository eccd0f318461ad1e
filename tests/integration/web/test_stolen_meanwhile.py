"""What was under way when an operator shut the account is refused: a request proves the old password, the account is
shut, and then the request changes something."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, event, func, select, update
from tests.integration.web.clocks import Clock
from tests.integration.web.rows import Rows
from tests.integration.web.site import PASSWORD, PASSWORDS, Browser, Served, let_sign_in, served
from tests.integration.web.test_second_step import code_of, set_up

from mercarich_contracts.audit import Actor
from mercarich_db import tables
from mercarich_db.engine import reading, run_tx
from mercarich_platform.settings import SharedSettings
from mercarich_web.accounts.wiring import lost_password
from mercarich_web.bootstrap import build_pages
from mercarich_web.identity.passwords import Argon2Passwords
from mercarich_web.identity.people import NO_PASSWORD
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


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def passwords() -> Interrupted:
    return Interrupted(memory_kib=64)


@pytest.fixture
def shut(engine: Engine) -> Callable[[], None]:
    def shut() -> None:
        lost_password(engine).stolen("ann", Actor("olga"))

    return shut


@pytest.fixture
def site(
    database_url: str, engine: Engine, rows: Rows, clock: Clock, tmp_path: Path, passwords: Interrupted
) -> Iterator[Served]:
    let_sign_in(engine, rows.user("ann"), language="en")
    shared = SharedSettings.model_validate({"database_url": database_url, "data_dir": tmp_path})
    with served(build_pages(shared, PagesSettings(), now=clock, passwords=passwords)) as one:
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
