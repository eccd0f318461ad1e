"""What a field of *Your password again* may hold: the form that was not taken, and never another site's address."""

import json
import re
from pathlib import Path

import pytest

import mercarich_web
from mercarich_web.site.unsent import SECRET, Unsent, unpacked


def test_a_form_is_unpacked_as_it_was_packed() -> None:
    kept = Unsent("/pools/X", (("low", "2"), ("note", 'セール "秋"'), ("low", "3")), 7)

    assert unpacked(kept.packed()) == kept


@pytest.mark.parametrize(
    "text",
    [
        "",
        "x",
        "[]",
        "[1]",
        "1",
        '["/a", 1]',
        '["/a", [1]]',
        '["/a", [["x"]]]',
        '["/a", [["x", "y"]]]',
        '["/a", [], "x"]',
        "null",
        "[" * 60_000,
        '["/a", [["a", "b"]], Infinity]',
        '["/a", [["a", "\\ud800"]], 7]',
    ],
)
def test_any_other_text_is_no_form(text: str) -> None:
    assert unpacked(text) is None


@pytest.mark.parametrize("action", ["https://evil.example/x", "//evil.example", "/\\evil.example", "javascript:x"])
def test_a_form_leads_to_no_other_site(action: str) -> None:
    kept = unpacked(json.dumps([action, [["a", "b"]], 7]))

    assert kept is None or kept.action == "/"


def test_every_field_for_a_password_is_secret() -> None:
    """Whoever adds a field that the browser hides names it among those that no page shows again."""
    fields = [
        field
        for page in (Path(mercarich_web.__file__).parent / "templates").rglob("*.html")
        for field in re.findall(r'ui\.field\("(\w+)"[^}]*type="password"', page.read_text(encoding="utf-8"))
        + re.findall(r'<input[^>]* name="(\w+)" type="password"', page.read_text(encoding="utf-8"))
    ]

    assert len(fields) >= 6
    assert set(fields) <= SECRET
