"""A form of a page is sent once, and what was typed into it outlives a new sign-in."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Route
from tests.browser.conftest import Shop
from tests.browser.visitor import Visitor
from tests.integration.web.site import PASSWORD

SEND = """form => {
  const sent = [];
  const note = event => { sent.push(!event.defaultPrevented); event.preventDefault(); };
  window.addEventListener("submit", note);
  form.requestSubmit();
  form.requestSubmit();
  window.dispatchEvent(new PageTransitionEvent("pageshow", { persisted: true }));
  form.requestSubmit();
  window.removeEventListener("submit", note);
  return sent;
}"""
"""Send a form twice, and a third time after the page has come back from the history; return which were sent."""


def test_a_second_click_sends_nothing_until_the_page_comes_back(visit: Callable[..., Visitor]) -> None:
    visitor = visit("seller001")
    visitor.open("/confirm")
    visitor.page.locator("[name=password]").fill("something")

    assert visitor.page.locator("form:has([name=password])").evaluate(SEND) == [True, False, True]


@pytest.mark.parametrize("knows", [False, True], ids=["while it is typed", "before"])
def test_what_was_typed_is_sent_after_the_password(visit: Callable[..., Visitor], shop: Shop, *, knows: bool) -> None:
    """An operator's confirmation grows too old."""
    visitor = visit("operator")
    page = visitor.page
    if knows:
        shop.forget_confirmations()
    visitor.open("/pools/INVCHK_YAHOO_WORKER")
    page.fill("[name=high]", "7")
    page.fill("[name=note]", "セール「秋」のため")
    if not knows:
        shop.forget_confirmations()
    page.click("form[action='/pools/INVCHK_YAHOO_WORKER'] button.primary")
    visitor.wrong.clear()  # The browser's own word on the 403.
    page.fill("[name=password]", "wrong")
    page.keyboard.press("Enter")
    page.locator(".note.bad").wait_for()
    visitor.wrong.clear()  # And on the 401.
    page.fill("[name=password]", PASSWORD)
    page.keyboard.press("Enter")
    page.locator("form[action='/pools/INVCHK_YAHOO_WORKER'] button.unsent:focus").wait_for()
    page.keyboard.press("Enter")

    page.locator("#history-rows", has_text="セール「秋」のため").wait_for()
    assert page.input_value("[name=high]") == "7"


def gone(route: Route) -> bool:
    """What a page asks by itself does not get through."""
    return route.request.resource_type == "fetch"


def test_a_form_of_an_older_session_is_offered_once_more(visit: Callable[..., Visitor], shop: Shop) -> None:
    """By the button of its page; and where its page cannot be had, by one button, beside a way back."""
    visitor = visit("operator")
    page = visitor.page
    visitor.open("/pools/INVCHK_YAHOO_WORKER")
    page.fill("[name=high]", "7")
    page.evaluate("document.querySelectorAll('[name=form_token]').forEach(field => field.value = 'old.one')")
    page.route("**/pools/INVCHK_YAHOO_WORKER", lambda route: route.abort() if gone(route) else route.continue_())
    with page.expect_event("requestfailed"):
        page.click("form[action='/pools/INVCHK_YAHOO_WORKER'] button.primary")
    page.locator("main form[data-page] button.primary:enabled:focus").wait_for()
    page.unroute("**/pools/INVCHK_YAHOO_WORKER")
    page.wait_for_selector(
        "form[action='/pools/INVCHK_YAHOO_WORKER'] [type=hidden][name=high][value='7']", state="attached"
    )
    page.click("main a[href='/pools/INVCHK_YAHOO_WORKER']")
    page.wait_for_selector("[type=number][name=high]")
    assert page.url == f"{shop.origin}/pools/INVCHK_YAHOO_WORKER"
    visitor.wrong.clear()  # The browser's own word on the 403.
