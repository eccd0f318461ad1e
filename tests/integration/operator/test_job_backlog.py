"""Sellers' open jobs are the backlog that determines the size of the pools jobs-search and jobs-import."""

from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import Engine, insert

from mercarich_db.engine import run_tx
from mercarich_db.tables import jobs, users
from mercarich_operator.adapters.signals import KafkaAndRows
from mercarich_operator.domain.pools import Contract, Deployment, Pool

NOW = datetime(2026, 9, 1, 3, 0, tzinfo=UTC)


def test_open_jobs_count_for_their_pool_and_those_that_rest_or_have_ended_do_not(
    engine: Engine, kafka_bootstrap: str
) -> None:
    user = {"id": 1, "username": "hanako", "plan": 2, "active": True, "is_staff": False, "created_at": NOW}
    run_tx(engine, lambda connection: connection.execute(insert(users), [user]))
    add(engine, "search", "searching")
    add(engine, "search", "searching", claim="w1", claim_until=NOW + timedelta(minutes=1))
    add(engine, "search", "searching", not_before=NOW + timedelta(minutes=1))
    add(engine, "search", "ended", ended_at=NOW)
    add(engine, "import", "preparing")
    add(engine, "import", "confirming")
    add(engine, "import", "comparing")

    signals = KafkaAndRows(kafka_bootstrap, engine, lambda: NOW).read([pool("search"), pool("import")])

    assert {name: signal.backlog.rows for name, signal in signals.items()} == {"jobs-search": 2, "jobs-import": 1}


def pool(kind: str) -> Pool:
    contract = Contract("BACKGROUND_SEARCH_WORKER", 1, 16, f"jobs.{kind}", f"jobs-{kind}", 5, 4)
    return Pool(Deployment(f"rel-jobs-{kind}", f"jobs-{kind}", "uid", {}, 1, 1, 1, None), contract)


def add(engine: Engine, kind: str, phase: str, **values: Any) -> None:
    row = {
        "user_id": 1,
        "kind": kind,
        "state": "running",
        "phase": phase,
        "arguments": "{}",
        "cursor": "{}",
        "created_by": "t",
        "created_at": NOW,
        "heartbeat_at": NOW,
        **dict.fromkeys(("done", "made", "left_out", "wrong", "turn", "fence", "attempts"), 0),
    }
    run_tx(engine, lambda connection: connection.execute(insert(jobs).values(**row | values)))
