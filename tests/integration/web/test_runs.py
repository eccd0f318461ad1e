"""`mercarich run list` and `mercarich run show N`."""

import pytest
from tests.integration.web.conftest import Mercarich
from tests.integration.web.rows import Rows, ago

from mercarich_contracts.market import Marketplace
from mercarich_db import tables
from mercarich_reasons.runs import RunPaused


def test_runs_are_listed_newest_first_and_as_many_as_asked_for(mercarich: Mercarich, rows: Rows) -> None:
    ids = [rows.run(generation, planned=1234) for generation in (1, 2, 3)]

    listed = mercarich.json("run", "list", "--limit", "2")["runs"]

    assert [run["id"] for run in listed] == [ids[2], ids[1]]
    assert listed[0]["arguments"] == {"plans": [2, 4], "max_workers": 14}
    assert "1,234" in mercarich.page("run", "list")


@pytest.mark.parametrize("limit", ["0", "1001", "-1", "many", "²"])
def test_a_limit_out_of_range_is_a_usage_error(mercarich: Mercarich, limit: str) -> None:
    done = mercarich("run", "list", f"--limit={limit}")

    assert done.returncode == 2
    assert f"expected a whole number from 1 to 1000, not '{limit}'" in done.stderr


def test_a_run_is_shown_with_all_that_happened_in_it(mercarich: Mercarich, rows: Rows) -> None:
    seller, ended = rows.user("hanako"), ago(minutes=5)
    run = rows.run(
        1,
        outcome="superseded",
        ended_at=ended,
        planned=100,
        checked=60,
        fallen=31,
        withdrawn=1,
        held=30,
        set_aside=1,
        held_seconds=42.5,
        skipped='{"inactive": 2, "no_amazon_account": 1}',
        request_key="check-item-yahoo-29401200",
    )
    rows.run(2, marketplace="mercari")
    rows.run(2, started_at=ago(minutes=7), arguments='{"plans": [4]}')
    newer = rows.run(3, outcome="running", phase="checking", started_at=ended)
    rows.source("x1", checked_run=run, check_problem="set_aside", check_attempts=3)
    rows.source("x2", checked_run=newer, check_problem="set_aside", check_attempts=3)
    rows.source("x3", check_run=run)
    rows.add(tables.run_sellers, run_id=run, user_id=seller, planned=70, seen=60, checked=90, fallen=31)
    hold = rows.hold(run, user_id=seller)
    rows.listing(seller, rows.source("x4", state="sold"), "S1", hold_id=hold)

    details = mercarich.json("run", "show", str(run))

    assert details["run"]["superseded_by"] == newer
    assert details["run"]["skipped"] == {"inactive": 2, "no_amazon_account": 1}
    assert (details["run"]["held_seconds"], details["run"]["pending"]) == (42.5, 1)
    assert [(each["item_id"], each["attempts"]) for each in details["set_aside_items"]] == [("x1", 3)]
    counts = {"planned": 70, "checked": 60, "fallen": 31, "listings": 90, "revived": 0, "left": None}
    assert details["sellers"] == [{"username": "hanako", **counts}]
    assert [(each["id"], each["listings"]) for each in details["holds"]] == [(hold, 1)]
    page = mercarich.page("run", "show", str(run))
    for part in ("superseded", "no_amazon_account", "check-item-yahoo-29401200", "hanako", "x1", "max_workers=14"):
        assert part in page


def test_a_run_that_still_works_has_no_end_and_nothing_that_supersedes_it(mercarich: Mercarich, rows: Rows) -> None:
    run = rows.run(1, outcome="running", phase="checking", ended_at=None, started_at=ago(minutes=1))

    shown = mercarich.json("run", "show", str(run))["run"]

    assert (shown["ended_at"], shown["superseded_by"]) == (None, None)
    assert shown["started_at"].endswith("Z")


def test_a_run_whose_planner_is_silent_is_told_so_until_one_is_heard(mercarich: Mercarich, rows: Rows) -> None:
    at_work = {"outcome": "running", "phase": "checking", "ended_at": None}
    silent = rows.run(1, **at_work, heartbeat_at=ago(minutes=2))
    heard = rows.run(2, **at_work, heartbeat_at=ago(seconds=60))
    ended = rows.run(3, heartbeat_at=ago(hours=2))

    listed = {run["id"]: run["silent"] for run in mercarich.json("run", "list")["runs"]}

    assert listed == {silent: True, heard: False, ended: False}
    assert "running, checking, no sign of life" in mercarich.page("run", "show", str(silent))
    assert "no sign of life" not in mercarich.page("run", "show", str(heard))


def test_a_run_that_rests_in_a_pause_is_told_so(mercarich: Mercarich, rows: Rows) -> None:
    run = rows.run(1, outcome="running", phase="canaries", ended_at=None, note=RunPaused(Marketplace.YAHOO))

    assert "running, paused" in mercarich.page("run", "list")
    assert "running, paused" in mercarich.page("run", "show", str(run))


def test_a_search_is_counted_in_listings(mercarich: Mercarich, rows: Rows) -> None:
    search = rows.run(1, operation="update", outcome="running", phase="searching", planned=7, checked=4, revived=3)
    seller = rows.user("hanako")
    for number in range(2):
        rows.listing(seller, rows.source(f"x{number}", check_run=search), f"S{number}", update_run=search)
    rows.source("x9", check_run=search)

    shown = mercarich.json("run", "show", str(search))["run"]
    page = mercarich.page("run", "show", str(search))

    assert (shown["pending"], shown["revived"]) == (2, 3)
    assert "searched for" in page
    assert "source items" not in page


def test_a_search_is_told_by_seller(mercarich: Mercarich, rows: Rows) -> None:
    search = rows.run(1, operation="update", outcome="running", phase="searching", planned=7, checked=4, revived=3)
    part = {"run_id": search, "user_id": rows.user("hanako"), "planned": 7, "seen": 5, "revived": 3}
    rows.add(tables.run_sellers, **part, checked=0, fallen=0)
    for number in range(2):
        rows.listing(part["user_id"], rows.source(f"x{number}"), f"S{number}", update_run=search)

    assert mercarich.json("run", "show", str(search))["sellers"] == [
        {"username": "hanako", "planned": 7, "checked": 5, "fallen": 0, "listings": 0, "revived": 3, "left": 2}
    ]
    page = mercarich.page("run", "show", str(search)).splitlines()
    [headings] = [line.split() for line in page if "own listings planned" in line]
    [counts] = [line.split() for line in page if "hanako" in line]
    assert headings == ["seller", "own", "listings", "planned", "searched", "for", "left", "revived"]
    assert counts == ["hanako", "7", "5", "2", "3"]


def test_a_run_that_finished_was_not_superseded_by_the_next_one(mercarich: Mercarich, rows: Rows) -> None:
    finished = rows.run(1)
    rows.run(2)

    assert mercarich.json("run", "show", str(finished))["run"]["superseded_by"] is None


def test_an_unknown_run_is_a_sentence(mercarich: Mercarich) -> None:
    done = mercarich("run", "show", "7")

    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == "mercarich: there is no run 7; `mercarich run list` shows the last ones\n"


@pytest.mark.parametrize("arguments", [["run"], ["run", "show"], ["run", "show", "x"], ["run", "show", "9" * 30]])
def test_a_command_that_says_too_little_is_a_usage_error(mercarich: Mercarich, arguments: list[str]) -> None:
    done = mercarich(*arguments)

    assert done.returncode == 2
    assert done.stderr.startswith("usage: mercarich run")


def test_a_database_that_is_away_ends_a_question_with_try_again(port: int) -> None:
    done = Mercarich(MERCARICH_DATABASE_URL=f"mysql+pymysql://app:geheim@127.0.0.1:{port}/x")("run", "list")

    assert (done.returncode, done.stdout) == (75, "")
    assert done.stderr == f"mercarich: mysql+pymysql://app:***@127.0.0.1:{port}/x is away (2003)\n"


def test_windows_of_the_watch_are_shown_by_their_number_and_not_listed(mercarich: Mercarich, rows: Rows) -> None:
    check = rows.run(1)
    window = rows.run(0, operation="watch", outcome="running", phase="checking", planned=40, checked=7, available=7)

    assert [run["id"] for run in mercarich.json("run", "list")["runs"]] == [check]
    page = mercarich.page("run", "show", str(window))
    assert f"run {window}: watch yahoo" in page
    assert "source items" in page
