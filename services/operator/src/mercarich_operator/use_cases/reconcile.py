"""One round: read the state, plan each pool, write the differences. Almost nothing is kept between rounds."""

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from mercarich_contracts.pools import Caps, Cause, Mode, Reason, Wish, plan, shares, useful_of, within_bounds
from mercarich_operator import ports
from mercarich_operator.domain.pools import BadContract, Deployment, Pool, read_contract
from mercarich_operator.use_cases.notices import Notices
from mercarich_platform.clock import Clock, Monotonic
from mercarich_platform.outages import Away, BrokerAway

log = logging.getLogger(__name__)

Result = Literal["ok", "written", "partly", "cluster_away", "database_away", "kafka_away"]
"""How a round ended. `partly`: some pools could not be handled."""


@dataclass(kw_only=True)
class Reconcile:
    """Fails static: what cannot be read or written stays unchanged until the next round tries again."""

    cluster: ports.Cluster
    settings: ports.SettingsSource
    signals: ports.Signals
    statuses: ports.StatusStore
    meter: ports.Meter
    notices: Notices
    max_connections: int
    """Database connections that all pools together may use; 0: no limit."""
    now: Clock
    monotonic: Monotonic
    away: str | None = field(default=None, init=False)
    """What the last round could not read, in one sentence; None: it read everything, or there was no round yet."""
    _good: dict[str, Wish] | None = field(default=None, init=False)

    def __call__(self) -> Result:
        started = self.monotonic()
        result, self.away = self._round()
        self.meter.round(result, self.monotonic() - started)
        return result

    def _round(self) -> tuple[Result, str | None]:
        """Return how the round ended, and `away`."""
        try:
            deployments = self.cluster.deployments()
        except ports.ClusterAway as away:
            self.meter.up("cluster", up=False)
            log.warning("nothing is changed", extra={"why": str(away)})
            return "cluster_away", str(away)
        self.meter.up("cluster", up=True)
        pools = self._readable(deployments)
        try:
            return self._settle_all(pools, complete=len(pools) == len(deployments)), None
        except Away as away:
            source: Literal["database", "kafka"] = "kafka" if isinstance(away, BrokerAway) else "database"
            self.meter.up(source, up=False)
            for deployment in deployments:
                self.notices.again(deployment, "BoundsStand", f"worker numbers stay as they are: {away}")
            log.warning("nothing is changed", extra={"why": str(away)})
            return "kafka_away" if source == "kafka" else "database_away", str(away)

    def _readable(self, deployments: Sequence[Deployment]) -> list[Pool]:
        pools: list[Pool] = []
        for deployment in deployments:
            try:
                pool = Pool(deployment, read_contract(deployment.annotations))
                if pool.contract.settings_key not in self.settings.keys:
                    raise BadContract(f"there is no worker setting {pool.contract.settings_key!r}")
                pools.append(pool)
            except BadContract as error:
                self.notices.again(deployment, "PoolNotReadable", str(error))
        return pools

    def _settle_all(self, pools: Sequence[Pool], *, complete: bool) -> Result:
        settings = self.settings.read({pool.contract.settings_key for pool in pools})
        if self._good is None:
            self._good = dict(self.statuses.wishes())
        self.meter.settings_read(settings.revision)
        signals = self.signals.read(pools)
        self.meter.up("database", up=True)
        self.meter.up("kafka", up=True)
        wishes = {pool.name: self._wish(pool, settings, self._good) for pool in pools}
        caps = self._caps(pools, {name: wish for name, (wish, _) in wishes.items()}, signals)
        statuses, written = [], False
        for pool in pools:
            wish, refused = wishes[pool.name]
            signal = signals[pool.name]
            planned = plan(pool.contract, wish, signal.backlog, caps[pool.name])
            reasons = (*refused, *planned.reasons)
            status = ports.Status(
                pool, wish, planned, reasons, signal.backlog, settings.revision, self.now(), caps[pool.name]
            )
            try:
                written |= self._settle(status)
                statuses.append(status)
            except ports.ClusterAway as away:
                complete = False
                log.warning("a pool could not be changed", extra={"pool": pool.name, "why": str(away)})
        self.meter.pools(statuses, signals)
        self.statuses.save(statuses)
        if not complete:
            return "partly"
        return "written" if written else "ok"

    def _wish(self, pool: Pool, settings: ports.Settings, good: dict[str, Wish]) -> tuple[Wish, tuple[Reason, ...]]:
        """Return the setting; if it is invalid, the last valid one with the reason."""
        key = pool.contract.settings_key
        found = settings.wishes[key]
        if isinstance(found, Wish):
            good[pool.name] = found
            return found, ()
        kept = good.get(pool.name) or self.settings.default(key)
        text = f"{found}; kept: {kept}"
        self.notices.again(pool.deployment, "SettingRefused", text)
        return kept, (Reason(Cause.INVALID, text),)

    def _caps(
        self, pools: Sequence[Pool], wishes: Mapping[str, Wish], signals: Mapping[str, ports.Signal]
    ) -> dict[str, Caps]:
        wanted = {}
        for pool in pools:
            most, signal = within_bounds(pool.contract, wishes[pool.name]), signals[pool.name]
            useful = useful_of(pool.contract, wishes[pool.name], signal.useful)
            most = min(most, signal.partitions or most, useful or most)
            wanted[pool.name] = (most, pool.contract.connections)
        allowed = shares(self.max_connections, wanted) if self.max_connections else {}
        return {
            pool.name: Caps(
                signals[pool.name].partitions,
                allowed.get(pool.name),
                signals[pool.name].useful,
                pool.deployment.load_known,
            )
            for pool in pools
        }

    def _settle(self, status: ports.Status) -> bool:
        """Write bounds and replicas where they differ; return whether anything was written."""
        pool, planned = status.pool, status.plan
        why = "; ".join([f"{pool.contract.settings_key}: {status.wish}", *(reason.text for reason in status.reasons)])
        written = self.cluster.set_bounds(pool, planned, why)
        if written:
            self.meter.written(pool.name, "hpa")
            log.info("bounds set", extra={"pool": pool.name, "min": planned.min, "max": planned.max, "why": why})
            self.notices.once(pool.deployment, "BoundsSet", f"min {planned.min}, max {planned.max} ({why})")
        paused = status.wish.mode is Mode.PAUSED
        if paused == (pool.deployment.wanted == 0):
            return written
        replicas = 0 if paused else planned.min
        self.cluster.scale(pool, replicas)
        self.meter.written(pool.name, "scale")
        log.info("paused" if paused else "resumed", extra={"pool": pool.name, "replicas": replicas})
        self.notices.once(pool.deployment, "Paused" if paused else "Resumed", f"scaled to {replicas} ({why})")
        return True
