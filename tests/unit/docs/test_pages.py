"""docs/ can be read: tables have short cells, commands are all named, and links lead to the files of the site."""

import re
from importlib.metadata import entry_points
from pathlib import Path

import pytest
from tools.docs_site import rewritten

from mercarich_contracts.market import Marketplace
from mercarich_db.setting_definitions import DEFINITIONS

ROOT = Path(__file__).parents[3]
PAGES = sorted((ROOT / "docs").rglob("*.md"))
LINE = 105
"""Characters of a cell at most, as it is shown: about a line of print."""


def cells(markdown: str) -> list[str]:
    """Return the cells of all tables, as they are shown: links without addresses, code without its marks."""
    rows = [line.strip().strip("|") for line in markdown.splitlines() if line.startswith("|")]
    shown = [re.sub(r"\]\([^)]*\)", "]", cell).replace("`", "") for row in rows for cell in re.split(r"(?<!\\)\|", row)]
    return [cell.strip() for cell in shown]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_no_cell_of_a_table_is_longer_than_a_line(page: Path) -> None:
    assert [cell for cell in cells(page.read_text(encoding="utf-8")) if len(cell) > LINE] == []


def test_a_cell_is_measured_as_it_is_shown() -> None:
    assert cells("text\n| `a\\|b` | [c](https://example/a/long/address) |") == ["a\\|b", "[c]"]


def test_every_command_is_named() -> None:
    page = (ROOT / "docs/commands.md").read_text(encoding="utf-8")
    names = {command.name for command in entry_points(group="mercarich.commands")}
    kinds = {command.name for command in entry_points(group="mercarich.marketplace_commands")}
    names |= {f"{kind}_{site}" for kind in kinds for site in Marketplace}

    assert len(names) > 30
    assert [name for name in sorted(names) if not re.search(rf"`(mercarich )?{re.escape(name)}\b", page)] == []


def test_a_number_beside_a_setting_is_its_default() -> None:
    defaults = {key: definition.default for key, definition in DEFINITIONS.items()}
    told = [
        told for page in PAGES for told in re.findall(r"`([A-Z_]+)` \((\d[\d,.]*)\)", page.read_text(encoding="utf-8"))
    ]
    known = [(key, number) for key, number in told if key in defaults]

    assert len(known) > 10
    assert [(key, number) for key, number in known if float(number.replace(",", "")) != float(defaults[key])] == []


THERE = {"README.md", "runbook.md", "start/seller.md", "pages/home.png", "repository/CONTRIBUTING.md"}


@pytest.mark.parametrize(
    ("page", "written", "in_the_site"),
    [
        ("start/seller.md", "[a](../runbook.md#alerts)", "[a](../runbook.md#alerts)"),
        ("start/seller.md", "![a](../pages/home.png)", "![a](../pages/home.png)"),
        ("start/seller.md", "[a](../../CONTRIBUTING.md#x)", "[a](../repository/CONTRIBUTING.md#x)"),
        ("repository/CONTRIBUTING.md", "[a](docs/runbook.md)", "[a](../runbook.md)"),
        ("README.md", "[a](../Makefile) and [b](https://example.com)", "a and [b](https://example.com)"),
        ("README.md", "[a](#here)", "[a](#here)"),
    ],
)
def test_a_link_leads_to_where_its_file_is_in_the_site(page: str, written: str, in_the_site: str) -> None:
    assert rewritten(written, page, THERE) == in_the_site


def test_a_link_to_nowhere_stays_for_mkdocs_to_refuse(caplog: pytest.LogCaptureFixture) -> None:
    assert rewritten("[a](nowhere.md)", "README.md", THERE) == "[a](nowhere.md)"
    assert "not in the repository" in caplog.text
