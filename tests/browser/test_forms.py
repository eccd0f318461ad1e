"""A form of a page is sent once."""

from collections.abc import Callable

from tests.browser.visitor import Visitor

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
