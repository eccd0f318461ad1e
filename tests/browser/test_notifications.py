"""Notices as notifications of a real Chromium. No vendor's push service is reachable, so what subscribes there is
replaced; the permission, the service worker, and what it shows are Chromium's own."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, Worker, expect
from tests.browser.visitor import Visitor, keep_picture
from tests.integration.web.push_service import PushBrowser

Visit = Callable[..., Visitor]
WAYS = "/account/notices"
BUTTON = "Show notices in this browser"
SUBSCRIBES = """
(() => {
  const unsubscribe = async () => localStorage.removeItem("push") || true;
  const made = (told) => ({ ...told, toJSON: () => told, unsubscribe });
  PushManager.prototype.subscribe = async function (options) {
    if (!options.userVisibleOnly || options.applicationServerKey.length !== 65) throw new Error("no such options");
    const told = { endpoint: %(endpoint)s, keys: { p256dh: %(p256dh)s, auth: %(auth)s } };
    localStorage.setItem("push", JSON.stringify(told));
    return made(told);
  };
  PushManager.prototype.getSubscription = async function () {
    const told = localStorage.getItem("push");
    return told ? made(JSON.parse(told)) : null;
  };
})();
"""
SHOWN = """async () => {
  const registration = await navigator.serviceWorker.getRegistration("/");
  const shown = await registration.getNotifications();
  return shown.map((one) => ({ title: one.title, body: one.body, lang: one.lang, tag: one.tag, path: one.data.path }));
}"""
UNTIL = """async () => {
  const end = performance.now() + 10_000;
  while (!(await eval(holds)())) {
    if (performance.now() > end) throw new Error(`never: ${holds}`);
    await new Promise(requestAnimationFrame);
  }
}"""
CLICK = """async (path) => {
  const gone = { close: () => { self.closed = true; }, data: { path } };
  const event = new ExtendableEvent("notificationclick");
  Object.defineProperty(event, "notification", { value: gone });
  self.clients.openWindow = async (url) => { self.opened = url; };
  const page = (url) => ({ url, focus: async () => { self.focused = url; } });
  self.clients.matchAll = async () => (self.pages ?? []).map(page);
  self.opened = self.focused = null;
  self.dispatchEvent(event);
  for (let tries = 0; tries < 100 && !self.opened && !self.focused; tries += 1) await Promise.resolve();
  return { opened: self.opened, focused: self.focused, closed: self.closed };
}"""


@pytest.fixture
def seller(visit: Visit) -> Callable[..., Visitor]:
    """A seller whose browser may show notifications, at the page of ways."""

    def open_page(width: int = 1440) -> Visitor:
        visitor = visit("seller001", width)
        visitor.page.context.grant_permissions(["notifications"], origin=visitor.origin)
        fields = PushBrowser("push.example", "/wpush/v2/seller001").fields
        visitor.page.add_init_script(SUBSCRIBES % {name: json.dumps(value) for name, value in fields.items()})
        visitor.look("en", "light")
        visitor.open(WAYS)
        return visitor

    return open_page


def turn_on(visitor: Visitor) -> None:
    """Press the button by the keyboard, once the page has found out that it is of use."""
    button = visitor.page.get_by_role("button", name=BUTTON)
    expect(button).to_be_visible()
    button.focus()
    expect(button).to_be_focused()
    visitor.page.keyboard.press("Enter")
    expect(visitor.page.get_by_text("Notifications are on in this browser.")).to_be_visible()


def wait_until(page: Page, holds: str) -> None:
    """Wait until an asynchronous function returns true: `wait_for_function` takes its promise for true."""
    page.evaluate(UNTIL.replace("eval(holds)", f"({holds})").replace("${holds}", "what was waited for"))


def registration(visitor: Visitor) -> tuple[Any, str]:
    """Return Chromium's developer tools and the id of the service worker's registration, once it is active."""
    page = visitor.page
    devtools = page.context.new_cdp_session(page)
    ids: list[str] = []
    devtools.on(
        "ServiceWorker.workerRegistrationUpdated",
        lambda told: ids.extend(one["registrationId"] for one in told["registrations"] if not one["isDeleted"]),
    )
    devtools.send("ServiceWorker.enable")
    active = "async () => (await navigator.serviceWorker.getRegistration('/'))?.active?.state === 'activated'"
    wait_until(page, active)
    for _ in range(100):
        if ids:
            return devtools, ids[-1]
        page.evaluate("0")  # lets the event come
    raise AssertionError("Chromium tells of no registration")


def deliver(visitor: Visitor, data: str, shown: int) -> list[dict[str, str]]:
    """Bring a push to the service worker. Return what is shown, once there are as many."""
    devtools, found = registration(visitor)
    devtools.send("ServiceWorker.deliverPushMessage", {"origin": visitor.origin, "registrationId": found, "data": data})
    wait_until(visitor.page, f"() => ({SHOWN})().then((shown) => shown.length === {shown})")
    told: list[dict[str, str]] = visitor.page.evaluate(SHOWN)
    return told


def worker_of(page: Page) -> Worker:
    [worker] = page.context.service_workers
    return worker


@pytest.mark.parametrize("width", [1440, 390])
def test_notices_are_switched_on_and_their_kinds_chosen_and_removed(seller: Callable[..., Visitor], width: int) -> None:
    visitor = seller(width)
    page = visitor.page
    turn_on(visitor)
    card = page.get_by_role("region", name="Chrome, Linux")
    expect(card.get_by_text("this browser")).to_be_visible()
    card.locator("summary").click()
    card.get_by_label("Amazon refuses your token").check()
    card.get_by_role("button", name="Save").click()
    page.wait_for_url(f"**{WAYS}")
    card.locator("summary").click()
    expect(card.get_by_label("Amazon refuses your token")).to_be_checked()
    card.get_by_role("button", name="Send a test message").click()
    expect(page.get_by_text("It is on its way.")).to_be_visible()
    for language in ("en", "ja"):
        visitor.look(language, "light")
        visitor.open(WAYS)
        expect(page.locator("[data-state=on]")).to_be_visible()
        assert visitor.fits()
        keep_picture(page, f"notifications-{language}-{width}.png", full_page=True)
    visitor.look("en", "light")
    visitor.open(WAYS)
    visitor.agree()
    card.get_by_role("button", name="Remove").click()
    expect(card).to_have_count(0)
    expect(page.get_by_role("button", name=BUTTON)).to_be_visible()
    assert page.evaluate("localStorage.getItem('push')") is None, "what the server forgot, the browser forgets, too"


def test_the_service_worker_shows_what_is_pushed_and_one_takes_the_others_place(
    seller: Callable[..., Visitor],
) -> None:
    visitor = seller()
    turn_on(visitor)
    told = {"title": "Mercarich", "body": "Amazonの認証", "path": "/amazon", "lang": "ja", "tag": "a"}
    first = deliver(visitor, json.dumps(told), 1)
    second = deliver(visitor, json.dumps({**told, "tag": "b"}), 2)
    visitor.page.evaluate("async () => (await navigator.serviceWorker.getRegistration('/')).update()")
    damaged = deliver(visitor, "no JSON", 3)

    assert first == [told]
    assert [one["tag"] for one in second] == ["a", "b"]
    assert {"title": "Mercarich", "body": "", "path": "/notices", "lang": "", "tag": ""} in damaged


def test_a_click_opens_the_page_and_no_other_site(seller: Callable[..., Visitor]) -> None:
    visitor = seller()
    turn_on(visitor)
    registration(visitor)
    worker = worker_of(visitor.page)
    home = visitor.origin
    led = {path: worker.evaluate(CLICK, path) for path in ("/amazon", "https://evil.example/x", "//evil.example", None)}
    worker.evaluate("(url) => { self.pages = [url]; }", f"{home}/orders")
    there = worker.evaluate(CLICK, "/orders")

    assert {path: one["opened"] for path, one in led.items()} == {
        "/amazon": f"{home}/amazon",
        "https://evil.example/x": f"{home}/notices",
        "//evil.example": f"{home}/notices",
        None: f"{home}/notices",
    }
    assert led["/amazon"]["closed"]
    assert (there["opened"], there["focused"]) == (None, f"{home}/orders")


def test_signing_out_takes_the_service_worker_away(seller: Callable[..., Visitor]) -> None:
    visitor = seller()
    page = visitor.page
    turn_on(visitor)
    registration(visitor)
    page.locator("form[action='/sign-out'] button").first.click()
    page.wait_for_url("**/sign-in")
    wait_until(page, "() => navigator.serviceWorker.getRegistrations().then((all) => all.length === 0)")


@pytest.mark.parametrize(
    ("script", "state"),
    [
        ("Object.defineProperty(Notification, 'permission', { get: () => 'denied' })", "denied"),
        ("delete window.PushManager", "unsupported"),
        (
            "delete window.PushManager; Object.defineProperty(Navigator.prototype, 'userAgent',"
            " { get: () => 'Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) Safari/604.1' })",
            "iphone",
        ),
        ("Object.defineProperty(window, 'isSecureContext', { get: () => false })", "insecure"),
    ],
)
def test_what_hinders_a_browser_is_said_and_there_is_no_button(visit: Visit, script: str, state: str) -> None:
    visitor = visit("seller001", 390)
    visitor.page.add_init_script(script)
    visitor.look("ja", "light")
    visitor.open(WAYS)
    form = visitor.page.locator("form[data-push]")
    expect(form).to_have_attribute("data-shown", state)

    expect(form.locator(f"[data-state={state}]")).to_be_visible()
    expect(form.locator("[data-state]:visible")).to_have_count(1)
    expect(form.locator("button")).to_be_hidden()


def test_a_permission_that_is_refused_is_said(seller: Callable[..., Visitor]) -> None:
    visitor = seller()
    visitor.page.evaluate("Notification.requestPermission = async () => 'denied'")
    button = visitor.page.get_by_role("button", name=BUTTON)
    expect(button).to_be_visible()
    button.click()

    expect(visitor.page.locator("[data-state=denied]")).to_be_visible()
    expect(button).to_be_hidden()
