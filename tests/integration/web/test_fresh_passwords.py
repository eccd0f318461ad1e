"""What changes how a seller signs in, or who else may act for them, asks for the password of the last minutes."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine, func, select
from tests.integration.web.clocks import Clock
from tests.integration.web.rows import Rows
from tests.integration.web.site import PASSWORDS, Browser, let_sign_in, served
from tests.integration.web.test_second_step import set_up

from mercarich_db import tables
from mercarich_db.engine import reading
from mercarich_platform.settings import SharedSettings
from mercarich_web.bootstrap import build_pages
from mercarich_web.identity.people import FRESH
from mercarich_web.settings import PagesSettings

CHANGES = (
    *("/account/keys", "/account/second-step/recovery-codes", "/account/second-step/end"),
    "/account/second-step",
)


@pytest.fixture
def ann(database_url: str, tmp_path: Path, engine: Engine, rows: Rows, clock: Clock) -> Iterator[Browser]:
    """Signed in, with a second step."""
    let_sign_in(engine, rows.user("ann"))
    shared = SharedSettings.model_validate({"database_url": database_url, "data_dir": tmp_path})
    with served(build_pages(shared, PagesSettings(), now=clock, passwords=PASSWORDS)) as site:
        one = site.browser()
        one.sign_in("ann")
        set_up(one, clock)
        yield one


@pytest.mark.parametrize("path", CHANGES)
def test_it_asks_for_the_password_and_changes_nothing(ann: Browser, engine: Engine, clock: Clock, path: str) -> None:
    before = _account(engine)
    clock.move(seconds=FRESH.total_seconds() + 1)
    answer = ann.post(path, name="a program", scope="listings:read", code="000000")

    assert (answer.status_code, answer.headers["location"].partition("?")[0]) == (303, "/confirm")
    assert _account(engine) == before


def _account(engine: Engine) -> object:
    codes = select(tables.recovery_codes.c.code_hash).order_by(tables.recovery_codes.c.code_hash)
    with reading(engine) as connection:
        return (
            connection.execute(codes).scalars().all(),
            connection.execute(select(func.count()).select_from(tables.api_keys)).scalar(),
            connection.execute(select(tables.logins.c.codes_since)).scalar(),
        )
