"""What was measured of the system as a whole, and the judgement of it: no trouble is the only calm there is.

Measures are facts with the time since when they hold. `troubles` alone decides what is wrong, for the pages, the API,
`mercarich status` and notices. What nobody has measured lately is not known, and what is not known is a trouble.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from mercarich_contracts.coverage import late_after
from mercarich_contracts.market import Marketplace
from mercarich_contracts.schedule import PLANS
from mercarich_platform.clock import AHEAD
from mercarich_reasons.reason import Reason
from mercarich_reasons.troubles import (
    BrokerUnreachable,
    CallsStopped,
    ChecksPaused,
    DatabaseSlow,
    LooksOverdue,
    OperatorSilent,
    ProxySilent,
    RunHeld,
    StateUnknown,
    WithdrawalsBehind,
)

MEASURE_EVERY = timedelta(seconds=10)
MEASURE_LASTS = timedelta(seconds=45)
"""Age from which a measure says nothing any more. A round takes some 20 s where neither proxies
nor broker respond."""
LEFT_AFTER = timedelta(seconds=35)
"""Age of the newest measure from which another replica of the pages measures: later than the longest round of the one
that does, which begins after `MEASURE_EVERY`, and before the measures say nothing any more."""
SLOW_SECONDS = 1.0
"""Reading a dozen rows by their key takes milliseconds, also with a million listings."""
PUSHED_WITHIN = timedelta(minutes=15)
"""Time in which a withdrawal is at Amazon, also where a feed carries it."""
OPERATOR_SILENT = timedelta(seconds=45)
"""Time without a report; the operator, and the scheduler of one machine, report every few seconds."""
LOOKS_EVERY = timedelta(minutes=15)
"""Longest time between two looks of a run: it makes one at least every few seconds."""
FEW_LOOKS = 3
"""The watch spreads the looks at few sources over the day: so many mean pauses without a look are normal."""


class Part(StrEnum):
    """A part of the system. The comments tell its states, and what the number of a measure is."""

    MARKETPLACE = "marketplace"  # on, paused
    BREAKER = "breaker"  # closed, open (half open, too), silent: the proxy does not respond
    RUN = "run"  # none, going, held
    LOOKS = (
        "looks"  # nothing: no source is on sale; never; seen: since the last look. Seconds that may pass without one
    )
    PUSHES = "pushes"  # none, waiting: since the oldest. The count of those that wait too long
    BROKER = "broker"  # reached, away
    DATABASE = "database"  # quick, slow. Seconds
    OPERATOR = "operator"  # never; heard: since its last report


OF_MARKETPLACES = (Part.MARKETPLACE, Part.BREAKER, Part.RUN, Part.LOOKS)
OF_ALL = (Part.PUSHES, Part.BROKER, Part.DATABASE, Part.OPERATOR)
EXPECTED = frozenset(
    {*((part, name.value) for part in OF_MARKETPLACES for name in Marketplace), *((p, "") for p in OF_ALL)}
)


@dataclass(frozen=True, slots=True)
class Measure:
    part: Part
    marketplace: str
    """Empty: of the whole system."""
    state: str
    since: datetime
    """When this state began, or the time that `Part` names."""
    measured_at: datetime
    number: float | None = None
    reason: Reason | None = None

    @property
    def begins_when_measured(self) -> bool:
        """Nothing else tells since when: a state began when it was first measured."""
        return self.part in (Part.BREAKER, Part.RUN, Part.BROKER, Part.DATABASE) or self.state == "never"

    @property
    def lasted(self) -> timedelta:
        """How long the state had lasted when it was measured: a measure grows no older by itself."""
        return self.measured_at - self.since

    def replaces(self, before: "Measure") -> bool:
        """Return whether it is to be stored: not over a newer one, unless that one was stamped by a wrong clock."""
        return not self.measured_at < before.measured_at <= self.measured_at + AHEAD


@dataclass(frozen=True, slots=True)
class Trouble:
    reason: Reason
    marketplace: str
    """Empty: of the whole system."""
    since: datetime | None
    """None: it is not known since when."""
    because: tuple[Reason, ...] = ()
    """Why a run is held, if it says so."""

    @property
    def code(self) -> str:
        return self.reason.code


def troubles(measures: Iterable[Measure], now: datetime) -> Sequence[Trouble]:
    """Return what is wrong, or not known, those of marketplaces first. Empty: all is well.

    What was last measured stays a trouble while nobody measures: it is not over because nobody looks.
    """
    known = {(one.part, one.marketplace): one for one in measures}
    found = [
        trouble
        for name in [*(one.value for one in Marketplace), ""]
        for part in Part
        if (measure := known.get((part, name))) is not None and (trouble := _trouble(measure)) is not None
    ]
    if any(one not in known or not _is_current(known[one], now) for one in EXPECTED):
        found.append(Trouble(StateUnknown(), "", max((one.measured_at for one in known.values()), default=None)))
    return found


def troubles_of(marketplace: str, found: Iterable[Trouble]) -> Sequence[Trouble]:
    """Return those that keep a marketplace from being checked, and that its state is not known."""
    return [one for one in found if one.marketplace == marketplace or isinstance(one.reason, StateUnknown)]


def touches_sellers(trouble: Trouble) -> bool:
    """Return whether sellers get a notice of it: their sources are not checked, or Amazon does not hear of them."""
    return isinstance(
        trouble.reason,
        ChecksPaused | CallsStopped | ProxySilent | RunHeld | LooksOverdue | WithdrawalsBehind | BrokerUnreachable,
    )


def as_sellers_see(found: Iterable[Trouble]) -> Sequence[Trouble]:
    """Return them without numbers over all sellers: how much others offer is not theirs to know."""
    return [
        replace(one, reason=WithdrawalsBehind()) if isinstance(one.reason, WithdrawalsBehind) else one for one in found
    ]


def measures_now(known: Iterable[Measure], own_at: datetime | None, now: datetime) -> bool:
    """Return whether a replica of the pages measures now. `own_at`: when it last measured.

    The one whose measures are the newest goes on; another one measures only when these are old. Two that see different
    things, because one of them does not reach a proxy, would contradict each other in turn.
    """
    newest = max((one.measured_at for one in known), default=None)
    return newest is None or newest == own_at or not now - LEFT_AFTER < newest <= now + AHEAD


def longest_pause(sources: int | None, *, run_looks: bool, watched: bool) -> timedelta:
    """Return for how long it is normal that no look finds a known state.

    `run_looks`: a run has sources to look at; `watched`: the watch works. `sources`: on sale; None: not counted yet.
    """
    if run_looks:
        return LOOKS_EVERY
    fewest = min(PLANS)
    if not watched:
        return late_after(fewest)
    return max(LOOKS_EVERY, min(late_after(fewest), FEW_LOOKS * timedelta(days=1) / (fewest * max(1, sources or 1))))


def _is_current(measure: Measure, now: datetime) -> bool:
    return now - MEASURE_LASTS <= measure.measured_at <= now + AHEAD


def _trouble(one: Measure) -> Trouble | None:
    reason = _of_marketplace(one, Marketplace(one.marketplace)) if one.marketplace else _of_all(one)
    if reason is None:
        return None
    because = (one.reason,) if one.reason is not None else ()
    return Trouble(reason, one.marketplace, one.since, because)


def _of_marketplace(one: Measure, marketplace: Marketplace) -> Reason | None:
    match one.part, one.state:
        case Part.MARKETPLACE, "paused":
            return ChecksPaused(marketplace)
        case Part.BREAKER, "open":
            return CallsStopped(marketplace)
        case Part.BREAKER, "silent":
            return ProxySilent(marketplace)
        case Part.RUN, "held":
            return RunHeld(marketplace)
        case Part.LOOKS, "seen" | "never" if one.lasted.total_seconds() > (one.number or 0):
            return LooksOverdue(marketplace)
    return None


def _of_all(one: Measure) -> Reason | None:
    match one.part, one.state:
        case Part.PUSHES, "waiting" if one.lasted > PUSHED_WITHIN:
            return WithdrawalsBehind(int(one.number or 0))
        case Part.BROKER, "away":
            return BrokerUnreachable()
        case Part.DATABASE, "slow":
            return DatabaseSlow(round(one.number or 0, 1))
        case Part.OPERATOR, "never":
            return OperatorSilent()
        case Part.OPERATOR, "heard" if one.lasted > OPERATOR_SILENT:
            return OperatorSilent()
    return None
