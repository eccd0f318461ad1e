"""docs/settings.md, and what each setting and variable must say of itself."""

from itertools import chain

import pytest
from tools.settings_page import PAGE, groups, page
from tools.variables import ROOT, Entry, constants, read_by_name, variables

from mercarich_db.setting_definitions import DEFINITIONS
from mercarich_mercari_proxy.settings import MercariProxySettings
from mercarich_yahoo_proxy.settings import YahooProxySettings

LONGEST_CELL = 60
SETTINGS_READERS = tuple(f"libs/platform/src/mercarich_platform/{name}.py" for name in ("settings", "proxy_urls"))
"""They read variables of any settings class by name: to tell a wrong value, and to find the proxies' addresses."""
ENTRIES = [*chain.from_iterable(groups().values()), *chain.from_iterable(variables().values())]


def test_the_page_is_the_one_that_the_definitions_give() -> None:
    assert PAGE.read_text() == page(), "run: python -m tools.settings_page"


@pytest.mark.parametrize("entry", ENTRIES, ids=lambda entry: entry.name)
def test_each_says_its_unit_why_its_default_and_what_happens_at_nothing(entry: Entry) -> None:
    assert entry.lacks == ()


def test_every_setting_is_there_once_and_every_variable() -> None:
    told = [entry.name for entries in groups().values() for entry in entries]
    assert sorted(told) == sorted(DEFINITIONS)
    names = [entry.name for entries in variables().values() for entry in entries]
    assert len(set(names)) == len(names)
    assert {"MERCARICH_DATABASE_URL", "YAHOO_PROXY_RATE_PER_SECOND", "FEED_PUSHERS", "PAGES_KEY", "SERVER"} <= set(
        names
    )


def test_a_variable_that_no_settings_class_reads_is_a_constant_with_its_text() -> None:
    known = constants()
    found = [(str(path.relative_to(ROOT)), line, name) for path, line, name in read_by_name()]
    assert found
    assert [one for one in found if one[2] not in known and one[0] not in SETTINGS_READERS] == []


def test_the_rate_of_each_proxy_is_told() -> None:
    [said] = {entry.zero for entry in ENTRIES if entry.name.endswith("_PROXY_RATE_PER_SECOND")}
    assert f"{YahooProxySettings.polite_rate:g} (Yahoo! Auctions)" in said
    assert f"{MercariProxySettings.polite_rate:g} (Mercari)" in said


def test_a_value_without_bounds_is_told_by_its_type() -> None:
    allowed = {entry.name: entry.allowed for entry in ENTRIES}
    assert allowed["FEED_SPAPI_URL"] == "any text"
    assert allowed["FEED_ENCRYPTION_KEY_FILE"] == "a path"
    assert allowed["FEED_LWA_SECRET_CREATED"].startswith("a day")


def test_what_a_definition_does_not_say_is_named() -> None:
    silent = Entry("X", "1", "0 to 1", "", "", "", "", can_be_nothing=True, is_number=True)
    assert silent.lacks == ("meaning", "unit", "why", "zero")
    text = Entry(
        "X", "on", "on, off", "it is on", "", "nobody turned it off", "", can_be_nothing=False, is_number=False
    )
    assert text.lacks == ()


def test_cells_of_tables_are_short() -> None:
    rows = [line for line in PAGE.read_text().splitlines() if line.startswith("|")]
    assert [cell for row in rows for cell in row.split("|") if len(cell) > LONGEST_CELL] == []


def test_secrets_show_no_value() -> None:
    secrets = [entry for entry in ENTRIES if entry.allowed == "secret"]
    assert len(secrets) >= 6
    assert {entry.default for entry in secrets} <= {"", "simulated-secret"}
