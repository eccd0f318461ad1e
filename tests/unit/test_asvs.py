"""docs/security: every claim of the list names a test that exists, and the page's numbers match the code."""

import ast
import csv
import json
import logging
import re
from collections import Counter
from collections.abc import Iterable
from datetime import timedelta
from functools import cache
from pathlib import Path

import pytest
from pydantic import SecretStr
from tests.integration.web.test_tenants import ROUTES, For

from mercarich_db.tables import metadata
from mercarich_feed.settings import FeedSettings
from mercarich_marketplace.image_header import MOST_SCANS
from mercarich_platform.logging import configure
from mercarich_platform.settings import SharedSettings
from mercarich_web import __main__ as web
from mercarich_web.identity import allowances, codes, devices, passwords, people, tries
from mercarich_web.identity.keys import Scope
from mercarich_web.jobs import room, starting
from mercarich_web.settings import NoticesSettings, PagesSettings
from mercarich_web.site import app, protection, shares

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs/security/README.md"
WEB = ROOT / "services/web/src/mercarich_web"
STATES = {"met", "not applicable", "gap"}
A_HANDFUL = 4
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


def test_each_row_says_in_one_sentence_what_is_demanded() -> None:
    demands = {row["id"]: row["demand"] for row in requirements()}

    assert [one for one, demand in demands.items() if not re.fullmatch(r"[A-Z0-9].{15,130}[^.]\.", demand)] == []
    assert len(set(demands.values())) == len(demands)


def test_no_test_alone_stands_for_more_than_a_handful_of_rows() -> None:
    alone = Counter(row["tests"] for row in requirements() if len(row["tests"].split()) == 1)

    assert {test: rows for test, rows in alone.items() if rows > A_HANDFUL} == {}


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


def section(heading: str) -> str:
    """Return what the page says below a heading, up to the next one."""
    _, found, rest = PAGE.read_text(encoding="utf-8").partition(f"# {heading}\n")
    assert found, heading
    return rest.partition("\n#")[0]


def missing_from(told: str, promised: Iterable[str]) -> list[str]:
    on_one_line = " ".join(told.split())
    return [one for one in promised if one not in on_one_line]


def first_cells(told: str) -> set[str]:
    """Return what the first cells of rows name, in backticks."""
    cells = re.findall(r"^\| (`[^|]+) \|", told, re.MULTILINE)
    return {name for cell in cells for name in re.findall(r"`([^`]+)`", cell)}


def test_the_page_names_the_ways_in_and_how_long_they_are_good() -> None:
    promised = [
        f"{people.SHORTEST} to {people.LONGEST} characters",
        f"argon2id, {passwords.MEMORY_KIB // 1024} MiB",
        f"one of {codes.RECOVERY_CODES} recovery codes",
        f"within {codes.HALF_FOR // timedelta(minutes=1)} minutes of the password",
        f"{PagesSettings().api_calls_a_minute} calls a minute of a key, {'twice' * (allowances.OF_A_SELLER == 2)} that",
        f"within {people.INVITED_FOR // timedelta(days=1)} days",
        f"the password of the last {people.FRESH // timedelta(minutes=1)} minutes",
    ]

    assert missing_from(section("Who gets in, and how"), promised) == []


def test_the_page_names_the_ends_of_a_session() -> None:
    promised = [
        f"after {people.IDLE // timedelta(hours=1)} hours at rest",
        f"and after {people.ABSOLUTE // timedelta(hours=1)} hours",
    ]

    assert missing_from(section("Who gets in, and how"), promised) == []


def test_the_page_names_the_words_that_no_password_may_have() -> None:
    told = " ".join(section("Who gets in, and how").split())
    [word] = re.findall(r"passwords with the person's name or `([^`]+)` in them", told)

    for named in (word, "ann-marie"):
        with pytest.raises(people.WeakPassword) as refusal:
            people.check_password(f"blue {named} teapot", "ann-marie")
        assert refusal.value.rule is people.Rule.NAMED


def test_the_page_names_how_guessing_slows_down() -> None:
    promised = [
        f"{tries.FREE_TRIES} tries are free, and {tries.FREE_TRIES_OF_A_NETWORK} of a network",
        f"up to {tries.LONGEST_WAIT // timedelta(minutes=1)} minutes",
        f"forgotten after {tries.FORGOTTEN_AFTER // timedelta(hours=1)} hour",
        f"{tries.CROWD} failures of a name",
        f"within {devices.KNOWN_FOR // timedelta(days=1)} days",
    ]

    assert missing_from(section("Guessing"), promised) == []


def test_the_page_names_what_may_come_in() -> None:
    promised = [
        f"{app.MOST_BYTES:,} bytes, {protection.PIECE_SECONDS:.0f} s for its next piece",
        f"and {protection.BODY_SECONDS:.0f} s in all",
        f"{starting.MOST_BYTES // 10**6} MB, all rows or the right ones",
        f"{room.FILES_AN_HOUR} an hour; {room.MOST_KEPT // 10**6} MB kept",
        f"3 MB, 12 megapixels, {MOST_SCANS} scans",
    ]

    assert missing_from(section("What comes in"), promised) == []


def test_the_page_names_the_shares_of_what_is_costly() -> None:
    promised = [
        f"{web.MOST_OF_A_NETWORK} connections where no trusted proxy stands before the pages, and"
        f" {shares.REQUESTS_OF_A_NETWORK} requests",
        f"{shares.LARGE_BODIES_OF_A_NETWORK} bodies of more than {protection.LARGE_BYTES:,} bytes,"
        f" {shares.LARGE_BODIES} of all networks",
        f"{shares.HASHES_OF_A_NETWORK} passwords that are hashed or wait for it,"
        f" {shares.HASHES_WAITING} of all networks; {passwords.AT_ONCE} are hashed at once",
        f"{shares.STREAMS_OF_A_SESSION} streams of events, {shares.STREAMS_OF_A_PERSON} of all sessions of a person",
        f"{shares.DOWNLOADS_OF_A_SELLER} downloads",
    ]

    assert missing_from(section("Fair shares"), promised) == []


CALLED = {
    For.ANYBODY: "anybody",
    For.SIGNED: "everybody signed in",
    For.SELLER: "a seller",
    For.OWNER: "a seller",
    For.OPERATOR: "an operator",
    For.KEY: "a key of a seller",
}


def test_the_page_names_whom_each_route_serves() -> None:
    told = section("Who may do what")
    pages: dict[str, set[str]] = {}
    for who, cell in re.findall(r"^\| ([^|]+) \| ([^|]*`/[^|]*) \|$", told, re.MULTILINE):
        pages.setdefault(who, set()).update(re.findall(r"`(/[^`]*)`", cell))
    routes: dict[str, set[str]] = {}
    for (_, path), row in ROUTES.items():
        routes.setdefault(CALLED[row.whom], set()).add("/" + path.split("/")[1])

    assert pages == routes
    assert set(re.findall(r"`(\w+:\w+)`", told)) == set(Scope)


def test_the_page_names_the_columns_with_secrets_and_of_people() -> None:
    about = re.compile(
        r"(token|hash|secret|sealed|salt|password|username|actor|agent|mail_address|webhook_url|^address)$"
    )
    columns = {f"{table}.{one.name}" for table in metadata.tables.values() for one in table.c if about.search(one.name)}

    assert len(columns) > 15
    assert {name for name in first_cells(section("Secrets and personal data")) if "." in name} == columns


def test_the_page_names_the_keys_and_passwords_of_the_system() -> None:
    names = {
        f"{found['env_prefix']}{name}".upper()
        for kind in (SharedSettings, FeedSettings, NoticesSettings, PagesSettings)
        for name, one in kind.model_fields.items()
        for found in [kind.model_config]
        if one.annotation is SecretStr
    }
    declared = sum(
        len(re.findall(r"^    \w+: SecretStr = ", file.read_text(encoding="utf-8"), re.MULTILINE))
        for file in [*ROOT.glob("services/*/src/**/*.py"), *ROOT.glob("libs/*/src/**/*.py")]
    )

    assert len(names) == declared, "settings with secrets in another class"
    assert {name for name in first_cells(section("Secrets and personal data")) if "." not in name} == names


def test_the_page_names_what_each_entry_of_a_log_has(capsys: pytest.CaptureFixture[str]) -> None:
    root = logging.getLogger()
    before = (root.handlers[:], root.level)
    configure("test")
    try:
        root.info("told")
    finally:
        root.handlers[:], root.level = before[0], before[1]
    page = section("What is written down")
    line = " ".join(f"`{name}`" for name in json.loads(capsys.readouterr().out))
    entry = " ".join(f"`{one.name}`" for one in metadata.tables["audit_log"].c if one.name != "id")

    assert f"| lines of processes | {line}, fields of the event |" in page
    assert f"| `audit_log` | {entry} |" in page
    assert "`KEEP_AUDIT_DAYS`" in page, "its number is compared by tests/unit/docs"


def test_password_fields_are_masked_and_take_what_is_pasted() -> None:
    pages = "".join(file.read_text("utf-8") for file in (WEB / "templates").rglob("*.html"))
    fields = re.findall(r'ui\.field\("(?:\w*password|old|new)".*?\) ?}}', pages, re.S)
    scripts = (WEB / "assets/app.js").read_text("utf-8")

    assert len(fields) >= 5
    assert [one for one in fields if 'type="password"' not in one or "autocomplete=" not in one] == []
    assert "paste" not in scripts
    assert "maxlength" not in "".join(fields)


def test_nobody_is_asked_for_a_hint_or_for_what_others_may_know() -> None:
    pages = "".join(file.read_text("utf-8") for file in (WEB / "templates/accounts").rglob("*.html"))
    fields = {*re.findall(r'(?:ui\.field\(| name=)"(\w+)"', pages)}
    columns = {one.name for name in ("logins", "users", "recovery_codes") for one in metadata.tables[name].c}

    assert fields >= {"username", "password", "code"}
    assert [one for one in fields | columns if re.search(r"hint|question|answer|birth|maiden", one)] == []


@pytest.mark.parametrize("place", ["localStorage", "sessionStorage", "indexedDB", "document.cookie"])
def test_scripts_store_nothing_in_the_browser(place: str) -> None:
    ours = [file.name for file in (WEB / "assets").glob("*.js") if place in file.read_text("utf-8")]

    assert ours == []
    assert '"historyCacheSize": 0' in (WEB / "templates/document.html").read_text("utf-8"), "htmx would store pages"
