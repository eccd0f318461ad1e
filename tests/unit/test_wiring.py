"""What comes into a service is wired: nothing else would say that a handler or tick never runs."""

import ast
from pathlib import Path

import pytest

PACKAGES = sorted(handlers.parent for handlers in (Path(__file__).parents[2] / "services").glob("*/src/*/handlers.py"))


def test_services_have_handlers() -> None:
    assert {package.name for package in PACKAGES} >= {"mercarich_checker", "mercarich_feed", "mercarich_updater"}


@pytest.mark.parametrize("package", PACKAGES, ids=lambda package: package.name)
def test_every_handler_and_tick_is_named_in_a_bootstrap(package: Path) -> None:
    defined = {
        node.name
        for node in ast.parse((package / "handlers.py").read_text(encoding="utf-8")).body
        if isinstance(node, ast.ClassDef) and not node.name.startswith("_") and not _is_protocol(node)
    }
    named = {
        node.id
        for file in package.rglob("bootstrap*.py")
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8")))
        if isinstance(node, ast.Name)
    }

    assert defined - named == set(), f"wire these in a bootstrap of {package.name}"


def _is_protocol(node: ast.ClassDef) -> bool:
    return any(isinstance(base, ast.Name) and base.id == "Protocol" for base in node.bases)
