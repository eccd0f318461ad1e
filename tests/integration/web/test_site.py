"""Every response of the pages: headers, assets, errors."""

from collections.abc import Iterator

import pytest
from sqlalchemy import Engine
from tests.integration.web.site import PASSWORDS, Browser, served

from mercarich_platform.settings import SharedSettings
from mercarich_web.bootstrap import build_pages
from mercarich_web.settings import PagesSettings


@pytest.fixture
def visitor(database_url: str, engine: Engine) -> Iterator[Browser]:
    shared = SharedSettings.model_validate({"database_url": database_url})
    with served(build_pages(shared, PagesSettings(), passwords=PASSWORDS)) as site:
        yield site.browser()


@pytest.mark.parametrize("path", ["/sign-in", "/", "/nothing", "/join/x", "/healthz", "/assets/nothing.css"])
def test_every_answer_forbids_what_pages_do_not_need(visitor: Browser, path: str) -> None:
    headers = visitor.get(path).headers
    policy = headers["content-security-policy"]

    assert "unsafe" not in policy
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'none'" in policy
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["cache-control"] == "no-store"


def test_nothing_is_fetched_from_elsewhere(visitor: Browser) -> None:
    page = visitor.get("/sign-in").text

    assert "http://" not in page.replace("http://www.w3.org", "")
    assert "https://" not in page


def test_assets_are_kept_for_a_year_under_a_name_with_their_hash(visitor: Browser) -> None:
    page = visitor.get("/sign-in").text
    names = {part.split('"')[0].split("#")[0] for part in page.split('"/assets/')[1:]}

    assert {name.split(".")[0] for name in names} >= {"app", "htmx", "icons", "inter"}
    for name in names:
        answer = visitor.get(f"/assets/{name}")
        assert answer.status_code == 200
        assert "immutable" in answer.headers["cache-control"]


@pytest.mark.parametrize("path", ["/nothing", "/docs", "/openapi.json", "/join/not-a-token", "/assets/../settings.py"])
def test_what_is_not_there_is_a_page_that_says_so(visitor: Browser, path: str) -> None:
    answer = visitor.get(path)

    assert answer.status_code == 404
    assert "見つかりません" in answer.text


@pytest.mark.parametrize(
    ("path", "says"), [("/fault", "エラーが発生しました"), ("/api/fault", "Internal Server Error")]
)
def test_a_fault_is_an_answer_as_well_protected_as_others(
    path: str, says: str, caplog: pytest.LogCaptureFixture
) -> None:
    def fault() -> None:
        raise ZeroDivisionError

    app = build_pages(
        SharedSettings.model_validate({"database_url": "sqlite://"}), PagesSettings(), passwords=PASSWORDS
    )
    app.add_api_route(path, fault)
    with served(app) as site:
        answer = site.browser().get(path)

    assert (answer.status_code, answer.headers["cache-control"]) == (500, "no-store")
    assert "default-src 'none'" in answer.headers["content-security-policy"]
    assert says in answer.text
    assert "a page failed" in caplog.text


def test_a_database_that_is_away_is_a_page_that_says_so() -> None:
    shared = SharedSettings.model_validate({"database_url": "sqlite:////nowhere/at/all.db"})
    with served(build_pages(shared, PagesSettings(), passwords=PASSWORDS)) as site:
        one = site.browser()
        one.client.cookies.set("mercarich", "x")
        answer = one.get("/account")

    assert (answer.status_code, answer.headers["retry-after"]) == (503, "5")
    assert "/nowhere" not in answer.text
