"""A process of web loads only what it runs: no mail sender in the pages, no page in a worker."""

import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

FRAME = ("site.app", "site.rendering", "site.visits", "api.", "openapi", "words", "docs_page", "home.")
"""Packages that only the pages use."""
PROCESSES = {
    "bootstrap": (
        "jobs.worker",
        "jobs.import_steps",
        "jobs.search_steps",
        "jobs.slices",
        "jobs.markets_http",
        "pictures.keeping",
        "pictures.sources_http",
        "notices.worker",
        "notices.keeping",
        "notices.mail_smtp",
        "notices.webhooks_http",
        "notices.calls_http",
        "notices.chats.sending_http",
        "notices.letters",
        "housekeeping.prune",
        "housekeeping.delete_old_items",
        "migration.",
        "console.",
    ),
    "jobs.worker": (*FRAME, "notices.", "accounts.", "sellers.", "overview.", "console.", "migration."),
    "notices.worker": (*FRAME, "jobs.", "accounts.", "listings.", "sellers.", "overview.", "console.", "migration."),
}
"""The root of each process, and modules or whole packages that it must not load."""
DRIVERS = {
    "bootstrap": {"smtplib"},
    "jobs.worker": {"smtplib", "fastapi", "jinja2", "argon2"},
    "notices.worker": {"fastapi", "jinja2", "kafka"},
}


@pytest.mark.parametrize("root", PROCESSES)
def test_a_process_loads_only_what_it_runs(root: str) -> None:
    loaded = _loaded(f"mercarich_web.{root}")
    own = {name.removeprefix("mercarich_web.") for name in loaded if name.startswith("mercarich_web.")}
    foreign = {name for name in own if any(f"{name}.".startswith(f"{no.rstrip('.')}.") for no in PROCESSES[root])}
    assert not foreign, f"{root} loads what another process runs: {sorted(foreign)}"
    assert not DRIVERS[root] & loaded


def test_a_help_page_loads_no_driver() -> None:
    with (Path(__file__).parents[3] / "services/web/pyproject.toml").open("rb") as file:
        commands = tomllib.load(file)["project"]["entry-points"]["mercarich.commands"]
    modules = sorted({place.partition(":")[0] for place in commands.values()})
    assert not {"sqlalchemy", "pymysql", "kafka", "fastapi"} & _loaded(*modules)


def _loaded(*modules: str) -> set[str]:
    """Return the modules of a new interpreter that has imported these."""
    code = f"import sys, {', '.join(modules)}; print(*sys.modules)"
    return set(subprocess.run([sys.executable, "-c", code], capture_output=True, check=True, text=True).stdout.split())
