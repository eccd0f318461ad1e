"""The settings that people change reach the autoscalers, within the limits, with a reason where they differ."""

from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial
from typing import Any

import pytest
from sqlalchemy import Engine, insert, select, update
from tests.integration.operator.conftest import Operator, until
from tests.integration.operator.lab import Lab

from mercarich_db.engine import reading, run_tx
from mercarich_db.tables import capacities, pool_status, settings

SetTo = Callable[..., None]


def test_a_pool_gets_an_autoscaler_that_it_owns(lab: Lab, operator: Operator) -> None:
    name = lab.pool()

    found = until(lambda: lab.autoscaler(name))

    assert lab.bounds(name) == (1, 5)
    assert found["metadata"]["labels"]["app.kubernetes.io/managed-by"] == "mercarich-operator"
    owner = found["metadata"]["ownerReferences"]
    assert [(o["kind"], o["name"], o["controller"]) for o in owner] == [("Deployment", name, True)]
    assert lab.reason(name) == "INVCHK_YAHOO_WORKER: auto, 1 to 5"
    assert "finalizers" not in lab.call("GET", lab.deployments(name))["metadata"]
    assert ("Normal", "BoundsSet", "min 1, max 5 (INVCHK_YAHOO_WORKER: auto, 1 to 5)") in until(
        lambda: lab.events(name)
    )


def test_ten_changes_are_followed(lab: Lab, operator: Operator, set_to: SetTo) -> None:
    name = lab.pool()

    for most in (6, 7, 2, 9, 3, 12, 4, 8, 1, 10):
        set_to(INVCHK_YAHOO_WORKER=most)
        until(partial(_has, lab, name, (1, most)))


def test_a_fixed_number_is_both_bounds_and_the_pods_follow(lab: Lab, operator: Operator, set_to: SetTo) -> None:
    name = lab.pool()
    set_to(INVCHK_YAHOO_WORKER=4, INVCHK_YAHOO_WORKER_MODE="fixed")

    until(lambda: lab.bounds(name) == (4, 4))
    until(lambda: lab.replicas(name) == 4, 60)
    set_to(INVCHK_YAHOO_WORKER=2)
    until(lambda: lab.replicas(name) == 2, 60)


def test_a_paused_pool_has_no_pods_until_it_is_resumed(lab: Lab, operator: Operator, set_to: SetTo) -> None:
    name = lab.pool()
    set_to(INVCHK_YAHOO_WORKER_MIN=3)
    until(lambda: lab.replicas(name) == 3, 60)

    set_to(INVCHK_YAHOO_WORKER_MODE="paused")
    until(lambda: lab.replicas(name) == 0)
    operator.rounds(3)
    assert (lab.replicas(name), lab.bounds(name)) == (0, (3, 5))
    assert "Paused" in [reason for _, reason, _ in lab.events(name)]

    set_to(INVCHK_YAHOO_WORKER_MODE="auto")
    until(lambda: lab.replicas(name) == 3)
    until(lambda: "Resumed" in [reason for _, reason, _ in lab.events(name)])


def test_clamps_are_said(lab: Lab, operator: Operator, set_to: SetTo, engine: Engine) -> None:
    name = lab.pool(bounds="2..4")
    set_to(INVCHK_YAHOO_WORKER=9)

    until(lambda: lab.bounds(name) == (2, 4))
    assert "max 9 lowered to 4: 2..4 is allowed here" in lab.reason(name)
    until(lambda: "min 1 raised to 2" in _status(engine, name)["reasons"])
    assert (_status(engine, name)["wanted_max"], _status(engine, name)["max"]) == (9, 4)


def test_a_pool_of_checkers_is_capped_by_what_the_marketplace_allows(
    lab: Lab, operator: Operator, set_to: SetTo, engine: Engine
) -> None:
    row = {"marketplace": "yahoo", "allowed_per_second": 2.5, "in_force_per_second": 2.5, "heard_at": datetime.now(UTC)}
    run_tx(engine, lambda c: c.execute(insert(capacities).values(**row)))
    name, other = lab.pool(), lab.pool("checker-mercari", topic="check.mercari", group="checker-mercari")
    set_to(INVCHK_YAHOO_WORKER=7)

    capped = "max 7 lowered to 2: the marketplace's budget of calls keeps no more of them busy"
    until(lambda: lab.bounds(name) == (1, 2) and capped in lab.reason(name))
    until(lambda: lab.bounds(other) == (1, 7))
    until(lambda: _status(engine, name).get("useful") == 2)


def test_all_pools_stay_within_the_connections_of_the_database(
    lab: Lab, set_to: SetTo, new_operator: Callable[..., Operator]
) -> None:
    set_to(INVCHK_YAHOO_WORKER=10, INVCHK_MERCARI_WORKER=10)
    one, other = lab.pool(), lab.pool("checker-mercari", settings_key="INVCHK_MERCARI_WORKER", topic="check.mercari")
    new_operator(max_connections=120)

    until(lambda: lab.bounds(one) == (1, 6) and lab.bounds(other) == (1, 6))
    assert "max 10 lowered to 6: the budget of database connections" in lab.reason(one)


@pytest.mark.parametrize(
    ("key", "text"),
    [
        ("INVCHK_YAHOO_WORKER", "-1"),
        ("INVCHK_YAHOO_WORKER", "1000000"),
        ("INVCHK_YAHOO_WORKER", "many"),
        ("INVCHK_YAHOO_WORKER_MIN", "8"),
        ("INVCHK_YAHOO_WORKER_MODE", "off"),
    ],
)
def test_a_value_that_cannot_be_used_leaves_the_last_good_one(
    lab: Lab, operator: Operator, set_to: SetTo, engine: Engine, key: str, text: str
) -> None:
    name = lab.pool()
    set_to(INVCHK_YAHOO_WORKER=7, INVCHK_YAHOO_WORKER_MIN=2, INVCHK_YAHOO_WORKER_MODE="auto")
    until(lambda: lab.bounds(name) == (2, 7))

    _force(engine, key, text)

    until(lambda: text in lab.reason(name))
    assert lab.bounds(name) == (2, 7)
    told = [message for kind, reason, message in lab.events(name) if (kind, reason) == ("Warning", "SettingRefused")]
    assert len(told) == 1
    assert key in told[0]
    assert told[0].endswith("kept: auto, 2 to 7")
    until(lambda: text in _status(engine, name)["reasons"])


def test_the_last_good_value_is_known_after_a_restart(
    lab: Lab, set_to: SetTo, engine: Engine, new_operator: Callable[..., Operator]
) -> None:
    name = lab.pool()
    set_to(INVCHK_YAHOO_WORKER=7)
    first = new_operator()
    until(lambda: lab.bounds(name) == (1, 7))
    first.rounds()
    first.stop()
    _force(engine, "INVCHK_YAHOO_WORKER", "many")

    new_operator()

    until(lambda: "kept: auto, 1 to 7" in lab.reason(name))
    assert lab.bounds(name) == (1, 7)


def test_a_pool_whose_annotations_cannot_be_read_is_named_and_the_others_are_served(
    lab: Lab, operator: Operator
) -> None:
    broken, unknown = lab.pool("a-broken", bounds="5..2"), lab.pool("b-unknown", settings_key="NO_WORKER")
    good = lab.pool()

    until(lambda: lab.bounds(good) == (1, 5))
    assert "bounds: expected low..high" in until(lambda: lab.events(broken))[0][2]
    assert "there is no worker setting 'NO_WORKER'" in until(lambda: lab.events(unknown))[0][2]
    assert lab.autoscaler(broken) is None


def _has(lab: Lab, name: str, bounds: tuple[int, int]) -> bool:
    return lab.bounds(name) == bounds


def _force(engine: Engine, key: str, text: str) -> None:
    """Write past all checks, as with an SQL prompt."""
    row = {"value": text, "updated_at": datetime.now(UTC), "updated_by": "sql"}
    changed = run_tx(engine, lambda c: c.execute(update(settings).where(settings.c.key == key).values(**row)).rowcount)
    if not changed:
        run_tx(engine, lambda c: c.execute(insert(settings).values(key=key, **row)))


def _status(engine: Engine, name: str) -> dict[str, Any]:
    with reading(engine) as connection:
        row = connection.execute(select(pool_status).where(pool_status.c.pool == name)).one_or_none()
    return dict(row._mapping) if row else {"reasons": ""}
