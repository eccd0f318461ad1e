"""docs/security: every claim of the list names a test that exists, and the page's numbers match the code."""

import ast
import csv
import re
from datetime import timedelta
from functools import cache
from pathlib import Path

import pytest

from mercarich_marketplace.image_header import MOST_SCANS
from mercarich_web import __main__ as web
from mercarich_web.identity import allowances, codes, devices, passwords, people, tries
from mercarich_web.jobs import desk as jobs
from mercarich_web.jobs import room
from mercarich_web.settings import PagesSettings
from mercarich_web.site import app, protection, shares

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs/security/README.md"
WEB = ROOT / "services/web/src/mercarich_web"
STATES = {"met", "not applicable", "gap"}
ID = re.compile(r"(1[0-7]|[1-9])\.\d{1,2}\.\d{1,2}")


@cache
def requirements() -> list[dict[str, str]]:
    with (ROOT / "docs/security/asvs.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@cache
def functions_in(path: Path) -> frozenset[str]:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    return frozenset(node.name for node in tree.body if isinstance(node, ast.FunctionDef))


def missing(named: str) -> list[str]:
    """Return those of the tests, named as path::name, that do not exist."""
    found = []
    for one in named.split():
        path, _, name = one.partition("::")
        file = ROOT / path
        if not (
            path.startswith("tests/") and name.startswith("test_") and file.is_file() and name in functions_in(file)
        ):
            found.append(one)
    return found


def test_every_requirement_of_levels_one_and_two_is_there_once() -> None:
    ids = [row["id"] for row in requirements()]
    levels = [row["level"] for row in requirements()]

    assert [one for one in ids if not ID.fullmatch(one)] == []
    assert len(ids) == len(set(ids))
    assert (levels.count("1"), levels.count("2")) == (70, 183)
    assert ids == sorted(ids, key=lambda one: [int(part) for part in one.split(".")])


def test_what_is_met_names_tests_that_exist_and_the_rest_its_reason() -> None:
    for row in requirements():
        assert row["state"] in STATES, row["id"]
        if row["state"] == "met":
            assert row["tests"], row["id"]
            assert missing(row["tests"]) == [], row["id"]
        else:
            assert row["reason"].strip(), row["id"]
            assert not row["tests"], row["id"]


def test_a_test_that_is_not_there_is_found() -> None:
    here = "tests/unit/test_asvs.py"

    assert missing(f"{here}::test_a_test_that_is_not_there_is_found") == []
    assert missing(f"{here}::test_nobody_wrote tests/nowhere.py::test_x {here}::missing") != []


def test_the_page_names_the_limits_that_hold() -> None:
    page = " ".join(PAGE.read_text(encoding="utf-8").split())
    promised = [
        f"{people.SHORTEST} to {people.LONGEST} characters",
        f"argon2id, {passwords.MEMORY_KIB // 1024} MiB",
        f"{tries.FREE_TRIES} tries are free, and {tries.FREE_TRIES_OF_A_NETWORK} of a network",
        f"up to {tries.LONGEST_WAIT // timedelta(minutes=1)} minutes",
        f"forgotten after {tries.FORGOTTEN_AFTER // timedelta(hours=1)} hour",
        f"{tries.CROWD} failures of a name",
        f"within {devices.KNOWN_FOR // timedelta(days=1)} days",
        f"one of {codes.RECOVERY_CODES} recovery codes",
        f"within {codes.HALF_FOR // timedelta(minutes=1)} minutes of the password",
        f"{PagesSettings().api_calls_a_minute} calls a minute of a key, {'twice' * (allowances.OF_A_SELLER == 2)} that",
        f"within {people.INVITED_FOR // timedelta(days=1)} days",
        f"after {people.IDLE // timedelta(hours=1)} hours at rest",
        f"and after {people.ABSOLUTE // timedelta(hours=1)} hours",
        f"the password of the last {people.FRESH // timedelta(minutes=1)} minutes",
        f"{app.MOST_BYTES:,} bytes, {protection.PIECE_SECONDS:.0f} s for its next piece",
        f"and {protection.BODY_SECONDS:.0f} s in all",
        f"{jobs.MOST_BYTES // 10**6} MB, all rows or none",
        f"{room.FILES_AN_HOUR} an hour; {room.MOST_KEPT // 10**6} MB kept",
        f"3 MB, 12 megapixels, {MOST_SCANS} scans",
        f"{web.MOST_OF_A_NETWORK} connections where no trusted proxy stands before the pages, and"
        f" {shares.REQUESTS_OF_A_NETWORK} requests",
        f"{shares.LARGE_BODIES_OF_A_NETWORK} bodies of more than {protection.LARGE_BYTES:,} bytes,"
        f" {shares.LARGE_BODIES} of all networks",
        f"{shares.HASHES_OF_A_NETWORK} passwords that are hashed or wait for it,"
        f" {shares.HASHES_WAITING} of all networks; {passwords.AT_ONCE} are hashed at once",
        f"{shares.STREAMS_OF_A_SESSION} streams of events, {shares.STREAMS_OF_A_PERSON} of all sessions of a person",
        f"{shares.DOWNLOADS_OF_A_SELLER} downloads",
    ]

    assert [one for one in promised if one not in page] == []


def test_no_code_is_made_of_text() -> None:
    calls, modules = set(), set()
    for file in [*ROOT.glob("services/*/src/**/*.py"), *ROOT.glob("libs/*/src/**/*.py")]:
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
                calls.add(node.func.id)
            if isinstance(node, ast.Import):
                modules |= {alias.name for alias in node.names}
            if isinstance(node, ast.ImportFrom):
                modules.add(node.module or "")

    assert len(calls) > 100
    assert calls & {"eval", "exec", "compile", "__import__"} == set()
    assert modules & {"pickle", "marshal", "shelve", "yaml", "dill"} == set()


def test_secrets_come_from_the_systems_chance() -> None:
    of_web = [
        file for file in WEB.rglob("*.py") if re.search(r"^(import|from) random\b", file.read_text("utf-8"), re.M)
    ]
    lengths = re.findall(r"token_urlsafe\((\d*)\)", "".join(file.read_text("utf-8") for file in WEB.rglob("*.py")))

    assert of_web == []
    assert len(lengths) >= 3
    assert min(int(length or 0) for length in lengths) >= 16, "128 bits"


def test_password_fields_are_masked_and_take_what_is_pasted() -> None:
    pages = "".join(file.read_text("utf-8") for file in (WEB / "templates").rglob("*.html"))
    fields = re.findall(r'ui\.field\("(?:\w*password|old|new)".*?\) ?}}', pages, re.S)
    scripts = (WEB / "assets/app.js").read_text("utf-8")

    assert len(fields) >= 5
    assert [one for one in fields if 'type="password"' not in one or "autocomplete=" not in one] == []
    assert "paste" not in scripts
    assert "maxlength" not in "".join(fields)


@pytest.mark.parametrize("place", ["localStorage", "sessionStorage", "indexedDB", "document.cookie"])
def test_scripts_store_nothing_in_the_browser(place: str) -> None:
    ours = [file.name for file in (WEB / "assets").glob("*.js") if place in file.read_text("utf-8")]

    assert ours == []
    assert '"historyCacheSize": 0' in (WEB / "templates/document.html").read_text("utf-8"), "htmx would store pages"
