"""A real Chromium on the pages of a furnished shop; skipped with the reason where no Chromium is there."""

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

import pytest
from playwright.sync_api import Browser, Dialog, Page, sync_playwright
from tests.browser.shop import furnish
from tests.integration.web.site import PASSWORD, PASSWORDS, served

from mercarich_db import schema
from mercarich_db.engine import create
from mercarich_platform.settings import SharedSettings
from mercarich_web.bootstrap_pages import build_pages
from mercarich_web.settings import PagesSettings

SHOTS = Path(__file__).parents[2] / "var" / "browser"


class Shop(NamedTuple):
    origin: str
    story: int
    """The listing with the longest story."""


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    path = next(
        (found for name in ("chromium", "chromium-browser", "google-chrome") if (found := shutil.which(name))), None
    )
    if path is None:
        pytest.skip("no Chromium here (Debian: apt-get install chromium)")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox", "--font-render-hinting=none"])
        yield browser
        browser.close()


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Shop]:
    url = f"sqlite:///{tmp_path / 'mercarich.db'}"
    engine = create(url)
    schema.upgrade(engine)
    story = furnish(engine)
    engine.dispose()
    shared = SharedSettings.model_validate(
        {"database_url": url, "kafka_bootstrap": "127.0.0.1:9", "data_dir": tmp_path}
    )
    own = PagesSettings(amazon_consent_url="https://amazon.example/consent", amazon_application_id="amzn1.sp.x")
    with served(build_pages(shared, own, passwords=PASSWORDS)) as site:
        yield Shop(site.origin, story)


class Visitor:
    """A page of a browser of its own, and whatever went wrong in it."""

    def __init__(self, page: Page, origin: str) -> None:
        self.page = page
        page.set_default_timeout(10_000)
        self.origin = origin
        self.wrong: list[str] = []
        page.on("console", lambda message: self._note(message.text, message.type in ("error", "warning")))
        page.on("pageerror", lambda error: self._note(str(error), True))
        page.on("dialog", self.dismiss)
        page.on("request", lambda request: self._note(f"elsewhere: {request.url}", not request.url.startswith(origin)))

    def _note(self, text: str, counts: bool) -> None:
        if counts:
            self.wrong.append(text)

    def dismiss(self, dialog: Dialog) -> None:
        """Nothing asks, unless a test expects it."""
        self.wrong.append(f"dialog: {dialog.message}")
        dialog.dismiss()

    def open(self, path: str) -> None:
        self.page.goto(self.origin + path, wait_until="load")

    def look(self, language: str, theme: str) -> None:
        cookies = {"language": language, "theme": theme}
        self.page.context.add_cookies(
            [{"name": name, "value": value, "url": self.origin} for name, value in cookies.items()]
        )

    def sign_in(self, username: str) -> None:
        self.enter(username)
        self.page.wait_for_url(f"{self.origin}/")

    def enter(self, username: str) -> None:
        """Name and password, by keyboard alone."""
        self.open("/sign-in")
        self.page.locator("[name=username]:focus").wait_for()
        self.page.keyboard.type(username)
        self.page.keyboard.press("Tab")
        self.page.keyboard.type(PASSWORD)
        self.page.keyboard.press("Enter")


@pytest.fixture
def stranger(chromium: Browser, shop: Shop) -> Iterator[Callable[..., Visitor]]:
    """Opens a browser that nobody has signed in with; at the end nothing may have gone wrong in any."""
    visitors: list[Visitor] = []

    def open_browser(width: int = 1440) -> Visitor:
        context = chromium.new_context(viewport={"width": width, "height": 900 if width > 500 else 812})
        visitors.append(Visitor(context.new_page(), shop.origin))
        visitors[-1].look("ja", "light")
        return visitors[-1]

    yield open_browser
    wrong = [text for visitor in visitors for text in visitor.wrong]
    for visitor in visitors:
        visitor.page.context.close()
    assert wrong == []


@pytest.fixture
def visit(stranger: Callable[..., Visitor]) -> Callable[..., Visitor]:
    """The same, signed in."""

    def visit(username: str, width: int = 1440) -> Visitor:
        visitor = stranger(width)
        visitor.sign_in(username)
        return visitor

    return visit
