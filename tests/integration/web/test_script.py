"""The installed script, one process per command, as a person, a CronJob or a probe starts it."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
from tests.integration.web.conftest import Mercarich
from tests.integration.web.rows import Rows

COMMANDS = [
    ("status",),
    ("run", "list"),
    ("run", "show", "1"),
    ("explain", "SKU-1"),
    ("queue", "info"),
    ("hold", "list"),
    ("hold", "release", "1"),
]


@pytest.fixture
def filled(mercarich: Mercarich, rows: Rows) -> Mercarich:
    rows.hold(rows.run(1))
    rows.listing(rows.user("hanako"), rows.source("x1"), "SKU-1")
    return mercarich


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_a_command_prints_a_page_and_the_same_as_json(filled: Mercarich, command: tuple[str, ...]) -> None:
    page = filled.process(*command)
    as_json = filled.process(*command, "--json")

    assert (page.returncode, page.stderr, as_json.returncode, as_json.stderr) == (0, "", 0, "")
    assert page.stdout.strip()
    assert "\x1b" not in page.stdout
    assert isinstance(json.loads(as_json.stdout), dict)


def test_the_help_names_every_command_with_a_sentence() -> None:
    done = Mercarich().process("--help")

    lines = {line.split()[0]: line.split(maxsplit=1)[1] for line in done.stdout.splitlines() if line.startswith("  ")}
    for command in ("status", "run", "explain", "queue", "hold"):
        assert lines[command].endswith(".")


def test_a_reader_that_goes_away_early_is_no_failure(filled: Mercarich) -> None:
    script = Path(sys.executable).with_name("mercarich")

    done = subprocess.run(
        ["bash", "-o", "pipefail", "-c", f"{script} status --json | head -c 1"],
        env=filled.environment,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )

    assert (done.stdout, "Traceback" in done.stderr) == ("{", False)
