"""A real Chromium with a visitor of the pages; every error in the browser is recorded."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Dialog, Error, Page, Request, expect, sync_playwright
from tests.integration.web.site import PASSWORD

SHOTS = Path(__file__).parents[2] / "var" / "browser"

BROKEN_OFF = "Transition was aborted because of invalid state"
"""Chromium breaks the fade between two pages off where the next one comes early; no page is wrong for it."""

REFUSED = "Unable to capture screenshot"
"""Chromium has refused one picture in a run of 91 tests so, and took it when asked again."""


def keep_picture(page: Page, name: str, **how: Any) -> None:
    """Keep a picture of a page, for people to look at. `how`: as of `Page.screenshot`."""
    path = SHOTS / name
    path.parent.mkdir(parents=True, exist_ok=True)
    for tries_left in (2, 1, 0):
        try:
            page.screenshot(path=path, **how)
            return
        except Error as error:
            if REFUSED not in error.message or not tries_left:
                raise
            page.wait_for_timeout(500)


@contextmanager
def chromium_here() -> Iterator[Browser]:
    """Skip the test, with the reason, when no Chromium is installed."""
    path = next(
        (found for name in ("chromium", "chromium-browser", "google-chrome") if (found := shutil.which(name))), None
    )
    if path is None:
        pytest.skip("no Chromium here (Debian: apt-get install chromium)")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox", "--font-render-hinting=none"])
        yield browser
        browser.close()


class Visitor:
    """A page in a browser of its own, and the errors in it."""

    def __init__(self, page: Page, origin: str, *, led_to: tuple[str, ...] = (), seconds: float = 10) -> None:
        """`led_to`: other sites to which a visitor may be sent; `seconds`: the timeout of every action."""
        self.page = page
        page.set_default_timeout(seconds * 1000)
        self.origin = origin
        self._led_to = led_to
        self.wrong: list[str] = []
        page.on("console", self._read)
        page.on("pageerror", lambda error: self._note(str(error), not str(error).startswith(BROKEN_OFF)))
        page.on("dialog", self.dismiss)
        page.on("request", lambda request: self._note(f"elsewhere: {request.url}", not self._is_known(request)))

    def _read(self, message: ConsoleMessage) -> None:
        place = str(message.location.get("url", ""))
        ours = not place.startswith(self._led_to)
        self._note(f"{message.text} {place}", ours and message.type in ("error", "warning"))

    def _is_known(self, request: Request) -> bool:
        if request.url.startswith(self.origin):
            return True
        return request.is_navigation_request() and request.url.startswith(self._led_to)

    def _note(self, text: str, counts: bool) -> None:
        if counts:
            self.wrong.append(text)

    def dismiss(self, dialog: Dialog) -> None:
        """Fail on a dialog, unless a test expects one."""
        self.wrong.append(f"dialog: {dialog.message}")
        dialog.dismiss()

    def agree(self) -> None:
        """Accept the next dialog."""
        self.page.remove_listener("dialog", self.dismiss)
        self.page.once("dialog", self._accept)

    def _accept(self, dialog: Dialog) -> None:
        dialog.accept()
        self.page.on("dialog", self.dismiss)

    def open(self, path: str) -> None:
        """Wait until the parts that load separately are there."""
        self.page.goto(self.origin + path, wait_until="load")
        expect(self.page.locator("[hx-trigger=load][hx-swap=outerHTML]")).to_have_count(0)

    def look(self, language: str, theme: str) -> None:
        cookies = {"language": language, "theme": theme}
        self.page.context.add_cookies(
            [{"name": name, "value": value, "url": self.origin} for name, value in cookies.items()]
        )

    def fits(self) -> bool:
        """Nothing is wider than the window."""
        return bool(self.page.evaluate("document.documentElement.scrollWidth <= innerWidth"))

    def sign_in(self, username: str, password: str = PASSWORD) -> None:
        self.enter(username, password)
        self.page.wait_for_url(f"{self.origin}/")

    def enter(self, username: str, password: str = PASSWORD) -> None:
        """Sign in with name and password, using only the keyboard."""
        self.open("/sign-in")
        self.page.locator("[name=username]:focus").wait_for()
        self.page.keyboard.type(username)
        self.page.keyboard.press("Tab")
        self.page.keyboard.type(password)
        self.page.keyboard.press("Enter")
