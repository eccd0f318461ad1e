"""Pools of workers. `plan`: the bounds that one's autoscaler gets, and why they are not what was asked for.

The operator of the cluster sets them, the pages show beforehand what a change would come to.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from math import ceil
from typing import Protocol


class Mode(StrEnum):
    AUTO = "auto"
    FIXED = "fixed"
    PAUSED = "paused"


class Cause(StrEnum):
    """Why bounds differ from the setting; the label of a metric."""

    INVALID = "invalid"
    BOUNDS = "bounds"
    PARTITIONS = "partitions"
    CONNECTIONS = "connections"
    AT_LEAST_ONE = "at_least_one"
    MAX = "max"
    BACKLOG = "backlog"
    NO_LOAD = "no_load"


@dataclass(frozen=True, slots=True)
class Reason:
    """`text` names no number that changes from round to round, so that it can stand in an annotation."""

    cause: Cause
    text: str


@dataclass(frozen=True, slots=True)
class Wish:
    """What people set. `low` and `high` are equal where the mode is fixed."""

    mode: Mode
    low: int
    high: int

    def __str__(self) -> str:
        return f"fixed at {self.high}" if self.mode is Mode.FIXED else f"{self.mode}, {self.low} to {self.high}"


class Limits(Protocol):
    """What the chart says about a pool."""

    @property
    def low(self) -> int: ...

    @property
    def high(self) -> int:
        """The chart's own bounds of the number of replicas."""

    @property
    def per_replica_target(self) -> int:
        """Units of backlog that one replica is to carry."""


@dataclass(frozen=True, slots=True)
class Backlog:
    """What waits for a pool: records in Kafka and rows in the database, each one unit."""

    records: int
    rows: int

    @property
    def units(self) -> int:
        return self.records + self.rows


@dataclass(frozen=True, slots=True)
class Caps:
    """What more replicas than this cannot use; None: no such limit."""

    partitions: int | None = None
    connections: int | None = None
    """In replicas: this pool's share of the database's connections, see `shares`."""
    load_known: bool = True
    """The autoscaler has its load metric. Without one it never lowers the number."""


@dataclass(frozen=True, slots=True)
class HpaPlan:
    """1 <= min <= max."""

    min: int
    max: int
    reasons: tuple[Reason, ...]


def plan(pool: Limits, wish: Wish, backlog: Backlog, caps: Caps) -> HpaPlan:
    """Every clamp gives a reason. Neither bound falls when the backlog grows; the maximum heeds it only where the
    autoscaler has no load to go by."""
    reasons: list[Reason] = []
    high = _clamped("max", wish.high, pool, caps, reasons)
    if wish.mode is Mode.FIXED:
        return HpaPlan(high, high, tuple(reasons))
    low = _clamped("min", wish.low, pool, Caps(), reasons)
    if low > high:
        reasons.append(Reason(Cause.MAX, f"min {low} lowered to the max {high}"))
        low = high
    if wish.mode is Mode.AUTO:
        floor = min(high, ceil(backlog.units / pool.per_replica_target))
        if floor > low:
            reasons.append(Reason(Cause.BACKLOG, f"min raised from {low} to {floor} by the backlog"))
            low = floor
        if not caps.load_known and low < high:
            reasons.append(Reason(Cause.NO_LOAD, f"max {high} lowered to {low}: no load metric, the backlog decides"))
            high = low
    return HpaPlan(low, high, tuple(reasons))


def shares(budget: int, wanted: Mapping[str, tuple[int, int]]) -> dict[str, int]:
    """Replicas of each pool that `budget` database connections allow; `wanted` is (replicas, connections of one).

    All of them when they fit. Else one replica each, and the rest in proportion to what is wanted beyond that, so
    that the sum stays within the budget unless one replica of each is too much already.
    """
    if sum(replicas * each for replicas, each in wanted.values()) <= budget:
        return {name: replicas for name, (replicas, _) in wanted.items()}
    rest = max(0, budget - sum(each for _, each in wanted.values()))
    beyond = sum((replicas - 1) * each for replicas, each in wanted.values())
    return {name: 1 + (rest * (replicas - 1) // beyond if beyond else 0) for name, (replicas, _) in wanted.items()}


def within_bounds(pool: Limits, wish: Wish) -> int:
    """The most replicas that the setting and the chart allow, before anything else is looked at."""
    return max(1, pool.low, min(wish.high, pool.high))


def _clamped(what: str, asked: int, pool: Limits, caps: Caps, reasons: list[Reason]) -> int:
    number = asked
    limits = (
        (Cause.BOUNDS, pool.high, f"the chart allows {pool.low}..{pool.high}"),
        (Cause.PARTITIONS, caps.partitions, f"the topic has {caps.partitions} partitions"),
        (Cause.CONNECTIONS, caps.connections, "the budget of database connections"),
    )
    if number < pool.low:
        reasons.append(Reason(Cause.BOUNDS, f"{what} {number} raised to {pool.low}: {limits[0][2]}"))
        number = pool.low
    for cause, limit, why in limits:
        if limit is not None and number > limit:
            reasons.append(Reason(cause, f"{what} {number} lowered to {limit}: {why}"))
            number = limit
    if number < 1:
        reasons.append(Reason(Cause.AT_LEAST_ONE, f"{what} {number} raised to 1"))
        number = 1
    return number
