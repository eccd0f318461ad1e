"""Prometheus scrapes a small system during check runs: every dashboard query and every rule finds its series."""

import json
import os
import re
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path

import pytest
from rich.console import Console
from sqlalchemy import Connection
from tests.integration.operator.lab import fake_lab, remove
from tests.services.process import free_port
from tests.system.prometheus import PROMETHEUS, Prometheus, prometheus
from tools.alerts import FOLDER, alerts
from tools.dashboards import files
from tools.metrics_page import FOREIGN, catalogue

from mercarich_contracts.market import Marketplace
from mercarich_contracts.topics import CHECK, JOBS, LISTINGS_CHANGED, UPDATE
from mercarich_db import settings_store
from mercarich_db.engine import create, run_tx
from mercarich_local import procfile, runner
from mercarich_local.machine import Machine
from mercarich_local.screen import Screen
from mercarich_local.system import on_free_ports

pytestmark = [
    pytest.mark.skipif(PROMETHEUS is None, reason="Prometheus is missing (Debian: apt-get install prometheus)"),
    pytest.mark.timeout(240),
]
PROCFILE = Path(__file__).parents[2] / "Procfile"
NAMESPACE = "shop"
WAIT_SECONDS = 120.0
POOLS = {
    "checker-yahoo": ("INVCHK_YAHOO_WORKER", CHECK[Marketplace.YAHOO]),
    "checker-mercari": ("INVCHK_MERCARI_WORKER", CHECK[Marketplace.MERCARI]),
    "updater-yahoo": ("INVRES_YAHOO_WORKER", UPDATE[Marketplace.YAHOO]),
    "updater-mercari": ("INVRES_MERCARI_WORKER", UPDATE[Marketplace.MERCARI]),
    "feed": ("FEED_WORKER", LISTINGS_CHANGED),
    "jobs-search": ("BACKGROUND_SEARCH_WORKER", JOBS["search"]),
    "jobs-import": ("BACKGROUND_IMPORT_WORKER", JOBS["import"]),
}
SETTINGS = {
    "CANARY_EVERY_SECONDS": "3",
    "CANARY_RETRY_SECONDS": "2",
    "CHECK_RETRY_SECONDS": "2",
    "CHECK_BATCH_ITEMS": "10",
    "BRAKE_CONFIRM_SECONDS": "5",
    "FEED_POLL_SECONDS": "1",
}
MARKET = {
    "SIMULATOR_SELLERS": "4",
    "SIMULATOR_LISTINGS": "200",
    "SIMULATOR_RESTORES": "2",
    "YAHOO_PROXY_RATE_PER_SECOND": "50",
    "MERCARI_PROXY_RATE_PER_SECOND": "20",
    "OPERATOR_INTERVAL_SECONDS": "1",
}
NEVER_HERE = {
    "mercarich_batch_run_interval_seconds": "this cluster has no CronJobs",
    "mercarich_feed_amazon_troubles_total": "the simulated Amazon stops no job",
    "mercarich_feed_creations_total": "nobody has an offer created",
    "mercarich_feed_prices_total": "nobody lets prices follow their source",
    "mercarich_feed_links_total": "nobody links an account",
    "mercarich_look_age_seconds": "the looks are counted before the first one, and then ten minutes later",
    "mercarich_operator_scale_writes_total": "no pool is paused or resumed",
    "mercarich_records_deleted_total": "nothing is old",
    "mercarich_schedule_last_start_timestamp_seconds": "nothing is started by the schedule",
    "mercarich_updater_approved_by_rule_total": "no seller has the rule on",
    "mercarich_updater_order_found_seconds": "nothing is ordered whose source is gone",
    "mercarich_updater_order_searches_total": "nothing is ordered whose source is gone",
    "mercarich_web_job_slice_seconds": "no seller has a job",
    "mercarich_web_request_seconds": "nobody opens a page",
    "mercarich_proxy_cache_hits_total": "no item is looked at twice in a short time",
}
OURS = ("MERCARICH_", "MERCARI_PROXY_", "YAHOO_PROXY_", "CHECKER_", "FEED_", "SIMULATOR_", "OPERATOR_", "KUBECONFIG")


@pytest.fixture(scope="module")
def scraped(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Prometheus]:
    """After a check run of each marketplace has ended, all processes still run."""
    folder = tmp_path_factory.mktemp("monitoring")
    lab = fake_lab(folder)
    for name, (key, topic) in POOLS.items():
        lab.pool(name, settings_key=key, topic=topic.name, group=name, bounds="1..12")
    system = on_free_ports(folder / "var")
    system.data.mkdir()
    operator_port = free_port()
    own = {"MERCARICH_METRICS_PORT": str(operator_port), "KUBECONFIG": str(lab.kubeconfig)}
    kept = {name: value for name, value in os.environ.items() if not name.startswith(OURS)}
    environment = system.environment({**kept, **MARKET, **own, "OPERATOR_NAMESPACE": lab.namespace})
    processes = [process for process in procfile.read(PROCFILE) if process.name != "scheduler"]
    screen = Screen(Console(quiet=True), [process.name for process in processes], verbose=False)

    def prepare() -> Mapping[str, str]:
        more = runner.prepare(system, processes, environment, screen)
        engine = create(system.database_url(environment))
        run_tx(engine, _write_settings)
        engine.dispose()
        return more

    targets = {n: p for n, p in system.ports.items() if n not in ("broker", "simulator", "scheduler")}
    with Machine(system, processes, environment, screen) as machine:
        machine.bring_up(threading.Event(), prepare)
        machine.command("operator", ["mercarich-operator", "run"])
        with prometheus(folder, {**targets, "operator": operator_port}, FOLDER / "mercarich.yaml", NAMESPACE) as found:
            until(lambda: found.query("mercarich_batch_runs_total"), "the operator's first reading")
            for name in ("yahoo", "mercari"):
                machine.command(f"check-{name}", ["mercarich", f"check_item_{name}", "2", "4", "--max-workers", "14"])
            until(lambda: len(found.query('mercarich_batch_runs_total{outcome="finished"} == 1')) == 2, "both runs")
            until(lambda: found.query('sum(mercarich_feed_pushes_total{outcome="accepted"}) > 0'), "a push")
            until(lambda: found.query("mercarich_updater_revived_listings_total"), "a replacement")
            yield found
    remove(lab)


def until(holds: Callable[[], object], what: str) -> None:
    deadline = time.monotonic() + WAIT_SECONDS
    while not holds():
        assert time.monotonic() < deadline, f"did not come: {what}"
        time.sleep(0.2)


def _write_settings(connection: Connection) -> None:
    for key, value in SETTINGS.items():
        settings_store.write(connection, key, value, by="test", at=datetime.now(UTC))


@pytest.mark.parametrize("name", files())
def test_every_query_of_a_board_finds_data_or_its_panel_says_when_there_is_none(name: str, scraped: Prometheus) -> None:
    empty = [
        (panel["title"], target["expr"])
        for panel in json.loads(files()[name])["panels"]
        for target in panel["targets"]
        if not scraped.query(target["expr"].replace("$namespace", NAMESPACE))
        and "absent" not in panel["description"].lower()
    ]
    assert empty == []


def test_every_process_tells_its_name_and_release(scraped: Prometheus) -> None:
    """oauth does not run on one machine."""
    told = {one["metric"]["process"] for one in scraped.query("mercarich_build_info")}
    of_sites = {form.format(name) for name in Marketplace for form in ("watch-{}", "{}-proxy")}
    assert told == {*POOLS, *of_sites, "pages", "notices", "operator"}


def test_every_metric_is_there_but_those_of_what_did_not_happen(scraped: Prometheus) -> None:
    missing = {m.name for m in catalogue() if not any(scraped.query(series) for series in m.series)}
    assert missing <= set(NEVER_HERE)
    assert all(scraped.query(name) for name in FOREIGN - {"ALERTS"})


def test_every_rule_is_evaluated_over_series_that_are_there_and_none_fires_on_a_healthy_system(
    scraped: Prometheus,
) -> None:
    for alert in alerts():
        scraped.query(alert.expr)
        for name in set(re.findall(r"\bmercarich_\w+", alert.expr)):
            assert scraped.query(name) or name.removesuffix("_count") in NEVER_HERE, f"{alert.name}: {name}"
    assert scraped.query('ALERTS{alertstate="firing"}') == []


def test_the_operator_sees_the_groups_as_the_workers_see_themselves(scraped: Prometheus) -> None:
    members = {s["metric"]["group"]: s["value"][1] for s in scraped.query("mercarich_kafka_consumer_group_members")}
    assert members == dict.fromkeys(POOLS, "1")
    assigned = scraped.query("mercarich_worker_partitions_assigned")
    partitions = {name: str(topic.partitions) for name, (_, topic) in POOLS.items()}
    of_groups = {series["metric"]["pod"]: series["value"][1] for series in assigned}
    assert {name: of_groups.pop(name, None) for name in POOLS} == partitions
    assert set(of_groups.values()) <= {"0"}, "the watches are in no group"
