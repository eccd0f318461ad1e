"""The key of the pages: replaced without resetting anything that depends on it, and refused when it is the wrong
one."""

import base64
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from pydantic import SecretStr
from sqlalchemy import Engine, delete, select, update
from tests.integration.web.clocks import Clock
from tests.integration.web.rows import Rows
from tests.integration.web.site import PASSWORD, PASSWORDS, Served, let_sign_in, served

from mercarich_db import tables
from mercarich_db.engine import create, reading
from mercarich_platform.settings import BadConfiguration, SharedSettings
from mercarich_web.bootstrap import build_pages
from mercarich_web.identity.codes import code_at
from mercarich_web.identity.sql.roots import SqlRoots
from mercarich_web.identity.wiring import server_key
from mercarich_web.settings import PagesSettings

OLD, NEW, OTHER = (base64.b64encode(bytes([number] * 32)).decode() for number in (1, 2, 3))
PAGE = "/account/second-step"
DEVELOPMENT_SECRET = Path(__file__).parents[3] / "charts/mercarich/templates/dev/secret.yaml"


@pytest.fixture
def shared(database_url: str, tmp_path: Path) -> SharedSettings:
    return SharedSettings.model_validate({"database_url": database_url, "data_dir": tmp_path})


@pytest.fixture
def ann(engine: Engine, rows: Rows) -> int:
    user_id = rows.user("ann")
    let_sign_in(engine, user_id)
    return user_id


def secret(engine: Engine, shared: SharedSettings, clock: Clock, key: str, old: str = "") -> bytes:
    """As a process that starts with these keys makes it."""
    own = PagesSettings.model_validate({"key": key, "old_key": old})
    return server_key(engine, shared, own.key, own.old_key, clock).secret("test", 1)


def sealed(engine: Engine) -> str:
    with reading(engine) as connection:
        return connection.execute(select(tables.server_secrets.c.sealed)).scalar_one()


def test_a_key_is_replaced_and_then_the_old_one_can_go(engine: Engine, shared: SharedSettings, clock: Clock) -> None:
    first = secret(engine, shared, clock, OLD)
    before = sealed(engine)
    replaced = secret(engine, shared, clock, NEW, OLD)
    alone = secret(engine, shared, clock, NEW)

    assert first == replaced == alone
    assert sealed(engine).split(".")[1] != before.split(".")[1]
    with pytest.raises(BadConfiguration, match="PAGES_KEY does not decrypt"):
        secret(engine, shared, clock, OLD)


@pytest.mark.parametrize(
    ("key", "old", "says"),
    [
        (OTHER, "", "does not decrypt"),
        (OTHER, NEW, "does not decrypt"),
        (OLD, "c2hvcnQ=", "PAGES_OLD_KEY: expected 32 bytes"),
    ],
)
def test_a_wrong_key_is_named_and_changes_nothing(
    engine: Engine, shared: SharedSettings, clock: Clock, key: str, old: str, says: str
) -> None:
    secret(engine, shared, clock, OLD)
    before = sealed(engine)
    with pytest.raises(BadConfiguration, match=says) as refusal:
        secret(engine, shared, clock, key, old)

    assert sealed(engine) == before
    assert all(one not in str(refusal.value) for one in (OLD, NEW, OTHER, "c2hvcnQ="))


def test_authenticators_and_recovery_codes_outlive_a_new_key(
    engine: Engine, shared: SharedSettings, clock: Clock, ann: int
) -> None:
    with _pages(shared, clock, PagesSettings.model_validate({"key": OLD})) as site:
        one = site.browser()
        one.sign_in("ann")
        found = re.search(r'class="key">([A-Z2-7]+)<', one.get(PAGE).text)
        assert found is not None
        authenticator = base64.b32decode(found[1])
        shown = one.post(PAGE, code=_code(authenticator, clock)).text
        codes = re.findall(r"<code>([a-z2-7-]{29})</code>", shown)
    clock.move(seconds=30)
    with _pages(shared, clock, PagesSettings.model_validate({"key": NEW, "old_key": OLD})) as site:
        by_code = _entered(site, _code(authenticator, clock))
    with _pages(shared, clock, PagesSettings.model_validate({"key": NEW})) as site:
        by_recovery = _entered(site, codes[0])

    assert (by_code, by_recovery) == (303, 303)


def test_what_was_set_up_when_secrets_were_made_of_the_key_itself_goes_on(
    engine: Engine, shared: SharedSettings, clock: Clock, rows: Rows, ann: int
) -> None:
    rows.change(update(tables.logins).values(codes_salt="salt"))
    of_old = secret(engine, shared, clock, OLD)
    rows.change(delete(tables.server_secrets))
    of_both = secret(engine, shared, clock, NEW, OLD)
    rows.change(delete(tables.server_secrets))
    rows.change(update(tables.logins).values(codes_salt=None))
    of_chance = secret(engine, shared, clock, OLD)

    assert of_old == of_both != of_chance


def test_processes_that_start_at_once_make_one_secret(
    engine: Engine, shared: SharedSettings, clock: Clock, tmp_path: Path
) -> None:
    own = PagesSettings.model_validate({"key": ""})
    keys = [server_key(engine, shared, own.key, own.old_key, clock) for _ in range(3)]

    assert len({key.secret("test") for key in keys}) == 1
    assert os.stat(tmp_path / "pages.key").st_mode & 0o777 == 0o600


def test_whoever_comes_second_keeps_and_replaces_nothing(engine: Engine, clock: Clock) -> None:
    roots = SqlRoots(engine, clock)
    roots.keep("first")
    roots.keep("second")
    roots.replace("second", "third")
    assert roots.sealed() == "first"
    roots.replace("first", "third")

    assert roots.sealed() == "third"


def test_a_database_that_is_away_holds_up_no_start(tmp_path: Path, clock: Clock) -> None:
    away = create(f"sqlite:///{tmp_path}/nowhere/at.db")
    shared = SharedSettings.model_validate({"database_url": str(away.url), "data_dir": tmp_path})
    try:
        server_key(away, shared, SecretStr(""), SecretStr(""), clock).open()
    finally:
        away.dispose()


@contextmanager
def _pages(shared: SharedSettings, clock: Clock, own: PagesSettings) -> Iterator[Served]:
    app = build_pages(shared, own, now=clock, passwords=PASSWORDS)
    app.state.open_key()
    with served(app) as site:
        yield site


def _code(authenticator: bytes, clock: Clock) -> str:
    return code_at(authenticator, int(clock.at.timestamp()) // 30)


def _entered(site: Served, code: str) -> int:
    one = site.browser()
    one.post("/sign-in", username="ann", password=PASSWORD)
    return one.post("/sign-in/code", code=code).status_code


def development_key() -> str:
    """As the chart publishes it."""
    found = re.search(r"pages-key: (\S+)", DEVELOPMENT_SECRET.read_text(encoding="utf-8"))
    assert found is not None
    return found[1]


def test_the_key_of_the_development_profile_seals_nothing_elsewhere(
    engine: Engine, shared: SharedSettings, clock: Clock
) -> None:
    with pytest.raises(BadConfiguration, match="PAGES_KEY: everybody knows this key"):
        server_key(engine, shared, SecretStr(development_key()), SecretStr(""), clock).open()


def test_it_is_replaced_as_an_old_one(engine: Engine, shared: SharedSettings, clock: Clock) -> None:
    secret(engine, shared, clock, NEW, development_key())


def test_the_development_profile_starts_with_it(shared: SharedSettings, clock: Clock) -> None:
    its = create("mysql+pymysql://mercarich:development@127.0.0.1:9/mercarich?charset=utf8mb4")
    try:
        server_key(its, shared, SecretStr(development_key()), SecretStr(""), clock).open()
    finally:
        its.dispose()
