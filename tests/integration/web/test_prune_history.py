"""Old events, evidence, feeds, runs and audit rows are deleted; the base of a listing's present state stays for
ever."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Engine, Table, func, select
from tests.integration.web.conftest import Mercarich
from tests.integration.web.orders import decide, link, ordered
from tests.integration.web.rows import NOW, Rows

from mercarich_contracts.market import RouteName
from mercarich_contracts.orders import OrderDecision
from mercarich_db import settings_store, tables
from mercarich_db.engine import reading
from mercarich_web.database import SqlTogether
from mercarich_web.housekeeping.prune import Prune
from mercarich_web.housekeeping.retention import LOOKED_AT, Record
from mercarich_web.housekeeping.sql.kept_records import RUNS_KEPT
from mercarich_web.housekeeping.sql.records import SqlRecords
from mercarich_web.listings.browsing import TellStory
from mercarich_web.listings.sql.offers import SqlOffers
from mercarich_web.listings.sql.stories import SqlListingFile
from mercarich_web.runs.sql.holds import SqlHolds

MOMENT = timedelta(microseconds=1)
FEED = {"lane": "feed", "state": "done", "accepted": 1, "rejected": 0, "items": 1, "user_id": 1}


@pytest.fixture
def prune(engine: Engine) -> Prune:
    return Prune(SqlRecords(engine), lambda: NOW)


@pytest.fixture
def listing(rows: Rows) -> int:
    source = rows.source("x1", state="sold")
    listing = rows.listing(
        rows.user("hanako"), source, "SKU-1", quantity=0, revision=2, pushed_revision=2, created_at=days(500)
    )
    rows.change(
        tables.source_items.update().where(tables.source_items.c.id == source).values(evidence_id=_proof(rows, 200))
    )
    return listing


def days(count: float) -> datetime:
    return NOW - timedelta(days=count)


def _proof(rows: Rows, age: float, source: int = 1) -> int:
    return rows.evidence(source, fetched_at=days(age))


def _ids(engine: Engine, table: Table, name: str = "id") -> list[Any]:
    with reading(engine) as connection:
        return list(connection.execute(select(table.c[name]).order_by(*table.primary_key)).scalars())


def _rows(prune: Prune, *, dry_run: bool = False) -> Mapping[Record, int]:
    return {each.record: each.rows for each in prune(dry_run=dry_run)}


def _sizes(engine: Engine) -> Mapping[str, int]:
    with reading(engine) as connection:
        every = tables.metadata.sorted_tables
        return {each.name: connection.execute(select(func.count()).select_from(each)).scalar_one() for each in every}


def _feed(rows: Rows, ended: float | None, items: int = 1) -> int:
    at = {"created_at": days(300), "ended_at": None if ended is None else days(ended)}
    feed = rows.add(tables.submissions, **FEED, **at)
    item = {"submission_id": feed, "revision": 1, "quantity": 0, "result": "accepted"}
    many = [{**item, "listing_id": each} for each in range(1, items + 1)]
    rows.change(tables.submission_items.insert().values(many))
    return feed


def test_an_event_of_exactly_the_last_day_goes_and_one_a_moment_younger_stays(
    engine: Engine, rows: Rows, prune: Prune, listing: int
) -> None:
    rows.event(listing, "push_accepted", at=days(90))
    young = rows.event(listing, "push_accepted", at=days(90) + MOMENT)
    newest = rows.event(listing, "push_accepted", at=days(1))

    assert _rows(prune)[Record.EVENTS] == 1
    assert _ids(engine, tables.listing_events) == [young, newest]


def test_of_a_listing_the_newest_event_of_each_kind_and_the_newest_with_evidence_stay_however_old(
    engine: Engine, rows: Rows, prune: Prune, listing: int
) -> None:
    rows.event(listing, "withdrawn", at=days(400), evidence_id=_proof(rows, 400))
    decided = rows.event(listing, "withdrawn", at=days(300), evidence_id=_proof(rows, 300))
    by_hand = rows.event(listing, "withdrawn", at=days(250))
    rows.event(listing, "push_accepted", at=days(240))
    pushed = rows.event(listing, "push_accepted", at=days(230))

    assert _rows(prune)[Record.EVENTS] == 2
    assert _ids(engine, tables.listing_events) == [decided, by_hand, pushed]


def test_all_old_events_of_a_listing_that_is_gone_go(engine: Engine, rows: Rows, prune: Prune, listing: int) -> None:
    rows.event(listing + 1, "withdrawn", at=days(100), evidence_id=_proof(rows, 100, 2))
    rows.event(listing + 1, "deleted", at=days(91))
    young = rows.event(listing + 1, "deleted", at=days(89))

    gone = _rows(prune)

    assert (gone[Record.EVENTS], gone[Record.EVIDENCE]) == (2, 1)
    assert _ids(engine, tables.listing_events) == [young]


def test_evidence_stays_while_a_source_or_an_event_rests_on_it(
    engine: Engine, rows: Rows, prune: Prune, listing: int
) -> None:
    [of_source] = _ids(engine, tables.evidence)
    of_old_event, of_event, of_swapped, young = (_proof(rows, age) for age in (199, 198, 197, 1))
    _proof(rows, 90)
    rows.event(listing, "withdrawn", at=days(150), evidence_id=of_old_event)
    rows.event(listing, "withdrawn", at=days(80), evidence_id=of_event)
    rows.event(listing, "swapped", at=days(140), evidence_id=of_swapped)

    foreseen = _rows(prune, dry_run=True)
    gone = _rows(prune)

    assert (gone[Record.EVENTS], gone[Record.EVIDENCE]) == (1, 2)
    assert foreseen == gone, "a dry run knows which events would go before"
    assert _ids(engine, tables.evidence) == [of_source, of_event, of_swapped, young]


def test_feeds_go_with_all_they_carried_and_one_that_has_not_ended_stays(
    engine: Engine, rows: Rows, prune: Prune
) -> None:
    still_open = _feed(rows, None)
    _feed(rows, 90, items=2 * LOOKED_AT + 1)
    left = [still_open, _feed(rows, 89), _feed(rows, 200)]

    assert _rows(prune)[Record.FEEDS] == 1
    assert _ids(engine, tables.submissions) == left, "the last one's number is not given again"
    assert sorted(set(_ids(engine, tables.submission_items, "submission_id"))) == left


def test_runs_go_but_for_the_newest_the_last_that_finished_and_those_whose_hold_is_kept(
    engine: Engine, rows: Rows, prune: Prune
) -> None:
    newest = RUNS_KEPT + 5
    ended = {"started_at": days(31), "ended_at": days(30)}
    runs = [rows.run(each, **ended, outcome="finished" if each < 4 else "failed") for each in range(1, newest + 1)]
    other = [rows.run(each, **ended, operation="update") for each in (1, 2)]
    head = tables.run_heads
    for operation, generation in (("check", newest), ("update", 2)):
        this = (head.c.operation == operation, head.c.marketplace == "yahoo")
        rows.change(head.update().where(*this).values(generation=generation))
    for run in runs:
        rows.add(tables.run_sellers, run_id=run, user_id=1, planned=1, checked=1, fallen=0)
        for route in RouteName:
            rows.add(tables.run_absences, run_id=run, user_id=1, route=route, absent=2)
    rows.hold(runs[0], opened_at=days(31), applied_at=days(30))
    kept = [
        rows.hold(runs[1], opened_at=days(31), applied_at=None),
        rows.hold(runs[0], opened_at=days(31), applied_at=days(29)),
    ]

    gone = _rows(prune)

    left = [runs[0], runs[1], runs[2], *runs[5:]]
    assert (gone[Record.RUNS], gone[Record.HOLDS]) == (2, 1)
    assert _ids(engine, tables.holds) == kept
    assert _ids(engine, tables.runs) == [*left, *other]
    assert _ids(engine, tables.run_sellers, "run_id") == left
    assert sorted(set(_ids(engine, tables.run_absences, "run_id"))) == sorted(left)


def test_windows_of_the_watch_go_however_few_they_are(engine: Engine, rows: Rows, prune: Prune) -> None:
    window = {"operation": "watch", "outcome": "finished"}
    old = [rows.run(0, **window, started_at=days(31), ended_at=days(30)) for _ in range(3)]
    new = rows.run(0, **window, started_at=days(29), ended_at=days(29))

    assert _rows(prune)[Record.RUNS] == len(old)
    assert _ids(engine, tables.runs) == [new]


def test_audit_and_settings_are_kept_longer_and_of_each_setting_the_last_change_for_ever(
    engine: Engine, rows: Rows, prune: Prune
) -> None:
    change = {"value_after": "1", "by": "taro"}
    for age in (400, 399):
        rows.add(tables.audit_log, at=days(age), actor="taro", action="x", subject="y")
        invited = {"username": "x", "plan": 2, "is_staff": False, "created_by": "taro", "created_at": days(age)}
        rows.add(tables.invitations, token_hash=str(age), expires_at=days(age), **invited)
    rows.add(tables.settings_history, key="A", at=days(500), **change)
    kept = [rows.add(tables.settings_history, key=key, at=days(450), **change) for key in ("A", "B")]

    gone = _rows(prune)

    assert (gone[Record.AUDIT], gone[Record.INVITATIONS], gone[Record.SETTING_CHANGES]) == (1, 1, 1)
    assert _ids(engine, tables.settings_history) == kept
    with reading(engine) as connection:
        assert settings_store.revision(connection) == kept[-1]


def test_sessions_ways_to_amazon_and_days_of_deletions_go_after_their_days(
    engine: Engine, rows: Rows, prune: Prune
) -> None:
    for age in (90, 89):
        at = dict.fromkeys(("created_at", "seen_at", "confirmed_at"), days(age))
        rows.add(tables.sessions, token_hash=str(age), user_id=1, address="", agent="", **at)
        sent = {"session_hash": "x", "created_at": days(age), "expires_at": days(age)}
        rows.add(tables.amazon_links, state_hash=str(age), user_id=1, **sent)
        link = {"user_id": 1, "listing_id": 1, "revival_id": 1, "way": "mail", "shown": "yahoo x1"}
        times = {"created_at": days(age), "expires_at": days(age)}
        rows.add(tables.decision_links, token_hash=str(age), **link, **times)
    for day in ("2020-01-01", f"{NOW:%Y-%m-%d}"):
        rows.add(tables.deletions, user_id=1, day=day, listings=1)

    gone = _rows(prune)

    assert (gone[Record.SESSIONS], gone[Record.DELETION_CAPS]) == (1, 1)
    assert _ids(engine, tables.sessions, "token_hash") == ["89"]
    assert _ids(engine, tables.amazon_links, "state_hash") == ["89"]
    assert _ids(engine, tables.decision_links, "token_hash") == ["89"]
    assert _ids(engine, tables.deletions, "day") == [f"{NOW:%Y-%m-%d}"]


def test_what_stays_does_not_hide_what_may_go_behind_it(engine: Engine, rows: Rows, prune: Prune, listing: int) -> None:
    event = {"listing_id": listing, "user_id": 1, "at": days(200)}
    kinds = [{**event, "kind": f"kind {each}"} for each in range(LOOKED_AT + 1)]
    rows.change(tables.listing_events.insert().values(kinds))
    rows.event(listing, "push_accepted", at=days(199))
    rows.event(listing, "push_accepted", at=days(198))

    assert _rows(prune)[Record.EVENTS] == 1
    assert len(_ids(engine, tables.listing_events)) == LOOKED_AT + 2


def test_a_dry_run_changes_nothing_and_tells_what_the_deletion_then_does(
    mercarich: Mercarich, engine: Engine, rows: Rows, listing: int
) -> None:
    for age in (300, 200, 100):
        rows.event(listing, "withdrawn", at=days(age), evidence_id=_proof(rows, age))
        rows.add(tables.audit_log, at=days(3 * age), actor="taro", action="x", subject="y")
    _feed(rows, 300)
    _feed(rows, 1)
    before = _sizes(engine)

    foreseen = mercarich.json("delete_old_items", "--dry-run")["pruned"]

    assert _sizes(engine) == before
    assert "events of listings" in mercarich.page("delete_old_items", "--dry-run")
    assert mercarich.json("delete_old_items")["pruned"] == foreseen
    counts = {each["record"]: each["rows"] for each in foreseen if each["rows"]}
    assert counts == {"events of listings": 2, "evidence": 2, "feeds that ended": 1, "audit log": 2}
    with reading(engine) as connection:
        noted = {row.record: row.rows for row in connection.execute(select(tables.prunings)) if row.rows}
    assert noted == {"events": 2, "evidence": 2, "feeds": 1, "audit": 2}


def test_a_decision_goes_once_its_order_has_gone(rows: Rows, prune: Prune, listing: int) -> None:
    old = {"changed_at": days(401), "seen_at": days(401)}
    ordered(rows, 1, "250-1", **old, status="shipped")
    ordered(rows, 1, "250-2")
    ordered(rows, 1, "250-4", changed_at=days(399), seen_at=days(399), status="shipped")  # a year's profit counts it
    ordered(rows, 1, "250-3", **old, cancelled_by="buyer")  # the order's other items are still to be sent
    link(rows, 1)
    for order_id in ("250-1", "250-2", "250-3", "250-4"):
        decide(rows, 1, order_id, OrderDecision.BOUGHT, decided_at=days(401))

    gone = _rows(prune)

    assert (gone[Record.ORDERS], gone[Record.ORDER_DECISIONS]) == (2, 2)
    assert rows.read("order_decisions", "order_item_id") == [("item-250-2",), ("item-250-4",)]


def test_the_why_of_a_listing_is_told_as_before_once_all_that_is_old_has_gone(
    mercarich: Mercarich, engine: Engine, rows: Rows, prune: Prune, listing: int
) -> None:
    rows.event(listing, "withdrawn", at=days(400), evidence_id=_proof(rows, 400))
    rows.event(listing, "restored", at=days(350))
    proof = _proof(rows, 300)
    run = rows.run(1, started_at=days(301), ended_at=days(300))
    rows.event(listing, "withdrawn", at=days(300), evidence_id=proof, run_id=run, revision=2)
    feed = _feed(rows, 299)
    rows.event(listing, "push_accepted", at=days(299), submission_id=feed, revision=2)
    _feed(rows, 1)
    tell = TellStory(SqlListingFile(engine), SqlOffers(engine), SqlHolds(engine), SqlTogether(engine), lambda: NOW)
    before, story = mercarich.json("explain", "SKU-1"), tell(1, listing)

    gone = _rows(prune)

    assert (gone[Record.EVENTS], gone[Record.EVIDENCE], gone[Record.FEEDS]) == (1, 1, 1)
    after, told = mercarich.json("explain", "SKU-1"), tell(1, listing)
    assert (after["why"], after["evidence"], after["source"]) == (before["why"], before["evidence"], before["source"])
    assert after["evidence"]["id"] == proof
    assert [each["kind"] for each in after["events"]] == ["push_accepted", "withdrawn", "restored"]
    assert (told.why, told.evidence) == (story.why, story.evidence)
    assert told.evidence is not None
    assert "why" in mercarich.page("explain", "SKU-1").lower()
