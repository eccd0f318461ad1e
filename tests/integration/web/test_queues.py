"""`mercarich queue info` against a broker, and without one."""

import json
import time
from collections.abc import Callable

import pytest
from tests.integration.web.conftest import Mercarich
from tests.integration.web.rows import Rows

from mercarich_contracts.messages import WATCH_BATCH_ITEMS
from mercarich_contracts.topics import DEAD_LETTERS, LISTINGS_CHANGED, TOPICS
from mercarich_platform.kafka import Publisher


def test_o4_lag_age_and_dead_letters_of_each_pool_are_shown(mercarich: Mercarich, kafka_bootstrap: str) -> None:
    # A worker that another test killed stays in the group until its session expires.
    _until(lambda: not _feed(mercarich)["workers"], 60)
    before = _feed(mercarich)
    publisher = Publisher(kafka_bootstrap, client_id="test", topics=[*TOPICS, *DEAD_LETTERS])
    for topic in (*[LISTINGS_CHANGED.name] * 3, LISTINGS_CHANGED.dead_letters):
        publisher.publish(topic, b"{}", key=b"1")
    publisher.flush(10)
    publisher.close()

    _until(lambda: _feed(mercarich)["lag"] == before["lag"] + 3)
    pools = mercarich.json("queue", "info")["pools"]

    assert [(pool["name"], pool["topic"]) for pool in pools] == [
        ("checker-yahoo", "check.yahoo"),
        ("checker-mercari", "check.mercari"),
        ("updater-yahoo", "update.yahoo"),
        ("updater-mercari", "update.mercari"),
        ("feed", "listings.changed"),
        ("jobs-search", "jobs.search"),
        ("jobs-import", "jobs.import"),
    ]
    feed = pools[4]
    assert feed["partitions"] == LISTINGS_CHANGED.partitions
    assert feed["dead_letters"] == before["dead_letters"] + 1
    assert feed["oldest_age_seconds"] >= 0
    assert not feed["workers"]
    assert "listings.changed" in mercarich.page("queue", "info")
    assert [pool["name"] for pool in mercarich.json("status")["pools"]] == [pool["name"] for pool in pools]


def test_o4_rows_of_running_runs_are_shown_as_batches(mercarich: Mercarich, rows: Rows) -> None:
    run = rows.run(1, outcome="running")
    rows.run(2, outcome="finished")
    for number in range(51):
        rows.source(f"x{number}", check_run=run)

    queues = mercarich.json("queue", "info")

    one = {"run_id": run, "operation": "check", "marketplace": "yahoo", "rows": 51, "batches": 2}
    assert queues["unfinished"] == [one]


def test_rows_of_the_watch_are_shown_in_batches_of_its_own_size(mercarich: Mercarich, rows: Rows) -> None:
    window = rows.run(1, operation="watch", outcome="running")
    for number in range(WATCH_BATCH_ITEMS + 1):
        rows.source(f"x{number}", check_run=window)

    [one] = mercarich.json("queue", "info")["unfinished"]

    assert (one["run_id"], one["rows"], one["batches"]) == (window, WATCH_BATCH_ITEMS + 1, 2)


def test_a_search_is_shown_with_its_listings_in_batches_of_its_own_size(mercarich: Mercarich, rows: Rows) -> None:
    search = {"operation": "update", "outcome": "running"}
    usual = rows.run(1, **search)
    small = rows.run(2, **search, arguments='{"plans": [2, 4], "group_lower": 3}')
    seller, source = rows.user("hanako"), rows.source("x1", state="sold")
    for number in range(24):
        rows.listing(seller, source, f"S{number}", update_run=small if number < 7 else usual)

    unfinished = mercarich.json("queue", "info")["unfinished"]

    assert [(one["run_id"], one["operation"], one["rows"], one["batches"]) for one in unfinished] == [
        (usual, "update", 17, 2),
        (small, "update", 7, 3),
    ]
    page = mercarich.page("queue", "info")
    assert "source items" not in page
    assert "update yahoo" in page


def test_a_broker_that_is_away_is_named_and_the_rest_is_shown(database_url: str, rows: Rows, port: int) -> None:
    lonely = Mercarich(MERCARICH_DATABASE_URL=database_url, MERCARICH_KAFKA_BOOTSTRAP=f"127.0.0.1:{port}")
    rows.run(1, outcome="running")

    page = lonely.process("queue", "info")
    queues = json.loads(lonely.process("queue", "info", "--json").stdout)

    assert (page.returncode, page.stderr) == (0, "")
    assert f"no Kafka broker answers at 127.0.0.1:{port}" in page.stdout
    assert (queues["broker"]["ok"], queues["broker"]["away"], queues["pools"]) == (False, True, [])
    assert len(queues["unfinished"]) == 1


def test_queue_alone_is_a_usage_error(mercarich: Mercarich) -> None:
    assert mercarich("queue").returncode == 2


def _feed(mercarich: Mercarich) -> dict[str, int]:
    (found,) = [pool for pool in mercarich.json("queue", "info")["pools"] if pool["name"] == "feed"]
    return dict(found)


def _until(condition: Callable[[], bool], seconds: float = 20) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            pytest.fail("the condition did not come true in time")
        time.sleep(0.2)
