"""`ports.Meter` on Prometheus. A metric whose source is away keeps its last value; `SOURCE_UP` shows that."""

from collections.abc import Mapping, Sequence
from typing import Literal

from mercarich_contracts.pools import Cause, Mode
from mercarich_operator import metrics
from mercarich_operator.ports import Signal, Status
from mercarich_platform.clock import Clock, Monotonic


class PrometheusMeter:
    def __init__(self, now: Clock, monotonic: Monotonic) -> None:
        self._now = now
        self._monotonic = monotonic
        self._read_at = monotonic()
        self._pools: set[str] = set()
        metrics.SETTINGS_AGE.set_function(lambda: self._monotonic() - self._read_at)

    def up(self, source: Literal["database", "kafka", "cluster"], *, up: bool) -> None:
        metrics.SOURCE_UP.labels(source).set(up)

    def settings_read(self, revision: int) -> None:
        self._read_at = self._monotonic()
        metrics.SETTINGS_REVISION.set(revision)

    def pools(self, statuses: Sequence[Status], signals: Mapping[str, Signal]) -> None:
        for status in statuses:
            self._pool(status, signals[status.pool.name])
        names = {status.pool.name for status in statuses}
        for gone in self._pools - names:
            for gauge in (metrics.BACKLOG, metrics.REPLICAS, metrics.MODE, metrics.CLAMPED):
                gauge.remove_by_labels({"pool": gone})
        self._pools = names

    def written(self, pool: str, what: Literal["hpa", "scale"]) -> None:
        (metrics.HPA_WRITES if what == "hpa" else metrics.SCALE_WRITES).labels(pool).inc()

    def round(self, result: str, seconds: float) -> None:
        metrics.ROUNDS.labels(result).inc()
        metrics.ROUND_SECONDS.observe(seconds)
        metrics.LAST_ROUND.set(self._now().timestamp())

    def _pool(self, status: Status, signal: Signal) -> None:
        name, contract, deployment = status.pool.name, status.pool.contract, status.pool.deployment
        metrics.BACKLOG.labels(name, "kafka").set(signal.backlog.records)
        metrics.BACKLOG.labels(name, "db").set(signal.backlog.rows)
        metrics.LAG.labels(contract.group, contract.topic).set(signal.backlog.records)
        metrics.GROUP_MEMBERS.labels(contract.group, contract.topic).set(signal.members)
        metrics.OLDEST_AGE.labels(contract.group, contract.topic).set(signal.oldest_age_seconds)
        metrics.PARTITIONS.labels(contract.topic).set(signal.partitions or 0)
        replicas = {
            "min": status.plan.min,
            "max": status.plan.max,
            "desired": deployment.wanted,
            "current": deployment.current,
            "ready": deployment.ready,
        }
        for kind, count in replicas.items():
            metrics.REPLICAS.labels(name, kind).set(count)
        for mode in Mode:
            metrics.MODE.labels(name, mode.value).set(mode is status.wish.mode)
        causes = {reason.cause for reason in status.reasons}
        for cause in Cause:
            metrics.CLAMPED.labels(name, cause.value).set(cause in causes)
