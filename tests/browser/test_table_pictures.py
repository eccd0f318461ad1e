"""The table of listings with pictures: small, from here, loaded when they come into view, and at any width."""

from collections.abc import Callable

import pytest
from playwright.sync_api import expect
from tests.browser.conftest import Shop
from tests.browser.visitor import Visitor, keep_picture

LOOKS = [(1440, "ja", "light"), (1440, "en", "dark"), (390, "ja", "dark"), (390, "en", "light")]


@pytest.mark.parametrize(("width", "language", "theme"), LOOKS)
def test_a_row_shows_its_picture(
    shop: Shop, visit: Callable[..., Visitor], width: int, language: str, theme: str
) -> None:
    visitor = visit("seller001", width)
    visitor.look(language, theme)
    page = visitor.page
    visitor.open("/listings?q=YA-DOWN")
    picture = page.locator(".row-picture img")
    expect(picture).to_have_js_property("complete", True)
    box = picture.bounding_box()
    keep_picture(page, f"table-pictures-{width}-{language}-{theme}.png")
    fits = visitor.fits()
    page.emulate_media(forced_colors="active")
    keep_picture(page, f"table-pictures-{width}-{language}-forced.png")

    assert picture.get_attribute("src") == f"/listings/{shop.story}/pictures/0"
    assert picture.evaluate("image => image.naturalWidth") == 320
    assert box is not None
    assert (box["width"], box["height"]) == (40, 40)
    assert fits


def test_a_page_without_pictures_has_no_column_for_them(visit: Callable[..., Visitor]) -> None:
    visitor = visit("seller001")
    visitor.open("/listings?q=MX-01")

    expect(visitor.page.locator("tbody tr")).not_to_have_count(0)
    expect(visitor.page.locator(".row-picture")).to_have_count(0)
