"""A form whose session is over comes back to its page after signing in: filled in, its button in view, not pressed."""

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import func, select, update
from tests.browser.conftest import Shop
from tests.browser.visitor import Visitor, keep_picture
from tests.integration.web.site import PASSWORD

from mercarich_db import tables
from mercarich_db.engine import create, reading

Visit = Callable[..., Visitor]
NOT_SENT = "まだ送信されていません。"


@pytest.fixture
def over(shop: Shop) -> Callable[[], None]:
    """End every session."""

    def end() -> None:
        engine = create(shop.database)
        with engine.begin() as connection:
            connection.execute(update(tables.sessions).values(seen_at=datetime.now(UTC) - timedelta(hours=3)))
        engine.dispose()

    return end


def sign_in(visitor: Visitor, username: str = "seller001") -> None:
    """On the sign-in page that took the whole page, by keyboard."""
    page = visitor.page
    page.locator("[name=username]:focus").wait_for()
    page.keyboard.type(username)
    page.keyboard.press("Tab")
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")


def marked(page: Page, path: str) -> str:
    """Wait for the button that has the focus on its page, in view; return its text."""
    button = page.locator("button.unsent:focus")
    button.wait_for()
    expect(button).to_be_in_viewport()
    expect(page).to_have_url(re.compile(re.escape(path) + "$"))
    return button.inner_text().strip()


def states(shop: Shop) -> dict[str, int]:
    engine = create(shop.database)
    with reading(engine) as connection:
        rows = connection.execute(select(tables.revivals.c.state, func.count()).group_by(tables.revivals.c.state))
        counted = {row[0]: row[1] for row in rows}
    engine.dispose()
    return counted


def audited(shop: Shop) -> int:
    engine = create(shop.database)
    with reading(engine) as connection:
        number: int = connection.execute(select(func.count()).select_from(tables.listing_events)).scalar_one()
    engine.dispose()
    return number


def test_what_was_typed_into_a_form_is_there_again(visit: Visit, over: Callable[[], None]) -> None:
    visitor = visit("seller001")
    page = visitor.page
    visitor.open("/rules")
    page.fill("[name=REVIVAL_LEAST_RATING]", "93")
    over()
    page.locator("form[action='/rules'] button.primary").click()
    sign_in(visitor)
    marked(page, "/rules")

    assert page.input_value("[name=REVIVAL_LEAST_RATING]") == "93"
    expect(page.locator(".toast")).to_contain_text(NOT_SENT)
    visitor.wrong.clear()
    page.keyboard.press("Enter")
    expect(page.locator(".toast")).not_to_contain_text(NOT_SENT)
    visitor.open("/rules")
    assert page.input_value("[name=REVIVAL_LEAST_RATING]") == "93"


def test_a_form_that_the_script_sends_takes_the_whole_page_to_the_sign_in(
    visit: Visit, over: Callable[[], None]
) -> None:
    """The values that are tried on one's own items."""
    visitor = visit("seller001")
    page = visitor.page
    visitor.open("/rules")
    page.fill("[name=REVIVAL_LEAST_RATING]", "93")
    over()
    page.locator("[formaction='/rules/preview']").click()
    sign_in(visitor)
    pressed = marked(page, "/rules")

    assert page.input_value("[name=REVIVAL_LEAST_RATING]") == "93"
    assert "試" in pressed
    visitor.wrong.clear()


@pytest.mark.parametrize(("width", "language", "theme"), [(1440, "ja", "light"), (390, "en", "dark")])
def test_a_decision_of_one_button_is_offered_and_not_made(
    shop: Shop, visit: Visit, over: Callable[[], None], width: int, language: str, theme: str
) -> None:
    visitor = visit("seller001", width)
    visitor.look(language, theme)
    page = visitor.page
    visitor.open("/replacements")
    card = page.locator(".pick").nth(1)
    name = card.get_attribute("aria-label")
    before = states(shop)
    over()
    card.locator("[data-key=a]").click()
    sign_in(visitor)
    marked(page, "/replacements")
    keep_picture(page, f"unsent-{width}.png")
    fits = visitor.fits()

    assert page.locator("button.unsent").count() == 1
    assert page.locator(".pick:has(button.unsent)").get_attribute("aria-label") == name
    assert states(shop) == before
    assert fits
    visitor.wrong.clear()
    page.keyboard.press("Enter")
    expect(page.locator(f".pick[aria-label='{name}']")).to_have_count(0)


def test_chosen_rows_of_the_table_are_chosen_again(visit: Visit, over: Callable[[], None]) -> None:
    visitor = visit("seller001")
    page = visitor.page
    visitor.open("/listings?q=MX-01&sort=sku")
    boxes = page.locator("[name=listing]")
    for at in (1, 3):
        boxes.nth(at).check()
    chosen = [boxes.nth(at).input_value() for at in (1, 3)]
    over()
    page.locator("[name=action][value=stop_watching]").click()
    sign_in(visitor)
    marked(page, "/listings?q=MX-01&sort=sku")

    assert [box.input_value() for box in page.locator("[name=listing]:checked").all()] == chosen
    visitor.wrong.clear()
    page.keyboard.press("Enter")
    expect(page.locator(".big .num")).to_have_text("2")


@pytest.mark.parametrize("everything", [False, True])
def test_the_preview_of_an_action_comes_back_with_what_was_chosen(
    shop: Shop, visit: Visit, over: Callable[[], None], *, everything: bool
) -> None:
    visitor = visit("seller001")
    page = visitor.page
    visitor.open("/listings?q=MX-01&sort=sku")
    page.locator("[name=listing]").first.check()
    if everything:
        page.locator("[name=everything]").check()
    page.locator("[name=action][value=stop_watching]").click()
    before = page.locator(".big").inner_text()
    events = audited(shop)
    over()
    page.locator("form[action='/listings/apply'] button").click()
    sign_in(visitor)
    marked(page, "/listings/preview")

    assert page.locator(".big").inner_text() == before
    expect(page.locator(".note").first).to_contain_text("まだ実行されていません")
    assert audited(shop) == events
    visitor.wrong.clear()
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile(r"/listings\?q=MX-01&sort=sku$"))
    assert audited(shop) > events


def test_replacements_that_match_come_back_with_their_filter(
    shop: Shop, visit: Visit, over: Callable[[], None]
) -> None:
    visitor = visit("seller001")
    page = visitor.page
    path = "/replacements/all?alike=30&decision=approve"
    visitor.open(path)
    before = states(shop)
    over()
    page.locator("form[action='/replacements/all'] button").click()
    sign_in(visitor)
    pressed = marked(page, path)

    assert "承認" in pressed
    assert states(shop) == before
    visitor.wrong.clear()


def test_nobody_is_taken_away_from_what_is_typed_by_a_part_that_asks_by_itself(
    visit: Visit, over: Callable[[], None]
) -> None:
    """An operator types how many workers, whose effect is told meanwhile."""
    visitor = visit("operator")
    page = visitor.page
    visitor.open("/pools/INVCHK_YAHOO_WORKER")
    over()
    page.fill("[name=high]", "7")
    expect(page.locator(".toast")).to_contain_text("有効期限が切れました")
    page.fill("[name=note]", "セール「秋」のため")
    page.click("form[action='/pools/INVCHK_YAHOO_WORKER'] button.primary")
    sign_in(visitor, "operator")
    marked(page, "/pools/INVCHK_YAHOO_WORKER")

    assert (page.input_value("[name=high]"), page.input_value("[name=note]")) == ("7", "セール「秋」のため")
    visitor.wrong.clear()


def test_a_form_that_its_page_has_no_more_is_offered_by_a_button(
    shop: Shop, visit: Visit, over: Callable[[], None]
) -> None:
    visitor = visit("seller001")
    page = visitor.page
    visitor.open("/replacements")
    over()
    engine = create(shop.database)
    with engine.begin() as connection:
        decided = {"state": "approved", "decided_by": "hanako", "decided_at": tables.revivals.c.at}
        connection.execute(update(tables.revivals).values(decided))
    engine.dispose()
    page.locator(".pick [data-key=r]").first.click()
    sign_in(visitor)
    page.locator("main form[data-page] button:focus").wait_for()

    expect(page.locator("h1")).to_have_text("入力した内容の送信")
    assert states(shop) == {"approved": 3}
    visitor.wrong.clear()
