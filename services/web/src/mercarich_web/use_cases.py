"""The questions that people ask, each answered from the ports; two of them write: `ReleaseHold`, `SetSetting`."""

from collections.abc import Sequence
from dataclasses import dataclass

from mercarich_contracts.market import Marketplace
from mercarich_contracts.schedule import ScheduleRow
from mercarich_platform.clock import Clock
from mercarich_web import ports
from mercarich_web.domain import schedules
from mercarich_web.domain.offers import Explanation, what_next, why
from mercarich_web.domain.operating import PoolStates, Setting, SettingHistory, SettingList
from mercarich_web.domain.reports import (
    HoldList,
    MarketplaceStatus,
    Pool,
    Queues,
    Reach,
    Released,
    RunDetails,
    RunList,
    Status,
)


class NotFound(Exception):
    """There is no such thing; the text names it."""


class Ambiguous(Exception):
    """Several sellers have this SKU."""

    def __init__(self, sku: str, usernames: Sequence[str]) -> None:
        super().__init__(f"{len(usernames)} sellers have the SKU {sku}: {', '.join(usernames)}; add --username NAME")


@dataclass(frozen=True, slots=True, kw_only=True)
class ShowStatus:
    """The whole system at a glance, with whatever is away named instead of shown."""

    schema: ports.Schema
    runs: ports.Runs
    stock: ports.Stock
    holds: ports.Holds
    schedules: ports.Schedules
    timetable: Sequence[ScheduleRow]
    """The rows whose commands are there."""
    pools: ports.Pools
    now: Clock

    def __call__(self) -> Status:
        broker, pools = _pools(self.pools)
        try:
            problem = self.schema.problem()
            if problem is None:
                return self._full(broker, pools)
            database = Reach(self.schema.where, ok=False, problem=problem)
        except ports.DatabaseAway as away:
            database = _away(self.schema.where, away)
        return Status(self.now(), database, broker, (), (), (), (), pools)

    def _full(self, broker: Reach, pools: Sequence[Pool]) -> Status:
        now = self.now()
        last = self.schedules.last_starts()
        return Status(
            at=now,
            database=Reach(self.schema.where, ok=True),
            broker=broker,
            marketplaces=[self._marketplace(marketplace.value) for marketplace in Marketplace],
            open_feeds=self.stock.open_feeds(),
            holds=self.holds.open(),
            schedules=[schedules.status(row, last.get(row.name), now) for row in self.timetable],
            pools=pools,
        )

    def _marketplace(self, marketplace: str) -> MarketplaceStatus:
        run = self.runs.newest(marketplace)
        backlog = self.stock.backlog(marketplace, run.id if run else None, self.now())
        return MarketplaceStatus(marketplace, run, backlog, self.stock.pushes(marketplace))


@dataclass(frozen=True, slots=True)
class ShowQueues:
    """Workers, lag and age of each pool, and the rows that running runs still want."""

    pools: ports.Pools
    runs: ports.Runs

    def __call__(self) -> Queues:
        broker, pools = _pools(self.pools)
        return Queues(broker, pools, self.runs.unfinished())


@dataclass(frozen=True, slots=True)
class ListRuns:
    runs: ports.Runs

    def __call__(self, limit: int) -> RunList:
        return RunList(self.runs.latest(limit))


@dataclass(frozen=True, slots=True)
class ShowRun:
    """One run in full. Raises `NotFound`."""

    runs: ports.Runs
    holds: ports.Holds

    def __call__(self, run_id: int) -> RunDetails:
        run = self.runs.get(run_id)
        if run is None:
            raise NotFound(f"there is no run {run_id}; `mercarich run list` shows the last ones")
        return RunDetails(
            run=run,
            set_aside_items=self.runs.set_aside_items(run_id),
            sellers=self.runs.fallen_sellers(run_id),
            holds=self.holds.of_run(run_id),
        )


@dataclass(frozen=True, slots=True)
class Explain:
    """Why an offer is at its quantity. Raises `NotFound` and `Ambiguous`."""

    offers: ports.Offers
    holds: ports.Holds
    now: Clock

    def __call__(self, sku: str, username: str | None) -> Explanation:
        found = self.offers.find(sku, username)
        if not found:
            whose = f"of {username} " if username else ""
            raise NotFound(f"there is no listing {whose}with the SKU {sku}")
        if len(found) > 1:
            raise Ambiguous(sku, [each.offer.username for each in found])
        return self._explain(found[0])

    def _explain(self, found: ports.Found) -> Explanation:
        offer, source = found.offer, found.source
        hold = self.holds.get(found.hold_id) if found.hold_id is not None else None
        evidence_id = self.offers.decision_evidence_id(offer.id) or found.source_evidence_id
        return Explanation(
            why=why(offer, source, hold),
            next=what_next(offer, source, hold, self.now()),
            offer=offer,
            source=source,
            evidence=self.offers.evidence(evidence_id) if evidence_id is not None else None,
            hold=hold,
            events=self.offers.events(offer.id),
            pushes=self.offers.pushes(offer.id),
        )


@dataclass(frozen=True, slots=True)
class ListHolds:
    holds: ports.Holds

    def __call__(self, *, every: bool) -> HoldList:
        return HoldList(self.holds.latest(200) if every else self.holds.open())


@dataclass(frozen=True, slots=True)
class ReleaseHold:
    """Let a hold's withdrawals go; the checker's workers apply it within seconds. Raises `NotFound`."""

    holds: ports.Holds
    now: Clock

    def __call__(self, hold_id: int, by: str) -> Released:
        changed = self.holds.release(hold_id, by, self.now())
        hold = self.holds.get(hold_id)
        if hold is None:
            raise NotFound(f"there is no hold {hold_id}; `mercarich hold list` shows the open ones")
        return Released(hold, changed)


@dataclass(frozen=True, slots=True)
class ShowPools:
    """What the operator made of the settings of each worker pool."""

    pools: ports.PoolBook
    settings: ports.SettingsBook
    now: Clock

    def __call__(self) -> PoolStates:
        return PoolStates(self.now(), self.settings.revision(), self.pools.states())


@dataclass(frozen=True, slots=True)
class ListSettings:
    settings: ports.SettingsBook

    def __call__(self) -> SettingList:
        return SettingList(self.settings.all())


@dataclass(frozen=True, slots=True)
class GetSetting:
    """Raises `NotFound`."""

    settings: ports.SettingsBook

    def __call__(self, key: str) -> Setting:
        for setting in self.settings.all():
            if setting.key == key:
                return setting
        raise NotFound(f"there is no setting {key!r}; `mercarich settings list` shows all")


@dataclass(frozen=True, slots=True)
class SetSetting:
    """Store a value with its history; answers what holds now. Raises `NotFound` and `ports.Refused`."""

    settings: ports.SettingsBook
    now: Clock

    def __call__(self, key: str, value: str, by: str) -> Setting:
        get = GetSetting(self.settings)
        get(key)
        self.settings.write(key, value, by, self.now())
        return get(key)


@dataclass(frozen=True, slots=True)
class ShowSettingHistory:
    """Of one setting, or of all. Raises `NotFound`."""

    settings: ports.SettingsBook

    def __call__(self, key: str | None, limit: int) -> SettingHistory:
        if key is not None:
            GetSetting(self.settings)(key)
        return SettingHistory(self.settings.history(key, limit))


def _pools(pools: ports.Pools) -> tuple[Reach, Sequence[Pool]]:
    try:
        return Reach(pools.where, ok=True), pools.states()
    except ports.BrokerAway as away:
        return _away(pools.where, away), ()


def _away(where: str, away: Exception) -> Reach:
    return Reach(where, ok=False, away=True, problem=str(away))
