"""Every handler and tick of a service is wired: nothing else would notice that one never runs."""

import ast
from pathlib import Path

import pytest

SERVICES = Path(__file__).parents[2] / "services"
HANDLERS = sorted(SERVICES.glob("*/src/**/handlers.py"))
ROOTS = ("bootstrap*.py", "worker.py")
"""The modules that wire a process, in the folder of its handlers."""


def test_services_have_handlers() -> None:
    folders = {handlers.parent.name for handlers in HANDLERS}
    assert folders >= {"mercarich_checker", "mercarich_feed", "mercarich_updater", "jobs"}


@pytest.mark.parametrize("handlers", HANDLERS, ids=lambda handlers: handlers.parent.name)
def test_every_handler_and_tick_is_named_where_its_process_is_wired(handlers: Path) -> None:
    folder = handlers.parent
    defined = {
        node.name
        for node in ast.parse(handlers.read_text(encoding="utf-8")).body
        if isinstance(node, ast.ClassDef) and not node.name.startswith("_") and not _is_protocol(node)
    }
    named = {
        node.id
        for pattern in ROOTS
        for file in folder.glob(pattern)
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8")))
        if isinstance(node, ast.Name)
    }

    assert defined - named == set(), f"wire these in {folder.name}: {ROOTS}"


def _is_protocol(node: ast.ClassDef) -> bool:
    return any(isinstance(base, ast.Name) and base.id == "Protocol" for base in node.bases)
