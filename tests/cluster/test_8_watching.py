"""Point 8: a Prometheus has scraped everything during the other points."""

import json
from functools import partial

import pytest
from tests.cluster.conftest import Keep
from tests.cluster.kube import until
from tests.cluster.release import Release
from tests.cluster.watch import SCRAPED, Watch
from tools.alerts import alerts
from tools.dashboards import files

WHILE = "2h"
MAY_FIRE = {
    "MercarichRebalanceStorm": "points 4 and 5 change the workers many times within minutes",
    "MercarichDeadLetters": "point 5 rolls out code that rejects all it reads",
    "MercarichBatchSupersededOften": "point 3 starts three runs at once",
    "MercarichDatabaseAway": "points 5 and 6 take it away twice, on a quick machine within minutes",
}
NOTICED = {
    "MercarichBrokerAway": "point 5 deletes the broker",
    "MercarichDatabaseAway": "points 5 and 6 take the database away",
    "MercarichOperatorBlind": "point 6 does so for several rounds",
}
"""Alerts whose conditions held; they fire after minutes, and the faults were shorter."""


def test_every_pod_with_metrics_is_scraped(release: Release, watch: Watch) -> None:
    for component, port in SCRAPED.items():
        pods = {f"{pod['status']['podIP']}:{port}" for pod in release.space.pods(component)}
        until(partial(_all_up, watch, pods), 60, f"{component} is scraped")


@pytest.mark.parametrize("name", files())
def test_every_query_of_a_board_finds_data_or_its_panel_says_when_there_is_none(
    name: str, release: Release, watch: Watch
) -> None:
    empty = [
        (panel["title"], target["expr"])
        for panel in json.loads(files()[name])["panels"]
        for target in panel["targets"]
        if not watch.query(target["expr"].replace("$namespace", release.space.name))
        and "absent" not in panel["description"].lower()
    ]
    assert empty == []


def test_the_faults_raise_the_alerts_that_they_should_and_no_other(watch: Watch, keep: Keep) -> None:
    for alert in alerts():
        watch.query(alert.expr)
    series = watch.query(f"last_over_time(ALERTS[{WHILE}])")
    states = {(one["metric"]["alertname"], one["metric"]["alertstate"]) for one in series}
    firing = {name for name, state in states if state == "firing"}
    pending = {name for name, state in states if state == "pending"}
    keep("8-alerts", {"firing": sorted(firing), "pending": sorted(pending)})
    assert firing <= set(MAY_FIRE)
    assert set(NOTICED) <= pending | firing


def _all_up(watch: Watch, pods: set[str]) -> bool:
    return pods <= {one["metric"]["pod"] for one in watch.query("up == 1")}
