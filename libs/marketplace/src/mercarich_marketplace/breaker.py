"""The circuit breaker: stops requests to a marketplace that blocks, fails or has changed its pages; probes later."""

from collections import Counter, deque
from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum, StrEnum
from typing import Any

from mercarich_contracts.market import Reason


class Outcome(StrEnum):
    """What the outcome of one call means for the marketplace's health."""

    GOOD = "good"
    BLOCKED = "blocked"
    FAILED = "failed"
    UNPARSABLE = "unparsable"
    NEUTRAL = "neutral"
    """The response concerns our request (rate limit, bad request, one item), not the marketplace's health."""


class Phase(StrEnum):
    CLOSED = "closed"
    OPEN = "open"
    HALF_OPEN = "half_open"


class Entry(Enum):
    ADMIT = "admit"
    PROBE = "probe"
    """Go, as the one call that decides. The caller must call `record` or `abandon_probe` afterwards."""
    WAIT = "wait"
    """Another call is probing; wait for its outcome."""
    REFUSE = "refuse"


@dataclass(frozen=True, slots=True)
class Rules:
    block_streak: int = 5
    """Consecutive blocked responses that open the breaker."""
    failure_share: float = 0.5
    min_calls: int = 20
    """Calls below which the share is not used. The same number of consecutive failures opens the breaker, too."""
    unparsable_share: float = 0.05
    min_pages: int = 40
    window_seconds: float = 60.0
    open_seconds: float = 900.0
    max_open_seconds: float = 21_600.0
    """The open time doubles at every failed probe up to this."""


SPELLS_A_WINDOW = 60
"""Parts of the window: a bound for what is kept, whatever the rate."""


@dataclass(slots=True)
class Spell:
    """Equal outcomes within a small part of the window, which leave it together."""

    at: float
    outcome: Outcome
    times: int


class Phases:
    """Whether calls pass: all, none, or the one that decides."""

    def __init__(self) -> None:
        self._open_until: float | None = None
        self._probing = False

    def phase(self, now: float) -> Phase:
        if self._open_until is None:
            return Phase.CLOSED
        return Phase.HALF_OPEN if self._probing or now >= self._open_until else Phase.OPEN

    def enter(self, now: float) -> Entry:
        match self.phase(now):
            case Phase.CLOSED:
                return Entry.ADMIT
            case Phase.OPEN:
                return Entry.REFUSE
            case Phase.HALF_OPEN:
                if self._probing:
                    return Entry.WAIT
                self._probing = True
                return Entry.PROBE


class Breaker(Phases):
    def __init__(self, rules: Rules) -> None:
        super().__init__()
        self._rules = rules
        self._recent: deque[Spell] = deque()
        self._counts: Counter[Outcome] = Counter()
        self._blocked_in_a_row = 0
        self._failed_in_a_row = 0
        self._open_for = rules.open_seconds
        self.opened = 0
        """How often the breaker has opened since the process started."""

    def record(self, now: float, outcome: Outcome, *, probe: bool = False) -> None:
        if probe:
            self._end_probe(now, outcome)
        elif self._open_until is None:
            self._count(now, outcome)
        # The call began before the breaker opened: its outcome is no news.

    def abandon_probe(self) -> None:
        """End a probe without an outcome: the next caller probes."""
        self._probing = False

    def open_for(self, now: float, seconds: float) -> None:
        """Open at once for `seconds`, which the marketplace named in Retry-After."""
        self._open(now, min(seconds, self._rules.max_open_seconds))

    def left(self, now: float) -> float | None:
        """Return the seconds until a call may probe, 0 when one may or does; None while the breaker is closed."""
        if self._open_until is None:
            return None
        return 0.0 if self._probing else max(0.0, self._open_until - now)

    def document(self) -> dict[str, Any]:
        """Return all that the breaker knows, as JSON has it: `restored` reads it in another process."""
        return {
            "recent": [[spell.at, spell.outcome.value, spell.times] for spell in self._recent],
            "blocked_in_a_row": self._blocked_in_a_row,
            "failed_in_a_row": self._failed_in_a_row,
            "open_until": self._open_until,
            "open_for": self._open_for,
            "probing": self._probing,
        }

    @classmethod
    def restored(cls, rules: Rules, document: Mapping[str, Any], now: float) -> "Breaker":
        """Return the breaker of a `document`. Its times are as late as they can be at most: a clock may go back."""
        breaker = cls(rules)
        for at, outcome, times in document["recent"]:
            breaker._recent.append(Spell(min(at, now), Outcome(outcome), times))
            breaker._counts[Outcome(outcome)] += times
        breaker._blocked_in_a_row = int(document["blocked_in_a_row"])
        breaker._failed_in_a_row = int(document["failed_in_a_row"])
        if document["open_until"] is not None:
            breaker._open_until = min(document["open_until"], now + rules.max_open_seconds)
        breaker._open_for = min(document["open_for"], rules.max_open_seconds)
        breaker._probing = document["probing"]
        return breaker

    def _end_probe(self, now: float, outcome: Outcome) -> None:
        self._probing = False
        if outcome in (Outcome.GOOD, Outcome.NEUTRAL):
            self._open_until = None
            self._open_for = self._rules.open_seconds
            return
        self._open_for = min(self._open_for * 2, self._rules.max_open_seconds)
        self._open(now, self._open_for)

    def _count(self, now: float, outcome: Outcome) -> None:
        self._add(now, outcome)
        while self._recent and self._recent[0].at <= now - self._rules.window_seconds:
            old = self._recent.popleft()
            self._counts[old.outcome] -= old.times
        self._blocked_in_a_row = self._blocked_in_a_row + 1 if outcome is Outcome.BLOCKED else 0
        self._failed_in_a_row = self._failed_in_a_row + 1 if outcome in _FAILURES else 0
        if self._is_too_much():
            self._open(now, self._open_for)

    def _add(self, now: float, outcome: Outcome) -> None:
        self._counts[outcome] += 1
        for spell in reversed(self._recent):
            if now - spell.at >= self._rules.window_seconds / SPELLS_A_WINDOW:
                break
            if spell.outcome is outcome:
                spell.times += 1
                return
        self._recent.append(Spell(now, outcome, 1))

    def _is_too_much(self) -> bool:
        rules, counts, calls = self._rules, self._counts, self._counts.total()
        failures = counts[Outcome.BLOCKED] + counts[Outcome.FAILED]
        pages = counts[Outcome.GOOD] + counts[Outcome.UNPARSABLE]
        return (
            self._blocked_in_a_row >= rules.block_streak
            or self._failed_in_a_row >= rules.min_calls
            or (calls >= rules.min_calls and failures >= rules.failure_share * calls)
            or (pages >= rules.min_pages and counts[Outcome.UNPARSABLE] > rules.unparsable_share * pages)
        )

    def _open(self, now: float, seconds: float) -> None:
        self._open_until = now + seconds
        self._blocked_in_a_row = self._failed_in_a_row = 0
        self._recent.clear()
        self._counts.clear()
        self.opened += 1


_FAILURES = frozenset({Outcome.BLOCKED, Outcome.FAILED})

OUTCOMES = {
    Reason.BLOCKED: Outcome.BLOCKED,
    Reason.TRANSIENT: Outcome.FAILED,
    Reason.TIMED_OUT: Outcome.FAILED,
    Reason.AUTH: Outcome.FAILED,
    Reason.UNPARSABLE: Outcome.UNPARSABLE,
    Reason.EMPTY: Outcome.UNPARSABLE,
    Reason.OVERSIZED: Outcome.UNPARSABLE,
    Reason.NOT_FOUND_ONCE: Outcome.GOOD,
    Reason.NOT_FOUND_UNPROVEN: Outcome.NEUTRAL,
    Reason.RATE_LIMITED: Outcome.NEUTRAL,
    Reason.BAD_REQUEST: Outcome.NEUTRAL,
}
"""The outcome for each reason of a fault. For other reasons no request reached the marketplace."""
