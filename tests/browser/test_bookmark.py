"""From the page of an item at a marketplace to a listing that is watched: the bookmark of *Watch an item*."""

from collections.abc import Callable

from playwright.sync_api import expect
from tests.browser.visitor import Visitor

Visit = Callable[..., Visitor]

ITEM = "https://jp.mercari.com/item/m22222222222?q=%E3%82%AB%E3%83%A1%E3%83%A9&it's=1#photos"
TITLE = "Canon & \"Nikon\" 'カメラ' 100% by メルカリ"
PAGE = "<!doctype html><title></title><a href=''>the bookmark</a>"


def test_the_bookmark_brings_an_items_address_and_title_to_the_form(visit: Visit) -> None:
    visitor = visit("seller001")
    visitor.open("/jobs")
    page = visitor.page
    page.click("a[href='/jobs/item']")
    address = page.locator("a[href^='javascript:']").get_attribute("href")
    page.context.route("https://jp.mercari.com/**", lambda route: route.fulfill(body=PAGE, content_type="text/html"))
    page = page.context.new_page()  # The visitor's own page must never ask elsewhere.
    page.goto(ITEM)
    page.evaluate("title => { document.title = title }", TITLE)
    page.evaluate("address => { document.querySelector('a').href = address }", address)
    with page.expect_popup() as opened:
        page.click("a")
    form = opened.value

    expect(form.locator("[name=source_id]")).to_have_value(page.url)
    expect(form.locator("[name=title]")).to_have_value(TITLE)
    form.fill("[name=sku]", "WATCHED-1")
    form.click("form[action='/jobs/item'] .primary")
    form.wait_for_selector(".big-progress")
    assert "m22222222222" in form.inner_text("main")
