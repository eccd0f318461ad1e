"""A form that confirms the password and is sent twice leaves its person signed in."""

from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from sqlalchemy import Engine
from tests.integration.web.rows import Rows
from tests.integration.web.site import PASSWORD, Browser, Served, let_sign_in, served
from tests.integration.web.test_stolen_meanwhile import Interrupted

from mercarich_platform.settings import SharedSettings
from mercarich_web.bootstrap import build_pages
from mercarich_web.settings import PagesSettings


@pytest.fixture
def passwords() -> Interrupted:
    return Interrupted(memory_kib=64)


@pytest.fixture
def site(database_url: str, engine: Engine, rows: Rows, tmp_path: Path, passwords: Interrupted) -> Iterator[Served]:
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


def test_at_once(site: Served, ann: Browser, passwords: Interrupted) -> None:
    """Both have found the session before either changes it."""
    again, answers = same(site, ann), []
    passwords.meanwhile = lambda: answers.append(ann.post("/confirm", password=PASSWORD, next="/account"))
    answers.append(again.post("/confirm", password=PASSWORD, next="/account"))

    assert [(one.status_code, one.headers["location"]) for one in answers] == [(303, "/account")] * 2
    assert [cookie(one) is not None for one in answers] == [True, False]
    assert ann.get("/account").status_code == 200


def test_forms_in_other_tabs_stay_good(site: Served, ann: Browser) -> None:
    before = ann.token
    ann.post("/confirm", password=PASSWORD)
    ann.token = before
    other = site.browser()
    other.sign_in("ann")
    answers = [ann.post("/account/language", language="ja").status_code]
    ann.token = other.token

    assert [*answers, ann.post("/account/language", language="en").status_code] == [303, 403]
