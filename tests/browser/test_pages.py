"""Every page in a real browser: no error, nothing fetched from elsewhere, no overflow, and usable by keyboard."""

import os
import re
import time
from base64 import b32decode
from collections.abc import Callable
from pathlib import Path

import pytest
from fastapi.openapi.utils import get_openapi
from playwright.sync_api import expect
from tests.browser.conftest import Shop
from tests.browser.shop import PUT_BACK_AT
from tests.browser.visitor import Visitor, keep_picture

from mercarich_platform.settings import SharedSettings
from mercarich_web.bootstrap import build_pages
from mercarich_web.identity.codes import code_at
from mercarich_web.settings import PagesSettings

Visit = Callable[..., Visitor]

PAGES = {
    "seller001": {
        "home": "/",
        "listings": "/listings",
        "listing": "/listings/{story}",
        "source": "/listings/{story}/source",
        "edit": "/listings/{story}/edit",
        "creations": "/creations",
        "creation": "/creations/{draft}",
        "orders": "/orders",
        "profit": "/orders/profit",
        "replacements": "/replacements",
        "replacements-all": "/replacements/all",
        "jobs": "/jobs",
        "job-import": "/jobs/1",
        "watch-item": "/jobs/item?source=https://jp.mercari.com/item/m12345678901&title=Canon",
        "rules": "/rules",
        "account": "/account",
        "second-step": "/account/second-step",
        "authenticator": "/account/second-step/authenticator",
        "passkeys": "/account/second-step/passkeys",
        "keys": "/account/keys",
        "changes": f"/listings/changes?at={PUT_BACK_AT:%Y-%m-%dT%H:%M:%SZ}",
        "amazon": "/amazon",
        "offers": "/amazon/offers",
        "differences": "/differences",
        "notices": "/notices",
        "notice-ways": "/account/notices",
        "prove-mail": "/account/notices/prove/x",
        "confirm": "/confirm",
    },
    "operator": {
        "overview": "/",
        "runs": "/runs",
        "run": "/runs/1",
        "holds": "/holds",
        "hold": "/holds/1",
        "hold-of-prices": "/holds/2",
        "schedule": "/schedule",
        "markets": "/markets",
        "pools": "/pools",
        "pool": "/pools/INVCHK_YAHOO_WORKER",
        "sellers": "/sellers",
        "seller": "/sellers/1",
        "listing-of-seller": "/sellers/1/listings/{story}",
        "invite": "/sellers/invite",
        "tokens": "/tokens",
        "differences-of-all": "/differences",
        "dead-letters": "/dead-letters",
        "settings": "/settings",
        "setting": "/settings/BRAKE_SHARE",
        "notices-of-operators": "/notices",
        "audit": "/audit",
    },
}
STRANGERS = {"sign-in": "/sign-in", "join": "/join/welcome", "decide": "/decide/link-1"}
"""Pages for visitors who are not signed in."""
NO_PAGES = {
    *("/push-worker.js", "/manifest.webmanifest"),
    *("/healthz", "/readyz", "/assets/{name}", "/listings/{listing_id}/pictures/{slot}"),
    *("/replacements/{listing_id}/pictures/{revival_id}", "/orders/{item_id}/pictures/{source_id}"),
    "/decide/{token}/pictures/{which}",
    *(
        "/running",
        "/troubles",
        "/fortnight",
        "/differences/asked",
        "/amazon/offers/progress",
        "/creations/part",
        "/listings/changes/part",
        "/creations/{listing_id}/found",
        "/listings/{listing_id}/source/part",
        "/overview/pushes",
        "/overview/day",
        "/runs/heads",
        "/runs/{run_id}/progress",
        "/jobs/{job_id}/progress",
    ),
    *("/markets/{name}/proxy", "/markets/{name}/state", "/pools/queues", "/pools/{key}/preview", "/dead-letters/show"),
    "/sellers/{user_id}/listings",
    *("/listings/export.csv", "/amazon/offers/left.csv", "/jobs/{job_id}/problems.csv", "/jobs/{job_id}/to-mend.csv"),
    "/orders/profit.csv",
    "/jobs/template.csv",
    "/orders/{item_id}/cancellation.txt",
}
"""Parts of pages, files, and routes for machines."""
AFTER_A_PASSWORD = {"/sign-in/code", "/sign-in/code/passkey"}
"""These show one page that exists only between the two steps of signing in:
`test_the_code_is_asked_for_by_a_page_like_any_other`."""
LOOKS = [("ja", "light"), ("en", "dark")]
if os.environ.get("MERCARICH_ALL_LOOKS"):
    LOOKS += [("ja", "dark"), ("en", "light")]


@pytest.mark.parametrize("width", [1440, 375])
@pytest.mark.parametrize("username", PAGES)
def test_every_page_fits_in_both_languages_and_lights(visit: Visit, shop: Shop, username: str, width: int) -> None:
    visitor = visit(username, width)
    for language, theme in LOOKS:
        visitor.look(language, theme)
        for name, path in PAGES[username].items():
            visitor.open(path.format(**shop._asdict()))
            page = visitor.page
            assert page.locator("h1").count() == 1, name
            assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0, (name, language)
            keep_picture(page, f"{name}-{language}-{theme}-{width}.png", full_page=True)


@pytest.mark.parametrize("width", [1440, 375])
def test_the_pages_of_strangers_fit_too(stranger: Visit, width: int) -> None:
    visitor = stranger(width)
    for language, theme in LOOKS:
        visitor.look(language, theme)
        for name, path in STRANGERS.items():
            visitor.open(path)
            assert visitor.page.locator("h1").count() == 1, name
            assert visitor.page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0, (name, language)
            keep_picture(visitor.page, f"{name}-{language}-{theme}-{width}.png", full_page=True)


def test_the_code_is_asked_for_by_a_page_like_any_other(visit: Visit) -> None:
    visitor = visit("seller001", 375)
    visitor.open("/account/second-step")
    page = visitor.page
    secret = page.locator(".key").text_content() or ""
    page.fill("[name=code]", code_at(b32decode(secret + "=" * (-len(secret) % 8)), int(time.time()) // 30))
    page.keyboard.press("Enter")
    page.locator(".codes li").first.wait_for()
    keep_picture(page, "recovery-codes-ja-light-375.png", full_page=True)
    page.context.clear_cookies(name="mercarich")
    visitor.enter("seller001")
    page.wait_for_url("**/sign-in/code**")

    assert page.locator("h1").count() == 1
    assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0
    keep_picture(page, "code-ja-light-375.png", full_page=True)


def test_every_page_there_is_is_looked_at(tmp_path: Path) -> None:
    shared = SharedSettings.model_validate({"database_url": f"sqlite:///{tmp_path}/x.db", "data_dir": tmp_path})
    document = get_openapi(title="", version="", routes=build_pages(shared, PagesSettings()).routes)
    of_people = {path for path, ways in document["paths"].items() if "get" in ways and not path.startswith("/api/")}
    looked_at = {path.split("?")[0] for pages in [*PAGES.values(), STRANGERS] for path in pages.values()}

    missing = {
        path
        for path in of_people - NO_PAGES - AFTER_A_PASSWORD
        if not any(re.fullmatch(re.sub(r"{\w+}", "[^/]+", path), known) for known in looked_at)
    }

    assert missing == set(), "add them to PAGES, or tell in NO_PAGES that they are none"
    assert of_people >= NO_PAGES


def test_what_marketplaces_write_is_text(visit: Visit) -> None:
    visitor = visit("seller001")
    visitor.open("/listings?q=YA-EVIL")
    visitor.page.locator(".row-link").first.click()
    visitor.page.wait_for_selector("#why")

    assert visitor.page.locator("h1").inner_text().startswith("<script>alert(1)</script>")
    assert visitor.page.locator("main script, main img").count() == 0


def test_the_evidence_of_a_withdrawal_is_two_clicks_from_home(visit: Visit) -> None:
    page = visit("seller001").page
    page.click("a.figure[href='/listings?view=searching']")
    page.click(".row-link >> nth=0")

    assert "取り下げました" in page.inner_text("#why")
    assert "status=closed" in page.inner_text(".proof:visible >> nth=0")


def test_who_has_the_message_approves_without_signing_in(stranger: Visit) -> None:
    visitor = stranger(390)
    visitor.open("/decide/link-1")
    page = visitor.page
    page.locator(".compare-picture").last.evaluate("picture => picture.decode()")
    page.click("form[action$='/approve'] button")
    page.get_by_text("seller001さんが承認しました").wait_for()

    assert page.url.endswith("/decide/link-1")
    assert page.locator("form").count() == 0


@pytest.mark.parametrize(("width", "side_by_side"), [(1440, True), (375, False)])
def test_picture_source_and_offer_are_side_by_side_where_there_is_room(
    visit: Visit, shop: Shop, width: int, side_by_side: bool
) -> None:
    visitor = visit("seller001", width)
    visitor.open(f"/listings/{shop.story}")
    picture = visitor.page.locator(".pictures img").first
    picture.scroll_into_view_if_needed()
    picture.evaluate("picture => picture.decode()")
    parts = [visitor.page.locator(f".beside > {one}") for one in (".pictures", ":has(#source)", ":has(#offer)")]
    boxes = [part.bounding_box() for part in parts]
    places = [(round(box["x"]), round(box["y"])) for box in boxes if box is not None]
    keep_picture(visitor.page, f"why-beside-ja-light-{width}.png", full_page=True)

    assert len(places) == 3
    assert places == sorted(places, key=lambda place: place[0] if side_by_side else place[1])
    assert len({y if side_by_side else x for x, y in places}) == 1
    assert len({x if side_by_side else y for x, y in places}) == 3


def test_what_cannot_be_sourced_is_one_click_and_its_text_is_copied(visit: Visit) -> None:
    visitor = visit("seller001", 390)
    visitor.open("/orders")
    page = visitor.page
    page.context.grant_permissions(["clipboard-read", "clipboard-write"], origin=visitor.origin)
    card = page.locator(".card.order").first
    order, place = card.get_attribute("aria-label"), card.get_attribute("id")
    card.locator("button[value=cannot_be_sourced]").click()
    decided = page.locator(f".order.decided#{place}")
    decided.locator("[data-copy]").click()
    decided.get_by_text("コピーしました").wait_for()

    assert f"ご注文番号{order}の商品" in page.evaluate("navigator.clipboard.readText()")
    with page.expect_download() as download:
        decided.locator("a[download]").click()
    assert download.value.path().read_text().splitlines()[2].split("\t")[:2] == [order, "NoInventory"]


def test_a_replacement_is_approved_by_one_key(visit: Visit) -> None:
    visitor = visit("seller001")
    visitor.open("/replacements")
    page = visitor.page
    before = page.locator(".pick").count()
    page.keyboard.press("a")
    page.wait_for_selector(".toast")

    expect(page.locator(".pick")).to_have_count(before - 1)
    assert "承認しました" in page.inner_text(".toast")


@pytest.mark.parametrize("width", [1440, 375])
def test_a_replacement_is_approved_by_a_click_on_its_card(visit: Visit, width: int) -> None:
    visitor = visit("seller001", width)
    visitor.open("/replacements")
    page = visitor.page
    names = page.locator(".pick").evaluate_all("cards => cards.map(card => card.ariaLabel)")
    page.click(f".pick[aria-label='{names[0]}'] form[action*='/approve'] button")
    page.wait_for_selector(".toast")

    assert names[0] in page.inner_text(".toast")
    expect(page.locator(".pick")).to_have_count(len(names) - 1)


def test_keys_decide_on_the_card_that_one_is_in(visit: Visit) -> None:
    visitor = visit("seller001")
    visitor.open("/replacements")
    page = visitor.page
    names = page.locator(".pick").evaluate_all("cards => cards.map(card => card.ariaLabel)")
    for key in ("j", "j", "r"):
        page.keyboard.press(key)
    page.wait_for_selector(".toast")

    assert names[1] in page.inner_text(".toast")
    expect(page.locator(".pick")).to_have_count(len(names) - 1)


def test_the_search_is_a_key_away_and_narrows_the_table_while_one_types(visit: Visit) -> None:
    visitor = visit("seller001")
    visitor.open("/listings")
    page = visitor.page
    page.keyboard.press("/")
    page.keyboard.type("MX-007")
    page.locator(".row-link").nth(1).wait_for(state="detached")

    assert page.url.endswith("q=MX-007&market=&sort=newest")


def test_what_was_withdrawn_by_mistake_comes_back_by_the_button_of_the_message(visit: Visit) -> None:
    visitor = visit("seller001")
    visitor.open("/listings?view=on_sale&sort=sku_down")
    page = visitor.page
    page.locator("input[name=listing]").first.check()
    page.click("button[name=action][value=stop_watching]")
    keep_picture(page, "bulk-ja-light-1440.png", full_page=True)
    page.click("form[action='/listings/apply'] button")
    page.locator(".toast button").wait_for()
    keep_picture(page, "undo-ja-light-1440.png")
    page.click(".toast button")
    page.locator(".toast").wait_for()

    assert page.locator(".toast button").count() == 0


def test_rows_are_walked_by_j_and_k(visit: Visit) -> None:
    visitor = visit("seller001")
    visitor.open("/listings")
    page = visitor.page
    for key in ("j", "j", "k"):
        page.keyboard.press(key)
    assert page.evaluate("document.activeElement === document.querySelectorAll('.row-link')[0]")
    page.keyboard.press("Enter")
    page.wait_for_selector("#why")


def test_light_and_dark_and_the_language_are_switched_on_any_page(visit: Visit) -> None:
    visitor = visit("seller001")
    visitor.open("/rules")
    page = visitor.page
    page.click("button[name=theme][value=dark]")
    assert page.get_attribute("html", "data-theme") == "dark"
    page.click("button[name=language][value=en]")
    assert page.inner_text("h1") == "Rules"
    assert page.url.endswith("/rules")


def test_the_menu_opens_on_a_phone(visit: Visit) -> None:
    page = visit("seller001", 375).page
    assert not page.is_visible("#menu")
    page.click("[popovertarget=menu]")
    page.click("#menu a[href='/listings']")
    page.wait_for_url("**/listings")


def test_progress_comes_without_a_reload(visit: Visit) -> None:
    visitor = visit("seller001")
    visitor.open("/jobs/2")
    visitor.page.wait_for_selector("[data-stream] .big-progress")
    assert visitor.page.locator("[data-stream] progress").first.get_attribute("value") is not None
