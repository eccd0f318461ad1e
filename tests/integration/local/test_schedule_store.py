"""What the scheduler stores, on a real database."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from prometheus_client import REGISTRY
from sqlalchemy import Engine, insert

from mercarich_contracts.market import Marketplace
from mercarich_contracts.schedule import SCHEDULE, WISH_LASTS, ScheduleRow
from mercarich_db import engine as engines
from mercarich_db import schema
from mercarich_db.schedule_starts import know, starts
from mercarich_db.silent_runs import SILENT_AFTER, Silent
from mercarich_db.tables import capacities, schedule_wishes
from mercarich_local.schedule_store import ScheduleStore
from mercarich_local.scheduler import Scheduler, Start
from mercarich_operator.adapters.schedule_sql import SqlSchedule
from mercarich_runs.adapters.runs_sql import SqlRuns
from mercarich_runs.ports import Operation, Request
from mercarich_web.schedule.sql import SqlSchedules

SLOT = datetime(2026, 11, 24, 15, 0, tzinfo=UTC)
LATER = SLOT + timedelta(seconds=1)


@pytest.fixture
def engine(database_url: str) -> Engine:
    engine = engines.create(database_url)
    schema.upgrade(engine)
    return engine


def test_a_slot_begins_once(engine: Engine) -> None:
    first, second = ScheduleStore(engine), ScheduleStore(engine)
    assert [first.begin("feed", SLOT, LATER), second.begin("feed", SLOT, LATER)] == [True, False]
    assert first.begin("check", SLOT, LATER)
    engine.dispose()


def test_t11_what_is_overdue_is_a_metric_on_one_machine_too(engine: Engine) -> None:
    engines.run_tx(engine, know)
    later = datetime.now(UTC) + timedelta(minutes=12)
    store = ScheduleStore(engine)
    store.begin("update-feed-yahoo", later - timedelta(minutes=5), later - timedelta(minutes=5))
    store.publish(later)
    names = [row.name for row in SCHEDULE]
    found = [REGISTRY.get_sample_value("mercarich_schedule_overdue", {"schedule": name}) for name in names]
    assert {name for name, late in zip(names, found, strict=True) if late} == {
        "update-feed-mercari",
        "check-background-jobs",
    }
    engine.dispose()


def test_the_capacity_of_each_marketplace_is_a_metric_on_one_machine_too(engine: Engine) -> None:
    counted = {"sources": 43_200, "calls": 43_200, "often_sources": 0, "often_calls": 0, "counted_at": SLOT}
    row = {"marketplace": "yahoo", "allowed_per_second": 0.5, "in_force_per_second": 0.25, "heard_at": SLOT, **counted}
    engines.run_tx(engine, lambda connection: connection.execute(insert(capacities).values(row)))
    ScheduleStore(engine).publish(LATER)
    found = [
        REGISTRY.get_sample_value(f"mercarich_capacity_{what}_calls_per_second", {"marketplace": "yahoo"})
        for what in ("needed", "available")
    ]
    assert found == [1.0, 0.5]
    engine.dispose()


def test_a_start_that_is_wanted_is_wanted_until_it_came(engine: Engine) -> None:
    store = ScheduleStore(engine)
    wish = {"name": "feed", "wanted_at": SLOT, "wanted_by": "taro"}
    engines.run_tx(engine, lambda connection: connection.execute(insert(schedule_wishes).values(wish)))
    wanted, expired = store.switches(LATER).wanted, store.switches(SLOT + WISH_LASTS).wanted
    store.granted("feed")
    assert (wanted, expired, store.switches(LATER).wanted) == (frozenset({"feed"}), frozenset(), frozenset())
    engine.dispose()


def test_a_run_without_a_sign_of_life_is_found_with_its_command_and_key(engine: Engine) -> None:
    store = ScheduleStore(engine)
    request = Request(Marketplace.YAHOO, plans=(2, 4))
    for operation, key in ((Operation.CHECK, "a/b"), (Operation.UPDATE, "c"), (Operation.CHECK, "d")):
        SqlRuns(engine, operation).start(replace(request, skus=(key,)), key, SLOT)
    SqlRuns(engine, Operation.CHECK).start(replace(request, dual_boot=True), "alone", SLOT)
    heard = SqlRuns(engine, Operation.CHECK)
    run = heard.start(replace(request, skus=("d",)), "d", SLOT)
    heard.beat(run, SLOT + SILENT_AFTER)

    found = store.silent_runs(LATER + SILENT_AFTER)

    assert found == [Silent("check_item_yahoo", "a/b", SLOT), Silent("update_item_yahoo", "c", SLOT)]
    assert store.silent_runs(SLOT + SILENT_AFTER) == []
    SqlRuns(engine, Operation.UPDATE).start(request, "c", LATER + SILENT_AFTER)  # somebody takes it over
    assert [one.request_key for one in store.silent_runs(LATER + SILENT_AFTER)] == ["a/b"]
    engine.dispose()


def test_the_newest_slot_of_each_row_is_remembered_with_its_end(engine: Engine) -> None:
    store = ScheduleStore(engine)
    next_slot = SLOT + timedelta(minutes=10)
    store.begin("feed", SLOT, LATER)
    store.end("feed", SLOT, LATER, 0)
    store.begin("feed", next_slot, next_slot)
    store.begin("check", SLOT, LATER)
    store.end("check", SLOT, LATER + timedelta(minutes=1), 75)
    assert store.last() == {"feed": Start(next_slot, next_slot, None), "check": Start(SLOT, LATER, 75)}
    engine.dispose()


def test_a_run_whose_planner_is_gone_is_taken_over_within_two_minutes(engine: Engine) -> None:
    """Killed right after its last sign of life; the scheduler looks once a second."""
    started: list[str] = []
    now = [SLOT]

    class Running:
        def poll(self) -> int | None:
            return None

        def terminate(self) -> None:
            return

    def launch(_row: ScheduleRow, key: str) -> Running:
        started.append(key)
        return Running()

    runs = SqlRuns(engine, Operation.CHECK)
    run = runs.start(Request(Marketplace.YAHOO, plans=(2, 4)), "a-key", SLOT)
    runs.beat(run, SLOT)
    rows = [row for row in SCHEDULE if row.name == "check-item-yahoo"]
    scheduler = Scheduler(rows, ScheduleStore(engine), launch, lambda: now[0])
    for second in range(120):
        now[0] = SLOT + timedelta(seconds=second)
        if second < 10:
            runs.beat(run, now[0])
        scheduler.tick()
        if second < 60:
            assert "a-key" not in started, "its planner may only be slow"

    assert started.count("a-key") == 1
    engine.dispose()


def test_a_start_that_lies_in_the_future_is_forgotten_and_shown_nowhere(engine: Engine) -> None:
    engines.run_tx(engine, know)
    later = datetime.now(UTC) + timedelta(minutes=12)
    store, name = ScheduleStore(engine), "check-background-jobs"
    store.begin(name, later - timedelta(minutes=20), later - timedelta(minutes=20))
    for ahead in (timedelta(days=40), timedelta(seconds=30)):
        store.begin("env-update" if ahead < timedelta(days=1) else name, later + ahead, later + ahead)

    with engines.reading(engine) as connection:
        shown = {row.name: row for row in starts(connection, later)}
    assert (shown[name].overdue, shown[name].last) == (True, later - timedelta(minutes=20))
    assert SqlSchedules(engine).last_starts(later)[name][0] == later - timedelta(minutes=20)
    assert SqlSchedule(engine).known(later)[name].last == later - timedelta(minutes=20)
    assert store.forget_ahead(later) == [(name, later + timedelta(days=40))]
    assert {each: start.slot for each, start in store.last().items()} == {
        name: later - timedelta(minutes=20),
        "env-update": later + timedelta(seconds=30),
    }
    assert store.forget_ahead(later) == []
    engine.dispose()


def test_a_key_is_used_once_a_run_of_any_operation_has_it(engine: Engine) -> None:
    SqlRuns(engine, Operation.UPDATE).start(Request(Marketplace.YAHOO, plans=(2,)), "update-item-yahoo-29", SLOT)
    store = ScheduleStore(engine)
    assert [store.is_used(key) for key in ("update-item-yahoo-29", "item-yahoo-29", "update-item-yahoo-2_")] == [
        True,
        False,
        False,
    ]
    engine.dispose()


def test_a_run_whose_last_sign_of_life_lies_in_the_future_is_silent(engine: Engine) -> None:
    """Its planner had a clock that was ahead; one that lives gives a right one within a second."""
    runs = SqlRuns(engine, Operation.CHECK)
    runs.beat(runs.start(Request(Marketplace.YAHOO, plans=(2,)), "a", SLOT), SLOT + timedelta(days=40))
    assert [one.request_key for one in ScheduleStore(engine).silent_runs(SLOT)] == ["a"]
    engine.dispose()
