"""A form that confirms the password and is sent twice leaves its person signed in."""

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
import pytest
from sqlalchemy import Engine
from tests.integration.web.rows import Rows
from tests.integration.web.site import PASSWORD, Browser, Served, let_sign_in, served

from mercarich_platform.settings import SharedSettings
from mercarich_web.bootstrap import build_pages
from mercarich_web.identity.passwords import Argon2Passwords
from mercarich_web.settings import PagesSettings


class InStep(Argon2Passwords):
    """Two requests that give a password reach this place together, once `barrier` is set."""

    barrier: threading.Barrier | None = None

    def matches(self, password_hash: str | None, password: str) -> bool:
        if self.barrier is not None:
            self.barrier.wait(60)
        return super().matches(password_hash, password)


@pytest.fixture
def passwords() -> InStep:
    return InStep(memory_kib=64)


@pytest.fixture
def site(database_url: str, engine: Engine, rows: Rows, tmp_path: Path, passwords: InStep) -> Iterator[Served]:
    let_sign_in(engine, rows.user("ann"), language="en")
    shared = SharedSettings.model_validate({"database_url": database_url, "data_dir": tmp_path})
    with served(build_pages(shared, PagesSettings(), passwords=passwords)) as one:
        yield one


@pytest.fixture
def ann(site: Served) -> Browser:
    one = site.browser()
    one.sign_in("ann")
    return one


def same(site: Served, browser: Browser) -> Browser:
    """The same browser before any answer has come."""
    copy = site.browser()
    copy.client.cookies.set("mercarich", browser.client.cookies["mercarich"])
    copy.token = browser.token
    return copy


def cookie(answer: httpx.Response) -> str | None:
    return answer.cookies.get("mercarich")


def test_one_after_the_other(site: Served, ann: Browser) -> None:
    again = same(site, ann)
    first = ann.post("/confirm", password=PASSWORD, next="/account")
    second = again.post("/confirm", password=PASSWORD, next="/account")

    assert (first.status_code, second.status_code) == (303, 303)
    assert cookie(first) is not None
    assert "set-cookie" not in second.headers
    assert ann.get("/account").status_code == 200


def test_at_once(site: Served, ann: Browser, passwords: InStep) -> None:
    browsers = (ann, same(site, ann))
    passwords.barrier = threading.Barrier(2)
    with ThreadPoolExecutor(2) as at_once:
        answers = list(at_once.map(lambda one: one.post("/confirm", password=PASSWORD, next="/account"), browsers))

    assert [(one.status_code, one.headers["location"]) for one in answers] == [(303, "/account")] * 2
    given = [token for token in map(cookie, answers) if token is not None]
    assert len(given) == 1
    back = site.browser()
    back.client.cookies.set("mercarich", given[0])
    assert back.get("/account").status_code == 200
