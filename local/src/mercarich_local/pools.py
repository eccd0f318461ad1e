"""The pools of one machine for the operator's round: the same plan as in a cluster, within bounds that fit a machine.

A machine has no autoscaler and no load metric, so that the backlog decides on the numbers.
"""

import os
from collections import deque
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Literal

from sqlalchemy import Engine

from mercarich_contracts.pools import HpaPlan
from mercarich_contracts.sites import SITES
from mercarich_contracts.topics import CHECK, JOBS, LISTINGS_CHANGED, UPDATE
from mercarich_local import workers
from mercarich_operator.adapters.meter import PrometheusMeter
from mercarich_operator.adapters.settings_sql import SqlSettings
from mercarich_operator.adapters.signals import KafkaAndRows
from mercarich_operator.adapters.status_sql import SqlStatuses
from mercarich_operator.domain.pools import PREFIX, Deployment, Pool
from mercarich_operator.ports import ClusterAway
from mercarich_operator.use_cases.notices import Notices
from mercarich_operator.use_cases.reconcile import Reconcile
from mercarich_platform.broker import Broker
from mercarich_platform.clock import Monotonic, monotonic, utc_now

MOST = max(1, min(4, os.cpu_count() or 1))
"""Most workers of a pool: one a core, and no more than four, which have a database file and a budget in common."""
DOWN_AFTER = 60.0
"""Seconds for which fewer workers must have been enough before some end: a start takes longer than a message."""
TARGETS: Mapping[str, tuple[str, str, int]] = {
    **{f"checker-{site}": (site.check_setting, CHECK[site.marketplace].name, 2000) for site in SITES.values()},
    **{f"updater-{site}": (site.update_setting, UPDATE[site.marketplace].name, 500) for site in SITES.values()},
    "feed": ("FEED_WORKER", LISTINGS_CHANGED.name, 200),
    "jobs-search": ("BACKGROUND_SEARCH_WORKER", JOBS["search"].name, 5),
    "jobs-import": ("BACKGROUND_IMPORT_WORKER", JOBS["import"].name, 5),
}
"""Setting, topic, and the backlog of one worker, as the chart's, by pool."""


def reconcile(engine: Engine, broker: Broker | str, folder: Path) -> Reconcile:
    """Return the operator's round on this machine."""
    machine = OneMachine(folder, MOST, monotonic)
    return Reconcile(
        cluster=machine,
        settings=SqlSettings(engine),
        signals=KafkaAndRows(broker, engine, utc_now),
        statuses=SqlStatuses(engine),
        meter=PrometheusMeter(utc_now, monotonic),
        notices=Notices(machine, monotonic),
        max_connections=0,
        now=utc_now,
        monotonic=monotonic,
    )


def is_followed(folder: Path) -> bool:
    """Return whether a runner does what is written here."""
    return (folder / workers.RUNNING).exists()


class OneMachine:
    """`ports.Cluster`: each pool that the runner has is a Deployment, whose number of replicas is written to a file."""

    def __init__(self, folder: Path, most: int, monotonic: Monotonic) -> None:
        self._folder = folder
        self._most = most
        self._monotonic = monotonic
        self._numbers = dict(workers.read(folder, workers.WANTED))
        self._enough: dict[str, deque[tuple[float, int]]] = {}

    def deployments(self) -> Sequence[Deployment]:
        running = workers.read(self._folder, workers.RUNNING)
        return [
            Deployment(
                name=pool,
                pool=pool,
                uid=pool,
                annotations=_annotations(setting, topic, pool, target, self._most),
                wanted=self._numbers.get(pool, 1),
                current=running[pool],
                ready=running[pool],
                autoscaler=None,
                load_known=False,
            )
            for pool, (setting, topic, target) in TARGETS.items()
            if pool in running
        ]

    def set_bounds(self, pool: Pool, plan: HpaPlan, why: str) -> bool:
        """Have as many as the plan's maximum, which is its minimum where there is no load metric."""
        if self._numbers.get(pool.name) == 0:
            return False
        return self._have(pool.name, self._steady(pool.name, plan.max))

    def scale(self, pool: Pool, replicas: int) -> None:
        self._enough.pop(pool.name, None)
        self._have(pool.name, replicas)

    def tell(self, deployment: Deployment, kind: Literal["Normal", "Warning"], reason: str, text: str) -> None:
        """The round has logged it."""

    def _steady(self, pool: str, number: int) -> int:
        """Return the most that was needed within `DOWN_AFTER`."""
        now, needed = self._monotonic(), self._enough.setdefault(pool, deque())
        needed.append((now, number))
        while now - needed[0][0] > DOWN_AFTER:
            needed.popleft()
        return max(number for _, number in needed)

    def _have(self, pool: str, number: int) -> bool:
        if self._numbers.get(pool) == number:
            return False
        numbers = {**self._numbers, pool: number}
        try:
            workers.write(self._folder, workers.WANTED, numbers)
        except OSError as error:
            raise ClusterAway(f"{self._folder} cannot be written: {error.strerror}") from error
        self._numbers = numbers
        return True


def _annotations(setting: str, topic: str, group: str, target: int, most: int) -> Mapping[str, str]:
    """Return what the chart writes on a Deployment."""
    values = {"settings-key": setting, "bounds": f"1..{most}", "topic": topic, "group": group}
    return {
        PREFIX + name: text for name, text in (values | {"per-replica-target": str(target), "connections": "1"}).items()
    }
