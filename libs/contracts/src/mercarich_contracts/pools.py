"""Worker pools. `plan` computes the bounds of a pool's autoscaler, and why they differ from the setting.

The Kubernetes operator applies them; the pages show in advance what a change of the setting would lead to.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
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
    CALLS = "calls"
    AT_LEAST_ONE = "at_least_one"
    MAX = "max"
    BACKLOG = "backlog"
    NO_LOAD = "no_load"


@dataclass(frozen=True, slots=True)
class Reason:
    """Why a bound differs. `text` has no number that changes each round, so that it can be stored in an annotation."""

    cause: Cause
    text: str


@dataclass(frozen=True, slots=True)
class Wish:
    """The setting of a pool. In the mode `fixed`, `low` and `high` are equal."""

    mode: Mode
    low: int
    high: int

    def __str__(self) -> str:
        return f"fixed at {self.high}" if self.mode is Mode.FIXED else f"{self.mode}, {self.low} to {self.high}"


class Limits(Protocol):
    """The chart's description of a pool."""

    @property
    def low(self) -> int: ...

    @property
    def high(self) -> int:
        """`low` and `high` are the chart's bounds of the number of replicas."""

    @property
    def per_replica_target(self) -> int:
        """Units of backlog for each replica."""


@dataclass(frozen=True, slots=True)
class Backlog:
    """What waits for a pool: records in Kafka and rows in the database; each is one unit."""

    records: int
    rows: int

    @property
    def units(self) -> int:
        return self.records + self.rows


@dataclass(frozen=True, slots=True)
class Caps:
    """Numbers of replicas beyond which more would be useless; None: no such limit."""

    partitions: int | None = None
    connections: int | None = None
    """In replicas: this pool's share of the database's connections, see `shares`."""
    useful: int | None = None
    """Checkers that keep up with the marketplace's budget of calls; see `capacity.useful_checkers`."""
    load_known: bool = True
    """Whether the autoscaler has its load metric. Without it, it never lowers the number of replicas."""


@dataclass(frozen=True, slots=True)
class HpaPlan:
    """Bounds of an autoscaler: 1 <= min <= max."""

    min: int
    max: int
    reasons: tuple[Reason, ...]


def plan(pool: Limits, wish: Wish, backlog: Backlog, caps: Caps) -> HpaPlan:
    """Return the bounds, with a reason for each deviation from the setting.

    A growing backlog never lowers a bound. The maximum depends on the backlog only while there is no load metric.
    """
    reasons: list[Reason] = []
    useful = useful_of(pool, wish, caps.useful)
    high = _clamped("max", wish.high, pool, replace(caps, useful=useful), reasons)
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


def useful_of(pool: Limits, wish: Wish, useful: int | None) -> int | None:
    """Return the replicas beyond which the autoscaler adds none, whatever the backlog; None: no such limit.

    A person's fixed number and minimum, and the chart's, stand: more than one replica is also there for when one fails.
    """
    return None if useful is None or wish.mode is Mode.FIXED else max(useful, pool.low, wish.low)


def shares(budget: int, wanted: Mapping[str, tuple[int, int]]) -> dict[str, int]:
    """Return the replicas of each pool that `budget` database connections allow.

    `wanted` is (replicas, connections of one replica), by pool. If they fit, all pools get what they want. Else each
    gets one replica, and the rest is divided in proportion to what is wanted beyond that. The sum stays within the
    budget, unless one replica of each pool already exceeds it.
    """
    if sum(replicas * each for replicas, each in wanted.values()) <= budget:
        return {name: replicas for name, (replicas, _) in wanted.items()}
    rest = max(0, budget - sum(each for _, each in wanted.values()))
    beyond = sum((replicas - 1) * each for replicas, each in wanted.values())
    return {name: 1 + (rest * (replicas - 1) // beyond if beyond else 0) for name, (replicas, _) in wanted.items()}


def within_bounds(pool: Limits, wish: Wish) -> int:
    """Return the maximum number of replicas by setting and chart, before any other limit."""
    return max(1, pool.low, min(wish.high, pool.high))


def _clamped(what: str, asked: int, pool: Limits, caps: Caps, reasons: list[Reason]) -> int:
    number = asked
    limits = (
        (Cause.BOUNDS, pool.high, f"{pool.low}..{pool.high} is allowed here"),
        (Cause.PARTITIONS, caps.partitions, f"the topic has {caps.partitions} partitions"),
        (Cause.CONNECTIONS, caps.connections, "the budget of database connections"),
        (Cause.CALLS, caps.useful, "the marketplace's budget of calls keeps no more of them busy"),
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
