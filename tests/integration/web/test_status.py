"""`mercarich status`: its counts; an unavailable service is named instead of a traceback."""

import json
from datetime import UTC, datetime, timedelta

import pytest
from tests.integration.web.conftest import Mercarich
from tests.integration.web.rows import NOW, Rows, ago

from mercarich_contracts.schedule import SCHEDULE
from mercarich_db import tables
from mercarich_platform.front import installed


def test_an_empty_system_is_shown_as_such(mercarich: Mercarich) -> None:
    status = mercarich.json("status")

    assert status["database"]["ok"] is True
    assert [market["marketplace"] for market in status["marketplaces"]] == ["yahoo", "mercari"]
    assert [market["run"] for market in status["marketplaces"]] == [None, None]
    assert status["holds"] == status["open_feeds"] == []
    there = [row.name for row in SCHEDULE if row.command[0] in installed()]
    assert [row["name"] for row in status["schedules"]] == there
    assert status["at"].endswith("Z")
    assert "none yet" in mercarich.page("status")


def test_the_newest_run_and_its_backlog_are_counted(mercarich: Mercarich, rows: Rows) -> None:
    run = rows.run(3, outcome="running", phase="held", note="canaries not as expected", planned=10, checked=6)
    _head(rows, run, 3)
    rows.source("x1", check_run=run)
    rows.source("x2", check_run=run, check_not_before=NOW + timedelta(hours=1), check_problem="blocked")
    rows.source("x3", checked_at=None, state="unknown")
    rows.source("x4", check_problem="set_aside")
    rows.source("m1", marketplace="mercari", check_problem="blocked")

    yahoo, mercari = mercarich.json("status")["marketplaces"]

    assert (yahoo["run"]["id"], yahoo["run"]["phase"], yahoo["run"]["pending"]) == (run, "held", 2)
    assert yahoo["backlog"] | {"oldest_checked_at": None} == {
        "pending": 2,
        "due": 1,
        "never_checked": 1,
        "oldest_checked_at": None,
        "unknown": 1,
        "set_aside": 1,
    }
    assert datetime.fromisoformat(yahoo["backlog"]["oldest_checked_at"]) == ago(hours=1)
    assert mercari["backlog"]["unknown"] == 1
    page = mercarich.page("status")
    assert "running, held" in page
    assert "canaries not as expected" in page


def test_the_newest_search_for_replacements_is_told_beside_the_check(mercarich: Mercarich, rows: Rows) -> None:
    search = rows.run(5, operation="update", outcome="running", phase="searching", planned=7, checked=4, revived=3)
    _head(rows, search, 5, "update")
    rows.listing(rows.user("hanako"), rows.source("x1"), "S1", update_run=search)

    yahoo = mercarich.json("status")["marketplaces"][0]

    assert (yahoo["search"]["id"], yahoo["search"]["pending"]) == (search, 1)
    assert "6 of 7 done, 3 revived" in mercarich.page("status")


def test_the_backlog_is_that_of_all_runs_that_go_on(mercarich: Mercarich, rows: Rows) -> None:
    wide = rows.run(3, outcome="running", phase="checking")
    narrow = rows.run(4, outcome="finished", arguments='{"plans": [4]}')
    ended = rows.run(2, outcome="failed")
    _head(rows, narrow, 4)
    for number, run in enumerate((wide, wide, narrow, ended)):
        rows.source(f"x{number}", check_run=run)
    rows.source("m1", marketplace="mercari", check_run=rows.run(1, marketplace="mercari", outcome="running"))

    yahoo, mercari = mercarich.json("status")["marketplaces"]

    assert (yahoo["backlog"]["pending"], mercari["backlog"]["pending"]) == (3, 1)


def test_pushes_that_wait_and_exposed_offers_are_counted(mercarich: Mercarich, rows: Rows) -> None:
    seller, on_sale, sold = rows.user("hanako"), rows.source("x1"), rows.source("x2", state="sold", reason="won")
    rows.listing(seller, sold, "DOWN-WAITS", quantity=0, revision=2, changed_at=ago(minutes=3))
    rows.listing(seller, sold, "DOWN-DONE", quantity=0, revision=2, pushed_revision=2, pushed_quantity=0)
    rows.listing(seller, on_sale, "UP-WAITS", quantity=1, revision=3, pushed_revision=2, pushed_quantity=0)
    rows.listing(seller, sold, "STILL-UP")
    rows.listing(seller, on_sale, "FINE")
    rows.listing(seller, sold, "DRAFT", listed=False, quantity=0, revision=2)
    rows.listing(seller, sold, "ORPHAN", orphan=True, quantity=0, revision=2)

    pushes = mercarich.json("status")["marketplaces"][0]["pushes"]

    assert (pushes["withdrawals"], pushes["restores"], pushes["exposed"]) == (1, 1, 2)
    assert pushes["orphans"] == 1
    assert "unknown to Amazon" in mercarich.page("status")
    assert pushes["oldest_withdrawal_at"] < pushes["oldest_restore_at"] or pushes["oldest_withdrawal_at"] is not None


def test_open_feeds_holds_and_schedules_are_listed(mercarich: Mercarich, rows: Rows) -> None:
    seller = rows.user("hanako")
    run = rows.run(1)
    rows.hold(run, user_id=seller)
    rows.hold(run, applied_at=NOW, released_at=NOW)
    _feed(rows, seller, "feed", None)
    _feed(rows, seller, "feed", NOW)
    _feed(rows, seller, "patch", None)
    slot = {"name": "update-feed-yahoo", "slot": ago(minutes=41), "started_at": ago(minutes=41)}
    rows.add(tables.schedule_runs, **slot, ended_at=ago(minutes=40), exit_code=75)
    rows.add(tables.schedule_runs, **slot | {"slot": ago(days=2)}, ended_at=ago(days=2), exit_code=0)

    status = mercarich.json("status")

    assert [hold["username"] for hold in status["holds"]] == ["hanako"]
    assert [(feed["username"], feed["items"]) for feed in status["open_feeds"]] == [("hanako", 7)]
    (schedule,) = [each for each in status["schedules"] if each["name"] == "update-feed-yahoo"]
    assert schedule["exit_code"] == 75
    assert schedule["missed"] in (3, 4, 5)  # Ten-minute slots in 41 minutes, with or without the current one.
    page = mercarich.page("status")
    assert "exit 75" in page
    assert "30 of 60 fell" in page


def test_a_database_that_is_away_is_named_without_its_password_and_the_rest_is_shown(port: int) -> None:
    mercarich = Mercarich(
        MERCARICH_DATABASE_URL=f"mysql+pymysql://app:geheim@127.0.0.1:{port}/mercarich",
        MERCARICH_KAFKA_BOOTSTRAP=f"127.0.0.1:{port}",
    )

    for arguments in (["status"], ["status", "--json"]):
        done = mercarich.process(*arguments)
        assert (done.returncode, done.stderr) == (75, "")
        assert f"mysql+pymysql://app:***@127.0.0.1:{port}/mercarich is away (2003)" in done.stdout
        assert f"no Kafka broker answers at 127.0.0.1:{port}" in done.stdout
        assert "geheim" not in done.stdout
    assert json.loads(done.stdout)["marketplaces"] == []


def test_a_database_without_schema_is_named_with_the_command_that_makes_it(
    database_url: str, kafka_bootstrap: str
) -> None:
    done = Mercarich(MERCARICH_DATABASE_URL=database_url, MERCARICH_KAFKA_BOOTSTRAP=kafka_bootstrap)("status")

    assert done.returncode == 78
    assert "run `mercarich db upgrade`" in done.stdout


def test_a_budget_that_is_not_enough_is_told_with_how_long_a_pass_takes(mercarich: Mercarich, rows: Rows) -> None:
    rows.capacity()
    rows.capacity(1_000, 100, marketplace="mercari", allowed_per_second=None, in_force_per_second=None, heard_at=None)

    yahoo, mercari = (market["capacity"] for market in mercarich.json("status")["marketplaces"])

    assert (yahoo["sources"], yahoo["available_per_second"], yahoo["is_short"]) == (43_000, 0.5, True)
    assert (yahoo["pass_seconds"], yahoo["planned_seconds"]) == (86_000, 43_200)
    assert (mercari["available_per_second"], mercari["pass_seconds"], mercari["is_short"]) == (None, None, None)
    page = " ".join(mercarich.page("status").split())
    assert (
        "43,000 sources of Yahoo! Auctions need 0.996 calls a second, there are 0.5: a pass takes 23.9 h;"
        " the plan says 12" in page
    )
    assert "1,000 sources of Mercari need 0.00231 calls a second; what there is has not been heard" in page


def test_coverage_and_the_age_of_looks_are_told_by_marketplace(mercarich: Mercarich, rows: Rows) -> None:
    rows.coverage(1_000, 949, unseen=3)
    rows.coverage(10, 10, marketplace="mercari", counted_at=ago(hours=1.1), half_since=None, oldest_at=None)
    rows.coverage(1, 0, user_id=7)

    yahoo, mercari = (market["coverage"] for market in mercarich.json("status")["marketplaces"])

    assert (yahoo["sources"], yahoo["covered"], yahoo["unseen"]) == (1_000, 949, 3)
    assert (mercari["half_since"], mercari["oldest_at"]) == (None, None)
    page = " ".join(mercarich.page("status").split())
    assert "coverage 94.9 % of 1,000 sources on sale were within their plans" in page
    assert "looks half within 2.5 h, 95 % within 9.0 h, all within 20.0 h, 3 without one so far" in page
    assert "coverage not known: not counted since 20" in page


def test_a_coverage_that_was_never_counted_is_not_told(mercarich: Mercarich, rows: Rows) -> None:
    assert [market["coverage"] for market in mercarich.json("status")["marketplaces"]] == [None, None]
    assert "coverage not counted yet" in " ".join(mercarich.page("status").split())


def test_an_open_check_tells_when_it_ends_at_the_rate_in_force(mercarich: Mercarich, rows: Rows) -> None:
    rows.capacity(1_000, 500, in_force_per_second=0.25)
    run = rows.run(3, outcome="running", phase="checking", heartbeat_at=datetime.now(UTC), planned=10, checked=8)
    _head(rows, run, 3)
    for number in range(3):
        rows.source(f"x{number}", check_run=run)
    before = datetime.now(UTC)

    told = mercarich.json("status")["marketplaces"][0]["run"]["ends_at"]
    shown = mercarich.json("run", "show", str(run))["run"]["ends_at"]
    listed = mercarich.json("run", "list")["runs"][0]["ends_at"]

    seconds = [(datetime.fromisoformat(at) - before).total_seconds() for at in (told, shown, listed)]
    assert seconds == pytest.approx([6, 6, 6], abs=5)
    for command in (("status",), ("run", "show", str(run)), ("run", "list")):
        assert "ends about" in mercarich.page(*command)


def _searching(**values: object) -> dict[str, object]:
    """An update run at work."""
    at_work = {"outcome": "running", "operation": "update", "phase": "searching", "planned": 500, "checked": 400}
    return at_work | values


def test_an_open_search_tells_when_it_ends_at_its_pace_so_far(mercarich: Mercarich, rows: Rows) -> None:
    rows.capacity(1_000, 500, in_force_per_second=0.25)
    run = rows.run(3, started_at=ago(minutes=20), heartbeat_at=datetime.now(UTC), **_searching())
    before = datetime.now(UTC)

    shown = mercarich.json("run", "show", str(run))["run"]["ends_at"]

    assert (datetime.fromisoformat(shown) - before).total_seconds() == pytest.approx(5 * 60, abs=20)
    assert "ends about" in mercarich.page("run", "show", str(run))


@pytest.mark.parametrize(
    ("run", "capacity"),
    [
        (_searching(phase="marking"), {}),
        (_searching(checked=9), {}),
        (_searching(), {"in_force_per_second": 0.0}),
        ({"operation": "watch"}, {}),
        ({"phase": "held"}, {}),
        ({"phase": "confirming"}, {}),
        ({"phase": "marking"}, {}),
        ({"outcome": "finished", "phase": "ended"}, {}),
        ({"heartbeat_at": ago(minutes=9)}, {}),
        ({}, {"in_force_per_second": 0.0}),
        ({}, {"in_force_per_second": None}),
    ],
)
def test_an_end_that_is_not_known_is_not_told(
    mercarich: Mercarich, rows: Rows, run: dict[str, object], capacity: dict[str, object]
) -> None:
    rows.capacity(**capacity)  # type: ignore[arg-type]
    going_on = {"outcome": "running", "phase": "checking", "heartbeat_at": datetime.now(UTC), "planned": 10}
    number = rows.run(3, **going_on | run)

    assert mercarich.json("run", "show", str(number))["run"]["ends_at"] is None


def test_an_address_that_cannot_be_used_is_one_sentence() -> None:
    done = Mercarich(MERCARICH_DATABASE_URL="nonsense")("status")

    assert (done.returncode, done.stdout) == (78, "")
    assert done.stderr.startswith("mercarich: MERCARICH_DATABASE_URL: expected sqlite:////path/to/file")


def _head(rows: Rows, run: int, generation: int, operation: str = "check") -> None:
    rows.change(
        tables.run_heads.update()
        .where(tables.run_heads.c.operation == operation, tables.run_heads.c.marketplace == "yahoo")
        .values(generation=generation, run_id=run)
    )


def _feed(rows: Rows, seller: int, lane: str, ended_at: object) -> None:
    counts = {"items": 7, "accepted": 0, "rejected": 0}
    state = {"lane": lane, "state": "in_progress", "created_at": ago(minutes=50), "ended_at": ended_at}
    rows.add(tables.submissions, user_id=seller, **state, **counts)
