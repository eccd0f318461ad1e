"""Passkeys in a real Chromium, with the virtual authenticator that it has for tests."""

from collections.abc import Callable

import pytest
from playwright.sync_api import CDPSession, expect
from tests.browser.visitor import Visitor, keep_picture

Visit = Callable[..., Visitor]


@pytest.fixture
def seller(stranger: Visit) -> Callable[[int], Visitor]:
    """A seller at localhost: browsers allow no passkeys at a numeric address."""

    def open_browser(width: int) -> Visitor:
        visitor = stranger(width)
        visitor.origin = visitor.origin.replace("127.0.0.1", "localhost")
        visitor.look("en", "light")
        visitor.sign_in("seller001")
        return visitor

    return open_browser


def plug_in(visitor: Visitor) -> tuple[CDPSession, str]:
    """Give the page's browser an authenticator, and return its id."""
    devtools = visitor.page.context.new_cdp_session(visitor.page)
    devtools.send("WebAuthn.enable")
    what = {"protocol": "ctap2", "transport": "internal", "hasResidentKey": True, "hasUserVerification": True}
    what |= {"isUserVerified": True, "automaticPresenceSimulation": True}
    return devtools, devtools.send("WebAuthn.addVirtualAuthenticator", {"options": what})["authenticatorId"]


def shoot(visitor: Visitor, name: str) -> None:
    """Take pictures in both languages, and come back to English."""
    path = visitor.page.url.removeprefix(visitor.origin)
    for width in (1440, 390):
        visitor.page.set_viewport_size({"width": width, "height": 844})
        for language in ("ja", "en"):
            visitor.look(language, "light")
            visitor.open(path)
            assert visitor.page.locator("h1").count() == 1, name
            assert visitor.fits(), (name, language, width)
            keep_picture(visitor.page, f"{name}-{language}-light-{width}.png", full_page=True)


def test_a_passkey_is_made_used_and_removed(seller: Callable[[int], Visitor]) -> None:
    visitor = seller(1440)
    page = visitor.page
    plug_in(visitor)
    visitor.open("/account/second-step")
    shoot(visitor, "passkey-first")
    page.fill("[name=name]", "This laptop")
    page.click("text=Add a passkey")
    expect(page.locator(".codes li")).to_have_count(10)

    page.context.clear_cookies(name="mercarich")
    visitor.enter("seller001")
    page.wait_for_url("**/sign-in/code**")
    shoot(visitor, "passkey-code")
    expect(page.locator("button:has-text('Use your passkey')")).to_be_focused()
    page.keyboard.press("Enter")
    page.wait_for_url(f"{visitor.origin}/")

    visitor.open("/account/second-step")
    expect(page.locator("td:has-text('This laptop')")).to_have_count(1)
    expect(page.locator("td:has-text('never')")).to_have_count(0)
    shoot(visitor, "passkeys")
    visitor.agree()
    page.click("form[action$='/passkeys/1/end'] button")
    page.wait_for_url(f"{visitor.origin}/account")
    expect(page.locator(".toast")).to_contain_text("Signing in asks for your password only")


def test_the_page_says_what_the_browser_refuses(seller: Callable[[int], Visitor]) -> None:
    visitor = seller(1440)
    page = visitor.page
    devtools, plugged = plug_in(visitor)
    visitor.open("/account/second-step")
    page.click("text=Add a passkey")
    expect(page.locator(".codes li")).to_have_count(10)

    visitor.open("/account/second-step")
    page.click("text=Add a passkey")
    expect(page.locator("[data-error=InvalidStateError]")).to_be_visible()
    expect(page.locator("[data-error]:visible")).to_have_count(1)
    keep_picture(page, "passkey-known-en-light-1440.png", full_page=True)

    page.context.clear_cookies(name="mercarich")
    visitor.enter("seller001")
    page.wait_for_url("**/sign-in/code**")
    devtools.send("WebAuthn.setUserVerified", {"authenticatorId": plugged, "isUserVerified": False})
    devtools.send("WebAuthn.clearCredentials", {"authenticatorId": plugged})
    page.click("text=Use your passkey")
    expect(page.locator("[data-error=NotAllowedError]")).to_be_visible()
    page.set_viewport_size({"width": 390, "height": 844})
    keep_picture(page, "passkey-cancelled-en-light-390.png", full_page=True)
    expect(page.locator("[name=code]")).to_be_visible()


def test_at_a_numeric_address_it_says_where_passkeys_work(visit: Visit) -> None:
    visitor = visit("seller001")
    visitor.look("en", "light")
    visitor.open("/account/second-step")

    expect(visitor.page.locator(".note")).to_contain_text("http://localhost")
    expect(visitor.page.locator("form[data-passkey]")).to_have_count(0)
