"""`mercarich schedule list|pause|resume|run` (T10, T11) and `mercarich pause|resume MARKETPLACE` (O6)."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import Engine, select
from tests.integration.web.conftest import Mercarich
from tests.integration.web.rows import Rows, ago

from mercarich_contracts.schedule import SCHEDULE
from mercarich_db import tables
from mercarich_db.engine import reading

FEED = "update-feed-yahoo"


def test_t10_every_row_of_the_schedule_is_listed_with_its_command(mercarich: Mercarich) -> None:
    rows = mercarich.json("schedule", "list")["schedules"]

    assert [row["name"] for row in rows] == [row.name for row in SCHEDULE]
    assert rows[0]["command"] == "check_item_yahoo 2 4 --max-workers 14 --beside-watch"
    assert FEED in mercarich.page("schedule", "list")


def test_t10_a_row_is_paused_by_one_command_and_resumed_by_another(mercarich: Mercarich, engine: Engine) -> None:
    assert mercarich.page("schedule", "pause", FEED, "--by", "taro") == f"{FEED} is paused by taro\n"
    assert mercarich.page("schedule", "pause", FEED, "--by", "jiro") == f"{FEED} is paused by taro\n"
    assert "paused by taro" in mercarich.page("status")

    assert f"{FEED} starts again" in mercarich.page("schedule", "resume", FEED)
    with reading(engine) as connection:
        assert connection.execute(select(tables.schedule_pauses)).all() == []


def test_t11_a_start_that_is_older_than_a_tenth_more_than_its_interval_shows(mercarich: Mercarich, rows: Rows) -> None:
    for name, minutes in ((FEED, 12), ("update-feed-mercari", 5)):
        at = datetime.now(UTC) - timedelta(minutes=minutes)
        rows.add(tables.schedule_runs, name=name, slot=at, started_at=at, ended_at=at, exit_code=0)

    found = {row["name"]: row["overdue"] for row in mercarich.json("status")["schedules"]}
    assert (found[FEED], found["update-feed-mercari"], found["env-update"]) == (True, False, False)
    assert "overdue" in mercarich.page("status")

    mercarich.page("schedule", "pause", FEED)
    assert {row["name"]: row["overdue"] for row in mercarich.json("schedule", "list")["schedules"]}[FEED] is False


def test_a_start_that_lies_in_the_future_is_none(mercarich: Mercarich, rows: Rows) -> None:
    """The clock was ahead for a while: what it wrote hides no missed start."""
    for minutes in (12, -60 * 24 * 40):
        at = datetime.now(UTC) - timedelta(minutes=minutes)
        rows.add(tables.schedule_runs, name=FEED, slot=at, started_at=at, ended_at=at, exit_code=0)

    for words in (("status",), ("schedule", "list")):
        [row] = [row for row in mercarich.json(*words)["schedules"] if row["name"] == FEED]
        assert (row["overdue"], row["missed"] in (1, 2)) == (True, True)
        assert datetime.fromisoformat(row["started_at"]) < datetime.now(UTC)


def test_t11_a_row_that_never_started_shows_too(mercarich: Mercarich, rows: Rows) -> None:
    for name, minutes in ((FEED, 12), ("update-feed-mercari", 5)):
        rows.add(tables.schedule_known, name=name, since=ago(minutes=minutes))

    found = {row["name"]: (row["overdue"], row["missed"]) for row in mercarich.json("status")["schedules"]}
    assert found[FEED][0]
    assert found[FEED][1] in (1, 2)
    assert not found["update-feed-mercari"][0]
    assert "overdue" in mercarich.page("schedule", "list")


def test_o6_a_marketplace_is_paused_and_goes_on(mercarich: Mercarich) -> None:
    assert "mercari is paused" in mercarich.page("pause", "mercari", "--by", "taro")
    assert mercarich.json("settings", "get", "MARKETPLACE_MERCARI")["value"] == "paused"
    assert mercarich.json("settings", "get", "MARKETPLACE_YAHOO")["value"] == "on"

    assert "catches up" in mercarich.page("resume", "mercari")
    assert mercarich.json("settings", "get", "MARKETPLACE_MERCARI")["value"] == "on"


@pytest.mark.parametrize(
    ("words", "code", "says"),
    [
        (["schedule", "pause", "nightly"], 1, "there is no schedule 'nightly'; known: check-item-yahoo"),
        (["schedule", "resume", "nightly"], 1, "there is no schedule 'nightly'"),
        (["schedule", "run", "nightly"], 1, "there is no schedule 'nightly'"),
        (["schedule", "run"], 2, "required"),
        (["schedule", "stop", FEED], 2, "invalid choice"),
        (["schedule"], 2, "required"),
        (["schedule", "pause", FEED, "--by", " "], 2, "expected a name"),
        (["pause"], 2, "required"),
        (["pause", "rakuten"], 2, "invalid choice: 'rakuten'"),
        (["resume", "yahoo", "mercari"], 2, "unrecognized arguments"),
    ],
)
def test_bad_input_is_refused_with_a_sentence(mercarich: Mercarich, words: list[str], code: int, says: str) -> None:
    done = mercarich(*words)

    assert done.returncode == code
    assert says in done.stderr
    assert "Traceback" not in done.stderr
