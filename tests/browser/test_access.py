"""Every page is accessible: axe-core finds nothing serious, light and dark, wide and on a phone."""

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser
from tests.browser import axe
from tests.browser.conftest import Shop
from tests.browser.test_pages import PAGES, STRANGERS
from tests.browser.visitor import Visitor

SERIOUS = ("serious", "critical")


@pytest.fixture(scope="session")
def script() -> str:
    try:
        return axe.source()
    except axe.NoNpm as error:
        pytest.skip(str(error))


@pytest.fixture(params=[(1280, "light"), (1280, "dark"), (375, "dark")], ids=str)
def visitor(request: pytest.FixtureRequest, chromium: Browser, shop: Shop) -> Iterator[Visitor]:
    """In a browser that allows the test's script in the pages."""
    width, theme = request.param
    context = chromium.new_context(bypass_csp=True, viewport={"width": width, "height": 900})
    visitor = Visitor(context.new_page(), shop.origin)
    visitor.look("en", theme)
    yield visitor
    context.close()


@pytest.mark.parametrize("username", PAGES)
def test_axe_finds_nothing_serious(visitor: Visitor, shop: Shop, script: str, username: str) -> None:
    found: dict[str, list[str]] = {}
    for name, path in STRANGERS.items():
        visitor.open(path)
        found[name] = _serious(visitor, script)
    visitor.sign_in(username)
    for name, path in PAGES[username].items():
        visitor.open(path.format(**shop._asdict()))
        found[name] = _serious(visitor, script)

    assert "\n".join(f"{name}: {rule}" for name, rules in found.items() for rule in rules) == ""


def _serious(visitor: Visitor, script: str) -> list[str]:
    visitor.page.add_script_tag(content=script)
    result: dict[str, Any] = visitor.page.evaluate("axe.run()")
    return [
        f"{rule['id']}: {node['html'][:160]} {node['failureSummary'][:200]}"
        for rule in result["violations"]
        if rule["impact"] in SERIOUS
        for node in rule["nodes"][:3]
    ]
