"""Every page can be used by everybody: axe-core finds nothing serious, light and dark."""

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser
from tests.browser import axe
from tests.browser.conftest import Shop, Visitor
from tests.browser.test_pages import PAGES

SERIOUS = ("serious", "critical")


@pytest.fixture(scope="session")
def script() -> str:
    try:
        return axe.source()
    except axe.NoNpm as error:
        pytest.skip(str(error))


@pytest.fixture
def visitor(chromium: Browser, shop: Shop) -> Iterator[Visitor]:
    """In a browser that lets a test's script into the pages."""
    context = chromium.new_context(bypass_csp=True, viewport={"width": 1280, "height": 900})
    yield Visitor(context.new_page(), shop.origin)
    context.close()


@pytest.mark.parametrize("username", PAGES)
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_axe_finds_nothing_serious(visitor: Visitor, shop: Shop, script: str, username: str, theme: str) -> None:
    visitor.look("en", theme)
    visitor.open("/sign-in")
    found = {"sign-in": _serious(visitor, script)}
    visitor.sign_in(username)
    for name, path in PAGES[username].items():
        visitor.open(path.format(story=shop.story))
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
