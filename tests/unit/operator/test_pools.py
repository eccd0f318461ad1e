"""The chart's annotations on a Deployment, parsed and refused; when an autoscaler differs; what wakes the loop."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from mercarich_contracts.pools import HpaPlan
from mercarich_operator.adapters.autoscaler import BLIND_AFTER, differs, load_known, manifest
from mercarich_operator.adapters.watch import Wakes
from mercarich_operator.domain.pools import BadContract, Contract, Deployment, Pool, read_contract

ANNOTATIONS = {
    "mercarich.dev/settings-key": "INVCHK_YAHOO_WORKER",
    "mercarich.dev/bounds": "1..24",
    "mercarich.dev/topic": "check.yahoo",
    "mercarich.dev/group": "checker-yahoo",
    "mercarich.dev/per-replica-target": "50",
    "mercarich.dev/connections": "10",
}
CONTRACT = Contract("INVCHK_YAHOO_WORKER", 1, 24, "check.yahoo", "checker-yahoo", 50, 10)
POOL = Pool(Deployment("checker-yahoo", "checker-yahoo", "uid-1", ANNOTATIONS, 1, 1, 1, None), CONTRACT)


def test_annotations_are_read() -> None:
    assert read_contract(ANNOTATIONS) == CONTRACT


@pytest.mark.parametrize("missing", ANNOTATIONS)
def test_a_missing_annotation_is_named(missing: str) -> None:
    with pytest.raises(BadContract, match=missing):
        read_contract({key: value for key, value in ANNOTATIONS.items() if key != missing})


@pytest.mark.parametrize("bounds", ["", "3", "3..2", "0..4", "-1..4", "1...4", "1..x", "1..99999"])
def test_bounds_that_make_no_sense_are_refused(bounds: str) -> None:
    with pytest.raises(BadContract, match=r"mercarich\.dev/bounds"):
        read_contract({**ANNOTATIONS, "mercarich.dev/bounds": bounds})


@pytest.mark.parametrize("key", ["per-replica-target", "connections"])
@pytest.mark.parametrize("value", ["0", "-1", "1.5", "many", "99999999"])
def test_numbers_that_make_no_sense_are_refused(key: str, value: str) -> None:
    with pytest.raises(BadContract, match=f"mercarich.dev/{key}: expected a whole number"):
        read_contract({**ANNOTATIONS, f"mercarich.dev/{key}": value})


def test_what_the_api_server_adds_is_no_difference() -> None:
    wanted = manifest(POOL, HpaPlan(1, 5, ()), "why")
    found: dict[str, Any] = {
        "metadata": {**wanted["metadata"], "uid": "u", "resourceVersion": "7"},
        "spec": {**wanted["spec"]},
        "status": {"desiredReplicas": 2},
    }
    found["metadata"]["annotations"] = {**wanted["metadata"]["annotations"], "somebody/else": "x"}

    assert not differs(wanted, found)


@pytest.mark.parametrize(
    "change",
    [
        lambda found: found["spec"].update(maxReplicas=6),
        lambda found: found["spec"]["metrics"].append({"type": "Pods"}),
        lambda found: found["metadata"]["labels"].clear(),
        lambda found: found["metadata"]["annotations"].update({"mercarich.dev/reason": "other"}),
        lambda found: found["spec"].pop("behavior"),
    ],
)
def test_what_was_changed_is_a_difference(change: Any) -> None:
    found = manifest(POOL, HpaPlan(1, 5, ()), "why")

    change(found)

    assert differs(manifest(POOL, HpaPlan(1, 5, ()), "why"), found)


@pytest.mark.parametrize(
    ("status", "reason", "age", "known"),
    [
        ("False", "FailedGetResourceMetric", BLIND_AFTER, False),
        ("False", "FailedGetResourceMetric", BLIND_AFTER - timedelta(seconds=1), True),
        ("False", "ScalingDisabled", BLIND_AFTER, True),
        ("True", "ValidMetricFound", BLIND_AFTER, True),
    ],
)
def test_an_autoscaler_is_blind_after_minutes_without_its_metric(
    status: str, reason: str, age: timedelta, known: bool
) -> None:
    now = datetime(2026, 11, 25, 12, tzinfo=UTC)
    since = f"{now - age:%Y-%m-%dT%H:%M:%SZ}"
    condition = {"type": "ScalingActive", "status": status, "reason": reason, "lastTransitionTime": since}

    assert load_known({"status": {"conditions": [condition]}}, now) is known
    assert load_known(None, now)


def test_only_changes_that_matter_wake() -> None:
    woken: list[int] = []
    wakes = Wakes(lambda: woken.append(1))

    def happens(kind: str, **parts: object) -> int:
        wakes({"type": kind, "object": {"metadata": {"uid": "u"}, **parts}})
        return len(woken)

    assert happens("ADDED", spec={"replicas": 1}) == 1
    assert happens("MODIFIED", spec={"replicas": 1}, status={"replicas": 1}) == 1
    assert happens("MODIFIED", spec={"replicas": 2}) == 2
    assert happens("DELETED", spec={"replicas": 2}) == 3
    assert happens("ADDED", spec={"replicas": 2}) == 4
