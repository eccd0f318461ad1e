"""Replicas of a proxy that share one budget, on simulated clocks: delayed, cut off, killed and started again."""

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import orjson

from mercarich_marketplace.breaker import Entry, Outcome, Rules
from mercarich_marketplace.budget import Ask, Budget, Grant
from mercarich_marketplace.limits import Limits
from mercarich_marketplace.share import Share

STEP_SECONDS = 0.01
RULES = Rules(block_streak=3, open_seconds=20.0, max_open_seconds=80.0)


def limits_of(rate: float, *, concurrency: int = 8, call_seconds: float = 5.0) -> Limits:
    return Limits(
        rate_per_second=rate, recovery_per_second=0.05, concurrency=concurrency, call_seconds=call_seconds, rules=RULES
    )


class Row:
    """The row of the budget, written whole; its clock is `now`."""

    def __init__(self) -> None:
        self._stored: bytes | None = None
        self.step_back = 0.0

    def settle(self, ask: Ask, now: float, limits: Limits) -> Grant:
        document: dict[str, Any] | None = None if self._stored is None else orjson.loads(self._stored)
        budget = Budget(limits, document, now + 1e9 - self.step_back)
        grant = budget.grant(ask)
        self._stored = orjson.dumps(budget.document())
        return grant


@dataclass
class Answering:
    """An ask on its way: it arrives, is answered, and the answer arrives; each of the two may be lost."""

    ask: Ask
    sent_at: float
    arrives_at: float | None
    answer_at: float | None
    grant: Grant | None = None


class Replica:
    """One process: its share, its own clock, and callers who always wait, `waiting` of them."""

    def __init__(self, name: str, limits: Limits, chance: random.Random) -> None:
        self.name = name
        self._offset, self._drift = chance.uniform(0, 1e5), 1 + chance.uniform(-1e-4, 1e-4)
        self._true = 0.0
        self.share = Share(name, limits, now=self.clock, jitter=0.3, draw=chance.random)
        self.waiting = 5
        self.slots = limits.concurrency
        self.ends: list[float] = []
        self.exchange: Answering | None = None
        self.not_before = 0.0
        self.heard_at = 0.0
        self.connected = True
        self.probing = False

    def clock(self) -> float:
        return self._offset + self._true * self._drift

    def at(self, true: float) -> None:
        self._true = true
        self.ends = [end for end in self.ends if end > true]


Seen = Callable[[float], Outcome]


@dataclass
class Fleet:
    """All replicas of a marketplace. `calls` are the true times at which calls began."""

    limits: Limits
    chance: random.Random
    call_seconds: Callable[[], float] = lambda: 0.05
    delay: Callable[[], float] = lambda: 0.002
    seen: Seen = lambda _: Outcome.GOOD
    now: float = 0.0
    calls: list[float] = field(default_factory=list)
    made: list[tuple[float, Replica]] = field(default_factory=list)
    most_at_once: int = 0
    replicas: list[Replica] = field(default_factory=list)
    _ends: list[float] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.row = Row()
        self._outcomes: list[tuple[float, Replica, bool]] = []

    def start(self, limits: Limits | None = None) -> Replica:
        """Start a replica, with limits of its own if they are given."""
        replica = Replica(f"replica-{self.chance.random()}", limits or self.limits, self.chance)
        replica.at(self.now)
        self.replicas.append(replica)
        return replica

    def kill(self, replica: Replica) -> None:
        """Its calls under way end with it."""
        self.replicas.remove(replica)

    def run(self, seconds: float) -> None:
        end = self.now + seconds
        while self.now < end:
            self.now += STEP_SECONDS
            for replica in self.replicas:
                replica.at(self.now)
                self._see(replica)
                self._exchange(replica)
                self._call(replica)
            at_once = sum(len(replica.ends) for replica in self.replicas)
            self.most_at_once = max(self.most_at_once, at_once)

    def _see(self, replica: Replica) -> None:
        for one in [one for one in self._outcomes if one[1] is replica and one[0] <= self.now]:
            self._outcomes.remove(one)
            replica.share.breaker.record(replica.clock(), self.seen(self.now), probe=one[2])

    def _call(self, replica: Replica) -> None:
        """Make the calls that the share allows now."""
        share, now = replica.share, replica.clock()
        while replica.waiting and len(replica.ends) < replica.slots:
            if not replica.probing:
                entry = share.breaker.enter(now)
                if entry in (Entry.REFUSE, Entry.WAIT):
                    return
                replica.probing = entry is Entry.PROBE
            if share.pace.wait(now) > 0:
                return
            share.pace.take(now)
            ends_at = self.now + min(self.call_seconds(), self.limits.call_seconds)
            self.calls.append(self.now)
            self.made.append((self.now, replica))
            replica.ends.append(ends_at)
            self._outcomes.append((ends_at, replica, replica.probing))
            replica.probing = False

    def _exchange(self, replica: Replica) -> None:
        underway = replica.exchange
        if underway is None:
            self._begin(replica)
            return
        if underway.grant is None and underway.arrives_at is not None and self.now >= underway.arrives_at:
            underway.grant = self.row.settle(underway.ask, self.now, replica.share.limits)
        if underway.answer_at is None or self.now < underway.answer_at:
            return
        replica.exchange = None
        if underway.grant is None or not replica.connected:
            replica.share.lost(underway.ask)
            replica.not_before = self.now + 0.5
            return
        replica.heard_at = self.now
        if replica.share.apply(underway.grant, underway.sent_at):
            replica.probing = False
            replica.share.breaker.abandon_probe()
        if underway.grant.cells:
            replica.slots = underway.grant.slots
        replica.not_before = self.now + underway.grant.again_seconds

    def _begin(self, replica: Replica) -> None:
        wire = replica.share.wire
        due = wire.urgent or (wire.wanted and self.now >= replica.not_before) or self.now - replica.heard_at >= 1.0
        if not due or (self.now < replica.not_before and not wire.urgent and not wire.wanted):
            return
        ask = replica.share.ask(replica.waiting, len(replica.ends), free=len(replica.ends) < replica.slots)
        there, back = self.delay(), self.delay()
        arrives = self.now + there if replica.connected else None
        replica.exchange = Answering(ask, replica.clock(), arrives, self.now + there + back)


def most_in_a_minute(calls: Sequence[float]) -> int:
    most, first = 0, 0
    for last, moment in enumerate(calls):
        while calls[first] <= moment - 60:
            first += 1
        most = max(most, last - first + 1)
    return most


def fewest_in_a_minute(calls: Sequence[float], begin: float, end: float) -> int:
    """Return the fewest calls of any 60 s between the two moments."""
    starts = [begin, *(at + 1e-6 for at in calls if begin <= at <= end - 60)]
    return min(sum(1 for at in calls if start <= at < start + 60) for start in starts)
