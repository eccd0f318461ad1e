"""The keyboard is enough: Tab reaches every control on every page, visibly, and is never trapped."""

from collections.abc import Callable, Mapping

import pytest
from tests.browser.conftest import Shop
from tests.browser.test_pages import PAGES, STRANGERS
from tests.browser.visitor import Visitor

Visit = Callable[..., Visitor]

MARK = """() => {
  const usable = "a[href], button, input:not([type=hidden]), select, textarea, summary";
  const shown = one => one.checkVisibility({ visibilityProperty: true }) && !one.disabled && one.tabIndex >= 0;
  const seen = new Set();
  let count = 0;
  for (const one of document.querySelectorAll(usable)) {
    const group = one.type === "radio" ? one.name : null;
    if (!shown(one) || (group && seen.has(group))) continue;
    if (group) {
      seen.add(group);
      for (const other of document.getElementsByName(group)) other.dataset.stop = count;
    }
    one.dataset.stop = count++;
  }
  document.activeElement.blur();
  window.look = one => { const style = getComputedStyle(one); return style.outline + style.boxShadow; };
  for (const one of document.querySelectorAll("[data-stop]")) one.dataset.look = window.look(one);
  return count;
}"""
"""Number the elements that Tab must reach, and store how each looks; a group of radio buttons is one stop."""
WHERE = """() => {
  const one = document.activeElement;
  return { stop: one.dataset.stop ?? null, what: one.outerHTML.slice(0, 120),
           seen: window.look(one) !== one.dataset.look };
}"""


@pytest.mark.parametrize("username", PAGES)
def test_tab_reaches_everything_visibly(visit: Visit, shop: Shop, username: str) -> None:
    _walk(visit(username), {name: path.format(**shop._asdict()) for name, path in PAGES[username].items()})


def test_tab_reaches_everything_visibly_before_one_signs_in(stranger: Visit) -> None:
    _walk(stranger(), STRANGERS)


def _walk(visitor: Visitor, pages: Mapping[str, str]) -> None:
    wrong = []
    for name, path in pages.items():
        visitor.open(path)
        count = visitor.page.evaluate(MARK)
        reached = []
        for _ in range(count + 5):
            visitor.page.keyboard.press("Tab")
            reached.append(visitor.page.evaluate(WHERE))
            if len({one["stop"] for one in reached} - {None}) == count:
                break
        missed = set(map(str, range(count))) - {one["stop"] for one in reached}
        wrong += [f"{name}: not reached: {_what(visitor, stop)}" for stop in sorted(missed)]
        wrong += [f"{name}: not seen: {one['what']}" for one in reached if one["stop"] and not one["seen"]]

    assert "\n".join(wrong) == ""


def _what(visitor: Visitor, stop: str) -> str:
    found = visitor.page.locator(f"[data-stop='{stop}']").first.evaluate("one => one.outerHTML.slice(0, 120)")
    return str(found)
