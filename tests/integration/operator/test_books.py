"""The tables' content as metrics: runs by outcome, the newest run, holds, unpushed changes, accounts."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from prometheus_client import REGISTRY
from sqlalchemy import Engine, delete, insert, text, update

from mercarich_contracts.schedule import SCHEDULE
from mercarich_db.engine import run_tx
from mercarich_db.tables import (
    amazon_accounts,
    capacities,
    coverages,
    holds,
    jobs,
    listings,
    prunings,
    runs,
    schedule_known,
    schedule_pauses,
    schedule_runs,
    source_items,
    users,
)
from mercarich_operator.adapters.books_meter import PrometheusBooks
from mercarich_operator.adapters.books_sql import SqlBooks
from mercarich_operator.domain.missed import Cron
from mercarich_operator.ports import ClusterAway
from mercarich_operator.use_cases.publish_books import PublishBooks
from mercarich_reasons.holds import TooManyFalls

NOW = datetime(2026, 9, 1, 3, 0, tzinfo=UTC)
LOOKS = ("planned", "checked", "available", "out_of_stock", "unknown", "unparsable", "unfinished", "set_aside")
COUNTS = (*LOOKS, "fallen", "withdrawn", "held")


@dataclass
class Cluster:
    """The CronJobs, or None while the API server is away."""

    told: dict[str, Cron] | None = None

    def crons(self) -> dict[str, Cron]:
        if self.told is None:
            raise ClusterAway("the API server does not answer")
        return self.told


@pytest.fixture
def cluster() -> Cluster:
    return Cluster()


@pytest.fixture
def publish(engine: Engine, cluster: Cluster) -> PublishBooks:
    return PublishBooks(SqlBooks(engine, lambda: NOW), PrometheusBooks(), cluster, lambda: NOW)


def cron(expression: str, *, suspended: bool = False, made: datetime = NOW - timedelta(days=90)) -> Cron:
    return Cron(expression, "Asia/Tokyo", suspended, active=False, deadline=timedelta(minutes=30), made_at=made)


def value(name: str, **labels: str) -> float | None:
    return REGISTRY.get_sample_value(f"mercarich_{name}", labels)


def add(engine: Engine, table: Any, **values: object) -> int:
    key: Any = run_tx(engine, lambda c: c.execute(insert(table).values(**values)).inserted_primary_key)
    return int(key[0])


def run(engine: Engine, generation: int, outcome: str, *, ended: timedelta | None = None, **values: object) -> int:
    row = {
        "operation": "check",
        "marketplace": "yahoo",
        "generation": generation,
        "arguments": "{}",
        "outcome": outcome,
        "phase": "ended",
        "started_at": NOW - timedelta(hours=2),
        "heartbeat_at": NOW - timedelta(minutes=7),
        "ended_at": NOW - ended if ended is not None else None,
        "held_seconds": 0.0,
        "skipped": "{}",
    }
    return add(engine, runs, **(row | dict.fromkeys(COUNTS, 0) | values))


CHECK = {"operation": "check", "marketplace": "yahoo"}


def test_runs_are_counted_by_outcome_and_a_later_reading_adds_the_new_ones(
    engine: Engine, publish: PublishBooks
) -> None:
    publish()
    before = {o: value("batch_runs_total", **CHECK, outcome=o) or 0.0 for o in ("finished", "superseded", "failed")}
    run(engine, 1, "finished", ended=timedelta(hours=1))
    run(engine, 2, "superseded", ended=timedelta(minutes=50))
    publish()
    publish()
    run(engine, 3, "failed", ended=timedelta(minutes=5))
    publish()
    after = {o: value("batch_runs_total", **CHECK, outcome=o) for o in before}
    assert after == {o: count + 1 for o, count in before.items()}
    assert value("batch_run_last_success_timestamp_seconds", **CHECK) == (NOW - timedelta(hours=1)).timestamp()
    assert value("batch_run_last_success_duration_seconds", **CHECK) == 3600


def test_an_older_run_that_goes_on_shows_its_silence_and_that_it_is_held(engine: Engine, publish: PublishBooks) -> None:
    """A narrower run began and ended meanwhile; one with --dual-boot is nobody's concern."""
    run(engine, 0, "running", phase="held", heartbeat_at=NOW - timedelta(days=1))
    run(engine, 1, "superseded", ended=timedelta(hours=1), heartbeat_at=NOW - timedelta(hours=1))
    wide = run(engine, 2, "running", phase="held")
    run(engine, 3, "running", phase="checking", heartbeat_at=NOW)
    run(engine, 4, "finished", ended=timedelta(minutes=1))
    publish()
    assert (value("batch_run_silence_seconds", **CHECK), value("batch_run_held", **CHECK)) == (420, 1)

    run_tx(engine, lambda c: c.execute(update(runs).where(runs.c.id == wide).values(outcome="finished")))
    publish()
    assert (value("batch_run_silence_seconds", **CHECK), value("batch_run_held", **CHECK)) == (0, 0)


def test_the_newest_run_shows_its_silence_and_that_it_is_held_until_it_ends(
    engine: Engine, publish: PublishBooks
) -> None:
    number = run(engine, 4, "running", phase="held", planned=100, checked=40)
    publish()
    assert value("batch_run_silence_seconds", **CHECK) == 420
    assert value("batch_run_held", **CHECK) == 1
    assert value("batch_run_items", **CHECK, kind="checked") == 40
    run_tx(engine, lambda c: c.execute(update(runs).where(runs.c.id == number).values(outcome="failed")))
    publish()
    assert value("batch_run_silence_seconds", **CHECK) == 0
    assert value("batch_run_held", **CHECK) == 0


def test_holds_accounts_and_the_age_of_what_amazon_does_not_have(engine: Engine, publish: PublishBooks) -> None:
    seller = add(engine, users, username="a", plan=2, active=True, is_staff=False, created_at=NOW)
    refused = add(engine, users, username="b", plan=2, active=True, is_staff=False, created_at=NOW)
    account = {"seller_id": "S", "marketplace_id": "M", "refresh_token": "t"}
    add(engine, amazon_accounts, **account, user_id=seller, token_verdict="valid")
    add(engine, amazon_accounts, **account, user_id=refused, token_verdict="invalid")
    hold = {"run_id": 1, "marketplace": "mercari", "reason": TooManyFalls(20, 74), "opened_at": NOW}
    add(engine, holds, **hold)
    add(engine, holds, **hold, released_at=NOW)
    add(engine, holds, **hold, kind="canaries", route="mercari-shops")
    unchecked = {"check_rank": 0, "check_attempts": 0, "check_unknowns": 0}
    source = add(engine, source_items, marketplace="yahoo", item_id="x", state="sold", **unchecked)
    offer = {
        "user_id": seller,
        "marketplace": "yahoo",
        "source_item_id": source,
        "listing_quantity": 1,
        "created_at": NOW,
        "searching": False,
        "pushed_revision": 1,
        "push_attempts": 0,
    }
    waiting = offer | {"listed": True, "revision": 2, "quantity": 0, "orphan": False}
    add(engine, listings, **waiting, sku="waits", changed_at=NOW - timedelta(minutes=3))
    add(engine, listings, **(waiting | {"orphan": True}), sku="unknown", changed_at=NOW - timedelta(hours=3))
    add(engine, listings, **(waiting | {"revision": 1}), sku="pushed", changed_at=NOW - timedelta(hours=3))
    add(engine, listings, **(waiting | {"user_id": refused}), sku="exposed", changed_at=NOW - timedelta(hours=3))
    publish()
    assert value("holds_open", marketplace="mercari", route="all") == 1
    assert value("holds_open", marketplace="mercari", route="mercari-shops") == 1
    assert value("holds_open", marketplace="mercari", route="mercari-item") == 0
    assert value("holds_open", marketplace="yahoo", route="all") == 0
    assert value("amazon_accounts", verdict="invalid") == 1
    assert value("listings_unpushed_age_seconds", kind="withdrawal") == 180
    assert value("listings_unpushed_age_seconds", kind="restore") == 0


def test_what_was_read_last_stands_while_the_tables_cannot_be_read(engine: Engine, publish: PublishBooks) -> None:
    run(engine, 5, "running", phase="held")
    publish()
    run_tx(engine, lambda c: c.execute(text("ALTER TABLE runs RENAME TO hidden")))
    publish()
    assert value("batch_run_held", **CHECK) == 1


def test_t11_a_row_that_missed_its_start_is_overdue_unless_it_is_paused(engine: Engine, publish: PublishBooks) -> None:
    for name, minutes in (("update-feed-yahoo", 12), ("update-feed-mercari", 10), ("check-background-jobs", 60)):
        at = NOW - timedelta(minutes=minutes)
        add_start = insert(schedule_runs).values(name=name, slot=at, started_at=at)
        run_tx(engine, lambda connection, add_start=add_start: connection.execute(add_start))
    pause = insert(schedule_pauses).values(name="check-background-jobs", paused_at=NOW, paused_by="taro")
    run_tx(engine, lambda connection: connection.execute(pause))

    publish()

    assert value("schedule_overdue", schedule="update-feed-yahoo") == 1
    assert value("schedule_overdue", schedule="update-feed-mercari") == 0
    assert value("schedule_overdue", schedule="check-background-jobs") == 0
    started = (NOW - timedelta(minutes=10)).timestamp()
    assert value("schedule_last_start_timestamp_seconds", schedule="update-feed-mercari") == started


def test_t11_a_row_that_never_started_is_overdue_by_how_long_it_is_here(engine: Engine, publish: PublishBooks) -> None:
    since = {"update-feed-yahoo": 12, "update-feed-mercari": 10, "env-update": 12}
    known = [{"name": name, "since": NOW - timedelta(minutes=minutes)} for name, minutes in since.items()]
    run_tx(engine, lambda connection: connection.execute(insert(schedule_known), known))

    publish()

    overdue = {row.name: value("schedule_overdue", schedule=row.name) for row in SCHEDULE}
    assert [name for name, late in overdue.items() if late] == ["update-feed-yahoo"]


def start(engine: Engine, name: str, ago: timedelta, **ended: object) -> None:
    at = NOW - ago
    run_tx(engine, lambda c: c.execute(insert(schedule_runs).values(name=name, slot=at, started_at=at, **ended)))


def test_what_is_overdue_goes_by_the_clusters_own_times(
    engine: Engine, publish: PublishBooks, cluster: Cluster
) -> None:
    """Values of the chart move a row to once a day, to every hour, and suspend it. NOW is noon in Tokyo."""
    hours = {"check-item-yahoo": 20, "check-item-mercari": 3, "update-item-yahoo": 40, "update-item-mercari": 40}
    for name, number in hours.items():
        start(engine, name, timedelta(hours=number))
    cluster.told = {
        "check-item-yahoo": cron("0 16 * * *"),
        "check-item-mercari": cron("0 * * * *"),
        "update-item-yahoo": cron("30 1,13 * * *", suspended=True),
        "update-item-mercari": cron("no schedule"),
    }

    def overdue() -> list[str]:
        return [name for name in hours if value("schedule_overdue", schedule=name)]

    publish()
    assert overdue() == ["check-item-mercari", "update-item-mercari"]
    cluster.told = None
    publish()
    assert overdue() == ["check-item-mercari", "update-item-mercari"], "the API server is away"


def test_without_cron_jobs_the_tables_times_count(engine: Engine, publish: PublishBooks, cluster: Cluster) -> None:
    start(engine, "check-item-yahoo", timedelta(hours=20))
    publish()
    assert value("schedule_overdue", schedule="check-item-yahoo") == 1
    assert value("batch_run_interval_seconds", operation="update", marketplace="yahoo") == 12 * 3600
    cluster.told = {}
    publish()
    assert value("schedule_overdue", schedule="check-item-yahoo") == 1, "somebody deleted its CronJob"


def test_how_long_a_run_may_be_missing_goes_by_its_cron_job(
    engine: Engine, publish: PublishBooks, cluster: Cluster
) -> None:
    update = {"operation": "update", "marketplace": "yahoo"}
    known = {"name": "update-item-yahoo", "since": NOW - timedelta(days=2)}
    run_tx(engine, lambda c: c.execute(insert(schedule_known).values(**known)))
    cluster.told = {"update-item-yahoo": cron("0 1,5 * * *")}
    publish()
    assert value("batch_run_interval_seconds", **update) == 20 * 3600
    assert value("batch_run_waiting_since_timestamp_seconds", **update) == (NOW - timedelta(days=2)).timestamp()

    run(engine, 1, "finished", ended=timedelta(hours=3), operation="update")
    cluster.told = {"update-item-yahoo": cron("0 1,5 * * *", suspended=True)}
    publish()
    assert value("batch_run_interval_seconds", **update) is None
    assert value("batch_run_waiting_since_timestamp_seconds", **update) == (NOW - timedelta(hours=3)).timestamp()


def test_a_marketplace_that_comes_back_has_missed_nothing_while_it_was_off(
    engine: Engine, publish: PublishBooks, cluster: Cluster
) -> None:
    """The chart makes its CronJobs anew. NOW is noon in Tokyo; one is made before the start of this morning."""
    update = {"operation": "update", "marketplace": "yahoo"}
    run(engine, 1, "finished", ended=timedelta(days=9), operation="update")
    start(engine, "update-item-yahoo", timedelta(days=9))
    for hours, overdue in ((2, 0), (15, 1)):
        made = NOW - timedelta(hours=hours)
        cluster.told = {"update-item-yahoo": cron("30 1,11 * * *", made=made)}
        publish()
        assert value("batch_run_waiting_since_timestamp_seconds", **update) == made.timestamp()
        assert value("schedule_overdue", schedule="update-item-yahoo") == overdue


def test_a_row_failed_by_its_last_exit_code_or_when_it_does_not_end(engine: Engine, publish: PublishBooks) -> None:
    hour = timedelta(hours=1)
    good, bad = ({"ended_at": NOW - hour, "exit_code": code} for code in (0, 1))
    start(engine, "env-update", 30 * hour, **good)
    start(engine, "env-update", 6 * hour, **bad)
    start(engine, "validate-mws-tokens", 9 * hour, **bad)
    start(engine, "validate-mws-tokens", 5 * hour, **good)
    start(engine, "delete-old-items", 2 * hour)
    start(engine, "check-item-yahoo", 2 * hour)
    start(engine, "update-feed-yahoo", 2 * hour, **bad)
    start(engine, "update-feed-yahoo", timedelta(minutes=1))
    start(engine, "check-item-mercari", 2 * hour, ended_at=NOW - hour, exit_code=75)  # its pod was moved
    start(engine, "check-item-mercari", timedelta(minutes=1))
    start(engine, "update-item-yahoo", 2 * hour, **bad)
    pause = insert(schedule_pauses).values(name="update-item-yahoo", paused_at=NOW, paused_by="taro")
    run_tx(engine, lambda connection: connection.execute(pause))
    publish()
    failed = [row.name for row in SCHEDULE if value("schedule_failed", schedule=row.name)]
    assert failed == ["update-feed-yahoo", "env-update", "delete-old-items"]


def test_sellers_jobs_wait_run_do_not_move_and_fail(engine: Engine, publish: PublishBooks) -> None:
    seller = add(engine, users, username="a", plan=2, active=True, is_staff=False, created_at=NOW)
    counts = dict.fromkeys(("done", "made", "left_out", "wrong", "turn", "fence", "attempts"), 0)
    new = {"user_id": seller, "kind": "search", "state": "waiting", "phase": "searching", "arguments": "{}"}
    new |= counts | {"cursor": "{}", "created_by": "a", "created_at": NOW, "heartbeat_at": NOW}
    claimed = {"claim": "worker", "attempts": 1, "state": "running"}

    def ago(minutes: int) -> datetime:
        return NOW - timedelta(minutes=minutes)

    add(engine, jobs, **new | {"heartbeat_at": ago(7)})
    add(engine, jobs, **new | {"heartbeat_at": ago(40), "not_before": ago(3)})
    add(engine, jobs, **new | {"heartbeat_at": ago(40), "not_before": ago(-3)})  # The batch is postponed.
    add(engine, jobs, **new | {"heartbeat_at": ago(40), "phase": "preparing"})
    add(engine, jobs, **new | claimed)
    add(engine, jobs, **new | claimed | {"heartbeat_at": ago(16)})
    # It made progress once, and then none.
    add(engine, jobs, **new | claimed | {"heartbeat_at": ago(16), "attempts": 0})
    add(engine, jobs, **new | {"state": "failed", "ended_at": ago(59)})
    add(engine, jobs, **new | {"state": "failed", "ended_at": ago(61)})

    publish()

    states = {state: value("jobs", kind="search", state=state) for state in ("waiting", "running", "frozen")}
    assert states == {"waiting": 2, "running": 3, "frozen": 2}
    assert value("jobs_oldest_waiting_seconds", kind="search") == 7 * 60
    assert value("jobs_oldest_waiting_seconds", kind="import") == 0
    assert value("jobs_failed_last_hour", kind="search") == 1


def test_runs_go_on_being_counted_after_old_ones_were_deleted(engine: Engine, publish: PublishBooks) -> None:
    publish()
    before = value("batch_runs_total", **CHECK, outcome="failed") or 0.0
    old = [run(engine, number, "failed", ended=timedelta(days=31)) for number in (1, 2)]
    publish()
    run_tx(engine, lambda c: c.execute(delete(runs).where(runs.c.id.in_(old))))
    publish()
    assert value("batch_runs_total", **CHECK, outcome="failed") == before + 2
    run(engine, 3, "failed", ended=timedelta(minutes=5))
    publish()
    assert value("batch_runs_total", **CHECK, outcome="failed") == before + 3


def test_an_operator_that_starts_again_counts_no_run_of_before(engine: Engine, publish: PublishBooks) -> None:
    """Prometheus takes a counter that falls for one that began anew, and all of it for new."""
    publish()
    before = value("batch_runs_total", **CHECK, outcome="failed")
    for number in (1, 2):
        run(engine, number, "failed", ended=timedelta(days=number))
    again = PublishBooks(publish.store, PrometheusBooks(), publish.cluster, publish.now)
    again()
    assert value("batch_runs_total", **CHECK, outcome="failed") == before
    run(engine, 3, "failed", ended=timedelta(minutes=5))
    again()
    assert value("batch_runs_total", **CHECK, outcome="failed") == before + 1


def test_old_rows_that_were_deleted_are_counted_by_record(engine: Engine, publish: PublishBooks) -> None:
    run_tx(engine, lambda c: c.execute(insert(prunings).values(record="events", rows=1500, pruned_at=NOW)))
    before = value("records_deleted_total", record="events") or 0.0
    publish()
    run_tx(engine, lambda c: c.execute(update(prunings).values(rows=1700)))
    publish()
    assert value("records_deleted_total", record="events") == before + 1700


def test_what_a_marketplace_needs_and_has_is_published_once_it_is_known(engine: Engine, publish: PublishBooks) -> None:
    row = {"marketplace": "mercari", "sources": 43_200, "calls": 21_600, "often_sources": 0, "often_calls": 0}
    run_tx(engine, lambda c: c.execute(insert(capacities).values(**row, counted_at=NOW)))
    publish()
    assert value("capacity_needed_calls_per_second", marketplace="mercari") == 0.5
    assert value("capacity_available_calls_per_second", marketplace="mercari") is None

    told = {"allowed_per_second": 0.75, "in_force_per_second": 0.1, "heard_at": NOW}
    run_tx(engine, lambda c: c.execute(update(capacities).values(**told)))
    publish()
    assert value("capacity_available_calls_per_second", marketplace="mercari") == 0.75


def covered(engine: Engine, user_id: int, sources: int, number: int, **since: timedelta) -> None:
    row = {"marketplace": "mercari", "user_id": user_id, "sources": sources, "covered": number, "unseen": 0}
    times = {name: NOW - age for name, age in since.items()}
    row |= dict.fromkeys(("half_since", "most_since", "oldest_at")) | times | {"counted_at": NOW - timedelta(minutes=9)}
    run_tx(engine, lambda c: c.execute(insert(coverages).values(**row)))


def test_coverage_is_published_of_all_sellers_and_of_the_worst_one(engine: Engine, publish: PublishBooks) -> None:
    minute, hour = timedelta(minutes=1), timedelta(hours=1)
    covered(engine, 0, 1000, 990, half_since=2 * hour, most_since=9 * hour, oldest_at=20 * hour)
    covered(engine, 1, 990, 985, half_since=2 * hour, most_since=9 * hour, oldest_at=20 * hour)
    covered(engine, 2, 10, 5, half_since=minute, most_since=11 * hour, oldest_at=12 * hour)
    publish()
    assert value("coverage_ratio", marketplace="mercari", of="all") == 0.99
    assert value("coverage_ratio", marketplace="mercari", of="worst_seller") == 0.5
    counted = value("coverage_counted_timestamp_seconds", marketplace="mercari")
    assert counted == (NOW - timedelta(minutes=9)).timestamp()
    hours = {of: [_age(of, quantile) for quantile in ("0.5", "0.95", "1")] for of in ("all", "worst_seller")}
    assert hours == {"all": [2, 9, 20], "worst_seller": [2, 11, 20]}

    run_tx(engine, lambda c: c.execute(update(coverages).values(half_since=None, most_since=None, oldest_at=None)))
    publish()
    assert [_age("all", quantile) for quantile in ("0.5", "0.95", "1")] == [None, None, None]


def _age(of: str, quantile: str) -> float | None:
    seconds = value("look_age_seconds", marketplace="mercari", of=of, quantile=quantile)
    return None if seconds is None else seconds / 3600


def test_sources_that_nobody_has_counted_are_not_taken_as_covered(engine: Engine, publish: PublishBooks) -> None:
    """The alert fires for an old time. While there is no source, there is nothing to count."""
    publish()
    assert value("coverage_counted_timestamp_seconds", marketplace="yahoo") == NOW.timestamp()

    unchecked = {"check_rank": 0, "check_attempts": 0, "check_unknowns": 0}
    add(engine, source_items, marketplace="yahoo", item_id="x", state="unknown", **unchecked)
    publish()
    assert value("coverage_counted_timestamp_seconds", marketplace="yahoo") == 0
    assert value("coverage_ratio", marketplace="yahoo", of="all") is None
