"""Pages on paper: a proof for Amazon has the evidence, exact times and the whole hash, and nothing to press."""

from collections.abc import Callable

import pytest
from tests.browser.conftest import Shop
from tests.browser.visitor import Visitor, keep_picture

Visit = Callable[..., Visitor]
A4 = 794
"""Width of a page of A4 in pixels, at 96 to the inch."""
SHOWN = """selector => [...document.querySelectorAll(selector)]
    .filter(one => one.checkVisibility()).map(one => one.textContent)"""
AFTER = "one => getComputedStyle(one, '::after').content"


def on_paper(visitor: Visitor, path: str, name: str, theme: str = "light") -> None:
    visitor.look("en", theme)
    visitor.open(path)
    visitor.page.evaluate("document.querySelectorAll('.evidence').forEach(one => { one.open = false })")
    visitor.page.emulate_media(media="print")
    keep_picture(visitor.page, f"print-{name}.png", full_page=True)


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_the_why_page_on_paper_is_a_proof(shop: Shop, visit: Visit, theme: str) -> None:
    visitor = visit("seller001", A4)
    on_paper(visitor, f"/listings/{shop.story}", f"listing-{theme}", theme)
    page = visitor.page

    assert page.evaluate(SHOWN, "button, form, nav, .button:not([href^=http]), .crumb") == []
    assert len(page.evaluate(SHOWN, ".proof")) == page.locator(".proof").count() > 0, "folded evidence, too"
    assert page.evaluate("[...document.querySelectorAll('.clip')].every(one => one.scrollWidth <= one.clientWidth + 1)")
    assert page.locator(".timeline time").first.evaluate(AFTER).endswith('JST"')
    source = page.locator("dl.facts a[href^='https://']").first
    assert str(source.get_attribute("href")).endswith(source.inner_text()), "the address of its source"
    assert source.evaluate(AFTER) != "none", "and on paper it is written out"
    assert "seller001" in page.locator(".on-paper").inner_text()
    assert page.evaluate("getComputedStyle(document.body).color") == "rgb(23, 26, 33)", "dark on white, in both themes"
    assert visitor.fits()
    assert page.pdf(prefer_css_page_size=True).startswith(b"%PDF-")


def test_orders_on_paper_say_what_to_buy(visit: Visit) -> None:
    visitor = visit("seller001", A4)
    on_paper(visitor, "/orders", "orders")

    assert visitor.page.evaluate(SHOWN, "button, form, nav, .button:not([href^=http])") == []
    assert visitor.page.evaluate(SHOWN, "article.order")
    assert visitor.fits()


def test_the_list_of_listings_is_on_paper_without_what_is_to_press(visit: Visit) -> None:
    visitor = visit("seller001", A4)
    visitor.look("en", "light")
    visitor.open("/listings")
    visitor.page.locator("[data-tick-all]").check()
    visitor.page.emulate_media(media="print")
    keep_picture(visitor.page, "print-listings.png")

    assert len(visitor.page.evaluate(SHOWN, "tbody tr")) > 1
    assert visitor.page.evaluate(SHOWN, "input, button, select, .bulk-bar, .row-tick") == []
    assert len(visitor.page.evaluate(SHOWN, ".chip")) == 1, "which listings these are"
    assert visitor.page.evaluate("(one => one.scrollWidth <= one.clientWidth)(document.querySelector('.table-wrap'))")
    assert visitor.fits()


def test_a_button_prints_the_page(shop: Shop, visit: Visit) -> None:
    visitor = visit("seller001")
    visitor.look("en", "light")
    visitor.open(f"/listings/{shop.story}")
    visitor.page.evaluate("window.print = () => { document.body.dataset.printed = 'yes' }")
    visitor.page.get_by_role("button", name="Print").click()

    assert visitor.page.locator("body").get_attribute("data-printed") == "yes"
