"""A form of a page is sent once, and what was typed into it outlives a new sign-in."""

import re
from collections.abc import Callable

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


def test_what_was_typed_is_there_again_after_the_password(visit: Callable[..., Visitor], shop: Shop) -> None:
    """An operator's confirmation grows too old while a form is filled in."""
    visitor = visit("operator")
    page = visitor.page
    visitor.open("/pools/INVCHK_YAHOO_WORKER")
    page.fill("[name=high]", "7")
    page.fill("[name=note]", "セールのため")
    shop.forget_confirmations()
    page.click("form[action='/pools/INVCHK_YAHOO_WORKER'] button.primary")
    page.fill("[name=password]", PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url(f"{shop.origin}/pools/INVCHK_YAHOO_WORKER")

    assert "まだ送信されていません" in page.inner_text(".toast")
    assert page.input_value("[name=high]") == "7"
    assert page.input_value("[name=note]") == "セールのため"
    page.keyboard.press("Enter")
    page.locator("#history-rows", has_text="セールのため").wait_for()
    visitor.open("/pools/INVCHK_YAHOO_WORKER")
    assert page.input_value("[name=note]") == ""


def test_what_was_typed_is_kept_when_the_page_knows_that_the_password_is_needed(
    visit: Callable[..., Visitor], shop: Shop
) -> None:
    visitor = visit("operator")
    page = visitor.page
    shop.forget_confirmations()
    visitor.open("/pools/INVCHK_YAHOO_WORKER")
    page.fill("[name=note]", "セールのため")
    page.click("form[action='/pools/INVCHK_YAHOO_WORKER'] a.primary")
    page.fill("[name=password]", PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url(f"{shop.origin}/pools/INVCHK_YAHOO_WORKER")

    assert page.input_value("[name=note]") == "セールのため"


def test_what_was_typed_is_there_again_after_signing_in(visit: Callable[..., Visitor], shop: Shop) -> None:
    visitor = visit("seller001")
    page = visitor.page
    visitor.open("/rules")
    first = page.locator("main form[method=post] input[type=number]").first
    name = first.get_attribute("name")
    first.fill("3")
    shop.end_sessions()
    page.locator("main form[method=post] button.primary").first.click()
    page.wait_for_url(re.compile("/sign-in"))
    page.fill("[name=username]", "seller001")
    page.fill("[name=password]", PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url(f"{shop.origin}/rules")

    assert page.input_value(f"[name='{name}']") == "3"


def test_nobody_else_gets_what_was_typed(visit: Callable[..., Visitor], shop: Shop) -> None:
    visitor = visit("operator")
    page = visitor.page
    visitor.open("/pools/INVCHK_YAHOO_WORKER")
    page.fill("[name=note]", "セールのため")
    shop.end_sessions()
    page.click("form[action='/pools/INVCHK_YAHOO_WORKER'] button.primary")
    page.wait_for_url(re.compile("/sign-in"))
    page.fill("[name=username]", "seller001")
    page.fill("[name=password]", PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url(f"{shop.origin}/pools/INVCHK_YAHOO_WORKER")
    visitor.wrong.clear()  # The browser's own word on the 404.

    assert page.evaluate("sessionStorage.getItem('unsent')") is None


def test_a_form_of_an_older_session_leads_back_to_itself(visit: Callable[..., Visitor]) -> None:
    visitor = visit("operator")
    page = visitor.page
    visitor.open("/pools/INVCHK_YAHOO_WORKER")
    page.fill("[name=note]", "セールのため")
    page.evaluate("document.querySelectorAll('[name=form_token]').forEach(field => field.value = 'old.one')")
    page.click("form[action='/pools/INVCHK_YAHOO_WORKER'] button.primary")
    page.click("a.primary")
    visitor.wrong.clear()  # The browser's own word on the 403.

    assert page.input_value("[name=note]") == "セールのため"
