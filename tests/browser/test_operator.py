"""An operator works without a terminal: changes a pool, releases a hold, pauses and resumes a marketplace."""

from collections.abc import Callable

import pytest
from playwright.sync_api import expect
from tests.browser.visitor import Visitor

Visit = Callable[..., Visitor]


def test_a_pool_is_changed_after_a_look_at_what_it_comes_to(visit: Visit) -> None:
    visitor = visit("operator")
    page = visitor.page
    page.click("a[href='/pools']")
    page.click(".row-link >> nth=0")
    page.fill("[name=high]", "30")
    page.locator("#effect", has_text="1–8").wait_for()
    assert "パーティションは12個" in page.inner_text("#effect")
    page.fill("[name=note]", "セールのため")
    page.click("form[action='/pools/INVCHK_YAHOO_WORKER'] button.primary")
    page.wait_for_selector(".toast")

    assert "セールのため" in page.inner_text("#history-rows")


def test_a_hold_is_looked_at_and_released(visit: Visit) -> None:
    visitor = visit("operator", 375)
    page = visitor.page
    page.remove_listener("dialog", visitor.dismiss)
    page.once("dialog", lambda dialog: dialog.accept())
    page.click("a.todo[href='/holds/1']")
    assert "保留中の出品" in page.inner_text("main")
    page.click("form[action$='/release'] button")
    page.wait_for_selector(".toast")

    assert page.locator("form[action$='/release']").count() == 0


@pytest.mark.parametrize("width", [390, 1280])
def test_some_listings_of_a_hold_are_ticked_and_released(visit: Visit, width: int) -> None:
    visitor = visit("operator", width)
    visitor.open("/holds/2")
    page = visitor.page
    page.remove_listener("dialog", visitor.dismiss)
    asked: list[str] = []
    page.once("dialog", lambda dialog: (asked.append(dialog.message), dialog.accept()))
    boxes = page.locator("form.bulk [name=listing]")
    number = boxes.count()
    assert number > 1
    assert not page.is_visible(".bulk-bar")
    boxes.first.check()
    page.click(".bulk-bar button")
    page.wait_for_selector(".toast")

    assert "選択した出品の価格を変更します" in asked[0]
    expect(boxes).to_have_count(number - 1)
    expect(page.locator("form[action$='/release'] button")).to_have_count(1)


def test_a_marketplace_is_paused_and_goes_on(visit: Visit) -> None:
    visitor = visit("operator")
    visitor.open("/markets")
    page = visitor.page
    page.fill("form[action='/markets/yahoo/pause'] [name=note]", "様子を見る")
    page.keyboard.press("Enter")
    page.wait_for_selector("form[action='/markets/yahoo/resume']")
    page.click("form[action='/markets/yahoo/resume'] button")
    page.wait_for_selector("form[action='/markets/yahoo/pause']")
