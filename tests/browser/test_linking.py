"""A seller links an Amazon account in a real browser, over the simulator's consent page and back."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser
from tests.browser.visitor import Visitor, keep_picture
from tests.integration.web.amazon_way import Way, amazon_at, way_to
from tests.integration.web.rows import Rows
from tests.integration.web.site import let_sign_in

from mercarich_db import schema
from mercarich_db.engine import create


@pytest.fixture
def way(tmp_path: Path) -> Iterator[Way]:
    url = f"sqlite:///{tmp_path / 'mercarich.db'}"
    engine = create(url)
    schema.upgrade(engine)
    let_sign_in(engine, Rows(engine).user("ann"))
    with amazon_at(tmp_path / "amazon.log") as amazon, way_to(amazon, url, engine, tmp_path / "feed.log") as found:
        yield found
    engine.dispose()


def test_from_the_button_over_amazon_and_back(chromium: Browser, way: Way) -> None:
    context = chromium.new_context(viewport={"width": 1440, "height": 900})
    visitor = Visitor(context.new_page(), way.site.origin)
    page = visitor.page
    visitor.look("ja", "light")
    visitor.sign_in("ann")
    visitor.open("/")
    page.click("a.todo[href='/amazon']")
    keep_picture(page, "amazon-unlinked-ja-light-1440.png", full_page=True)

    page.click("form[action='/amazon/link'] button")
    page.wait_for_url(f"{way.amazon}/**")
    page.select_option("select", index=1)
    page.click("button[value=confirm]")
    page.wait_for_url(f"{way.site.origin}/amazon?outcome=linked")

    assert "連携しました" in page.inner_text(".note.good")
    assert way.seed["sellers"][1]["seller_id"] in page.inner_text("main")
    assert "spapi_oauth_code" not in page.evaluate("document.referrer + location.href")
    keep_picture(page, "amazon-linked-ja-light-1440.png", full_page=True)
    assert [text for text in visitor.wrong if "Security Policy" in text] == []
    context.close()
