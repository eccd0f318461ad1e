"""`mercarich settings list|get|set|history`: what can be changed, what is refused, and the messages."""

from datetime import UTC, datetime

import pytest
from sqlalchemy import Engine, insert, select
from tests.integration.web.conftest import Mercarich

from mercarich_db.engine import reading, run_tx
from mercarich_db.tables import settings, settings_history

FIRST_VALUES = {
    "BACKGROUND_SEARCH_WORKER": "16",
    "BACKGROUND_IMPORT_WORKER": "5",
    "INVCHK_YAHOO_WORKER": "5",
    "INVRES_YAHOO_WORKER": "2",
    "INVCHK_MERCARI_WORKER": "2",
    "INVRES_MERCARI_WORKER": "2",
    "FEED_WORKER": "2",
}


def test_every_pool_has_its_number_with_the_first_value_and_companions(mercarich: Mercarich) -> None:
    values = {each["key"]: each["value"] for each in mercarich.json("settings", "list")["settings"]}

    for key, value in FIRST_VALUES.items():
        assert (values[key], values[f"{key}_MIN"], values[f"{key}_MODE"]) == (value, "1", "auto")


def test_a_change_holds_and_is_remembered_with_its_author(mercarich: Mercarich, engine: Engine) -> None:
    assert mercarich.page("settings", "set", "INVCHK_YAHOO_WORKER", "6", "--by", "taro") == "INVCHK_YAHOO_WORKER is 6\n"
    mercarich.page("settings", "set", "INVCHK_YAHOO_WORKER", "8", "--by", "jiro")

    found = mercarich.json("settings", "get", "INVCHK_YAHOO_WORKER")
    assert (found["value"], found["default"], found["updated_by"], found["problem"]) == ("8", "5", "jiro", None)
    changes = mercarich.json("settings", "history", "INVCHK_YAHOO_WORKER")["changes"]
    assert [(c["value_before"], c["value_after"], c["by"]) for c in changes] == [
        ("6", "8", "jiro"),
        (None, "6", "taro"),
    ]
    assert "taro" in mercarich.page("settings", "history", "--limit", "5")
    with reading(engine) as connection:
        assert len(connection.execute(select(settings_history)).all()) == 2


@pytest.mark.parametrize(
    ("key", "value", "says"),
    [
        ("INVCHK_YAHOO_WORKER", "-1", "INVCHK_YAHOO_WORKER: expected a whole number from 1 to 500, not '-1'"),
        ("INVCHK_YAHOO_WORKER", "0", "expected a whole number from 1 to 500"),
        ("INVCHK_YAHOO_WORKER", "1000000", "expected a whole number from 1 to 500"),
        ("INVCHK_YAHOO_WORKER", "many", "expected a whole number from 1 to 500"),
        ("INVCHK_YAHOO_WORKER_MODE", "off", "expected one of auto, fixed, paused, not 'off'"),
        ("INVCHK_YAHOO_WORKER_MIN", "9", "9 is more than INVCHK_YAHOO_WORKER (5); raise that one first"),
    ],
)
def test_what_cannot_be_is_refused_with_a_sentence_and_nothing_changes(
    mercarich: Mercarich, engine: Engine, key: str, value: str, says: str
) -> None:
    done = mercarich("settings", "set", key, value)

    assert (done.returncode, done.stdout) == (2, "")
    assert says in done.stderr
    with reading(engine) as connection:
        assert connection.execute(select(settings)).all() == []


def test_a_number_below_its_minimum_is_refused(mercarich: Mercarich) -> None:
    mercarich.page("settings", "set", "INVCHK_YAHOO_WORKER_MIN", "4")

    done = mercarich("settings", "set", "INVCHK_YAHOO_WORKER", "3")

    assert done.returncode == 2
    assert "3 is less than INVCHK_YAHOO_WORKER_MIN (4); lower that one first" in done.stderr


@pytest.mark.parametrize("arguments", [("get", "NO_SUCH"), ("set", "NO_SUCH", "1"), ("history", "NO_SUCH")])
def test_a_setting_that_does_not_exist_is_named(mercarich: Mercarich, arguments: tuple[str, ...]) -> None:
    done = mercarich("settings", *arguments)

    assert done.returncode == 1
    assert "there is no setting 'NO_SUCH'; `mercarich settings list` shows all" in done.stderr


def test_a_stored_value_that_does_not_count_is_shown_with_what_holds(mercarich: Mercarich, engine: Engine) -> None:
    row = {"key": "FEED_WORKER", "value": "lots", "updated_at": datetime.now(UTC), "updated_by": "sql"}
    run_tx(engine, lambda connection: connection.execute(insert(settings).values(**row)))

    found = mercarich.json("settings", "get", "FEED_WORKER")

    assert (found["value"], found["stored"]) == ("2", "lots")
    assert "expected a whole number" in found["problem"]
    assert "2 (lots is not allowed)" in mercarich.page("settings", "list")


def test_no_changes_is_said(mercarich: Mercarich) -> None:
    assert mercarich.page("settings", "history") == "no changes\n"
