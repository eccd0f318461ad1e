"""Faults: whatever is unavailable, autoscalers stay as they are; nothing is written without need; foreign changes are
reverted."""

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import httpx
import pytest
from prometheus_client import REGISTRY
from sqlalchemy import Connection, Engine, insert, text
from tests.integration.operator.conftest import FOLLOWS_SECONDS, REAL, Operator, until
from tests.integration.operator.lab import Lab
from tests.services.process import free_port

from mercarich_db.engine import run_tx
from mercarich_db.tables import runs, source_items
from mercarich_local.broker import EmbeddedBroker
from mercarich_platform.kafka import Publisher, TopicSpec, ensure_topics

SetTo = Callable[..., None]
SELDOM = {"interval_seconds": 60}
"""So long an interval that only events that wake the operator are noticed within a test."""
needs_faults = pytest.mark.skipif(REAL, reason="only the fake API answers errors on demand")


def test_nothing_is_written_when_nothing_differs(lab: Lab, operator: Operator) -> None:
    name = lab.pool()
    until(lambda: lab.bounds(name))
    operator.rounds()
    before, told = lab.autoscaler(name)["metadata"]["managedFields"], lab.events(name)

    operator.rounds(4)

    after = [
        each for each in lab.autoscaler(name)["metadata"]["managedFields"] if each["manager"] == before[0]["manager"]
    ]
    assert after == [each for each in before if each["manager"] == before[0]["manager"]]
    assert lab.events(name) == told
    if lab.fake:
        assert lab.fake.writes == ["patch horizontalpodautoscalers"]
        assert lab.fake.refused == []


def test_bounds_that_somebody_edits_are_set_back_at_once(lab: Lab, new_operator: Callable[..., Operator]) -> None:
    name = lab.pool()
    new_operator(**SELDOM)
    until(lambda: lab.bounds(name))

    lab.call("PATCH", lab.autoscalers(name), {"spec": {"maxReplicas": 20}}, "application/merge-patch+json")

    until(lambda: lab.bounds(name) == (1, 5), 15)


def test_a_new_pool_and_changed_annotations_are_seen_at_once(lab: Lab, new_operator: Callable[..., Operator]) -> None:
    operator = new_operator(**SELDOM)
    operator.rounds(1)

    name = lab.pool()

    until(lambda: lab.bounds(name) == (1, 5), 15)
    lab.annotate(name, "bounds", "1..3")
    until(lambda: lab.bounds(name) == (1, 3), 15)


def test_a_changed_setting_is_seen_at_once(lab: Lab, new_operator: Callable[..., Operator], set_to: SetTo) -> None:
    name = lab.pool()
    new_operator(**SELDOM)
    until(lambda: lab.bounds(name))

    set_to(INVCHK_YAHOO_WORKER=8)

    until(lambda: lab.bounds(name) == (1, 8), 15)


@needs_faults
def test_a_watch_whose_history_is_gone_begins_again(lab: Lab, new_operator: Callable[..., Operator]) -> None:
    assert lab.fake
    name = lab.pool()
    new_operator(**SELDOM)
    until(lambda: lab.bounds(name))

    lab.fake.objects.forget()
    lab.annotate(name, "bounds", "1..3")

    until(lambda: lab.bounds(name) == (1, 3), 20)


@needs_faults
@pytest.mark.parametrize("status", [409, 429, 500, 503])
def test_an_api_server_that_answers_errors_leaves_everything_and_is_asked_again(
    lab: Lab, operator: Operator, set_to: SetTo, status: int
) -> None:
    assert lab.fake
    name = lab.pool()
    until(lambda: lab.bounds(name))

    lab.fake.fault = status
    set_to(INVCHK_YAHOO_WORKER=8)
    operator.rounds(3)
    assert lab.bounds(name) == (1, 5)
    assert _up("cluster") == 0

    lab.fake.fault = None
    until(lambda: lab.bounds(name) == (1, 8), FOLLOWS_SECONDS)


def test_a_database_that_is_away_leaves_everything_and_is_said_once(
    lab: Lab, operator: Operator, engine: Engine
) -> None:
    name = lab.pool()
    until(lambda: lab.bounds(name) == (1, 5))
    operator.rounds()

    with _without(engine, "settings"):
        operator.rounds(4)
        assert lab.bounds(name) == (1, 5)
        assert [reason for kind, reason, _ in lab.events(name) if kind == "Warning"] == ["BoundsStand"]
        assert _up("database") == 0
        assert (REGISTRY.get_sample_value("mercarich_operator_settings_age_seconds") or 0) > 4

    until(lambda: _up("database") == 1)


def test_a_broker_that_is_away_leaves_everything(
    lab: Lab, engine: Engine, set_to: SetTo, new_operator: Callable[..., Operator], tmp_path: Path
) -> None:
    name, port = lab.pool(), free_port()
    operator = new_operator(bootstrap=f"127.0.0.1:{port}")

    operator.rounds(2)
    assert lab.autoscaler(name) is None
    assert "no Kafka broker answers" in until(lambda: lab.events(name))[0][2]

    with EmbeddedBroker(port, tmp_path / "late-broker.log"):
        until(lambda: lab.bounds(name) == (1, 5))
        operator.stop()


def test_a_backlog_raises_the_minimum_and_its_end_lets_it_fall(
    lab: Lab, operator: Operator, set_to: SetTo, engine: Engine
) -> None:
    name = lab.pool()
    set_to(INVCHK_YAHOO_WORKER=6)
    until(lambda: lab.bounds(name) == (1, 6))

    run = run_tx(engine, _run_with(120))
    until(lambda: lab.bounds(name) == (3, 6))
    assert "min raised from 1 to 3 by the backlog" in lab.reason(name)
    run_tx(
        engine, lambda c: c.execute(text("UPDATE source_items SET check_run=NULL WHERE check_run=:run"), {"run": run})
    )
    until(lambda: lab.bounds(name) == (1, 6))


def test_records_are_backlog_too(lab: Lab, operator: Operator, kafka_bootstrap: str, unique: str) -> None:
    ensure_topics(kafka_bootstrap, [TopicSpec(unique, 2, 3_600_000)])
    publisher = Publisher(kafka_bootstrap, client_id=unique, topics=[TopicSpec(unique, 2, 3_600_000)])
    for _ in range(7):
        publisher.publish(unique, b"{}", key=b"k")
    publisher.flush(20)
    publisher.close()

    name = lab.pool(topic=unique, group=unique, per_replica_target="5")

    until(lambda: lab.bounds(name) == (2, 2))
    assert "max 5 lowered to 2: the topic has 2 partitions" in lab.reason(name)


def test_a_deleted_pool_takes_its_autoscaler_along(lab: Lab, operator: Operator) -> None:
    name = lab.pool()
    until(lambda: lab.bounds(name))

    lab.call("DELETE", lab.deployments(name))

    until(lambda: lab.autoscaler(name) is None)
    operator.rounds(2)
    assert lab.autoscaler(name) is None


def test_an_operator_with_a_wrong_broker_lives_and_is_not_ready(
    lab: Lab, engine: Engine, database_url: str, port: int
) -> None:
    lab.pool()
    environment = os.environ | {
        "KUBECONFIG": str(lab.kubeconfig),
        "MERCARICH_DATABASE_URL": database_url,
        "MERCARICH_KAFKA_BOOTSTRAP": f"127.0.0.1:{free_port()}",
        "MERCARICH_METRICS_PORT": str(port),
        "OPERATOR_INTERVAL_SECONDS": "2",
    }
    command = [str(Path(sys.executable).with_name("mercarich-operator")), "run"]
    with subprocess.Popen(command, env=environment) as process:
        try:
            answer = until(lambda: _ended_round(port))
            assert httpx.get(f"http://127.0.0.1:{port}/healthz").status_code == 200
        finally:
            process.terminate()

    assert answer.status_code == 503
    assert "no Kafka broker answers" in answer.text


def test_the_process_answers_probes_and_ends_within_seconds(
    lab: Lab, engine: Engine, database_url: str, kafka_bootstrap: str, port: int
) -> None:
    name = lab.pool()
    environment = os.environ | {
        "KUBECONFIG": str(lab.kubeconfig),
        "MERCARICH_DATABASE_URL": database_url,
        "MERCARICH_KAFKA_BOOTSTRAP": kafka_bootstrap,
        "MERCARICH_METRICS_PORT": str(port),
        "OPERATOR_INTERVAL_SECONDS": "2",
    }
    command = [str(Path(sys.executable).with_name("mercarich-operator")), "run"]
    with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True) as process:
        until(lambda: lab.bounds(name))
        until(lambda: httpx.get(f"http://127.0.0.1:{port}/readyz").status_code == 200)
        assert httpx.get(f"http://127.0.0.1:{port}/healthz").status_code == 200
        metrics = until(lambda: _metrics(port))
        process.send_signal(signal.SIGTERM)
        output, _ = process.communicate(timeout=20)

    assert process.returncode == 0, output
    assert "Traceback" not in output
    assert 'mercarich_pool_replicas{kind="max",pool="checker-yahoo"} 5.0' in metrics
    assert 'mercarich_operator_hpa_writes_total{pool="checker-yahoo"} 1.0' in metrics


def _ended_round(port: int) -> httpx.Response | None:
    """Return the readiness after the first round; None before."""
    try:
        answer = httpx.get(f"http://127.0.0.1:{port}/readyz")
    except httpx.TransportError:
        return None
    return None if "first round" in answer.text else answer


def _metrics(port: int) -> str:
    found = httpx.get(f"http://127.0.0.1:{port}/metrics").text
    return found if "mercarich_pool_replicas{" in found else ""


def _up(source: str) -> float | None:
    return REGISTRY.get_sample_value("mercarich_operator_source_up", {"source": source})


@contextmanager
def _without(engine: Engine, table: str) -> Iterator[None]:
    run_tx(engine, lambda c: c.execute(text(f"ALTER TABLE {table} RENAME TO {table}_away")))
    try:
        yield
    finally:
        run_tx(engine, lambda c: c.execute(text(f"ALTER TABLE {table}_away RENAME TO {table}")))


def _run_with(items: int) -> Callable[[Connection], int]:
    """A running check run of Yahoo with this many items left."""
    now = datetime.now(UTC)
    counts = "planned checked available out_of_stock unknown unparsable unfinished set_aside fallen withdrawn held"
    row = dict.fromkeys(counts.split(), 0) | {
        "operation": "check",
        "marketplace": "yahoo",
        "generation": 1,
        "arguments": "{}",
        "outcome": "running",
        "phase": "checking",
        "started_at": now,
        "heartbeat_at": now,
        "held_seconds": 0.0,
        "skipped": "{}",
    }

    def write(connection: Connection) -> int:
        run: int = connection.execute(insert(runs).values(**row)).lastrowid
        zero = {"check_rank": 0, "check_attempts": 0, "check_unknowns": 0, "state": "unknown", "marketplace": "yahoo"}
        connection.execute(insert(source_items), [{**zero, "item_id": f"x{n}", "check_run": run} for n in range(items)])
        return run

    return write
