"""Replacements in a real browser: narrowed, decided all at once, and decided in another tab before."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import expect
from sqlalchemy import select, update
from tests.browser.conftest import Shop
from tests.browser.visitor import Visitor, keep_picture
from tests.integration.web.rows import Rows
from tests.integration.web.test_many_replacements import wait_for_a_word

from mercarich_db import tables
from mercarich_db.engine import create, reading

Visit = Callable[..., Visitor]
WAITING = 40


@pytest.fixture
def waiting(shop: Shop) -> Shop:
    """Forty more wait for the seller, beside three."""
    engine = create(shop.database)
    with reading(engine) as connection:
        who = select(tables.users.c.id).where(tables.users.c.username == "seller001")
        seller = connection.execute(who).scalar_one()
    wait_for_a_word(Rows(engine), seller, WAITING, first=9_000)
    engine.dispose()
    return shop


@pytest.mark.parametrize(("width", "language", "theme"), [(1440, "ja", "light"), (390, "en", "dark")])
def test_those_that_match_are_approved_at_once(
    waiting: Shop, visit: Visit, width: int, language: str, theme: str
) -> None:
    visitor = visit("seller001", width)
    visitor.look(language, theme)
    page = visitor.page
    visitor.open("/replacements")
    keep_picture(page, f"replacements-many-{width}.png")
    page.fill("[name=alike]", "30")
    page.fill("[name=dearer]", "200")
    page.locator(".narrowing button").click()
    page.wait_for_url(re.compile("alike=30"))
    narrowed = page.locator(".pick").count()
    keep_picture(page, f"replacements-narrowed-{width}.png")
    fits = visitor.fits()
    page.locator("a[href*='decision=approve']").click()
    page.wait_for_url(re.compile("/replacements/all"))
    keep_picture(page, f"replacements-all-{width}.png", full_page=True)
    fits = fits and visitor.fits()
    page.locator("form[action='/replacements/all'] button").click()
    toast = page.locator(".toast")
    expect(toast).to_contain_text("17")

    assert narrowed == 17
    assert fits
    assert page.locator(".pick").count() == 0
    assert "alike=30" in page.url


def test_a_decision_made_in_another_tab_is_told_and_the_card_goes(waiting: Shop, visit: Visit) -> None:
    visitor = visit("seller001")
    page = visitor.page
    visitor.open("/replacements?alike=90")
    name = page.locator(".pick").first.get_attribute("aria-label")
    before = page.locator(".pick").count()
    engine = create(waiting.database)
    with engine.begin() as connection:
        its = select(tables.listings.c.id).where(tables.listings.c.sku == name).scalar_subquery()
        decided = {"state": "approved", "decided_by": "hanako", "decided_at": tables.revivals.c.at}
        connection.execute(update(tables.revivals).where(tables.revivals.c.listing_id == its).values(decided))
    engine.dispose()
    page.keyboard.press("r")
    expect(page.locator(".toast.bad")).to_contain_text("hanakoさんが承認しました")
    expect(page.locator(".pick")).to_have_count(before - 1)
    visitor.wrong.clear()  # The browser's own word on the 409.
