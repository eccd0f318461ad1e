"""Rows C7 and O3: the page's text on the old system's command lines and services."""

from pathlib import Path

import pytest

from mercarich_web.workers.pools_kafka import POOLS

PAGE = (Path(__file__).resolve().parents[3] / "docs/from-the-original.md").read_text(encoding="utf-8")
SHELL = PAGE.partition("Lines of the shell")[2].partition("\n## ")[0]
ROWS = [line.strip("| ").split(" | ") for line in SHELL.splitlines() if line.startswith("| ")]


def test_c7_the_old_redirection_is_told_and_why_it_wrote_nothing() -> None:
    [(_, told)] = [row for row in ROWS if row[0] == "`cmd & >> log 2>&1`"]

    assert "ends the command at `&`" in told


@pytest.mark.parametrize(
    ("old", "pools"),
    [
        ("asyncworkers", {"jobs-search", "jobs-import"}),
        ("invchkworkers", {"checker-yahoo", "checker-mercari", "updater-yahoo", "updater-mercari"}),
    ],
)
def test_o3_each_old_service_names_its_pools_and_they_are_there(old: str, pools: set[str]) -> None:
    [(_, told)] = [row for row in ROWS if old in row[0] and "systemctl" in row[0]]
    named = {pool for pool in POOLS if f"`{pool}`" in told or f"`{pool.partition('-')[0]}-…`" in told}

    assert named == pools


@pytest.mark.parametrize("old", ["nginx", "uwsgi", "crond"])
def test_o3_what_was_restarted_beside_them_has_its_row(old: str) -> None:
    assert [row for row in ROWS if old in row[0]]
