"""A seller's file in a browser: which column is which, and the rows as they will be, before anything is imported."""

from collections.abc import Callable

import pytest
from playwright.sync_api import expect
from tests.browser.visitor import Visitor, keep_picture
from tests.integration.web.sellers_files import JAPANESE, Cell, in_shift_jis, lines, offers

Visit = Callable[..., Visitor]

ROWS: list[list[Cell]] = [
    [*JAPANESE, "仕入値", "メモ"],
    *([*row, f"¥{8_000 + 10 * number:,}", "美品"] for number, row in enumerate(offers(12))),
]
ROWS[3][1] = "https://merc.li/AbCdEf"
ROWS[5][3] = "応相談"
FILE = {"name": "出品一覧 2026年11月.csv", "mimeType": "text/csv", "buffer": in_shift_jis(lines(ROWS))}


@pytest.mark.parametrize("width", [1440, 390])
def test_the_columns_are_checked_with_ten_rows_before_the_import(visit: Visit, width: int) -> None:
    visitor = visit("seller001", width)
    page = visitor.page
    visitor.open("/jobs")
    page.set_input_files("[name=file]", FILE)
    page.click("form[action='/jobs/import'] .primary")
    expect(page.locator(".mapping li")).to_have_count(8)
    expect(page.locator(".mapping li.taken")).to_have_count(6)
    expect(page.locator("tbody tr")).to_have_count(10)
    expect(page.locator("tbody .reason")).to_have_count(2)
    where = page.url
    for language, theme in (("ja", "light"), ("ja", "dark"), ("en", "light"), ("en", "dark")):
        visitor.look(language, theme)
        page.goto(where)
        assert visitor.fits(), (language, theme)
        keep_picture(page, f"mapping-{language}-{theme}-{width}.png", full_page=True)

    page.select_option("#f-column-1", "")
    page.wait_for_url("**column=*")
    expect(page.locator(".note.warn")).to_be_visible()
    expect(page.locator("form[action$='/columns'] .primary")).to_be_disabled()
    keep_picture(page, f"mapping-missing-{width}.png", full_page=True)
    page.select_option("#f-column-1", "sku")
    expect(page.locator("form[action$='/columns'] .primary")).to_be_enabled()
    page.check("[name=right_ones]")
    page.click("form[action$='/columns'] .primary")
    page.wait_for_selector(".big-progress")


def test_the_links_beside_a_search_keep_what_is_typed(visit: Visit) -> None:
    visitor = visit("seller001")
    visitor.open("/listings")
    visitor.page.fill("[name=q]", "ｶﾒﾗ")

    expect(visitor.page.locator("#export")).to_have_attribute(
        "href", "/listings/export.csv?q=%EF%BD%B6%EF%BE%92%EF%BE%97"
    )
    expect(visitor.page.locator("#views .chip").first).to_have_attribute(
        "href", "/listings?q=%EF%BD%B6%EF%BE%92%EF%BE%97"
    )
