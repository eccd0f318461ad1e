"""One budget for several replicas of a proxy: what a replica asks for and tells, and what it is granted. Pure.

The budget is one grid of cells, as in `pace`, on one clock: the database's. A replica reserves the next cells of the
grid, for a quarter of a second ahead, and makes one call in each. So the replicas together never make more calls than
one alone, a replica that has ended or is cut off costs the cells that it had reserved, and no other replica must wait
until it counts as dead.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from mercarich_marketplace.breaker import Breaker, Entry, Outcome, Phase
from mercarich_marketplace.limits import Limits, in_force
from mercarich_marketplace.pace import Pace

BLOCK_SECONDS = 0.25
"""Most that one grant reserves; at rates below four calls a second, one cell."""

AHEAD_SECONDS = 0.25
"""A cell is reserved at most this long before it begins: what a killed replica loses, and others wait for."""

CELL_SECONDS = 0.25
"""A call may begin in its cell, or within this time after the cell's beginning where the cell is shorter."""

YIELD_SECONDS = 0.1
"""A replica lets one that has waited longer ask first, for this long after the moment at which that one may ask."""

REFRESH_SECONDS = 1.0
"""A replica asks at least this often."""

LONGEST_PAUSE_SECONDS = 60.0
"""A longer Retry-After opens the breaker for that time: callers get a fault at once instead of waiting."""

FORMAT = 1
"""Of the state; 1 where it says none. A release that writes what the one before it cannot read has the next."""
_PROBE_MARGIN_SECONDS = 5.0
_NEWER = (
    "a newer release wrote it: upgrade this proxy, or end the newer ones and set its `state` in egress_budgets to NULL"
)


class NewerFormat(Exception):
    """The state was written by a newer release. This one can neither read nor replace it."""


@dataclass(frozen=True, slots=True)
class Seen:
    """Equal outcomes of calls, one after the other. `probe`: of the one call that decides."""

    outcome: Outcome
    times: int = 1
    probe: bool = False


@dataclass(frozen=True, slots=True)
class Throttled:
    """The marketplace asked for fewer calls, and for none in the next `pause_seconds`, if any."""

    pause_seconds: float | None


@dataclass(frozen=True, slots=True)
class Closed:
    """The marketplace asked for no call in the next `seconds`, a long time."""

    seconds: float


@dataclass(frozen=True, slots=True)
class ProbeAbandoned:
    """The one call that decides ended without an outcome."""


News = Seen | Throttled | Closed | ProbeAbandoned


@dataclass(frozen=True, slots=True)
class Ask:
    replica: str
    cells: int = 0
    """Cells that the replica could use now."""
    probe: bool = False
    """One of its callers waits to make the call that decides whether the breaker closes."""
    under_way: int = 0
    """Its calls under way."""
    unused: int = 0
    """Cells that it was granted before and may still use."""
    news: tuple[News, ...] = ()
    """What it has seen since it asked last, in order."""


@dataclass(frozen=True, slots=True)
class Grant:
    """Times are seconds after the moment, on the database's clock, at which the grant was made."""

    cells: tuple[float, ...]
    """When each cell begins. The replica may make one call in each."""
    cell_seconds: float
    again_seconds: float
    """When further cells can be had, if no other replica takes them first."""
    slots: int
    """Calls that the replica may have under way at once; only with cells."""
    share: float
    """The current rate as a share of the full rate."""
    open_seconds: float | None
    """The time until a call may probe; 0 when one may or does; None while the breaker is closed."""
    opened: bool
    """The news of this ask opened the breaker."""
    rate_per_second: float
    """The full rate of all replicas together: the lowest that any is configured with. So is the concurrency."""
    concurrency: int


@dataclass(slots=True)
class Member:
    """A replica that makes calls or waits for cells."""

    slots: int
    until: float
    """Its slots are free after this: each of its calls has ended."""
    due: float | None
    """When it is to ask again, if it wants cells and got none."""
    served: float
    """When it got cells last; 0 for not yet."""


class Budget:
    """What all replicas know together. `document` is written back as a whole, or not at all."""

    def __init__(self, limits: Limits, document: Mapping[str, Any] | None, now: float) -> None:
        """`limits` are those that the replica that asks is configured with. Raises `NewerFormat`."""
        self._configured, self._now = limits, now
        self.was_unreadable = False
        """The state was damaged or of an older format. It begins anew, with a pause, since it may have had one."""
        self._members: dict[str, Member] = {}
        self._probe_by: str | None = None
        self._probe_until = 0.0
        self._begin(now)
        try:
            if document is not None:
                self._restore(document)
        except (ArithmeticError, KeyError, TypeError, ValueError, AttributeError):
            self.was_unreadable = True
            self._members, self._probe_by = {}, None
            self._begin(now + LONGEST_PAUSE_SECONDS)

    def document(self) -> dict[str, Any]:
        """Return the whole state, as JSON has it. Times are seconds of the database's clock."""
        return {
            "format": FORMAT,
            "lowest": self._lowest,
            "pace": self._pace.document(),
            "breaker": self._breaker.document(),
            "probe_by": self._probe_by,
            "probe_until": self._probe_until,
            "members": {name: [each.slots, each.until, each.due, each.served] for name, each in self._members.items()},
        }

    def grant(self, ask: Ask) -> Grant:
        opened = self._breaker.opened
        for news in ask.news:
            self._learn(ask.replica, news)
        wanted, again = self._allowed(ask)
        slots, held = self._slots(ask, wants=wanted > 0)
        turn = self._turn_of(ask.replica)
        cells = tuple(self._reserved(wanted)) if slots > 0 and turn <= self._now else ()
        if wanted:
            ahead = max(self._pace.next_cell(self._now) - AHEAD_SECONDS, self._now if cells else turn) - self._now
            again = max(0.0, ahead) if slots > 0 else AHEAD_SECONDS
        again = min(again, REFRESH_SECONDS)
        if held or wanted:
            self._note(ask, held, cells, due=self._now + again if wanted and slots > 0 and not cells else None)
        else:
            self._members.pop(ask.replica, None)
        return Grant(
            cells=cells,
            cell_seconds=self._pace.cell_seconds(self._now),
            again_seconds=again,
            slots=slots,
            share=self._pace.share(self._now),
            open_seconds=self._breaker.left(self._now),
            opened=self._breaker.opened > opened,
            rate_per_second=self._limits.rate_per_second,
            concurrency=self._limits.concurrency,
        )

    def _allowed(self, ask: Ask) -> tuple[int, float]:
        """Return how many cells the breaker lets the replica have, and the seconds until it may let it have more."""
        match self._breaker.phase(self._now):
            case Phase.CLOSED:
                return ask.cells, 0.0
            case Phase.OPEN:
                return 0, self._breaker.left(self._now) or 0.0
            case Phase.HALF_OPEN:
                if not (ask.probe and ask.cells) or self._probe_by not in (None, ask.replica):
                    return 0, AHEAD_SECONDS
                if self._breaker.enter(self._now) is Entry.PROBE:
                    self._probe_by = ask.replica
                self._probe_until = self._now + self._limits.call_seconds + _PROBE_MARGIN_SECONDS
                return 1, AHEAD_SECONDS

    def _reserved(self, wanted: int) -> Iterator[float]:
        """Reserve cells, and yield when each begins."""
        most = max(1, int(BLOCK_SECONDS / self._pace.cell_seconds(self._now)))
        if self._pace.next_cell(self._now) - self._now > AHEAD_SECONDS:
            return
        for _ in range(min(wanted, most)):
            yield self._pace.reserve(self._now) - self._now

    def _turn_of(self, replica: str) -> float:
        """Return the moment at which the replica may have cells, as far as others who wait are concerned."""
        own = self._members.get(replica)
        if own is None:
            return self._now
        dues = [each.due for each in self._members.values() if each.due is not None and each.served < own.served]
        return max((due + YIELD_SECONDS for due in dues), default=self._now)

    def _slots(self, ask: Ask, *, wants: bool) -> tuple[int, int]:
        """Return the calls that the replica may have under way, and those that count as its own meanwhile.

        Replicas that have something to call get equal parts; one that has more than its part keeps what its calls under
        way need. Of four calls and more a quarter stays free for the next replica, since the calls of one that was
        killed or cut off count until their deadline. Of fewer, one replica alone may have all: of two calls at once,
        half would be unused otherwise.
        """
        own = self._members.get(ask.replica)
        held = max(ask.under_way, min(ask.under_way + ask.unused, own.slots) if own else 0)
        if not wants:
            return 0, held
        others = [member for name, member in self._members.items() if name != ask.replica]
        most = self._limits.concurrency
        left = most - sum(member.slots for member in others)
        fair = min(max(1, most // (len(others) + 1)), most - most // 4)
        slots = max(0, min(fair, left))
        return slots, max(slots, held)

    def _note(self, ask: Ask, held: int, cells: tuple[float, ...], *, due: float | None) -> None:
        before = self._members.get(ask.replica)
        until, served = self._now + 2 * REFRESH_SECONDS, before.served if before else 0.0
        if cells:
            served = self._now
            longest = max(self._pace.cell_seconds(self._now), CELL_SECONDS)
            until = self._now + cells[-1] + longest + self._limits.call_seconds
        self._members[ask.replica] = Member(held, max(until, before.until if before else 0.0), due, served)

    def _learn(self, replica: str, news: News) -> None:
        match news:
            case Seen(outcome, times, probe):
                self._record(replica, outcome, times, probe=probe)
            case Throttled(pause):
                self._pace.slow_down(self._now, pause)
            case Closed(seconds):
                self._breaker.open_for(self._now, seconds)
            case ProbeAbandoned():
                if self._probe_by == replica:
                    self._end_probe()

    def _record(self, replica: str, outcome: Outcome, times: int, *, probe: bool) -> None:
        if probe and self._probe_by == replica:
            self._breaker.record(self._now, outcome, probe=True)
            self._probe_by = None
            return
        for _ in range(times):
            self._breaker.record(self._now, outcome)

    def _end_probe(self) -> None:
        self._breaker.abandon_probe()
        self._probe_by = None

    def _begin(self, at: float) -> None:
        """Know nothing, and let the first call begin at a moment."""
        limits = self._keep({})
        self._pace = Pace(limits.rate_per_second, recovery_per_second=limits.recovery_per_second)
        self._pace.begin(at)
        self._breaker = Breaker(limits.rules)

    def _keep(self, lowest: Mapping[str, Any]) -> Limits:
        """Set and return the limits in force."""
        self._limits, self._lowest = in_force(self._configured, lowest, self._now)
        return self._limits

    def _restore(self, document: Mapping[str, Any]) -> None:
        """Read the state. Whatever lies later than it can is moved: the clock was set back, or a database restored."""
        if document.get("format", FORMAT) > FORMAT:
            raise NewerFormat(_NEWER)
        limits, now = self._keep(document.get("lowest", {})), self._now
        self._pace = Pace.restored(limits.rate_per_second, limits.recovery_per_second, document["pace"], now)
        ahead = AHEAD_SECONDS + BLOCK_SECONDS + self._pace.cell_seconds(now)
        self._pace.not_after(now + ahead, now + LONGEST_PAUSE_SECONDS)
        self._breaker = Breaker.restored(limits.rules, document["breaker"], now)
        self._probe_by, self._probe_until = document["probe_by"], document["probe_until"]
        longest = limits.call_seconds + _PROBE_MARGIN_SECONDS
        if self._probe_by is not None and not now < self._probe_until <= now + longest:
            self._end_probe()
        longest = max(ahead + self._pace.cell_seconds(now) + limits.call_seconds, 2 * REFRESH_SECONDS)
        for name, (slots, until, due, served) in document["members"].items():
            if until > now:
                due = None if due is None else min(due, now + REFRESH_SECONDS)
                self._members[name] = Member(int(slots), min(until, now + longest), due, min(served, now))
