"""No service writes a kind of event that is not in the contract, so that `mercarich explain` has words for it."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]
WRITERS = sorted(
    path
    for folder in ("services", "local", "libs")
    for path in (ROOT / folder).glob("**/src/**/*.py")
    if any(sign in path.read_text(encoding="utf-8") for sign in ("insert(listing_events)", "mercarich_listings.event"))
)
"""Modules that write rows of the history, or create the events that `mercarich_listings.store` writes."""


def _package(path: Path) -> str:
    parts = path.relative_to(ROOT).parts
    return parts[parts.index("src") + 1]


def _kinds(tree: ast.AST) -> Iterator[ast.expr]:
    """Return the values of `kind` in the rows of a module."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Dict):
            for key, value in zip(node.keys, node.values, strict=True):
                if isinstance(key, ast.Constant) and key.value == "kind":
                    yield value
        elif isinstance(node, ast.keyword) and node.arg == "kind":
            yield node.value


def test_the_writers_are_found() -> None:
    assert {_package(path) for path in WRITERS} == {
        "mercarich_checker",
        "mercarich_feed",
        "mercarich_listings",
        "mercarich_local",
        "mercarich_updater",
        "mercarich_web",
    }


@pytest.mark.parametrize("path", WRITERS, ids=lambda path: f"{_package(path)}.{path.stem}")
def test_kinds_are_never_texts(path: Path) -> None:
    texts = [node.value for node in _kinds(ast.parse(path.read_bytes())) if isinstance(node, ast.Constant)]

    assert texts == []
