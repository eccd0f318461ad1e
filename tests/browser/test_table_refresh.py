"""The table of listings refreshes itself, and leaves alone whoever works in it."""

from collections.abc import Callable

import pytest
from playwright.sync_api import expect
from sqlalchemy import update
from tests.browser.conftest import Shop
from tests.browser.visitor import Visitor

from mercarich_db import tables
from mercarich_db.engine import create

ROW = "tbody tr:has-text('YA-DOWN-1') .row-link"


def rename(shop: Shop, title: str) -> None:
    engine = create(shop.database)
    with engine.begin() as connection:
        one = tables.listings.c.sku == "YA-DOWN-1"
        connection.execute(update(tables.listings).where(one).values(title=title))
    engine.dispose()


def test_what_has_changed_is_shown_without_a_click(shop: Shop, visit: Callable[..., Visitor]) -> None:
    visitor = visit("seller001")
    page = visitor.page
    page.clock.install()
    visitor.open("/listings?q=YA-DOWN")
    rename(shop, "新しい名前")
    page.clock.run_for(31_000)

    expect(page.locator(ROW)).to_have_text("新しい名前")
    assert page.url.endswith("/listings?q=YA-DOWN")


@pytest.mark.parametrize("work", ["a tick", "the focus"])
def test_nobody_who_works_in_it_is_interrupted(shop: Shop, visit: Callable[..., Visitor], work: str) -> None:
    visitor = visit("seller001")
    page = visitor.page
    page.clock.install()
    visitor.open("/listings?q=YA-DOWN")
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    box = page.locator("[name=listing]").first
    box.check()
    if work == "the focus":
        box.uncheck()
        page.locator(ROW).focus()
    else:
        page.evaluate("document.activeElement.blur()")
    page.clock.run_for(91_000)

    assert asked == []
    assert box.is_checked() is (work == "a tick")
