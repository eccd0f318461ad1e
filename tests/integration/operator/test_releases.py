"""Of two installations in one namespace, each operator leaves the other's workers and CronJobs alone."""

from collections.abc import Callable

from sqlalchemy import Engine
from tests.integration.operator.conftest import Operator, until
from tests.integration.operator.lab import PREFIX, Lab
from tests.integration.operator.test_starts import ROW, Want, want, wish

__all__ = ["want"]
PROD, STAGING = {f"{PREFIX}release": "prod"}, {f"{PREFIX}release": "staging"}
NewOperator = Callable[..., Operator]


def test_the_workers_of_another_release_are_left_alone(
    lab: Lab, new_operator: NewOperator, set_to: Callable[..., None]
) -> None:
    own, other = lab.pool("prod-checker", more=PROD), lab.pool("staging-checker", more=STAGING)
    lab.scale(other, 3)
    set_to(INVCHK_YAHOO_WORKER=4, INVCHK_YAHOO_WORKER_MODE="fixed")
    operator = new_operator(release="prod")

    until(lambda: lab.bounds(own) == (4, 4))
    set_to(INVCHK_YAHOO_WORKER_MODE="paused")
    until(lambda: lab.replicas(own) == 0)
    operator.rounds(3)
    assert lab.autoscaler(other) is None
    assert lab.replicas(other) == 3
    assert lab.events(other) == []
    assert lab.autoscaler(own)["metadata"]["labels"]["mercarich.dev/release"] == "prod"


def test_a_wanted_start_is_of_the_own_releases_cron_job(
    lab: Lab, new_operator: NewOperator, engine: Engine, want: Want
) -> None:
    own = lab.cron_job(ROW, "prod-row", more=PROD)
    lab.cron_job(ROW, "staging-row", more=STAGING)
    new_operator(release="prod")

    want()

    until(lambda: wish(engine).job)
    [job] = lab.jobs()
    assert [each["uid"] for each in job["metadata"]["ownerReferences"]] == [own["metadata"]["uid"]]
