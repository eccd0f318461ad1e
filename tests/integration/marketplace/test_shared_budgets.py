"""The budgets in the database: one grid for all replicas, one pause, one breaker, one probe."""

import threading
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from uuid import uuid4

import orjson
import pytest
from sqlalchemy import Engine, select, text, update
from tests.conftest import REAL_SERVICES

from mercarich_db.engine import create, reading, run_tx
from mercarich_db.tables import egress_budgets
from mercarich_marketplace.adapters.budgets_sql import SqlBudgets
from mercarich_marketplace.breaker import Outcome, Rules
from mercarich_marketplace.budget import (
    AHEAD_SECONDS,
    BLOCK_SECONDS,
    FORMAT,
    LONGEST_PAUSE_SECONDS,
    Ask,
    Closed,
    NewerFormat,
    Seen,
    Throttled,
)
from mercarich_marketplace.limits import Limits
from mercarich_platform.outages import DatabaseAway

LIMITS = Limits(
    rate_per_second=100.0,
    recovery_per_second=0.05,
    concurrency=8,
    call_seconds=5.0,
    rules=Rules(block_streak=3, open_seconds=60.0),
)
NAME = "mercari"


@pytest.fixture
def engine(database_url: str, to_head: Callable[[Engine], None]) -> Iterator[Engine]:
    engine = create(database_url)
    to_head(engine)
    yield engine
    engine.dispose()


@pytest.fixture
def replicas(engine: Engine, database_url: str) -> Iterator[tuple[SqlBudgets, SqlBudgets]]:
    """Two processes' ways to the budgets."""
    first, second = SqlBudgets(database_url, {NAME: LIMITS}), SqlBudgets(database_url, {NAME: LIMITS})
    yield first, second
    first.close()
    second.close()


def test_two_replicas_get_cells_of_one_grid(replicas: tuple[SqlBudgets, SqlBudgets]) -> None:
    first = replicas[0].settle(NAME, Ask("first", cells=10))
    second = replicas[1].settle(NAME, Ask("second", cells=10))

    assert list(first.cells) == pytest.approx([number / 100 for number in range(10)], abs=1e-3)
    assert len(second.cells) == 10
    assert second.cells[-1] <= AHEAD_SECONDS + BLOCK_SECONDS


def test_no_news_and_no_cell_are_lost_when_many_ask_at_once(
    engine: Engine, replicas: tuple[SqlBudgets, SqlBudgets]
) -> None:
    failures = list[BaseException]()

    def many(budgets: SqlBudgets, name: str) -> None:
        try:
            for _ in range(30):
                budgets.settle(NAME, Ask(name, cells=1, under_way=1, news=(Seen(Outcome.GOOD),)))
        except BaseException as error:  # noqa: BLE001
            failures.append(error)

    threads = [
        threading.Thread(target=many, args=(budgets, f"{number}-{thread}"))
        for number, budgets in enumerate(replicas)
        for thread in range(2)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert failures == []
    counted = orjson.loads(state(engine)[1])["breaker"]["recent"]
    assert sum(times for _, _, times in counted) == 4 * 30


def test_a_retry_after_of_one_pauses_both(replicas: tuple[SqlBudgets, SqlBudgets]) -> None:
    replicas[0].settle(NAME, Ask("first", news=(Throttled(30.0),)))
    other = replicas[1].settle(NAME, Ask("second", cells=5))

    assert other.cells == ()
    assert other.share == pytest.approx(0.5, abs=0.01)
    assert other.open_seconds is None


def test_blocks_seen_by_both_open_one_breaker_for_both(replicas: tuple[SqlBudgets, SqlBudgets]) -> None:
    first, second = replicas
    assert not first.settle(NAME, Ask("first", news=(Seen(Outcome.BLOCKED, 2),))).opened
    assert second.settle(NAME, Ask("second", cells=5, news=(Seen(Outcome.BLOCKED),))).opened
    refused = first.settle(NAME, Ask("first", cells=5))

    assert refused.cells == ()
    assert refused.open_seconds == pytest.approx(60, abs=1)


def test_one_replica_probes_and_its_outcome_counts_for_both(engine: Engine, database_url: str) -> None:
    short = replace(LIMITS, rules=Rules(open_seconds=0))
    first, second = SqlBudgets(database_url, {NAME: short}), SqlBudgets(database_url, {NAME: short})
    first.settle(NAME, Ask("first", news=(Closed(0),)))

    probe = first.settle(NAME, Ask("first", cells=1, probe=True))
    other = second.settle(NAME, Ask("second", cells=1, probe=True))
    assert (len(probe.cells), other.cells, other.open_seconds) == (1, (), 0.0)

    first.settle(NAME, Ask("first", news=(Seen(Outcome.GOOD, probe=True),)))
    assert second.settle(NAME, Ask("second", cells=1)).open_seconds is None
    first.close()
    second.close()


def test_the_calls_at_once_of_both_together_keep_the_limit(replicas: tuple[SqlBudgets, SqlBudgets]) -> None:
    alone = replicas[0].settle(NAME, Ask("first", cells=1, under_way=0))
    waiting = replicas[1].settle(NAME, Ask("second", cells=1))
    busy = replicas[0].settle(NAME, Ask("first", cells=1, under_way=6))
    still_less = replicas[1].settle(NAME, Ask("second", cells=1))
    half = replicas[0].settle(NAME, Ask("first", cells=1, under_way=3))
    other_half = replicas[1].settle(NAME, Ask("second", cells=1))

    assert (alone.slots, waiting.slots) == (6, 2)
    assert (busy.slots, still_less.slots) == (4, 2)
    assert (half.slots, other_half.slots) == (4, 4)


def test_nothing_is_written_while_nobody_calls(engine: Engine, replicas: tuple[SqlBudgets, SqlBudgets]) -> None:
    replicas[0].settle(NAME, Ask("first", cells=1))
    replicas[0].settle(NAME, Ask("first"))
    before = state(engine)
    for budgets in replicas:
        budgets.settle(NAME, Ask("one"))

    assert state(engine) == before


def test_a_state_of_a_clock_that_was_ahead_stops_nobody_for_longer_than_a_moment(
    engine: Engine, replicas: tuple[SqlBudgets, SqlBudgets]
) -> None:
    replicas[0].settle(NAME, Ask("first", cells=1))
    document = orjson.loads(state(engine)[1])
    document["pace"]["grid"] += 86_400
    document["members"]["gone"] = [8, document["pace"]["grid"], None, 0.0]
    _write(engine, document)

    grant = replicas[1].settle(NAME, Ask("second", cells=1))
    assert grant.again_seconds <= 1
    assert orjson.loads(state(engine)[1])["pace"]["grid"] < document["pace"]["grid"] - 86_000


def test_a_replica_that_is_configured_with_less_lowers_the_rate_of_all(engine: Engine, database_url: str) -> None:
    less = replace(LIMITS, rate_per_second=10.0, concurrency=2)
    first, second = SqlBudgets(database_url, {NAME: LIMITS}), SqlBudgets(database_url, {NAME: less})
    alone = first.settle(NAME, Ask("first"))
    second.settle(NAME, Ask("second"))
    lowered = first.settle(NAME, Ask("first", cells=10))
    first.close()
    second.close()

    assert (alone.rate_per_second, alone.concurrency) == (100.0, 8)
    assert (lowered.rate_per_second, lowered.concurrency) == (10.0, 2)
    assert (lowered.cell_seconds, lowered.slots) == (0.1, 2)


@pytest.mark.parametrize("state_of_before", ["{", "[]", "{}", '{"pace": {}, "members": []}', '{"format": 0}'])
def test_a_row_that_cannot_be_read_is_written_anew_with_a_pause(
    engine: Engine, replicas: tuple[SqlBudgets, SqlBudgets], caplog: pytest.LogCaptureFixture, state_of_before: str
) -> None:
    replicas[0].settle(NAME, Ask("first", cells=1))
    run_tx(engine, lambda connection: connection.execute(update(egress_budgets).values(state=state_of_before)))

    for name, budgets in zip(("first", "second"), replicas, strict=True):
        assert budgets.settle(NAME, Ask(name, cells=1)).cells == ()
    document = orjson.loads(state(engine)[1])
    assert [record.message for record in caplog.records] == [
        "the shared budget could not be read: it begins anew in a minute"
    ]

    document["pace"]["paused_until"] -= LONGEST_PAUSE_SECONDS
    document["pace"]["grid"] -= LONGEST_PAUSE_SECONDS
    _write(engine, document)
    assert len(replicas[0].settle(NAME, Ask("first", cells=1)).cells) == 1


@pytest.mark.parametrize(
    ("place", "wrong"),
    [
        *((("lowest", "rate", 0), wrong) for wrong in (0, -1.0, "many")),
        *((("lowest", "concurrency", 0), wrong) for wrong in (0, -1)),
        *((("pace", "share"), wrong) for wrong in (0, -0.5, None)),
        *((("members", "first", 0), wrong) for wrong in (None, "many")),
        *((("breaker", "blocked_in_a_row"), wrong) for wrong in (None, "many")),
    ],
)
def test_a_row_with_one_wrong_field_is_written_anew_with_a_pause(
    engine: Engine, replicas: tuple[SqlBudgets, SqlBudgets], place: tuple[str | int, ...], wrong: object
) -> None:
    replicas[0].settle(NAME, Ask("first", cells=1))
    document = orjson.loads(state(engine)[1])
    part = document
    for step in place[:-1]:
        part = part[step]
    part[place[-1]] = wrong
    _write(engine, document)

    grant = replicas[1].settle(NAME, Ask("second", cells=1, news=(Seen(Outcome.BLOCKED),)))

    assert grant.cells == ()
    after = orjson.loads(state(engine)[1])
    assert after["pace"]["paused_until"] > document["pace"]["grid"] + LONGEST_PAUSE_SECONDS / 2
    assert (grant.rate_per_second, grant.concurrency) == (LIMITS.rate_per_second, LIMITS.concurrency)


def test_a_row_of_a_newer_release_is_left_as_it_is_and_says_what_to_do(
    engine: Engine, replicas: tuple[SqlBudgets, SqlBudgets]
) -> None:
    replicas[0].settle(NAME, Ask("first", cells=1))
    _write(engine, {"format": FORMAT + 1, "newer": "state"})
    before = state(engine)
    with pytest.raises(NewerFormat, match="upgrade this proxy, or end the newer ones"):
        replicas[0].settle(NAME, Ask("first", cells=1))
    assert state(engine) == before

    run_tx(engine, lambda connection: connection.execute(update(egress_budgets).values(state=None)))
    assert len(replicas[0].settle(NAME, Ask("first", cells=1)).cells) == 1


@pytest.mark.skipif(not REAL_SERVICES, reason="SQLite knows no users")
def test_a_user_of_this_table_alone_is_enough(engine: Engine) -> None:
    """As docs/kubernetes.md has it."""
    user = f"proxy_{uuid4().hex[:8]}"
    with engine.begin() as connection:
        connection.execute(text(f"CREATE USER {user} IDENTIFIED BY 'long enough'"))
        connection.execute(text(f"GRANT SELECT, INSERT, UPDATE ON egress_budgets TO {user}"))
    url = engine.url.set(username=user, password="long enough").render_as_string(hide_password=False)
    budgets = SqlBudgets(url, {NAME: LIMITS})

    assert len(budgets.settle(NAME, Ask("first", cells=1)).cells) == 1
    budgets.close()


def test_a_database_that_is_away_is_told_as_such() -> None:
    away = SqlBudgets("mysql+pymysql://nobody@127.0.0.1:9/none", {NAME: LIMITS})
    with pytest.raises(DatabaseAway):
        away.settle(NAME, Ask("first", cells=1))
    away.close()


def state(engine: Engine) -> tuple[int, str]:
    with reading(engine) as connection:
        row = connection.execute(select(egress_budgets.c.revision, egress_budgets.c.state)).one()
    return row.revision, row.state


def _write(engine: Engine, document: Mapping[str, object]) -> None:
    changed = update(egress_budgets).values(state=orjson.dumps(document).decode())
    run_tx(engine, lambda connection: connection.execute(changed))


@pytest.mark.skipif(not REAL_SERVICES, reason="SQLite has no server that ends a connection")
def test_a_connection_that_the_server_ended_between_two_exchanges_costs_one_of_them(
    engine: Engine, replicas: tuple[SqlBudgets, SqlBudgets]
) -> None:
    """The pool has one connection. It was used so recently that it is given out without a test."""
    replica = replicas[0]
    replica.settle(NAME, Ask("first", cells=1))
    query = text("SELECT id FROM information_schema.processlist WHERE db = DATABASE() AND id <> CONNECTION_ID()")
    with reading(engine) as connection:
        for number in connection.execute(query).scalars().all():
            connection.execute(text(f"KILL CONNECTION {number}"))

    # The error's traceback keeps alive what had failed, as in a process in which nothing else happens.
    with pytest.raises(DatabaseAway, match="is away") as kept:
        replica.settle(NAME, Ask("first", cells=1))
    assert replica.settle(NAME, Ask("first", cells=1)).cells
    assert kept.tb is not None
