"""The cards of chats: a webhook's address goes in, and only its place comes back; at both widths and languages."""

from collections.abc import Callable

import pytest
from tests.browser.visitor import Visitor, keep_picture

Visit = Callable[..., Visitor]
WAYS = "/account/notices"


@pytest.mark.parametrize("width", [1440, 390])
def test_a_chat_is_set_up_with_kinds_of_its_own_and_removed(visit: Visit, width: int) -> None:
    visitor = visit("seller001", width)
    visitor.look("en", "light")
    visitor.open(WAYS)
    page = visitor.page
    card = page.get_by_role("region", name="Slack")
    card.get_by_label("Address of the webhook").fill("https://hooks.slack.com/services/T0AB/B0CD/c5Gs3cr3tOfSlack")
    card.locator("summary").click()
    card.get_by_label("Amazon refuses your token").check()
    card.get_by_role("button", name="Save").click()
    page.wait_for_url(f"**{WAYS}")
    stored = card.inner_text()
    card.locator("summary").click()

    assert "T0AB/B0CD" in stored
    assert card.get_by_label("Amazon refuses your token").is_checked()
    assert card.get_by_label("Address of the webhook").input_value() == ""
    assert "c5Gs3cr3tOfSlack" not in page.content()
    for language in ("en", "ja"):
        visitor.look(language, "light")
        visitor.open(WAYS)
        assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0
        keep_picture(page, f"chats-{language}-{width}.png", full_page=True)
    visitor.look("en", "light")
    visitor.open(WAYS)
    page.remove_listener("dialog", visitor.dismiss)
    page.once("dialog", lambda dialog: dialog.accept())
    card.get_by_role("button", name="Remove").click()
    card.get_by_role("button", name="Remove").wait_for(state="detached")
